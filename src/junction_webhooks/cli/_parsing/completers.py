"""Answers the questions of a shell: what may come next on a command line.

The shell sets a variable and starts the command, as argcomplete defines it. Ordinary commands import nothing
of this module.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract, fixtures, vendoring

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from junction_webhooks.cli._parsing.options import Kind


def answer(parser: argparse.ArgumentParser) -> None:
    """Write what may come next, and end the process. Without argcomplete, there is no answer."""
    try:
        import argcomplete  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        os._exit(1)
    # Options are offered once a hyphen is typed: they would bury names and files.
    argcomplete.autocomplete(parser, always_complete_options=False)


def names(prefix: str, kinds: Sequence[Kind], *, files: bool) -> Iterable[str]:
    """Return the names of these kinds that begin with what was typed, and the files if wanted."""
    found = [name for kind in kinds for name in _NAMES[kind]() if name.startswith(prefix)]
    if "parts" in kinds:
        # A list of parts, separated by commas, is completed at its end.
        done, _, last = prefix.rpartition(",")
        given = done.split(",")
        found = [
            f"{done},{name}" if done else name
            for name in _NAMES["parts"]()
            if name.startswith(last) and name not in given
        ]
    if files:
        from argcomplete.completers import FilesCompleter  # noqa: PLC0415  (an extra)

        found += FilesCompleter()(prefix)
    return found


def _scenarios() -> list[str]:
    return [each.name for each in fixtures.scenarios()]


def _fixtures() -> list[str]:
    return [each.name for each in fixtures.valid()]


def _mistakes() -> list[str]:
    return [each.name for each in fixtures.invalid()]


def _checks() -> list[str]:
    from junction_webhooks.live.checks.catalogue import CHECKS  # noqa: PLC0415  (only `test` needs it)

    return [*dict.fromkeys(each.group for each in CHECKS), *(each.id for each in CHECKS)]


def _parts() -> list[str]:
    return [*vendoring.WHAT, "all"]


def _revisions() -> list[str]:
    from junction_webhooks.contract import releases  # noqa: PLC0415  (only `diff` needs it)

    return ["installed", contract.version(), *releases.versions()]


_NAMES: Final[Mapping[Kind, Callable[[], list[str]]]] = {
    "scenarios": _scenarios,
    "fixtures": _fixtures,
    "mistakes": _mistakes,
    "checks": _checks,
    "parts": _parts,
    "revisions": _revisions,
}

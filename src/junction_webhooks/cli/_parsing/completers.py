"""What a shell offers for an argument, and the answer to one that asks what may come next on a command line.

The shell sets a variable and starts the command, as argcomplete defines it. Until then, nothing is imported
that takes time.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

Kind: TypeAlias = Literal["scenarios", "fixtures", "mistakes", "checks", "parts", "revisions", "deliveries"]
"""Names that commands take.

`mistakes` are the fixtures with a mistake, and `parts` what `vendor` copies. `deliveries` are the numbers of
those of the scenario that was named before.
"""
_PATHS: Final = frozenset({"A", "B", "DEST", "FILE", "FOLDER", "OPENAPI", "OUT", "PATH"})
"""What the help calls a value that is a path."""


def offer(action: Any, *kinds: Kind, files: bool = False) -> None:
    """Say which names a shell offers for an argument, and whether it offers files too.

    Without this, it offers the choices of the argument, or files if its value is called one.
    """

    def found(prefix: str, parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
        return names(prefix, kinds, parsed_args, files=files)

    action.completer = found


def answer(build_parser: Callable[[Container[str]], argparse.ArgumentParser]) -> None:
    """Write what may come next, and end the process. Without argcomplete, there is no answer.

    The parser has the arguments of all commands that the line names, because argcomplete looks at them before
    it parses the line.
    """
    try:
        import argcomplete  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        os._exit(1)
    parser = build_parser(os.environ.get("COMP_LINE", "").split())
    # Options are offered once a hyphen is typed: they would bury names and files.
    argcomplete.autocomplete(
        parser, always_complete_options=False, default_completer=cast("Any", _files_for_paths)
    )


def names(prefix: str, kinds: Sequence[Kind], given: argparse.Namespace, *, files: bool) -> Iterable[str]:
    """Return the names of these kinds that begin with what was typed, and the files if wanted.

    `given` has what was typed before.
    """
    # Parts are a list, separated by commas, whose last item is completed.
    done, comma, last = prefix.rpartition(",") if "parts" in kinds else ("", "", prefix)
    found = [name for kind in kinds for name in _NAMES[kind](given) if name.startswith(last)]
    found = [f"{done}{comma}{name}" for name in found if name not in done.split(",")]
    return [*found, *(_files(prefix) if files else ())]


def _files_for_paths(prefix: str, action: argparse.Action, **_: Any) -> Iterable[str]:
    """Return files, for an argument whose value is called one, and nothing for a number or a time."""
    return _files(prefix) if action.metavar in _PATHS else ()


def _files(prefix: str) -> Iterable[str]:
    from argcomplete.completers import FilesCompleter  # noqa: PLC0415  (an extra)

    found: Iterable[str] = FilesCompleter()(prefix)
    return found


# Each imports what it needs when it is asked: a person waits for the answer.


def _scenarios(_: object) -> list[str]:
    from junction_webhooks import fixtures  # noqa: PLC0415

    return [each.name for each in fixtures.scenarios()]


def _fixtures(_: object) -> list[str]:
    from junction_webhooks import fixtures  # noqa: PLC0415

    return [each.name for each in fixtures.valid()]


def _mistakes(_: object) -> list[str]:
    from junction_webhooks import fixtures  # noqa: PLC0415

    return [each.name for each in fixtures.invalid()]


def _checks(_: object) -> list[str]:
    from junction_webhooks.live.checks.catalogue import CHECKS  # noqa: PLC0415

    return [*dict.fromkeys(each.group for each in CHECKS), *(each.id for each in CHECKS)]


def _parts(_: object) -> list[str]:
    from junction_webhooks import vendoring  # noqa: PLC0415

    return [*vendoring.WHAT, "all"]


def _revisions(_: object) -> list[str]:
    from junction_webhooks import contract  # noqa: PLC0415
    from junction_webhooks.contract import releases  # noqa: PLC0415

    return ["installed", contract.version(), *releases.versions()]


def _deliveries(given: Any) -> list[str]:
    from junction_webhooks import fixtures  # noqa: PLC0415

    found = [
        len(each.deliveries) for each in fixtures.scenarios() if each.name == getattr(given, "name", None)
    ]
    return [str(number + 1) for number in range(sum(found))]


_NAMES: Final[Mapping[Kind, Callable[[Any], list[str]]]] = {
    "scenarios": _scenarios,
    "fixtures": _fixtures,
    "mistakes": _mistakes,
    "checks": _checks,
    "parts": _parts,
    "revisions": _revisions,
    "deliveries": _deliveries,
}

"""The command `junction-webhooks`: thin, the work is done by the modules it calls."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from junction_webhooks.cli._arguments import parser
from junction_webhooks.cli._terminal import FAILED
from junction_webhooks.cli.commands import validate as _validate_command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = COMMANDS[options.command](options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone: nothing is left to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _validate(options: argparse.Namespace) -> int:
    return _validate_command.run(
        options.paths,
        tolerant=options.tolerant,
        event_type=options.event,
        as_json=options.format == "json",
        show_values=options.show_values,
    )


def _redact(options: argparse.Namespace) -> int:
    from junction_webhooks.cli.commands import redact as _redact_command  # noqa: PLC0415  (not every run redacts)

    return _redact_command.run(
        options.path, output=options.output, force=options.force, event_type=options.event
    )


def _scenarios(options: argparse.Namespace) -> int:
    from junction_webhooks.cli.commands import scenarios as _scenarios_command  # noqa: PLC0415  (not every run tells stories)

    return _scenarios_command.run(options.name, as_payloads=options.format == "ndjson")


def _generate(options: argparse.Namespace) -> int:
    from junction_webhooks.cli.commands import generate as _generate_command  # noqa: PLC0415  (not every run generates)

    return _generate_command.run(
        options.event, number=options.number, seed=options.seed, profile=options.profile
    )


def _vendor(options: argparse.Namespace) -> int:
    from junction_webhooks.cli.commands import vendor as _vendor_command  # noqa: PLC0415  (not every run vendors)

    return _vendor_command.run(
        options.destination,
        profile=options.profile,
        draft=options.draft,
        what=options.what,
        base_uri=options.base_uri,
        check=options.check,
        force=options.force,
    )


def _diff(options: argparse.Namespace) -> int:
    from junction_webhooks.cli.commands import diff as _diff_command  # noqa: PLC0415  (not every run compares)

    return _diff_command.run(
        options.old,
        options.new,
        only=options.only,
        as_json=options.format == "json",
        show_payloads=options.show_payloads,
    )


def _drift(options: argparse.Namespace) -> int:
    from junction_webhooks.cli.commands import drift as _drift_command  # noqa: PLC0415  (not every run compares)

    return _drift_command.run(options.document, form=options.format)


COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "validate": _validate,
    "redact": _redact,
    "scenarios": _scenarios,
    "generate": _generate,
    "vendor": _vendor,
    "diff": _diff,
    "drift": _drift,
}

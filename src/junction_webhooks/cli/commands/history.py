"""`junction-webhooks history`: find anything unusual in the histories of captured payloads."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from junction_webhooks import lifecycle
from junction_webhooks.cli._one_payload import parsed
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_format_option, add_output_options
from junction_webhooks.cli._terminal import FAILED, UNUSABLE, coloured, complain, count, printable
from junction_webhooks.inputs.paths import files
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.inputs.records import Record
    from junction_webhooks.lifecycle import Finding, Severity

_DESCRIPTION: Final = """\
Find anything unusual in the histories of orders and appointments: a status or
a transition that Junction does not document, times that go back, a payload
that contradicts itself.
"""
_NOTES: Final = """\
severities:
  error    the payload contradicts itself
  warning  it contradicts Junction's documentation
  info     it is known to happen, though not documented
"""
_EXIT_CODES: Final = """\
0 no errors and no warnings; 1 otherwise; 2 unreadable input, an
           event outside the contract, or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks history captured/",
    "junction-webhooks history deliveries.ndjson --format ndjson",
)
_COLOURS: Final[Mapping[Severity, str]] = {"error": "rejected", "warning": "drifts", "info": "faint"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `history`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help='a file, a folder, or "-" for standard input'
    )
    add_format_option(parser, "text", "ndjson")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Check every history and write the findings. Return the exit code."""
    show = _FORMATS[options.format]
    totals: Counter[str] = Counter()
    for found in _inputs(options.paths, totals):
        try:
            findings = lifecycle.check_history(parsed(found))
        except InputError as error:
            totals["unusable"] += bool(complain(str(error)))
            continue
        except ValueError as error:
            totals["unusable"] += bool(complain(f"{found.place}: {error}"))
            continue
        rules = {each.rule for each in findings}
        totals["none" if "no_history" in rules else "unusual" if findings else "usual"] += 1
        totals["serious"] += any(each.severity != "info" for each in findings)
        sys.stdout.write(show(found, findings))
    if options.format == "text" and totals["usual"] + totals["unusual"] + totals["none"]:
        sys.stdout.write(_summary(totals))
    if totals["unusable"]:
        return UNUSABLE
    return FAILED if totals["serious"] else 0


def _inputs(paths: Sequence[str], totals: Counter[str]) -> Iterator[Record]:
    """Yield the payloads of all paths, and complain about a path that cannot be read."""
    for path in paths:
        try:
            for file in files(path):
                yield from records(file)
        except InputError as error:
            totals["unusable"] += bool(complain(str(error)))


def _summary(totals: Counter[str]) -> str:
    checked = count(totals["usual"] + totals["unusual"], "history", "histories")
    result = f"{totals['unusual']} with something unusual" if totals["unusual"] else "nothing unusual"
    without = f"; {count(totals['none'], 'payload')} without a history" if totals["none"] else ""
    return f"{checked}: {result}{without}\n"


def _as_text(found: Record, findings: Sequence[Finding]) -> str:
    lines = [
        f"  {coloured('bold', printable(each.path) or 'the payload')} {printable(each.message)} "
        f"({each.rule}, {coloured(_COLOURS[each.severity], each.severity)})"
        for each in findings
        if each.rule != "no_history"
    ]
    return "\n".join([f"{printable(str(found.place))}:", *lines, ""]) if lines else ""


def _as_ndjson(found: Record, findings: Sequence[Finding]) -> str:
    return "".join(
        json.dumps({"source": found.place.source, "line": found.place.line, **asdict(each)}) + "\n"
        for each in findings
    )


_FORMATS: Final = {"text": _as_text, "ndjson": _as_ndjson}

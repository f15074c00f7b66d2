"""`junction-webhooks drift`: compare Junction's OpenAPI document with the contract."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract, drift
from junction_webhooks.cli._parser import describe
from junction_webhooks.cli._terminal import FAILED, complain, count, printable
from junction_webhooks.inputs import STANDARD_INPUT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

    from junction_webhooks.drift import Drift, DriftReport

_DESCRIPTION: Final = """\
Compare Junction's OpenAPI document with the contract, to know when Junction
changes its API.
"""
_EPILOG: Final = """\
Each difference is listed once, as breaking (the tolerant profile may reject
what Junction sends) or as tolerated. Reviewed differences, which are in
schemas/drift_baseline.json or have an x-provenance, are listed separately,
with the reason.

examples:
  junction-webhooks drift openapi.json
  curl -s "$OPENAPI_URL" | junction-webhooks drift - --format markdown

exit code: 0 nothing unexplained; 1 unexplained differences;
           2 unreadable input, not OpenAPI, or usage error
"""
_IMPACTS: Final = {
    "breaking": "Breaking: the tolerant profile may reject what Junction sends",
    "tolerated": "Tolerated: the tolerant profile accepts it, so production is safe",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `drift`."""
    describe(parser, _DESCRIPTION, _EPILOG)
    parser.add_argument(
        "document", metavar="OPENAPI.json", help='the document, OpenAPI 3.0 or 3.1, or "-" for standard input'
    )
    parser.add_argument(
        "--format",
        choices=tuple(_FORMATS),
        default="text",
        help="text (default), JSON, or Markdown for the body of an issue",
    )


def run(options: argparse.Namespace) -> int:
    """Compare the document with the contract and write the report. Return the exit code."""
    path = options.document
    source = "standard input" if path == STANDARD_INPUT else path
    try:
        body = sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
        report = drift.compare(body)
    except OSError as error:
        return complain(f"{source}: cannot be read: {(error.strerror or str(error)).lower()}")
    except drift.DriftError as error:
        return complain(f"{source}: {error}")
    sys.stdout.write(_FORMATS[options.format](report))
    return FAILED if report.unexplained else 0


def _as_json(report: DriftReport) -> str:
    return json.dumps(asdict(report) | {"contract": contract.version()}, indent=2) + "\n"


def _as_text(report: DriftReport) -> str:
    return "\n".join(_lines(report, heading="{}:", item="  ", code="")) + "\n"


def _as_markdown(report: DriftReport) -> str:
    return "\n".join(_lines(report, heading="\n## {}\n", item="- ", code="`")) + "\n"


_FORMATS: Final[Mapping[str, Callable[[DriftReport], str]]] = {
    "text": _as_text,
    "json": _as_json,
    "markdown": _as_markdown,
}


def _lines(report: DriftReport, *, heading: str, item: str, code: str) -> Iterator[str]:
    """The report line by line. `heading`, `item` and `code` are the markup of a format."""
    yield f"{count(len(report.unexplained), 'unexplained difference')}: {_compared(report)}."
    for impact, title in _IMPACTS.items():
        chosen = [each for each in report.unexplained if each.impact == impact]
        if chosen:
            yield heading.format(title)
            yield from (item + _difference(each, code) for each in chosen)
    if report.baseline:
        yield heading.format("Baseline: reviewed, and the contract differs on purpose")
        by_reason: dict[str, Counter[str]] = defaultdict(Counter)
        for each in report.baseline:
            if each.baseline:
                place = f"{code}{each.baseline.pattern}{code} of {each.family}.*"
                by_reason[each.baseline.reason][place] += 1
        yield from (f"{item}{reason} {_places(places)}" for reason, places in by_reason.items())
    if report.stale:
        yield heading.format("Stale: in the baseline, but no longer different; update the contract")
        for entry in report.stale:
            values = f" ({', '.join(entry.values)})" if entry.values else ""
            yield f"{item}{code}{entry.pattern}{code} of {entry.family}.*: {entry.rule}{values}"


def _compared(report: DriftReport) -> str:
    upstream = f"version {report.version}" if report.version else "a document without a version"
    return (
        f"Junction's OpenAPI, {printable(upstream)}, compared with the contract, version {contract.version()}"
    )


def _difference(each: Drift, code: str) -> str:
    also = f"; also at {', '.join(f'{code}{path}{code}' for path in each.also)}" if each.also else ""
    place = printable(each.path) or "/"
    return f"{code}{place}{code} of {each.family}.*: {printable(each.what)} ({each.rule}){also}"


def _places(places: Counter[str]) -> str:
    return f"({'; '.join(place if count == 1 else f'{place}: {count}' for place, count in places.items())})"

"""`junction-webhooks drift`: compare Junction's OpenAPI document with the contract."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract, drift
from junction_webhooks.cli._parser import describe
from junction_webhooks.cli._terminal import FAILED, complain, count, printable
from junction_webhooks.inputs.paths import STANDARD_INPUT

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
what Junction then sends) or as tolerated. Reviewed differences, those in
schemas/drift_baseline.json or with an x-provenance, are listed separately
with the reason. No URL is opened, and no file but the one that you name.

examples:
  junction-webhooks drift openapi.json
  curl -s "$OPENAPI_URL" | junction-webhooks drift - --format markdown

exit code: 0 nothing unexplained; 1 unexplained differences, or parts that
           would have taken too long; 2 unreadable input, not OpenAPI, or
           usage error
"""
_LONGEST: Final = 200
"""Characters of one text of a document; the body of an issue on GitHub has at most 65,536."""
_MOST_PLACES: Final = 10
_MOST_DIFFERENCES: Final = 100
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
    return FAILED if report.unexplained or report.given_up else 0


def _as_json(report: DriftReport) -> str:
    return json.dumps(asdict(report) | {"contract": contract.version()}, indent=2) + "\n"


def _as_text(report: DriftReport) -> str:
    return "\n".join(_lines(report, heading="{}:", item="  ", quote=_shortened)) + "\n"


def _as_markdown(report: DriftReport) -> str:
    return "\n".join(_lines(report, heading="\n## {}\n", item="- ", quote=code_span)) + "\n"


def code_span(text: str) -> str:
    """Text of a document as code in Markdown, where it is neither markup nor a link nor a mention.

    >>> code_span("@everyone ``<img>")
    '```@everyone ``<img>```'
    """
    shown = _shortened(text)
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # Next to its fence, a backtick would be a part of it; one space at each end is not shown.
    space = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or not shown else ""
    return f"{fence}{space}{shown}{space}{fence}"


def _shortened(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


_FORMATS: Final[Mapping[str, Callable[[DriftReport], str]]] = {
    "text": _as_text,
    "json": _as_json,
    "markdown": _as_markdown,
}


def _lines(report: DriftReport, *, heading: str, item: str, quote: Callable[[str], str]) -> Iterator[str]:
    """The report line by line.

    `heading` and `item` are the markup of a format, and `quote` writes a text of the document.
    """
    yield f"{count(len(report.unexplained), 'unexplained difference')}: {_compared(report, quote)}."
    for impact, title in _IMPACTS.items():
        chosen = [each for each in report.unexplained if each.impact == impact]
        if chosen:
            yield heading.format(title)
            yield from (item + _difference(each, quote) for each in chosen[:_MOST_DIFFERENCES])
        if len(chosen) > _MOST_DIFFERENCES:
            yield f"{item}and {len(chosen) - _MOST_DIFFERENCES:,} more: --format json lists all of them"
    if report.given_up:
        yield heading.format("Given up: it would have taken too long")
        yield from (item + quote(line) for line in report.given_up)
    if report.baseline:
        yield heading.format("Baseline: reviewed, and the contract differs on purpose")
        by_reason: dict[str, Counter[str]] = defaultdict(Counter)
        for each in report.baseline:
            if each.baseline:
                place = f"{quote(each.baseline.pattern)} of {each.family}.*"
                by_reason[each.baseline.reason][place] += 1
        yield from (f"{item}{reason} {_places(places)}" for reason, places in by_reason.items())
    if report.stale:
        yield heading.format("Stale: in the baseline, but no longer different; update the contract")
        for entry in report.stale:
            values = f" ({', '.join(entry.values)})" if entry.values else ""
            yield f"{item}{quote(entry.pattern)} of {entry.family}.*: {entry.rule}{values}"


def _compared(report: DriftReport, quote: Callable[[str], str]) -> str:
    upstream = f"version {quote(report.version)}" if report.version else "a document without a version"
    return f"Junction's OpenAPI, {upstream}, compared with the contract, version {contract.version()}"


def _difference(each: Drift, quote: Callable[[str], str]) -> str:
    places = [quote(path) for path in each.also[:_MOST_PLACES]]
    more = f" and {len(each.also) - _MOST_PLACES} more places" if len(each.also) > _MOST_PLACES else ""
    also = f"; also at {', '.join(places)}{more}" if places else ""
    return f"{quote(each.path or '/')} of {each.family}.*: {each.describe(quote)} ({each.rule}){also}"


def _places(places: Counter[str]) -> str:
    return f"({'; '.join(place if count == 1 else f'{place}: {count}' for place, count in places.items())})"

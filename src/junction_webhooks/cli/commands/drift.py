"""`junction-webhooks drift`: compare what Junction publishes with the contract."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract, drift
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_format_option, add_output_options
from junction_webhooks.cli._terminal import FAILED, complain, count, printable
from junction_webhooks.inputs.paths import STANDARD_INPUT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from junction_webhooks.drift import Drift, DriftReport

_DESCRIPTION: Final = """\
Compare Junction's OpenAPI document, the types of its SDK or a list of its
event types with the contract, to know when Junction changes its API.
"""
_NOTES: Final = """\
Each difference is listed once, as breaking (the tolerant profile may reject
what Junction then sends) or as tolerated. Reviewed differences, those in
schemas/drift_baseline.json or with an x-provenance, are listed separately
with the reason. No URL is opened, and no file but those that you name. --sdk
starts another process, which may define types, but may not use the network.
"""
_EXIT_CODES: Final = """\
0 nothing unexplained; 1 unexplained differences, or parts that
           would have taken too long; 2 unreadable input, not OpenAPI, no
           SDK, or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks drift openapi.json --format markdown -o issue.md",
    "junction-webhooks drift --sdk-python ~/app/.venv/bin/python",
    "ls event-catalog | junction-webhooks drift --events -",
)
_LONGEST: Final = 200
"""Characters of one text of a document; the body of an issue on GitHub has at most 65,536."""
_MOST_PLACES: Final = 10
_MOST_DIFFERENCES: Final = 100
_SOURCES: Final = {
    "openapi": "Junction's OpenAPI",
    "sdk": "Junction's SDK for Python",
    "events": "Junction's list of events",
}
_IMPACTS: Final = {
    "breaking": "Breaking: the tolerant profile may reject what Junction sends",
    "tolerated": "Tolerated: the tolerant profile accepts it, so production is safe",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `drift`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument(
        "document",
        nargs="?",
        metavar="OPENAPI",
        help='the document, OpenAPI 3.0 or 3.1, in JSON or YAML, or "-" for standard input',
    )
    parser.add_argument(
        "--events",
        metavar="FILE",
        help='event types: one per line, a JSON array or a YAML list; or "-" for standard input',
    )
    parser.add_argument("--sdk", action="store_true", help="the types of Junction's SDK for Python")
    parser.add_argument(
        "--sdk-python",
        metavar="PATH",
        help="--sdk with this Python, the one of the environment that has the SDK",
    )
    parser.add_argument(
        "--fail-on-stale",
        action="store_true",
        help="exit with 1 for stale entries of the baseline too: Junction no longer differs there",
    )
    add_format_option(parser, *_FORMATS)
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Compare the sources that are named with the contract and write the reports. Return the exit code."""
    named = [path for path in (options.document, options.events) if path is not None]
    if not named and not options.sdk and options.sdk_python is None:
        return complain("name what to compare: an OpenAPI document, --events FILE or --sdk")
    if named == [STANDARD_INPUT, STANDARD_INPUT]:
        return complain("standard input cannot be both the document and the list of events")
    reports, codes = [], [0]
    for name, compare in _sources(options):
        try:
            reports.append(compare())
        except OSError as error:
            codes.append(complain(f"{name}: cannot be read: {(error.strerror or str(error)).lower()}"))
        except drift.DriftError as error:
            codes.append(complain(f"{name}: {error}" if name else str(error)))
    for report in reports:
        differs = report.unexplained or report.given_up or (options.fail_on_stale and report.stale)
        codes.append(FAILED if differs else 0)
    if reports:
        sys.stdout.write(_FORMATS[options.format](reports))
    return max(codes)


def _sources(options: argparse.Namespace) -> Iterator[tuple[str, Callable[[], DriftReport]]]:
    """What to compare, each with its name in an error message; an error about the SDK names its Python."""
    for path, compare in ((options.document, drift.compare), (options.events, drift.compare_events)):
        if path is not None:
            name = "standard input" if path == STANDARD_INPUT else path
            yield name, partial(_of_file, path, compare)
    if options.sdk or options.sdk_python is not None:
        yield "", partial(drift.compare_sdk, options.sdk_python)


def _of_file(path: str, compare: Callable[[bytes], DriftReport]) -> DriftReport:
    return compare(sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes())


def _as_json(reports: Sequence[DriftReport]) -> str:
    whole = {"contract": contract.version(), "reports": [asdict(report) for report in reports]}
    return json.dumps(whole, indent=2) + "\n"


def _as_text(reports: Sequence[DriftReport]) -> str:
    parts = ["\n".join(_lines(each, heading="{}:", item="  ", quote=_shortened)) for each in reports]
    return "\n\n".join(parts) + "\n"


def _as_markdown(reports: Sequence[DriftReport]) -> str:
    parts = ["\n".join(_lines(each, heading="\n## {}\n", item="- ", quote=code_span)) for each in reports]
    return "\n\n".join(parts) + "\n"


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


_FORMATS: Final[Mapping[str, Callable[[Sequence[DriftReport]], str]]] = {
    "text": _as_text,
    "json": _as_json,
    "markdown": _as_markdown,
}


def _lines(report: DriftReport, *, heading: str, item: str, quote: Callable[[str], str]) -> Iterator[str]:
    """The report line by line.

    `heading` and `item` are the markup of a format, and `quote` writes a text of the document.
    """
    yield f"{count(len(report.unexplained), 'unexplained difference')}: {_compared(report, quote)}."
    for title, lines in _sections(report, quote):
        if lines:
            yield heading.format(title)
            yield from (item + line for line in lines)


def _sections(report: DriftReport, quote: Callable[[str], str]) -> Iterator[tuple[str, list[str]]]:
    """The parts of a report, each with its title. Those without lines are left out later."""
    for impact, title in _IMPACTS.items():
        chosen = [each for each in report.unexplained if each.impact == impact]
        lines = [_difference(each, quote) for each in chosen[:_MOST_DIFFERENCES]]
        if len(chosen) > _MOST_DIFFERENCES:
            lines.append(f"and {len(chosen) - _MOST_DIFFERENCES:,} more: --format json lists all of them")
        yield title, lines
    yield "Given up: it would have taken too long", [quote(line) for line in report.given_up]
    yield "Remarks", list(report.remarks)
    by_reason: dict[str, Counter[str]] = defaultdict(Counter)
    for each in report.baseline:
        if each.baseline:
            by_reason[each.baseline.reason][f"{quote(each.baseline.pattern)} of {each.family}.*"] += 1
    reviewed = [f"{reason} {_places(places)}" for reason, places in by_reason.items()]
    yield "Baseline: reviewed, and the contract differs on purpose", reviewed
    stale = [
        f"{quote(entry.pattern)} of {entry.family}.*: {entry.rule}"
        + (f" ({', '.join(entry.values)})" if entry.values else "")
        for entry in report.stale
    ]
    yield "Stale: in the baseline, but no longer different; update the contract", stale


def _compared(report: DriftReport, quote: Callable[[str], str]) -> str:
    upstream = _SOURCES[report.source]
    if report.source != "events":
        upstream += f", version {quote(report.version)}," if report.version else ", without a version,"
    return f"{upstream} compared with the contract, version {contract.version()}"


def _difference(each: Drift, quote: Callable[[str], str]) -> str:
    what = f"{each.describe(quote)} ({each.rule})"
    if each.is_of_event:
        return what
    places = [quote(path) for path in each.also[:_MOST_PLACES]]
    more = f" and {len(each.also) - _MOST_PLACES} more places" if len(each.also) > _MOST_PLACES else ""
    also = f"; also at {', '.join(places)}{more}" if places else ""
    return f"{quote(each.path or '/')} of {each.family}.*: {what}{also}"


def _places(places: Counter[str]) -> str:
    return f"({'; '.join(place if count == 1 else f'{place}: {count}' for place, count in places.items())})"

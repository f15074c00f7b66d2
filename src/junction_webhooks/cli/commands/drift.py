"""`junction-webhooks drift`: what Junction's document says otherwise, as text, JSON or Markdown."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract, drift
from junction_webhooks.cli._terminal import FAILED, complain, count, printable
from junction_webhooks.inputs import STANDARD_INPUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from junction_webhooks.drift import Drift, DriftReport

_IMPACTS: Final = {
    "breaking": "Breaking: the tolerant profile may refuse what Junction then sends",
    "tolerated": "Tolerated: the tolerant profile takes it, production is safe",
}


def run(path: str, *, form: str) -> int:
    """Compare the document at the path and write the report; returns the exit code."""
    source = "standard input" if path == STANDARD_INPUT else path
    try:
        body = sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
        report = drift.compare(body)
    except OSError as error:
        return complain(f"{source}: cannot be read: {(error.strerror or str(error)).lower()}")
    except drift.DriftError as error:
        return complain(f"{source}: {error}")
    sys.stdout.write(_FORMS[form](report))
    return FAILED if report.unexplained else 0


def _as_json(report: DriftReport) -> str:
    return json.dumps(asdict(report) | {"contract": contract.version()}, indent=2) + "\n"


def _as_text(report: DriftReport) -> str:
    return "\n".join(_lines(report, heading="{}:", item="  ", code="")) + "\n"


def _as_markdown(report: DriftReport) -> str:
    return "\n".join(_lines(report, heading="\n## {}\n", item="- ", code="`")) + "\n"


_FORMS: Final[Mapping[str, Callable[[DriftReport], str]]] = {
    "text": _as_text,
    "json": _as_json,
    "markdown": _as_markdown,
}


def _lines(report: DriftReport, *, heading: str, item: str, code: str) -> Iterator[str]:
    yield f"{count(len(report.unexplained), 'unexplained difference')}: {_compared(report)}."
    for impact, title in _IMPACTS.items():
        chosen = [each for each in report.unexplained if each.impact == impact]
        if chosen:
            yield heading.format(title)
            yield from (item + _told(each, code) for each in chosen)
    if report.baseline:
        yield heading.format("Baseline: reviewed, and the contract differs on purpose")
        decisions: dict[str, Counter[str]] = defaultdict(Counter)
        for each in report.baseline:
            if each.baseline:
                decisions[each.baseline.reason][
                    f"{code}{each.baseline.pattern}{code} of {each.family}.*"
                ] += 1
        yield from (f"{item}{reason} {_places(places)}" for reason, places in decisions.items())
    if report.stale:
        yield heading.format("Stale: in the baseline, but no longer there; the contract can follow")
        for entry in report.stale:
            values = f" ({', '.join(entry.values)})" if entry.values else ""
            yield f"{item}{code}{entry.pattern}{code} of {entry.family}.*: {entry.rule}{values}"


def _compared(report: DriftReport) -> str:
    upstream = f"version {report.version}" if report.version else "a document without a version"
    return f"Junction's OpenAPI, {printable(upstream)}, against the contract {contract.version()}"


def _told(each: Drift, code: str) -> str:
    also = f"; also at {', '.join(f'{code}{path}{code}' for path in each.also)}" if each.also else ""
    place = printable(each.path) or "/"
    return f"{code}{place}{code} of {each.family}.*: {printable(each.what)} ({each.rule}){also}"


def _places(places: Counter[str]) -> str:
    return f"({'; '.join(place if count == 1 else f'{place}: {count}' for place, count in places.items())})"

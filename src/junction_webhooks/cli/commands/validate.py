"""`junction-webhooks validate`: every payload of the paths, judged and told."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import inputs as _sources
from junction_webhooks._json.decode import duplicate_keys
from junction_webhooks.cli._terminal import FAILED, UNUSABLE, coloured, complain, count, printable, progress
from junction_webhooks.contract import families
from junction_webhooks.validation import check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.contract import EventType
    from junction_webhooks.inputs import Found
    from junction_webhooks.validation import Report, Verdict, Violation

_MOST_SHOWN: Final = 20
_IN_SENTENCE: Final[Mapping[Verdict, tuple[str, str]]] = {
    "conforms": ("conforms", "conform"),
    "drifts": ("drifts", "drift"),
    "rejected": ("is rejected", "are rejected"),
}


def run(
    paths: Sequence[str],
    *,
    tolerant: bool,
    event_type: EventType | None,
    as_json: bool,
    show_values: bool,
) -> int:
    """Judge every payload of the paths and write what was found; returns the exit code."""
    verdicts: Counter[Verdict] = Counter()
    unusable = unlisted = 0
    files = list(_files(paths))
    for file in progress(files, total=len(files)):
        try:
            for found in _payloads(file):
                report = check(found.body, event_type=event_type)
                verdicts[report.verdict] += 1
                if as_json:
                    _write(json.dumps(_record(found, report, show_values=show_values)))
                elif found.line is None or report.violations:
                    _write(_text(found, report, show_values=show_values))
                else:
                    # A line a payload would drown what is wrong in newline-delimited JSON.
                    unlisted += 1
        except _sources.SourceError as error:
            unusable += 1
            complain(str(error))
    if not as_json and (unlisted or verdicts.total() > 1):
        _write(_summary(verdicts))
    if unusable:
        return UNUSABLE
    return FAILED if verdicts["rejected"] or (verdicts["drifts"] and not tolerant) else 0


def _files(paths: Sequence[str]) -> Iterator[str | _sources.SourceError]:
    for path in paths:
        try:
            yield from _sources.files(path)
        except _sources.SourceError as error:
            yield error


def _payloads(file: str | _sources.SourceError) -> Iterator[Found]:
    if isinstance(file, _sources.SourceError):
        raise file
    yield from _sources.payloads(file)


def _record(found: Found, report: Report, *, show_values: bool) -> dict[str, Any]:
    return {
        "source": found.source,
        "line": found.line,
        "verdict": report.verdict,
        "event_type": report.event_type,
        "bare": report.bare,
        "violations": [_violation(violation, show_values=show_values) for violation in report.violations],
        "duplicate_keys": _duplicates(found, report),
    }


def _violation(violation: Violation, *, show_values: bool) -> dict[str, Any]:
    fields = ("path", "keyword", "message", "hint", "reason", "pattern", "breaking", "schema_path")
    record = {name: getattr(violation, name) for name in fields}
    return record | ({"value": violation.value} if show_values else {})


def _text(found: Found, report: Report, *, show_values: bool) -> str:
    place = printable(found.source) + (f":{found.line}" if found.line is not None else "")
    lines = [f"{place}: {coloured(report.verdict, report.verdict)}{_judged_as(report)}{_share(report)}"]
    hint = ""
    for violation in report.violations[:_MOST_SHOWN]:
        path = printable(violation.path) or "the payload"
        mark = coloured("rejected", "breaking: ") if violation.breaking else ""
        rule = coloured("faint", f"({violation.keyword})")
        lines.append(f"  {mark}{coloured('bold', path)} {printable(violation.message)} {rule}")
        if show_values and violation.keyword not in {"required", "json"}:
            lines.append(f"    value: {json.dumps(violation.value)}")
        if violation.hint != hint:
            hint = violation.hint
            lines.append(f"    {printable(hint)}")
    hidden = len(report.violations) - _MOST_SHOWN
    if hidden > 0:
        lines.append(f"  and {hidden} more: --format json lists them all")
    lines += [
        f"  {coloured('bold', printable(path))} is given more than once: the last one counts"
        for path in _duplicates(found, report)
    ]
    return "\n".join(lines)


def _judged_as(report: Report) -> str:
    if report.event_type is None:
        return ""
    family = families.of(report.event_type)
    is_bare_form = report.bare and family.bare_form is not None
    return f" ({f'bare {family.name}, no envelope' if is_bare_form else report.event_type})"


def _share(report: Report) -> str:
    """How many of the broken rules matter to a handler, where that is not all or none."""
    breaking = sum(violation.breaking for violation in report.violations)
    if not 0 < breaking < len(report.violations):
        return ""
    return f": {breaking} of {len(report.violations)} broken rules would break a handler"


def _duplicates(found: Found, report: Report) -> list[str]:
    unreadable = any(violation.keyword == "json" for violation in report.violations)
    return [] if unreadable else duplicate_keys(found.body)


def _summary(verdicts: Counter[Verdict]) -> str:
    told = [f"{verdicts[verdict]} {coloured(verdict, word)}" for verdict, word in _words(verdicts)]
    return f"{count(verdicts.total(), 'payload')}: {', '.join(told)}"


def _words(verdicts: Counter[Verdict]) -> Iterator[tuple[Verdict, str]]:
    for verdict, (one, more) in _IN_SENTENCE.items():
        if verdicts[verdict]:
            yield verdict, one if verdicts[verdict] == 1 else more


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")

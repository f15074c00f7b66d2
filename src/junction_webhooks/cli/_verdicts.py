"""What `validate` shows of a payload: a few lines of text, or one line of JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from junction_webhooks._json.decode import duplicate_keys, read
from junction_webhooks._json.display import shown_pointer
from junction_webhooks._jsonschema.formats import is_date_time, is_uuid
from junction_webhooks.cli._terminal import coloured, printable
from junction_webhooks.contract import families
from junction_webhooks.inputs.records import Unreadable
from junction_webhooks.validation import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import EventType
    from junction_webhooks.inputs.records import Input, Place, Record
    from junction_webhooks.validation import Report, Verdict, Violation

MOST_PROBLEMS: Final = 20
"""The most payloads with problems that are listed unless all are asked for."""
_MOST_VIOLATIONS: Final = 20
"""The most violations that the text format shows per payload. JSON has all that `check` lists."""


Kind: TypeAlias = Literal["conforms", "problem", "unreadable"]


class Choices(NamedTuple):
    """What the user asked for. Other processes get a copy."""

    event: EventType | None
    as_json: bool
    show_values: bool
    list_all: bool
    """Whether to list every payload, and not only the first ones with problems."""
    list_files: bool
    """Whether a payload that is a whole file is listed even if it conforms."""
    body_at: str | None


class Shown(NamedTuple):
    """What is shown of one record."""

    place: Place
    text: str
    kind: Kind

    def rendered(self, choices: Choices, *, line_shift: int = 0) -> str:
        """The text with the place, which is `line_shift` lines further down than it says."""
        place = self.place
        if place.line is not None:
            place = place._replace(line=place.line + line_shift)
        if self.kind == "unreadable" or not choices.as_json:
            return f"{printable(str(place))}: {self.text}"
        return f"{json.dumps(place._asdict())[:-1]}, {self.text}"


class Checker:
    """Checks records, counts the verdicts, and says what to show."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self.verdicts: Counter[Verdict] = Counter()
        self.wrapped = 0
        """How many payloads were in a wrapper."""
        self.unreadable = 0
        """How many records could not be read."""
        self._problems = 0

    def look(self, record: Record) -> Shown | None:
        """Check a record. Returns None if nothing is shown of it."""
        choices = self._choices
        if isinstance(record, Unreadable):
            self.unreadable += 1
            is_listed = choices.list_all or self.unreadable <= MOST_PROBLEMS
            return Shown(record.place, record.reason, "unreadable") if is_listed else None
        self.wrapped += record.wrapping is not None
        report = check(record.body, event_type=choices.event)
        self.verdicts[report.verdict] += 1
        kind: Kind = "conforms" if report.verdict == "conforms" else "problem"
        if choices.as_json:
            return Shown(record.place, _json(record, report, show_values=choices.show_values), kind)
        if kind == "conforms":
            is_listed = choices.list_all or (choices.list_files and record.place.line is None)
        else:
            self._problems += 1
            is_listed = choices.list_all or self._problems <= MOST_PROBLEMS
        # Violations are worded when they are read: nobody reads those of payloads that are not listed.
        return Shown(record.place, _text(record, report, choices), kind) if is_listed else None


def _json(found: Input, report: Report, *, show_values: bool) -> str:
    record = {
        "verdict": report.verdict,
        "event_type": report.event_type,
        "bare": report.bare,
        "object": _object(found.body, report),
        "violations": [_violation(violation, show_values=show_values) for violation in report.violations],
        "truncated": report.truncated,
        "duplicate_keys": _duplicates(found, report),
    }
    return json.dumps(record)[1:]


def _object(body: bytes, report: Report) -> dict[str, str] | None:
    """The ids and times of the object that a payload is about; None if the event type is not known.

    Only what has the form of an id or a time, since anything else in its place may be patient data.
    """
    if report.event_type is None:
        return None
    family = families.of(report.event_type)
    payload = read(body)
    data = payload if report.bare else payload.get("data")
    names = dict.fromkeys([family.identity, "order_id", "created_at", family.updated_at])
    found = {name: data.get(name) for name in names if name} if isinstance(data, dict) else {}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, str) and (is_date_time if name.endswith("_at") else is_uuid)(value)
    }


def _violation(violation: Violation, *, show_values: bool) -> dict[str, Any]:
    fields = ("path", "keyword", "message", "hint", "reason", "pattern", "breaking", "schema_path")
    record = {name: getattr(violation, name) for name in fields}
    return record | ({"value": violation.value} if show_values else {})


def _text(found: Input, report: Report, choices: Choices) -> str:
    verdict = coloured(report.verdict, report.verdict)
    lines = [f"{verdict}{_checked_as(report)}{_breaking_share(report)}"]
    hint = ""
    for violation in report.violations[:_MOST_VIOLATIONS]:
        path = printable(violation.path) or "the payload"
        mark = coloured("rejected", "breaking: ") if violation.breaking else ""
        rule = coloured("faint", f"({violation.keyword})")
        lines.append(f"  {mark}{coloured('bold', path)} {printable(violation.message)} {rule}")
        if choices.show_values and violation.keyword not in {"required", "json"}:
            value = json.dumps(violation.value)
            # Some messages quote the value themselves.
            if not violation.message.startswith(f"is {value},"):
                lines.append(f"    value: {value}")
        # Several violations in a row often have the same hint: once is enough.
        if violation.hint != hint:
            hint = violation.hint
            lines.append(f"    {printable(hint)}")
    hidden = len(report.violations) - _MOST_VIOLATIONS
    if report.truncated:
        lines.append(f"  and more: --format ndjson lists the first {len(report.violations)}")
    elif hidden > 0:
        lines.append(f"  and {hidden} more: --format ndjson lists them all")
    lines += [
        f"  {coloured('bold', printable(path))} appears more than once: the last one counts"
        for path in _duplicates(found, report)
    ]
    return "\n".join(lines)


def _checked_as(report: Report) -> str:
    if report.event_type is None:
        return ""
    family = families.of(report.event_type)
    is_bare_form = report.bare and family.bare_form is not None
    return f" ({f'bare {family.name}, no envelope' if is_bare_form else report.event_type})"


def _breaking_share(report: Report) -> str:
    """How many of the violations are breaking, unless the answer is none or all."""
    breaking = sum(violation.breaking for violation in report.violations)
    if not 0 < breaking < len(report.violations):
        return ""
    first = "the first " if report.truncated else ""
    return f": {breaking} of {first}{len(report.violations)} violations would break a handler"


def _duplicates(found: Input, report: Report) -> list[str]:
    unreadable = any(violation.keyword == "json" for violation in report.violations)
    return [] if unreadable else sorted({*map(shown_pointer, duplicate_keys(found.body))})


IN_SENTENCE: Final[Mapping[Verdict, tuple[str, str]]] = {
    "conforms": ("conforms", "conform"),
    "drifts": ("drifts", "drift"),
    "rejected": ("is rejected", "are rejected"),
}
"""Each verdict as a verb, in the singular and in the plural."""

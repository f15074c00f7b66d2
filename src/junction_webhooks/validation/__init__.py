"""Judging a payload: `check()` takes a payload and gives a `Report`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, get_args

from junction_webhooks import contract
from junction_webhooks._json.decode import (
    Body,
    UnreadableError,
    check_expressible,
    is_shallow,
    read,
    read_at_once,
)
from junction_webhooks._json.display import quoted, some
from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract.annotations import place
from junction_webhooks.validation import _engines, _messages
from junction_webhooks.validation._engines import ACCELERATOR, Engine, default_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import EventType, Schema
    from junction_webhooks.validation._engines import Breach, Judge

Verdict: TypeAlias = Literal["conforms", "drifts", "rejected"]
Reason: TypeAlias = Literal[
    "unreadable",
    "unknown_event",
    "missing",
    "unexpected_null",
    "wrong_type",
    "new_value",
    "new_property",
    "out_of_scope",
    "bad_format",
    "out_of_range",
]

_BARE_ORDER_AS: Final[EventType] = "labtest.order.updated"
_REASONS: Final[Mapping[str, Reason]] = {
    "required": "missing",
    "additionalProperties": "new_property",
    "format": "bad_format",
    "pattern": "bad_format",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "maxLength": "out_of_range",
}
_MODALITY: Final = "walk_in_test"
_OTHER_APPOINTMENT_TYPE: Final = "phlebotomy"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule."""

    path: str
    """JSON pointer (RFC 6901) to the value that breaks the rule, or to where a missing one belongs."""
    keyword: str
    """The rule: a JSON Schema keyword, or `json` for a body that cannot be read."""
    message: str
    hint: str
    """What to do about it."""
    reason: Reason
    """Why it is broken, in few enough words to count by."""
    pattern: str
    """The path with `*` for each index and `?` for each unknown name, to count by."""
    breaking: bool
    """Whether the tolerant profile refuses it too."""
    schema_path: str
    """JSON pointer to the rule in the strict bundle of the event."""
    value: Any = field(repr=False, compare=False)
    """The value that breaks the rule, None where there is none. It may be patient data.

    No part of what makes two violations equal, so that a failed comparison does not print it.
    """

    def __str__(self) -> str:
        """The violation in one line, without patient data."""
        return f"{self.path or 'the payload'} {self.message} ({self.keyword}); {self.hint}"


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found."""

    verdict: Verdict
    """`conforms`: the strict profile holds; `drifts`: only the tolerant one; `rejected`: neither."""
    event_type: EventType | None
    """The event that the payload was judged as, None when none could be told."""
    bare: bool
    """Whether the payload had no envelope: it was judged as what belongs under `data`."""
    violations: tuple[Violation, ...]
    """Every rule of the strict profile that is broken: the breaking ones first, each kind by path."""

    def __str__(self) -> str:
        """The verdict, then one line per violation, the breaking ones marked, without patient data."""
        marked = [f"breaking: {each}" if each.breaking else str(each) for each in self.violations]
        return "\n  ".join([self.verdict, *marked])


class Opened(NamedTuple):
    """A payload as an event."""

    event_type: EventType
    payload: dict[str, Any]
    """With its envelope, if need be a made one."""
    bare: bool
    """Whether it had none."""


def check(
    payload: Body | Mapping[str, Any],
    *,
    event_type: EventType | None = None,
    engine: Engine | None = None,
) -> Report:
    """Judge a payload: the body in bytes or str, or a parsed dict.

    A bare order, without its envelope, is recognised. With `event_type` the payload must be that event,
    or what belongs under its `data`. `engine` is `jsonschema` or `jsonschema-rs`; by default the faster
    one that is installed. Nothing in a body raises: one that cannot be read is `rejected`.
    Raises `ValueError` for an unknown `event_type` or `engine`, `TypeError` when the payload is neither
    a body nor a dict.
    """
    if engine is not None and engine not in get_args(Engine):
        message = f"unknown engine {engine!r}: expected {' or '.join(get_args(Engine))}"
        raise ValueError(message)
    engine = engine or default_engine()
    if engine == ACCELERATOR and event_type is None and type(payload) is bytes:
        report = _conforming(payload)
        if report is not None:
            return report
    opened = open_payload(payload, event_type, may_be_bare=_looks_like_an_order)
    if isinstance(opened, Violation):
        return Report("rejected", None, bare=False, violations=(opened,))
    return _judge(opened, engine)


def _conforming(body: bytes) -> Report | None:
    """The report of a whole event that conforms, which is the usual case; None for any other body."""
    value = read_at_once(body)
    if not isinstance(value, dict) or value.get("event_type") not in contract.EVENT_TYPES:
        return None
    judge, report = _usual(value["event_type"])
    return report if judge.holds(value) and (judge.closed or is_shallow(body)) else None


@cache
def _usual(event_type: EventType) -> tuple[Judge, Report]:
    """The judge of a whole event, and its report where it conforms."""
    judge = _engines.judge(ACCELERATOR, "strict", event_type)
    return judge, Report("conforms", event_type, bare=False, violations=())


def open_payload(
    payload: Body | Mapping[str, Any],
    event_type: EventType | None,
    *,
    may_be_bare: Callable[[Mapping[str, Any]], bool],
) -> Opened | Violation:
    """The payload as an event, or why it is none; `may_be_bare` is asked when no event is named.

    Raises `ValueError` for an unknown `event_type`, `TypeError` as `check` does.
    """
    if event_type is not None and event_type not in contract.EVENT_TYPES:
        message = f"unknown event_type {event_type!r}: expected one of {', '.join(contract.EVENT_TYPES)}"
        raise ValueError(message)
    try:
        value = _value(payload)
    except UnreadableError as error:
        return _violation("json", str(error), "send one JSON object", "unreadable")
    if not isinstance(value, dict):
        wrong = f"is {some(value)}, expected an object"
        return _violation("type", wrong, "send one JSON object", "wrong_type", value=value)
    told = value.get("event_type")
    if told in contract.EVENT_TYPES:
        return Opened(event_type or told, value, False)  # noqa: FBT003  (by name it takes longer)
    if "event_type" not in value and "data" not in value and (event_type or may_be_bare(value)):
        judged_as = event_type or _BARE_ORDER_AS
        return Opened(judged_as, {"event_type": judged_as, "data": value}, bare=True)
    return _no_event(value)


def _value(payload: Body | Mapping[str, Any]) -> Any:
    if isinstance(payload, dict):
        check_expressible(payload)
        return payload
    return read(payload)  # type: ignore[arg-type]  # what is no body it refuses


def _looks_like_an_order(value: Mapping[str, Any]) -> bool:
    return "events" in value and "details" in value


def _no_event(value: Mapping[str, Any]) -> Violation:
    """What is wrong with the event type of a payload."""
    told = value.get("event_type")
    known = f"known events: {', '.join(contract.EVENT_TYPES)}"
    if "event_type" not in value:
        hint = "send the whole event with its envelope, or name the event type"
        return _violation("required", "is missing", hint, "missing", path="/event_type")
    if not isinstance(told, str):
        wrong = f"is {some(told)}, expected a string"
        return _violation("type", wrong, known, "wrong_type", path="/event_type", value=told)
    unknown = f"is {quoted(told)}, not an event in this contract"
    hint = _messages.did_you_mean(told, contract.EVENT_TYPES) or known
    return _violation("enum", unknown, hint, "unknown_event", path="/event_type", value=told)


def _judge(opened: Opened, engine: Engine) -> Report:
    event_type, payload, bare = opened
    if _engines.judge(engine, "strict", event_type).holds(payload):
        return Report("conforms", event_type, bare, ())
    broken, refused = (
        _flat(
            _engines.judge(engine, profile, event_type).breaches(payload),
            contract.bundle(profile, event_type),
        )
        for profile in contract.PROFILES
    )
    breaking = {breach.path for breach in refused}
    elsewhere = _of_another_modality(payload)
    broken.sort(key=lambda breach: breach.path not in breaking)
    violations = tuple(
        _described(breach, opened, breaking=breach.path in breaking, elsewhere=elsewhere) for breach in broken
    )
    return Report("rejected" if refused else "drifts", event_type, bare, violations)


def _flat(found: Iterable[Breach], bundle: Schema) -> list[Breach]:
    """One breach for one mistake, each pointing at the property concerned, ordered by path."""
    singles = {
        (breach.path, breach.keyword): breach for single in found for breach in _singles(single, bundle)
    }
    return sorted(
        singles.values(), key=lambda breach: ([_sortable(part) for part in breach.path], breach.keyword)
    )


def _singles(breach: Breach, bundle: Schema) -> Iterator[Breach]:
    if breach.names:
        for name in breach.names:
            yield breach._replace(path=(*breach.path, name), names=())
    elif breach.keyword == "anyOf":
        left = [branch for branch in breach.branches if not _fails_on_type(branch, breach.path)]
        if len(left) == 1:
            for inner in left[0]:
                yield from _singles(inner, bundle)
        else:
            yield breach
    elif breach.keyword == "pattern" and "format" in _located(bundle, breach.schema_path)[0]:
        # A pattern beside a format only spells that format out.
        yield breach._replace(keyword="format", schema_path=(*breach.schema_path[:-1], "format"))
    else:
        yield breach


def _fails_on_type(branch: tuple[Breach, ...], path: Path) -> bool:
    return any(breach.keyword == "type" and breach.path == path for breach in branch)


def _sortable(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (-1, part)


def _located(bundle: Schema, schema_path: Path) -> tuple[Schema, Path]:
    """The schema that holds the keyword at the end of the path, and the way to it with `$ref`s resolved."""
    schema: Any = bundle
    resolved: Path = ()
    for part in schema_path[:-1]:
        if isinstance(schema, dict) and part not in schema:
            schema, resolved = _target(bundle, schema["$ref"])
        schema = schema[part]
        resolved = (*resolved, part)
    if schema_path[-1] not in schema:
        schema, resolved = _target(bundle, schema["$ref"])
    return schema, (*resolved, schema_path[-1])


def _target(bundle: Schema, reference: str) -> tuple[Schema, Path]:
    title = reference.removeprefix("#/$defs/")
    return bundle["$defs"][title], ("$defs", title)


def _value_at(payload: Any, path: Path) -> Any:
    """The value at the end of the path, None where there is none."""
    for part in path:
        if isinstance(payload, dict):
            payload = payload.get(part)
        elif isinstance(payload, list) and isinstance(part, int):
            payload = payload[part]
        else:
            return None
    return payload


def _of_another_modality(payload: Mapping[str, Any]) -> bool:
    """Whether the order or appointment names a kind of collection that this contract leaves out."""
    if payload["event_type"].startswith("labtest.order."):
        kind = _value_at(payload, ("data", "details", "type"))
        return kind != _MODALITY and kind in contract.schemas()["values/collection_method"]["enum"]
    return bool(_value_at(payload, ("data", "type")) == _OTHER_APPOINTMENT_TYPE)


def _described(breach: Breach, opened: Opened, *, breaking: bool, elsewhere: bool) -> Violation:
    found = place(opened.event_type, breach.path)
    value = _value_at(opened.payload, breach.path)
    name = str(breach.path[-1]) if breach.path else ""
    schema, schema_path = _located(contract.bundle("strict", opened.event_type), breach.schema_path)
    holder = _value_at(opened.payload, breach.path[:-1])
    present = holder if isinstance(holder, dict) else ()
    message, hint = _messages.describe(
        breach.keyword, schema, value, name, found, present=present, other_modality=elsewhere
    )
    prefix = "/data" if opened.bare else ""
    return Violation(
        path=pointer(breach.path).removeprefix(prefix),
        keyword=breach.keyword,
        message=message,
        hint=hint,
        reason="out_of_scope" if elsewhere and not breaking else _reason(breach.keyword, value),
        pattern=found.pattern.removeprefix(prefix),
        breaking=breaking,
        schema_path=pointer(schema_path),
        value=value,
    )


def _reason(keyword: str, value: object) -> Reason:
    if keyword in _REASONS:
        return _REASONS[keyword]
    if value is None:
        return "unexpected_null"
    if not isinstance(value, str) or keyword == "type":
        return "wrong_type"
    return "bad_format" if keyword == "anyOf" else "new_value"


def _violation(
    keyword: str, message: str, hint: str, reason: Reason, *, path: str = "", value: object = None
) -> Violation:
    return Violation(
        path=path,
        keyword=keyword,
        message=message,
        hint=hint,
        reason=reason,
        pattern=path,
        breaking=True,
        schema_path="",
        value=value,
    )

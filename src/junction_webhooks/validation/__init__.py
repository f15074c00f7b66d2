"""Checking payloads: `check()` takes a payload and returns a `Report`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from junction_webhooks._json.decode import (
    HAS_ORJSON,
    Body,
    UnreadableError,
    as_bytes,
    read,
    read_at_once,
)
from junction_webhooks._json.guards import is_shallow
from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.contract import EVENT_TYPES, EventType
from junction_webhooks.validation import _engines
from junction_webhooks.validation._engines import ACCELERATOR, Engine, default_engine
from junction_webhooks.validation._envelope import (
    Event,
    as_event,
    event_in,
    require_known,
    unreadable,
)
from junction_webhooks.validation._folding import violations
from junction_webhooks.validation._later import Later, no_event, of_body, of_event, unreadable_body
from junction_webhooks.validation._report import Reason, Report, Verdict, Violation, unread_report

if TYPE_CHECKING:
    from collections.abc import Callable

    IsValid: TypeAlias = Callable[[object], bool]

__all__ = ["Reason", "Report", "Verdict", "Violation", "check"]


@clears_locals
def check(
    payload: Body | Mapping[str, Any],
    *,
    event_type: EventType | None = None,
    engine: Engine | None = None,
) -> Report:
    """Check a payload: the body in bytes or str, or a parsed dict.

    An order without its envelope is recognized. With `event_type`, the payload must be that event, or what
    belongs under its `data`. `engine` is `jsonschema` or `jsonschema-rs`; by default the faster one that is
    installed. Nothing in a body raises an error: a body that cannot be read is `rejected`. In a dict,
    subclasses of dict, list, str, int and float are read as their base value, and tuples as lists. Of more
    than 1,000 violations, the first are listed, and `Report.truncated` is true. The violations of a body are
    listed when they are first read, so the verdict alone is much faster. Raises `ValueError` for an unknown
    `event_type` or `engine`, `TypeError` if the payload is neither a body nor a dict.

    Examples:
        >>> from junction_webhooks import check, fixtures
        >>> order = fixtures.load("labtest.order.updated/completed").payload
        >>> check(order).verdict
        'conforms'
        >>> order["data"]["status"] = "paused"
        >>> report = check(order)
        >>> report.verdict
        'drifts'
        >>> report.violations[0].path, report.violations[0].reason, report.violations[0].breaking
        ('/data/status', 'new_value', False)
    """
    if engine is not None and engine not in get_args(Engine):
        message = f"unknown engine {engine!r}: expected {' or '.join(get_args(Engine))}"
        raise ValueError(message)
    engine = engine or default_engine()
    if isinstance(payload, dict):
        # The caller may change it later, so the violations are listed now.
        return _of_dict(payload, event_type, engine)
    if engine == ACCELERATOR and event_type is None and HAS_ORJSON:
        report = _at_once(payload)  # type: ignore[arg-type]  # `as_bytes` raises TypeError for any other type
        if report is not None:
            return report
    return _of_body(payload, event_type, engine)  # type: ignore[arg-type]  # so does `read`


def _of_dict(payload: Mapping[str, Any], event_type: EventType | None, engine: Engine) -> Report:
    event = as_event(payload, event_type, recognize_bare=True)
    if isinstance(event, Violation):
        return Report("rejected", None, bare=False, violations=(event,))
    verdict = _verdict(event, engine)
    found, truncated = (
        ((), False) if verdict == "conforms" else violations(event, engine, is_rejected=verdict == "rejected")
    )
    return Report(verdict, event.event_type, event.bare, found, truncated)


def _of_body(body: Body, event_type: EventType | None, engine: Engine) -> Report:
    require_known(event_type)
    try:
        value = read(body)
    except UnreadableError as error:
        return Report("rejected", None, bare=False, violations=(unreadable(error),))
    event = event_in(value, event_type, recognize_bare=True)
    if event is None:
        return unread_report("rejected", None, Later(no_event, value), bare=False)
    verdict = _verdict(event, engine)
    if verdict == "conforms":
        return Report("conforms", event.event_type, event.bare, ())
    listing = Later(of_event, event, engine, verdict)
    return unread_report(verdict, event.event_type, listing, bare=event.bare)


def _verdict(event: Event, engine: Engine) -> Verdict:
    if _engines.validator(engine, "strict", event.event_type).is_valid(event.payload):
        return "conforms"
    survives = _engines.validator(engine, "tolerant", event.event_type).is_valid(event.payload)
    return "drifts" if survives else "rejected"


def _at_once(body: Body) -> Report | None:
    """Return the report of a body with an envelope, the most frequent case, or None for any other payload."""
    try:
        raw = body if type(body) is bytes else as_bytes(body)
    except UnreadableError as error:
        return Report("rejected", None, bare=False, violations=(unreadable(error),))
    try:
        value = read_at_once(raw)
    except UnreadableError:
        return unread_report("rejected", None, Later(unreadable_body, raw), bare=False)
    event_type = value.get("event_type") if type(value) is dict else None
    if event_type not in EVENT_TYPES:
        return None
    conforms, is_closed, survives, report = _validators(event_type)
    if conforms(value):
        return report if is_closed or is_shallow(raw) else None
    if not is_shallow(raw):
        return None
    verdict: Verdict = "drifts" if survives(value) else "rejected"
    listing = Later(of_body, raw, value, event_type, verdict)
    return unread_report(verdict, event_type, listing, bare=False)


@cache
def _validators(event_type: EventType) -> tuple[IsValid, bool, IsValid, Report]:
    """Return the strict validator of an event, whether it is closed, and the tolerant one.

    Last comes the report of every payload that conforms.
    """
    strict = _engines.validator(ACCELERATOR, "strict", event_type)
    tolerant = _engines.validator(ACCELERATOR, "tolerant", event_type)
    report = Report("conforms", event_type, bare=False, violations=())
    return strict.is_valid, strict.closed, tolerant.is_valid, report

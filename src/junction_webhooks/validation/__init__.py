"""Checking payloads: `check()` takes a payload and returns a `Report`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from junction_webhooks._json.decode import Body, is_shallow, read_at_once
from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.contract import EVENT_TYPES, EventType
from junction_webhooks.validation import _engines
from junction_webhooks.validation._engines import ACCELERATOR, Engine, default_engine
from junction_webhooks.validation._envelope import as_event
from junction_webhooks.validation._folding import violations
from junction_webhooks.validation._report import Reason, Report, Verdict, Violation

if TYPE_CHECKING:
    from junction_webhooks.validation._engines import Validator

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
    than 1,000 violations, the first are listed, and `Report.truncated` is true. Raises `ValueError` for an
    unknown `event_type` or `engine`, `TypeError` if the payload is neither a body nor a dict.

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
    if engine == ACCELERATOR and event_type is None and type(payload) is bytes:
        report = _conforming(payload)
        if report is not None:
            return report
    event = as_event(payload, event_type, recognize_bare=True)
    if isinstance(event, Violation):
        return Report("rejected", None, bare=False, violations=(event,))
    if _engines.validator(engine, "strict", event.event_type).is_valid(event.payload):
        return Report("conforms", event.event_type, event.bare, ())
    survives = _engines.validator(engine, "tolerant", event.event_type).is_valid(event.payload)
    verdict: Verdict = "drifts" if survives else "rejected"
    found, truncated = violations(event, engine, is_rejected=not survives)
    return Report(verdict, event.event_type, event.bare, found, truncated)


def _conforming(body: bytes) -> Report | None:
    """Return the report of an event that conforms, the most frequent case, or None for any other body."""
    value = read_at_once(body)
    if not isinstance(value, dict) or value.get("event_type") not in EVENT_TYPES:
        return None
    validator, report = _fast(value["event_type"])
    return report if validator.is_valid(value) and (validator.closed or is_shallow(body)) else None


@cache
def _fast(event_type: EventType) -> tuple[Validator, Report]:
    """Return the validator of an event, and the report of every payload that it accepts."""
    validator = _engines.validator(ACCELERATOR, "strict", event_type)
    return validator, Report("conforms", event_type, bare=False, violations=())

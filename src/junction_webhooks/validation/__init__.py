"""Checking payloads: `check()` takes a payload and returns a `Report`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, get_args

from junction_webhooks._json.decode import (
    HAS_ORJSON,
    Body,
    UnreadableError,
    as_bytes,
    read,
)
from junction_webhooks._tracebacks import clear
from junction_webhooks.contract import EventType
from junction_webhooks.validation import _engines
from junction_webhooks.validation._engines import Engine, default_engine
from junction_webhooks.validation._envelope import (
    Event,
    as_event,
    event_in,
    require_known,
    unreadable,
)
from junction_webhooks.validation._fast_reports import fast_report
from junction_webhooks.validation._folding import violations
from junction_webhooks.validation._later import Later, no_event, of_event
from junction_webhooks.validation._report import Reason, Report, Verdict, Violation, unread_report

__all__ = ["Reason", "Report", "Verdict", "Violation", "check"]


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
    # What the decorator `clears_locals` does, in half the time.
    __tracebackhide__ = True
    handled = sys.exception()
    try:
        if type(payload) is bytes and event_type is None and engine is None and HAS_ORJSON:
            report = fast_report(payload)
            if report is not None:
                return report
        return _check(payload, event_type, engine)
    except BaseException as error:
        del payload, event_type
        clear(error, handled)
        del handled
        raise


def _check(payload: Body | Mapping[str, Any], event_type: EventType | None, engine: Engine | None) -> Report:
    if isinstance(payload, str) and event_type is None and engine is None and HAS_ORJSON:
        report = _text_fast_path(payload)
        if report is not None:
            return report
    if engine is not None and engine not in get_args(Engine):
        message = f"unknown engine {engine!r}: expected {' or '.join(get_args(Engine))}"
        raise ValueError(message)
    engine = engine or default_engine()
    if isinstance(payload, dict):
        # The caller may change it later, so the violations are listed now.
        return _of_dict(payload, event_type, engine)
    return _of_body(payload, event_type, engine)  # type: ignore[arg-type]  # `read` raises TypeError for any other


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
        return unread_report("rejected", None, Later((no_event, value)))
    verdict = _verdict(event, engine)
    if verdict == "conforms":
        return Report("conforms", event.event_type, event.bare, ())
    listing = Later((of_event, event, engine, verdict))
    return unread_report(verdict, event.event_type, listing, bare=event.bare)


def _verdict(event: Event, engine: Engine) -> Verdict:
    if _engines.validator(engine, "strict", event.event_type).is_valid(event.payload):
        return "conforms"
    survives = _engines.validator(engine, "tolerant", event.event_type).is_valid(event.payload)
    return "drifts" if survives else "rejected"


def _text_fast_path(text: str) -> Report | None:
    try:
        return fast_report(as_bytes(text))
    except UnreadableError:
        return None

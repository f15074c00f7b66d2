"""Listings of violations that are made when a report is first read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from junction_webhooks._json.decode import read
from junction_webhooks._json.guards import MAX_DEPTH, count_of, has_many_digits
from junction_webhooks.validation._engines import ACCELERATOR
from junction_webhooks.validation._envelope import Event, as_event, why_no_event
from junction_webhooks.validation._folding import violations
from junction_webhooks.validation._report import Violation

if TYPE_CHECKING:
    from junction_webhooks.contract import EventType
    from junction_webhooks.validation._engines import Engine
    from junction_webhooks.validation._report import Verdict

    Listed: TypeAlias = tuple[tuple[Violation, ...], bool]


class Later(tuple[Any, ...]):
    """A listing to make later: the function that makes it, and its arguments.

    Its repr does not show them, since payloads are among them. A tuple is made several times faster than an
    object with attributes, and one is made for each body that does not conform.
    """

    __slots__ = ()

    def __call__(self) -> Listed:
        """Make the listing."""
        make, *arguments = self
        listed: Listed = make(*arguments)
        return listed

    def __repr__(self) -> str:
        """Return a text without the payload."""
        return f"<{type(self).__name__}>"


def of_body(raw: bytes, payload: dict[str, Any], event_type: EventType, verdict: Verdict) -> Listed:
    """List the violations of an event with an envelope, which `orjson_loads` read from these bytes."""
    # It has few brackets, or `check` would have read it in another way.
    most_values = MAX_DEPTH + count_of(b",", raw)
    event = Event(event_type, payload, bare=False)
    found = violations(event, ACCELERATOR, is_rejected=verdict == "rejected", most_values=most_values)
    if any(map(_may_be_inexact, found[0])) and has_many_digits(raw):
        event = event._replace(payload=read(raw))
        found = violations(event, ACCELERATOR, is_rejected=verdict == "rejected")
    return found


def _may_be_inexact(violation: Violation) -> bool:
    """Return whether the value of a violation may have an integer that was read as a float."""
    return isinstance(violation.value, (float, list, dict))


def of_event(event: Event, engine: Engine, verdict: Verdict) -> Listed:
    """List the violations of an event that was read exactly."""
    return violations(event, engine, is_rejected=verdict == "rejected")


def no_event(value: object) -> Listed:
    """List the one violation of a value that is not an event."""
    return (why_no_event(value),), False


def no_event_in(raw: bytes) -> Listed:
    """List the one violation of a body that is not an event, or not even JSON."""
    found = as_event(raw, None, recognize_bare=True)
    if isinstance(found, Violation):
        return (found,), False
    message = "the fast and the slow reader disagree"
    raise AssertionError(message)

"""Envelopes: find the event type and the data of a payload, even if it has no envelope.

The event type decides. The other properties matter only if there is no envelope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks._json.decode import UnreadableError, normalized, read
from junction_webhooks._json.display import quoted, some
from junction_webhooks.contract import EVENT_TYPES, families, known_events
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.validation._messages import did_you_mean
from junction_webhooks.validation._report import Violation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks._json.decode import Body
    from junction_webhooks.contract import EventType
    from junction_webhooks.contract.families import Family
    from junction_webhooks.validation._report import Reason


_SVIX_TYPE: Final = "type"
"""The property with the type of Svix's own messages, which have no `event_type`."""


class Envelope(NamedTuple):
    """A JSON object, split into the parts of an event."""

    event_type: Any
    """As in the payload, of any type; None if missing."""
    data: Any
    """What the event carries: the whole payload if it is bare."""
    bare: bool
    """Whether it has no envelope."""


class Event(NamedTuple):
    """A payload as an event of the contract."""

    event_type: EventType
    payload: dict[str, Any]
    """With its envelope, or with a made-up one if it had none."""
    bare: bool
    """Whether it had none."""


def split(payload: Mapping[str, Any]) -> Envelope:
    """Split a JSON object. It has an envelope if it has an `event_type` or `data`."""
    if "event_type" in payload or "data" in payload:
        return Envelope(payload.get("event_type"), payload.get("data"), bare=False)
    return Envelope(None, payload, bare=True)


def recognize(data: Mapping[str, Any]) -> Family | None:
    """Return the family whose `data` this object resembles, or None.

    If several fit, the one with the most properties in common wins, so an order that gains properties of an
    appointment remains an order.
    """
    likely = [each for each in families.FAMILIES if each.typical and each.typical <= data.keys()]
    return max(likely, key=lambda family: len(_known(family) & data.keys()), default=None)


def _known(family: Family) -> frozenset[str]:
    return frozenset(data_of(family).known_names)


def as_event(
    payload: Body | Mapping[str, Any], event_type: EventType | None, *, recognize_bare: bool
) -> Event | Violation:
    """Return a payload as an event, or the violation that says why it is not one.

    A payload without an envelope counts as an event if `event_type` says which one, or if `recognize_bare` is
    set and it resembles a family that has a bare form. Raises `ValueError` for an unknown `event_type`,
    `TypeError` if the payload is neither a body nor a dict.
    """
    require_known(event_type)
    try:
        value = _value(payload)
    except UnreadableError as error:
        return unreadable(error)
    return event_in(value, event_type, recognize_bare=recognize_bare) or why_no_event(value)


def require_known(event_type: EventType | None) -> None:
    """Raise `ValueError` for an event type outside the contract."""
    if event_type is not None and event_type not in EVENT_TYPES:
        message = f"unknown event_type {event_type!r}: expected one of {', '.join(EVENT_TYPES)}"
        raise ValueError(message)


def event_in(value: Any, event_type: EventType | None, *, recognize_bare: bool) -> Event | None:
    """Return a JSON value as an event, or None if it is not one."""
    if not isinstance(value, dict):
        return None
    envelope = split(value)
    if envelope.event_type in EVENT_TYPES:
        return Event(event_type or envelope.event_type, value, bare=False)
    if envelope.bare:
        checked_as = event_type or (_bare_event_type(value) if recognize_bare else None)
        if checked_as:
            return Event(checked_as, {"event_type": checked_as, "data": value}, bare=True)
    return None


def unreadable(error: UnreadableError) -> Violation:
    """Return the violation of a body that cannot be read."""
    return _violation("json", str(error), "send one JSON object", "unreadable")


def why_no_event(value: Any) -> Violation:
    """Return the violation of a JSON value that is not an event."""
    if not isinstance(value, dict):
        wrong = f"is {some(value)}, expected an object"
        return _violation("type", wrong, "send one JSON object", "wrong_type", value=value)
    return _no_event(value)


def _bare_event_type(data: Mapping[str, Any]) -> EventType | None:
    family = recognize(data)
    return family.bare_form.event_type if family and family.bare_form else None


def _value(payload: Body | Mapping[str, Any]) -> Any:
    if isinstance(payload, dict):
        return normalized(payload)
    return read(payload)  # type: ignore[arg-type]  # `read` raises TypeError for any other type


def _no_event(value: Mapping[str, Any]) -> Violation:
    """Return what is wrong with the event type of a payload."""
    given = value.get("event_type")
    known = f"known events: {', '.join(EVENT_TYPES)}"
    if "event_type" not in value:
        of_svix = value.get(_SVIX_TYPE)
        if isinstance(of_svix, str) and known_events.find(of_svix):
            return _unknown_event(of_svix, known, path=f"/{_SVIX_TYPE}")
        hint = "send the whole event with its envelope, or name the event type"
        return _violation("required", "is missing", hint, "missing", path="/event_type")
    if not isinstance(given, str):
        wrong = f"is {some(given)}, expected a string"
        return _violation("type", wrong, known, "wrong_type", path="/event_type", value=given)
    return _unknown_event(given, known, path="/event_type")


def _unknown_event(given: str, known: str, *, path: str) -> Violation:
    listed = known_events.find(given)
    if listed:
        act = "store it and answer 2xx"
        hint = f"it is {listed.phrase}: {act}{', and alert a person' if listed.urgency == 'high' else ''}"
    else:
        hint = did_you_mean(given, (*EVENT_TYPES, *known_events.known_events())) or known
    message = f"is {quoted(given)}, not an event in this contract"
    return _violation("enum", message, hint, "unknown_event", path=path, value=given)


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

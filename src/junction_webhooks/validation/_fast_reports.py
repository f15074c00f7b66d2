"""The fast path from the bytes of an event to its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from junction_webhooks._json.decode import orjson_loads
from junction_webhooks._json.guards import is_shallow
from junction_webhooks.contract import EVENT_TYPES, EventType
from junction_webhooks.validation import _engines
from junction_webhooks.validation._engines import ACCELERATOR, default_engine
from junction_webhooks.validation._envelope import split
from junction_webhooks.validation._later import Later, no_event_in, of_body
from junction_webhooks.validation._report import Report, unread_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from junction_webhooks.validation._report import Verdict

    IsValid: TypeAlias = Callable[[object], bool]

_RUN: Final = 2
"""After so many bodies of an event in a row that do not conform, the next one is expected not to either."""


def fast_report(raw: bytes) -> Report | None:
    """Return the report of a body with an envelope, the most frequent case, or None for any other body.

    Whatever the strict profile accepts, the tolerant one accepts too. So either may be tried first: the
    strict one is enough if a body conforms, and the tolerant one if it is rejected. The bodies before say
    which is more likely, and have no influence on the report.
    """
    try:
        value = orjson_loads(raw)
    except ValueError:
        return unread_report("rejected", None, Later((no_event_in, raw)))
    try:
        event = _EVENTS[value["event_type"]]
    except (LookupError, TypeError):
        return _outside(value, raw)
    if event.misses < _RUN:
        conforms = event.conforms(value)
        survives = conforms or _SURVIVES[value["event_type"]](value)
    else:
        survives = _SURVIVES[value["event_type"]](value)
        conforms = survives and event.conforms(value)
    if conforms:
        if event.misses:
            event.misses = 0
        return event.report if event.is_closed or is_shallow(raw) else None
    event.misses += 1
    if not is_shallow(raw):
        return None
    event_type = value["event_type"]
    verdict: Verdict = "drifts" if survives else "rejected"
    return unread_report(verdict, event_type, Later((of_body, raw, value, event_type, verdict)))


def _outside(value: object, raw: bytes) -> Report | None:
    """Return the report of an object whose envelope names no event of the contract; otherwise None."""
    if not isinstance(value, dict) or not is_shallow(raw):
        return None
    envelope = split(value)
    if envelope.bare or envelope.event_type in EVENT_TYPES:
        return None
    return unread_report("rejected", None, Later((no_event_in, raw)))


class _Event:
    """What is known about an event."""

    __slots__ = ("conforms", "is_closed", "misses", "report")

    def __init__(self, event_type: EventType) -> None:
        strict = _engines.validator(ACCELERATOR, "strict", event_type)
        self.conforms: IsValid = strict.is_valid
        self.is_closed = strict.closed
        self.report = Report("conforms", event_type, bare=False, violations=())
        """The report of each body that conforms."""
        self.misses = 0
        """How many bodies in a row did not conform. Threads may lose count, which does no harm."""


class _Events(dict[EventType, _Event]):
    """The events by their type. A validator takes milliseconds to build, so each is built when needed."""

    def __missing__(self, event_type: EventType) -> _Event:
        """Raise `LookupError` for an event outside the contract, or without the accelerator."""
        if event_type not in EVENT_TYPES or default_engine() != ACCELERATOR:
            raise LookupError
        self[event_type] = _Event(event_type)
        return self[event_type]


class _Survives(dict[EventType, "IsValid"]):
    """Of each event, whether the tolerant profile accepts a value."""

    def __missing__(self, event_type: EventType) -> IsValid:
        """Build the validator."""
        self[event_type] = _engines.validator(ACCELERATOR, "tolerant", event_type).is_valid
        return self[event_type]


_EVENTS: Final = _Events()
_SURVIVES: Final = _Survives()

"""The joint state machine of an order and its appointment.

A transition changes both at once. A booking, for example, adds two statuses to the order and one to an
appointment. `TRANSITIONS` says from which states each is possible; a test compares it with the lifecycles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from junction_webhooks import lifecycle
from junction_webhooks.journeys.builder import JourneyBuilder
from junction_webhooks.journeys.model import Step

if TYPE_CHECKING:
    from datetime import datetime

    from junction_webhooks.journeys.model import Base, Journey, Subject

Change: TypeAlias = "tuple[Subject, str]"
"""Whose status changes, and to what: the last part of an order's status, or an event status."""
NEW_ORDER_STATUS: Final = "collecting_sample.walk_in_test.added_status"
NEW_EVENT_STATUS: Final = "added_status"
_NONE: Final = "none"
_AHEAD: Final = timedelta(days=2)
_SLOTS: Final = timedelta(minutes=15)
_REASONS: Final = {"sample_error": "sample_contaminated"}
_IMPORTS: Final = ("order", "requisition_bypassed")
_RESULTS: Final = frozenset({"partial_results", "completed", "redraw_available", "corrected"})
_LEAST_BEFORE_CRITICAL: Final = timedelta(minutes=1)
"""A laboratory calls a physician first. So two critical results of an order never have the same time."""
_IMPORTED_SAMPLE_ID: Final = "1184402719"
"""Any number: what a team gives when it imports an order."""


@dataclass(frozen=True, slots=True)
class JointTransition:
    """What happens to an order and its appointment at the same time."""

    order: frozenset[str]
    """The statuses of the order from which it is possible, each as its last part."""
    appointment: frozenset[str]
    """The event statuses of the newest appointment from which it is possible; `none` means no appointment."""
    changes: tuple[Change, ...]


def _transition(order: str, appointment: str, *changes: str) -> JointTransition:
    return JointTransition(
        frozenset(order.split()), frozenset(appointment.split()), tuple(map(_change, changes))
    )


def _change(text: str) -> Change:
    subject, status = text.split()
    return cast("Subject", subject), status


_READY = "requisition_created requisition_bypassed"
_FREE = "none cancelled"
_UNCANCELLED = f"ordered {_READY} appointment_pending appointment_scheduled appointment_cancelled"
_BOOKED = ("order appointment_pending", "order appointment_scheduled", "appointment scheduled")
# The patient may walk in without the appointment, or although it is pending or cancelled.
_TAKEN = f"{_READY} appointment_pending appointment_scheduled appointment_cancelled partial_results"
_VISITED = "none pending cancelled scheduled completed"

TRANSITIONS: Final = (
    _transition("ordered", _FREE, "order requisition_created"),
    _transition("ordered", "reserved", "order requisition_created", *_BOOKED),
    # Results, with or without an appointment.
    _transition(_TAKEN, _VISITED, "order completed"),
    _transition("completed corrected", _VISITED, "order corrected"),
    _transition(_TAKEN, _VISITED, "order partial_results"),
    # Bookings: at once, asynchronously, or reserved until the requisition or the provider is ready.
    _transition(f"{_READY} appointment_cancelled", _FREE, *_BOOKED),
    _transition(f"{_READY} appointment_cancelled", _FREE, *_BOOKED[1:]),
    _transition("appointment_pending", "pending", "order appointment_scheduled", "appointment scheduled"),
    _transition(_READY, "reserved", *_BOOKED),
    _transition(f"ordered {_READY}", "reserved", "appointment cancelled"),
    _transition("ordered", _FREE, "appointment pending"),
    _transition("ordered", "pending", "appointment reserved"),
    _transition("ordered", "pending", "appointment cancelled"),
    _transition("appointment_pending", "pending", "order appointment_cancelled", "appointment cancelled"),
    _transition(f"{_READY} appointment_cancelled", _FREE, "order appointment_pending", "appointment pending"),
    # Reschedules: at once, or after the provider confirms.
    _transition("appointment_scheduled", "scheduled", "order appointment_scheduled", "appointment scheduled"),
    _transition("appointment_pending", "scheduled", "order appointment_scheduled", "appointment scheduled"),
    _transition("appointment_scheduled", "scheduled", "order appointment_pending"),
    _transition("appointment_pending", "scheduled", "order appointment_cancelled", "appointment cancelled"),
    # Visits, and samples that cannot be used.
    _transition("appointment_scheduled", "scheduled", "appointment in_progress"),
    _transition("appointment_scheduled", "scheduled in_progress", "appointment completed"),
    _transition(_TAKEN, _VISITED, "order redraw_available", "redraw ordered"),
    _transition(f"ordered {_READY}", _FREE, "appointment reserved"),
    _transition(_TAKEN, _VISITED, "order sample_error"),
    # Cancellations, and orders that come with their requisition.
    _transition("cancelled", "pending reserved scheduled", "appointment cancelled"),
    _transition(
        "appointment_scheduled",
        "scheduled in_progress",
        "order appointment_cancelled",
        "appointment cancelled",
    ),
    _transition(_UNCANCELLED, "none cancelled pending reserved scheduled", "order cancelled"),
    _transition("ordered", _FREE, "order requisition_bypassed"),
)
RARE: Final = tuple(
    transition
    for transition in TRANSITIONS
    if transition.changes[0] in {("order", "cancelled"), ("order", "sample_error")}
)
"""Transitions to choose less often, because they end a journey early."""
REINSTATEMENTS: Final = (
    _transition("cancelled", _FREE, "order requisition_created"),
    _transition("cancelled", "none cancelled scheduled", "order completed"),
)
"""How a cancelled order continues after Junction's support reinstates it.

This is inferred: no lifecycle has it.
"""
CRITICAL_RESULTS: Final = (
    _transition("partial_results", _VISITED, "critical partial"),
    _transition("completed corrected", _VISITED, "critical final"),
)
"""When a critical result is reported. It changes no status, so it can come again."""
UNKNOWN_STATUSES: Final = (
    _transition(
        f"{_UNCANCELLED} partial_results",
        " ".join(["none", *lifecycle.appointment().states]),
        f"order {NEW_ORDER_STATUS}",
    ),
    _transition(_UNCANCELLED, "pending reserved scheduled in_progress", f"appointment {NEW_EVENT_STATUS}"),
)
"""Statuses that Junction may add. The journey continues as if they had not occurred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes a journey different from one with the same choices."""

    name: str
    """All its ids are derived from it."""
    start: datetime
    """When its order is placed."""
    first_number: int | None = None
    """The id of the first entry of its order's history; None derives it from the time."""


class JointState:
    """The state of an order and its appointment, and the journey so far.

    It starts with an order. `is_critical` says whether the results of its orders are, and `most_events` is
    the maximum number of deliveries.
    """

    def __init__(
        self,
        base: Base,
        identity: Identity,
        *,
        sends_partial_results: bool,
        reinstates: bool,
        imports: bool,
        is_critical: bool,
        most_events: int | None,
    ) -> None:
        self._start = identity.start
        self._builder = JourneyBuilder(
            base, name=identity.name, start=identity.start, first_number=identity.first_number
        )
        self._sends_partial_results = sends_partial_results
        self._reinstates = reinstates
        self._imports = imports
        self._is_critical = is_critical
        self._most_events = most_events
        self._now = timedelta(0)
        self._subject: Subject = "order"
        self._order = self._appointment = _NONE
        self._has_requisition = False
        self._bookings = 0
        self._change("order", "ordered")

    def journey(self) -> Journey:
        """Return the journey so far."""
        return self._builder.journey()

    def allows(self, transition: JointTransition) -> bool:
        """Return whether the transition is possible now and does not exceed `most_events`."""
        if self._order not in transition.order or self._appointment not in transition.appointment:
            return False
        if self._subject == "redraw" and transition.changes[0] == ("order", "redraw_available"):
            return False
        # An order is imported or not, and nothing happens to an imported one before its requisition.
        is_new_import = self._imports and self._subject == "order" and self._order == "ordered"
        if is_new_import is not (transition.changes[0] == _IMPORTS):
            return False
        if transition in REINSTATEMENTS and not self._may_be_reinstated(transition):
            return False
        return (
            self._most_events is None
            or len(self._builder.deliveries) + len(transition.changes) <= self._most_events
        )

    def _may_be_reinstated(self, transition: JointTransition) -> bool:
        # No sample is collected without a requisition.
        return self._reinstates and (self._has_requisition or transition.changes != (("order", "completed"),))

    def take(self, transition: JointTransition, pause: timedelta) -> None:
        """Make a transition, the given time after the previous one.

        An import takes no time, and a critical result at least a minute.
        """
        if transition.changes[0] == _IMPORTS:
            pause = timedelta(0)
        elif transition in CRITICAL_RESULTS:
            pause = max(pause, _LEAST_BEFORE_CRITICAL)
        self._now += pause
        for subject, status in transition.changes:
            self._change(subject, status)

    def _change(self, subject: Subject, status: str) -> None:
        if subject == "critical":
            self._builder.take(Step(at=self._now, subject=subject, status=status))
            return
        if subject == "appointment":
            is_booked = status in {"reserved", "scheduled"} and self._appointment != "reserved"
            self._bookings += is_booked
            slot = self._slot() if is_booked else None
            self._builder.take(Step(at=self._now, subject=subject, status=status, slot=slot))
            self._appointment = self._appointment if status == NEW_EVENT_STATUS else status
            return
        if subject == "redraw":
            self._subject, self._appointment, self._has_requisition = "redraw", _NONE, False
        self._builder.take(
            Step(
                at=self._now,
                subject=self._subject,
                status=status,
                detail=_REASONS.get(status),
                set=self._values(status),
                sent=self._sends_partial_results if status == "partial_results" else None,
            )
        )
        self._has_requisition |= status in _READY.split()
        self._order = self._order if status == NEW_ORDER_STATUS else status

    def _values(self, status: str) -> dict[str, str]:
        """Return the other properties of an order that change with its status."""
        if self._imports and self._order == _NONE:
            return {"sample_id": _IMPORTED_SAMPLE_ID}
        return {"interpretation": "critical"} if self._is_critical and status in _RESULTS else {}

    def _slot(self) -> datetime:
        """Return a slot a few days ahead, a different one each time."""
        slot = self._start + self._now + _AHEAD + self._bookings * _SLOTS
        return slot.replace(minute=slot.minute // 15 * 15, second=0)

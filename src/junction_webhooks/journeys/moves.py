"""Walks through the machines of an order and of its appointment together.

A move is what happens at once in both: a booking moves the order twice and starts an appointment. The table
of moves says from where each can be made; the lifecycles are drawn from it, and a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from junction_webhooks import lifecycle
from junction_webhooks.journeys.builder import JourneyBuilder, Step

if TYPE_CHECKING:
    from junction_webhooks.journeys.builder import Base, Journey, Subject

Change: TypeAlias = "tuple[Subject, str]"
"""Whose status changes, and to what: the LOW part of an order's status, an event status."""
NEW_ORDER_STATUS: Final = "collecting_sample.walk_in_test.status_of_tomorrow"
NEW_EVENT_STATUS: Final = "status_of_tomorrow"
_NONE: Final = "none"
_FIRST_HOUR: Final = datetime(2026, 1, 1, 8, 2, 11, tzinfo=UTC)
_HOURS: Final = 8_000
_AHEAD: Final = timedelta(days=2)
_SLOTS: Final = timedelta(minutes=15)
_REASONS: Final = {
    "redraw_available": "sample_quantity_not_sufficient",
    "sample_error": "sample_contaminated",
}


@dataclass(frozen=True, slots=True)
class Move:
    """What happens at once to an order and its appointment."""

    order: frozenset[str]
    """The LOW parts of the statuses from which it can happen."""
    appointment: frozenset[str]
    """The event statuses of the order's newest appointment with which it can, `none` where there is none."""
    changes: tuple[Change, ...]


def _move(order: str, appointment: str, *changes: str) -> Move:
    return Move(frozenset(order.split()), frozenset(appointment.split()), tuple(map(_change, changes)))


def _change(text: str) -> Change:
    subject, status = text.split()
    return cast("Subject", subject), status


_READY = "requisition_created requisition_bypassed"
_FREE = "none cancelled"
_UNCANCELLED = f"ordered {_READY} appointment_pending appointment_scheduled appointment_cancelled"
_BOOKED = ("order appointment_pending", "order appointment_scheduled", "appointment scheduled")
_TAKEN = f"{_READY} appointment_scheduled partial_results"
_NO_LONGER_OPEN = "none cancelled scheduled completed"

MOVES: Final = (
    _move("ordered", _FREE, "order requisition_created"),
    _move("ordered", "reserved", "order requisition_created", *_BOOKED),
    # Results, with and without an appointment.
    _move(_TAKEN, _NO_LONGER_OPEN, "order completed"),
    _move("completed", _NO_LONGER_OPEN, "order corrected"),
    _move(_TAKEN, _NO_LONGER_OPEN, "order partial_results"),
    # Bookings: at once, asynchronously, or held until the requisition or the provider is there.
    _move(f"{_READY} appointment_cancelled", _FREE, *_BOOKED),
    _move("appointment_pending", "pending", "order appointment_scheduled", "appointment scheduled"),
    _move(_READY, "reserved", *_BOOKED),
    _move(f"ordered {_READY}", "reserved", "appointment cancelled"),
    _move("appointment_pending", "pending", "order appointment_cancelled", "appointment cancelled"),
    _move(f"{_READY} appointment_cancelled", _FREE, "order appointment_pending", "appointment pending"),
    # Reschedules: at once, or with a wait for the provider.
    _move("appointment_scheduled", "scheduled", "order appointment_scheduled", "appointment scheduled"),
    _move("appointment_pending", "scheduled", "order appointment_scheduled", "appointment scheduled"),
    _move("appointment_scheduled", "scheduled", "order appointment_pending"),
    _move("appointment_pending", "scheduled", "order appointment_cancelled", "appointment cancelled"),
    # Visits, and samples that are of no use.
    _move("appointment_scheduled", "scheduled", "appointment in_progress"),
    _move("appointment_scheduled", "in_progress", "appointment completed"),
    _move(_TAKEN, _NO_LONGER_OPEN, "order redraw_available"),
    _move("redraw_available", _NO_LONGER_OPEN, "redraw ordered"),
    _move(f"ordered {_READY}", _FREE, "appointment reserved"),
    _move(_TAKEN, _NO_LONGER_OPEN, "order sample_error"),
    # Cancellations, and orders that bring their requisition.
    _move("cancelled", "pending reserved scheduled", "appointment cancelled"),
    _move("appointment_scheduled", "scheduled", "order appointment_cancelled", "appointment cancelled"),
    _move(_UNCANCELLED, "none cancelled pending reserved scheduled", "order cancelled"),
    _move("ordered", _FREE, "order requisition_bypassed"),
)
RARE: Final = tuple(
    move
    for move in MOVES
    if move.changes[0]
    in {("order", "cancelled"), ("order", "sample_error"), ("order", "requisition_bypassed")}
)
"""Moves to make less often than others, as they end a walk early or change little in it."""
REINSTATEMENTS: Final = (
    _move("cancelled", _FREE, "order requisition_created"),
    _move("cancelled", "none cancelled scheduled", "order completed"),
)
"""How a cancelled order goes on once Junction's support has reinstated it. Inferred: no lifecycle has it."""
NEWS: Final = (
    _move(
        f"{_UNCANCELLED} partial_results",
        " ".join(["none", *lifecycle.appointment().states]),
        f"order {NEW_ORDER_STATUS}",
    ),
    _move(_UNCANCELLED, "pending reserved scheduled in_progress", f"appointment {NEW_EVENT_STATUS}"),
)
"""Statuses that Junction may add, after which all goes on as it would have."""


class Walk:
    """A journey in the making: it starts with an order, and takes the moves that are possible.

    `number` makes its ids and its start; `most_events` is how many deliveries it may have.
    """

    def __init__(
        self,
        base: Base,
        number: int,
        *,
        sends_partial_results: bool,
        reinstates: bool,
        most_events: int | None,
    ) -> None:
        self._start = _FIRST_HOUR + timedelta(hours=number % _HOURS)
        self._builder = JourneyBuilder(base, name=f"journey_{number}", start=self._start)
        self._sends_partial_results = sends_partial_results
        self._reinstates = reinstates
        self._most_events = most_events
        self._now = timedelta(0)
        self._subject: Subject = "order"
        self._order = self._appointment = _NONE
        self._has_requisition = False
        self._bookings = 0
        self._change("order", "ordered")

    def journey(self) -> Journey:
        """The journey so far."""
        return self._builder.journey()

    def allows(self, move: Move) -> bool:
        """Whether the move is legal here, or reinstates an order, and there is room for its events."""
        if self._order not in move.order or self._appointment not in move.appointment:
            return False
        if self._subject == "redraw" and move.changes[0] == ("order", "redraw_available"):
            return False
        if move in REINSTATEMENTS and not self._may_be_reinstated(move):
            return False
        return (
            self._most_events is None
            or len(self._builder.deliveries) + len(move.changes) <= self._most_events
        )

    def _may_be_reinstated(self, move: Move) -> bool:
        # Nobody takes a sample without a requisition.
        return self._reinstates and (self._has_requisition or move.changes != (("order", "completed"),))

    def make(self, move: Move, pause: timedelta) -> None:
        """Make the move so long after the one before."""
        self._now += pause
        for kind, status in move.changes:
            self._change(kind, status)

    def _change(self, kind: Subject, status: str) -> None:
        if kind == "appointment":
            is_booked = status in {"reserved", "scheduled"} and self._appointment != "reserved"
            self._bookings += is_booked
            slot = self._slot() if is_booked else None
            self._builder.take(Step(at=self._now, subject=kind, status=status, slot=slot))
            self._appointment = self._appointment if status == NEW_EVENT_STATUS else status
            return
        if kind == "redraw":
            self._subject, self._appointment, self._has_requisition = "redraw", _NONE, False
        self._builder.take(
            Step(
                at=self._now,
                subject=self._subject,
                status=status,
                detail=_REASONS.get(status),
                sent=self._sends_partial_results if status == "partial_results" else None,
            )
        )
        self._has_requisition |= status in _READY.split()
        self._order = self._order if status == NEW_ORDER_STATUS else status

    def _slot(self) -> datetime:
        """A slot some days ahead, another one each time."""
        slot = self._start + self._now + _AHEAD + self._bookings * _SLOTS
        return slot.replace(minute=slot.minute // 15 * 15, second=0)

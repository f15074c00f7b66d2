"""Walks through the machines of an order and of its appointment together.

A move is what happens at once in both: a booking moves the order twice and starts an appointment. The table
of moves says from where each can be made; the lifecycles are drawn from it, and a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from junction_webhooks import lifecycle
from junction_webhooks._journeys import JourneyBuilder, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from junction_webhooks._journeys import Base, Journey, Subject

Change: TypeAlias = "tuple[Subject, str]"
"""Whose status changes, and to what: the LOW part of an order's status, an event status."""
Turn: TypeAlias = tuple[int, timedelta]
"""Which of the moves that are possible is made, and how long after the one before."""

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
_RESULTS = ("partial_results", "completed", "redraw_available", "sample_error")

MOVES: Final = (
    _move("ordered", _FREE, "order requisition_created"),
    _move("ordered", "reserved", "order requisition_created", *_BOOKED),
    # Results, with and without an appointment.
    *(_move(_READY, _FREE, f"order {status}") for status in _RESULTS),
    *(_move("appointment_scheduled", "scheduled completed", f"order {status}") for status in _RESULTS),
    *(
        _move("partial_results", "none cancelled scheduled completed", f"order {status}")
        for status in _RESULTS
    ),
    _move("completed", "none cancelled scheduled completed", "order corrected"),
    _move("redraw_available", "none cancelled scheduled completed", "redraw ordered"),
    # Bookings: at once, asynchronously, or held until the requisition or the provider is there.
    _move(f"{_READY} appointment_cancelled", _FREE, *_BOOKED),
    _move(f"{_READY} appointment_cancelled", _FREE, "order appointment_pending", "appointment pending"),
    _move("appointment_pending", "pending", "order appointment_scheduled", "appointment scheduled"),
    _move("appointment_pending", "pending", "order appointment_cancelled", "appointment cancelled"),
    _move(f"ordered {_READY}", _FREE, "appointment reserved"),
    _move(_READY, "reserved", *_BOOKED),
    _move(f"ordered {_READY}", "reserved", "appointment cancelled"),
    # Reschedules: at once, or with a wait for the provider.
    _move("appointment_scheduled", "scheduled", "order appointment_scheduled", "appointment scheduled"),
    _move("appointment_scheduled", "scheduled", "order appointment_pending"),
    _move("appointment_pending", "scheduled", "order appointment_scheduled", "appointment scheduled"),
    _move("appointment_pending", "scheduled", "order appointment_cancelled", "appointment cancelled"),
    # Visits and cancellations.
    _move("appointment_scheduled", "scheduled", "order appointment_cancelled", "appointment cancelled"),
    _move("appointment_scheduled", "scheduled", "appointment in_progress"),
    _move("appointment_scheduled", "in_progress", "appointment completed"),
    _move("ordered", _FREE, "order requisition_bypassed"),
    _move(_UNCANCELLED, "none cancelled pending reserved scheduled", "order cancelled"),
    _move("cancelled", "pending reserved scheduled", "appointment cancelled"),
)
NEWS: Final = (
    _move(
        f"{_UNCANCELLED} partial_results",
        " ".join(["none", *lifecycle.appointment().states]),
        f"order {NEW_ORDER_STATUS}",
    ),
    _move(_UNCANCELLED, "pending reserved scheduled in_progress", f"appointment {NEW_EVENT_STATUS}"),
)
"""What Junction may add: statuses that no lifecycle knows. They change nothing in what can follow."""


def walk(
    base: Base,
    number: int,
    turns: Iterable[Turn],
    *,
    sends_partial_results: bool,
    most_events: int | None,
    has_news: bool,
) -> Journey:
    """The journey that starts with an order and takes these turns, as far as there are moves to make.

    `number` makes its ids and its start. With `has_news` there are statuses of tomorrow in it.
    """
    start = _FIRST_HOUR + timedelta(hours=number % _HOURS)
    builder = JourneyBuilder(base, name=f"journey_{number}", start=start)
    state = _State(start, sends_partial_results)
    for step in state.steps((("order", "ordered"),), timedelta(0)):
        builder.take(step)
    now = timedelta(0)
    for which, pause in turns:
        room = None if most_events is None else most_events - len(builder.deliveries)
        moves = [move for move in (MOVES + NEWS if has_news else MOVES) if state.allows(move, room)]
        if not moves:
            break
        now += pause
        for step in state.steps(moves[which % len(moves)].changes, now):
            builder.take(step)
    return builder.journey()


@dataclass(slots=True)
class _State:
    """Where a walk stands."""

    start: datetime
    sends_partial_results: bool
    subject: Subject = "order"
    order: str = _NONE
    appointment: str = _NONE
    bookings: int = 0

    def allows(self, move: Move, room: int | None) -> bool:
        """Whether the move is legal here, and sends no more events than there is room for."""
        if self.order not in move.order or self.appointment not in move.appointment:
            return False
        if self.subject == "redraw" and move.changes[0] == ("order", "redraw_available"):
            return False
        return room is None or len(move.changes) <= room

    def steps(self, changes: tuple[Change, ...], now: timedelta) -> Iterator[Step]:
        """The steps of a move; each changes where the walk stands."""
        for kind, status in changes:
            if kind == "appointment":
                is_booked = status in {"reserved", "scheduled"} and self.appointment != "reserved"
                self.bookings += is_booked
                yield Step(
                    at=now,
                    subject=kind,
                    status=status,
                    slot=self._slot(self.start + now) if is_booked else None,
                )
                self.appointment = self.appointment if status == NEW_EVENT_STATUS else status
            else:
                if kind == "redraw":
                    self.subject, self.appointment = "redraw", _NONE
                yield Step(
                    at=now,
                    subject=self.subject,
                    status=status,
                    detail=_REASONS.get(status),
                    sent=self.sends_partial_results if status == "partial_results" else None,
                )
                self.order = self.order if status == NEW_ORDER_STATUS else status

    def _slot(self, now: datetime) -> datetime:
        """A slot some days ahead, another one each time."""
        slot = now + _AHEAD + self.bookings * _SLOTS
        return slot.replace(minute=slot.minute // 15 * 15, second=0)

"""Building journeys from small steps.

A step adds one status to one history, or changes what has no history, such as a review. Everything that
follows from it (`last_event`, `status`, `updated_at`, the order's entry in its transaction, `event_status`)
is derived here and nowhere else, for the scenarios in `fixtures/` and for the journeys that Hypothesis
generates.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from junction_webhooks import lifecycle
from junction_webhooks.contract.families import (
    APPOINTMENT,
    FAMILIES,
    MATCH_REVIEW,
    ORDER,
    ORDER_TRACKING,
    RESULT,
)
from junction_webhooks.journeys._appointments import Appointment, appointment_data
from junction_webhooks.journeys._orders import Order, order_data
from junction_webhooks.journeys._results import CriticalResult, result_data
from junction_webhooks.journeys._reviews import Review, review_data
from junction_webhooks.journeys._tracking import Tracking
from junction_webhooks.journeys.model import Journey, JourneyDelivery, body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from junction_webhooks.contract import EventType
    from junction_webhooks.contract.families import Family
    from junction_webhooks.journeys.model import Base, Step, Subject

_NAMESPACE: Final = UUID("6f1f6d0e-2f51-4a53-9d2c-0b7b1f6f6a11")
"""An arbitrary UUID, so that the ids of journeys differ from other ids derived from the same names."""
_NUMBERING_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST_NUMBER: Final = 340_000
"""Roughly the number of a history entry in a recorded order."""
_FIRST_MICROSECOND: Final = 140_153
_MICROSECONDS_PER_STEP: Final = 1_000
"""Times within one second differ in their microseconds, so that their order is visible."""
_ORIGINS: Final[Mapping[str, str]] = {"order": "initial", "redraw": "redraw", "recreation": "recreation"}
"""The origin of an order, by the subject of its steps."""
_FAMILY_OF: Final[Mapping[str, Family]] = {
    subject: family for family in FAMILIES for subject in family.subjects
}


class JourneyBuilder:
    """Takes steps and collects the deliveries that they send.

    All ids are derived from `name`. The numbers of history entries start at `first_number`. Without one they
    are derived from the time, so they rise from journey to journey, as if they came from one sequence.
    """

    def __init__(self, base: Base, *, name: str, start: datetime, first_number: int | None = None) -> None:
        self._base = base
        self._name = name
        self._start = start
        self._first_number = first_number
        self._number = 0 if first_number is None else first_number - 1
        self._ids: dict[str, str] = {}
        self._steps = 0
        self._latest = timedelta(0)
        self._orders: list[Order] = []
        self._appointments: list[Appointment] = []
        self._results: dict[str, CriticalResult] = {}
        self._reviews: list[Review] = []
        self._tracking: dict[str, Tracking] = {}
        self.deliveries: list[JourneyDelivery] = []

    def journey(self) -> Journey:
        """Return the journey so far, its deliveries in the order of their arrival.

        It starts with its first delivery, even if unsent steps come before.
        """
        arrived = sorted(self.deliveries, key=lambda delivery: delivery.offset)
        unsent = arrived[0].offset if arrived else timedelta(0)
        return Journey(
            start=self._start + unsent,
            deliveries=tuple(replace(each, offset=each.offset - unsent) for each in arrived),
        )

    def take(self, step: Step) -> None:
        """Add a status, and the delivery that it sends.

        Raises `ValueError` for an impossible step: one that is earlier than the last, a second initial order,
        an appointment, a critical result or tracking without an order, a booking without a slot.
        """
        self._proceed(step.at)
        _TAKE[_FAMILY_OF[step.subject].prefix](self, step)

    def resend(self, number: int, at: timedelta) -> None:
        """Add a delivery with the body of an earlier one, counted from 1, and an id of its own.

        Raises `ValueError` if there is no such delivery, or for a time before the last step.
        """
        self._proceed(at)
        if not 1 <= number <= len(self.deliveries):
            message = f"there is no delivery {number} to send again"
            raise ValueError(message)
        earlier = self.deliveries[number - 1]
        summary = earlier.summary if earlier.resent else f"{earlier.summary} (sent again)"
        self.deliveries.append(
            replace(earlier, id=self._delivery_id(), offset=at, summary=summary, resent=True)
        )

    def _proceed(self, at: timedelta) -> None:
        if at < self._latest:
            message = "it comes before the step above it"
            raise ValueError(message)
        self._latest = at
        self._steps += 1

    def _take_order(self, step: Step) -> None:
        order = self._order(step)
        now = self._start + step.at
        order.take(
            step,
            self._next_number(now),
            now,
            precisely=self._precise(now),
            sample_prefix=self._base.sample_prefix,
        )
        if order.low_level == "redraw_available":
            # Junction creates the redraw at once, so that the payload of its order lists it already.
            self._start_order("redraw", now, parent=order)
        if order.asks_for_appointment:
            order.appointment_id = self._appointment().id
            order.record_updated_at = now
        event_type = order.webhook(sent=step.sent)
        if event_type is None:
            order.unsent.append(step.status)
            return
        after = f", after unsent {', '.join(order.unsent)}" if order.unsent else ""
        order.unsent.clear()
        data = order_data(
            order,
            self._orders,
            self._base,
            now,
            user_id=self._id("user"),
            transaction_id=self._id("transaction"),
        )
        self._send(step, event_type, data, step.status + after)

    def _order(self, step: Step) -> Order:
        """Return the order that the step is about: a new one if this is its first step."""
        newest = self._orders[-1] if self._orders else None
        origin = _ORIGINS[step.subject]
        if newest is not None and newest.origin == origin:
            return newest
        if (newest is None) is not (origin == "initial") or origin == "redraw":
            message = "a journey starts with its order, and a redraw with that order's redraw_available"
            raise ValueError(message)
        return self._start_order(step.subject, self._start + step.at, parent=newest)

    def _start_order(self, subject: Subject, now: datetime, *, parent: Order | None) -> Order:
        order = Order(
            id=self._id(subject),
            record_id=self._id(f"{subject}/record"),
            origin=_ORIGINS[subject],
            parent_id=parent.id if parent else None,
            created_at=now,
            record_updated_at=now,
        )
        order.start(self._precise(now))
        self._orders.append(order)
        return order

    def _take_appointment(self, step: Step) -> None:
        appointment = self._appointment()
        appointment.take(step, created_at=self._precise(self._start + step.at))
        data = appointment_data(
            appointment,
            self._base.appointment,
            user_id=self._id("user"),
            transaction_id=self._id("transaction"),
        )
        self._send(step, lifecycle.appointment().created_webhook, data, step.status)

    def _appointment(self) -> Appointment:
        """Return the appointment of the newest order: a new one if there is none or it is over."""
        if not self._orders:
            message = "an appointment needs an order"
            raise ValueError(message)
        order_id = self._orders[-1].id
        newest = self._appointments[-1] if self._appointments else None
        if newest is None or newest.order_id != order_id or newest.is_over:
            label = f"appointment/{len(self._appointments)}"
            newest = Appointment(
                self._id(label), order_id, external_id=self._id(f"{label}/external")[:6].upper()
            )
            self._appointments.append(newest)
        return newest

    def _take_critical_result(self, step: Step) -> None:
        if not self._orders:
            message = "a critical result needs an order, which may be unsent"
            raise ValueError(message)
        order, now = self._orders[-1], self._start + step.at
        result = self._results.setdefault(
            order.id, CriticalResult(order.id, order.sample_id(self._base.sample_prefix), created_at=now)
        )
        result.take(step)
        data = result_data(result, now, user_id=self._id("user"), team_id=self._base.team_id)
        self._send(step, RESULT.event_types[0], data, step.status)

    def _take_review(self, step: Step) -> None:
        if not self._reviews or self._reviews[-1].is_over:
            self._reviews.append(Review(self._id(f"review/{len(self._reviews)}")))
        review = self._reviews[-1]
        newest_order = self._orders[-1].id if self._orders else None
        review.take(step, user_id=self._id("user"), order_id=newest_order)
        event_type = review.webhook(sent=step.sent)
        if event_type is not None:
            # By OpenAPI and the SDK, it names no patient: nobody may know whose result it is.
            self._send(step, event_type, review_data(review), step.status, names_patient=False)

    def _take_tracking(self, step: Step) -> None:
        if not self._orders:
            message = "tracking needs an order"
            raise ValueError(message)
        order_id = self._orders[-1].id
        markers = self._base.order["lab_test"]["markers"]
        tracking = self._tracking.setdefault(order_id, Tracking(order_id, markers))
        tracking.take(step, self._start + step.at)
        self._send(step, ORDER_TRACKING.event_types[0], tracking.data(), step.status)

    def _send(
        self,
        step: Step,
        event_type: EventType,
        data: dict[str, Any],
        summary: str,
        *,
        names_patient: bool = True,
    ) -> None:
        payload = {
            "event_type": event_type,
            "data": data,
            "user_id": self._id("user"),
            "team_id": self._base.team_id,
            "client_user_id": f"patient-{self._name}",
        }
        if not names_patient:
            del payload["user_id"], payload["client_user_id"]
        self.deliveries.append(
            JourneyDelivery(
                id=self._delivery_id(),
                offset=step.at + step.delay,
                event_type=event_type,
                raw=body(payload),
                summary=f"{step.subject} {summary}",
            )
        )

    def _delivery_id(self) -> str:
        return f"msg_{self._name}_{len(self.deliveries) + 1:02}"

    def _id(self, what: str) -> str:
        if what not in self._ids:
            self._ids[what] = str(uuid5(_NAMESPACE, f"{self._name}/{what}"))
        return self._ids[what]

    def _next_number(self, now: datetime) -> int:
        """Return the id of the next entry of an order's history."""
        minutes = (now - _NUMBERING_SINCE) // timedelta(minutes=1)
        earliest = _FIRST_NUMBER + minutes if self._first_number is None else self._first_number
        self._number = max(earliest, self._number + 1)
        return self._number

    def _precise(self, now: datetime) -> str:
        """Return the time of a step with microseconds, as in transactions and appointments."""
        microseconds = _FIRST_MICROSECOND + self._steps * _MICROSECONDS_PER_STEP
        precise = now + timedelta(microseconds=microseconds)
        return precise.isoformat(timespec="microseconds").replace("+00:00", "Z")


_TAKE: Final[Mapping[str, Callable[[JourneyBuilder, Step], None]]] = {
    ORDER.prefix: JourneyBuilder._take_order,  # noqa: SLF001  (of this module)
    APPOINTMENT.prefix: JourneyBuilder._take_appointment,  # noqa: SLF001
    RESULT.prefix: JourneyBuilder._take_critical_result,  # noqa: SLF001
    MATCH_REVIEW.prefix: JourneyBuilder._take_review,  # noqa: SLF001
    ORDER_TRACKING.prefix: JourneyBuilder._take_tracking,  # noqa: SLF001
}
"""How the events of each family with subjects are built."""

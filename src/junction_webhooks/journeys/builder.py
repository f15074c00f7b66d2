"""Journeys: the deliveries of one order transaction, and how they are built from small steps.

A step adds one status to one history. What follows from it, `last_event`, `status`, `updated_at`, the own
entry in the transaction, `event_status`, is worked out here and nowhere else, for the scenarios in
`fixtures/` as for the journeys that Hypothesis draws.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from uuid import UUID, uuid5

from junction_webhooks import contract, lifecycle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import EventType

Subject: TypeAlias = Literal["order", "redraw", "appointment"]

_NAMESPACE: Final = UUID("6f1f6d0e-2f51-4a53-9d2c-0b7b1f6f6a11")
_NUMBERING_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST_NUMBER: Final = 340_000
_SLOT_LENGTH: Final = timedelta(minutes=15)
_FIRST_MICROSECOND: Final = 140_153
_MICROSECONDS_OF_A_STEP: Final = 1_000
_UPDATED: Final = "labtest.order.updated"

_SCHEDULING_STATE: Final = {"scheduled": "confirmed"}
"""The scheduling state that goes with an event status, where it is another word."""
_NEEDS_A_SLOT: Final = frozenset({"reserved", "scheduled", "in_progress", "completed"})
_APPOINTMENT_IS_ASKED_FOR: Final = frozenset({"appointment_pending", "appointment_scheduled"})
_SAMPLE_IS_KNOWN: Final = frozenset({"partial_results", "completed", "redraw_available", "sample_error"})
_UNKNOWN_AT_FIRST: Final = (
    "sample_id",
    "requisition_form_url",
    "interpretation",
    "has_missing_results",
    "expected_result_by_date",
    "worst_case_result_by_date",
)
_BESIDES: Final[Mapping[str, Mapping[str, Any]]] = {
    "partial_results": {"has_missing_results": True},
    "completed": {"interpretation": "normal", "has_missing_results": False},
    "redraw_available": {"has_missing_results": True},
    "corrected": {"interpretation": "abnormal"},
}
"""What changes in an order when it takes a status, besides what every status changes."""
_TRANSACTION_ENDS: Final = {
    "completed": "completed",
    "corrected": "completed",
    "sample_error": "completed",
    "cancelled": "cancelled",
}
_CANCELLATION: Final = {
    "origin": "patient",
    "cancelation_reason": "Scheduling conflict",
    "cancelation_notes": None,
}


@dataclass(frozen=True, slots=True, repr=False)
class JourneyDelivery:
    """One POST of a journey: not signed yet, see `Webhook.sign`."""

    id: str
    """To send as `svix-id`: the same in every attempt."""
    offset: timedelta
    """The time since the first delivery of the journey."""
    event_type: EventType
    raw: bytes
    """The body as Junction would POST it."""
    summary: str
    """What it tells, such as `order requisition_created`."""
    attempt: int = 1
    """Which of Junction's attempts this is, counted from 1."""

    @property
    def payload(self) -> dict[str, Any]:
        """The payload parsed, anew each time: yours to change."""
        payload: dict[str, Any] = json.loads(self.raw)
        return payload

    def __repr__(self) -> str:
        """When it arrives and what it tells, in one line."""
        repeated = f" (attempt {self.attempt})" if self.attempt > 1 else ""
        return f"<{self.id}{repeated} +{written(self.offset)} {self.event_type}: {self.summary}>"

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        # IPython and Hypothesis would list the fields of a dataclass, bodies and all.
        printer.text(repr(self))


@dataclass(frozen=True, repr=False, kw_only=True)
class Journey:
    """All deliveries of one order transaction, redraws and appointments included, in canonical order."""

    start: datetime
    """When the first delivery is sent, in UTC."""
    deliveries: tuple[JourneyDelivery, ...]

    def timeline(self) -> str:
        """One line a delivery: its offset, its event type and what it tells."""
        offsets = [f"+{written(each.offset)}" for each in self.deliveries]
        width = max(map(len, offsets))
        longest = max(len(each.event_type) for each in self.deliveries)
        return "\n".join(
            f"{offset:<{width}}  {each.event_type:<{longest}}  {each.summary}"
            for offset, each in zip(offsets, self.deliveries, strict=True)
        )

    @property
    def _label(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        """How long it is and how it ends, in a line so short that pytest does not cut it."""
        last = self.deliveries[-1]
        many = f"{len(self.deliveries)} deliver{'y' if len(self.deliveries) == 1 else 'ies'}"
        return f"<{self._label}: {many}, the last +{written(last.offset)}: {last.summary}>"

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        # IPython and Hypothesis would list the fields of a dataclass, bodies and all; they show it in full.
        lines = self.timeline().replace("\n", "\n    ")
        printer.text(f"<{self._label}\n    {lines}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One more status in the history of an order, of its redraw, or of the appointment."""

    at: timedelta
    """The time since the start of the journey."""
    subject: Subject
    status: str
    """The LOW part of an order's status or the whole of it; an appointment's event status."""
    detail: str | None = None
    """The `status_detail` of an order's entry."""
    slot: datetime | None = None
    """When an appointment starts, if that changes."""
    data: Mapping[str, Any] | None = None
    """The data of an appointment's entry, where the usual will not do."""
    set: Mapping[str, Any] = field(default_factory=dict)
    """Other properties of the order or the appointment that change with it."""
    sent: bool | None = None
    """Whether it sends a webhook, where that differs from its lifecycle."""


@dataclass(frozen=True, slots=True)
class Base:
    """What orders and appointments hold from beginning to end: a file of `fixtures/scenarios/bases/`."""

    team_id: str
    sample_prefix: str
    order: Mapping[str, Any]
    appointment: Mapping[str, Any]


@dataclass(slots=True)
class _Appointment:
    id: str
    order_id: str
    external_id: str
    slot: datetime | None = None
    set: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return bool(self.events) and self.events[-1]["status"] in {"cancelled", "completed"}


@dataclass(slots=True)
class _Order:
    id: str
    record_id: str
    origin: str
    parent_id: str | None
    created_at: datetime
    record_updated_at: datetime
    set: dict[str, Any]
    appointment_id: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    transaction_entry: dict[str, Any] = field(default_factory=dict)


class JourneyBuilder:
    """Takes steps and keeps the deliveries that they send.

    All ids are made of `name`, and the numbers of entries of the time, so that they rise from journey to
    journey as they do from one sequence.
    """

    def __init__(self, base: Base, *, name: str, start: datetime) -> None:
        self._base = base
        self._name = name
        self._start = start
        self._number = 0
        self._steps = 0
        self._latest = timedelta(0)
        self._orders: list[_Order] = []
        self._appointments: list[_Appointment] = []
        self.deliveries: list[JourneyDelivery] = []

    def journey(self) -> Journey:
        """The journey so far."""
        return Journey(start=self._start, deliveries=tuple(self.deliveries))

    def take(self, step: Step) -> None:
        """Add a status, and the delivery that it sends.

        Raises `ValueError` for a step that no journey can take: a second initial order, an appointment
        without an order, a booking without a slot.
        """
        if step.at < self._latest:
            message = "it comes before the step above it"
            raise ValueError(message)
        self._latest = step.at
        self._steps += 1
        if step.subject == "appointment":
            self._move_appointment(step)
        else:
            self._move_order(step)

    def _id(self, what: str) -> str:
        return str(uuid5(_NAMESPACE, f"{self._name}/{what}"))

    def _precise(self, now: datetime) -> str:
        """The time of a step with microseconds, as transactions and appointments write it."""
        microseconds = _FIRST_MICROSECOND + self._steps * _MICROSECONDS_OF_A_STEP
        precise = now + timedelta(microseconds=microseconds)
        return precise.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def _move_order(self, step: Step) -> None:
        order = self._order(step)
        now = self._start + step.at
        full = _full_status(step.status)
        low = full.rpartition(".")[2]
        before = order.events[-1]["status"] if order.events else None
        order.events.append(self._entry(now, full, step.detail))
        if low in _APPOINTMENT_IS_ASKED_FOR:
            order.appointment_id = self._appointment().id
            order.record_updated_at = now
        if low == "requisition_created":
            order.set["requisition_form_url"] = f"https://files.example.com/requisitions/{order.id[:8]}.pdf"
        if low in _SAMPLE_IS_KNOWN:
            order.set["sample_id"] = f"{self._base.sample_prefix}{int(order.id[:6], 16):08}"
        order.set |= {**_BESIDES.get(low, {}), **step.set}
        changed_at = self._precise(now)
        order.transaction_entry |= {
            "low_level_status": low,
            "low_level_status_created_at": changed_at,
            "updated_at": changed_at,
        }
        event_type = _webhook(before, full)
        if step.sent is not None:
            event_type = _UPDATED if step.sent else None
        if event_type is None:
            order.unsent.append(step.status)
        else:
            after = f", after unsent {', '.join(order.unsent)}" if order.unsent else ""
            order.unsent.clear()
            self._send(step, event_type, self._order_data(order, now), step.status + after)

    def _order(self, step: Step) -> _Order:
        """The order that the step is about, a new one when it is the first."""
        newest = self._orders[-1] if self._orders else None
        if newest is not None and newest.origin == _origin(step):
            return newest
        if (newest is None) is (step.subject == "redraw"):
            message = "a journey starts with its order, and a redraw is the last of it"
            raise ValueError(message)
        now = self._start + step.at
        order = _Order(
            id=self._id(step.subject),
            record_id=self._id(f"{step.subject}/record"),
            origin=_origin(step),
            parent_id=newest.id if newest else None,
            created_at=now,
            record_updated_at=now,
            set=dict.fromkeys(_UNKNOWN_AT_FIRST),
        )
        created_at = self._precise(now)
        order.transaction_entry = {
            "id": order.id,
            "low_level_status": None,
            "low_level_status_created_at": None,
            "origin": order.origin,
            "parent_id": order.parent_id,
            "created_at": created_at,
            "updated_at": created_at,
        }
        self._orders.append(order)
        return order

    def _entry(self, now: datetime, status: str, detail: str | None) -> dict[str, Any]:
        minutes = (now - _NUMBERING_SINCE) // timedelta(minutes=1)
        self._number = max(_FIRST_NUMBER + minutes, self._number + 1)
        return {"id": self._number, "created_at": now.isoformat(), "status": status, "status_detail": detail}

    def _order_data(self, order: _Order, now: datetime) -> dict[str, Any]:
        last = order.events[-1]
        newest = self._orders[-1].transaction_entry
        return _in_order(
            "order",
            {
                **self._base.order,
                **order.set,
                "user_id": self._id("user"),
                "id": order.id,
                "team_id": self._base.team_id,
                "details": {
                    "type": "walk_in_test",
                    "data": {
                        "id": order.record_id,
                        "created_at": order.created_at.isoformat(),
                        "updated_at": order.record_updated_at.isoformat(),
                        "appointment_id": order.appointment_id,
                    },
                },
                "created_at": order.created_at.isoformat(),
                "updated_at": now.isoformat(),
                "events": order.events,
                "status": last["status"].partition(".")[0],
                "last_event": last,
                "origin": order.origin,
                "order_transaction": {
                    "id": self._id("transaction"),
                    "status": _TRANSACTION_ENDS.get(newest["low_level_status"], "active"),
                    "orders": [each.transaction_entry for each in self._orders],
                },
            },
        )

    def _appointment(self) -> _Appointment:
        """The appointment of the newest order, a new one when there is none or it is over."""
        if not self._orders:
            message = "an appointment needs an order"
            raise ValueError(message)
        order_id = self._orders[-1].id
        newest = self._appointments[-1] if self._appointments else None
        if newest is None or newest.order_id != order_id or newest.is_over:
            label = f"appointment/{len(self._appointments)}"
            newest = _Appointment(
                self._id(label), order_id, external_id=self._id(f"{label}/external")[:6].upper()
            )
            self._appointments.append(newest)
        return newest

    def _move_appointment(self, step: Step) -> None:
        appointment = self._appointment()
        now = self._start + step.at
        before = appointment.events[-1]["status"] if appointment.events else None
        data = _entry_data(before, step.status) if step.data is None else dict(step.data)
        appointment.slot = step.slot.astimezone(UTC) if step.slot else appointment.slot
        if appointment.slot is None and step.status in _NEEDS_A_SLOT:
            message = f"an appointment that is {step.status} has a slot"
            raise ValueError(message)
        created_at = self._precise(now)
        appointment.events.append({"created_at": created_at, "status": step.status, "data": data})
        appointment.set |= step.set
        self._send(
            step, lifecycle.appointment().created_webhook, self._appointment_data(appointment), step.status
        )

    def _appointment_data(self, appointment: _Appointment) -> dict[str, Any]:
        last = appointment.events[-1]
        was_booked = any(entry["status"] == "scheduled" for entry in appointment.events)
        slot = appointment.slot
        return _in_order(
            "appointment",
            {
                **self._base.appointment,
                "id": appointment.id,
                "user_id": self._id("user"),
                "order_id": appointment.order_id,
                "order_transaction_id": self._id("transaction"),
                "start_at": slot.isoformat() if slot else None,
                "end_at": (slot + _SLOT_LENGTH).isoformat() if slot else None,
                "status": _SCHEDULING_STATE.get(last["status"], last["status"]),
                "external_id": appointment.external_id if was_booked else None,
                "can_reschedule": last["status"] == "scheduled",
                "event_status": last["status"],
                "event_data": last["data"],
                "events": appointment.events,
                **appointment.set,
            },
        )

    def _send(self, step: Step, event_type: EventType, data: dict[str, Any], summary: str) -> None:
        payload = {
            "event_type": event_type,
            "data": data,
            "user_id": data["user_id"],
            "team_id": self._base.team_id,
            "client_user_id": f"patient-{self._name}",
        }
        self.deliveries.append(
            JourneyDelivery(
                id=f"msg_{self._name}_{len(self.deliveries) + 1:02}",
                offset=step.at,
                event_type=event_type,
                raw=body(payload),
                summary=f"{step.subject} {summary}",
            )
        )


def body(payload: Mapping[str, Any]) -> bytes:
    """The payload as Junction would POST it."""
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def duration(text: str) -> timedelta:
    """The time that a text such as `3d 4h 5m 10s` names. Raises `ValueError` for another form."""
    match = re.fullmatch(r"(?:(\d+)d)? ?(?:(\d+)h)? ?(?:(\d+)m)? ?(?:(\d+)s)?", text)
    if match is None or not any(match.groups()):
        message = f"{text!r} is no time like 3d 4h 5m 10s"
        raise ValueError(message)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def written(time: timedelta) -> str:
    """The time as `duration` reads it, without parts that are zero: `3d 5m`."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = {"d": days, "h": hours, "m": minutes, "s": seconds}
    return " ".join(f"{number}{unit}" for unit, number in parts.items() if number) or "0s"


def _origin(step: Step) -> str:
    return "redraw" if step.subject == "redraw" else "initial"


def _full_status(status: str) -> str:
    """The order status of that LOW part. Raises `ValueError` when there is none."""
    if "." in status:
        return status
    full = next((each.status for each in lifecycle.order().states.values() if each.low == status), None)
    if full is None:
        message = f"{status!r} is no status of a walk-in order"
        raise ValueError(message)
    return full


def _webhook(before: str | None, status: str) -> EventType | None:
    """The event that an order sends when it takes a status, None where it sends none."""
    machine = lifecycle.order()
    if before is None:
        return machine.created_webhook
    transition = machine.transition(before, status)
    return transition.webhook if transition else _UPDATED


def _entry_data(before: str | None, status: str) -> dict[str, Any] | None:
    if status == "cancelled":
        return _CANCELLATION
    if status in {"in_progress", "completed"}:
        return None
    origin = "provider" if status == "scheduled" and before in {"pending", "reserved"} else "patient"
    return {"origin": origin, "is_reschedule": status == before == "scheduled"}


def _in_order(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The properties in the order that the schema gives them."""
    return {key: data[key] for key in contract.schemas()[f"objects/{name}"]["properties"] if key in data}

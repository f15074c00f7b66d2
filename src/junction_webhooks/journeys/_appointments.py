"""The state of an appointment while a journey is built, and the `data` of its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.families import APPOINTMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.journeys.model import Step

_SLOT_LENGTH: Final = timedelta(minutes=15)
_SCHEDULING_STATE: Final = {"scheduled": "confirmed"}
"""The scheduling state that goes with an event status, if the two words differ."""
_NO_RESCHEDULES: Final = frozenset({"sonora_quest"})
"""Providers at which only the patient can reschedule, not Junction."""
_NEEDS_SLOT: Final = frozenset({"reserved", "scheduled", "in_progress", "completed"})
_CANCELLATION: Final = {
    "origin": "patient",
    "cancelation_reason": "Scheduling conflict",
    "cancelation_notes": None,
}


@dataclass(slots=True)
class Appointment:
    """An appointment so far."""

    id: str
    order_id: str
    external_id: str
    slot: datetime | None = None
    set: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether another booking creates a new appointment."""
        return bool(self.events) and self.events[-1]["status"] in {"cancelled", "completed"}

    def take(self, step: Step, *, created_at: str) -> None:
        """Add a status. Raises `ValueError` for one that needs a slot when there is none."""
        before = self.events[-1]["status"] if self.events else None
        data = _entry_data(before, step.status) if step.data is None else dict(step.data)
        self.slot = step.slot.astimezone(UTC) if step.slot else self.slot
        if self.slot is None and step.status in _NEEDS_SLOT:
            message = f"an appointment that is {step.status} has a slot"
            raise ValueError(message)
        self.events.append({"created_at": created_at, "status": step.status, "data": data})
        self.set |= step.set


def appointment_data(
    appointment: Appointment, base: Mapping[str, Any], *, user_id: str, transaction_id: str
) -> dict[str, Any]:
    """Return the data of an event of the appointment; `base` has the properties that never change."""
    last = appointment.events[-1]
    was_booked = any(entry["status"] == "scheduled" for entry in appointment.events)
    slot = appointment.slot
    data = {
        **base,
        "id": appointment.id,
        "user_id": user_id,
        "order_id": appointment.order_id,
        "order_transaction_id": transaction_id,
        "start_at": slot.isoformat() if slot else None,
        "end_at": (slot + _SLOT_LENGTH).isoformat() if slot else None,
        "status": _SCHEDULING_STATE.get(last["status"], last["status"]),
        "external_id": appointment.external_id if was_booked else None,
        "can_reschedule": last["status"] == "scheduled" and base["provider"] not in _NO_RESCHEDULES,
        "event_status": last["status"],
        "event_data": last["data"],
        "events": appointment.events,
        **appointment.set,
    }
    return {name: data[name] for name in data_of(APPOINTMENT).known_names if name in data}


def _entry_data(before: str | None, status: str) -> dict[str, Any] | None:
    if status == "cancelled":
        return _CANCELLATION
    if status in {"in_progress", "completed"}:
        return None
    origin = "provider" if status == "scheduled" and before in {"pending", "reserved"} else "patient"
    return {"origin": origin, "is_reschedule": status == before == "scheduled"}

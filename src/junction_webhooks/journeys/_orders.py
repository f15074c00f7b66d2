"""The state of an order while a journey is built, and the `data` of its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import lifecycle
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.families import ORDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from junction_webhooks.contract import EventType
    from junction_webhooks.journeys.model import Base, Step

_UPDATED: Final[EventType] = "labtest.order.updated"
_ASKS_FOR_APPOINTMENT: Final = frozenset({"appointment_pending", "appointment_scheduled"})
_FIRST_STATUS: Final = "ordered"
_HAS_REQUISITION: Final = frozenset({"requisition_created", "requisition_bypassed"})
_NULL_AT_FIRST: Final = (
    "sample_id",
    "requisition_form_url",
    "interpretation",
    "has_missing_results",
    "expected_result_by_date",
    "worst_case_result_by_date",
)
_CHANGES: Final[Mapping[str, Mapping[str, Any]]] = {
    "partial_results": {"has_missing_results": True},
    "completed": {"interpretation": "normal", "has_missing_results": False},
    "redraw_available": {"interpretation": "normal", "has_missing_results": True},
    "corrected": {"interpretation": "abnormal"},
}
"""The properties of an order that change with this status, in addition to those that always change."""
_IS_OVER: Final = frozenset({"completed", "corrected", "redraw_available", "sample_error", "cancelled"})
"""The statuses of orders that no longer keep their transaction `active`."""


@dataclass(slots=True)
class Order:
    """An order so far."""

    id: str
    record_id: str
    origin: str
    parent_id: str | None
    created_at: datetime
    record_updated_at: datetime
    set: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(_NULL_AT_FIRST))
    appointment_id: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    """Statuses since the last delivery that did not send a webhook."""
    transaction_entry: dict[str, Any] = field(default_factory=dict)

    def start(self, created_at: str) -> None:
        """Add the order to its transaction."""
        self.transaction_entry = {
            "id": self.id,
            "low_level_status": _FIRST_STATUS,
            "low_level_status_created_at": created_at,
            "origin": self.origin,
            "parent_id": self.parent_id,
            "created_at": created_at,
            "updated_at": created_at,
        }

    def take(self, step: Step, number: int, now: datetime, *, precisely: str, sample_prefix: str) -> None:
        """Add a status. `number` is the id of the entry, and `precisely` is `now` with microseconds.

        Raises `ValueError` if the first status is later than the order: a redraw comes with the status that
        offers it.
        """
        status = full_status(step.status)
        low_level = status.rpartition(".")[2]
        if not self.events and now != self.created_at:
            message = f"a {self.origin} is ordered at the time of the step that creates it"
            raise ValueError(message)
        self.events.append(
            {"id": number, "created_at": now.isoformat(), "status": status, "status_detail": step.detail}
        )
        if low_level == "requisition_created":
            self.set["requisition_form_url"] = f"https://files.example.com/requisitions/{self.id[:8]}.pdf"
        if low_level in _HAS_REQUISITION:
            self.set["sample_id"] = self.sample_id(sample_prefix)
        self.set |= {**_CHANGES.get(low_level, {}), **step.set}
        if low_level != _FIRST_STATUS:
            self.transaction_entry |= {
                "low_level_status": low_level,
                "low_level_status_created_at": precisely,
                "updated_at": precisely,
            }

    @property
    def low_level(self) -> str:
        """The last part of its newest status."""
        low_level: str = self.transaction_entry["low_level_status"]
        return low_level

    def sample_id(self, prefix: str) -> str:
        """Return the laboratory's id of its sample, which it keeps once it has one."""
        known: str | None = self.set["sample_id"]
        return known or f"{prefix}{int(self.id[:6], 16):08}"

    @property
    def asks_for_appointment(self) -> bool:
        """Whether its newest status implies that the order has an appointment."""
        return self.low_level in _ASKS_FOR_APPOINTMENT

    def webhook(self, *, sent: bool | None) -> EventType | None:
        """Return the event that the newest status sends, or None if it sends none.

        `sent` says whether it sends one; None leaves that to the lifecycle.
        """
        if sent is not None:
            return _UPDATED if sent else None
        machine = lifecycle.order()
        if len(self.events) == 1:
            return machine.created_webhook
        source, target = (entry["status"] for entry in self.events[-2:])
        transition = machine.transition(source, target)
        return transition.webhook if transition else _UPDATED


def full_status(status: str) -> str:
    """Return the order status with that last part. Raises `ValueError` if there is none."""
    if "." in status:
        return status
    states = lifecycle.order().states.values()
    full = next((each.status for each in states if each.low_level == status), None)
    if full is None:
        message = f"{status!r} is not a status of a walk-in order"
        raise ValueError(message)
    return full


def order_data(
    order: Order, orders: Sequence[Order], base: Base, now: datetime, *, user_id: str, transaction_id: str
) -> dict[str, Any]:
    """Return the data of an event of the order; `orders` are all orders of its transaction, oldest first."""
    last = order.events[-1]
    data = {
        **base.order,
        **order.set,
        "user_id": user_id,
        "id": order.id,
        "team_id": base.team_id,
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
            "id": transaction_id,
            "status": _transaction_status(orders),
            "orders": [each.transaction_entry for each in orders],
        },
    }
    return {name: data[name] for name in data_of(ORDER).known_names if name in data}


def _transaction_status(orders: Sequence[Order]) -> str:
    """Return the status of the transaction of these orders.

    No source says what it is after a cancelled redraw. The laboratory has no more work to do then, so
    `completed` fits best.
    """
    statuses = {order.low_level for order in orders}
    if statuses - _IS_OVER:
        return "active"
    return "cancelled" if statuses == {"cancelled"} else "completed"

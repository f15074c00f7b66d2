"""The transitions of the joint state machine of an order and its appointment.

A transition changes both at once. A booking, for example, adds two statuses to the order and one to an
appointment. `TRANSITIONS` says from which states each is possible; a test compares it with the lifecycles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from junction_webhooks import lifecycle

if TYPE_CHECKING:
    from junction_webhooks.journeys.model import Subject

Change: TypeAlias = "tuple[Subject, str]"
"""Whose status changes, and to what: the last part of an order's status, or an event status."""
NEW_ORDER_STATUS: Final = "collecting_sample.walk_in_test.added_status"
NEW_EVENT_STATUS: Final = "added_status"


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
    subject, status = text.split(maxsplit=1)
    return cast("Subject", subject), status


READY: Final = "requisition_created requisition_bypassed"
_FREE = "none cancelled"
_UNCANCELLED = f"ordered {READY} appointment_pending appointment_scheduled appointment_cancelled"
_BOOKED = ("order appointment_pending", "order appointment_scheduled", "appointment scheduled")
# The patient may walk in without the appointment, or although it is pending or cancelled.
_TAKEN = f"{READY} appointment_pending appointment_scheduled appointment_cancelled partial_results"
_VISITED = "none pending cancelled scheduled completed"
_ANY = " ".join(["none", *lifecycle.appointment().states])

TRANSITIONS: Final = (
    _transition("ordered", _FREE, "order requisition_created"),
    _transition("ordered", "reserved", "order requisition_created", *_BOOKED),
    # Results, with or without an appointment.
    _transition(_TAKEN, _VISITED, "order completed"),
    _transition("completed corrected", _VISITED, "order corrected"),
    _transition(_TAKEN, _VISITED, "order partial_results"),
    # Bookings: at once, asynchronously, or reserved until the requisition or the provider is ready.
    _transition(f"{READY} appointment_cancelled", _FREE, *_BOOKED),
    _transition(f"{READY} appointment_cancelled", _FREE, *_BOOKED[1:]),
    _transition("appointment_pending", "pending", "order appointment_scheduled", "appointment scheduled"),
    _transition(READY, "reserved", *_BOOKED),
    _transition(f"ordered {READY}", "reserved", "appointment cancelled"),
    _transition("ordered", _FREE, "appointment pending"),
    _transition("ordered", "pending", "appointment reserved"),
    _transition("ordered", "pending", "appointment cancelled"),
    _transition("appointment_pending", "pending", "order appointment_cancelled", "appointment cancelled"),
    _transition(f"{READY} appointment_cancelled", _FREE, "order appointment_pending", "appointment pending"),
    # Reschedules: at once, or after the provider confirms.
    _transition("appointment_scheduled", "scheduled", "order appointment_scheduled", "appointment scheduled"),
    _transition("appointment_pending", "scheduled", "order appointment_scheduled", "appointment scheduled"),
    _transition("appointment_scheduled", "scheduled", "order appointment_pending"),
    _transition("appointment_pending", "scheduled", "order appointment_cancelled", "appointment cancelled"),
    # Visits, and samples that cannot be used.
    _transition("appointment_scheduled", "scheduled", "appointment in_progress"),
    _transition("appointment_scheduled", "scheduled in_progress", "appointment completed"),
    _transition(_TAKEN, _VISITED, "order redraw_available", "redraw ordered"),
    _transition(f"ordered {READY}", _FREE, "appointment reserved"),
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
BETA_EVENTS: Final = (
    _transition(_TAKEN, _ANY, "tracking estimated"),
    _transition(_TAKEN, _ANY, "tracking collected"),
    _transition(_TAKEN, _ANY, "tracking revised"),
    _transition("partial_results", _ANY, "tracking incomplete"),
    _transition("completed corrected", _ANY, "tracking resulted"),
    _transition("cancelled completed corrected", _ANY, "review pending_customer_review"),
    _transition("cancelled completed corrected", _ANY, "review pending_customer_review:in_progress"),
    _transition("cancelled completed corrected", _ANY, "review pending_ops_review"),
    _transition("cancelled completed corrected", _ANY, "review resolved"),
    # Junction creates a new order for the result that was accepted.
    _transition(
        "cancelled",
        "none cancelled",
        "recreation ordered",
        "recreation requisition_bypassed",
        "review resolved",
    ),
)
"""Match reviews and order tracking. `JointState` says which can come next; some of that is inferred."""
UNKNOWN_STATUSES: Final = (
    _transition(
        f"{_UNCANCELLED} partial_results",
        _ANY,
        f"order {NEW_ORDER_STATUS}",
    ),
    _transition(_UNCANCELLED, "pending reserved scheduled in_progress", f"appointment {NEW_EVENT_STATUS}"),
)
"""Statuses that Junction may add. The journey continues as if they had not occurred."""

"""The joint state machine of an order and its appointment, with the journey that it has made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.journeys.builder import JourneyBuilder
from junction_webhooks.journeys.model import Step
from junction_webhooks.journeys.transitions import (
    BETA_EVENTS,
    CRITICAL_RESULTS,
    NEW_EVENT_STATUS,
    NEW_ORDER_STATUS,
    READY,
    REINSTATEMENTS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.journeys.model import Base, Journey, Subject
    from junction_webhooks.journeys.transitions import Change, JointTransition

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
_EXPECTED_IN: Final = timedelta(days=3)
_MOST_REVISIONS: Final = 2
_REASON: Final = "Repeat testing"
_FIRST: Final = "pending_customer_review"
_IN_PROGRESS: Final = "pending_customer_review:in_progress"
_OPS: Final = "pending_ops_review"
_OPEN: Final = frozenset({_FIRST, _IN_PROGRESS, _OPS})
_NEXT: Final[Mapping[str, frozenset[str]]] = {
    _IN_PROGRESS: frozenset({_FIRST}),
    _OPS: frozenset({_FIRST, _IN_PROGRESS}),
    "resolved": _OPEN,
}
"""The statuses of a review after which another one can come."""


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
        self._beta = _BetaState()
        self._change("order", "ordered")

    def journey(self) -> Journey:
        """Return the journey so far."""
        return self._builder.journey()

    def allows(self, transition: JointTransition) -> bool:
        """Return whether the transition is possible now and does not exceed `most_events`."""
        if self._order not in transition.order or self._appointment not in transition.appointment:
            return False
        if self._subject != "order" and transition.changes[0] == ("order", "redraw_available"):
            return False
        if transition in BETA_EVENTS and not self._beta.allows(transition.changes):
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
        if subject in {"critical", "tracking", "review"}:
            values = {}
            if subject != "critical":
                values = self._beta.take(subject, status, self._order, self._date())
            self._builder.take(Step(at=self._now, subject=subject, status=status, set=values))
            return
        if subject == "appointment":
            is_booked = status in {"reserved", "scheduled"} and self._appointment != "reserved"
            self._bookings += is_booked
            slot = self._slot() if is_booked else None
            self._builder.take(Step(at=self._now, subject=subject, status=status, slot=slot))
            self._appointment = self._appointment if status == NEW_EVENT_STATUS else status
            return
        if subject in {"redraw", "recreation"} and subject != self._subject:
            self._beta.start_order(subject)
            self._subject, self._appointment, self._has_requisition = subject, _NONE, False
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
        self._has_requisition |= status in READY.split()
        self._order = self._order if status == NEW_ORDER_STATUS else status

    def _values(self, status: str) -> dict[str, str]:
        """Return the other properties of an order that change with its status."""
        if self._imports and self._subject == "order" and self._order == _NONE:
            return {"sample_id": _IMPORTED_SAMPLE_ID}
        return {"interpretation": "critical"} if self._is_critical and status in _RESULTS else {}

    def _date(self) -> datetime:
        return self._start + self._now

    def _slot(self) -> datetime:
        """Return a slot a few days ahead, a different one each time."""
        slot = self._date() + _AHEAD + self._bookings * _SLOTS
        return slot.replace(minute=slot.minute // 15 * 15, second=0)


@dataclass(slots=True)
class _BetaState:
    """What has been reported so far of the newest order's tracking, and of the newest match review.

    The events of both are beta. They change neither the order nor its appointment, with one exception: a
    result that is accepted for a cancelled order creates a new order.
    """

    tracked: list[str] = field(default_factory=list)
    """The changes of the tracking."""
    review: str = ""
    has_recreation: bool = False

    def start_order(self, subject: Subject) -> None:
        """Begin the tracking of a new order: a redraw, or one that is created for an accepted result."""
        self.tracked = []
        self.has_recreation |= subject == "recreation"

    def allows(self, changes: tuple[Change, ...]) -> bool:
        """Return whether the changes are possible now, if the order allows them."""
        subject, status = changes[-1]
        if subject == "tracking":
            return self._allows_tracking(status)
        if status == _FIRST:
            return self.review not in _OPEN
        # A second new order in a transaction has no source.
        return self.review in _NEXT[status] and not (self.has_recreation and len(changes) > 1)

    def _allows_tracking(self, change: str) -> bool:
        if change == "revised":
            return "estimated" in self.tracked and self.tracked.count(change) < _MOST_REVISIONS
        return change not in self.tracked and "resulted" not in self.tracked

    def take(self, subject: Subject, status: str, order: str, now: datetime) -> dict[str, Any]:
        """Make a change, and return the properties that change with it."""
        if subject == "tracking":
            self.tracked.append(status)
            return self._tracking_values(status, now)
        self.review = status
        if status == _FIRST:
            return {"decision_code": "match_cancelled" if order == "cancelled" else "match_completed"}
        if status == _OPS:
            return {"resolution_action": "unsure"}
        if status == "resolved":
            return {"resolution_action": "accept" if order == "requisition_bypassed" else "reject"}
        return {}

    def _tracking_values(self, change: str, now: datetime) -> dict[str, Any]:
        day = (now + _EXPECTED_IN * (1 + self.tracked.count("revised"))).date()
        expected = f"{day}T23:59:59Z"
        if change == "estimated":
            return {"final_results": expected}
        if change == "revised":
            return {"revised_estimate": expected, "reason": _REASON}
        return {}

"""The state of match reviews and order tracking while a journey is generated.

The events of both are beta. They change neither the order nor its appointment, but one: a result that is
accepted for a cancelled order creates a new order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.journeys.model import Subject
    from junction_webhooks.journeys.transitions import Change

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


@dataclass(slots=True)
class BetaState:
    """What has been reported so far of the newest order's tracking, and of the newest review."""

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

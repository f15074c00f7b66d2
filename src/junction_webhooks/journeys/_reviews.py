"""The review of an unmatched result while a journey is built, and the `data` of its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract import shared_schemas
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.families import MATCH_REVIEW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import EventType
    from junction_webhooks.journeys.model import Step

_DEFAULTS: Final[Mapping[str, Any]] = {"decision_code": "no_match", "sub_reason_codes": []}
_OVER: Final = "resolved"
_ACCEPT: Final = "accept"


@dataclass(slots=True)
class Review:
    """The review of one unmatched result so far."""

    id: str
    status: str = ""
    set: dict[str, Any] = field(default_factory=lambda: dict(_DEFAULTS))
    steps: int = 0
    """The number of its statuses so far."""

    @property
    def is_over(self) -> bool:
        """Whether it is decided, so that the next step is about another result."""
        return self.status == _OVER

    def take(self, step: Step, *, user_id: str, order_id: str | None) -> None:
        """Change the status. A result that is accepted goes to `user_id` and `order_id`.

        Raises `ValueError` for a status that no review has, and for a result that is accepted without an
        order.
        """
        known = shared_schemas()["values/match_review_status"]["enum"]
        if step.status not in known:
            message = f"{step.status!r} is not a status of a match review: it is one of {', '.join(known)}"
            raise ValueError(message)
        self.status = step.status
        self.steps += 1
        self.set |= step.set
        if self.is_over and self.set.get("resolution_action") == _ACCEPT:
            if order_id is None:
                message = "a result is accepted for an order"
                raise ValueError(message)
            self.set |= {"resolved_user_id": user_id, "resolved_order_id": order_id}

    def webhook(self, *, sent: bool | None) -> EventType | None:
        """Return the event that the status sends, or None if `sent` says that none is."""
        if sent is False:
            return None
        created, updated = MATCH_REVIEW.event_types
        return created if self.steps == 1 else updated


def review_data(review: Review) -> dict[str, Any]:
    """Return what an event of the review carries."""
    data = {"id": review.id, "status": review.status, **review.set}
    return {name: data[name] for name in data_of(MATCH_REVIEW).known_names if name in data}

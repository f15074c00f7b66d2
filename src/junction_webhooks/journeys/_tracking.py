"""The tracking of an order while a journey is built, and the `data` of its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract import shared_schemas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from junction_webhooks.journeys.model import Step

_CHANGES: Final = ("estimated", "collected", "revised")
_FIRST_STATUS: Final = "pending"
_OF_MARKER: Final = ("id", "name", "slug", "provider_id")
_OF_IMPACT: Final = ("id", "name", "provider_id")


@dataclass(slots=True)
class Tracking:
    """What is known so far about when the results of an order are expected."""

    order_id: str
    markers: Sequence[dict[str, Any]]
    """The markers of the order's lab test."""
    status: str = _FIRST_STATUS
    """The status of every marker."""
    original: str | None = None
    current: str | None = None
    collection: dict[str, Any] | None = None
    updates: list[dict[str, Any]] = field(default_factory=list)

    def take(self, step: Step, now: datetime) -> None:
        """Make a change: a first or a revised estimate, the collection, or another status of the markers.

        Raises `ValueError` for any other.
        """
        statuses = shared_schemas()["values/order_marker_tracking_status"]["enum"]
        match step.status:
            case "estimated":
                self.original = self.current = step.set["final_results"]
            case "collected":
                self.collection = {"collected_at": now.isoformat(), "is_inferred": False, **step.set}
            case "revised":
                self.current = step.set["revised_estimate"]
                impacted = [
                    _only(_OF_IMPACT, each) | {"estimates": self._estimate()} for each in self.markers
                ]
                self.updates.append(
                    {
                        "created_at": now.isoformat(),
                        "reason": None,
                        "impacted_markers": impacted,
                        "source": "lab",
                        **step.set,
                    }
                )
            case status if status in statuses:
                self.status = status
            case _:
                known = ", ".join((*_CHANGES, *statuses))
                message = f"{step.status!r} is not a change of tracking: it is one of {known}"
                raise ValueError(message)

    def data(self) -> dict[str, Any]:
        """Return what an event of the tracking carries."""
        return {
            "order_id": self.order_id,
            "expected_at": {"final_results": self._estimate()},
            "collected_at": self.collection,
            "markers": [
                {
                    **_only(_OF_MARKER, each),
                    "status": self.status,
                    "expected_at": self._estimate(),
                    "results": [_only(_OF_MARKER, each)],
                }
                for each in self.markers
            ],
            "updates": self.updates,
        }

    def _estimate(self) -> dict[str, Any]:
        return {"original_estimate": self.original, "current_estimate": self.current}


def _only(names: tuple[str, ...], marker: dict[str, Any]) -> dict[str, Any]:
    return {name: marker[name] for name in names if name in marker}

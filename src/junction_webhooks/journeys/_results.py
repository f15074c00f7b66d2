"""The critical result of an order while a journey is built, and the `data` of its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from junction_webhooks.contract import shared_schemas
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.families import RESULT

if TYPE_CHECKING:
    from datetime import datetime

    from junction_webhooks.journeys.model import Step


@dataclass(slots=True)
class CriticalResult:
    """The critical result of one order so far."""

    order_id: str
    sample_id: str
    created_at: datetime
    status: str = ""
    set: dict[str, Any] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Change the status. Raises `ValueError` for one that no result has."""
        known = shared_schemas()["values/result_status"]["enum"]
        if step.status not in known:
            message = f"{step.status!r} is not a status of a critical result: it is {' or '.join(known)}"
            raise ValueError(message)
        self.status = step.status
        self.set |= step.set


def result_data(result: CriticalResult, now: datetime, *, user_id: str, team_id: str) -> dict[str, Any]:
    """Return what an event of the result carries."""
    data = {
        "order_id": result.order_id,
        "sample_id": result.sample_id,
        "status": result.status,
        "interpretation": "critical",
        "team_id": team_id,
        "user_id": user_id,
        "created_at": result.created_at.isoformat(),
        "updated_at": now.isoformat(),
        **result.set,
    }
    return {name: data[name] for name in data_of(RESULT).known_names if name in data}

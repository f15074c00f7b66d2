"""The ids in a story: what a probe asks for, and what a service may want to know before the story begins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract.families import APPOINTMENT, ORDER, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from junction_webhooks.journeys.model import JourneyDelivery

NAMES: Final = ("order_id", "appointment_id", "user_id", "client_user_id", "order_transaction_id", "team_id")
"""The ids of a story. Each may be in the template of a probe, in braces."""


@dataclass(frozen=True, slots=True)
class StoryIds:
    """The ids in the payloads of a story, each in the order in which it first occurs."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, deliveries: Iterable[JourneyDelivery]) -> StoryIds:
        """Return the ids in these deliveries. Bodies that cannot be read have none."""
        found: dict[str, dict[str, None]] = {name: {} for name in NAMES}
        for delivery in deliveries:
            for name, value in _ids(_payload(delivery)):
                found[name].setdefault(value)
        return cls({name: tuple(values) for name, values in found.items()})

    def as_json(self) -> dict[str, Any]:
        """Return the first id of each kind by its name, and all of them by the plural of that name."""
        first = {name: values[0] for name, values in self.values.items() if values}
        return first | {f"{name}s": [*values] for name, values in self.values.items() if values}


def subject_of(delivery: JourneyDelivery) -> tuple[str, str]:
    """Return the kind and the id of the object that a delivery is about; two empty texts for no known one."""
    payload = _payload(delivery)
    family = find(payload.get("event_type"))
    data = payload.get("data")
    id_ = data.get(family.identity) if family and isinstance(data, dict) else None
    return (family.name, id_) if family and isinstance(id_, str) else ("", "")


def with_ids(deliveries: Sequence[JourneyDelivery], given: Mapping[str, str]) -> Mapping[str, str]:
    """Return what to replace so that a story has the given ids: its own first ids, and the new ones."""
    own = StoryIds.of(deliveries).values
    return {own[name][0]: value for name, value in given.items() if own.get(name)}


def _payload(delivery: JourneyDelivery) -> dict[str, Any]:
    try:
        payload = json.loads(delivery.raw)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _ids(payload: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    family = find(payload.get("event_type"))
    data = payload.get("data")
    data = data if isinstance(data, dict) else {}
    transaction = data.get("order_transaction")
    places = {
        "order_id": data.get("id") if family is ORDER else data.get("order_id"),
        "appointment_id": data.get("id") if family is APPOINTMENT else None,
        "user_id": payload.get("user_id") or data.get("user_id"),
        "client_user_id": payload.get("client_user_id"),
        "order_transaction_id": transaction.get("id")
        if isinstance(transaction, dict)
        else data.get("order_transaction_id"),
        "team_id": payload.get("team_id"),
    }
    return ((name, value) for name, value in places.items() if isinstance(value, str) and value)

"""Single events: payloads of one event type, and the values that a test sets in them."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract import EVENT_TYPES, families, shared_bundle
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.strategies import _overrides
from junction_webhooks.strategies._payloads import from_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

    from junction_webhooks.contract import EventType, Profile
    from junction_webhooks.strategies._overrides import Parts

_LONGEST_HISTORY: Final = 4


@cache
def events_of(
    event_type: EventType, profile: Profile, max_events: int | None
) -> SearchStrategy[dict[str, Any]]:
    """Return events of one type, with at most `max_events` entries in their history."""
    schema = shared_bundle(profile, event_type)
    family = families.of(event_type)
    if family.history:
        schema = copy.deepcopy(schema)
        data = schema["$defs"][data_of(family).schema["title"]]
        entries = data["properties"][family.history.entries]
        entries["maxItems"] = _LONGEST_HISTORY if max_events is None else max_events
    return from_bundle(schema)


def with_overrides(payload: dict[str, Any], values: Mapping[Parts, Any]) -> dict[str, Any]:
    """Return the payload with all values set that apply to its event type."""
    event_type = payload["event_type"]
    meant = {parts: value for parts, value in values.items() if _is_for(parts, event_type)}
    changed: dict[str, Any] = _overrides.place(payload, meant)
    return changed


def _is_for(parts: Parts, event_type: EventType) -> bool:
    # A place that only other events have is meant for those; one that none has is meant for all.
    if _overrides.is_known(parts, event_type):
        return True
    return not any(_overrides.is_known(parts, each) for each in EVENT_TYPES)

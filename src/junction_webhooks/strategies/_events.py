"""Single events: payloads of some event types, and the values that a test sets in them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks.journeys.payloads import event_maker, event_parts
from junction_webhooks.strategies import _overrides
from junction_webhooks.strategies._choices import DrawnChoices, part_strategy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.contract import EventType, Profile
    from junction_webhooks.strategies._overrides import Parts


@cache
def events_of(
    event_types: tuple[EventType, ...], profile: Profile, max_events: int | None, *, allow_nul: bool = False
) -> SearchStrategy[dict[str, Any]]:
    """Return events of the types, with at most `max_events` entries in their history."""
    makers = [event_maker(each, profile, max_events=max_events, allow_nul=allow_nul) for each in event_types]
    for each in event_types:
        for name, make in event_parts(each, profile, max_events=max_events, allow_nul=allow_nul):
            # Now, as Hypothesis parses its source: on a busy machine it would call the first examples slow.
            part_strategy(name, make)

    @st.composite
    def events(draw: DrawFn) -> dict[str, Any]:
        choices = DrawnChoices(draw)
        made: dict[str, Any] = choices.one_of(makers)(choices)
        return made

    return events()


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

"""Hypothesis strategies of payloads, whole journeys and their delivery. Needs the extra `test`.

Examples:
    >>> from hypothesis import given
    >>> from junction_webhooks import strategies
    >>> @given(strategies.events("labtest.order.updated"))
    ... def test_handler(event):
    ...     assert event["event_type"] == "labtest.order.updated"
    >>> @given(strategies.invalid_events(verdict="drifts"))
    ... def test_handler_survives_news(invalid):
    ...     assert invalid.payload["data"]
    >>> @given(strategies.deliveries(strategies.order_journeys()))
    ... def test_state_is_right_whatever_the_order(deliveries):
    ...     for delivery in deliveries:
    ...         assert delivery.raw

Three knobs are common to `events` and `order_journeys`. `profile="tolerant"` gives what Junction may send
tomorrow: payloads that need not conform, and are never rejected. `overrides` sets values by JSON pointer, in
which `*` is every item: `{"/data/events/*/status_detail": None}`; a value may be a strategy, and is set where
what holds it is there, whatever that does to the payload's consistency. `max_events` bounds the length: of
the history in a single event, of the journey in events.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

from hypothesis import strategies as st

from junction_webhooks import contract, fixtures
from junction_webhooks._json.decode import pointer
from junction_webhooks._jsonschema.mutate import mutations
from junction_webhooks.fixtures import ExpectedViolation
from junction_webhooks.strategies import _journeys as _journey_strategies
from junction_webhooks.strategies import _overrides
from junction_webhooks.strategies._payloads import from_bundle
from junction_webhooks.validation import _engines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.contract import EventType, Profile
    from junction_webhooks.fixtures import Journey, JourneyDelivery
    from junction_webhooks.strategies._overrides import Parts

__all__ = [
    "InvalidEvent",
    "Wrong",
    "deliveries",
    "events",
    "invalid_events",
    "order_journeys",
]

_MOST_EVENTS: Final = 4

Wrong: TypeAlias = Literal["drifts", "rejected"]
"""The verdict on a payload with a mistake."""


@dataclass(frozen=True, slots=True)
class InvalidEvent:
    """A payload that breaks exactly one rule of the strict profile."""

    payload: dict[str, Any]
    violation: ExpectedViolation
    """All that `check` reports when it is told the event type."""
    verdict: Wrong
    """`rejected` when the tolerant profile refuses the payload too, and `parse_event` raises."""


def events(
    event_type: EventType | None = None,
    *,
    profile: Profile = "strict",
    overrides: Mapping[str, Any] | None = None,
    max_events: int | None = None,
) -> SearchStrategy[dict[str, Any]]:
    """Payloads that conform: of one event type, or of any when none is named.

    They are complete events as parsed JSON. What the schemas leave open varies freely, so histories and
    ids need not be consistent: these payloads try a handler's parsing, not its logic. Most have a history, of
    at most `max_events` entries, 4 without it; an optional property is missing in about half of them, and a
    nullable one null in a third.
    Raises `ValueError` for an unknown event type, a pointer that leads to nothing, a negative length.
    """
    if max_events is not None and max_events < 0:
        message = "max_events is the longest history, which has at least no entry"
        raise ValueError(message)
    named = _named(event_type)
    made = st.one_of([_events(each, profile, max_events) for each in named])
    if not overrides:
        return made
    ways = _overrides.read(overrides, named, may_be_new=profile == "tolerant")
    values = _values(overrides, ways)

    @st.composite
    def drawn(draw: DrawFn) -> dict[str, Any]:
        return _with_overrides(draw(made), draw(values))

    return drawn()


def order_journeys(
    *,
    profile: Profile = "strict",
    overrides: Mapping[str, Any] | None = None,
    max_events: int | None = None,
) -> SearchStrategy[Journey]:
    """Whole journeys: legal walks of an order, its appointments and its redraw, from the order on.

    Bookings before and after the requisition, reschedules, cancellations, partial results (sent or not) and
    redraws are all in them, and payloads are as consistent as those of a scenario. Most cancellations are the
    end of their order; some orders are reinstated by Junction's support and go on, with an `info` finding of
    `check_history` for each time. Some end early: a journey can be over, or just begun. In the tolerant
    profile statuses of tomorrow come in between, and properties are new, null or missing, the same ones in
    the whole journey. A value that `overrides` draws is the same in the whole journey too.
    Raises `ValueError` for a pointer that leads to nothing, and for fewer than one event.
    """
    if max_events is not None and max_events < 1:
        message = "max_events is the longest journey, which has at least one event"
        raise ValueError(message)
    made = _journey_strategies.journeys(profile, max_events)
    if not overrides:
        return made
    ways = _overrides.read(overrides, contract.EVENT_TYPES, may_be_new=profile == "tolerant")
    values = _values(overrides, ways)

    @st.composite
    def drawn(draw: DrawFn) -> Journey:
        return _journey_with_overrides(draw(made), draw(values))

    return drawn()


def deliveries(journey: Journey | SearchStrategy[Journey]) -> SearchStrategy[tuple[JourneyDelivery, ...]]:
    """How a journey or a scenario may arrive: at least once, in any order.

    Deliveries come late, as their first attempts were lost and Junction retried after 5 seconds, 5 minutes,
    30 minutes, 2, 5, 10 and 10 hours; they come again under the same id, as your answer was lost or somebody
    replayed them; and those that follow closely overtake each other. They are in the order of arrival, which
    `offset` tells; each arrives at least once. It shrinks to the journey as it is.
    """
    made = st.just(journey) if isinstance(journey, fixtures.Journey) else journey
    return _journey_strategies.arrivals(made)


def invalid_events(
    event_type: EventType | None = None, *, verdict: Wrong | None = None
) -> SearchStrategy[InvalidEvent]:
    """Payloads with one mistake each: of one event type, or of any when none is named.

    Each is a payload of `events` with one rule broken, and says which. With `verdict` they are all of that
    verdict: a handler must survive what `drifts`. Raises `ValueError` for an unknown event type.
    """
    broken = st.one_of([_invalid_events(each) for each in _named(event_type)])
    return broken if verdict is None else broken.filter(lambda invalid: invalid.verdict == verdict)


def _named(event_type: EventType | None) -> tuple[EventType, ...]:
    if event_type is None:
        return contract.EVENT_TYPES
    if event_type not in contract.EVENT_TYPES:
        message = f"unknown event_type {event_type!r}; known are {', '.join(contract.EVENT_TYPES)}"
        raise ValueError(message)
    return (event_type,)


@cache
def _events(
    event_type: EventType, profile: Profile, max_events: int | None
) -> SearchStrategy[dict[str, Any]]:
    bundle = copy.deepcopy(contract.bundle(profile, event_type))
    for definition in bundle["$defs"].values():
        history = definition.get("properties", {}).get("events")
        if history is not None:
            history["maxItems"] = _MOST_EVENTS if max_events is None else max_events
    return from_bundle(bundle)


def _values(overrides: Mapping[str, Any], ways: Mapping[str, Parts]) -> SearchStrategy[dict[Parts, Any]]:
    return st.fixed_dictionaries(
        {
            ways[pointer]: value if isinstance(value, st.SearchStrategy) else st.just(value)
            for pointer, value in overrides.items()
        }
    )


def _with_overrides(payload: dict[str, Any], values: Mapping[Parts, Any]) -> dict[str, Any]:
    # What no event of this type can hold is meant for another type.
    event_type = payload["event_type"]
    _overrides.place(payload, {parts: value for parts, value in values.items() if _is_for(parts, event_type)})
    return payload


def _is_for(parts: Parts, event_type: EventType) -> bool:
    if _overrides.is_known(parts, event_type):
        return True
    return not any(_overrides.is_known(parts, each) for each in contract.EVENT_TYPES)


def _journey_with_overrides(journey: Journey, values: Mapping[Parts, Any]) -> Journey:
    return _journey_strategies.changed(journey, lambda payload: _with_overrides(payload, values))


_PICKS = st.integers(0, 2**16 - 1)
_T = TypeVar("_T")


def _picked(pick: int, candidates: Iterable[_T]) -> _T:
    """One of the candidates: the same one when others go, so that a payload can shrink around its mistake."""
    return min(
        candidates,
        key=lambda candidate: blake2b(f"{pick} {candidate}".encode(errors="surrogatepass")).digest(),
    )


@cache
def _invalid_events(event_type: EventType) -> SearchStrategy[InvalidEvent]:
    bundle = contract.bundle("strict", event_type)
    engine = _engines.default_engine()

    @st.composite
    def broken(draw: DrawFn) -> InvalidEvent:
        # Drawn first: what is drawn after a long payload is the simplest choice too often.
        which_keyword, which = draw(_PICKS), draw(_PICKS)
        payload = draw(_events(event_type, "strict", None))
        # What is no object is no event: `check` would have nothing to name.
        found = [mutation for mutation in mutations(bundle, payload) if mutation.path]
        keyword = _picked(which_keyword, {mutation.keyword for mutation in found})
        mutation = _picked(which, [each for each in found if each.keyword == keyword])
        changed = mutation.applied_to(payload)
        survives = _engines.judge(engine, "tolerant", event_type).holds(changed)
        violation = ExpectedViolation(pointer(mutation.path), mutation.keyword)
        return InvalidEvent(changed, violation, "drifts" if survives else "rejected")

    return broken()

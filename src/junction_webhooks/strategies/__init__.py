"""Hypothesis strategies for payloads, whole journeys and their deliveries. Needs the extra `test`.

Examples:
    >>> from hypothesis import given
    >>> from junction_webhooks import strategies
    >>> @given(strategies.events("labtest.order.updated"))
    ... def test_handler(event):
    ...     assert event["event_type"] == "labtest.order.updated"
    >>> @given(strategies.invalid_events(verdict="drifts"))
    ... def test_handler_survives_drift(invalid):
    ...     assert invalid.payload["data"]
    >>> @given(strategies.deliveries(strategies.order_journeys()))
    ... def test_state_is_right_in_any_order(deliveries):
    ...     for delivery in deliveries:
    ...         assert delivery.raw

`events` and `order_journeys` share three options. `profile="tolerant"` generates what Junction may send
later: payloads that need not conform, and are never rejected. `overrides` sets values by JSON pointer, in
which `*` is every item: `{"/data/events/*/status_detail": None}`. A value may be a strategy. It is set
wherever its object or array exists, even if that makes the payload inconsistent. `max_events` limits the
length: the entries in the history of a single event, or the events of a journey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from junction_webhooks.contract import EVENT_TYPES, EventType, Profile
from junction_webhooks.journeys.model import Journey, JourneyDelivery
from junction_webhooks.journeys.paths import changed
from junction_webhooks.strategies import _deliveries, _journeys, _overrides
from junction_webhooks.strategies._events import events_of, with_overrides
from junction_webhooks.strategies._invalid import InvalidEvent, InvalidVerdict, invalid_events_of

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

    from junction_webhooks.strategies._overrides import Parts

__all__ = ["InvalidEvent", "InvalidVerdict", "deliveries", "events", "invalid_events", "order_journeys"]


def events(
    event_type: EventType | None = None,
    *,
    profile: Profile = "strict",
    overrides: Mapping[str, Any] | None = None,
    max_events: int | None = None,
    allow_nul: bool = False,
) -> SearchStrategy[dict[str, Any]]:
    """Return payloads that conform: of one event type, or of any.

    They are complete events as parsed JSON. Everything that the schemas leave open varies freely, so
    histories and ids may be inconsistent. Use them to test how a handler parses, not its logic. Most have a
    history of at most `max_events` entries, by default 4. An optional property is missing in about half of
    them, and a nullable property is null in about a third. Texts contain what programs trip over, but U+0000
    only with `allow_nul`, because PostgreSQL refuses it in JSON. Integers fit a 32-bit column. Raises
    `ValueError` for an unknown event type, a pointer to a place that no event has, or a negative length.

    Examples:
        >>> from hypothesis import given
        >>> from junction_webhooks import check, strategies
        >>> @given(strategies.events(overrides={"/data/notes": "Call first."}))
        ... def test_events_conform(event):
        ...     assert check(event).verdict == "conforms"
        >>> test_events_conform()
    """
    if max_events is not None and max_events < 0:
        message = "max_events must be 0 or more"
        raise ValueError(message)
    named = _named(event_type)
    payloads = events_of(named, profile, max_events, allow_nul=allow_nul)
    if not overrides:
        return payloads
    values = _values(overrides, _overrides.read(overrides, named, may_be_new=profile == "tolerant"))

    @st.composite
    def events_with_overrides(draw: DrawFn) -> dict[str, Any]:
        return with_overrides(draw(payloads), draw(values))

    return events_with_overrides()


def order_journeys(
    *,
    profile: Profile = "strict",
    overrides: Mapping[str, Any] | None = None,
    max_events: int | None = None,
    beta: bool = False,
) -> SearchStrategy[Journey]:
    """Return whole journeys of an order with its appointments and its redraw, from the first event on.

    They include bookings before and after the requisition, reschedules, cancellations, partial results (sent
    or not) and redraws, and payloads are as consistent as those of a scenario. In a few journeys, results are
    critical: `labtest.result.critical` has no `data.id` and no history, and can come more than once. Most
    cancellations end their order. Some orders are reinstated by Junction's support and continue, and
    `check_history` reports one `info` finding each time. A journey can be complete or have only just begun.

    With `beta`, journeys also have the events that are beta: match reviews and order tracking. Nothing in two
    of their payloads shows which is newer, so `compare` says `undecided`. An accepted result can create
    another order, whose origin is `recreation`.

    In the tolerant profile, unknown statuses occur, and properties are new, null or missing: the same ones
    throughout a journey. A strategy in `overrides` also generates one value for the whole journey. Raises
    `ValueError` for a pointer to a place that no event has, and for `max_events` below 1.

    Examples:
        >>> from hypothesis import given
        >>> from junction_webhooks import lifecycle, strategies
        >>> @given(strategies.order_journeys(max_events=5))
        ... def test_journeys_contradict_nothing(journey):
        ...     for delivery in journey.deliveries:
        ...         findings = lifecycle.check_history(delivery.payload)
        ...         assert {finding.severity for finding in findings} <= {"info"}
        >>> test_journeys_contradict_nothing()
    """
    if max_events is not None and max_events < 1:
        message = "max_events must be 1 or more: a journey has at least one event"
        raise ValueError(message)
    journeys = _journeys.journeys(profile, max_events, beta=beta)
    if not overrides:
        return journeys
    values = _values(overrides, _overrides.read(overrides, EVENT_TYPES, may_be_new=profile == "tolerant"))

    @st.composite
    def journeys_with_overrides(draw: DrawFn) -> Journey:
        journey, chosen = draw(journeys), draw(values)
        return changed(journey, lambda payload: with_overrides(payload, chosen))

    return journeys_with_overrides()


def deliveries(journey: Journey | SearchStrategy[Journey]) -> SearchStrategy[tuple[JourneyDelivery, ...]]:
    """Return how a journey or a scenario may arrive: each delivery at least once, in any order.

    Some come late, because their first attempts were lost and Junction retried after 5 seconds, 5 minutes, 30
    minutes, 2, 5, 10 and 10 hours. Some come again under the same id, because your answer was lost or
    somebody replayed them. Deliveries that were sent seconds apart can change places. The result is in order
    of arrival, which is `offset`. It shrinks to the unchanged journey.

    Examples:
        >>> from hypothesis import given
        >>> from junction_webhooks import fixtures, strategies
        >>> redraw = fixtures.scenario("redraw")
        >>> @given(strategies.deliveries(redraw))
        ... def test_all_arrive(deliveries):
        ...     assert {each.id for each in deliveries} == {each.id for each in redraw.deliveries}
        >>> test_all_arrive()
    """
    return _deliveries.deliveries(st.just(journey) if isinstance(journey, Journey) else journey)


def invalid_events(
    event_type: EventType | None = None, *, verdict: InvalidVerdict | None = None
) -> SearchStrategy[InvalidEvent]:
    """Return payloads with one mistake each: of one event type, or of any.

    Each is a payload of `events` that breaks one rule, and says which one. With `verdict`, all have that
    verdict: a handler must cope with those that drift. Raises `ValueError` for an unknown event type.

    Examples:
        >>> from hypothesis import given
        >>> from junction_webhooks import check, strategies
        >>> @given(strategies.invalid_events("labtest.order.created"))
        ... def test_check_finds_the_mistake(invalid):
        ...     report = check(invalid.payload, event_type="labtest.order.created")
        ...     assert report.violations[0].keyword == invalid.violation.keyword
        >>> test_check_finds_the_mistake()
    """
    return invalid_events_of(_named(event_type), verdict)


def _named(event_type: EventType | None) -> tuple[EventType, ...]:
    if event_type is None:
        return EVENT_TYPES
    if event_type not in EVENT_TYPES:
        message = f"unknown event_type {event_type!r}: expected one of {', '.join(EVENT_TYPES)}"
        raise ValueError(message)
    return (event_type,)


def _values(overrides: Mapping[str, Any], parts: Mapping[str, Parts]) -> SearchStrategy[dict[Parts, Any]]:
    return st.fixed_dictionaries(
        {
            parts[pointer]: value if isinstance(value, st.SearchStrategy) else st.just(value)
            for pointer, value in overrides.items()
        }
    )

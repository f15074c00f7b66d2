"""Whole journeys: random paths through the joint state machine of an order and its appointment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from junction_webhooks.contract import families
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.journeys.model import body
from junction_webhooks.journeys.scenarios import base
from junction_webhooks.journeys.transitions import (
    CRITICAL_RESULTS,
    RARE,
    REINSTATEMENTS,
    TRANSITIONS,
    UNKNOWN_STATUSES,
    JointState,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.contract import Profile
    from junction_webhooks.contract.families import Family
    from junction_webhooks.journeys.model import Journey

_BASES: Final = st.sampled_from(["california", "arizona"])
_NUMBERS: Final = st.integers(0, 2**32)
_PAUSES: Final = st.sampled_from([timedelta(minutes=minutes) for minutes in (1, 0, 7, 65, 24 * 60, 80 * 60)])
_REINSTATES: Final = st.sampled_from([False, False, False, False, True])
"""Whether cancelled orders are reinstated: rarely, so that most cancellations are final.

If they are, cancellations are more frequent, so that a hundred examples include some.
"""
_IMPORTS: Final = st.sampled_from([False, False, False, False, True])
"""Whether the order is imported: seldom, as that leaves no choice at its beginning."""
_IS_CRITICAL: Final = st.sampled_from([False, False, False, False, False, True])
"""Whether the results are critical: rarely. If they are, most orders with results report it."""
_MOST_TURNS: Final = 14
_CRITICAL_WEIGHT: Final = 2
"""How often each way to report a critical result is in the table: some are reported twice, few more often."""
_NEW_PROPERTIES: Final = ("added_later", "links")


# Not with `builds`, here and below: Hypothesis would print its arguments, which are long.
@cache
def journeys(profile: Profile, max_events: int | None) -> SearchStrategy[Journey]:
    """Return legal journeys of at most `max_events` events; in the tolerant profile with new values too."""
    is_tolerant = profile == "tolerant"
    often = [each for each in TRANSITIONS if each not in RARE] * 3
    cancellations = [each for each in TRANSITIONS if ("order", "cancelled") in each.changes] * 6
    unknown = UNKNOWN_STATUSES if is_tolerant else ()
    usual = [None, *TRANSITIONS, *REINSTATEMENTS, *unknown, *often]
    tables = {
        (reinstates, is_critical): [
            *usual,
            *cancellations * reinstates,
            *CRITICAL_RESULTS * _CRITICAL_WEIGHT * is_critical,
        ]
        for reinstates in (False, True)
        for is_critical in (False, True)
    }
    # Indices into a table, as Hypothesis stores what is filtered, and transitions are long.
    indices = {key: st.sampled_from(range(len(table))) for key, table in tables.items()}

    @st.composite
    def generated(draw: DrawFn) -> Journey:
        reinstates, is_critical = draw(_REINSTATES), draw(_IS_CRITICAL)
        table, turns = tables[reinstates, is_critical], indices[reinstates, is_critical]
        state = JointState(
            base(draw(_BASES)),
            draw(_NUMBERS),
            sends_partial_results=draw(st.booleans()),
            reinstates=reinstates,
            imports=draw(_IMPORTS),
            is_critical=is_critical,
            most_events=max_events,
        )
        for _ in range(_MOST_TURNS):
            # Of a filtered choice, Hypothesis keeps the index in the whole table. So a turn means the same
            # when other turns before it shrink to None, in which nothing happens.
            possible = turns.filter(lambda index: table[index] is None or state.allows(table[index]))
            transition = table[draw(possible)]
            if transition is not None:
                state.take(transition, draw(_PAUSES))
        journey = state.journey()
        return _drifted(journey, draw(_drifts())) if is_tolerant else journey

    return generated()


@cache
def _drifts() -> SearchStrategy[dict[str, set[str]]]:
    """Return the properties that are missing, null or new in all payloads of a journey."""
    names = sorted({name for family in FAMILIES if family.subjects for name in _removable(family)})
    some = st.sets(st.sampled_from(names), max_size=3)
    return st.fixed_dictionaries(
        {"missing": some, "null": some, "new": st.sets(st.sampled_from(_NEW_PROPERTIES))}
    )


@cache
def _removable(family: Family) -> frozenset[str]:
    """Return the properties of the data of a family that may be missing in the tolerant profile."""
    return frozenset(place.name for place in data_of(family).properties() if not place.core)


def _drifted(journey: Journey, drift: Mapping[str, set[str]]) -> Journey:
    def change(payload: dict[str, Any]) -> dict[str, Any]:
        data = payload["data"]
        core = data.keys() - _removable(families.of(payload["event_type"]))
        data |= dict.fromkeys((drift["null"] & data.keys()) - core)
        data |= {name: {"since": "later"} for name in sorted(drift["new"])}
        payload["data"] = {each: data[each] for each in data if each in core or each not in drift["missing"]}
        return payload

    return changed(journey, change) if any(drift.values()) else journey


def changed(journey: Journey, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Journey:
    """Return the journey with each payload changed."""
    return replace(
        journey,
        deliveries=tuple(replace(each, raw=body(change(each.payload))) for each in journey.deliveries),
    )

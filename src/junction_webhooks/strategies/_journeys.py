"""What `strategies` makes journeys of: walks that are drawn, and what goes wrong while they are delivered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from hypothesis import strategies as st

from junction_webhooks import contract
from junction_webhooks.journeys.builder import body
from junction_webhooks.journeys.moves import MOVES, NEWS, RARE, REINSTATEMENTS, Walk
from junction_webhooks.journeys.scenarios import base

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.contract import Profile
    from junction_webhooks.journeys.builder import Journey, JourneyDelivery

_BASES: Final = st.sampled_from(["california", "arizona"])
_NUMBERS: Final = st.integers(0, 2**32)
_MANY: Final = st.integers(0, 2**14 - 1)
"""Numbers so great that the remainders are about as likely as each other."""
_PAUSES: Final = st.sampled_from([timedelta(minutes=minutes) for minutes in (1, 0, 7, 65, 24 * 60, 80 * 60)])
_REINSTATES: Final = st.sampled_from([False, False, False, True])
"""Whether cancelled orders are reinstated: not in most journeys, so that most cancellations are the end.
Where they are, cancellations come often, so that a hundred examples have some.
"""
_MOST_TURNS: Final = 14
_NEW_PROPERTIES: Final = ("added_tomorrow", "links")
_OVERTAKEN_BY: Final = timedelta(seconds=2)
_RETRIES: Final = tuple(timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18000, 36000, 36000))
"""The time from each attempt to the next (Svix)."""


@dataclass(frozen=True, slots=True)
class _Mishap:
    """What goes wrong with one delivery."""

    which: int
    kind: Literal["overtaken", "late", "again"]
    attempts: int


_MISHAPS: Final = st.lists(
    st.builds(
        _Mishap,
        which=_MANY,
        kind=st.sampled_from(["again", "late", "overtaken"]),
        attempts=st.integers(1, len(_RETRIES)),
    ),
    max_size=6,
)


# Drawn by hand, as below: of what `builds` makes, Hypothesis prints the arguments, which are long.
@cache
def journeys(profile: Profile, max_events: int | None) -> SearchStrategy[Journey]:
    """Legal walks, with news in the tolerant profile; at most so many events long."""
    has_news = profile == "tolerant"
    often = [move for move in MOVES if move not in RARE] * 3
    cancellations = [move for move in MOVES if ("order", "cancelled") in move.changes] * 6
    usual = [None, *MOVES, *REINSTATEMENTS, *(NEWS if has_news else ()), *often]
    table = [*usual, *cancellations]
    # Places in the table, as Hypothesis writes down what is filtered, and moves are long.
    places = {False: st.sampled_from(range(len(usual))), True: st.sampled_from(range(len(table)))}

    @st.composite
    def drawn(draw: DrawFn) -> Journey:
        reinstates = draw(_REINSTATES)
        steps = Walk(
            base(draw(_BASES)),
            draw(_NUMBERS),
            sends_partial_results=draw(st.booleans()),
            reinstates=reinstates,
            most_events=max_events,
        )
        for _ in range(_MOST_TURNS):
            # Of a filtered choice Hypothesis keeps the place in the whole table: a turn means the same when
            # others before it shrink to None, in which nothing happens.
            possible = places[reinstates].filter(
                lambda place: table[place] is None or steps.allows(table[place])
            )
            move = table[draw(possible)]
            if move is not None:
                steps.make(move, draw(_PAUSES))
        journey = steps.journey()
        return _drifted(journey, draw(_drifts())) if has_news else journey

    return drawn()


@cache
def _drifts() -> SearchStrategy[dict[str, set[str]]]:
    """What is missing, null and new in all payloads of a journey."""
    names = sorted(_removable("order") | _removable("appointment"))
    some = st.sets(st.sampled_from(names), max_size=3)
    return st.fixed_dictionaries(
        {"missing": some, "null": some, "new": st.sets(st.sampled_from(_NEW_PROPERTIES))}
    )


@cache
def _removable(name: str) -> frozenset[str]:
    """The properties that the tolerant profile does without."""
    properties = contract.schemas()[f"objects/{name}"]["properties"]
    return frozenset(each for each in properties if not properties[each].get("x-core"))


def _drifted(journey: Journey, drift: Mapping[str, set[str]]) -> Journey:
    def change(payload: dict[str, Any]) -> dict[str, Any]:
        data = payload["data"]
        core = data.keys() - _removable("order" if "details" in data else "appointment")
        data |= dict.fromkeys((drift["null"] & data.keys()) - core)
        data |= {name: {"since": "tomorrow"} for name in sorted(drift["new"])}
        payload["data"] = {each: data[each] for each in data if each in core or each not in drift["missing"]}
        return payload

    return changed(journey, change) if any(drift.values()) else journey


def changed(journey: Journey, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Journey:
    """The journey with each payload changed."""
    return replace(
        journey,
        deliveries=tuple(replace(each, raw=body(change(each.payload))) for each in journey.deliveries),
    )


def arrivals(made: SearchStrategy[Journey]) -> SearchStrategy[tuple[JourneyDelivery, ...]]:
    """The deliveries of the journeys as they may arrive; without mishaps, as they are."""

    @st.composite
    def drawn(draw: DrawFn) -> tuple[JourneyDelivery, ...]:
        return _arrivals(draw(made), draw(_MISHAPS))

    return drawn()


def _arrivals(journey: Journey, mishaps: Sequence[_Mishap]) -> tuple[JourneyDelivery, ...]:
    sent = journey.deliveries
    arrived = dict(enumerate(sent))
    repeated: list[tuple[int, JourneyDelivery]] = []
    for mishap in mishaps:
        position = mishap.which % len(sent)
        if mishap.kind == "again":
            repeated.append((position, _attempt(sent[position], mishap.attempts)))
        elif mishap.kind == "late":
            arrived[position] = _attempt(sent[position], mishap.attempts)
        else:
            arrived[position] = replace(sent[position], offset=sent[position].offset + _OVERTAKEN_BY)
    return tuple(each for _, each in sorted([*arrived.items(), *repeated], key=lambda pair: pair[1].offset))


def _attempt(delivery: JourneyDelivery, lost: int) -> JourneyDelivery:
    """The delivery when so many attempts were lost before it."""
    return replace(delivery, offset=delivery.offset + sum(_RETRIES[:lost], timedelta()), attempt=lost + 1)

"""Builds journeys: paths through the joint state machine of an order and its appointment.

Where the choices come from is up to the caller: Hypothesis, or a seed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract import families
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.journeys.joint_state import JointState
from junction_webhooks.journeys.model import body
from junction_webhooks.journeys.scenarios import base
from junction_webhooks.journeys.transitions import (
    BETA_EVENTS,
    CRITICAL_RESULTS,
    RARE,
    REINSTATEMENTS,
    TRANSITIONS,
    UNKNOWN_STATUSES,
    JointTransition,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from junction_webhooks.contract import Profile
    from junction_webhooks.contract.families import Family
    from junction_webhooks.journeys.choices import Choices
    from junction_webhooks.journeys.joint_state import Identity
    from junction_webhooks.journeys.model import Journey

FIRST_START: Final = datetime(2026, 1, 1, 8, 2, 11, tzinfo=UTC)
"""When the first journey starts, if nobody says otherwise."""
_BASES: Final = ("california", "arizona")
_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 0, 7, 65, 24 * 60, 80 * 60))
_REINSTATES: Final = (False, False, False, False, True)
"""Whether cancelled orders are reinstated: rarely, so that most cancellations are final.

If they are, cancellations are more frequent, so that a hundred examples include some.
"""
_IMPORTS: Final = (False, False, False, False, True)
"""Whether the order is imported: seldom, as that leaves no choice at its beginning."""
_IS_CRITICAL: Final = (False, False, False, False, False, True)
"""Whether the results are critical: rarely. If they are, most orders with results report it."""
_MOST_TURNS: Final = 14
_CRITICAL_WEIGHT: Final = 2
"""How often each way to report a critical result is in the table: some are reported twice, few more often."""
_BETA_WEIGHT: Final = 3
"""As often as an ordinary transition is in the table, about: what comes of it depends on the order."""
_NEW_PROPERTIES: Final = ("added_later", "links")
_MOST_DRIFTING: Final = 3


def journey(
    choices: Choices,
    identity: Identity,
    *,
    profile: Profile = "strict",
    max_events: int | None = None,
    beta: bool = False,
) -> Journey:
    """Return a legal journey of at most `max_events` events; in the tolerant profile with new values too.

    With `beta`, it can have match reviews and order tracking.
    """
    is_tolerant = profile == "tolerant"
    reinstates, is_critical = choices.one_of(_REINSTATES), choices.one_of(_IS_CRITICAL)
    table = _table(reinstates=reinstates, is_critical=is_critical, is_tolerant=is_tolerant, beta=beta)
    state = JointState(
        base(choices.one_of(_BASES)),
        identity,
        sends_partial_results=choices.boolean(),
        reinstates=reinstates,
        imports=choices.one_of(_IMPORTS),
        is_critical=is_critical,
        most_events=max_events,
    )
    for _ in range(_MOST_TURNS):
        transition = choices.possible(table, lambda each: each is None or state.allows(each))
        if transition is not None:
            state.take(transition, choices.one_of(_PAUSES))
    built = state.journey()
    return _drifted(built, _drift(choices)) if is_tolerant else built


@cache
def _table(
    *, reinstates: bool, is_critical: bool, is_tolerant: bool, beta: bool
) -> Sequence[JointTransition | None]:
    """Return what can happen in a turn, the more often the more likely. In None, nothing happens."""
    often = [each for each in TRANSITIONS if each not in RARE] * 3
    cancellations = [each for each in TRANSITIONS if ("order", "cancelled") in each.changes] * 6
    return [
        None,
        *TRANSITIONS,
        *REINSTATEMENTS,
        *UNKNOWN_STATUSES * is_tolerant,
        *often,
        *cancellations * reinstates,
        *CRITICAL_RESULTS * _CRITICAL_WEIGHT * is_critical,
        *BETA_EVENTS * _BETA_WEIGHT * beta,
    ]


def _drift(choices: Choices) -> dict[str, set[str]]:
    """Return the properties that are missing, null or new in all payloads of a journey."""
    names = _all_removable()
    return {
        "missing": choices.subset(names, _MOST_DRIFTING),
        "null": choices.subset(names, _MOST_DRIFTING),
        "new": choices.subset(_NEW_PROPERTIES, len(_NEW_PROPERTIES)),
    }


@cache
def _all_removable() -> Sequence[str]:
    return sorted({name for family in FAMILIES if family.subjects for name in _removable(family)})


@cache
def _removable(family: Family) -> frozenset[str]:
    """Return the properties of the data of a family that may be missing in the tolerant profile."""
    return frozenset(place.name for place in data_of(family).properties() if not place.core)


def _drifted(built: Journey, drift: Mapping[str, set[str]]) -> Journey:
    def change(payload: dict[str, Any]) -> dict[str, Any]:
        data = payload["data"]
        core = data.keys() - _removable(families.of(payload["event_type"]))
        # In the order of the payload, because that of a set differs between processes.
        data |= {name: None for name in data if name in drift["null"] and name not in core}
        data |= {name: {"since": "later"} for name in sorted(drift["new"])}
        payload["data"] = {each: data[each] for each in data if each in core or each not in drift["missing"]}
        return payload

    return changed(built, change) if any(drift.values()) else built


def changed(built: Journey, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Journey:
    """Return the journey with each payload changed."""
    return replace(
        built, deliveries=tuple(replace(each, raw=body(change(each.payload))) for each in built.deliveries)
    )

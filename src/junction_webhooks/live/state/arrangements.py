"""Orders of arrival: which deliveries of a story arrive, in which order, and which of them twice.

An arrangement is a tuple of positions in the story. `(0, 2, 1, 1)` is: the first, the third, then the second,
which arrives again with the same id.
"""

from __future__ import annotations

import json
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from junction_webhooks import lifecycle
from junction_webhooks.contract.families import find
from junction_webhooks.journeys import faults
from junction_webhooks.live.state.ids import subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from junction_webhooks.journeys.model import JourneyDelivery

Arrangement: TypeAlias = tuple[int, ...]
Fault: TypeAlias = Literal["late", "shuffled", "duplicated"]
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
_TRIES: Final = 20
"""How many arrangements are tried to find one whose outcome the payloads alone decide."""


def arranged(deliveries: Sequence[JourneyDelivery], fault: Fault, random: Random) -> Arrangement:
    """Return the positions of the deliveries in the order in which they arrive with such faults."""
    if fault == "late":
        arriving = faults.late(deliveries, random)
    elif fault == "shuffled":
        arriving = faults.shuffled(deliveries, random)
    else:
        arriving = faults.shuffled([*deliveries, *deliveries], random)
    positions = {each.id: number for number, each in enumerate(deliveries)}
    return tuple(positions[each.id] for each in arriving)


def decided(deliveries: Sequence[JourneyDelivery], fault: Fault, seed: str) -> Arrangement | None:
    """Return an arrangement whose outcome the payloads decide, or None if none is found."""
    for number in range(_TRIES):
        random = Random(f"{seed}/{number}")  # noqa: S311  (not for secrets)
        found = arranged(deliveries, fault, random)
        if not is_undecided(deliveries, found):
            return found
    return None


def is_undecided(deliveries: Sequence[JourneyDelivery], arrangement: Iterable[int]) -> bool:
    """Return whether a handler has to fetch an object, because two payloads do not show which is newer."""
    known: dict[tuple[str, str], bytes] = {}
    for position in arrangement:
        delivery = deliveries[position]
        subject = subject_of(delivery)
        age = _age(known[subject], delivery.raw) if subject in known else "newer"
        if age == "undecided":
            return True
        if age == "newer":
            known[subject] = delivery.raw
    return False


def decidable(deliveries: Sequence[JourneyDelivery]) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries of families whose payloads can show which of two is newer."""
    return tuple(each for each in deliveries if _has_order(each))


def has_history(deliveries: Iterable[JourneyDelivery]) -> bool:
    """Return whether any of the deliveries is about an object with a history."""
    families = [find(each.event_type) for each in deliveries]
    return any(family is not None and family.history is not None for family in families)


def repeated(arrangement: Arrangement) -> list[bool]:
    """Return for each arrival whether the same delivery arrived before."""
    return [position in arrangement[:number] for number, position in enumerate(arrangement)]


def _has_order(delivery: JourneyDelivery) -> bool:
    family = find(delivery.event_type)
    return family is None or family.history is not None or family.updated_at is not None


@lru_cache(maxsize=4096)
def _age(known: bytes, received: bytes) -> str:
    try:
        return lifecycle.compare(_payload(known), _payload(received))
    except (ValueError, TypeError):
        return "undecided"


@lru_cache(maxsize=1024)
def _payload(raw: bytes) -> Any:
    return json.loads(raw)

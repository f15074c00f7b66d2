"""Delivery faults: how the deliveries of a journey arrive late, twice or out of order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

    from junction_webhooks.journeys.model import JourneyDelivery

RETRY_DELAYS: Final = tuple(timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18000, 36000, 36000))
"""The time from each attempt to the next, according to Svix."""
_SINCE_FIRST: Final = tuple(accumulate(RETRY_DELAYS, initial=timedelta()))
"""The time from the first attempt to each attempt."""
_OUT_OF_ORDER_BY: Final = timedelta(seconds=2)
_MOST_LOST: Final = len(RETRY_DELAYS)
FaultKind = Literal["out of order", "late", "again"]


@dataclass(frozen=True, slots=True)
class DeliveryFault:
    """What goes wrong with one delivery."""

    which: int
    """The position of the delivery in the journey.

    A position beyond the end counts again from the beginning.
    """
    kind: FaultKind
    attempts: int
    """How many attempts are lost."""


def with_faults(
    sent: Sequence[JourneyDelivery], faults: Iterable[DeliveryFault]
) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries in order of arrival."""
    arriving = dict(enumerate(sent))
    repeated: list[tuple[int, JourneyDelivery]] = []
    for fault in faults:
        position = fault.which % len(sent)
        if fault.kind == "again":
            repeated.append((position, attempt(sent[position], fault.attempts)))
        elif fault.kind == "late":
            arriving[position] = attempt(sent[position], fault.attempts)
        else:
            arriving[position] = replace(sent[position], offset=sent[position].offset + _OUT_OF_ORDER_BY)
    return tuple(
        delivery for _, delivery in sorted([*arriving.items(), *repeated], key=lambda pair: pair[1].offset)
    )


def attempt(delivery: JourneyDelivery, lost: int) -> JourneyDelivery:
    """Return the delivery as it is after that many lost attempts, of which there are at most seven."""
    return replace(delivery, offset=delivery.offset + _SINCE_FIRST[lost], attempt=lost + 1)


def twice(sent: Sequence[JourneyDelivery]) -> tuple[JourneyDelivery, ...]:
    """Return each delivery twice, as if Junction had not received the answer to the first one."""
    again = [
        replace(each, offset=each.offset + RETRY_DELAYS[each.attempt - 1], attempt=each.attempt + 1)
        for each in sent
        if each.attempt <= _MOST_LOST
    ]
    return tuple(sorted([*sent, *again], key=lambda each: each.offset))


def late(sent: Sequence[JourneyDelivery], random: Random) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries, some of them so late that they arrive after the next ones if that is possible.

    At least one is late. How late is a matter of how many attempts were lost.
    """
    chosen = [number for number in range(len(sent)) if random.random() < 1 / 3]
    chosen = chosen or [random.randrange(len(sent))]
    faults = []
    for number in chosen:
        later = sent[number + 1].offset if number + 1 < len(sent) else sent[number].offset
        enough = [lost for lost in range(1, _MOST_LOST + 1) if attempt(sent[number], lost).offset > later]
        faults.append(DeliveryFault(number, "late", random.choice(enough or [_MOST_LOST])))
    return with_faults(sent, faults)


def shuffled(sent: Sequence[JourneyDelivery], random: Random) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries in another order, at the same times. A single one stays where it is."""
    order = list(sent)
    while len({each.id for each in sent}) > 1 and order == list(sent):
        random.shuffle(order)
    return tuple(replace(each, offset=time.offset) for each, time in zip(order, sent, strict=True))


def chaos(sent: Sequence[JourneyDelivery], random: Random) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries with a random fault, or none, for each of them."""
    kinds: tuple[FaultKind | None, ...] = ("again", "late", "out of order", None)
    chosen = [(number, random.choice(kinds)) for number in range(len(sent))]
    faults = [DeliveryFault(number, kind, random.randint(1, _MOST_LOST)) for number, kind in chosen if kind]
    return with_faults(sent, faults)

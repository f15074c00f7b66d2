"""How the deliveries of a journey may arrive: late, twice, or out of order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.journeys.model import Journey, JourneyDelivery

_OVERTAKEN_BY: Final = timedelta(seconds=2)
_RETRIES: Final = tuple(timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18000, 36000, 36000))
"""The time from each attempt to the next, according to Svix."""


@dataclass(frozen=True, slots=True)
class _DeliveryFault:
    """What goes wrong with one delivery."""

    which: int
    """The position of the delivery in the journey.

    A position beyond the end counts again from the beginning.
    """
    kind: Literal["out of order", "late", "again"]
    attempts: int
    """How many attempts are lost."""


_FAULTS: Final = st.lists(
    st.builds(
        _DeliveryFault,
        which=st.integers(0, 2**14 - 1),  # so large that all remainders are about equally likely
        kind=st.sampled_from(["again", "late", "out of order"]),
        attempts=st.integers(1, len(_RETRIES)),
    ),
    max_size=6,
)


def deliveries(journeys: SearchStrategy[Journey]) -> SearchStrategy[tuple[JourneyDelivery, ...]]:
    """Return the deliveries of the journeys in order of arrival. Without faults, they are unchanged."""

    @st.composite
    def arriving(draw: DrawFn) -> tuple[JourneyDelivery, ...]:
        return _with_faults(draw(journeys), draw(_FAULTS))

    return arriving()


def _with_faults(journey: Journey, faults: Sequence[_DeliveryFault]) -> tuple[JourneyDelivery, ...]:
    sent = journey.deliveries
    arriving = dict(enumerate(sent))
    repeated: list[tuple[int, JourneyDelivery]] = []
    for fault in faults:
        position = fault.which % len(sent)
        if fault.kind == "again":
            repeated.append((position, _attempt(sent[position], fault.attempts)))
        elif fault.kind == "late":
            arriving[position] = _attempt(sent[position], fault.attempts)
        else:
            arriving[position] = replace(sent[position], offset=sent[position].offset + _OVERTAKEN_BY)
    return tuple(
        delivery for _, delivery in sorted([*arriving.items(), *repeated], key=lambda pair: pair[1].offset)
    )


def _attempt(delivery: JourneyDelivery, lost: int) -> JourneyDelivery:
    """Return the delivery as it is after that many lost attempts."""
    return replace(delivery, offset=delivery.offset + sum(_RETRIES[:lost], timedelta()), attempt=lost + 1)

"""How the deliveries of a journey may arrive: late, twice, or out of order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from junction_webhooks.journeys.faults import RETRY_DELAYS, DeliveryFault, with_faults

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.journeys.model import Journey, JourneyDelivery

_FAULTS: Final = st.lists(
    st.builds(
        DeliveryFault,
        which=st.integers(0, 2**14 - 1),  # so large that all remainders are about equally likely
        kind=st.sampled_from(["again", "late", "out of order"]),
        attempts=st.integers(1, len(RETRY_DELAYS)),
    ),
    max_size=6,
)


def deliveries(journeys: SearchStrategy[Journey]) -> SearchStrategy[tuple[JourneyDelivery, ...]]:
    """Return the deliveries of the journeys in order of arrival. Without faults, they are unchanged."""

    @st.composite
    def arriving(draw: DrawFn) -> tuple[JourneyDelivery, ...]:
        return with_faults(draw(journeys).deliveries, draw(_FAULTS))

    return arriving()

"""Whole journeys, with the choices of Hypothesis."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from junction_webhooks.journeys.joint_state import Identity
from junction_webhooks.journeys.paths import FIRST_START, journey
from junction_webhooks.strategies._choices import DrawnChoices

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.contract import Profile
    from junction_webhooks.journeys.model import Journey

_NUMBERS: Final = 2**32
_HOURS: Final = 8_000


@cache
def journeys(profile: Profile, max_events: int | None, *, beta: bool = False) -> SearchStrategy[Journey]:
    """Return legal journeys of at most `max_events` events; in the tolerant profile with new values too."""

    @st.composite
    def order_journeys(draw: DrawFn) -> Journey:
        choices = DrawnChoices(draw)
        number = choices.integer(0, _NUMBERS)
        start = FIRST_START + timedelta(hours=number % _HOURS)
        identity = Identity(name=f"journey_{number}", start=start)
        return journey(choices, identity, profile=profile, max_events=max_events, beta=beta)

    return order_journeys()

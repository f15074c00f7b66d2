"""Journeys: everything that Junction sends about one order. Generate them, and single payloads, from a seed.

The same seed gives the same journeys and payloads as long as the version of the contract stays the same,
whatever the version of Python. Hypothesis is not needed: see `junction_webhooks.strategies` for that.

Examples:
    >>> from itertools import islice
    >>> from junction_webhooks import check, journeys
    >>> first = next(journeys.generate_journeys(seed=7))
    >>> first.deliveries[0]
    <msg_journey_7_1_01 +0s labtest.order.created: order ordered>
    >>> payloads = islice(journeys.generate_payloads("labtest.appointment.updated", seed=7), 100)
    >>> {check(payload).verdict for payload in payloads}
    {'conforms'}
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from junction_webhooks.contract import EVENT_TYPES, EventType, Profile
from junction_webhooks.journeys.choices import RandomChoices
from junction_webhooks.journeys.joint_state import Identity
from junction_webhooks.journeys.model import Journey
from junction_webhooks.journeys.paths import FIRST_START, journey
from junction_webhooks.journeys.payloads import event_maker

__all__ = ["generate_journeys", "generate_payloads"]

_APART: Final = timedelta(minutes=11)
"""The time between the starts of two journeys."""
_FIRST_NUMBER: Final = 340_000
"""Roughly the number of a history entry in a recorded order."""
_MOST_ENTRIES: Final = 100
"""More than the histories of the orders of one journey have together, so that no two entries share an id."""


def generate_journeys(
    seed: int,
    *,
    profile: Profile = "strict",
    max_events: int | None = None,
    beta: bool = False,
    start: datetime | None = None,
    name: str | None = None,
) -> Iterator[Journey]:
    """Return an endless iterator of whole journeys of an order, with its appointments and its redraw.

    They are those that `strategies.order_journeys` generates, from other choices: as consistent as scenarios.
    The same seed gives the same choices, and `max_events` limits the deliveries of each journey. With `beta`,
    they also have match reviews and order tracking.

    `start` is when the first journey starts, and each of the others starts 11 minutes after the one before
    it. `name` goes into the ids of all deliveries, and the ids of orders, appointments and users are derived
    from it. Pass a new name to get the same stories about other orders, which a receiver has not seen yet.
    Raises `ValueError` for `max_events` below 1, and for a `start` without a time zone.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from junction_webhooks import journeys
        >>> stories = journeys.generate_journeys(1, start=datetime(2030, 1, 1, tzinfo=UTC), name="try_2")
        >>> journey = next(stories)
        >>> (journey.deliveries[0].id, journey.start.year)
        ('msg_try_2_1_01', 2030)
    """
    if max_events is not None and max_events < 1:
        message = "max_events must be 1 or more: a journey has at least one event"
        raise ValueError(message)
    first = FIRST_START if start is None else start
    if first.tzinfo is None:
        message = "start must have a time zone, such as UTC"
        raise ValueError(message)
    choices = RandomChoices(f"journeys/{profile}/{seed}")
    prefix = f"journey_{seed}" if name is None else name
    return (
        journey(
            choices,
            Identity(
                name=f"{prefix}_{number}",
                start=first + (number - 1) * _APART,
                first_number=_FIRST_NUMBER + number * _MOST_ENTRIES,
            ),
            profile=profile,
            max_events=max_events,
            beta=beta,
        )
        for number in count(1)
    )


def generate_payloads(
    event_type: EventType,
    seed: int,
    *,
    profile: Profile = "strict",
    max_events: int | None = None,
    allow_nul: bool = False,
) -> Iterator[dict[str, Any]]:
    """Return an endless iterator of single payloads of one event type, as parsed JSON.

    They are those that `strategies.events` generates, from other choices: everything that the schemas leave
    open varies freely. Their history has at most `max_events` entries, by default 4. Texts contain no U+0000
    unless `allow_nul`. Raises `ValueError` for an unknown event type, and for a negative length.

    Examples:
        >>> from junction_webhooks import journeys
        >>> payload = next(journeys.generate_payloads("labtest.order.created", seed=1))
        >>> payload["event_type"]
        'labtest.order.created'
    """
    if event_type not in EVENT_TYPES:
        message = f"unknown event_type {event_type!r}: expected one of {', '.join(EVENT_TYPES)}"
        raise ValueError(message)
    if max_events is not None and max_events < 0:
        message = "max_events must be 0 or more"
        raise ValueError(message)
    choices = RandomChoices(f"{event_type}/{profile}/{seed}")
    make = event_maker(event_type, profile, max_events=max_events, allow_nul=allow_nul)
    return (make(choices) for _ in count())

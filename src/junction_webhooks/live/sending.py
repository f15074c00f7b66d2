"""Sending the deliveries of a story, one after the other, at some pace and with Junction's retries."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.journeys.faults import RETRY_DELAYS
from junction_webhooks.live import client

if TYPE_CHECKING:
    from junction_webhooks.journeys.model import JourneyDelivery
    from junction_webhooks.live.guard import Destination
    from junction_webhooks.live.outcome import Outcome
    from junction_webhooks.signing import Webhook

MOST_RETRIES: Final = len(RETRY_DELAYS)
"""How often Junction sends a delivery again: eight attempts in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to wait between deliveries. Without either, there is no wait."""

    speed: float | None = None
    """How many times faster than the story: at 60, an hour takes a minute."""
    every: timedelta | None = None
    """The same time between any two deliveries."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One attempt of a delivery, and how it ended."""

    delivery: JourneyDelivery
    """With the attempt and the time in the story at which it was due."""
    at: datetime
    """When it was sent, in UTC."""
    outcome: Outcome
    """How the endpoint answered."""
    retry_after: timedelta | None = None
    """How long after this attempt the next one is due in the story; None if it is the last one."""


def send(
    deliveries: Iterable[JourneyDelivery],
    destination: Destination,
    webhook: Webhook,
    *,
    pace: Pace = Pace(),
    retries: int = 0,
    time_limit: float = client.TIME_LIMIT,
    sleep: Callable[[float], Any] = time.sleep,
) -> Iterator[Sent]:
    """Send the deliveries in the order of their offsets, and yield each attempt when it has ended.

    A delivery that is not accepted is sent again up to `retries` times, after the same delays as Junction's.
    The delays count in the time of the story, so the pace shortens them too, and other deliveries may come
    between. Each attempt is signed when it is sent.

    Examples:
        >>> from junction_webhooks import Webhook, fixtures, live
        >>> destination = live.Guard().check("http://127.0.0.1:1/webhooks")
        >>> scenario = fixtures.scenario("no_appointment")
        >>> for sent in live.send(scenario.deliveries, destination, Webhook(live.BENCH_SECRET)):
        ...     print(sent.delivery.summary, sent.outcome.status, sent.outcome.problem)
        order ordered None refused
        order requisition_created None refused
        order completed None refused
    """
    order = count()
    queue = [(each.offset, next(order), retries, each) for each in deliveries]
    heapq.heapify(queue)
    clock = _Clock(pace, queue[0][0] if queue else timedelta(), sleep)
    while queue:
        offset, _, left, delivery = heapq.heappop(queue)
        clock.wait(offset)
        at = datetime.now(UTC)
        headers = webhook.sign(delivery.raw, id=delivery.id, sent_at=at)
        outcome = client.deliver(destination, delivery.raw, headers, time_limit=time_limit)
        delay = None
        if not outcome.accepted and left and delivery.attempt <= MOST_RETRIES:
            delay = RETRY_DELAYS[delivery.attempt - 1]
            again = replace(delivery, offset=offset + delay, attempt=delivery.attempt + 1)
            heapq.heappush(queue, (again.offset, next(order), left - 1, again))
        yield Sent(delivery, at, outcome, delay)


class _Clock:
    """Waits until the time of a delivery in the story has come."""

    def __init__(self, pace: Pace, first: timedelta, sleep: Callable[[float], Any]) -> None:
        self._pace = pace
        self._first = first
        self._sleep = sleep
        self._started = time.monotonic()
        self._next = self._started

    def wait(self, offset: timedelta) -> None:
        if self._pace.every is not None:
            self._until(self._next)
            self._next = time.monotonic() + self._pace.every.total_seconds()
        elif self._pace.speed is not None:
            self._until(self._started + (offset - self._first).total_seconds() / self._pace.speed)

    def _until(self, due: float) -> None:
        left = due - time.monotonic()
        if left > 0:
            self._sleep(left)

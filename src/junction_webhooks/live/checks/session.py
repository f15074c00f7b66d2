"""A run of checks against one endpoint: it sends, counts, and asks the service what it believes."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract.families import RESULT
from junction_webhooks.live.checks.model import StopCheck, failed, not_checked
from junction_webhooks.live.checks.plays import Player, Stage
from junction_webhooks.live.guard import DestinationError
from junction_webhooks.live.state.ids import StoryIds
from junction_webhooks.live.state.probe import ProbeError, measured_lag, settled
from junction_webhooks.signing import Webhook

if TYPE_CHECKING:
    from junction_webhooks.journeys.model import JourneyDelivery
    from junction_webhooks.live.api_stub import ApiStub
    from junction_webhooks.live.checks.plays import Play
    from junction_webhooks.live.endpoints import Endpoint
    from junction_webhooks.live.outcome import Outcome
    from junction_webhooks.live.state.probe import Probe

_MOST_TIMEOUTS: Final = 3
_SECRET_BYTES: Final = 24
_LEAST_WAIT: Final = 0.1
"""Seconds."""
_PAUSE: Final = 0.02
"""Seconds between two looks at the escalations."""
UNKNOWN_ORDER: Final = "your service does not know this order: create it with --before, or use --ids"


class RunStopped(Exception):  # noqa: N818  (not an error: the rest of the run is not checked)
    """Nothing more can be checked. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to ask the service, and how hard to try."""

    state: Probe | None = None
    """Where the service says what it believes about orders and appointments."""
    escalations: Probe | None = None
    """Where the service lists what a person has to look at."""
    state_map: Mapping[str, Any] | None = None
    """Junction's statuses, and what the service calls each of them."""
    settle: float = 5.0
    """Seconds after which the answers of the service no longer change."""
    seed: int = 0
    """Decides the random orders of arrival."""
    concurrency: int = 10
    """How many deliveries are sent at the same moment."""
    include_urgent: bool = False
    """Whether critical results are sent to an endpoint that is not on this machine."""
    scenarios: Sequence[str] = ()
    """The names of the scenarios to play; all, if empty."""
    before: Callable[[Mapping[str, Any]], None] | None = None
    """Called with the ids of each story before it is sent."""
    ids: Sequence[Mapping[str, str]] = ()
    """Ids that the service knows: each story takes the next ones."""


class Session:
    """One run of checks. `given` are the secrets of the endpoint: several during a rotation."""

    def __init__(
        self,
        endpoint: Endpoint,
        given: Sequence[str],
        settings: Settings = Settings(),
        *,
        stub: ApiStub | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.settings = settings
        self.secrets = list(given)
        self.webhook = Webhook(self.secrets)
        self.durations: list[float] = []
        """Seconds until each answer."""
        self.slow: list[str] = []
        """What was not answered in time."""
        self.views_in_order: dict[tuple[str, ...], Mapping[str, Any]] = {}
        """What the service believed after some deliveries in order, by their ids in the scenario."""
        self._lag: float | None = None
        stage = Stage(
            permits=self.permits,
            seed=settings.seed,
            names=settings.scenarios,
            before=settings.before,
            given_ids=settings.ids,
            stub=stub,
        )
        self.player = Player(stage, self.deliver_one)

    @property
    def sends_urgent(self) -> bool:
        """Whether critical results may be sent. They may wake people."""
        return self.endpoint.is_local or self.settings.include_urgent

    @property
    def has_timed_out(self) -> bool:
        """Whether so many deliveries had no answer in time that the run ends."""
        return len(self.slow) >= _MOST_TIMEOUTS

    def permits(self, event_type: str | None) -> bool:
        """Return whether an event of this type may be sent to this endpoint."""
        return self.sends_urgent or event_type not in RESULT.event_types

    def deliver(
        self,
        body: bytes,
        *,
        id: str | None = None,  # noqa: A002  (as in Webhook.sign)
        headers: Mapping[str, str] | None = None,
        drop: bool = False,
        what: str = "a delivery",
    ) -> Outcome:
        """Send a delivery, signed unless `headers` are given, and return how it was answered.

        Raises `StopCheck` if there is no answer in time, and `RunStopped` if nothing listens any more.
        """
        headers = self.webhook.sign(body, id=id) if headers is None else headers
        outcome = self.endpoint.post(body, headers, drop=drop)
        if outcome.problem == "refused":
            message = f"{outcome.detail} any more: did the server stop?"
            raise RunStopped(message)
        if outcome.problem == "timeout":
            self.slow.append(what)
            raise StopCheck(failed(f"{what}: {outcome.detail}"))
        if outcome.status is not None:
            self.durations.append(outcome.duration)
        return outcome

    def deliver_one(self, delivery: JourneyDelivery, *, drop: bool = False) -> Outcome:
        """Send a delivery of a story."""
        return self.deliver(delivery.raw, id=delivery.id, what=delivery.summary, drop=drop)

    def at_once(self, requests: Sequence[Callable[[], Outcome]]) -> list[Outcome]:
        """Send several deliveries at the same moment, and return the outcomes in the same order."""
        with ThreadPoolExecutor(len(requests)) as pool:
            return [each.result() for each in [pool.submit(request) for request in requests]]

    def other_secret(self) -> str:
        """Return a new secret, which no endpoint has."""
        return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"

    def view(self, play: Play) -> dict[str, Any]:
        """Return what the service believes about a play, with the ids and times of the story.

        Raises `StopCheck` if it knows none of its objects, or cannot be asked.
        """
        with _probing():
            if self._lag is None:
                # Once per run: how long does the service go on working after it has answered?
                self._lag = measured_lag(lambda: self._ask(play), patience=self.settings.settle)
            found = settled(lambda: self._ask(play), patience=self.settings.settle, lag=self._lag)
        if not found:
            raise StopCheck(not_checked(UNKNOWN_ORDER))
        return found

    def settled_view(self, play: Play, expected: Mapping[str, Any]) -> dict[str, Any]:
        """Return the view of a play as soon as it is what is expected, or else when it no longer changes."""
        deadline = time.monotonic() + self.settings.settle
        with _probing():
            while True:
                found = settled(lambda: self._ask(play), patience=self.settings.settle, lag=self._lag or 0)
                if found == expected or time.monotonic() >= deadline or not self._lag:
                    return found

    def _ask(self, play: Play) -> dict[str, Any]:
        probe = self.settings.state
        found = probe.read(self.endpoint, play.ids) if probe else {}
        return {label: play.renaming.undone(answer) for label, answer in found.items()}

    def wait(self) -> None:
        """Wait as long as the service needs after an answer, as far as that is known."""
        time.sleep(max(self._lag or 0, _LEAST_WAIT))

    def mentions(self, text: str, ids: StoryIds, *, awaited: bool = True) -> int:
        """Return how often the open escalations mention a text, such as the id of an order.

        If `awaited`, wait until they do, as long as the service may need.
        """
        probe = self.settings.escalations
        if probe is None:
            return 0
        deadline = time.monotonic() + self.settings.settle
        with _probing():
            while True:
                found = json.dumps(probe.read(self.endpoint, ids), ensure_ascii=False).count(text)
                if found or not awaited or time.monotonic() >= deadline:
                    return found
                time.sleep(_PAUSE)


@contextmanager
def _probing() -> Iterator[None]:
    """Turn an answer that says nothing about the service into the finding that the check cannot be made."""
    try:
        yield
    except (ProbeError, DestinationError) as error:
        raise StopCheck(not_checked(str(error))) from None

"""Stories as checks play them: with fresh ids, in some order of arrival, each play only once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import fixtures
from junction_webhooks.journeys.model import body
from junction_webhooks.live.checks.model import StopCheck, not_checked
from junction_webhooks.live.renewal import fresh
from junction_webhooks.live.state.arrangements import decidable, decided, has_history, is_undecided
from junction_webhooks.live.state.ids import StoryIds, with_ids
from junction_webhooks.live.state.normalized import Renaming
from junction_webhooks.live.stories import Story

if TYPE_CHECKING:
    from junction_webhooks.journeys.model import JourneyDelivery
    from junction_webhooks.live.api_stub import ApiStub
    from junction_webhooks.live.outcome import Outcome
    from junction_webhooks.live.state.arrangements import Arrangement, Fault

ONE_ORDER: Final = "no_appointment"
"""A short scenario in which everything happens to one order."""
_LEAST_TO_REORDER: Final = 2


@dataclass
class Play:
    """A story with fresh ids, and how its deliveries were answered."""

    original: tuple[JourneyDelivery, ...]
    deliveries: tuple[JourneyDelivery, ...]
    """The same, with fresh ids and times."""
    outcomes: list[tuple[JourneyDelivery, Outcome]] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether every delivery was answered with a 2xx."""
        return all(outcome.accepted for _, outcome in self.outcomes)

    @cached_property
    def ids(self) -> StoryIds:
        """The ids in its payloads."""
        return StoryIds.of(self.deliveries)

    @cached_property
    def renaming(self) -> Renaming:
        """What turns its ids and times back into those of the story."""
        return Renaming.of(self.original, self.deliveries)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where stories come from, and who learns their ids before they begin."""

    permits: Callable[[str | None], bool]
    """Whether an event of this type may be sent."""
    seed: int = 0
    names: Sequence[str] = ()
    """The scenarios to play; all, if empty."""
    before: Callable[[Mapping[str, Any]], None] | None = None
    given_ids: Sequence[Mapping[str, str]] = ()
    stub: ApiStub | None = None


class Player:
    """Plays stories. `send` sends one delivery."""

    def __init__(self, stage: Stage, send: Callable[[JourneyDelivery], Outcome]) -> None:
        self._stage = stage
        self._send = send
        self._plays: dict[tuple[object, ...], Play] = {}
        self._ids = iter(stage.given_ids)

    def story(self, name: str = ONE_ORDER) -> Story:
        """Return a scenario as a story, without the events that may not be sent."""
        scenario = fixtures.scenario(name)
        permitted = tuple(each for each in scenario.deliveries if self._stage.permits(each.event_type))
        return Story(name, scenario.title, permitted)

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """All scenarios, the shortest first, so that failures are found in short ones."""
        names = self._stage.names or [each.name for each in fixtures.scenarios()]
        found = [each for each in map(self.story, names) if each.deliveries]
        return tuple(sorted(found, key=lambda each: len(each.deliveries)))

    @cached_property
    def decided_stories(self) -> tuple[Story, ...]:
        """The scenarios without the deliveries that only fetching puts into an order.

        With a stub of Junction's API, a handler can fetch, so nothing is left out. Scenarios without an order
        or an appointment have no state to compare.
        """
        if self._stage.stub:
            return tuple(each for each in self.stories if has_history(each.deliveries))
        made = [replace(each, deliveries=decidable(each.deliveries)) for each in self.stories]
        return tuple(
            each
            for each in made
            if has_history(each.deliveries) and not is_undecided(each.deliveries, range(len(each.deliveries)))
        )

    def arrangement(self, story: Story, fault: Fault) -> Arrangement | None:
        """Return an order of arrival with such faults, the same for the same seed.

        None if there is only one order, or none whose outcome the payloads decide.
        """
        if len(story.deliveries) < _LEAST_TO_REORDER and fault != "duplicated":
            return None
        return decided(story.deliveries, fault, f"{self._stage.seed}/{story.name}/{fault}")

    def may_be_undecided(self, story: Story, arrangement: Arrangement) -> bool:
        """Return whether only fetching could decide the outcome, and nothing can be fetched."""
        return self._stage.stub is None and is_undecided(story.deliveries, arrangement)

    def prepared(self, story: Story, chosen: Iterable[int] | None = None, *, known: bool = False) -> Play:
        """Return a play of a story that has not begun, with fresh ids.

        `chosen` are the positions of the deliveries that belong to it; all by default. If `known`, it has the
        next of the given ids, if there are any. Raises `StopCheck` if none are left.
        """
        positions = range(len(story.deliveries)) if chosen is None else sorted(set(chosen))
        original = tuple(story.deliveries[each] for each in positions)
        deliveries = fresh(original)
        if known and self._stage.given_ids:
            given = next(self._ids, None)
            if given is None:
                raise StopCheck(not_checked("the file of --ids has no ids left for another story"))
            deliveries = _replaced(deliveries, with_ids(deliveries, given))
        play = Play(original, deliveries)
        if self._stage.before:
            self._stage.before(play.ids.as_json())
        if self._stage.stub:
            self._stage.stub.show(deliveries)
        return play

    def send(self, play: Play, deliveries: Iterable[JourneyDelivery]) -> None:
        """Send deliveries of a play one after the other."""
        for delivery in deliveries:
            play.outcomes.append((delivery, self._send(delivery)))

    def play(
        self,
        story: Story,
        arrangement: Arrangement | None = None,
        *,
        again: bool = False,
        known: bool = False,
    ) -> Play:
        """Send a story in that order of arrival, and return how it went.

        In order by default. The same play is not repeated unless `again` is true. `known` is that of
        `prepared`.
        """
        arrangement = tuple(range(len(story.deliveries))) if arrangement is None else arrangement
        key = self._key(story, arrangement, known=known)
        if again or key not in self._plays:
            play = self.prepared(story, arrangement, known=known)
            by_id = {one.id: other for one, other in zip(play.original, play.deliveries, strict=True)}
            self.send(play, [by_id[story.deliveries[each].id] for each in arrangement])
            self._plays[key] = play
        return self._plays[key]

    def forget(self, story: Story, arrangement: Arrangement) -> None:
        """Forget the play of a story with known ids, so that the next one is new."""
        self._plays.pop(self._key(story, arrangement, known=True), None)

    def _key(self, story: Story, arrangement: Arrangement, *, known: bool) -> tuple[object, ...]:
        is_given = known and bool(self._stage.given_ids)
        return (is_given, arrangement, *(each.id for each in story.deliveries))


def _replaced(deliveries: Sequence[JourneyDelivery], texts: Mapping[str, str]) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries with other texts wherever a whole text occurs."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: changed(part) for name, part in value.items()}
        if isinstance(value, list):
            return [changed(item) for item in value]
        return texts.get(value, value) if isinstance(value, str) else value

    return tuple(replace(each, raw=body(changed(json.loads(each.raw)))) for each in deliveries)

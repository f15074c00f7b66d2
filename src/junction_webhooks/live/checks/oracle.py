"""Whether an order of arrival changed the outcome, compared with the same story played in order.

The oracle is differential. It does not know what a service ought to believe, only that the belief must not
depend on when deliveries arrive, or how often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from junction_webhooks._json.display import quoted, shown_pointer, some
from junction_webhooks.live.state.normalized import differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.live.checks.plays import Play
    from junction_webhooks.live.checks.session import Session
    from junction_webhooks.live.state.arrangements import Arrangement
    from junction_webhooks.live.stories import Story

_MOST_SHOWN: Final = 5
_LONGEST_WORD: Final = 60


class Oracle(Protocol):
    """Says what is wrong after a story that arrived in some order."""

    def __call__(self, story: Story, arrangement: Arrangement) -> tuple[str, ...]:
        """Return one sentence per problem, and none if the outcome is right.

        None as well if the story fails in order already, which says nothing about the order of arrival, and
        if only fetching could decide the outcome.
        """

    def first(self, story: Story, arrangement: Arrangement) -> tuple[str, ...]:
        """Return the same, for a play that may have been made before."""

    def forget(self, story: Story, arrangement: Arrangement) -> None:
        """Play the story in order again before the next comparison."""


class Answers:
    """Every delivery is answered with a 2xx, if each of them is when the story arrives in order."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def first(self, story: Story, arrangement: Arrangement) -> tuple[str, ...]:
        """Return the same as a call, for a play that may have been made before."""
        player = self._session.player
        return tuple(refusals(player.play(story, arrangement))) if player.play(story).accepted else ()

    def forget(self, story: Story, arrangement: Arrangement) -> None:
        """Play the story in order again."""
        self._session.player.play(story, in_order(arrangement), again=True)

    def __call__(self, story: Story, arrangement: Arrangement) -> tuple[str, ...]:
        """Return a sentence for each delivery that is not accepted."""
        player = self._session.player
        if not player.play(story, in_order(arrangement)).accepted:
            return ()
        return tuple(refusals(player.play(story, arrangement, again=True)))


class States:
    """The service believes the same as after the same deliveries in order."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, story: Story, arrangement: Arrangement) -> tuple[str, ...]:
        """Return a sentence for each place where the views differ."""
        if self._session.player.may_be_undecided(story, arrangement):
            return ()
        expected = self.expected(story, arrangement)
        if not expected:
            return ()
        return self._differences(self._play(story, arrangement, again=True), expected)

    def first(self, story: Story, arrangement: Arrangement) -> tuple[str, ...]:
        """Return the same as a call, for a play that may have been made before."""
        expected = self.expected(story, arrangement)
        if not expected:
            return ()
        return self._differences(self._play(story, arrangement), expected)

    def forget(self, story: Story, arrangement: Arrangement) -> None:
        """Play the story in order again before the next comparison: its view may have come too early."""
        ordered = in_order(arrangement)
        if self._session.views_in_order.pop(_key(story, ordered), None) is not None:
            self._session.player.forget(story, ordered)

    def _play(self, story: Story, arrangement: Arrangement, *, again: bool = False) -> Play:
        return self._session.player.play(story, arrangement, again=again, known=True)

    def _differences(self, play: Play, expected: Mapping[str, Any]) -> tuple[str, ...]:
        if not play.accepted:
            # Not the same question: `Answers` asks it.
            return ()
        found = self._session.settled_view(play, expected)
        return tuple(described(expected, found)) if found != expected else ()

    def expected(self, story: Story, arrangement: Arrangement) -> Mapping[str, Any]:
        """Return the view after the same deliveries in order; an empty one if they are not accepted.

        Raises `StopCheck` if the service does not know the order.
        """
        ordered = in_order(arrangement)
        key = _key(story, ordered)
        views = self._session.views_in_order
        if key not in views:
            play = self._play(story, ordered)
            views[key] = self._session.view(play) if play.accepted else {}
        return views[key]


def _key(story: Story, arrangement: Arrangement) -> tuple[str, ...]:
    return tuple(story.deliveries[each].id for each in arrangement)


def in_order(arrangement: Arrangement) -> Arrangement:
    """Return the same deliveries, each once and in the order of the story."""
    return tuple(sorted(set(arrangement)))


def refusals(play: Play) -> Iterator[str]:
    """Yield a sentence for each delivery of a play that was not accepted."""
    for number, (delivery, outcome) in enumerate(play.outcomes, start=1):
        if not outcome.accepted:
            answer = f"answered with {outcome.status}" if outcome.status else outcome.detail
            yield f"number {number} ({delivery.summary}): {answer}"


def described(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each difference of two views, up to a few. Only words and numbers are quoted."""
    unknown = [label for label in expected if label not in found]
    yield from (f"{label}: your service does not know it; in order, it does" for label in unknown)
    every = [
        f"{label}{shown_pointer(pointer)} is {_shown(other)}; in order, it is {_shown(one)}"
        for label in expected
        if label in found
        for pointer, one, other in differences(expected[label], found[label])
    ]
    yield from every[:_MOST_SHOWN]
    if len(every) > _MOST_SHOWN:
        yield f"and {len(every) - _MOST_SHOWN} more differences"


def _shown(value: Any) -> str:
    """Return a value in words: a status is quoted, any other text may be about a patient."""
    if isinstance(value, str):
        is_word = value.isascii() and " " not in value and len(value) <= _LONGEST_WORD
        return quoted(value) if is_word else some(value)
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return quoted(value)

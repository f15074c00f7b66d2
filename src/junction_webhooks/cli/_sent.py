"""How commands show attempts to deliver: as lines for people, and as records."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks.cli._terminal import coloured, count, printable
from junction_webhooks.journeys.faults import RETRY_DELAYS
from junction_webhooks.journeys.model import format_duration
from junction_webhooks.live.state.ids import StoryIds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from junction_webhooks.journeys.model import JourneyDelivery
    from junction_webhooks.live.sending import Sent
    from junction_webhooks.live.stories import Story

_LONGEST_SUMMARY: Final = 60
_NO_STATUS: Final = "---"
_DURATION_WIDTH: Final = 7
_SHOWN_IDS: Final = {"order_id": "order", "appointment_id": "appointment"}


class Line:
    """Writes the attempts of a story as lines in columns.

    `retries` is how often a delivery may be sent again.
    """

    def __init__(self, deliveries: Sequence[JourneyDelivery], *, retries: int = 0) -> None:
        times = [time for each in deliveries for time in _possible_offsets(each, retries)]
        self._offset = max((len(format_duration(time)) + 1 for time in times), default=0)
        self._type = max((len(printable(each.event_type)) for each in deliveries), default=0)
        self._summary = max((len(_summary(each)) for each in deliveries), default=0)

    def __call__(self, sent: Sent) -> str:
        """Return the line of one attempt."""
        delivery, outcome = sent.delivery, sent.outcome
        status = str(outcome.status or _NO_STATUS)
        columns = (
            f"+{format_duration(delivery.offset)}".ljust(self._offset),
            printable(delivery.event_type).ljust(self._type),
            _summary(delivery).ljust(self._summary),
            coloured("conforms" if outcome.accepted else "rejected", status),
            coloured("faint", _duration(outcome.duration).rjust(_DURATION_WIDTH)),
            printable(delivery.id),
            "; ".join(_notes(sent)),
        )
        return ("  " + "  ".join(columns)).rstrip()


def _possible_offsets(delivery: JourneyDelivery, retries: int) -> Iterator[timedelta]:
    """Yield the times in the story of a delivery's attempts."""
    delays = RETRY_DELAYS[delivery.attempt - 1 :][:retries]
    yield from accumulate(delays, initial=delivery.offset)


def _summary(delivery: JourneyDelivery) -> str:
    text = printable(delivery.summary)
    return text if len(text) <= _LONGEST_SUMMARY else f"{text[: _LONGEST_SUMMARY - 1]}…"


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _notes(sent: Sent) -> Iterator[str]:
    if sent.delivery.attempt > 1:
        yield f"attempt {sent.delivery.attempt}"
    if sent.outcome.detail:
        yield printable(sent.outcome.detail)
    if sent.retry_after is not None:
        yield f"again in {format_duration(sent.retry_after)}"


def ids_in_words(story: Story) -> Iterator[str]:
    """Yield a line for each order and appointment of a story, with the id that was sent.

    Not those of the user's own files: with `--raw` or `--as-recorded`, they may be ids of a patient's order.
    """
    if story.is_synthetic:
        found = StoryIds.of(story.deliveries).values
        yield from (f"  {word} {id_}" for name, word in _SHOWN_IDS.items() for id_ in found[name])


def record(story: Story, sent: Sent) -> dict[str, Any]:
    """Return an attempt as JSON has it. Neither the body nor the signature is in it."""
    delivery, outcome = sent.delivery, sent.outcome
    ids = StoryIds.of([delivery] if story.is_synthetic else ()).values
    return {
        "story": story.name,
        "id": delivery.id,
        **{name: next(iter(ids[name]), None) for name in _SHOWN_IDS},
        "event_type": delivery.event_type,
        "summary": delivery.summary,
        "offset": delivery.offset.total_seconds(),
        "attempt": delivery.attempt,
        "sent_at": sent.at.isoformat(timespec="milliseconds"),
        "status": outcome.status,
        "duration": round(outcome.duration, 4),
        "accepted": outcome.accepted,
        "problem": outcome.problem,
        "detail": outcome.detail or None,
        "retry_after": sent.retry_after.total_seconds() if sent.retry_after is not None else None,
    }


class Totals(NamedTuple):
    """How many deliveries and attempts there were, and how they ended."""

    deliveries: int
    """Those that came to an end: accepted, or not sent again."""
    attempts: int
    accepted: int
    failures: Counter[str]
    """How often each status or problem ended a delivery that was not accepted."""

    @classmethod
    def of(cls, sent: Sequence[Sent]) -> Totals:
        """Return the totals of all attempts."""
        ended = [each.outcome for each in sent if each.retry_after is None]
        failures = Counter(str(each.status or each.problem) for each in ended if not each.accepted)
        return cls(len(ended), len(sent), sum(each.accepted for each in ended), failures)

    def __str__(self) -> str:
        """Return the totals in one line."""
        tried = f" in {count(self.attempts, 'attempt')}" if self.attempts > self.deliveries else ""
        results = "all accepted" if self.deliveries else "nothing was answered"
        if self.failures:
            failures = [
                f"{number} {'answered ' if what.isdecimal() else ''}{what}"
                for what, number in self.failures.most_common()
            ]
            results = ", ".join([f"{self.accepted or 'none'} accepted", *failures])
        return f"{count(self.deliveries, 'delivery', 'deliveries')}{tried}: {results}"

    def as_json(self) -> dict[str, Any]:
        """Return the totals as JSON has them."""
        return {**self._asdict(), "failures": dict(self.failures)}

"""The shortest sequence of deliveries that fails: as a timeline, and as a file that `send` plays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from junction_webhooks.journeys.model import format_duration
from junction_webhooks.live.state.arrangements import repeated
from junction_webhooks.live.story_files import as_file

if TYPE_CHECKING:
    from junction_webhooks.live.state.arrangements import Arrangement
    from junction_webhooks.live.stories import Story


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A story and an order of arrival in which an endpoint fails."""

    story: Story
    arrangement: Arrangement
    differences: tuple[str, ...]
    """What went wrong, one sentence per line."""
    attempts: int = 0
    """How many shorter or simpler sequences were tried."""

    def timeline(self) -> list[str]:
        """Return one line per arrival: its number, when it was sent, what it reports, and what is odd."""
        again = repeated(self.arrangement)
        rows = [
            (
                str(number),
                f"+{format_duration(self.story.deliveries[position].offset)}",
                self.story.deliveries[position].event_type,
                self.story.deliveries[position].summary,
                self._note(number - 1, is_again),
            )
            for number, (position, is_again) in enumerate(zip(self.arrangement, again, strict=True), start=1)
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]

    def _note(self, number: int, is_again: bool) -> str:  # noqa: FBT001  (a row of a table)
        if is_again:
            return "the same delivery again"
        earlier = self.arrangement[:number]
        newer = [each for each in earlier if each > self.arrangement[number]]
        return f"late: it happened before number {earlier.index(max(newer)) + 1}" if newer else ""

    def as_file(self) -> str:
        """Return a file that `junction-webhooks send` plays in the same order, with the same duplicates."""
        deliveries = [
            replace(self.story.deliveries[position], offset=timedelta(seconds=number))
            for number, position in enumerate(self.arrangement)
        ]
        return as_file(self.story.name, self.story.title, deliveries)

    def as_json(self) -> dict[str, Any]:
        """Return the sequence without its payloads."""
        return {
            "story": self.story.name,
            "arrivals": [
                {
                    "delivery": position + 1,
                    "event_type": self.story.deliveries[position].event_type,
                    "summary": self.story.deliveries[position].summary,
                    "again": is_again,
                }
                for position, is_again in zip(self.arrangement, repeated(self.arrangement), strict=True)
            ],
            "differences": [*self.differences],
            "attempts": self.attempts,
        }

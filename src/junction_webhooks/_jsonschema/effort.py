"""How much work one comparison may do, so that no document makes it run for minutes or fill the memory.

The bounds count steps, not seconds: the same documents give the same answer on every machine.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Work: TypeAlias = Literal[
    "reads", "places", "properties", "differences", "parts", "proofs", "patterns", "validations"
]

_BOUNDS: Final[dict[Work, int]] = {
    # Schemas read to normalize others. GitHub's webhooks, 5,500 schemas, need 40,000.
    "reads": 200_000,
    # Pairs of schemas compared, each time at one place.
    "places": 20_000,
    # Properties of objects compared, whether they differ or not.
    "properties": 300_000,
    "differences": 2_000,
    # Schemas written without references and given to jsonschema-rs to prove something: about 40 microseconds.
    "parts": 60_000,
    # Directions of differences for which a proof or a payload is looked for: 1 to 3 ms each.
    "proofs": 1_000,
    # Steps of comparing patterns: about one microsecond per step.
    "patterns": 1_500_000,
    # Schemas visited to validate candidates for a counterexample, as far as that can be foreseen.
    "validations": 4_000_000,
}
_NAMES: Final[dict[Work, str]] = {
    "reads": "more than {:,} schemas would have to be read: the others are taken as they are written",
    "places": "there are more than {:,} places to compare: the others are left out",
    "properties": "there are more than {:,} properties to compare: the others are left out",
    "differences": "there are more than {:,} differences: the others are left out",
    "parts": "proofs would need schemas of more than {:,} parts in total: the other changes have no proof",
    "proofs": "there are more than {:,} verdicts to prove: the others are unproven",
    "patterns": "comparing patterns takes more than {:,} steps: the others are not compared",
    "validations": "the search for payloads takes more than {:,} steps: the other changes have no payload",
}
_MAX_LINES: Final = 50


class TooComplexError(ValueError):
    """A schema takes more work than a comparison may do. The message says why; its subject is the schema."""


class Effort:
    """What work one comparison may still do, and what it gave up on."""

    def __init__(self) -> None:
        self._left = dict(_BOUNDS)
        self._lines: dict[str, None] = {}
        self._more = 0
        self.compared: dict[tuple[str, str], object] = {}
        """What is known of pairs of patterns: versions of a contract have the same few in many places."""

    def spend(self, work: Work, steps: int = 1) -> bool:
        """Whether these steps may be done; then they count as done. If not, that is noted once."""
        if steps > self._left[work]:
            self.give_up(_NAMES[work].format(_BOUNDS[work]))
            return False
        self._left[work] -= steps
        return True

    def left(self, work: Work) -> int:
        """The steps that may still be done."""
        return self._left[work]

    def give_up(self, line: str) -> None:
        """Note something that was left out, in one line."""
        if line in self._lines:
            return
        if len(self._lines) < _MAX_LINES:
            self._lines[line] = None
        else:
            self._more += 1

    @property
    def given_up(self) -> tuple[str, ...]:
        """What was left out: one line for each thing, of very many only the first ones."""
        more = (f"{self._more:,} more things were left out",) if self._more else ()
        return (*self._lines, *more)

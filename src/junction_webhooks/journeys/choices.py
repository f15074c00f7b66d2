"""Where the choices of generated payloads and journeys come from: the interface, and a source for a seed.

The builders of payloads and journeys make every choice through a `Choices`. `RandomChoices` is the source for
a seed. The source that Hypothesis chooses from, and shrinks, is in `strategies`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_BYTES_PER_CHOICE: Final = 6
"""`Random.random` has 53 bits, so six whole bytes."""
_ALL_BYTES: Final = 256**_BYTES_PER_CHOICE
_HALF: Final = 0.5
_WIDE: Final = 1_000
"""A range of more integers is wide: small ones in it would be rare."""
_TRIES: Final = 20
"""How many options to try before all possible ones are listed. Trying is faster, even if only some fit."""
_LONG_IN: Final = 16
_SHORT: Final = 9
_LONG: Final = 60
"""One text in 16 is long; the others have at most 9 bytes."""


class Choices(ABC):
    """A source of choices. The first of several options is the simplest, and 0 or `low` among numbers."""

    @abstractmethod
    def integer(self, low: int, high: int) -> int:
        """Return an integer, at least `low` and at most `high`, at most 2**53 apart."""

    @abstractmethod
    def number(self, low: float, high: float) -> float:
        """Return a float, at least `low` and at most `high`."""

    @abstractmethod
    def fixed_bytes(self, length: int) -> bytes:
        """Return that many bytes."""

    @abstractmethod
    def some_bytes(self, most: int | None) -> bytes:
        """Return at most that many bytes; with None, as many as the source finds sensible."""

    def boolean(self) -> bool:
        """Return False or True, each equally likely."""
        return self.integer(0, 1) == 1

    def one_of(self, options: Sequence[T]) -> T:
        """Return one of the options, each equally likely."""
        return options[self.integer(0, len(options) - 1)]

    def possible(self, options: Sequence[T], is_possible: Callable[[T], bool]) -> T:
        """Return one of the options that are possible. At least one must be."""
        for _ in range(_TRIES):
            option = self.one_of(options)
            if is_possible(option):
                return option
        return self.one_of([option for option in options if is_possible(option)])

    def subset(self, options: Sequence[T], most: int) -> set[T]:
        """Return at most that many of the options. `most` of 0 gives none."""
        return {self.one_of(options) for _ in range(self.integer(0, most))}

    def part(self, name: str, make: Callable[[Choices], T]) -> T:
        """Return what `make` makes: always the same `make` for a name.

        A source can remember which choices belong together, and which parts are alike.
        """
        del name
        return make(self)


class RandomChoices(Choices):
    """Choices for a seed: the same on every version of Python and on every platform.

    Only `Random.random` is used, because Python does not promise that of the other methods of `Random`.

    Examples:
        >>> from junction_webhooks.journeys.choices import RandomChoices
        >>> choices = RandomChoices("a seed")
        >>> [choices.integer(1, 6) for _ in range(8)]
        [5, 1, 4, 5, 1, 4, 5, 1]
    """

    def __init__(self, seed: str) -> None:
        # From a hash, so that seeds such as "1" and "-1" give different choices.
        self._random = Random(int.from_bytes(sha256(seed.encode()).digest(), "big")).random  # noqa: S311

    def integer(self, low: int, high: int) -> int:
        """Return an integer, all equally likely. Of a wide range, half of them are near its beginning."""
        many = high - low + 1
        if many > _WIDE and self._random() < _HALF:
            many = _WIDE
        return low + int(self._random() * many)

    def number(self, low: float, high: float) -> float:
        """Return a float with at most six decimal places, as coordinates and prices have."""
        return min(max(round(low + self._random() * (high - low), 6), low), high)

    def boolean(self) -> bool:
        """Return False or True, from one random number."""
        return self._random() >= _HALF

    def one_of(self, options: Sequence[T]) -> T:
        """Return one of the options, from one random number."""
        return options[int(self._random() * len(options))]

    def fixed_bytes(self, length: int) -> bytes:
        """Return that many bytes, six from each random number."""
        random, full = self._random, length // _BYTES_PER_CHOICE
        rest = length - full * _BYTES_PER_CHOICE
        chunks = [int(random() * _ALL_BYTES).to_bytes(_BYTES_PER_CHOICE, "big") for _ in range(full)]
        if rest:
            chunks.append(int(random() * 256**rest).to_bytes(rest, "big"))
        return b"".join(chunks)

    def some_bytes(self, most: int | None) -> bytes:
        """Return at most that many bytes, and mostly few."""
        sensible = _LONG if self.integer(1, _LONG_IN) == 1 else _SHORT
        return self.fixed_bytes(self.integer(0, sensible if most is None else min(most, sensible)))

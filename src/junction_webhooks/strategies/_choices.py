"""The source of choices that Hypothesis generates, mutates and shrinks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hypothesis import strategies as st

from junction_webhooks.journeys.choices import Choices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")

_BOOLEANS: Final = st.booleans()


class DrawnChoices(Choices):
    """Choices that Hypothesis makes, through the `draw(strategy)` of a composite strategy."""

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(_integers(low, high))

    def number(self, low: float, high: float) -> float:
        return self._draw(_numbers(low, high))

    def fixed_bytes(self, length: int) -> bytes:
        return self._draw(_bytes(length, length))

    def some_bytes(self, most: int | None) -> bytes:
        return self._draw(_bytes(0, most))

    def boolean(self) -> bool:
        return self._draw(_BOOLEANS)

    def possible(self, options: Sequence[T], is_possible: Callable[[T], bool]) -> T:
        # Of a filtered choice, Hypothesis keeps the index among all options. So a choice means the same when
        # others before it get simpler, and allow more or less.
        indices = _integers_below(len(options))
        return options[self._draw(indices.filter(lambda index: is_possible(options[index])))]

    def subset(self, options: Sequence[T], most: int) -> set[T]:
        found: set[T] = self._draw(_subsets(tuple(options), most))
        return found

    def part(self, name: str, make: Callable[[Choices], T]) -> T:
        made: T = self._draw(part_strategy(name, make))
        return made


# Made once: making a strategy takes longer than generating a value from it.
@cache
def _integers(low: int, high: int) -> SearchStrategy[int]:
    return st.integers(low, high)


@cache
def _integers_below(limit: int) -> SearchStrategy[int]:
    return st.sampled_from(range(limit))


@cache
def _numbers(low: float, high: float) -> SearchStrategy[float]:
    return st.floats(low, high)


@cache
def _bytes(low: int, high: int | None) -> SearchStrategy[bytes]:
    return st.binary(min_size=low, max_size=high)


@cache
def _subsets(options: tuple[Any, ...], most: int) -> SearchStrategy[set[Any]]:
    return st.sets(st.sampled_from(options), max_size=most)


@cache
def part_strategy(name: str, make: Callable[[Choices], Any]) -> SearchStrategy[Any]:
    """Return a strategy for a part, which Hypothesis can simplify, delete or repeat as a whole.

    When it mutates an example, it replaces one part with a copy of another part of the same kind. If the copy
    does not fit, the rest of the payload gets the simplest values. It considers two composite strategies the
    same kind unless their functions differ, be it in the default of a parameter.
    """

    @st.composite
    def part(draw: DrawFn, _kind: str = name) -> Any:
        return make(DrawnChoices(draw))

    return part()

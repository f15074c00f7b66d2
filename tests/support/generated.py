"""Payloads and journeys that several tests look at, generated once per process: generating them is the slow part."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

from hypothesis import Phase, given, settings

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


@cache
def sample(strategy: SearchStrategy[T], size: int) -> tuple[T, ...]:
    """Generate so many values, mostly the same ones in every run; do not change them.

    Hypothesis also takes constants from the modules that are loaded, so that a claim about all values together
    must leave room for luck. Fails if more values are filtered away than come.
    """
    values: list[T] = []

    @settings(max_examples=size, phases=[Phase.generate], derandomize=True)
    @given(strategy)
    def generate(value: T) -> None:
        values.append(value)

    generate()
    assert len(values) >= size
    return tuple(values)

"""Tests in two sizes: a small one in every run, and the full one among the exhaustive tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

Test = TypeVar("Test")
run_is_exhaustive = False
"""Whether this run selects the exhaustive tests."""


def sizes(usual: int, *, exhaustive: int) -> pytest.MarkDecorator:
    """Parametrize the test with `size`: how many values it tries, in `make test` and in `make test-exhaustive`."""
    return pytest.mark.parametrize("size", [usual, pytest.param(exhaustive, marks=pytest.mark.exhaustive)])


def every(step: int) -> pytest.MarkDecorator:
    """Parametrize the test with `every`: it tries each `step`-th case in `make test`, all in `make test-exhaustive`.

    Choose a step that shares no divisor with the lengths of the inner loops that list the cases. Then each kind is tried.
    """
    return pytest.mark.parametrize("every", [step, pytest.param(1, marks=pytest.mark.exhaustive)])


def examples(usual: int, *, exhaustive: int) -> Callable[[Test], Test]:
    """Set how many examples a test of Hypothesis tries, in `make test` and in `make test-exhaustive`.

    Hypothesis keeps one number per function, so the run decides which: `run_is_exhaustive`, set by conftest.
    """

    def decorate(test: Test) -> Test:
        if run_is_exhaustive:
            pytest.mark.exhaustive(test)
        return settings(max_examples=exhaustive if run_is_exhaustive else usual)(test)

    return decorate

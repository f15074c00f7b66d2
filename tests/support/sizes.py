"""Tests in two sizes: a small one in every run, and the full one among the exhaustive tests."""

from __future__ import annotations

import pytest


def sizes(usual: int, *, exhaustive: int) -> pytest.MarkDecorator:
    """Parametrize the test with `size`: how many values it tries, in `make test` and in `make test-exhaustive`."""
    return pytest.mark.parametrize("size", [usual, pytest.param(exhaustive, marks=pytest.mark.exhaustive)])

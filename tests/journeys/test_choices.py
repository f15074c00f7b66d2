"""The source of choices for a seed."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

from junction_webhooks.journeys import choices as module
from junction_webhooks.journeys.choices import RandomChoices

if TYPE_CHECKING:
    import pytest


class OnlyRandom:
    """What Python promises of `Random` for a seed, and nothing else."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random  # noqa: S311


def every_choice(seed: str) -> list[object]:
    """One of each choice."""
    choices = RandomChoices(seed)
    return [
        choices.boolean(),
        choices.integer(0, 2**53 - 1),
        choices.number(-90, 90),
        choices.one_of("abcdefgh"),
        choices.possible("abcdefgh", "gh".__contains__),
        choices.subset("abcdefgh", 5),
        choices.fixed_bytes(16),
        choices.some_bytes(None),
        choices.part("name", lambda same: same is choices),
    ]


def test_only_what_python_promises_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """All choices are made from `Random.random`, which gives the same on every version of Python."""
    as_usual = every_choice("a seed")
    monkeypatch.setattr(module, "Random", OnlyRandom)
    assert every_choice("a seed") == as_usual
    assert every_choice("another seed") != as_usual


def test_known_choices() -> None:
    """A seed gives these choices on every machine."""
    choices = RandomChoices("1")
    assert [choices.integer(0, 9) for _ in range(10)] == [6, 5, 8, 7, 2, 7, 5, 8, 7, 1]
    assert choices.fixed_bytes(8).hex() == "40d8bd14a5846824"


def test_choices_keep_their_limits() -> None:
    """Integers and floats reach both limits of a small range and stay between them, and bytes have their length."""
    choices = RandomChoices("limits")
    assert {choices.integer(-2, 2) for _ in range(200)} == {-2, -1, 0, 1, 2}
    assert all(-0.5 <= choices.number(-0.5, 0.25) <= 0.25 for _ in range(100))
    assert choices.integer(7, 7) == choices.number(7, 7) == 7
    for length in range(20):
        assert len(choices.fixed_bytes(length)) == length
    assert {len(choices.some_bytes(3)) for _ in range(200)} == {0, 1, 2, 3}
    assert max(len(choices.some_bytes(None)) for _ in range(100)) > 20
    assert {len(choices.subset("abc", 3)) for _ in range(200)} == {0, 1, 2, 3}


def test_the_largest_random_number_stays_below_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rounding takes a choice beyond the end, even with the largest float that `random` returns."""

    class Largest(OnlyRandom):
        def __init__(self, seed: int) -> None:
            super().__init__(seed)
            self.random = lambda: 1 - 2.0**-53

    monkeypatch.setattr(module, "Random", Largest)
    choices = RandomChoices("")
    for size in (1, 2, 3, 5, 100, 2**16 + 1, 2**31 - 1, 2**48, 2**52 + 1, 2**53):
        assert choices.integer(0, size - 1) == size - 1, size
    assert choices.fixed_bytes(13) == b"\xff" * 13
    assert choices.one_of("abc") == "c"


def test_possible_options_are_equally_likely() -> None:
    """Only what is possible is chosen, few or many, each about as often."""
    choices = RandomChoices("possible")
    for possible in ({7}, {1, 50, 99}, set(range(50))):
        chosen = Counter(choices.possible(range(100), possible.__contains__) for _ in range(1500))
        assert set(chosen) <= possible
        if len(possible) <= 3:
            assert set(chosen) == possible
            assert max(chosen.values()) < 1.3 * min(chosen.values())

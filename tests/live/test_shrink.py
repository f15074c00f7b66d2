"""Shrinking: the shortest order of arrival that still fails."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import TYPE_CHECKING

from junction_webhooks import fixtures
from junction_webhooks.live.state import arrangements
from junction_webhooks.live.state.arrangements import FAULTS, decided, is_undecided, repeated
from junction_webhooks.live.state.counterexample import Counterexample
from junction_webhooks.live.state.shrink import shrink
from junction_webhooks.live.stories import Story, find

if TYPE_CHECKING:
    from pathlib import Path

    from junction_webhooks.live.state.arrangements import Arrangement

SUBJECTS = ["order", "order", "appointment", "order", "appointment", "order"]
SHUFFLED = (5, 2, 3, 0, 4, 1, 2, 5)


def before(one: int, other: int) -> object:
    """Return what fails if a delivery arrives before another one."""

    def fails(arrangement: Arrangement) -> bool:
        return (
            one in arrangement and other in arrangement and arrangement.index(one) < arrangement.index(other)
        )

    return fails


def test_one_inversion_is_found() -> None:
    """Whichever two deliveries must not change places, they alone remain."""
    for one, other in permutations(range(6), 2):
        fails = before(one, other)
        start = SHUFFLED if fails(SHUFFLED) else tuple(reversed(SHUFFLED))  # type: ignore[operator]
        if fails(start):  # type: ignore[operator]
            assert shrink(start, fails, SUBJECTS).arrangement == (one, other)  # type: ignore[arg-type]


def test_a_duplicate_is_found() -> None:
    """If one delivery must not arrive twice, only its two arrivals remain."""
    found = shrink(SHUFFLED, lambda arrangement: arrangement.count(2) > 1, SUBJECTS)
    assert found.arrangement == (2, 2)


def test_what_fails_in_any_order_is_put_into_order() -> None:
    """If the order does not matter, what remains is in the order of the story."""
    found = shrink(SHUFFLED, lambda arrangement: {1, 3, 5} <= {*arrangement}, SUBJECTS)
    assert found.arrangement == (1, 3, 5)


def test_the_number_of_attempts_is_limited() -> None:
    """No arrangement is tried twice, and no more than allowed."""
    tried: list[Arrangement] = []

    def fails(arrangement: Arrangement) -> bool:
        tried.append(arrangement)
        return Random(len(tried)).random() < 0.1  # noqa: S311  (not for secrets)

    found = shrink(tuple(range(40)) * 2, fails, ["order"] * 40, attempts=30)
    assert found.attempts == len(tried) == 30
    assert len({*tried}) == 30
    assert shrink(SHUFFLED, fails, SUBJECTS, seconds=0) == (SHUFFLED, 0)


def test_arrangements_have_their_fault_and_are_decided() -> None:
    """Each arrangement has the fault that it is for, the same for the same seed, and its outcome is decided."""
    for scenario in fixtures.scenarios():
        deliveries = arrangements.decidable(scenario.deliveries)
        in_order = tuple(range(len(deliveries)))
        if len(deliveries) < 2 or is_undecided(deliveries, in_order):
            continue
        for fault in FAULTS:
            found = decided(deliveries, fault, "0")
            if found is None:
                continue
            assert found == decided(deliveries, fault, "0")
            assert {*found} == {*in_order}
            assert any(repeated(found)) is (fault == "duplicated")
            assert fault != "shuffled" or found != in_order
            assert not is_undecided(deliveries, found)


def test_what_only_fetching_decides_is_undecided() -> None:
    """Two payloads of a match review that differ do not show which is newer."""
    story = fixtures.scenario("match_review_of_nobody").deliveries
    assert is_undecided(story, (0, 1))
    assert arrangements.decidable(story) == ()


def test_a_shortest_case_is_saved_and_found_again(tmp_path: Path) -> None:
    """The file has the deliveries in their order of arrival, and a duplicate has the same id."""
    scenario = fixtures.scenario("redraw")
    story = Story("redraw", scenario.title, scenario.deliveries)
    example = Counterexample(story, (4, 1, 4), ("order 1/status is wrong",), 7)
    lines = example.timeline()
    assert len(lines) == 3
    assert lines[1].endswith("late: it happened before number 1")
    assert lines[2].endswith("the same delivery again")
    path = tmp_path / "case.json"
    path.write_text(example.as_file(), "utf-8")
    (again,) = find([str(path)], keep=True)
    assert [each.summary for each in again.deliveries] == [story.deliveries[at].summary for at in (4, 1, 4)]
    assert again.deliveries[0].id == again.deliveries[2].id != again.deliveries[1].id
    assert [each.offset.total_seconds() for each in again.deliveries] == [0, 1, 2]
    (fresh,) = find([str(path)])
    assert fresh.deliveries[0].id == fresh.deliveries[2].id != again.deliveries[0].id

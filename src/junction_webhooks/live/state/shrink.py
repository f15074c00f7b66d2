"""Shrinking: from an order of arrival in which an endpoint fails to the shortest one, by delta debugging.

An attempt plays a story that is shorter or simpler. If that fails too, it is the new shortest one. First
faults are undone, then whole objects are dropped, then deliveries, and last, what remains is brought closer
to the order of the story. That is repeated until no attempt fails any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from junction_webhooks.live.state.arrangements import Arrangement

MOST_ATTEMPTS: Final = 150
MOST_SECONDS: Final = 60.0


class Shrunk(NamedTuple):
    """The shortest arrangement found, and how many attempts that took."""

    arrangement: Arrangement
    attempts: int


def shrink(
    arrangement: Arrangement,
    fails: Callable[[Arrangement], object],
    subjects: Sequence[object],
    *,
    attempts: int = MOST_ATTEMPTS,
    seconds: float = MOST_SECONDS,
) -> Shrunk:
    """Return the shortest arrangement for which `fails` is true, as far as the limits allow.

    `subjects` says for each position of the story which object it is about. `fails` is true for
    `arrangement`, and is called at most once for any other.
    """
    budget = _Budget(fails, attempts, time.monotonic() + seconds)
    best = arrangement
    improved = True
    while improved and not budget.is_spent:
        improved = False
        for simpler in (_without_faults, _without_objects(subjects), _without_deliveries, _closer_to_order):
            found = _first_failing(best, simpler, budget)
            while found is not None:
                best, improved = found, True
                found = _first_failing(best, simpler, budget)
    return Shrunk(best, budget.used)


class _Budget:
    """Counts attempts, and makes each of them once."""

    def __init__(self, fails: Callable[[Arrangement], object], attempts: int, deadline: float) -> None:
        self._fails = fails
        self._left = attempts
        self._deadline = deadline
        self._seen: set[Arrangement] = set()
        self.used = 0

    @property
    def is_spent(self) -> bool:
        return self._left <= self.used or time.monotonic() >= self._deadline

    def fails(self, candidate: Arrangement) -> bool:
        if self.is_spent or candidate in self._seen:
            return False
        self._seen.add(candidate)
        self.used += 1
        return bool(self._fails(candidate))


def _first_failing(
    best: Arrangement, simpler: Callable[[Arrangement], Iterator[Arrangement]], budget: _Budget
) -> Arrangement | None:
    return next((each for each in simpler(best) if each and each != best and budget.fails(each)), None)


def _without_faults(best: Arrangement) -> Iterator[Arrangement]:
    """Yield the arrangement without duplicates, in order but with duplicates, and without one duplicate."""
    if len(set(best)) < len(best):
        yield tuple(dict.fromkeys(best))
    yield tuple(sorted(best))
    for number in range(len(best)):
        rest = best[:number] + best[number + 1 :]
        if best[number] in rest:
            yield rest


def _without_objects(subjects: Sequence[object]) -> Callable[[Arrangement], Iterator[Arrangement]]:
    def simpler(best: Arrangement) -> Iterator[Arrangement]:
        """Yield the arrangement with the deliveries of only one object, and without those of each object."""
        present = list(dict.fromkeys(subjects[each] for each in best))
        if len(present) > 1:
            yield from (tuple(each for each in best if subjects[each] == one) for one in present)
            yield from (tuple(each for each in best if subjects[each] != one) for one in present)

    return simpler


def _without_deliveries(best: Arrangement) -> Iterator[Arrangement]:
    """Yield the arrangement without ever smaller runs of deliveries, as in `ddmin`."""
    positions = list(dict.fromkeys(best))
    size = len(positions) // 2
    while size:
        for start in range(0, len(positions), size):
            dropped = {*positions[start : start + size]}
            yield tuple(each for each in best if each not in dropped)
        size //= 2


def _closer_to_order(best: Arrangement) -> Iterator[Arrangement]:
    """Yield the arrangement with one delivery moved to where it belongs, and with one inversion fewer."""
    for number, position in enumerate(best):
        rest = best[:number] + best[number + 1 :]
        place = next((index for index, other in enumerate(rest) if other > position), len(rest))
        if _inversions(moved := (*rest[:place], position, *rest[place:])) < _inversions(best):
            yield moved
    for number in range(len(best) - 1):
        if best[number] > best[number + 1]:
            yield (*best[:number], best[number + 1], best[number], *best[number + 2 :])


def _inversions(arrangement: Arrangement) -> int:
    """Return how many pairs are in the wrong order."""
    return sum(one > other for number, one in enumerate(arrangement) for other in arrangement[number + 1 :])

"""Whether every text that matches one pattern also matches another one.

The search runs the automata of both over all texts at once, the shortest first, and stops at the first text
that only one of them accepts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from junction_webhooks._jsonschema.patterns import syntax
from junction_webhooks._jsonschema.patterns.automata import (
    Budget,
    ExhaustedError,
    Runner,
    Side,
    States,
    Symbol,
    compiled,
    symbols,
)
from junction_webhooks._jsonschema.patterns.syntax import UnsupportedPatternError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from junction_webhooks._jsonschema.patterns.syntax import Expression

MAX_STEPS: Final = 200_000
"""The number of states to visit before giving up: at most about 0.2 s and 20 MB."""


@dataclass(frozen=True, slots=True)
class Language:
    """The texts that match all of the patterns and whose length in code points is within the bounds."""

    expressions: tuple[tuple[str, Expression], ...] = ()
    """The patterns, each with its syntax tree."""
    min_length: int = 0
    max_length: int | None = None

    def __and__(self, other: Language) -> Language:
        """The texts that are in both languages."""
        limits = [each.max_length for each in (self, other) if each.max_length is not None]
        return Language(
            tuple(dict.fromkeys((*self.expressions, *other.expressions))),
            max(self.min_length, other.min_length),
            min(limits, default=None),
        )


def parse(pattern: str, *, min_length: int = 0, max_length: int | None = None) -> Language:
    """The language of the keywords `pattern`, `minLength` and `maxLength` of one schema.

    Raises `UnsupportedPatternError` for a pattern that is invalid, not regular, or read differently by
    different engines.
    """
    return Language(((pattern, syntax.parse(pattern)),), min_length, max_length)


@dataclass(frozen=True, slots=True)
class Included:
    """Proven: every text of the narrow language is in the wide one."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Disproved: the text is in the narrow language, but not in the wide one."""

    text: str
    """One of the shortest such texts, in printable ASCII if possible. It is always the same one."""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Neither proven nor disproved."""

    pattern: str
    """The pattern to blame: one that is not supported, or the one that makes the search long."""
    reason: str
    """Why the pattern cannot be compared, such as `has a lookahead`."""


def included(
    narrow: Language, wide: Language, *, max_steps: int = MAX_STEPS
) -> Included | Counterexample | GaveUp:
    """Decide whether every text of `narrow` is in `wide`."""
    return counted(narrow, wide, max_steps)[0]


def counted(
    narrow: Language, wide: Language, max_steps: int
) -> tuple[Included | Counterexample | GaveUp, int]:
    """The same, and how many steps it took."""
    budget = Budget(max_steps)
    try:
        text = _counterexample(narrow, wide, budget)
    except ExhaustedError:
        return GaveUp(budget.pattern, f"needs more than {max_steps:,} steps to compare"), max_steps
    return Included() if text is None else Counterexample(text), max_steps - budget.left


@lru_cache(maxsize=1024)  # versions of a contract have the same few patterns in hundreds of places
def pattern_included(narrow: str, wide: str) -> Included | Counterexample | GaveUp:
    """Decide whether every text that matches the pattern `narrow` also matches the pattern `wide`."""
    try:
        return included(parse(narrow), parse(wide))
    except UnsupportedPatternError as error:
        return GaveUp(error.pattern, f"has {error.construct}")


def _counterexample(narrow: Language, wide: Language, budget: Budget) -> str | None:
    """One of the shortest texts of `narrow` that break a length bound or a pattern of `wide`."""
    own = [compiled(*each, budget) for each in narrow.expressions]
    others = [compiled(*each, budget) for each in wide.expressions if each not in narrow.expressions]
    largest = max((*own, *others), key=lambda each: len(each.edges), default=None)
    budget.pattern = "" if largest is None else largest.pattern
    alphabet = symbols((*own, *others), budget)
    search = _Search([Runner(each, alphabet, budget) for each in own], alphabet, budget)
    low, high = narrow.min_length, narrow.max_length
    search.run(None, low, _least(high, wide.min_length - 1))
    if wide.max_length is not None:
        search.run(None, max(low, wide.max_length + 1), high)
    for each in others:
        search.run(Runner(each, alphabet, budget), low, high)
    return search.shortest


def _least(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)


_Node: TypeAlias = tuple[tuple[States, ...], States, Side, int]
"""Where a text leads in the automata of all patterns.

It has one state of each pattern that must match, all states of the pattern that must not match, the side of
the last character, and the length as far as it matters.

To show that a pattern matches, one state is enough, so only the other pattern can grow exponentially.
"""


class _Search:
    """Finds one of the shortest texts that match some patterns, but not another one."""

    def __init__(self, matching: Sequence[Runner], alphabet: Sequence[Symbol], budget: Budget) -> None:
        self._matching = matching
        self._alphabet = alphabet
        self._budget = budget
        self.shortest: str | None = None

    def run(self, failing: Runner | None, min_length: int, max_length: int | None) -> None:
        """Look for a text of an allowed length that does not match the failing pattern, if there is one.

        Keep it if it is shorter than the shortest so far.
        """
        if self.shortest is not None:
            max_length = _least(max_length, len(self.shortest) - 1)
        own = tuple(each.start for each in self._matching)
        first: _Node = (own, frozenset() if failing is None else failing.start, "edge", 0)
        came_from: dict[_Node, tuple[_Node, int] | None] = {first: None}
        waiting = deque([(first, 0)])
        while waiting:
            node, length = waiting.popleft()
            if max_length is not None and length > max_length:
                return
            if length >= min_length and self._is_found(node, failing):
                self.shortest = self._text(came_from, node)
                return
            for index, following in self._following(node, failing, min_length):
                if following not in came_from:
                    came_from[following] = (node, index)
                    waiting.append((following, length + 1))

    def _is_found(self, node: _Node, failing: Runner | None) -> bool:
        own, states, before, _ = node
        if failing is not None and failing.accepts(states, before):
            return False
        return all(runner.accepts(one, before) for runner, one in zip(self._matching, own, strict=True))

    def _following(self, node: _Node, failing: Runner | None, min_length: int) -> Iterable[tuple[int, _Node]]:
        """The nodes after one more character, each with the index of its symbol."""
        own, states, before, length = node
        # The shortest text reaches a node first, so lengths beyond the minimum make no difference.
        length = min(length + 1, min_length)
        self._budget.spend(len(self._alphabet) * (1 + len(own)))
        for index, symbol in enumerate(self._alphabet):
            rest = states if failing is None else failing.step(states, before, index)
            if failing is not None and failing.is_settled(rest):
                continue
            choices = [
                sorted(runner.step(one, before, index))
                for runner, one in zip(self._matching, own, strict=True)
            ]
            for choice in product(*choices):
                self._budget.spend(1)
                yield index, (tuple(frozenset({each}) for each in choice), rest, symbol.side, length)

    def _text(self, came_from: dict[_Node, tuple[_Node, int] | None], node: _Node) -> str:
        shown = []
        while (step := came_from[node]) is not None:
            node, index = step
            shown.append(self._alphabet[index].shown)
        return "".join(reversed(shown))

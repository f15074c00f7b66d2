"""Patterns as nondeterministic finite automata over symbols.

Characters that all compared patterns treat alike are one symbol, so Unicode costs no more than ASCII.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from junction_webhooks._jsonschema.patterns.characters import EVERYTHING, WORD
from junction_webhooks._jsonschema.patterns.syntax import Alternation, Assertion, Characters, Concatenation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from junction_webhooks._jsonschema.patterns.characters import Ranges
    from junction_webhooks._jsonschema.patterns.syntax import Expression

Side: TypeAlias = Literal["edge", "word", "other"]
"""What is next to a position in a text: its start or end, a character of `\\w`, or any other character.

If no pattern contains a word boundary, every character is `other`.
"""
States: TypeAlias = frozenset[int]

_PREFERRED: Final = string.ascii_letters + string.digits + string.punctuation + " é中😀"
"""Characters to prefer in a text; the last three are for text beyond ASCII."""

_STATE_COST: Final = 5
"""How many steps of the budget a new state costs. It needs more memory than a visit."""


class ExhaustedError(Exception):
    """The budget is used up."""


@dataclass(slots=True)
class Budget:
    """How many states may still be visited or made: a limit on time and memory."""

    left: int
    pattern: str = ""
    """The pattern that uses it."""

    def spend(self, steps: int) -> None:
        """Use some steps. Raises `ExhaustedError` if none are left."""
        self.left -= steps
        if self.left < 0:
            raise ExhaustedError


@dataclass(slots=True)
class Automaton:
    """Accepts any text that contains a match of the pattern, whatever comes before and after it."""

    pattern: str
    edges: list[list[tuple[Assertion | None, int]]] = field(default_factory=list)
    """For each state, the states that it leads to without reading a character, each with its condition."""
    moves: list[tuple[Ranges, int] | None] = field(default_factory=list)
    """For each state, the characters that it reads and the state after them; None if it reads none."""
    start: int = 0
    accept: int = 0

    def add(self, *targets: int, on: Assertion | None = None, move: tuple[Ranges, int] | None = None) -> int:
        """Add a state and return it."""
        self.edges.append([(on, target) for target in targets])
        self.moves.append(move)
        return len(self.edges) - 1


def compiled(pattern: str, expression: Expression, budget: Budget) -> Automaton:
    """The automaton of a pattern and its syntax tree.

    Raises `ExhaustedError` if the budget has too few steps.
    """
    budget.pattern = pattern
    automaton = Automaton(pattern)
    automaton.accept = automaton.add()
    automaton.start = automaton.add(_built(automaton, expression, automaton.accept, budget))
    for state in (automaton.accept, automaton.start):
        automaton.moves[state] = (EVERYTHING, state)
    return automaton


def _built(automaton: Automaton, expression: Expression, end: int, budget: Budget) -> int:
    """Add states that read the expression and lead to the state `end`. Return the first one."""
    budget.spend(_STATE_COST)
    match expression:
        case Characters(ranges):
            return automaton.add(move=(ranges, end))
        case Assertion():
            return automaton.add(end, on=expression)
        case Concatenation(parts):
            for part in reversed(parts):
                end = _built(automaton, part, end, budget)
            return end
        case Alternation(options):
            return automaton.add(*(_built(automaton, each, end, budget) for each in options))
    first = end
    if expression.high is None:
        first = automaton.add(end)
        automaton.edges[first].append((None, _built(automaton, expression.part, first, budget)))
    else:
        for _ in range(expression.low, expression.high):
            # Each optional copy may be left out, and with it all later ones.
            first = automaton.add(_built(automaton, expression.part, first, budget), end)
    for _ in range(expression.low):
        first = _built(automaton, expression.part, first, budget)
    return first


@dataclass(frozen=True, slots=True)
class Symbol:
    """Characters that every pattern treats alike."""

    shown: str
    """The character to show for all of them."""
    sets: frozenset[Ranges]
    """The character sets of the patterns that contain them."""
    side: Side


def symbols(automata: Sequence[Automaton], budget: Budget) -> list[Symbol]:
    """All characters as symbols, the preferred ones first."""
    sets = {move[0] for each in automata for move in each.moves if move is not None} | {EVERYTHING}
    conditions = {on.kind for each in automata for edges in each.edges for on, _ in edges if on is not None}
    has_boundaries = not conditions.isdisjoint({"boundary", "no_boundary"})
    if has_boundaries:
        sets.add(WORD)
    opened: dict[int, set[Ranges]] = {}
    closed: dict[int, set[Ranges]] = {}
    for ranges in sets:
        for low, high in ranges:
            opened.setdefault(low, set()).add(ranges)
            closed.setdefault(high + 1, set()).add(ranges)
    groups: dict[frozenset[Ranges], list[tuple[int, int]]] = {}
    current: set[Ranges] = set()
    for low, after in pairwise(sorted(opened.keys() | closed.keys())):
        current = current - closed.get(low, set()) | opened.get(low, set())
        budget.spend(1 + len(current))
        if current:
            groups.setdefault(frozenset(current), []).append((low, after - 1))
    found = [
        Symbol(_shown(ranges), sets, "word" if has_boundaries and WORD in sets else "other")
        for sets, ranges in groups.items()
    ]
    return sorted(found, key=lambda each: _rank(each.shown))


def _shown(ranges: Sequence[tuple[int, int]]) -> str:
    for character in _PREFERRED:
        if any(low <= ord(character) <= high for low, high in ranges):
            return character
    return min((chr(low) for low, _ in ranges), key=lambda each: (not each.isprintable(), each))


def _rank(character: str) -> int:
    place = _PREFERRED.find(character)
    return place if place >= 0 else len(_PREFERRED) + ord(character)


@dataclass(frozen=True, slots=True)
class _Place:
    """What can follow at a position in a text."""

    moves: tuple[tuple[set[int], int], ...]
    """The indices of the symbols that can come next, with the state after them."""
    accepts: bool
    """True if the text may end there."""


class Runner:
    """Runs an automaton from one set of states to the next, and caches the results."""

    def __init__(self, automaton: Automaton, alphabet: Sequence[Symbol], budget: Budget) -> None:
        self.start = frozenset({automaton.start})
        self._edges = automaton.edges
        self._accept = automaton.accept
        self._sides: list[Side] = [each.side for each in alphabet]
        self._budget = budget
        indices: dict[Ranges, set[int]] = {(): set()}
        for index, symbol in enumerate(alphabet):
            for ranges in symbol.sets:
                indices.setdefault(ranges, set()).add(index)
        live = _live(automaton)
        self._moves = [
            (indices[move[0]], move[1]) if move is not None and move[1] in live else None
            for move in automaton.moves
        ]
        self._steps: dict[tuple[States, Side, int], States] = {}
        self._places: dict[tuple[States, Side, Side], _Place] = {}
        # Equal sets of states are kept once: they can be large.
        self._unique: dict[States, States] = {}

    def step(self, states: States, before: Side, index: int) -> States:
        """The states after one more character, given by the index of its symbol."""
        key = (states, before, index)
        found = self._steps.get(key)
        if found is None:
            moves = self._place(states, before, self._sides[index]).moves
            self._budget.spend(len(moves))
            found = frozenset([target for indices, target in moves if index in indices])
            found = self._steps[key] = self._unique.setdefault(found, found)
        return found

    def accepts(self, states: States, before: Side) -> bool:
        """True if the text may end here."""
        return self._place(states, before, "edge").accepts

    def is_settled(self, states: States) -> bool:
        """True if the pattern has already matched, so that every longer text is accepted."""
        return self._accept in states

    def _place(self, states: States, before: Side, after: Side) -> _Place:
        """What can follow one of these states at a position with these neighbours."""
        key = (states, before, after)
        if key not in self._places:
            reached = set(states)
            waiting = list(states)
            while waiting:
                for on, target in self._edges[waiting.pop()]:
                    if target not in reached and (on is None or _holds(on, before, after)):
                        reached.add(target)
                        waiting.append(target)
            self._budget.spend(len(reached))
            moves = tuple(move for each in reached if (move := self._moves[each]) is not None)
            self._places[key] = _Place(moves, self._accept in reached)
        return self._places[key]


def _holds(assertion: Assertion, before: Side, after: Side) -> bool:
    match assertion.kind:
        case "start":
            return before == "edge"
        case "end":
            return after == "edge"
    return ((before == "word") != (after == "word")) == (assertion.kind == "boundary")


def _live(automaton: Automaton) -> set[int]:
    """The states from which the pattern can still match after the start of the text.

    Leaving out all others stops a search from following texts that can never match.
    """
    sources: list[list[int]] = [[] for _ in automaton.edges]
    for state, (edges, move) in enumerate(zip(automaton.edges, automaton.moves, strict=True)):
        for on, target in edges:
            if on is None or on.kind != "start":
                sources[target].append(state)
        if move is not None and move[0]:
            sources[move[1]].append(state)
    live = {automaton.accept}
    waiting = [automaton.accept]
    while waiting:
        for source in sources[waiting.pop()]:
            if source not in live:
                live.add(source)
                waiting.append(source)
    return live

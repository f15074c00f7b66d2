"""What changed between two versions of the contract, and whom it can break.

Each change is named by a rule and judged in two directions. For a *consumer*, who reads payloads with the old
version, it is compatible when the old version takes all that the new one does (others call it forward
compatible). For a *producer*, who sends payloads made for the old version, it is compatible when the new
version takes all that the old one does (backward compatible). `compatible` is proven; `breaking` is shown by
a payload; what is neither is `unproven`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks import fixtures
from junction_webhooks._jsonschema.diff import Difference, differences
from junction_webhooks._jsonschema.normalize import Node, Reader
from junction_webhooks._jsonschema.rules import TELLING, sentence
from junction_webhooks._jsonschema.subsume import CyclicError, covers, inlined, judge, values, witness
from junction_webhooks._jsonschema.subsume import instance as _instance
from junction_webhooks.contract import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from junction_webhooks.contract import Schema

__all__ = [
    "Change",
    "Comparison",
    "Direction",
    "Level",
    "Verdict",
    "compare",
    "level",
]

Verdict: TypeAlias = Literal["compatible", "breaking", "unproven"]
"""What a change means for one side."""
Level: TypeAlias = Literal["major", "minor", "patch", "none"]
"""The version bump that a change needs."""

_OF_A_PROPERTY: Final = frozenset(
    {"property_added", "required_property_added", "property_removed", "required_added", "required_removed"}
)
_TOLERANT: Final = "tolerant"


@dataclass(frozen=True, slots=True)
class Direction:
    """What a change means for one side."""

    verdict: Verdict
    payload: Any = None
    """Where it is breaking: a payload that shows it, taken by the one version and refused by the other."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change from an old to a new version."""

    rule: str
    schemas: tuple[str, ...]
    """The schemas that show it, such as `strict/labtest.order.created`."""
    path: str
    """Where it shows in payloads: a JSON pointer with `*` for any index."""
    also: tuple[str, ...]
    """Further places of the same change."""
    subject: str | None
    """The member, property, keyword or alternative that came or went."""
    old: Any
    new: Any
    consumer: Direction
    producer: Direction

    @property
    def what(self) -> str:
        """What changed, in words."""
        return sentence(self.rule, self.subject, self.old, self.new)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes from an old to a new version."""

    changes: tuple[Change, ...]

    @property
    def consumer(self) -> Verdict:
        """The verdict for whoever reads payloads with the old version."""
        return _worst(change.consumer.verdict for change in self.changes)

    @property
    def producer(self) -> Verdict:
        """The verdict for whoever sends payloads made for the old version."""
        return _worst(change.producer.verdict for change in self.changes)

    @property
    def level(self) -> Level:
        """The part of the version that these changes must raise, by the policy in `docs/versions.md`."""
        levels = {level(change) for change in self.changes}
        order: tuple[Level, ...] = ("major", "minor", "patch")
        return next((each for each in order if each in levels), "none")


def compare(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> Comparison:
    """Compare the schemas of two versions, each under its name, such as `strict/labtest.order.created`.

    Schemas of the same name are compared; a name on one side only is an event that came or went.
    Raises `ValueError` for what is no JSON Schema, and `ModuleNotFoundError` when jsonschema-rs is not
    installed.
    """
    found: dict[tuple[Any, ...], Change] = {}
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            changes = [_whole("event_removed", name, Direction("compatible"), Direction("breaking"))]
        elif name not in old:
            changes = [_whole("event_added", name, Direction("breaking"), Direction("compatible"))]
        else:
            changes = _changes(name, old[name], new[name])
        for change in changes:
            profile = name.partition("/")[0]
            what = (change.rule, change.subject, repr((change.old, change.new)))
            key = (profile, change.path, change.also, *what)
            known = found.get(key)
            found[key] = change if known is None else _joined(known, change)
    return Comparison(tuple(found.values()))


def _whole(rule: str, name: str, consumer: Direction, producer: Direction) -> Change:
    return Change(rule, (name,), "", (), name.rpartition("/")[2], None, None, consumer, producer)


def _joined(one: Change, other: Change) -> Change:
    """The same change in two schemas, with the worse verdict of both."""
    return Change(
        one.rule, (*one.schemas, *other.schemas), one.path, one.also, one.subject, one.old, one.new,
        max(one.consumer, other.consumer, key=_weight), max(one.producer, other.producer, key=_weight),
    )  # fmt: skip


def _changes(name: str, old: Schema, new: Schema) -> list[Change]:
    judge(new)  # raises for what is no schema, also where both are the same
    if old == new:
        return []
    found = differences((Reader(old), Node(old, "#")), (Reader(new), Node(new, "#")))
    pair = _Pair(name, old, new)
    changes = [pair.judged(each) for each in found]
    for_consumer = any(change.consumer.verdict != "compatible" for change in changes)
    for_producer = any(change.producer.verdict != "compatible" for change in changes)
    if (pair.proven_for_consumer or for_consumer) and (pair.proven_for_producer or for_producer):
        return changes
    # Each change may be compatible by itself: only a proof of the whole says that all of them are.
    return [*changes, pair.judged(Difference("unnamed", None, None, None, None, None, old, new, [""]))]


class _Pair:
    """Two versions of one schema, ready to judge the changes between them."""

    def __init__(self, name: str, old: Schema, new: Schema) -> None:
        self._name = name
        self._old, self._new = old, new
        self._takes_old, self._takes_new = judge(old), judge(new)
        self._bases = list(self._payloads())
        self.proven_for_consumer = self._proven(old, new)
        self.proven_for_producer = self._proven(new, old)

    def judged(self, found: Difference) -> Change:
        path, *also = found.paths
        if found.rule in TELLING:
            consumer = producer = Direction("compatible")
        else:
            consumer = self._direction(found, for_consumer=True)
            producer = self._direction(found, for_consumer=False)
        about = (found.subject, found.old, found.new)
        return Change(found.rule, (self._name,), path, tuple(also), *about, consumer, producer)

    def _direction(self, found: Difference, *, for_consumer: bool) -> Direction:
        """For a consumer the old side must take all of the new one; for a producer the other way round."""
        if self.proven_for_consumer if for_consumer else self.proven_for_producer:
            return Direction("compatible")
        try:
            before, after = inlined(found.before, self._old), inlined(found.after, self._new)
        except CyclicError:
            return Direction("unproven")
        wide, narrow = (before, after) if for_consumer else (after, before)
        if covers(wide, narrow):
            return Direction("compatible")
        takes_wide, takes_narrow = judge(wide), judge(narrow)
        parts = [value for value in values(before, after) if takes_narrow(value) and not takes_wide(value)]
        takes, refuses = self._takes_new, self._refuses_old
        if not for_consumer:
            takes, refuses = self._takes_old, self._refuses_new
        paths, put = _placing(found, parts)
        found_payload = witness(takes, refuses, self._bases, paths, put)
        return Direction("unproven") if found_payload is None else Direction("breaking", *found_payload)

    def _refuses_old(self, payload: Any) -> bool:
        return not self._takes_old(payload)

    def _refuses_new(self, payload: Any) -> bool:
        return not self._takes_new(payload)

    def _proven(self, wide: Schema, narrow: Schema) -> bool:
        try:
            return covers(inlined(wide, wide), inlined(narrow, narrow))
        except CyclicError:
            return False

    def _payloads(self) -> Iterable[Any]:
        """Payloads to change in one place: first those that both versions take."""
        event_type = self._name.rpartition("/")[2]
        found = [each.payload for each in fixtures.valid(event_type)] if event_type in EVENT_TYPES else []
        for side in (self._new, self._old):
            whole = inlined(side, side, cut=True)
            found += [_instance(whole, full=full) for full in (True, False)]
        return sorted(found, key=lambda each: self._takes_old(each) + self._takes_new(each), reverse=True)


def _placing(found: Difference, parts: Sequence[Any]) -> tuple[Sequence[str], Callable[[Any], Iterable[Any]]]:
    """Where the parts of a payload that show a difference belong, and how they are put there."""
    name = found.subject
    if name is not None and found.rule in _OF_A_PROPERTY:

        def with_property(current: Any) -> Iterable[Any]:
            if isinstance(current, dict):
                others = {other: value for other, value in current.items() if other != name}
                yield from (others | {name: part[name]} if name in part else others for part in parts)

        return [path.rpartition("/")[0] for path in found.paths], with_property

    def instead(current: Any) -> Iterable[Any]:
        for part in parts:
            yield part
            if isinstance(part, dict) and isinstance(current, dict):
                yield current | part

    return found.paths, instead


def _weight(direction: Direction) -> int:
    return ("compatible", "unproven", "breaking").index(direction.verdict)


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=("compatible", "unproven", "breaking").index, default="compatible")


def level(change: Change) -> Level:
    """The part of the version that one change must raise, by the policy in `docs/versions.md`."""
    if change.rule in TELLING:
        return "patch"
    profile = change.schemas[0].partition("/")[0]
    if profile == _TOLERANT:
        # A new property gets a type in the tolerant profile too; before, nothing was promised about it.
        return "minor" if change.rule in {"property_added", "event_added"} else "major"
    return "minor" if change.producer.verdict == "compatible" else "major"

"""What changed between two versions of the contract, and what it can break.

Each change has a rule and a verdict in two directions. For a *consumer*, who reads payloads with the old
version, a change is compatible if the old version accepts everything that the new one accepts (forward
compatible). For a *producer*, who sends payloads made for the old version, it is compatible if the new
version accepts everything that the old one accepts (backward compatible). With proofs, `compatible` is proven
and `breaking` comes with a payload; everything else is `unproven`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks._json.equality import same
from junction_webhooks._jsonschema import guard, rules
from junction_webhooks._jsonschema.branches import Node
from junction_webhooks._jsonschema.diff import Difference, differences
from junction_webhooks._jsonschema.effort import Effort, TooComplexError
from junction_webhooks._jsonschema.engines import check_schema
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.rules import RULES
from junction_webhooks.compatibility._proofs import COMPATIBLE, UNPROVEN, Direction, Proofs, Verdict
from junction_webhooks.contract import Schema
from junction_webhooks.contract import stability as _stability
from junction_webhooks.contract.stability import Stability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from junction_webhooks._jsonschema.rules import Rule


__all__ = ["Change", "Comparison", "Direction", "Verdict", "VersionBump", "compare"]

VersionBump: TypeAlias = Literal["major", "minor", "patch", "none"]
"""The part of a semantic version that a change must raise."""

_BUMPS: Final[tuple[VersionBump, ...]] = ("none", "patch", "minor", "major")
_VERDICTS: Final[tuple[Verdict, ...]] = ("compatible", "unproven", "breaking")
_TOLERANT: Final = "tolerant"
_BREAKING: Final = Direction("breaking")


@dataclass(frozen=True, slots=True)
class Change:
    """One change from an old to a new version."""

    rule: str
    """The id of the rule, such as `value_added`; `docs/versions.md` lists them."""
    schemas: tuple[str, ...]
    """The names of the schemas with this change, such as `strict/labtest.order.created`."""
    path: str
    """Where it appears in payloads: a JSON pointer with `*` for any index."""
    also: tuple[str, ...]
    """Further paths of the same change."""
    subject: str | None
    """The value, property, keyword or alternative that was added, removed or changed."""
    old: Any
    new: Any
    consumer: Direction
    producer: Direction
    stability: Stability = "stable"
    """The stability of its events in the old version, whose promises count."""

    @property
    def what(self) -> str:
        """What changed, in words."""
        return RULES[self.rule].describe(self.subject, self.old, self.new)

    @property
    def events(self) -> tuple[str, ...]:
        """The event types whose payloads have this change."""
        return tuple(name.rpartition("/")[2] for name in self.schemas)

    @property
    def profile(self) -> str:
        """The profile of its schemas: the part of their names before the event type."""
        return self.schemas[0].partition("/")[0]

    @property
    def version_bump(self) -> VersionBump:
        """The part of the version that this change must raise, by the policy in `docs/versions.md`."""
        needed = self._version_bump_if_stable
        # A beta event was never promised to stay as it is.
        return "minor" if self.stability == "beta" and needed == "major" else needed

    @property
    def _version_bump_if_stable(self) -> VersionBump:
        rule = RULES[self.rule]
        if rule.is_annotation:
            return "patch"
        if self.profile == _TOLERANT:
            return rule.tolerant_bump
        return "minor" if self.producer.verdict == "compatible" else "major"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes from an old to a new version."""

    changes: tuple[Change, ...]
    given_up: tuple[str, ...] = ()
    """What was left out because it would have taken too long: one line for each thing."""

    @property
    def consumer(self) -> Verdict:
        """The verdict for those who read payloads with the old version."""
        return _worst(change.consumer.verdict for change in self.changes)

    @property
    def producer(self) -> Verdict:
        """The verdict for those who send payloads made for the old version."""
        return _worst(change.producer.verdict for change in self.changes)

    @property
    def version_bump(self) -> VersionBump:
        """The part of the version that these changes must raise, by the policy in `docs/versions.md`."""
        return max((change.version_bump for change in self.changes), key=_BUMPS.index, default="none")


def compare(old: Mapping[str, Schema], new: Mapping[str, Schema], *, prove: bool = True) -> Comparison:
    """Compare the schemas of two versions, each under its name, such as `strict/labtest.order.created`.

    Schemas with the same name are compared. A name on only one side is an event that was added or removed.
    With `prove=False`, the verdicts depend on the rules alone: they need no extra, include no payloads and
    are more often `unproven`.

    With proofs, raises `ValueError` if either is not a JSON Schema, and `ModuleNotFoundError` if
    jsonschema-rs (extra `fast`) is not installed.

    Examples:
        >>> old = {"strict/order": {"properties": {"status": {"enum": ["received"]}}}}
        >>> new = {"strict/order": {"properties": {"status": {"enum": ["received", "completed"]}}}}
        >>> comparison = compare(old, new)
        >>> for change in comparison.changes:
        ...     print(change.path, change.what)
        /status the value completed is new
        >>> comparison.consumer, comparison.producer, comparison.version_bump
        ('breaking', 'compatible', 'minor')
        >>> comparison.changes[0].consumer.payload
        {'status': 'completed'}
    """
    effort = Effort()
    found: dict[tuple[Any, ...], Change] = {}
    for schema in (*old.values(), *new.values()):
        guard.check_references(schema)
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            changes = [_whole(rules.EVENT_REMOVED, name)]
        elif name not in old:
            changes = [_whole(rules.EVENT_ADDED, name)]
        elif prove:
            changes = _proven_changes(name, old[name], new[name], effort)
        else:
            changes = _seen_changes(name, old[name], new[name], effort)
        stability = _stability.of_bundle(old.get(name))
        for change in (replace(each, stability=stability) for each in changes):
            about = (change.rule, change.subject, repr((change.old, change.new)))
            key = (change.stability, change.profile, change.path, change.also, *about)
            found[key] = _joined(found[key], change) if key in found else change
    return Comparison(tuple(found.values()), effort.given_up)


def _whole(rule: Rule, name: str) -> Change:
    event_type = name.rpartition("/")[2]
    difference = Difference(rule, event_type, None, None, rule.widens, rule.narrows, None, None, [""])
    return _change(name, difference, _seen(rule.widens), _seen(rule.narrows))


def _joined(one: Change, other: Change) -> Change:
    """Two changes that are the same in different schemas, as one change with the worse verdicts."""
    return replace(
        one,
        schemas=(*one.schemas, *other.schemas),
        consumer=max(one.consumer, other.consumer, key=_weight),
        producer=max(one.producer, other.producer, key=_weight),
    )


def _proven_changes(name: str, old: Schema, new: Schema, effort: Effort) -> list[Change]:
    for schema in (old, new):
        check_schema(schema)  # also if both are the same
    if same(old, new):
        return []
    try:
        proofs = Proofs(name.rpartition("/")[2], old, new, effort)
    except TooComplexError as error:
        effort.give_up(f"{name or 'the schema'} has no proofs: {error}")
        return _unproven_changes(name, old, new, effort)
    changes = [
        _change(name, each, COMPATIBLE, COMPATIBLE)
        if each.rule.is_annotation
        else _change(name, each, proofs.consumer(each), proofs.producer(each))
        for each in _differences(old, new, effort)
    ]
    breaks_consumer = any(change.consumer.verdict != "compatible" for change in changes)
    breaks_producer = any(change.producer.verdict != "compatible" for change in changes)
    if (proofs.consumer_is_safe or breaks_consumer) and (proofs.producer_is_safe or breaks_producer):
        return changes
    # Each change may be compatible by itself: only a proof for the whole schema covers all of them.
    unnamed = _unnamed(old, new)
    return [*changes, _change(name, unnamed, proofs.consumer(unnamed), proofs.producer(unnamed))]


def _unproven_changes(name: str, old: Schema, new: Schema, effort: Effort) -> list[Change]:
    """All changes as unproven, except those of annotations."""
    changes = [
        _change(name, each, *([COMPATIBLE if each.rule.is_annotation else UNPROVEN] * 2))
        for each in _differences(old, new, effort)
    ]
    return [*changes, _change(name, _unnamed(old, new), UNPROVEN, UNPROVEN)]


def _unnamed(old: Schema, new: Schema) -> Difference:
    return Difference(rules.UNNAMED, None, None, None, None, None, old, new, [""])


def _seen_changes(name: str, old: Schema, new: Schema, effort: Effort) -> list[Change]:
    given_up = effort.given_up
    found = _differences(old, new, effort)
    if effort.given_up != given_up and not same(old, new):
        found.append(_unnamed(old, new))
    return [_change(name, each, _seen(each.widens), _seen(each.narrows)) for each in found]


def _differences(old: Schema, new: Schema, effort: Effort) -> list[Difference]:
    sides = ((Reader(side, effort=effort), Node(side, "#")) for side in (old, new))
    return differences(*sides, effort=effort)


def _change(name: str, found: Difference, consumer: Direction, producer: Direction) -> Change:
    path, *also = found.paths
    about = (found.subject, found.old, found.new)
    return Change(found.rule.id, (name,), path, tuple(also), *about, consumer, producer)


def _seen(effect: bool | None) -> Direction:  # noqa: FBT001  (what a rule says, which may be nothing)
    """The verdict without a proof: widening breaks a consumer, and narrowing breaks a producer."""
    return UNPROVEN if effect is None else _BREAKING if effect else COMPATIBLE


def _weight(direction: Direction) -> int:
    return _VERDICTS.index(direction.verdict)


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=_VERDICTS.index, default="compatible")

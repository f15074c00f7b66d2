"""How two schemas differ: each difference once, with its rule and its paths.

A difference *widens* if the new schema accepts something that the old one rejects, and *narrows* if it
rejects something that the old one accepts. None means that only a proof or a payload can decide.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.equality import same
from junction_webhooks._json.pointer import escape
from junction_webhooks._jsonschema import excerpts, rules
from junction_webhooks._jsonschema.branches import ANYTHING, Branch, Node, NormalizedSchema
from junction_webhooks._jsonschema.effort import Effort
from junction_webhooks._jsonschema.pairing import Unchanged, paired, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from junction_webhooks._jsonschema.normalize import Reader
    from junction_webhooks._jsonschema.rules import Rule

_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MAX_PLACES: Final = 50
"""One definition may be used in so many places; those beyond are left out."""
_MAX_DEPTH: Final = 100
"""Steps of a path; what is deeper is left out."""
_MAX_VALUES: Final = 500
"""So many values that were added to or removed from one list are named; those beyond are left out."""
_LOOSENING: Final = ("patternProperties", "prefixItems", "minContains", "if", "then", "else")
"""Keywords that can loosen another keyword when they are added. All others only add a condition."""
_FORMAT_RULES: Final = (rules.FORMAT_ADDED, rules.FORMAT_REMOVED, rules.FORMAT_CHANGED)
_PATTERN_RULES: Final = (rules.PATTERN_ADDED, rules.PATTERN_REMOVED, rules.PATTERN_CHANGED)
_LIMIT_RULES: Final[Mapping[bool | None, Rule]] = {
    True: rules.LIMIT_LOOSENED,
    False: rules.LIMIT_TIGHTENED,
    None: rules.LIMIT_CHANGED,
}
_EVERYTHING: Final = Node(schema=True, pointer="#true")


@dataclass(slots=True)
class Difference:
    """One difference between an old and a new schema."""

    rule: Rule
    subject: str | None
    """What was added, removed or changed: a property, a keyword, a value, or the label of a branch."""
    old: Any
    new: Any
    widens: bool | None
    narrows: bool | None
    before: Any
    """A schema with only the old side of this difference. Its `$ref`s are those of the old document."""
    after: Any
    paths: list[str] = field(default_factory=list)
    """Where it appears in payloads: JSON pointers with `*` for any index or name, in the schema's order."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """A pair of schemas to compare at one place."""

    old: Node
    new: Node
    path: str
    order: tuple[int, ...]
    """Where the place comes in the schemas: it sorts places as they are written, outer ones first."""
    outer: _Visit | None
    """The visit of the schemas that this pair was found in."""

    def is_repeated(self) -> bool:
        """Whether this pair lies within itself: the schemas are recursive."""
        outer = self.outer
        while outer is not None:
            if outer.old.pointer == self.old.pointer and outer.new.pointer == self.new.pointer:
                return True
            outer = outer.outer
        return False


def differences(
    old: tuple[Reader, Node],
    new: tuple[Reader, Node],
    *,
    equal_patterns: Callable[[str], str] = str,
    effort: Effort | None = None,
) -> list[Difference]:
    """How the new schema differs from the old one, in the order of the old one.

    The paths of a difference begin with the shortest. Two patterns that `equal_patterns` turns into the same
    text count as equal. What is left out is noted in `effort`.
    """
    comparison = _Comparison(old[0], new[0], equal_patterns, effort or Effort())
    comparison.run(old[1], new[1])
    found = [difference for _, difference in sorted(comparison.found.values(), key=lambda each: each[0])]
    for difference in found:
        if len(difference.paths) == _MAX_PLACES:
            comparison.effort.give_up(
                f"{difference.paths[0] or '/'}: {difference.rule.id} shows in {_MAX_PLACES} places or more: "
                "the others are left out"
            )
    return found


class _Comparison:
    """Compares schemas level by level, so that the shortest path to each difference is found first."""

    def __init__(
        self, old: Reader, new: Reader, equal_patterns: Callable[[str], str], effort: Effort
    ) -> None:
        self._old = old
        self._new = new
        self._equal_patterns = equal_patterns
        self.effort = effort
        self._unchanged = Unchanged(old, new)
        self._waiting: deque[_Visit] = deque()
        self._visits: dict[tuple[str, str], int] = {}
        self._current: _Visit | None = None
        self._parts = 0
        """How many parts and differences the current visit has had."""
        self.found: dict[tuple[str, str | None, str, str, str], tuple[tuple[int, ...], Difference]] = {}

    def run(self, old: Node, new: Node) -> None:
        self.schemas(old, new, "")
        while self._waiting:
            visit = self._waiting.popleft()
            if not self.effort.spend("places"):
                return
            self._current, self._parts = visit, 0
            sides = (
                (visit.old, self._old.normalize(visit.old)),
                (visit.new, self._new.normalize(visit.new)),
            )
            self._normalized(*sides, visit.path)

    def schemas(self, old: Node, new: Node, path: str) -> None:
        """Compare two schemas later, at the place that they have now."""
        pair = (old.pointer, new.pointer)
        if self._visits.get(pair, 0) >= _MAX_PLACES:
            return
        visit = _Visit(old, new, path, self._next_order(), self._current)
        if self._unchanged.has(old, new) or visit.is_repeated():
            return
        if len(visit.order) > _MAX_DEPTH:
            self.effort.give_up(f"what is deeper than {_MAX_DEPTH} levels is left out")
            return
        self._visits[pair] = self._visits.get(pair, 0) + 1
        self._waiting.append(visit)

    def _next_order(self) -> tuple[int, ...]:
        self._parts += 1
        return (*(self._current.order if self._current else ()), self._parts)

    def _normalized(
        self, left: tuple[Node, NormalizedSchema], right: tuple[Node, NormalizedSchema], path: str
    ) -> None:
        (at_old, old), (at_new, new) = left, right
        ends = (at_old, at_new, path)
        if not same(at_old.annotations, at_new.annotations):
            self._report(rules.REWORDED, *ends)
        if old.nullable != new.nullable and not (_is_open_ended(old) or _is_open_ended(new)):
            kinds = [branch.kind for branch in (old.branches or new.branches)] or ["string"]
            before, after = (
                excerpts.nullable(list(dict.fromkeys(kinds)), is_nullable=side.nullable)
                for side in (old, new)
            )
            rule = rules.NULL_ADDED if new.nullable else rules.NULL_REMOVED
            self._report(rule, *ends, before=before, after=after)
        pairs, removed, added = paired(old, self._old, new, self._new)
        whole = {"before": at_old.schema, "after": at_new.schema}
        for label, branch in removed:
            self._report(rules.BRANCH_REMOVED, *ends, subject=label, old=branch.kind, **whole)
        for label, branch in added:
            self._report(rules.BRANCH_ADDED, *ends, subject=label, new=branch.kind, **whole)
        for one, other in pairs:
            self._branches(one, other, path)

    def _branches(self, old: Branch, new: Branch, path: str) -> None:
        if not same(old.node.annotations, new.node.annotations):
            self._report(rules.REWORDED, old.node, new.node, path)
        if old.kind != new.kind:
            are_numbers = {old.kind, new.kind} <= {"integer", "number"}
            widens, narrows = _type_effect(old, new)
            self._report(
                rules.TYPE_CHANGED, old.node, new.node, path,
                old=old.kind, new=new.kind, widens=widens, narrows=narrows,
                before=excerpts.of_kind(old.kind) if are_numbers else old.node.schema,
                after=excerpts.of_kind(new.kind) if are_numbers else new.node.schema,
            )  # fmt: skip
            if not are_numbers:
                return
        self._values(old, new, path)
        if old.values is None and new.values is None:
            self._known_values(old, new, path)
            self._keyword(_FORMAT_RULES, "format", (old, old.format), (new, new.format), path)
            if not self._are_same_pattern(old.pattern, new.pattern):
                self._keyword(_PATTERN_RULES, "pattern", (old, old.pattern), (new, new.pattern), path)
            self._limits(old, new, path)
            if "object" in {old.kind, new.kind} or old.properties or new.properties:
                self._objects(old, new, path)
            if old.items or new.items:
                self.schemas(old.items or _EVERYTHING, new.items or _EVERYTHING, f"{path}/*")
        self._unknown_keywords(old, new, path)

    def _unknown_keywords(self, old: Branch, new: Branch, path: str) -> None:
        for word in sorted({*old.unknown_keywords, *new.unknown_keywords}):
            one, other = old.unknown_keywords.get(word), new.unknown_keywords.get(word)
            if not same(one, other):
                self._report(
                    rules.KEYWORD_CHANGED, old.node, new.node, path,
                    subject=word, old=one, new=other, before=old.node.schema, after=new.node.schema,
                    widens=False if one is None and word not in _LOOSENING else None,
                    narrows=False if other is None and word not in _LOOSENING else None,
                )  # fmt: skip

    def _values(self, old: Branch, new: Branch, path: str) -> None:
        ends = (old.node, new.node, path)
        if old.values is None and new.values is not None:
            sides = {"before": old.node.schema, "after": excerpts.enum(new)}
            self._report(rules.ENUM_ADDED, *ends, widens=None if _is_constrained(old) else False, **sides)
        elif old.values is not None and new.values is None:
            sides = {"before": excerpts.enum(old), "after": new.node.schema}
            self._report(rules.ENUM_REMOVED, *ends, narrows=None if _is_constrained(new) else False, **sides)
        elif old.values is not None and new.values is not None:
            for value in self._only_in(new.values, old.values, path):
                fewer, more = excerpts.value(old, value)
                self._report(rules.VALUE_ADDED, *ends, subject=shown(value), before=fewer, after=more)
            for value in self._only_in(old.values, new.values, path):
                fewer, more = excerpts.value(new, value)
                self._report(rules.VALUE_REMOVED, *ends, subject=shown(value), before=more, after=fewer)

    def _only_in(self, values: Sequence[str], others: Sequence[str], path: str) -> list[str]:
        known = frozenset(others)
        found = [each for each in values if each not in known]
        if len(found) > _MAX_VALUES:
            self.effort.give_up(
                f"{path or '/'} has {len(found):,} values that the other version lacks: "
                f"all but the first {_MAX_VALUES} are left out"
            )
        return found[:_MAX_VALUES]

    def _known_values(self, old: Branch, new: Branch, path: str) -> None:
        for rule, values, others in (
            (rules.KNOWN_VALUE_ADDED, new.known_values, old.known_values),
            (rules.KNOWN_VALUE_REMOVED, old.known_values, new.known_values),
        ):
            for value in self._only_in(values, others, path):
                self._report(rule, old.node, new.node, path, subject=value)

    def _keyword(
        self,
        of_keyword: tuple[Rule, Rule, Rule],
        word: str,
        left: tuple[Branch, str | None],
        right: tuple[Branch, str | None],
        path: str,
    ) -> None:
        """A keyword that one branch may lack, with its rules for added, removed and changed."""
        (old, one), (new, other) = left, right
        added, removed, changed = of_keyword
        if one != other:
            self._report(
                added if one is None else removed if other is None else changed,
                old.node, new.node, path, old=one, new=other,
                before=excerpts.of_kind(old.kind, word, one), after=excerpts.of_kind(new.kind, word, other),
            )  # fmt: skip

    def _are_same_pattern(self, one: str | None, other: str | None) -> bool:
        return bool(one and other) and self._equal_patterns(str(one)) == self._equal_patterns(str(other))

    def _limits(self, old: Branch, new: Branch, path: str) -> None:
        for word in sorted({*old.limits, *new.limits}):
            one, other = old.limits.get(word), new.limits.get(word)
            if not same(one, other):
                self._report(
                    _LIMIT_RULES[_loosens(word, one, other)], old.node, new.node, path,
                    subject=word, old=one, new=other,
                    before=excerpts.of_kind(old.kind, word, one),
                    after=excerpts.of_kind(new.kind, word, other),
                )  # fmt: skip

    def _objects(self, old: Branch, new: Branch, path: str) -> None:
        names = dict.fromkeys((*old.properties, *new.properties))
        if not self.effort.spend("properties", len(names)):
            return
        for name in names:
            self._property(name, old, new, f"{path}/{escape(name)}")
        if isinstance(old.additional, Node) and isinstance(new.additional, Node):
            self.schemas(old.additional, new.additional, f"{path}/*")
        elif old.additional != new.additional:
            self._report(
                rules.OBJECT_OPENED if _openness(new) > _openness(old) else rules.OBJECT_CLOSED,
                old.node, new.node, path,
                before=excerpts.of_additional(old), after=excerpts.of_additional(new),
            )  # fmt: skip

    def _property(self, name: str, old: Branch, new: Branch, path: str) -> None:
        def report(rule: Rule, **facts: Any) -> None:
            before, after = excerpts.of_property(old, name), excerpts.of_property(new, name)
            self._report(rule, old.node, new.node, path, subject=name, before=before, after=after, **facts)

        is_required, was_required = name in new.required, name in old.required
        if name not in old.properties:
            schema = self._new.normalize(new.properties[name])
            if old.additional is True and schema.accepts_anything and not is_required:
                return
            rule = rules.REQUIRED_PROPERTY_ADDED if is_required else rules.PROPERTY_ADDED
            narrows = is_required or (old.additional is not False and not schema.accepts_anything)
            report(rule, new=str(schema), widens=old.additional is False, narrows=narrows)
        elif name not in new.properties:
            was_anything = self._old.normalize(old.properties[name]).accepts_anything
            if new.additional is True and was_anything and not was_required:
                return
            widens = was_required or (new.additional is not False and not was_anything)
            report(rules.PROPERTY_REMOVED, widens=widens, narrows=new.additional is False)
        else:
            if is_required and not was_required:
                report(rules.REQUIRED_ADDED)
            if was_required and not is_required:
                report(rules.REQUIRED_REMOVED)
            self.schemas(old.properties[name], new.properties[name], path)

    def _report(  # noqa: PLR0913  (a difference has as many sides)
        self, rule: Rule, at_old: Node, at_new: Node, path: str, *, subject: str | None = None,
        old: Any = None, new: Any = None, before: Any = None, after: Any = None,
        widens: bool | None = None, narrows: bool | None = None,
    ) -> None:  # fmt: skip
        """Add a difference, or another path of it.

        What the rule itself says about its effect takes precedence.
        """
        widens = widens if rule.widens is None else rule.widens
        narrows = narrows if rule.narrows is None else rule.narrows
        key = (rule.id, subject, at_old.pointer, at_new.pointer, repr((old, new)))
        if key not in self.found:
            if not self.effort.spend("differences"):
                return
            difference = Difference(rule, subject, old, new, widens, narrows, before, after)
            self.found[key] = (self._next_order(), difference)
        paths = self.found[key][1].paths
        if path not in paths and len(paths) < _MAX_PLACES:
            paths.append(path)


def _is_open_ended(schema: NormalizedSchema) -> bool:
    return any(branch.kind == ANYTHING for branch in schema.branches)


def _openness(branch: Branch) -> int:
    """Which properties an object accepts besides the listed ones: none, some or any."""
    return {False: 0, True: 2}[branch.additional] if isinstance(branch.additional, bool) else 1


def _type_effect(old: Branch, new: Branch) -> tuple[bool | None, bool | None]:
    """Whether the new type widens and narrows the old one."""
    if new.kind == ANYTHING:
        return True, None if _is_constrained(new) else False
    if old.kind == ANYTHING:
        return None if _is_constrained(old) else False, True
    kinds = (old.kind, new.kind)
    return kinds != ("number", "integer"), kinds != ("integer", "number")


def _loosens(word: str, old: Any, new: Any) -> bool | None:
    """Whether a limit loosens, or None if its values do not show it."""
    if new is None:
        return True
    if old is None:
        return False
    if any(isinstance(side, bool) for side in (old, new)) or word not in {*_UPPER, *_LOWER}:
        return None
    return bool(new > old) is (word in _UPPER)


def _is_constrained(branch: Branch) -> bool:
    """Whether it requires more than a type."""
    return branch.values is not None or any(
        (
            branch.format, branch.pattern, branch.limits, branch.properties, branch.items,
            branch.unknown_keywords,
        )
    )  # fmt: skip

"""How two schemas differ: each difference once, by the name of its rule and the places where it shows.

A difference *widens* when the new schema takes something that the old one refuses, and *narrows* when it
refuses something that the old one takes. None means that only a proof or a payload can tell.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.pointer import escape
from junction_webhooks._jsonschema.normalize import ANYTHING, Node, Shape, Variant
from junction_webhooks._jsonschema.pairing import paired, shown
from junction_webhooks._jsonschema.rules import REWORDED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from junction_webhooks._jsonschema.normalize import Reader

_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MAX_PLACES: Final = 50
_LOOSENING: Final = ("patternProperties", "prefixItems", "minContains", "if", "then", "else")
"""Keywords whose arrival can loosen another one; all others only add a condition."""
_FORM_EFFECT: Final[Mapping[str, tuple[bool | None, bool | None]]] = {
    "added": (False, True),
    "removed": (True, False),
    "changed": (None, None),
}
"""Whether a format or pattern widens and narrows, by whether it comes, goes or changes."""
_EVERYTHING: Final = Node(schema=True, pointer="#true")


@dataclass(slots=True)
class Difference:
    """One difference between an old and a new schema."""

    rule: str
    subject: str | None
    """What came, went or changed: the name of a property or keyword, a member, or a variant's label."""
    old: Any
    new: Any
    widens: bool | None
    narrows: bool | None
    before: Any
    """A schema that holds nothing but the old side of this difference; its `$ref`s are the old document's."""
    after: Any
    paths: list[str] = field(default_factory=list)
    """Where it shows in payloads: JSON pointers with `*` for any index or name, the first one first."""


def differences(
    old: tuple[Reader, Node], new: tuple[Reader, Node], *, equal_patterns: Callable[[str], str] = str
) -> list[Difference]:
    """How the new schema differs from the old one, in the order of the old one.

    Two patterns that `equal_patterns` turns into the same text are no difference.
    """
    walk = _Walk(old[0], new[0], equal_patterns)
    walk.schemas(old[1], new[1], "")
    return list(walk.found.values())


class _Walk:
    def __init__(self, old: Reader, new: Reader, equal_patterns: Callable[[str], str]) -> None:
        self._old = old
        self._new = new
        self._equal_patterns = equal_patterns
        self._active: list[tuple[str, str]] = []
        self._visits: dict[tuple[str, str], int] = {}
        self.found: dict[tuple[str, str | None, str, str, str], Difference] = {}

    def schemas(self, old: Node, new: Node, path: str) -> None:
        pair = (old.pointer, new.pointer)
        visits = self._visits[pair] = self._visits.get(pair, 0) + 1
        if pair in self._active or visits > _MAX_PLACES:
            return
        self._active.append(pair)
        self._shapes(old, self._old.shape(old), new, self._new.shape(new), path)
        self._active.pop()

    def _shapes(self, at_old: Node, old: Shape, at_new: Node, new: Shape, path: str) -> None:
        def report(rule: str, **facts: Any) -> None:
            self._report(rule, at_old, at_new, path, **facts)

        if at_old.words != at_new.words:
            report(REWORDED, widens=False, narrows=False)
        pairs, gone, come = paired(old, self._old, new, self._new)
        if old.nullable != new.nullable and not any(_open_ended(shape) for shape in (old, new)):
            kinds = list(dict.fromkeys(variant.kind for variant in (old.variants or new.variants))) or [
                "string"
            ]
            rule = "null_added" if new.nullable else "null_removed"
            with_null, without = {"type": [*kinds, "null"]}, {"type": kinds}
            before, after = (without, with_null) if new.nullable else (with_null, without)
            report(rule, widens=new.nullable, narrows=old.nullable, before=before, after=after)
        for label, variant in gone:
            facts = {"before": at_old.schema, "after": at_new.schema, "old": variant.kind}
            report("variant_removed", subject=label, widens=False, narrows=True, **facts)
        for label, variant in come:
            facts = {"before": at_old.schema, "after": at_new.schema, "new": variant.kind}
            report("variant_added", subject=label, widens=True, narrows=False, **facts)
        for one, other in pairs:
            self._variants(one, other, path)

    def _variants(self, old: Variant, new: Variant, path: str) -> None:
        if old.node.words != new.node.words:
            self._report(REWORDED, old.node, new.node, path, widens=False, narrows=False)
        if old.kind != new.kind:
            numbers = {old.kind, new.kind} <= {"integer", "number"}
            widens, narrows = _type_effect(old, new)
            self._report(
                "type_changed", old.node, new.node, path,
                old=old.kind, new=new.kind, widens=widens, narrows=narrows,
                before=_of_kind(old.kind) if numbers else old.node.schema,
                after=_of_kind(new.kind) if numbers else new.node.schema,
            )  # fmt: skip
            if not numbers:
                return
        self._members(old, new, path)
        if old.members is None and new.members is None:
            self._known(old, new, path)
            self._forms(old, new, path)
            self._limits(old, new, path)
            if "object" in {old.kind, new.kind} or old.properties or new.properties:
                self._objects(old, new, path)
            if old.items or new.items:
                self.schemas(old.items or _EVERYTHING, new.items or _EVERYTHING, f"{path}/*")
            for word in sorted({*old.other, *new.other}):
                one, other = old.other.get(word), new.other.get(word)
                if one != other:
                    self._report(
                        "keyword_changed", old.node, new.node, path,
                        subject=word, old=one, new=other, before=old.node.schema, after=new.node.schema,
                        widens=False if one is None and word not in _LOOSENING else None,
                        narrows=False if other is None and word not in _LOOSENING else None,
                    )  # fmt: skip

    def _members(self, old: Variant, new: Variant, path: str) -> None:
        if old.members == new.members:
            return

        def report(rule: str, before: Any, after: Any, **facts: Any) -> None:
            self._report(rule, old.node, new.node, path, before=before, after=after, **facts)

        if old.members is None:
            widens = None if _is_bound(old) else False
            report("enum_added", old.node.schema, _enum(new), widens=widens, narrows=True)
        elif new.members is None:
            narrows = None if _is_bound(new) else False
            report("enum_removed", _enum(old), new.node.schema, widens=True, narrows=narrows)
        else:
            for member in new.members:
                if member not in old.members:
                    facts = {"subject": shown(member), "widens": True, "narrows": False}
                    report("value_added", _enum(old), _enum(old, member), **facts)
            for member in old.members:
                if member not in new.members:
                    facts = {"subject": shown(member), "widens": False, "narrows": True}
                    report("value_removed", _enum(new, member), _enum(new), **facts)

    def _known(self, old: Variant, new: Variant, path: str) -> None:
        for rule, these, others in (
            ("known_value_added", new.known, old.known),
            ("known_value_removed", old.known, new.known),
        ):
            for member in these:
                if member not in others:
                    self._report(rule, old.node, new.node, path, subject=member, widens=False, narrows=False)

    def _forms(self, old: Variant, new: Variant, path: str) -> None:
        for word, one, other in (("format", old.format, new.format), ("pattern", old.pattern, new.pattern)):
            if one == other or (word == "pattern" and one and other and self._same_pattern(one, other)):
                continue
            change = "added" if one is None else "removed" if other is None else "changed"
            widens, narrows = _FORM_EFFECT[change]
            self._report(
                f"{word}_{change}", old.node, new.node, path,
                old=one, new=other, widens=widens, narrows=narrows,
                before=_of_kind(old.kind) | ({} if one is None else {word: one}),
                after=_of_kind(new.kind) | ({} if other is None else {word: other}),
            )  # fmt: skip

    def _same_pattern(self, one: str, other: str) -> bool:
        return self._equal_patterns(one) == self._equal_patterns(other)

    def _limits(self, old: Variant, new: Variant, path: str) -> None:
        for word in sorted({*old.limits, *new.limits}):
            one, other = old.limits.get(word), new.limits.get(word)
            if one == other:
                continue
            loosens = _loosens(word, one, other)
            rule = {True: "limit_loosened", False: "limit_tightened", None: "limit_changed"}[loosens]
            self._report(
                rule, old.node, new.node, path, subject=word, old=one, new=other,
                widens=loosens, narrows=None if loosens is None else not loosens,
                before=_of_kind(old.kind) | ({} if one is None else {word: one}),
                after=_of_kind(new.kind) | ({} if other is None else {word: other}),
            )  # fmt: skip

    def _objects(self, old: Variant, new: Variant, path: str) -> None:
        for name in dict.fromkeys((*old.properties, *new.properties)):
            self._property(name, old, new, f"{path}/{escape(name)}")
        if isinstance(old.extra, Node) and isinstance(new.extra, Node):
            self.schemas(old.extra, new.extra, f"{path}/*")
        elif old.extra != new.extra:
            wider = {False: 0, True: 2}
            one, other = (
                wider.get(side, 1) if isinstance(side, bool) else 1 for side in (old.extra, new.extra)
            )
            self._report(
                "object_opened" if other > one else "object_closed", old.node, new.node, path,
                widens=other > one, narrows=other < one,
                before={"type": "object", "additionalProperties": _plain(old.extra)},
                after={"type": "object", "additionalProperties": _plain(new.extra)},
            )  # fmt: skip

    def _property(self, name: str, old: Variant, new: Variant, path: str) -> None:
        def report(rule: str, **facts: Any) -> None:
            before, after = _with_only(old, name), _with_only(new, name)
            self._report(rule, old.node, new.node, path, subject=name, before=before, after=after, **facts)

        is_required, was_required = name in new.required, name in old.required
        if name not in old.properties:
            shape = self._new.shape(new.properties[name])
            if old.extra is True and shape.takes_anything and not is_required:
                return
            rule = "required_property_added" if is_required else "property_added"
            narrows = is_required or (old.extra is not False and not shape.takes_anything)
            report(rule, new=str(shape), widens=old.extra is False, narrows=narrows)
        elif name not in new.properties:
            says_nothing = self._old.shape(old.properties[name]).takes_anything
            if new.extra is True and says_nothing and not was_required:
                return
            widens = was_required or (new.extra is not False and not says_nothing)
            report("property_removed", widens=widens, narrows=new.extra is False)
        else:
            if is_required and not was_required:
                report("required_added", widens=False, narrows=True)
            if was_required and not is_required:
                report("required_removed", widens=True, narrows=False)
            self.schemas(old.properties[name], new.properties[name], path)

    def _report(  # noqa: PLR0913  (a difference has as many sides)
        self, rule: str, at_old: Node, at_new: Node, path: str, *, subject: str | None = None,
        old: Any = None, new: Any = None, widens: bool | None = None, narrows: bool | None = None,
        before: Any = None, after: Any = None,
    ) -> None:  # fmt: skip
        key = (rule, subject, at_old.pointer, at_new.pointer, repr((old, new)))
        difference = Difference(rule, subject, old, new, widens, narrows, before, after)
        paths = self.found.setdefault(key, difference).paths
        if path not in paths:
            paths.append(path)


def _open_ended(shape: Shape) -> bool:
    return any(variant.kind == ANYTHING for variant in shape.variants)


def _type_effect(old: Variant, new: Variant) -> tuple[bool | None, bool | None]:
    """Whether the new type widens and narrows the old one."""
    if new.kind == ANYTHING:
        return True, None if _is_bound(new) else False
    if old.kind == ANYTHING:
        return None if _is_bound(old) else False, True
    kinds = (old.kind, new.kind)
    return kinds != ("number", "integer"), kinds != ("integer", "number")


def _loosens(word: str, old: Any, new: Any) -> bool | None:
    if new is None:
        return True
    if old is None:
        return False
    if any(isinstance(side, bool) for side in (old, new)) or word not in {*_UPPER, *_LOWER}:
        return None
    return bool(new > old) is (word in _UPPER)


def _is_bound(variant: Variant) -> bool:
    """Whether it asks for more than a type."""
    parts = (
        variant.format,
        variant.pattern,
        variant.limits,
        variant.properties,
        variant.items,
        variant.other,
    )
    return any(parts) or variant.members is not None


def _of_kind(kind: str) -> dict[str, Any]:
    return {} if kind == ANYTHING else {"type": kind}


def _enum(variant: Variant, *more: str) -> dict[str, Any]:
    return {"enum": [json.loads(member) for member in (*(variant.members or ()), *more)]}


def _with_only(variant: Variant, name: str) -> dict[str, Any]:
    """An object that knows the one property as the variant does."""
    schema: dict[str, Any] = {"type": "object", "additionalProperties": _plain(variant.extra)}
    if name in variant.properties:
        schema["properties"] = {name: variant.properties[name].schema}
    if name in variant.required:
        schema["required"] = [name]
    return schema


def _plain(extra: bool | Node) -> Any:  # noqa: FBT001  (a schema may be one)
    return extra.schema if isinstance(extra, Node) else extra

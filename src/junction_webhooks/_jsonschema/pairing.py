"""Matching the branches of two normalized schemas, to find the removed and the added ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.equality import same
from junction_webhooks._jsonschema.branches import Branch, NormalizedSchema
from junction_webhooks._jsonschema.visit import walk

if TYPE_CHECKING:
    from junction_webhooks._jsonschema.branches import Node
    from junction_webhooks._jsonschema.normalize import Reader


_MAX_REFERENCES: Final = 20_000
_DEFINITIONS: Final = ("#/$defs/", "#/definitions/", "#/components/schemas/")


class Unchanged:
    """The schemas that are the same in two documents, with all that they refer to: nothing to compare."""

    def __init__(self, old: Reader, new: Reader) -> None:
        self._known: dict[tuple[str, str], bool] = {}
        self._changed = _changed_references(old, new)

    def has(self, old: Node, new: Node) -> bool:
        """Whether nothing differs between these two."""
        if self._changed is None:
            return False
        pair = (old.pointer, new.pointer)
        if pair not in self._known:
            self._known[pair] = same(old.schema, new.schema) and self._changed.isdisjoint(
                _references(old.schema)
            )
        return self._known[pair]


def _changed_references(old: Reader, new: Reader) -> frozenset[str] | None:
    """The references that lead to something else in the new document, or None if that takes too long."""
    if old.is_lenient != new.is_lenient:
        return None
    inside: dict[str, set[str]] = {}
    changed: set[str] = set()
    size = 0
    waiting = list(_references(old.document))
    while waiting:
        ref = waiting.pop()
        if ref in inside:
            continue
        targets = old.resolve(ref), new.resolve(ref)
        if None in targets or not same(targets[0].schema, targets[1].schema):  # type: ignore[union-attr]
            inside[ref] = set()
            changed.add(ref)
            continue
        inside[ref] = _references(targets[0].schema)  # type: ignore[union-attr]
        size += 1 + len(inside[ref])
        if size > _MAX_REFERENCES:
            return None
        waiting += inside[ref]
    # What refers to something that changed has changed too.
    while True:
        more = {
            ref for ref, others in inside.items() if ref not in changed and not others.isdisjoint(changed)
        }
        if not more:
            return frozenset(changed)
        changed |= more


def _references(schema: Any) -> set[str]:
    return {part["$ref"] for _, part in walk(schema) if isinstance(part.get("$ref"), str)}


def paired(
    old: NormalizedSchema, old_reader: Reader, new: NormalizedSchema, new_reader: Reader
) -> tuple[list[tuple[Branch, Branch]], list[tuple[str, Branch]], list[tuple[str, Branch]]]:
    """The pairs of matching branches, then the removed and the added ones with their labels.

    Branches match by label: the value of a discriminating property, or else the format or the type. Of
    several objects without such a property, those of one name match first.
    """
    discriminator = _discriminator(new, new_reader) or _discriminator(old, old_reader)
    olds = [(_label(branch, discriminator, old_reader), branch) for branch in old.branches]
    news = [(_label(branch, discriminator, new_reader), branch) for branch in new.branches]
    pairs: list[tuple[Branch, Branch]] = []
    for is_match in (_are_one_definition, _have_same_label):
        for right in list(news):
            index = next((index for index, left in enumerate(olds) if is_match(left, right)), None)
            if index is not None:
                pairs.append((olds.pop(index)[1], right[1]))
                news.remove(right)
    # One branch that is left on each side was changed, not removed and added.
    if len(olds) == len(news) == 1 and (not pairs or olds[0][1].kind == news[0][1].kind):
        return [*pairs, (olds[0][1], news[0][1])], [], []
    # An object without a discriminating value matches every object that has one.
    for here, there in ((olds, news), (news, olds)):
        for label, branch in list(here):
            if label == "object" and discriminator:
                against = [each for each in there if each[1].kind == "object"]
                pairs += [(branch, each[1]) if here is olds else (each[1], branch) for each in against]
                here.remove((label, branch))
                for each in against:
                    there.remove(each)
    return pairs, olds, news


def _are_one_definition(left: tuple[str, Branch], right: tuple[str, Branch]) -> bool:
    """Whether both are objects of the same name under the definitions, where one union has many."""
    old, new = left[1], right[1]
    return (
        left[0] == right[0]
        and old.kind == new.kind == "object"
        and old.node.pointer == new.node.pointer
        and old.node.pointer.startswith(_DEFINITIONS)
    )


def _have_same_label(left: tuple[str, Branch], right: tuple[str, Branch]) -> bool:
    return left[0] == right[0]


def _discriminator(schema: NormalizedSchema, reader: Reader) -> str | None:
    """The property that has a different constant value in each object of a union, such as `type`."""
    objects = [branch for branch in schema.branches if branch.kind == "object"]
    if len(objects) < 2:  # noqa: PLR2004  (a union)
        return None
    for name in objects[0].properties:
        values = [_only_value(branch, name, reader) for branch in objects]
        if None not in values and len(set(values)) == len(values):
            return name
    return None


def _only_value(branch: Branch, name: str, reader: Reader) -> str | None:
    if name not in branch.properties:
        return None
    match reader.normalize(branch.properties[name]):
        case NormalizedSchema(branches=(Branch(values=(value,)),)):
            return shown(value)
    return None


def _label(branch: Branch, discriminator: str | None, reader: Reader) -> str:
    if branch.kind == "object" and discriminator:
        return _only_value(branch, discriminator, reader) or "object"
    return branch.format or branch.kind


def shown(text: str) -> str:
    """A value, given as JSON, in words: the text of a string, or the JSON of anything else."""
    value = json.loads(text)
    return value if isinstance(value, str) else text

"""Comparing what Junction's documents say next to the types: deprecations, and which sets are exhaustive."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.equality import canonical
from junction_webhooks.drift._report import Drift
from junction_webhooks.drift._rules import (
    DEPRECATED,
    EXHAUSTIVE_ADDED,
    EXHAUSTIVE_REMOVED,
    KEYWORD_UNKNOWN,
    UNDEPRECATED,
    VALUE_DEPRECATED,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from junction_webhooks._jsonschema.branches import Node
    from junction_webhooks._jsonschema.effort import Effort
    from junction_webhooks._jsonschema.normalize import Reader
    from junction_webhooks._jsonschema.rules import Rule
    from junction_webhooks.contract.annotations import Place
    from junction_webhooks.drift._report import Impact

EXHAUSTIVE: Final = "x-junction-exhaustive"
"""Junction's keyword for a value set to which nothing will be added."""
_OF_GENERATORS: Final = "x-fern-"
"""Keywords that only instruct the generator of Junction's SDKs."""
_MAX_LAYERS: Final = 20
_MAX_NODES: Final = 20
"""So many schemas are looked at for one place of the contract: a union has one for each alternative."""


@dataclass(frozen=True, slots=True)
class _Layers:
    """What the schemas of one place say, with references followed."""

    keywords: Mapping[str, tuple[str, ...]]
    """The keywords that are true or start with `x-`, each with pointers to the schemas that have it."""
    deprecated_values: Mapping[str, str]
    """The values that are marked as deprecated, each with a pointer to where."""
    lists_values: bool


@dataclass(slots=True)
class Annotations:
    """The annotations of one family in one of Junction's documents."""

    family: str
    reader: Reader
    effort: Effort
    compares_exhaustive: bool
    """Whether the document says of any value set that it is exhaustive."""
    found: dict[tuple[Any, ...], Drift] = field(default_factory=dict)

    def compare(self, place: Place, nodes: Sequence[Node]) -> None:
        """Compare a place of the contract, and what is below it, with the schemas of the document there."""
        nodes = list({node.pointer: node for node in nodes}.values())[:_MAX_NODES]
        for rule, subject, impact, pointers in self._differences(place, nodes):
            self._add(rule, subject, impact, place.pointer, pointers or [node.pointer for node in nodes])
        branches = [branch for node in nodes for branch in self.reader.normalize(node).branches]
        for each in place.properties():
            below = [branch.properties[each.name] for branch in branches if each.name in branch.properties]
            if below:
                self.compare(each, below)
        items = [branch.items for branch in branches if branch.items]
        if place.has_items and items:
            self.compare(place.item(), items)

    def _differences(
        self, place: Place, nodes: Sequence[Node]
    ) -> Iterator[tuple[Rule, str, Impact, Sequence[str]]]:
        """Each with pointers to the schemas that say it; none for what a schema does not say."""
        layers = [self._layers(node) for node in nodes]
        keywords: dict[str, list[str]] = {}
        for each in layers:
            for word, pointers in each.keywords.items():
                keywords.setdefault(word, []).extend(pointers)
        name = place.name or f"{self.family}.*"
        deprecated = keywords.pop("deprecated", [])
        if bool(deprecated) != _says(place, "x-deprecated"):
            yield DEPRECATED if deprecated else UNDEPRECATED, name, "tolerated", deprecated
        values = {value: at for each in layers for value, at in each.deprecated_values.items()}
        for value, pointer in values.items():
            yield VALUE_DEPRECATED, value, "tolerated", [pointer]
        exhaustive = keywords.pop(EXHAUSTIVE, [])
        if self.compares_exhaustive and any(each.lists_values for each in layers):
            was_exhaustive = _says(place, "x-exhaustive")
            if exhaustive and not was_exhaustive:
                yield EXHAUSTIVE_ADDED, name, "tolerated", exhaustive
            elif was_exhaustive and not exhaustive:
                yield EXHAUSTIVE_REMOVED, name, "breaking", ()
        for word in sorted(keywords):
            if not word.startswith(_OF_GENERATORS):
                yield KEYWORD_UNKNOWN, word, "tolerated", keywords[word]

    def _layers(self, node: Node) -> _Layers:
        """What a schema says, together with those that it refers to, except as alternatives."""
        waiting = [node]
        seen: set[str] = set()
        keywords: dict[str, tuple[str, ...]] = {}
        deprecated: dict[str, str] = {}
        lists_values = False
        while waiting and len(seen) < _MAX_LAYERS:
            each = waiting.pop(0)
            if each.pointer in seen or not each.is_object:
                continue
            seen.add(each.pointer)
            schema = each.schema
            for word, value in schema.items():
                if value is True if word in {"deprecated", EXHAUSTIVE} else word.startswith("x-"):
                    keywords[word] = (*keywords.get(word, ()), each.pointer)
            # A constant cannot get more values, so nobody marks it.
            lists_values |= "enum" in schema and "const" not in schema
            target = self.reader.resolve(schema.get("$ref"))
            waiting += [target] if target else []
            if isinstance(schema.get("allOf"), list):
                waiting += [each.below("allOf", index) for index in range(len(schema["allOf"][:_MAX_LAYERS]))]
            alternatives = list(_alternatives(each))
            if len(alternatives) == 1:
                waiting += alternatives
            values = [one for one in alternatives if "const" in one.schema]
            lists_values |= len(values) > 1
            for one in values:
                if one.schema.get("deprecated") is True:
                    deprecated[_text(one.schema["const"])] = one.pointer
        return _Layers(keywords, deprecated, lists_values)

    def _add(self, rule: Rule, subject: str, impact: Impact, path: str, pointers: Iterable[str]) -> None:
        """Add a difference, or another place of it, if the same schemas are used there."""
        key = (rule.id, subject, *pointers)
        before = self.found.get(key)
        if before is None and self.effort.spend("differences"):
            self.found[key] = Drift(self.family, path, (), rule.id, subject, None, None, impact)
        elif before and path != before.path and path not in before.also:
            self.found[key] = replace(before, also=(*before.also, path))


def _alternatives(node: Node) -> Iterator[Node]:
    """The schemas of a union, except null."""
    for word in ("anyOf", "oneOf"):
        listed = node.schema.get(word)
        for index in range(len(listed) if isinstance(listed, list) else 0):
            below = node.below(word, index)
            if below.is_object and below.schema.get("type") != "null":
                yield below


def _text(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value)


def _says(place: Place, keyword: str) -> bool:
    return any(keyword in (schema or {}) for schema in (place.schema, place.written))

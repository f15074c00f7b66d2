"""Finding the webhooks in one of Junction's documents, whose names and structure vary by revision."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks._jsonschema.branches import Branch, Node
from junction_webhooks._jsonschema.normalize import Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from junction_webhooks._jsonschema.effort import Effort
    from junction_webhooks.contract.families import Family

_HOMES: Final = (("components", "schemas"), ("definitions",), ("$defs",))
_ANY: Final = "*"
_SCHEMA_OF_A_WEBHOOK: Final = ("requestBody", "content", _ANY, "schema")
_LIKENESS: Final = 0.5
"""The minimum similarity of a schema of the same family."""
_EVENT_TYPE: Final = re.compile(r"[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_*-]+)+")
"""The key of a webhook if it is an event type or a wildcard; other documents use any name."""

_MAX_EVENTS: Final = 5_000
_TOO_MANY_EVENTS: Final = f"there are more than {_MAX_EVENTS:,} event types: the others are left out"


class Upstream(NamedTuple):
    """The schema of one family of events in a document."""

    roots: tuple[Node, ...]
    """One schema, or one per event type in revisions that define them separately."""
    is_data: bool = False
    """Whether the roots describe only what is under `data`: the document has no events of this family."""


class UpstreamEvent(NamedTuple):
    """What a document says about an event type, or about all that match a wildcard."""

    schemas: frozenset[str] = frozenset()
    """Pointers to the schemas of its payload."""
    is_deprecated: bool = False
    is_listed: bool = True
    """Whether it is among the webhooks, if the document lists them."""


class Document:
    """A parsed document: its schemas by name, and its webhooks."""

    def __init__(self, content: Any, effort: Effort) -> None:
        self.content = content
        self._effort = effort
        self._reader = Reader(content, lenient=True, effort=effort)
        self._types: dict[str, frozenset[str]] = {}

    @cached_property
    def components(self) -> dict[str, Node]:
        """The schemas by name: the components, and those defined inside the webhooks."""
        found: dict[str, Node] = {}
        for home in _HOMES:
            found = found or {node.pointer.rpartition("/")[2]: node for node in self._at(*home, _ANY)}
        written_there = self._at("webhooks", _ANY, _ANY, *_SCHEMA_OF_A_WEBHOOK)
        return found | {
            node.pointer: node for node in written_there if node.is_object and "$ref" not in node.schema
        }

    @cached_property
    def envelopes(self) -> dict[str, Node]:
        """The schemas that have an event type and data."""
        return {name: node for name, node in self.components.items() if self._is_envelope(node)}

    @cached_property
    def events(self) -> dict[str, UpstreamEvent]:
        """The events by their types: those of the webhooks, and those that only components have.

        A wildcard, such as `labtest.order.*`, is a key only where the schema lists no event types.
        """
        found: dict[str, UpstreamEvent] = {}
        for name, schemas, is_deprecated in self._webhooks():
            types = {each for schema in schemas for each in self.listed_types(schema)}
            # A webhook may refer to the schema of another one by mistake, as Junction's have done.
            if _EVENT_TYPE.fullmatch(name) and not any(fnmatchcase(each, name) for each in types):
                types.add(name)
            pointers = {self._target(schema).pointer for schema in schemas}
            self._add_events(found, types, UpstreamEvent(frozenset(pointers), is_deprecated))
        # Where webhooks are listed, an event that only a component has is not among them.
        is_listed = not found
        for node in self.envelopes.values():
            of_node = self.listed_types(node) - (frozenset() if is_listed else found.keys())
            self._add_events(found, of_node, UpstreamEvent(frozenset({node.pointer}), is_listed=is_listed))
        return found

    def _add_events(
        self, found: dict[str, UpstreamEvent], types: Collection[str], event: UpstreamEvent
    ) -> None:
        for each in sorted(types):
            if each not in found and len(found) == _MAX_EVENTS:
                self._effort.give_up(_TOO_MANY_EVENTS)
                return
            before = found.get(each, event)
            found[each] = UpstreamEvent(
                before.schemas | event.schemas, before.is_deprecated or event.is_deprecated, before.is_listed
            )

    def find(self, family: Family, properties: frozenset[str]) -> Upstream | None:
        """The schema of a family: by its name, its event types, or the properties of `data`, in this order.

        If no event has it, it is the schema of only the data, by its name or its properties. `properties` are
        those under `data` in the contract. None if no schema is similar.
        """
        named = tuple(self.envelopes[name] for name in family.components if name in self.envelopes)
        if named:
            return Upstream(named)
        likeness = {name: self._likeness(node, properties) for name, node in self.envelopes.items()}
        listing = [
            name
            for name, node in self.envelopes.items()
            if not self.listed_types(node).isdisjoint(family.event_types)
        ]
        # A schema that lists all events of the endpoint, whatever their data, does not describe these.
        alike = [name for name in listing if likeness[name] >= _LIKENESS]
        best = sorted(likeness, key=lambda name: -likeness[name])[:1]
        chosen = alike or listing or [name for name in best if likeness[name] >= _LIKENESS]
        if chosen:
            return Upstream(tuple(self.envelopes[name] for name in chosen))
        data = self._find_data(family, properties)
        return Upstream((data,), is_data=True) if data else None

    def _find_data(self, family: Family, properties: frozenset[str]) -> Node | None:
        named = self.components.get(family.data_component or "")
        if named and any(self._objects(named)):
            return named
        likeness = {
            name: max((_alike(branch, properties) for branch in self._objects(node)), default=0.0)
            for name, node in self.components.items()
        }
        best = max(likeness, key=lambda name: likeness[name], default=None)
        return self.components[best] if best and likeness[best] >= _LIKENESS else None

    def listed_types(self, root: Node) -> frozenset[str]:
        """The event types that a schema lists."""
        target = self._target(root)
        if target.pointer not in self._types:
            self._types[target.pointer] = frozenset(
                value
                for branch in self._objects(target)
                if "event_type" in branch.properties
                for event_type in self._reader.normalize(branch.properties["event_type"]).branches
                for value in map(json.loads, event_type.values or ())
                if isinstance(value, str)
            )
        return self._types[target.pointer]

    def _webhooks(self) -> Iterator[tuple[str, list[Node], bool]]:
        """The webhooks: the key, the schemas of its payload, and whether it is deprecated."""
        items = ((name, item) for home in self._at("webhooks") for name, item in self._named(home))
        for name, item in items:
            operations = [each for each in self._below(item, _ANY) if each.is_object]
            schemas = [node for each in operations for node in self._below(each, *_SCHEMA_OF_A_WEBHOOK)]
            yield name, schemas, any(each.schema.get("deprecated") is True for each in (item, *operations))

    def _target(self, node: Node) -> Node:
        """The schema that a `$ref` leads to, or the node itself."""
        return (self._reader.resolve(node.schema.get("$ref")) if node.is_object else None) or node

    def _at(self, *path: str) -> Iterator[Node]:
        return self._below(Node(self.content, "#"), *path)

    def _below(self, node: Node, *path: str) -> Iterator[Node]:
        """The schemas at the end of a path, where `*` is any step."""
        if not path:
            yield node
        elif node.is_object:
            for step in node.schema if path[0] == _ANY else {path[0]} & node.schema.keys():
                yield from self._below(node.below(step), *path[1:])

    @staticmethod
    def _named(node: Node) -> Iterator[tuple[str, Node]]:
        """What an object has by its names, as far as that are objects too."""
        for name in node.schema if node.is_object else ():
            if node.below(name).is_object:
                yield name, node.below(name)

    def _is_envelope(self, node: Node) -> bool:
        return any({"event_type", "data"} <= branch.properties.keys() for branch in self._objects(node))

    def _likeness(self, root: Node, properties: frozenset[str]) -> float:
        """The similarity of the properties under `data`, from 0 to 1."""
        return max(
            (
                _alike(data, properties)
                for branch in self._objects(root)
                if "data" in branch.properties
                for data in self._objects(branch.properties["data"])
            ),
            default=0.0,
        )

    def _objects(self, node: Node) -> Iterator[Branch]:
        yield from (branch for branch in self._reader.normalize(node).branches if branch.kind == "object")


def _alike(branch: Branch, properties: frozenset[str]) -> float:
    """The common properties divided by all of them."""
    return len(properties & branch.properties.keys()) / len(properties | branch.properties.keys() or {""})

"""The properties of events and objects, as the site shows them: paths, types, sources.

What is read from the schemas is here; `properties` and `objects` make elements of it.
"""

from __future__ import annotations

import posixpath
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract.annotations import root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.contract import Schema
    from junction_webhooks.contract.annotations import Place

_FORMATS: Final = {"uuid": "uuid", "date": "date", "date-time": "timestamp"}


@dataclass(frozen=True, slots=True)
class PropertyType:
    """What a property holds, apart from null."""

    base: str
    """Its JSON type in words."""
    formats: tuple[str, ...] = ()
    """The formats that its strings may take, such as `uuid`."""
    nullable: bool = False
    target: str | None = None
    """The name of the object or value set that it refers to."""

    def __str__(self) -> str:
        """Return the type in words, such as `string (uuid)`."""
        return f"{self.base} ({' or '.join(self.formats)})" if self.formats else self.base


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an object, at one place of a payload."""

    path: str
    place: Place
    schema: Schema
    """As it is written, before references are followed."""
    type: PropertyType
    required: bool

    @property
    def key(self) -> str:
        """The name of the property in its object."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Tree:
    """The properties of an event, where each object and value set has one home."""

    properties: Mapping[str, Sequence[Property]]
    """By the path of their parent."""
    homes: Mapping[str, str]
    """The path where an object or value set is shown in full. Other places link to it."""
    is_searched: bool
    """Whether a search finds the properties here, and not on the page of another event with the same."""

    def below(self, path: str, above: frozenset[str] = frozenset()) -> Iterator[tuple[str, Property]]:
        """Yield all properties below a path, each with its path from there: `.status`, `.events.status`.

        `above` names the objects that the path leads through: one that contains itself is entered once.
        """
        for each in self.properties.get(path, ()):
            step, target = f".{each.key}", each.type.target
            yield step, each
            if target is not None and target not in above:
                for further, descendant in self.below(self.homes[target], above | {target}):
                    yield step + further, descendant


def event_tree(event_type: str) -> Tree:
    """Return the properties of an event."""
    properties: dict[str, list[Property]] = {}
    homes: dict[str, str] = {}
    queue = deque([(root(f"events/{event_type}"), "")])
    # Breadth first: what occurs twice is shown in full where a reader meets it first.
    while queue:
        holder, parent = queue.popleft()
        properties[parent] = list(object_properties(holder, parent))
        for each in properties[parent]:
            target = each.type.target
            if target is not None and target not in homes:
                homes[target] = each.path
                below = each.place.item() if each.place.has_items else each.place
                if below.known_names:
                    queue.append((below, each.path))
    return Tree(properties, homes, is_searched(event_type))


def is_searched(event_type: str) -> bool:
    """Return whether a search finds the properties of an event: each `created` has those of `updated`."""
    updated = event_type.replace(".created", ".updated")
    return event_type == updated or updated not in contract.EVENT_TYPES


def object_properties(holder: Place, parent: str) -> Iterator[Property]:
    """Yield the properties of an object of the contract. `parent` is the path of the object."""
    for place in holder.properties():
        schema = holder.schema["properties"][place.name]
        yield Property(
            path=f"{parent}.{place.name}" if parent else place.name,
            place=place,
            schema=schema,
            type=_type_of(schema, holder.within),
            required=place.name in holder.schema.get("required", ()),
        )


def _type_of(schema: Schema, within: str) -> PropertyType:
    if "$ref" in schema:
        return _referred(contract.resolve(schema["$ref"], within))
    if "anyOf" in schema:
        branches = [branch for branch in schema["anyOf"] if branch != {"type": "null"}]
        found = [_type_of(branch, within) for branch in branches]
        return PropertyType(
            base=" or ".join(dict.fromkeys(each.base for each in found)),
            formats=tuple(name for each in found for name in each.formats),
            nullable=len(branches) < len(schema["anyOf"]),
            target=found[0].target,
        )
    if "const" in schema:
        return PropertyType("string")
    types = schema.get("type", ["any type"])
    types = [types] if isinstance(types, str) else types
    base = " or ".join(word for word in types if word != "null")
    if base == "array":
        items = _type_of(schema["items"], within)
        return PropertyType(f"array of {items.base}s", items.formats, "null" in types, items.target)
    formats = (_FORMATS[schema["format"]],) if "format" in schema else ()
    return PropertyType(base, formats, "null" in types)


def _referred(name: str) -> PropertyType:
    schema = contract.shared_schemas()[name]
    if "properties" in schema:
        return PropertyType("object", target=name)
    if "enum" in schema:
        return PropertyType("string", target=name)
    return PropertyType(schema["type"], (format_name(name),))


def format_name(name: str) -> str:
    """Return the name of a format of the contract in words: `values/slot_time` gives `slot time`."""
    return posixpath.basename(name).replace("_", " ")


def anchors(event_type: str) -> frozenset[str]:
    """Return the path of every property of an event. Each is an id on the event's page."""
    return frozenset(path[1:] for path, _ in event_tree(event_type).below(""))


def dated(event_type: str) -> Iterator[tuple[str, str]]:
    """Yield the month and the path of each property that Junction added to an event after its first month."""
    for properties in event_tree(event_type).properties.values():
        for each in properties:
            if "since" in each.schema.get("x-provenance", {}):
                yield each.place.provenance["since"], each.path

"""The webhooks of Junction's OpenAPI document, whatever its revision calls and how it writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks._jsonschema.normalize import Node, Reader, Shape, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract.families import Family

_ROOMS: Final = (("components", "schemas"), ("definitions",), ("$defs",))
_ANY: Final = "*"
_OF_WEBHOOKS: Final = ("webhooks", _ANY, "post", "requestBody", "content", _ANY, "schema")
_LIKENESS: Final = 0.5


class Upstream(NamedTuple):
    """The schema of one family of events in a document."""

    reader: Reader
    roots: tuple[Node, ...]
    """One, or one an event type where the revision writes them apart."""


def components(document: Any) -> dict[str, Node]:
    """The schemas of a document that stand by themselves: its components, and what its webhooks carry."""
    found: dict[str, Node] = {}
    for room in _ROOMS:
        found = found or {
            node.pointer.rpartition("/")[2]: node for node in _at(Node(document, "#"), (*room, _ANY))
        }
    written_there = _at(Node(document, "#"), _OF_WEBHOOKS)
    return found | {
        node.pointer: node for node in written_there if node.is_object and "$ref" not in node.schema
    }


def _at(node: Node, way: tuple[str, ...]) -> Iterator[Node]:
    """What lies at the end of the way, where `*` stands for any step."""
    if not way:
        yield node
    elif node.is_object:
        for step in node.schema if way[0] == _ANY else {way[0]} & node.schema.keys():
            yield from _at(node.below(step), way[1:])


def find(
    document: Any, family: Family, event_types: frozenset[str], properties: frozenset[str]
) -> Upstream | None:
    """The schema of a family: by its name, else by the event types it lists, else by what `data` holds.

    `properties` are those that the contract has under `data`. None when nothing looks like it.
    """
    reader = Reader(document, lenient=True)
    named = components(document)
    if family.component in named and _envelope(reader, named[family.component]):
        return Upstream(reader, (named[family.component],))
    envelopes = {name: node for name, node in named.items() if _envelope(reader, node)}
    likeness = {name: _alike(reader, node, properties) for name, node in envelopes.items()}
    telling = [name for name, node in envelopes.items() if listed_types(reader, node) & event_types]
    # One that lists all events of the endpoint, whatever they carry, tells nothing about these.
    alike = [name for name in telling if likeness[name] >= _LIKENESS]
    best = sorted(likeness, key=lambda name: -likeness[name])[:1]
    chosen = alike or telling or [name for name in best if likeness[name] >= _LIKENESS]
    return Upstream(reader, tuple(envelopes[name] for name in chosen)) if chosen else None


def listed_types(reader: Reader, root: Node) -> frozenset[str]:
    """The event types that a root lists, as JSON."""
    return frozenset(
        member
        for variant in _objects(reader, root)
        if "event_type" in variant.properties
        for told in reader.shape(variant.properties["event_type"]).variants
        for member in told.members or ()
    )


def _envelope(reader: Reader, node: Node) -> bool:
    return any({"event_type", "data"} <= variant.properties.keys() for variant in _objects(reader, node))


def _alike(reader: Reader, root: Node, properties: frozenset[str]) -> float:
    """How much of what either side has under `data` both have, from 0 to 1."""
    best = 0.0
    for variant in _objects(reader, root):
        for data in _objects(reader, variant.properties["data"]) if "data" in variant.properties else ():
            both = properties & data.properties.keys()
            best = max(best, len(both) / len(properties | data.properties.keys()))
    return best


def _objects(reader: Reader, node: Node) -> Iterator[Variant]:
    shape: Shape = reader.shape(node)
    yield from (variant for variant in shape.variants if variant.kind == "object")

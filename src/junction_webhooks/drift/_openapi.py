"""Finding the webhooks in Junction's OpenAPI document, whose names and structure vary by revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks._jsonschema.branches import Branch, Node
from junction_webhooks._jsonschema.normalize import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract.families import Family

_HOMES: Final = (("components", "schemas"), ("definitions",), ("$defs",))
_ANY: Final = "*"
_OF_WEBHOOKS: Final = ("webhooks", _ANY, "post", "requestBody", "content", _ANY, "schema")
_LIKENESS: Final = 0.5
"""The minimum similarity of a schema of the same family."""


class Upstream(NamedTuple):
    """The schema of one family of events in a document."""

    reader: Reader
    roots: tuple[Node, ...]
    """One schema, or one per event type in revisions that define them separately."""


def components(document: Any) -> dict[str, Node]:
    """The schemas of a document by name: its components, and those defined inside its webhooks."""
    found: dict[str, Node] = {}
    for home in _HOMES:
        found = found or {
            node.pointer.rpartition("/")[2]: node for node in _at(Node(document, "#"), (*home, _ANY))
        }
    written_there = _at(Node(document, "#"), _OF_WEBHOOKS)
    return found | {
        node.pointer: node for node in written_there if node.is_object and "$ref" not in node.schema
    }


def _at(node: Node, path: tuple[str, ...]) -> Iterator[Node]:
    """The schemas at the end of a path, where `*` is any step."""
    if not path:
        yield node
    elif node.is_object:
        for step in node.schema if path[0] == _ANY else {path[0]} & node.schema.keys():
            yield from _at(node.below(step), path[1:])


def find(
    document: Any, family: Family, event_types: frozenset[str], properties: frozenset[str]
) -> Upstream | None:
    """The schema of a family, found by its name, then by its event types, then by the properties of `data`.

    `properties` are those under `data` in the contract. None if no schema is similar.
    """
    reader = Reader(document, lenient=True)
    named = components(document)
    roots = tuple(
        named[name] for name in family.components if name in named and _envelope(reader, named[name])
    )
    if roots:
        return Upstream(reader, roots)
    envelopes = {name: node for name, node in named.items() if _envelope(reader, node)}
    likeness = {name: _alike(reader, node, properties) for name, node in envelopes.items()}
    listing = [name for name, node in envelopes.items() if listed_types(reader, node) & event_types]
    # A schema that lists all events of the endpoint, whatever their data, does not describe these.
    alike = [name for name in listing if likeness[name] >= _LIKENESS]
    best = sorted(likeness, key=lambda name: -likeness[name])[:1]
    chosen = alike or listing or [name for name in best if likeness[name] >= _LIKENESS]
    return Upstream(reader, tuple(envelopes[name] for name in chosen)) if chosen else None


def listed_types(reader: Reader, root: Node) -> frozenset[str]:
    """The event types that a root lists, as JSON."""
    return frozenset(
        value
        for branch in _objects(reader, root)
        if "event_type" in branch.properties
        for event_type in reader.normalize(branch.properties["event_type"]).branches
        for value in event_type.values or ()
    )


def _envelope(reader: Reader, node: Node) -> bool:
    return any({"event_type", "data"} <= branch.properties.keys() for branch in _objects(reader, node))


def _alike(reader: Reader, root: Node, properties: frozenset[str]) -> float:
    """The similarity of the properties under `data`, from 0 to 1: the common ones divided by all of them."""
    best = 0.0
    for branch in _objects(reader, root):
        for data in _objects(reader, branch.properties["data"]) if "data" in branch.properties else ():
            both = properties & data.properties.keys()
            best = max(best, len(both) / len(properties | data.properties.keys()))
    return best


def _objects(reader: Reader, node: Node) -> Iterator[Branch]:
    yield from (branch for branch in reader.normalize(node).branches if branch.kind == "object")

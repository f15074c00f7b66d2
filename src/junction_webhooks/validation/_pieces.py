"""Large payloads, cut into pieces that can be validated one after the other.

An engine lists every error at once, and a body of 200 kB can have as many errors. In pieces, the listing can
stop when there are enough. Lists can be cut because no rule of the contract is about a list as a whole: of
the keywords for arrays, its bundles use only `items`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks.contract import shared_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import EventType, Schema
    from junction_webhooks.validation._envelope import Event

_SIZE: Final = 1000
"""How many values the items of one piece have together: a piece ends before the item that is too much."""


class Piece(NamedTuple):
    """A payload that has some items of one list of the whole payload, or all that is in no long list."""

    payload: dict[str, Any]
    """What leads to the list has no other properties: only errors inside the list are errors of the whole."""
    at: Path = ()
    """The path of the list in this payload; empty if the piece has no list of its own."""
    origin: Path = ()
    """The path of the list in the whole payload."""
    first: int = 0
    """The index in the whole list of the first item in the piece."""

    def path_in_whole(self, path: Path) -> Path | None:
        """Return the path in the whole payload of a path in the piece; None if it is not in its list."""
        if not self.at:
            return path
        depth = len(self.at)
        if len(path) <= depth or path[:depth] != self.at:
            return None
        return (*self.origin, self.first + int(path[depth]), *path[depth + 1 :])


class _Shape(NamedTuple):
    """Where the contract has objects and lists."""

    properties: Mapping[str, _Shape]
    items: _Shape | None


def pieces(event: Event, most_values: int | None = None) -> list[Piece]:
    """Return the pieces of an event, which together have all its errors, each of them once.

    A payload of ordinary size is one piece. Of others, what the contract has no rules for is left out, as it
    may be large. `most_values` is an upper limit of the number of values, if one is known: it saves counting.
    """
    if (most_values is not None and most_values <= _SIZE) or _is_small(event.payload):
        return [Piece(event.payload)]
    cutter = _Cutter()
    rest, _ = cutter.cut(event.payload, _shape(event.event_type), ())
    return [Piece(rest), *(_piece(*each) for each in cutter.chunks)]


def _is_small(payload: dict[str, Any]) -> bool:
    """Return whether a payload has no more values than a piece: the common case, and a quick test."""
    waiting: list[dict[str, Any] | list[Any]] = [payload]
    size = 0
    while waiting:
        part = waiting.pop()
        size += len(part)
        if size > _SIZE:
            return False
        parts = part.values() if isinstance(part, dict) else part
        waiting += [below for below in parts if isinstance(below, (dict, list))]
    return True


class _Cutter:
    def __init__(self) -> None:
        self.chunks: list[tuple[Path, int, list[Any]]] = []
        """The path of a list, the index of an item, and that item with some of those after it."""

    def cut(self, value: Any, shape: _Shape, path: Path) -> tuple[Any, int]:
        """Return a copy of the value without the lists that were cut, and how many values it has."""
        if isinstance(value, dict):
            return self._object(value, shape, path)
        if isinstance(value, list):
            return self._list(value, shape.items, path) if shape.items else ([], 1)
        return value, 1

    def _object(self, value: dict[str, Any], shape: _Shape, path: Path) -> tuple[Any, int]:
        size = 1
        copy: dict[str, Any] = {}
        for name, part in value.items():
            known = shape.properties.get(name)
            copy[name], parts = self.cut(part, known, (*path, name)) if known else (None, 1)
            size += parts
        return copy, size

    def _list(self, value: list[Any], items: _Shape, path: Path) -> tuple[list[Any], int]:
        chunk: list[Any] = []
        first = size = 0
        for index, item in enumerate(value):
            copy, parts = self.cut(item, items, (*path, index))
            if chunk and size + parts > _SIZE:
                self.chunks.append((path, first, chunk))
                chunk, first, size = [], index, 0
            chunk.append(copy)
            size += parts
        if first == 0:
            return chunk, size + 1
        self.chunks.append((path, first, chunk))
        return [], 1


def _piece(path: Path, first: int, chunk: list[Any]) -> Piece:
    payload: Any = chunk
    for step in reversed(path):
        payload = [payload] if isinstance(step, int) else {step: payload}
    at = tuple(0 if isinstance(step, int) else step for step in path)
    return Piece(payload, at, path, first)


@cache
def _shape(event_type: EventType) -> _Shape:
    bundle = shared_bundle("strict", event_type)
    return _shape_of(bundle, bundle["$defs"])


def _shape_of(schema: Schema, definitions: Mapping[str, Schema]) -> _Shape:
    if "$ref" in schema:
        return _shape_of(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "anyOf" in schema:
        # At most one branch is about objects or lists.
        shapes = [_shape_of(branch, definitions) for branch in schema["anyOf"]]
        return max(shapes, key=lambda shape: (bool(shape.properties), shape.items is not None))
    return _Shape(
        {name: _shape_of(part, definitions) for name, part in schema.get("properties", {}).items()},
        _shape_of(schema["items"], definitions) if "items" in schema else None,
    )

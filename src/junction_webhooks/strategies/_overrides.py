"""Values that a test sets in generated payloads, by JSON pointer."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from junction_webhooks import contract
from junction_webhooks.contract.annotations import target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from junction_webhooks.contract import EventType, Schema

Parts: TypeAlias = tuple[str, ...]

_EACH: Final = "*"


def read(pointers: Iterable[str], event_types: Iterable[EventType], *, may_be_new: bool) -> dict[str, Parts]:
    """The parts of each pointer.

    Raises `ValueError` for what is no pointer below the root and, unless it may be new, for one that leads
    to nothing that any of the events can hold.
    """
    made: dict[str, Parts] = {}
    for pointer in pointers:
        if not pointer.startswith("/"):
            message = f"overrides are by JSON pointer, like /data/status, and {pointer!r} is none"
            raise ValueError(message)
        parts = tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))
        if not may_be_new and not any(is_known(parts, event_type) for event_type in event_types):
            message = f"no event here holds {pointer}: correct it, or take profile='tolerant' for what is new"
            raise ValueError(message)
        made[pointer] = parts
    return made


def is_known(parts: Parts, event_type: EventType) -> bool:
    """Whether the contract knows a place of that event, or leaves open what is there."""
    within = f"events/{event_type}"
    schema: Schema = contract.schemas()[within]
    for part in parts:
        if "items" in schema:
            schema = schema["items"]
        elif part in schema.get("properties", {}):
            schema = schema["properties"][part]
        else:
            return schema.get("additionalProperties") is True
        schema, within = target(schema, within)
    return True


def place(payload: Any, values: Mapping[Parts, Any]) -> None:
    """Set the values in the payload. Where what should hold a value is not there, nothing is set."""
    for parts, value in values.items():
        for holder in _holders(payload, parts[:-1]):
            if isinstance(holder, dict):
                holder[parts[-1]] = copy.deepcopy(value)
            elif isinstance(holder, list):
                for index in _indices(holder, parts[-1]):
                    holder[index] = copy.deepcopy(value)


def _holders(part: Any, way: Parts) -> list[Any]:
    found = [part]
    for step in way:
        found = [below for each in found for below in _below(each, step)]
    return found


def _below(part: Any, step: str) -> list[Any]:
    if isinstance(part, dict):
        return [part[step]] if step in part else []
    return [part[index] for index in _indices(part, step)] if isinstance(part, list) else []


def _indices(items: list[Any], step: str) -> range:
    if step == _EACH:
        return range(len(items))
    index = int(step) if step.isdecimal() else len(items)
    return range(index, min(index + 1, len(items)))

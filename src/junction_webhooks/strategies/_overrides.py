"""Values that a test sets in generated payloads, by JSON pointer."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from junction_webhooks.contract.annotations import event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from junction_webhooks.contract import EventType

Parts: TypeAlias = tuple[str, ...]

_EACH: Final = "*"


def read(pointers: Iterable[str], event_types: Iterable[EventType], *, may_be_new: bool) -> dict[str, Parts]:
    """Return the parts of each pointer.

    Raises `ValueError` for what is no pointer below the root, and for a pointer to a place that none of the
    events has, unless `may_be_new`.
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
    """Return whether the contract knows a place of that event, or leaves open what is there."""
    found = event(event_type)
    for part in parts:
        below = found.item() if found.has_items else found.property(part)
        if not below.is_known:
            return found.is_open
        found = below
    return True


def place(payload: Any, values: Mapping[Parts, Any]) -> None:
    """Set the values in the payload. A value whose object or array is missing is left out."""
    for parts, value in values.items():
        for holder in _holders(payload, parts[:-1]):
            if isinstance(holder, dict):
                holder[parts[-1]] = copy.deepcopy(value)
            elif isinstance(holder, list):
                for index in _indices(holder, parts[-1]):
                    holder[index] = copy.deepcopy(value)


def _holders(part: Any, path: Parts) -> list[Any]:
    found = [part]
    for step in path:
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

"""Values that a test sets in generated payloads, by JSON pointer."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from junction_webhooks._json import pointer
from junction_webhooks.contract.annotations import event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from junction_webhooks._json.pointer import Path, Step
    from junction_webhooks.contract import EventType

Parts: TypeAlias = tuple[str, ...]

_EACH: Final = "*"


def read(pointers: Iterable[str], event_types: Iterable[EventType], *, may_be_new: bool) -> dict[str, Parts]:
    """Return the parts of each pointer.

    Raises `ValueError` for a text that is not a pointer below the root, and for a pointer to a place that
    none of the events has, unless `may_be_new`.
    """
    found: dict[str, Parts] = {}
    for written in pointers:
        if not written.startswith("/"):
            message = f"the keys of overrides are JSON pointers, such as /data/status, not {written!r}"
            raise ValueError(message)
        parts = pointer.split(written)
        if not may_be_new and not any(is_known(parts, event_type) for event_type in event_types):
            message = f"no event here has {written}: correct it, or use profile='tolerant' for new properties"
            raise ValueError(message)
        found[written] = parts
    return found


def is_known(parts: Parts, event_type: EventType) -> bool:
    """Return whether the contract knows this place in the event, or leaves it open."""
    found = event(event_type)
    for part in parts:
        below = found.item() if found.has_items else found.property(part)
        if not below.is_known:
            return found.is_open
        found = below
    return True


def place(payload: Any, values: Mapping[Parts, Any]) -> Any:
    """Return the payload with the values set. A value whose parent does not exist is left out."""
    for parts, value in values.items():
        for path in _paths(payload, parts):
            payload = pointer.put(payload, path, copy.deepcopy(value))
    return payload


def _paths(payload: Any, parts: Parts) -> list[Path]:
    """Return the paths in the payload that the parts match, with `*` for each index."""
    paths: list[Path] = [()]
    for depth, part in enumerate(parts, start=1):
        is_last = depth == len(parts)
        paths = [
            (*path, step)
            for path in paths
            for step in _steps(pointer.get(payload, path), part, is_last=is_last)
        ]
    return paths


def _steps(parent: Any, part: str, *, is_last: bool) -> Iterable[Step]:
    if isinstance(parent, dict):
        # The property to set need not be there yet.
        return [part] if is_last or part in parent else []
    if not isinstance(parent, list):
        return []
    if part == _EACH:
        return range(len(parent))
    return [int(part)] if part.isdecimal() and int(part) < len(parent) else []

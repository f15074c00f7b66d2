"""What the hand-written schemas say about one place of a payload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from junction_webhooks import contract
from junction_webhooks._json.pointer import escape

if TYPE_CHECKING:
    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import EventType, Schema

_UNKNOWN = "?"
_ANY_ITEM = "*"


@dataclass(frozen=True, slots=True)
class Place:
    """One place of an event's payload."""

    pattern: str
    """The JSON pointer with `*` for each index and `?` for each name outside the contract."""
    sensitive: bool
    """Whether its value may be patient data; always so outside the contract."""
    siblings: tuple[str, ...]
    """The properties that the contract knows beside it."""


def place(event_type: EventType, path: Path) -> Place:
    """What the contract says about the place that the path leads to."""
    within = f"events/{event_type}"
    schema: Schema | None = contract.schemas()[within]
    sensitive = False
    siblings: tuple[str, ...] = ()
    pattern = ""
    for part in path:
        if isinstance(part, int):
            pattern += f"/{_ANY_ITEM}"
            schema = schema.get("items") if schema else None
        else:
            properties = schema.get("properties", {}) if schema else {}
            siblings = tuple(properties)
            schema = properties.get(part)
            pattern += f"/{_UNKNOWN if schema is None else escape(part)}"
        if schema is not None:
            sensitive = sensitive or schema.get("x-sensitive", False)
            schema, within = target(schema, within)
            sensitive = sensitive or schema.get("x-sensitive", False)
    return Place(pattern, sensitive or schema is None, siblings)


def target(schema: Schema, within: str) -> tuple[Schema, str]:
    """The schema that a property refers to, nullable or not, and its name."""
    references = [part["$ref"] for part in [schema, *schema.get("anyOf", [])] if "$ref" in part]
    if len(references) != 1:
        return schema, within
    name = contract.resolve(references[0], within)
    return contract.schemas()[name], name

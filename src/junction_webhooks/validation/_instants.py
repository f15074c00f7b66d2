"""Instants of a payload, for structs: what the contract accepts, and msgspec would read in another way.

msgspec accepts instants that the contract refuses or that have no year in UTC, and rounds what is finer than
a microsecond. Nearly all instants are plain, though: every parser reads them in the same way. A payload with
any other takes a detour: the model accepts or refuses it, and the struct gets its instants cut to
microseconds.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract
from junction_webhooks._jsonschema.formats import format_of
from junction_webhooks.validation._engines import Engine, Validator, validator_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import EventType, Schema
    from junction_webhooks.validation._envelope import Event

# The calendar is left out: msgspec knows it. Years near 1 and 9999 could leave Python's range in UTC.
_PLAIN_LOCAL: Final = (
    r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?"
)
_OFFSET: Final = r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_PLAIN_TIMESTAMP: Final = f"{_PLAIN_LOCAL}{_OFFSET}$"
_PLAIN_SLOT_TIME: Final = f"{_PLAIN_LOCAL}{_OFFSET}?$"
_SMALL_SCALAR: Final = {
    "type": ["null", "boolean", "number", "string"],
    "minimum": -(2**53),
    "maximum": 2**53,
}
"""What a place of any type may have in a plain payload: no integer that orjson reads as a float."""
_TOO_FINE: Final = re.compile(r"(?<=[.][0-9]{6})[0-9]+")


@cache
def plain_validator(engine: Engine, event_type: EventType) -> Validator:
    """Return a validator that accepts payloads whose instants are plain.

    Where the contract accepts a value of any type, it must be a scalar, and no integer beyond 64 bits: then
    it does not matter that `orjson_loads` reads those as floats. The validator looks at nothing else.
    """
    return validator_of(_instants(event_type), engine)


def without_too_fine_digits(event: Event) -> dict[str, Any]:
    """Return the payload with its instants cut to microseconds, as models read them."""
    payload: dict[str, Any] = _cut(event.payload, _instants(event.event_type))
    return payload


@cache
def _instants(event_type: EventType) -> Schema:
    bundle = contract.shared_bundle("tolerant", event_type)
    return _instants_only(bundle, bundle["$defs"])


def _instants_only(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Return a schema of the instants in what a tolerant schema describes; empty if there are none.

    The tolerant profile has patterns only for timestamps and the times of an appointment's slot.
    """
    if "$ref" in schema:
        return _instants_only(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "anyOf" in schema:
        # The other branch is null, to which these keywords do not apply.
        (part,) = (branch for branch in schema["anyOf"] if branch != {"type": "null"})
        return _instants_only(part, definitions)
    if "pattern" in schema:
        return {"pattern": _PLAIN_TIMESTAMP if format_of(schema) == "date-time" else _PLAIN_SLOT_TIME}
    if not schema.keys() & {"type", "properties", "items"}:
        return _SMALL_SCALAR
    below = {name: _instants_only(part, definitions) for name, part in schema.get("properties", {}).items()}
    if any(below.values()):
        return {"properties": {name: part for name, part in below.items() if part}}
    items = _instants_only(schema["items"], definitions) if "items" in schema else {}
    return {"items": items} if items else {}


def _cut(value: Any, instants: Schema) -> Any:
    if isinstance(value, str) and "pattern" in instants:
        return _TOO_FINE.sub("", value)
    if isinstance(value, list) and "items" in instants:
        return [_cut(part, instants["items"]) for part in value]
    if isinstance(value, dict) and "properties" in instants:
        known = instants["properties"]
        return {name: _cut(part, known[name]) if name in known else part for name, part in value.items()}
    return value

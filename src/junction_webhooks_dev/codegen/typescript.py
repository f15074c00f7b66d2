"""TypeScript types, guards and lists of known values in each profile, for Node, Deno and Bun.

Why not json-schema-to-typescript: it gives every object an index signature, so a misspelled property
passes; it drops the known values of open sets; and it numbers names that occur twice.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract import EVENT_TYPES, PROFILES, shared_schemas, version
from junction_webhooks.contract.bundler import all_events_bundle
from junction_webhooks_dev.codegen.rendering import render, snake
from junction_webhooks_dev.codegen.value_sets import modality_guards

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract import Profile, Schema

FOLDER: Final = "types"
"""The folder below `generated/`, with one folder per profile."""
NAME: Final = "junction-webhooks.ts"
_OF_TYPE: Final = {
    "array": "unknown[]",
    "boolean": "boolean",
    "integer": "number",
    "null": "null",
    "number": "number",
    "object": "Record<string, unknown>",
    "string": "string",
}
_OPEN: Final = "(string & {})"
"""Any string. Unlike `string`, it leaves the literals next to it visible to editors."""


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the path below `generated/` and the content of the module of each profile."""
    for profile in PROFILES:
        yield f"{FOLDER}/{profile}/{NAME}", _module(profile).encode()


def _module(profile: Profile) -> str:
    bundle = all_events_bundle(profile)
    sources = {schema["title"]: schema for schema in shared_schemas().values()}
    return render(
        NAME,
        version=version(),
        profile=profile,
        union={
            "title": bundle["title"],
            "description": bundle["description"],
            "events": [_type(branch) for branch in bundle["oneOf"]],
            "types": EVENT_TYPES,
        },
        # In the strict profile, an order has no other modality.
        modality_guards={_camel(guard): value for guard, value in modality_guards().items()}
        if profile == "tolerant"
        else {},
        types=[_definition(title, part, sources[title], profile) for title, part in bundle["$defs"].items()],
    )


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _definition(title: str, schema: Schema, source: Schema, profile: Profile) -> dict[str, Any]:
    """Describe a definition to the template: an interface, a set with its known values, or an alias."""
    found = {"title": title, "description": schema["description"], "known": {}}
    if "properties" in schema:
        return found | {
            "properties": [*_properties(schema, source["properties"])],
            # In a closed object, a name that the contract lacks is a mistake in the reader's code: an error.
            "open": source["additionalProperties"],
        }
    if "x-values" in source and not source.get("x-exhaustive"):
        known = {"known": source["x-values"], "constant": f"{snake(title).upper()}_VALUES"}
        return (
            found | known | {"type": f"Known{title} | {_OPEN}" if profile == "tolerant" else f"Known{title}"}
        )
    return found | {"type": _type(schema)}


def _properties(schema: Schema, sources: Mapping[str, Schema]) -> Iterator[dict[str, Any]]:
    required = schema.get("required", [])
    for name, part in schema["properties"].items():
        yield {
            "name": name,
            "description": part["description"],
            "deprecated": sources[name].get("x-deprecated"),
            "optional": name not in required,
            "type": _property(part, sources[name]),
        }


def _property(schema: Schema, source: Schema) -> str:
    if "const" in source and "const" not in schema:
        return f"{json.dumps(source['const'])} | {_OPEN}"
    return _type(schema)


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix("#/$defs/")
    if "anyOf" in schema:
        return " | ".join(_type(branch) for branch in schema["anyOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    named = schema.get("type", "unknown")
    return " | ".join(_of_type(name, schema) for name in ([named] if isinstance(named, str) else named))


def _of_type(name: str, schema: Schema) -> str:
    if name == "array" and "items" in schema:
        item = _type(schema["items"])
        return f"({item})[]" if " " in item else f"{item}[]"
    return _OF_TYPE.get(name, "unknown")

"""The schemas of the contract in the form that OpenAPI and AsyncAPI tools understand best.

They accept the same values as the bundles. Each keyword that is added repeats what another one says, for
generators that would otherwise write a class that refuses unknown properties, or a value of any type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema.visit import rewrite
from junction_webhooks.contract.bundler import all_events_bundle, relocated, with_formats

if TYPE_CHECKING:
    from junction_webhooks.contract import Profile, Schema

HOME: Final = "#/components/schemas/"
"""Where both kinds of documents have their schemas."""
_WIDTHS: Final = {"integer": "int64", "number": "double"}
"""Without these, generators make 32 bits of numbers, which lose digits of coordinates and of large ids."""


def schemas(profile: Profile) -> dict[str, Schema]:
    """Return the schema of every event, object and value of a profile by its title."""
    definitions = all_events_bundle(profile)["$defs"]
    return {
        title: relocated(rewrite(with_formats(schema), _explicit), HOME)
        for title, schema in definitions.items()
    }


def _explicit(schema: Schema) -> Schema:
    if "const" in schema:
        # An enum of one value: generators know it, and some of them make any type of a `const`.
        return _replaced(schema, "const", {"type": "string", "enum": [schema["const"]]})
    if "enum" in schema:
        return _replaced(schema, "enum", {"type": "string", "enum": schema["enum"]})
    if "properties" in schema and "additionalProperties" not in schema:
        return schema | {"additionalProperties": True}
    for name, width in _WIDTHS.items():
        if name in ([types] if isinstance(types := schema.get("type"), str) else types or ()):
            return _replaced(schema, "type", {"type": types, "format": width})
    return schema


def _replaced(schema: Schema, keyword: str, by: dict[str, Any]) -> Schema:
    return {
        word: value
        for each, part in schema.items()
        for word, value in (by.items() if each == keyword else [(each, part)])
    }

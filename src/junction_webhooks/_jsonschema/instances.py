"""Likely values of a schema: valid values, and values at its limits that may or may not be valid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema.mutate import UNKNOWN_PROPERTY, mutations
from junction_webhooks._jsonschema.subsume import validator
from junction_webhooks._jsonschema.visit import UnknownKeywordError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MAX_DEPTH: Final = 40
"""An instance that is deeper than this is cut off with a string."""
_MAX_VALUES_DEPTH: Final = 4
"""Values are not varied below this depth, because each level multiplies them."""
_BASES: Final = 5
"""The number of valid values to mutate: more would take long and find little."""
_SCALARS: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 0.5, 7, 7.5, "", "?", "text", "Text 7", "12345", "12345-6789", [], {}),
    *(
        "2026-09-26",
        "2026-02-30",
        "2026-09-26T01:08:18Z",
        "2026-09-26T01:08:18",
        "2026-09-26T01:08:18.140153+00:00",
    ),
    *(
        "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
        "84d96c036b1c4226ad8fef44a6bc08af",
        "a@b.example",
        "America/New_York",
    ),
    *([7], ["text"], ["text", "text"], [1, 2, 3], {UNKNOWN_PROPERTY: 7}),
)
_OF_A_FORMAT: Final = {
    "date": "2026-09-26",
    "date-time": "2026-09-26T01:08:18Z",
    "uuid": "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
    "email": "a@b.example",
}


def likely_values(*schemas: Any) -> list[Any]:
    """Values of all types, and values within and around the limits of schemas that have no references."""
    found = [*_SCALARS, *(value for schema in schemas for value in _around(schema))]
    for schema in schemas:
        found += _broken(schema, found)
    return found


def _broken(schema: Any, found: Sequence[Any]) -> list[Any]:
    """Values that each break one rule of the schema; none if it has a keyword without mutations."""
    if not isinstance(schema, dict):
        return []
    is_valid = validator(schema)
    try:
        return [
            mutation.applied_to(value)
            for value in [each for each in found if is_valid(each)][-_BASES:]
            for mutation in mutations(schema, value)
        ]
    except (UnknownKeywordError, KeyError, TypeError, ValueError):
        return []


def _around(schema: Any, depth: int = 0) -> Iterator[Any]:
    if not isinstance(schema, dict) or depth > _MAX_VALUES_DEPTH:
        return
    yield from (instance(schema, full=full) for full in (False, True))
    for word in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(word, ()):
            yield from _around(branch, depth + 1)
    yield from schema.get("enum", ())
    yield from schema.get("examples", ())
    yield from _at_limits(schema)
    if isinstance(schema.get("items"), dict):
        yield from ([value] for value in _around(schema["items"], depth + 1))
    whole = instance(schema, full=True)
    if isinstance(whole, dict):
        yield from (whole | {UNKNOWN_PROPERTY: value} for value in (7, "text"))
        for name in whole:
            yield {other: value for other, value in whole.items() if other != name}
        for name, part in schema.get("properties", {}).items():
            yield from (whole | {name: value} for value in (*_around(part, depth + 1), *_SCALARS))


def _at_limits(schema: Any) -> Iterator[Any]:
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        if isinstance(limit := schema.get(word), (int, float)):
            yield from (limit - 1, limit - 0.5, limit, limit + 0.5, limit + 1, limit * 1.5)
    for word in ("minLength", "maxLength"):
        if isinstance(limit := schema.get(word), int):
            yield from ("x" * max(0, limit + by) for by in (-1, 0, 1))
    for word in ("minItems", "maxItems"):
        if isinstance(limit := schema.get(word), int):
            item = instance(schema.get("items", {}), full=True)
            yield from ([item] * max(0, limit + by) for by in (-1, 0, 1))


def instance(schema: Any, *, full: bool, depth: int = 0) -> Any:
    """A value that is likely valid, with all properties that the schema lists, or only the required ones."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return "text"
    if "const" in schema:
        return schema["const"]
    for word in ("enum", "examples"):
        if schema.get(word):
            return schema[word][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if schema.get(word):
            parts = [instance(part, full=full, depth=depth + 1) for part in schema[word]]
            objects = [part for part in parts if isinstance(part, dict)]
            whole = word == "allOf" and objects
            return {name: value for part in objects for name, value in part.items()} if whole else parts[0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return _of_kind(kind if isinstance(kind, str) else kind[0], schema, full=full, depth=depth)


def _of_kind(kind: str, schema: Any, *, full: bool, depth: int) -> Any:
    match kind:
        case "object":
            properties = schema.get("properties", {})
            names = [*properties, *schema.get("required", ())] if full else schema.get("required", ())
            return {name: instance(properties.get(name, {}), full=full, depth=depth + 1) for name in names}
        case "array":
            count = max(schema.get("minItems", 0), 1 if full else 0)
            return [instance(schema.get("items", {}), full=full, depth=depth + 1)] * count
        case "integer" | "number":
            return schema.get("minimum", schema.get("maximum", 7))
        case "boolean" | "null":
            return True if kind == "boolean" else None
    if schema.get("format") in _OF_A_FORMAT:
        return _OF_A_FORMAT[schema["format"]]
    texts = [*(text for text in _SCALARS if isinstance(text, str) and text), "x" * schema.get("minLength", 0)]
    is_valid = validator(schema)
    return next((text for text in texts if is_valid(text)), "text"[: schema.get("maxLength")])

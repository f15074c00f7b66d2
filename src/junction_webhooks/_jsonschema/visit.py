"""Where a schema contains other schemas: the only place that knows these keywords.

A name under `properties` is never a keyword here, even if it is `enum`, `$defs` or `default`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from junction_webhooks._json.pointer import Path

_ONE: Final = frozenset(
    {
        *("additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items"),
        *("not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"),
    }
)
"""Keywords whose value is a schema."""
_LIST: Final = frozenset({"allOf", "anyOf", "items", "oneOf", "prefixItems"})
"""Keywords whose value is a list of schemas; `items` too, until 2019-09."""
_BY_NAME: Final = frozenset(
    {"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)
"""Keywords whose value is an object that holds schemas under arbitrary names."""

ANNOTATIONS: Final = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description", "examples"})
"""Keywords that never reject a value by themselves."""


class UnknownKeywordError(ValueError):
    """A schema has a keyword that its reader does not understand and must not ignore."""


def subschemas(schema: Any) -> Iterator[tuple[Path, Any]]:
    """The direct subschemas of a schema, with the steps to each. `$ref` is not followed.

    In a damaged document, anything that is not a schema is left out.

    Examples:
        >>> list(subschemas({"properties": {"enum": {"type": "string"}}, "enum": [{}]}))
        [(('properties', 'enum'), {'type': 'string'})]
    """
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        found: list[tuple[Path, Any]] = []
        if keyword in _BY_NAME and isinstance(value, dict):
            found = [((keyword, name), part) for name, part in value.items()]
        elif keyword in _LIST and isinstance(value, list):
            found = [((keyword, index), part) for index, part in enumerate(value)]
        elif keyword in _ONE:
            found = [((keyword,), value)]
        yield from (each for each in found if _is_schema(each[1]))


def walk(schema: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The schema and all its subschemas at any depth, each with the steps to it, outer ones first.

    True and false are left out: they have no keywords.
    """
    if isinstance(schema, dict):
        yield path, schema
        for steps, part in subschemas(schema):
            yield from walk(part, (*path, *steps))


def with_subschemas(schema: Any, change: Callable[[Any], Any]) -> Any:
    """The schema with each direct subschema replaced by what `change` returns for it.

    Keeps the order of keywords, and does not change `schema` itself.
    """
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    for (keyword, *rest), part in subschemas(schema):
        if not rest:
            made[keyword] = change(part)
            continue
        if made[keyword] is schema[keyword]:
            made[keyword] = schema[keyword].copy()
        made[keyword][rest[0]] = change(part)
    return made


def rewrite(schema: Any, change: Callable[[dict[str, Any]], Any]) -> Any:
    """The schema with `change` applied to every schema in it and, last, to itself, except to true and false.

    `change` gets a copy of a schema, with its subschemas rewritten, and may change and return that copy.

    Examples:
        >>> rewrite({"items": {"title": "A"}, "title": "B"}, lambda schema: schema | {"title": "C"})
        {'items': {'title': 'C'}, 'title': 'C'}
    """
    if not isinstance(schema, dict):
        return schema
    return change(with_subschemas(schema, lambda part: rewrite(part, change)))


def _is_schema(value: Any) -> bool:
    return isinstance(value, (dict, bool))

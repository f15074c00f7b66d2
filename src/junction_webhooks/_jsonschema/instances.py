"""Likely values of a schema: valid values, and values at its limits that may or may not be valid."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.equality import canonical
from junction_webhooks._jsonschema.engines import validator
from junction_webhooks._jsonschema.mutate import UNKNOWN_PROPERTY, mutations
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.patterns import text_of
from junction_webhooks._jsonschema.visit import UnknownKeywordError, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from junction_webhooks._jsonschema.branches import Node

_MAX_DEPTH: Final = 40
"""An instance that is deeper than this is cut off with a string."""
_MAX_VALUES_DEPTH: Final = 4
"""Values are not varied below this depth, because each level multiplies them."""
_BASES: Final = 5
"""So many valid values are mutated; more would take long and show little."""
_MAX_SIZE: Final = 10_000
"""Parts and characters of one value. A schema may ask for a billion of them."""
_MAX_VALUES: Final = 5_000
_MAX_TOTAL: Final = 300_000
"""Parts at the top of all values together: their properties and items."""
_MAX_ALTERNATIVES: Final = 400
_NOTHING: Final = object()
"""In place of a value that would contain itself."""
_HOMES: Final = frozenset({"$schema", "$id", "$defs", "definitions", "title", "description"})
"""Keywords of a document that say nothing of its values."""
_MAX_LISTED: Final = 200
"""So many values of one `enum`, and as many examples, are tried."""
_OBJECT_KEYWORDS: Final = ("properties", "required", "minProperties", "additionalProperties")
_ARRAY_KEYWORDS: Final = ("items", "prefixItems", "minItems", "uniqueItems")
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
_GREATEST: Final = 2**53
"""Beyond it, a double has no neighbours that differ by 1."""
_OF_TEXT: Final = ("format", "pattern", "minLength", "maxLength")
_OF_A_FORMAT: Final = {
    "date": "2026-09-26",
    "date-time": "2026-09-26T01:08:18Z",
    "uuid": "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
    "email": "a@b.example",
    "idn-email": "a@b.example",
    "uri": "https://example.com/a",
    "uri-reference": "https://example.com/a",
    "uri-template": "https://example.com/{a}",
    "iri": "https://example.com/a",
    "iri-reference": "https://example.com/a",
    "time": "01:08:18Z",
    "duration": "P1D",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "json-pointer": "/a",
    "relative-json-pointer": "0",
    "regex": "a",
}


def likely_values(*schemas: Any) -> list[Any]:
    """Values of all types, and values in and around the limits of schemas, which have no references."""
    found = [*_SCALARS, *_bounded(value for schema in schemas for value in _around(schema))]
    for schema in schemas:
        found += _bounded(_broken(schema, found))
    return found


def _bounded(values: Iterable[Any]) -> Iterator[Any]:
    """The first values, until they are very many or large."""
    total = 0
    for value in islice(values, _MAX_VALUES):
        total += len(value) if isinstance(value, (dict, list)) else 1
        if total > _MAX_TOTAL:
            return
        yield value


def _broken(schema: Any, found: Sequence[Any]) -> Iterator[Any]:
    """Values that each break one rule of the schema; none if it has a keyword that mutations do not know."""
    if not isinstance(schema, dict):
        return
    is_valid = validator(schema)
    schema = rewrite(schema, _without_large_limits)
    try:
        for value in [each for each in found if is_valid(each)][-_BASES:]:
            for mutation in mutations(schema, value):
                yield mutation.applied_to(value)
    except (UnknownKeywordError, KeyError, TypeError, ValueError, AttributeError, MemoryError, OverflowError):
        return


def _without_large_limits(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without a length that only a text beyond `_MAX_SIZE` breaks."""
    if "maxLength" in schema and _count(schema, "maxLength") is None:
        del schema["maxLength"]
    return schema


def _around(schema: Any, depth: int = 0) -> Iterator[Any]:
    if not isinstance(schema, dict) or depth > _MAX_VALUES_DEPTH:
        return
    yield from (instance(schema, full=full) for full in (False, True))
    for word in ("anyOf", "oneOf", "allOf"):
        for branch in _list(schema, word):
            yield from _around(branch, depth + 1)
    yield from _list(schema, "enum")[:_MAX_LISTED]
    yield from _list(schema, "examples")[:_MAX_LISTED]
    yield from _at_limits(schema)
    if isinstance(schema.get("items"), dict):
        yield from ([value] for value in _around(schema["items"], depth + 1))
    whole = instance(schema, full=True)
    if isinstance(whole, dict):
        yield from (whole | {UNKNOWN_PROPERTY: value} for value in (7, "text"))
        for name in whole:
            yield {other: value for other, value in whole.items() if other != name}
        for name, part in _object(schema, "properties").items():
            yield from (whole | {name: value} for value in (*_around(part, depth + 1), *_SCALARS))


def _at_limits(schema: Any) -> Iterator[Any]:
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        limit = schema.get(word)
        if isinstance(limit, (int, float)) and abs(limit) <= _GREATEST:
            yield from (limit - 1, limit - 0.5, limit, limit + 0.5, limit + 1, limit * 1.5)
    for word in ("minLength", "maxLength"):
        if (limit := _count(schema, word)) is not None:
            yield from ("x" * max(0, limit + by) for by in (-1, 0, 1))
    for word in ("minItems", "maxItems"):
        if (limit := _count(schema, word)) is not None:
            item = instance(schema.get("items", {}), full=True)
            yield from ([item] * max(0, limit + by) for by in (-1, 0, 1))


def instance(schema: Any, *, full: bool, reader: Reader | None = None) -> Any:
    """A value that is likely valid, with all properties that the schema lists, or only the required ones.

    Its references are followed in the document of the reader. What would make it larger than `_MAX_SIZE`, or
    contain itself, is left out.
    """
    value = _Making(reader or Reader(schema), full=full).value(schema, 0)
    return "text" if value is _NOTHING else value


def instances(document: Any) -> Iterator[Any]:
    """Likely values of each alternative of a document: of each event in a schema of all events."""
    reader = Reader(document)
    waiting: deque[tuple[Any, int]] = deque([(document, 0)])
    found = 0
    while waiting and found < _MAX_ALTERNATIVES:
        schema, depth = waiting.popleft()
        target = reader.resolve(schema.get("$ref")) if isinstance(schema, dict) else None
        if target is not None and depth < _MAX_VALUES_DEPTH:
            waiting.append((target.schema, depth + 1))
            continue
        inside = [
            part for word in ("anyOf", "oneOf") if isinstance(schema, dict) for part in _list(schema, word)
        ]
        if inside and depth < _MAX_VALUES_DEPTH:
            rest = {word: value for word, value in schema.items() if word not in {"anyOf", "oneOf", *_HOMES}}
            waiting += [({"allOf": [part, rest]} if rest else part, depth + 1) for part in inside]
            continue
        found += 1
        yield from (instance(schema, full=full, reader=reader) for full in (True, False))


class _Making:
    def __init__(self, reader: Reader, *, full: bool) -> None:
        self._reader = reader
        self._full = full
        self._left = _MAX_SIZE
        self._followed: set[str] = set()

    def value(self, schema: Any, depth: int) -> Any:
        """A value, or `_NOTHING` for a schema that leads to itself."""
        self._left -= 1
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return "text"
        target = self._reader.resolve(schema.get("$ref"))
        if target is not None:
            return self._followed_to(target, schema, depth)
        listed = [schema["const"]] if "const" in schema else []
        listed += _list(schema, "enum")[:1] or _list(schema, "examples")[:1]
        if listed:
            return listed[0]
        for word in ("anyOf", "oneOf", "allOf"):
            parts = _list(schema, word)
            if parts:
                rest = {name: value for name, value in schema.items() if name != word}
                applied = parts if word == "allOf" else parts[:1]
                return self.value(_merged([*applied, rest]), depth + 1)
        return self._of_kind(_kind(schema), schema, depth)

    def _followed_to(self, target: Node, schema: Any, depth: int) -> Any:
        if target.pointer in self._followed:
            return _NOTHING
        self._followed.add(target.pointer)
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        made = self.value(_merged([target.schema, rest]), depth + 1)
        self._followed.discard(target.pointer)
        return made

    def _of_kind(self, kind: str, schema: Any, depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer" | "number":
                return schema.get("minimum", schema.get("maximum", 7))
            case "boolean" | "null":
                return True if kind == "boolean" else None
        return self._text(schema)

    def _object(self, schema: Any, depth: int) -> dict[str, Any]:
        properties, required = _object(schema, "properties"), _list(schema, "required")
        made: dict[str, Any] = {}
        for name in [*required, *properties] if self._full else required:
            if self._left <= 0:
                break
            if name not in made:
                part = self.value(properties.get(name, {}), depth + 1)
                if part is not _NOTHING:
                    made[name] = part
        # In the order of the schema.
        ordered = {name: made[name] for name in (*properties, *made) if name in made}
        missing = (_count(schema, "minProperties") or 0) - len(made)
        return ordered | {f"{UNKNOWN_PROPERTY}_{index}": 7 for index in range(missing)}

    def _array(self, schema: Any, depth: int) -> list[Any]:
        items = schema.get("items", {})
        first = items if isinstance(items, list) else _list(schema, "prefixItems")
        others = schema.get("additionalItems", {}) if isinstance(items, list) else items
        count = max(_count(schema, "minItems") or 0, len(first), 1 if self._full else 0)
        made = [self.value(part, depth + 1) for part in first[: max(0, self._left)]]
        made = ["text" if part is _NOTHING else part for part in made]
        if len(made) < count:
            before = self._left
            item = self.value(others, depth + 1)
            if item is _NOTHING:
                return made
            # Each copy of the item is as large as the first one.
            copies = min(count - len(made), 1 + max(0, self._left) // (before - self._left))
            self._left -= (copies - 1) * (before - self._left)
            made += [item] * copies
        return made

    def _text(self, schema: Any) -> str:
        low, high = _count(schema, "minLength") or 0, _count(schema, "maxLength")
        texts = [
            *(_OF_A_FORMAT[each] for each in (schema.get("format"),) if each in _OF_A_FORMAT),
            *(text for text in _SCALARS if isinstance(text, str) and text),
            "x" * low,
        ]
        is_valid = validator({word: schema[word] for word in _OF_TEXT if word in schema})
        found = next((text for text in texts if is_valid(text)), None) or text_of(schema) or "text"[:high]
        self._left -= len(found)
        return found


def _merged(schemas: Sequence[Any]) -> dict[str, Any]:
    """One schema for several that apply to one value, as far as it matters for a value of it."""
    merged: dict[str, Any] = {}
    for schema in (each for each in schemas if isinstance(each, dict)):
        for word, value in schema.items():
            known = merged.get(word)
            if word in {"allOf", "required"} and isinstance(known, list) and isinstance(value, list):
                merged[word] = [*known, *value]
            elif word == "properties" and isinstance(known, dict) and isinstance(value, dict):
                merged[word] = known | {
                    name: {"allOf": [known[name], part]} if name in known else part
                    for name, part in value.items()
                }
            elif word in {"minimum", "minLength", "minItems", "minProperties"} and _are_numbers(known, value):
                merged[word] = max(known, value)
            elif word in {"maximum", "maxLength", "maxItems", "maxProperties"} and _are_numbers(known, value):
                merged[word] = min(known, value)
            elif word in {"anyOf", "oneOf"} and word in merged:
                merged["allOf"] = [*merged.get("allOf", ()), {word: value}]
            elif word == "enum" and isinstance(known, list) and isinstance(value, list):
                both = {canonical(each) for each in value}
                merged[word] = [each for each in known if canonical(each) in both] or known
            else:
                merged.setdefault(word, value)
    return merged


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, (int, float)) for value in values)


def _kind(schema: Any) -> str:
    """The type that a schema names first, or else the one that its keywords are about."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    if any(word in schema for word in _OBJECT_KEYWORDS):
        return "object"
    return "array" if any(word in schema for word in _ARRAY_KEYWORDS) else "string"


def _list(schema: Any, word: str) -> list[Any]:
    value = schema.get(word)
    return value if isinstance(value, list) else []


def _object(schema: Any, word: str) -> dict[str, Any]:
    value = schema.get(word)
    return value if isinstance(value, dict) else {}


def _count(schema: Any, word: str) -> int | None:
    """A number of characters, items or properties, unless no value may be so large."""
    value = schema.get(word)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _MAX_SIZE:
        return None
    return int(value)

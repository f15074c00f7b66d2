"""Normalizing schemas, so that two can be compared even if they are written differently.

`nullable: true` and `anyOf` with null are normalized to the same schema; so are `const` and an `enum` of one
value, and `allOf` of one `$ref` and the `$ref` itself. Nothing here raises for a damaged document: a part
that is not understood accepts anything.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

from junction_webhooks._json.pointer import unescape
from junction_webhooks._jsonschema.branches import (
    ANYTHING,
    DESCRIPTIVE,
    KINDS,
    Branch,
    Node,
    NormalizedSchema,
    intersection,
    is_exactly,
    is_of,
    known_values,
    union,
)

LIMITS: Final = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
)
_AT_LEAST_NOTHING: Final = ("minLength", "minItems", "minProperties")
"""Limits that have no effect if they are 0."""
_UNDERSTOOD: Final = frozenset(
    {
        *LIMITS,
        *DESCRIPTIVE,
        *("$schema", "$id", "$ref", "$defs", "definitions", "components", "readOnly", "writeOnly", "xml"),
        *("type", "nullable", "enum", "const", "format", "pattern", "anyOf", "oneOf", "allOf"),
        *("properties", "required", "additionalProperties", "items", "discriminator", "externalDocs"),
    }
)
_NOT_CONSTRAINING: Final = frozenset({*DESCRIPTIVE, "$schema", "$id", "$defs", "definitions", "components"})
_IMPLYING: Final = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "minItems", "maxItems"),
    "string": ("format", "pattern", "minLength", "maxLength"),
}
_MAX_DEPTH: Final = 40
"""If references and alternatives are nested deeper than this, the schema counts as accepting anything."""


class Reader:
    """Normalizes the schemas of one document. A `$ref` to another document accepts anything.

    `lenient` is for documents that describe rather than validate, such as OpenAPI: an object that lists its
    properties has no others unless it says so, and keywords such as `properties` imply a type.
    """

    def __init__(self, document: Any, *, lenient: bool = False) -> None:
        self._document = document
        self._lenient = lenient

    def resolve(self, ref: Any) -> Node | None:
        """The schema that a `$ref` within the document points to, or None."""
        if not isinstance(ref, str) or not ref.startswith("#"):
            return None
        node = Node(self._document, "#")
        for raw in ref[1:].split("/")[1:]:
            step = unescape(unquote(raw))
            if not isinstance(node.schema, dict) or step not in node.schema:
                return None
            node = node.below(step)
        return node

    def normalize(self, node: Node) -> NormalizedSchema:
        """What a schema accepts."""
        nullable, branches = self._read(node, frozenset(), 0)
        return NormalizedSchema(nullable, union(branches))

    def _read(self, node: Node, followed: frozenset[str], depth: int) -> tuple[bool, list[Branch]]:
        schema = node.schema
        if schema is False:
            return False, []
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return True, [Branch(node, ANYTHING)]
        for word in ("allOf", "$ref"):
            if word in schema:
                return self._conjunction(node, followed, depth)
        for word in ("anyOf", "oneOf"):
            if isinstance(schema.get(word), list) and schema[word]:
                return self._union(node, word, followed, depth)
        return self._plain(node)

    def _conjunction(self, node: Node, followed: frozenset[str], depth: int) -> tuple[bool, list[Branch]]:
        """The intersection of `$ref`, `allOf` and the keywords next to them."""
        schema = node.schema
        parts: list[Node] = []
        if "$ref" in schema:
            target = self.resolve(schema["$ref"])
            if target is None or target.pointer in followed:
                return True, [Branch(node, ANYTHING)]
            followed |= {target.pointer}
            parts.append(target)
        if isinstance(schema.get("allOf"), list):
            parts += [node.below("allOf", index) for index in range(len(schema["allOf"]))]
        siblings = {
            word: value
            for word, value in schema.items()
            if word not in _NOT_CONSTRAINING | {"$ref", "allOf", "nullable"} and not word.startswith("x-")
        }
        if siblings:
            parts.append(Node(siblings, node.pointer))
        nullable, branches = self._read(parts[0], followed, depth + 1) if parts else self._plain(node)
        for part in parts[1:]:
            other = self._read(part, followed, depth + 1)
            nullable, branches = nullable and other[0], _intersections(branches, other[1])
        return nullable or schema.get("nullable") is True, branches

    def _union(
        self, node: Node, word: str, followed: frozenset[str], depth: int
    ) -> tuple[bool, list[Branch]]:
        nullable, branches = node.schema.get("nullable") is True, []
        for index in range(len(node.schema[word])):
            null, more = self._read(node.below(word, index), followed, depth + 1)
            nullable |= null
            branches += more
        siblings = {
            name: value
            for name, value in node.schema.items()
            if name not in _NOT_CONSTRAINING | {word, "nullable", "discriminator"}
            and not name.startswith("x-")
        }
        if siblings:
            null, more = self._read(Node(siblings, node.pointer), followed, depth + 1)
            return nullable and null, _intersections(branches, more)
        return nullable, branches

    def _plain(self, node: Node) -> tuple[bool, list[Branch]]:
        schema = node.schema
        values = _listed_values(schema)
        kinds, nullable = self._kinds(schema, values)
        nullable = nullable or schema.get("nullable") is True
        if values is not None:
            # In OpenAPI 3.0, some tools want null to be listed next to `nullable`, and others do not.
            nullable = "null" in values or (self._lenient and nullable)
            values = tuple(value for value in values if value != "null")
            kinds = [kind for kind in kinds if any(is_of(value, kind) for value in values)]
        return nullable, [self._branch(node, kind, values) for kind in kinds]

    def _kinds(self, schema: dict[str, Any], values: tuple[str, ...] | None) -> tuple[list[str], bool]:
        """The types that a schema names or implies, except null, and whether it accepts null."""
        named = schema.get("type")
        listed = [named] if isinstance(named, str) else named
        if isinstance(listed, list):
            kinds = [kind for kind in KINDS if kind in listed]
            if kinds or "null" in listed:
                return kinds, "null" in listed
        elif values:
            return [kind for kind in KINDS if any(is_exactly(value, kind) for value in values)], False
        if self._lenient:
            for kind, words in _IMPLYING.items():
                if any(word in schema for word in words):
                    return [kind], False
        return [ANYTHING], True

    def _branch(self, node: Node, kind: str, values: tuple[str, ...] | None) -> Branch:
        schema = node.schema
        if values is not None:
            return Branch(node, kind, tuple(value for value in values if is_of(value, kind)))
        anything = kind == ANYTHING
        branch = Branch(
            node,
            kind,
            limits={word: schema[word] for word in LIMITS if _limit(schema, word)},
            unknown_keywords={word: schema[word] for word in schema if _is_foreign(word)},
        )
        if kind in {"string", "integer", "number"} or anything:
            branch = replace(branch, format=_text(schema, "format"), pattern=_text(schema, "pattern"))
        if kind == "string":
            branch = replace(branch, known_values=known_values(schema))
        if kind == "array" or anything:
            branch = replace(branch, items=node.below("items") if "items" in schema else None)
        if kind == "object" or anything:
            branch = replace(branch, **self._parts(node))
        return branch

    def _parts(self, node: Node) -> dict[str, Any]:
        schema = node.schema
        listed = schema.get("properties")
        properties = (
            {name: node.below("properties", name) for name in listed} if isinstance(listed, dict) else {}
        )
        required = schema.get("required")
        names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
        extra = schema.get("additionalProperties", not (self._lenient and properties))
        if not isinstance(extra, bool):
            extra = node.below("additionalProperties")
        for name in names:
            properties.setdefault(
                name, extra if isinstance(extra, Node) else Node(schema=True, pointer=node.pointer)
            )
        return {"properties": properties, "required": tuple(dict.fromkeys(names)), "additional": extra}


def _intersections(left: list[Branch], right: list[Branch]) -> list[Branch]:
    return [both for a in left for b in right if (both := intersection(a, b)) is not None]


def _listed_values(schema: dict[str, Any]) -> tuple[str, ...] | None:
    """The values of `enum` or `const` as JSON, without repetition. None if there is neither."""
    if "const" in schema:
        listed = [schema["const"]]
    elif isinstance(schema.get("enum"), list):
        listed = schema["enum"]
    else:
        return None
    return tuple(dict.fromkeys(json.dumps(value, sort_keys=True) for value in listed))


def _limit(schema: dict[str, Any], word: str) -> bool:
    """Whether there is such a limit, and it has an effect."""
    value = schema.get(word)
    # `uniqueItems: false`, and `exclusiveMinimum: false` of draft-04.
    if value is False or (value == 0 and word in _AT_LEAST_NOTHING):
        return False
    return isinstance(value, (bool, int, float))


def _text(schema: dict[str, Any], word: str) -> str | None:
    value = schema.get(word)
    return value if isinstance(value, str) else None


def _is_foreign(word: str) -> bool:
    return word not in _UNDERSTOOD and not word.startswith("x-")

"""Schemas read into shapes that can be compared, however they are written.

A *shape* says what a value may be: null or not, and one *variant* for each other thing it may be.
`nullable: true` and `anyOf` with null, `const` and an `enum` of one, `allOf` of one `$ref` and the `$ref`
itself give the same shape. Nothing here raises for a document that is damaged: what cannot be read may be
anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from junction_webhooks._json.pointer import escape

ANYTHING: Final = "anything"
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
WORDS: Final = ("title", "description", "examples", "example", "default", "deprecated", "$comment")
_UNDERSTOOD: Final = frozenset(
    {
        *LIMITS,
        *WORDS,
        *("$schema", "$id", "$ref", "$defs", "definitions", "components", "readOnly", "writeOnly", "xml"),
        *("type", "nullable", "enum", "const", "format", "pattern", "anyOf", "oneOf", "allOf"),
        *("properties", "required", "additionalProperties", "items", "discriminator", "externalDocs"),
    }
)
_NOT_CONSTRAINING: Final = frozenset({*WORDS, "$schema", "$id", "$defs", "definitions", "components"})
_KINDS: Final = ("object", "array", "string", "integer", "number", "boolean")
_KIND_OF: Final = {
    dict: "object",
    list: "array",
    str: "string",
    int: "integer",
    bool: "boolean",
    type(None): "null",
}
_IMPLIED: Final = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "minItems", "maxItems"),
    "string": ("format", "pattern", "minLength", "maxLength"),
}
_MAX_DEPTH: Final = 40


class Node(NamedTuple):
    """A schema, and the JSON pointer to it in its document."""

    schema: Any
    pointer: str

    @property
    def is_object(self) -> bool:
        """Whether it has keywords: no true or false, and no damage."""
        return isinstance(self.schema, dict)

    @property
    def words(self) -> dict[str, Any]:
        """What the schema tells a reader and asks of no value, but for known values."""
        if not self.is_object:
            return {}
        told = {word: self.schema[word] for word in WORDS if word in self.schema}
        return {word: value for word, value in told.items() if word != "examples" or not _known(self.schema)}

    def below(self, *steps: str | int) -> Node:
        """What lies below, which must be there."""
        schema = self.schema
        for step in steps:
            schema = schema[step]
        return Node(schema, self.pointer + "".join(f"/{escape(step)}" for step in steps))


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that a value may be, of one JSON type."""

    node: Node
    """Where it is written."""
    kind: str
    """A JSON type other than null, or `ANYTHING`."""
    members: tuple[str, ...] | None = None
    """What `enum` or `const` lists, null aside, each as JSON; None where any value will do."""
    format: str | None = None
    pattern: str | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Node] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    extra: bool | Node = True
    """Whether an object takes properties beside the listed ones, or what they must be."""
    items: Node | None = None
    other: Mapping[str, Any] = field(default_factory=dict)
    """Keywords that are not understood here."""
    known: tuple[str, ...] = ()
    """The members of an open set: the `examples` of a string that needs no form."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value may be; no variant and no null is what no value can be."""

    nullable: bool
    variants: tuple[Variant, ...]

    def __str__(self) -> str:
        kinds = [variant.kind for variant in self.variants]
        null = ["null"] if self.nullable and ANYTHING not in kinds else []
        return " or ".join(dict.fromkeys([*kinds, *null]))

    @property
    def takes_anything(self) -> bool:
        """Whether the schema says nothing at all."""
        match self.variants:
            case (Variant(kind=kind, members=None, limits=limits, other=other) as only,):
                bare = not (
                    limits or other or only.format or only.pattern or only.properties or only.required
                )
                return kind == ANYTHING and bare and only.extra is True and only.items is None
        return False


class Reader:
    """Reads the schemas of one document, which its `$ref`s stay within.

    `lenient` is for documents that tell more than they validate, such as OpenAPI: an object that lists its
    properties has no others unless it says so, and a type may go without saying.
    """

    def __init__(self, document: Any, *, lenient: bool = False) -> None:
        self._document = document
        self._lenient = lenient

    def resolve(self, ref: Any) -> Node | None:
        """What a `$ref` within the document points to; None where there is nothing."""
        if not isinstance(ref, str) or not ref.startswith("#"):
            return None
        node = Node(self._document, "#")
        for raw in ref[1:].split("/")[1:]:
            step = unquote(raw).replace("~1", "/").replace("~0", "~")
            if not isinstance(node.schema, dict) or step not in node.schema:
                return None
            node = node.below(step)
        return node

    def shape(self, node: Node) -> Shape:
        """The shape of a schema."""
        nullable, variants = self._read(node, frozenset(), 0)
        return Shape(nullable, _merged(variants))

    def _read(self, node: Node, followed: frozenset[str], depth: int) -> tuple[bool, list[Variant]]:
        schema = node.schema
        if schema is False:
            return False, []
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return True, [Variant(node, ANYTHING)]
        for word in ("allOf", "$ref"):
            if word in schema:
                return self._conjunction(node, followed, depth)
        for word in ("anyOf", "oneOf"):
            if isinstance(schema.get(word), list) and schema[word]:
                return self._union(node, word, followed, depth)
        return self._plain(node)

    def _conjunction(self, node: Node, followed: frozenset[str], depth: int) -> tuple[bool, list[Variant]]:
        """`$ref` and `allOf`, with what stands beside them."""
        schema = node.schema
        parts: list[Node] = []
        if "$ref" in schema:
            target = self.resolve(schema["$ref"])
            if target is None or target.pointer in followed:
                return True, [Variant(node, ANYTHING)]
            followed |= {target.pointer}
            parts.append(target)
        if isinstance(schema.get("allOf"), list):
            parts += [node.below("allOf", index) for index in range(len(schema["allOf"]))]
        beside = {
            word: value
            for word, value in schema.items()
            if word not in _NOT_CONSTRAINING | {"$ref", "allOf", "nullable"} and not word.startswith("x-")
        }
        if beside:
            parts.append(Node(beside, node.pointer))
        nullable, variants = self._read(parts[0], followed, depth + 1) if parts else self._plain(node)
        for part in parts[1:]:
            other = self._read(part, followed, depth + 1)
            nullable, variants = nullable and other[0], self._both(variants, other[1])
        return nullable or schema.get("nullable") is True, variants

    def _both(self, left: list[Variant], right: list[Variant]) -> list[Variant]:
        return [both for a in left for b in right if (both := _intersection(a, b)) is not None]

    def _union(
        self, node: Node, word: str, followed: frozenset[str], depth: int
    ) -> tuple[bool, list[Variant]]:
        nullable, variants = node.schema.get("nullable") is True, []
        for index in range(len(node.schema[word])):
            null, more = self._read(node.below(word, index), followed, depth + 1)
            nullable |= null
            variants += more
        beside = {
            name: value
            for name, value in node.schema.items()
            if name not in _NOT_CONSTRAINING | {word, "nullable", "discriminator"}
            and not name.startswith("x-")
        }
        if beside:
            null, more = self._read(Node(beside, node.pointer), followed, depth + 1)
            return nullable and null, self._both(variants, more)
        return nullable, variants

    def _plain(self, node: Node) -> tuple[bool, list[Variant]]:
        schema = node.schema
        members = _members(schema)
        kinds, nullable = self._kinds(schema, members)
        nullable = nullable or schema.get("nullable") is True
        if members is not None:
            # OpenAPI 3.0 has readers that want null among the members, and others that do not.
            nullable = "null" in members or (self._lenient and nullable)
            members = tuple(member for member in members if member != "null")
            kinds = [kind for kind in kinds if any(_is_of(member, kind) for member in members)]
        return nullable, [self._variant(node, kind, members) for kind in kinds]

    def _kinds(self, schema: dict[str, Any], members: tuple[str, ...] | None) -> tuple[list[str], bool]:
        """The types other than null that a schema names or implies, and whether null is among them."""
        named = schema.get("type")
        listed = [named] if isinstance(named, str) else named
        if isinstance(listed, list):
            kinds = [kind for kind in _KINDS if kind in listed]
            if kinds or "null" in listed:
                return kinds, "null" in listed
        elif members:
            return [kind for kind in _KINDS if any(_is_exactly(member, kind) for member in members)], False
        if self._lenient:
            for kind, words in _IMPLIED.items():
                if any(word in schema for word in words):
                    return [kind], False
        return [ANYTHING], True

    def _variant(self, node: Node, kind: str, members: tuple[str, ...] | None) -> Variant:
        schema = node.schema
        if members is not None:
            return Variant(node, kind, tuple(member for member in members if _is_of(member, kind)))
        anything = kind == ANYTHING
        variant = Variant(
            node,
            kind,
            limits={word: schema[word] for word in LIMITS if _limit(schema, word)},
            other={word: schema[word] for word in schema if _is_foreign(word)},
        )
        if kind in {"string", "integer", "number"} or anything:
            variant = replace(variant, format=_text(schema, "format"), pattern=_text(schema, "pattern"))
        if kind == "string":
            variant = replace(variant, known=_known(schema))
        if kind == "array" or anything:
            variant = replace(variant, items=node.below("items") if "items" in schema else None)
        if kind == "object" or anything:
            variant = replace(variant, **self._parts(node))
        return variant

    def _parts(self, node: Node) -> dict[str, Any]:
        schema = node.schema
        listed = schema.get("properties")
        properties = {name: node.below("properties", name) for name in listed} if _is_mapping(listed) else {}
        required = schema.get("required")
        names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
        extra = schema.get("additionalProperties", not (self._lenient and properties))
        if not isinstance(extra, bool):
            extra = node.below("additionalProperties")
        for name in names:
            properties.setdefault(
                name, extra if isinstance(extra, Node) else Node(schema=True, pointer=node.pointer)
            )
        return {"properties": properties, "required": tuple(dict.fromkeys(names)), "extra": extra}


def _intersection(left: Variant, right: Variant) -> Variant | None:
    """What both take, as far as it can be said in one variant; None where the types exclude each other."""
    if left.kind != right.kind and ANYTHING not in {left.kind, right.kind}:
        if {left.kind, right.kind} != {"integer", "number"}:
            return None
        kind = "integer"
    else:
        kind = right.kind if left.kind == ANYTHING else left.kind
    members = left.members if right.members is None else right.members
    if left.members is not None and right.members is not None:
        members = tuple(member for member in left.members if member in right.members)
    if members is not None:
        members = tuple(member for member in members if kind == ANYTHING or _is_of(member, kind))
    return Variant(
        right.node if left.kind == ANYTHING else left.node,
        kind,
        members,
        left.format or right.format,
        left.pattern or right.pattern,
        {**left.limits, **right.limits},
        {**left.properties, **right.properties},
        tuple(dict.fromkeys((*left.required, *right.required))),
        right.extra if left.extra is True else left.extra,
        left.items or right.items,
        {**left.other, **right.other},
        left.known or right.known,
    )


def _merged(variants: list[Variant]) -> tuple[Variant, ...]:
    """The variants without repetition, and lists of members of one type as one list."""
    merged: list[Variant] = []
    for variant in variants:
        for index, known in enumerate(merged):
            if variant.kind != known.kind:
                continue
            if variant.members is not None and known.members is not None:
                members = tuple(dict.fromkeys((*known.members, *variant.members)))
                merged[index] = replace(known, members=members)
                break
            if replace(variant, node=known.node) == known and variant.kind not in {"object", "array"}:
                break
        else:
            merged.append(variant)
    if any(variant.kind == ANYTHING for variant in merged) and len(merged) > 1:
        return tuple(variant for variant in merged if variant.kind == ANYTHING)[:1]
    return tuple(merged)


def _members(schema: dict[str, Any]) -> tuple[str, ...] | None:
    """The listed values as JSON, without repetition; None where nothing is listed."""
    if "const" in schema:
        listed = [schema["const"]]
    elif isinstance(schema.get("enum"), list):
        listed = schema["enum"]
    else:
        return None
    return tuple(dict.fromkeys(json.dumps(member, sort_keys=True) for member in listed))


def _known(schema: dict[str, Any]) -> tuple[str, ...]:
    """The known values of an open set; none where the examples show a form, as those of an instant do."""
    examples = schema.get("examples")
    has_form = any(word in schema for word in ("format", "pattern", "enum", "const"))
    if not isinstance(examples, list) or has_form or schema.get("type") not in ("string", ["string", "null"]):
        return ()
    return tuple(dict.fromkeys(each for each in examples if isinstance(each, str)))


def _is_of(member: str, kind: str) -> bool:
    return (
        _is_exactly(member, kind) or (kind == "number" and _is_exactly(member, "integer")) or kind == ANYTHING
    )


def _is_exactly(member: str, kind: str) -> bool:
    value = json.loads(member)
    if isinstance(value, float):
        return kind == ("integer" if value.is_integer() else "number")
    return kind == _KIND_OF[type(value)]


def _limit(schema: dict[str, Any], word: str) -> bool:
    """Whether the limit is there and limits."""
    value = schema.get(word)
    if value is False or (value == 0 and word in _AT_LEAST_NOTHING):
        return False
    return isinstance(value, (bool, int, float))


def _text(schema: dict[str, Any], word: str) -> str | None:
    value = schema.get(word)
    return value if isinstance(value, str) else None


def _is_foreign(word: str) -> bool:
    return word not in _UNDERSTOOD and not word.startswith("x-")


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)

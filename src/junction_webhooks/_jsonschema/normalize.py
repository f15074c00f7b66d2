"""Normalizing schemas, so that two can be compared even if they are written differently.

`nullable: true` and `anyOf` with null are normalized to the same schema; so are `const` and an `enum` of one
value, and `allOf` of one `$ref` and the `$ref` itself. Nothing here raises for a damaged document: a part
that is not understood accepts anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

from junction_webhooks._json.equality import canonical
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
from junction_webhooks._jsonschema.effort import Effort, TooComplexError

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
_MAX_DEPTH: Final = 150
"""So many nested references and alternatives are read."""
_MAX_READS: Final = 5_000
"""So many schemas are read to normalize one."""
_MAX_BRANCHES: Final = 1_000
"""So many branches one schema may have; GitHub's webhooks have 225."""


class Reader:
    """Normalizes the schemas of one document. A `$ref` to another document accepts anything.

    `lenient` is for documents that describe rather than validate, such as OpenAPI: an object that lists its
    properties has no others unless it says so, and keywords such as `properties` imply a type.
    """

    def __init__(self, document: Any, *, lenient: bool = False, effort: Effort | None = None) -> None:
        self.document = document
        self.is_lenient = lenient
        self._effort = effort or Effort()
        # With the node, because the identity of its schema is free again once nothing holds the schema.
        self._normalized: dict[tuple[str, int], tuple[Node, NormalizedSchema]] = {}
        self._targets: dict[str, tuple[bool, list[Branch]]] = {}
        self._reads = 0
        self._cycles = 0

    def resolve(self, ref: Any) -> Node | None:
        """The schema that a `$ref` within the document points to, or None."""
        if not isinstance(ref, str) or ref[:2] not in {"#", "#/"}:
            return None
        node = Node(self.document, "#")
        for raw in ref[1:].split("/")[1:]:
            step = unescape(unquote(raw))
            if not isinstance(node.schema, dict) or step not in node.schema:
                return None
            node = node.below(step)
        return node

    def normalize(self, node: Node) -> NormalizedSchema:
        """What a schema accepts."""
        key = (node.pointer, id(node.schema))
        if key not in self._normalized:
            self._normalized[key] = (node, self._read_whole(node))
        return self._normalized[key][1]

    def _read_whole(self, node: Node) -> NormalizedSchema:
        self._reads = 0
        try:
            nullable, branches = self._read(node, frozenset(), 0)
        except TooComplexError as error:
            self._effort.give_up(f"{node.pointer} {error}: it is taken as it is written")
        else:
            if self._effort.spend("reads", self._reads):
                return NormalizedSchema(nullable, union(branches))
        schema = node.schema if node.is_object else {}
        unread = {word: value for word, value in schema.items() if word not in _NOT_CONSTRAINING}
        return NormalizedSchema(nullable=True, branches=(Branch(node, ANYTHING, unknown_keywords=unread),))

    def _read(self, node: Node, followed: frozenset[str], depth: int) -> tuple[bool, list[Branch]]:
        schema = node.schema
        if schema is False:
            return False, []
        if not isinstance(schema, dict):
            return True, [Branch(node, ANYTHING)]
        self._reads += 1
        if depth > _MAX_DEPTH:
            message = f"nests more than {_MAX_DEPTH} references and alternatives"
            raise TooComplexError(message)
        if self._reads > _MAX_READS:
            message = f"combines more than {_MAX_READS:,} schemas"
            raise TooComplexError(message)
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
                self._cycles += target is not None
                return True, [Branch(node, ANYTHING)]
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
        if not parts:
            return self._plain(node)
        if "$ref" in schema:
            nullable, branches = self._referred(parts[0], followed, depth + 1)
            followed |= {parts[0].pointer}
        else:
            nullable, branches = self._read(parts[0], followed, depth + 1)
        for part in parts[1:]:
            other = self._read(part, followed, depth + 1)
            nullable, branches = nullable and other[0], _intersections(branches, other[1])
        return nullable or schema.get("nullable") is True, branches

    def _referred(self, target: Node, followed: frozenset[str], depth: int) -> tuple[bool, list[Branch]]:
        """What the target of a `$ref` accepts: read once, unless a cycle makes it depend on the way."""
        if target.pointer not in self._targets:
            cycles = self._cycles
            found = self._read(target, followed | {target.pointer}, depth)
            if self._cycles > cycles:
                return found
            self._targets[target.pointer] = found
        return self._targets[target.pointer]

    def _union(
        self, node: Node, word: str, followed: frozenset[str], depth: int
    ) -> tuple[bool, list[Branch]]:
        nullable, branches = node.schema.get("nullable") is True, []
        for index in range(len(node.schema[word])):
            null, more = self._read(node.below(word, index), followed, depth + 1)
            nullable |= null
            branches += more
        branches = _distinct(branches)
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
            nullable = "null" in values or (self.is_lenient and nullable)
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
        if self.is_lenient:
            for kind, words in _IMPLYING.items():
                if any(word in schema for word in words):
                    return [kind], False
        return [ANYTHING], True

    def _branch(self, node: Node, kind: str, values: tuple[str, ...] | None) -> Branch:
        schema = node.schema
        unknown = {word: schema[word] for word in schema if _is_foreign(word)}
        if values is not None:
            values = tuple(value for value in values if is_of(value, kind))
            return Branch(node, kind, values, unknown_keywords=unknown)
        anything = kind == ANYTHING
        branch = Branch(
            node,
            kind,
            limits={word: schema[word] for word in LIMITS if _limit(schema, word)},
            unknown_keywords=unknown,
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
        extra = schema.get("additionalProperties", not (self.is_lenient and properties))
        if not isinstance(extra, bool):
            extra = node.below("additionalProperties")
        for name in names:
            properties.setdefault(
                name, extra if isinstance(extra, Node) else Node(schema=True, pointer=node.pointer)
            )
        return {"properties": properties, "required": frozenset(names), "additional": extra}


def _intersections(left: list[Branch], right: list[Branch]) -> list[Branch]:
    if left is right or (len(left) == len(right) == 1 and left[0] is right[0]):
        return left
    if len(left) * len(right) > _MAX_BRANCHES:
        message = f"combines more than {_MAX_BRANCHES:,} alternatives"
        raise TooComplexError(message)
    return [both for a in left for b in right if (both := intersection(a, b)) is not None]


def _distinct(branches: list[Branch]) -> list[Branch]:
    """The branches without those that come from one place by several references."""
    found = list({id(branch): branch for branch in branches}.values())
    if len(found) > _MAX_BRANCHES:
        message = f"has more than {_MAX_BRANCHES:,} alternatives"
        raise TooComplexError(message)
    return found


def _listed_values(schema: dict[str, Any]) -> tuple[str, ...] | None:
    """The values of `enum` or `const` as JSON, without repetition. None if there is neither."""
    if "const" in schema:
        listed = [schema["const"]]
    elif isinstance(schema.get("enum"), list):
        listed = schema["enum"]
    else:
        return None
    return tuple(dict.fromkeys(canonical(value) for value in listed))


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

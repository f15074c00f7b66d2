"""Normalized schemas: whether a value may be null, and one branch for each other alternative."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks._json.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Mapping

ANYTHING: Final = "anything"
"""Used in place of a JSON type: any type."""
DESCRIPTIVE: Final = ("title", "description", "examples", "example", "default", "deprecated", "$comment")
"""Keywords that only describe a schema to its readers."""
KINDS: Final = ("object", "array", "string", "integer", "number", "boolean")
_KIND_OF: Final = {
    dict: "object",
    list: "array",
    str: "string",
    int: "integer",
    bool: "boolean",
    type(None): "null",
}


class Node(NamedTuple):
    """A schema, and the JSON pointer to it in its document."""

    schema: Any
    pointer: str

    @property
    def is_object(self) -> bool:
        """Whether it has keywords. True, false and values that are not schemas have none."""
        return isinstance(self.schema, dict)

    @property
    def annotations(self) -> dict[str, Any]:
        """The keywords that only describe, except the `examples` of an open set, which are its values."""
        if not self.is_object:
            return {}
        described = {word: self.schema[word] for word in DESCRIPTIVE if word in self.schema}
        if known_values(self.schema):
            del described["examples"]
        return described

    def below(self, *steps: str | int) -> Node:
        """The schema at the end of the steps, which must exist."""
        schema = self.schema
        for step in steps:
            schema = schema[step]
        return Node(schema, self.pointer + pointer(steps))


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative for a value: of one JSON type, or of any type."""

    node: Node
    """Where it is in the document."""
    kind: str
    """A JSON type other than null, or `ANYTHING`."""
    values: tuple[str, ...] | None = None
    """What `enum` or `const` lists, except null, each as JSON. None if no values are listed."""
    format: str | None = None
    pattern: str | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Node] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    additional: bool | Node = True
    """Whether an object may have unlisted properties, or the schema of those."""
    items: Node | None = None
    unknown_keywords: Mapping[str, Any] = field(default_factory=dict)
    """Keywords that are not interpreted here."""
    known_values: tuple[str, ...] = ()
    """The values of an open set: the `examples` of a string without a format or pattern."""


@dataclass(frozen=True, slots=True)
class NormalizedSchema:
    """What a value may be. A schema without branches that is not nullable rejects everything."""

    nullable: bool
    branches: tuple[Branch, ...]

    def __str__(self) -> str:
        kinds = [branch.kind for branch in self.branches]
        null = ["null"] if self.nullable and ANYTHING not in kinds else []
        return " or ".join(dict.fromkeys([*kinds, *null]))

    @property
    def accepts_anything(self) -> bool:
        """True if the schema constrains nothing."""
        match self.branches:
            case (Branch(kind=kind, values=None, limits=limits, unknown_keywords=other) as only,):
                bare = not (
                    limits or other or only.format or only.pattern or only.properties or only.required
                )
                return kind == ANYTHING and bare and only.additional is True and only.items is None
        return False


def intersection(left: Branch, right: Branch) -> Branch | None:
    """What both branches accept, as far as one branch can express it. None if their types exclude each other.

    If there are two formats or patterns, it keeps the left one.
    """
    if left.kind != right.kind and ANYTHING not in {left.kind, right.kind}:
        if {left.kind, right.kind} != {"integer", "number"}:
            return None
        kind = "integer"
    else:
        kind = right.kind if left.kind == ANYTHING else left.kind
    values = left.values if right.values is None else right.values
    if left.values is not None and right.values is not None:
        listed = frozenset(right.values)
        values = tuple(value for value in left.values if value in listed)
    if values is not None:
        values = tuple(value for value in values if kind == ANYTHING or is_of(value, kind))
    return Branch(
        right.node if left.kind == ANYTHING else left.node,
        kind,
        values,
        left.format or right.format,
        left.pattern or right.pattern,
        {**left.limits, **right.limits},
        {**left.properties, **right.properties},
        left.required | right.required,
        right.additional if left.additional is True else left.additional,
        left.items or right.items,
        {**left.unknown_keywords, **right.unknown_keywords},
        left.known_values or right.known_values,
    )


def union(branches: list[Branch]) -> tuple[Branch, ...]:
    """The branches without duplicates; the values of one type become one list."""
    merged: list[Branch] = []
    for branch in branches:
        if branch.kind in {"object", "array"} and branch.values is None:
            # One object is never merged with another one.
            merged.append(branch)
            continue
        for index, known in enumerate(merged):
            if branch.kind != known.kind:
                continue
            if branch.values is not None and known.values is not None:
                values = tuple(dict.fromkeys((*known.values, *branch.values)))
                merged[index] = replace(known, values=values)
                break
            if replace(branch, node=known.node) == known:
                break
        else:
            merged.append(branch)
    if any(branch.kind == ANYTHING for branch in merged) and len(merged) > 1:
        return tuple(branch for branch in merged if branch.kind == ANYTHING)[:1]
    return tuple(merged)


def known_values(schema: dict[str, Any]) -> tuple[str, ...]:
    """The `examples` of a string, if they are the known values of an open set.

    Next to a format or pattern they are only illustrations, as for a timestamp.
    """
    examples = schema.get("examples")
    has_format = any(word in schema for word in ("format", "pattern", "enum", "const"))
    if (
        not isinstance(examples, list)
        or has_format
        or schema.get("type") not in ("string", ["string", "null"])
    ):
        return ()
    return tuple(dict.fromkeys(each for each in examples if isinstance(each, str)))


def is_of(text: str, kind: str) -> bool:
    """Whether a value, given as JSON, is of a type. Integers are numbers too."""
    return is_exactly(text, kind) or (kind == "number" and is_exactly(text, "integer")) or kind == ANYTHING


def is_exactly(text: str, kind: str) -> bool:
    """Whether the type is the narrowest type of a value, given as JSON."""
    value = json.loads(text)
    if isinstance(value, float):
        return kind == ("integer" if value.is_integer() else "number")
    return kind == _KIND_OF[type(value)]

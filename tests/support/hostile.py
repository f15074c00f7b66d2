"""Pairs of JSON Schemas that make a careless comparison run for minutes, fill the memory or overflow the stack."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Schema = dict[str, Any]
Pair = tuple[Schema, Schema]


def ladder(levels: int, *words: str) -> Schema:
    """Levels of definitions, each with two references to the next one under the given keywords in turn."""
    definitions: Schema = {
        f"d{level}": {words[level % len(words)]: [{"$ref": f"#/$defs/d{level + 1}"}] * 2}
        for level in range(levels)
    }
    return {"$ref": "#/$defs/d0", "$defs": definitions | {f"d{levels}": {"type": "string"}}}


def mixed_ladder(levels: int) -> Schema:
    """The same where the two references differ, so that no level repeats itself."""
    definitions: Schema = {}
    for level in range(levels):
        both = [{"$ref": f"#/$defs/{name}{level + 1}"} for name in "de"]
        definitions[f"d{level}"] = {"anyOf": both}
        definitions[f"e{level}"] = {"allOf": both, "properties": {f"p{level}": {"type": "string"}}}
    ends = {f"d{levels}": {"type": "string"}, f"e{levels}": {"type": "object"}}
    return {"$ref": "#/$defs/d0", "$defs": definitions | ends}


def chain(length: int, link: Callable[[Schema], Schema]) -> Schema:
    """Definitions of which each refers to the next one."""
    definitions = {f"d{index}": link({"$ref": f"#/$defs/d{index + 1}"}) for index in range(length)}
    return {"$ref": "#/$defs/d0", "$defs": definitions | {f"d{length}": {"type": "string"}}}


def with_end(schema: Schema, end: Schema) -> Schema:
    """A ladder or chain with another last definition."""
    changed = copy.deepcopy(schema)
    last = list(changed["$defs"])[-1]
    changed["$defs"][last] = end
    return changed


def _ends(schema: Schema) -> Pair:
    return schema, with_end(schema, {"type": "integer"})


def _properties(count: int, kind: str) -> Schema:
    return {"type": "object", "properties": {f"p{index}": {"type": kind} for index in range(count)}}


def _tree(depth: int, width: int, kind: str) -> Schema:
    if depth == 0:
        return {"type": kind}
    return {"properties": {f"p{index}": _tree(depth - 1, width, kind) for index in range(width)}}


def _recursive(count: int, kind: str) -> Schema:
    """Definitions that all refer to each other, so that the paths through them cannot be counted."""
    names = [f"d{index}" for index in range(count)]
    each = {name: {"$ref": f"#/$defs/{name}"} for name in names}
    definitions = {name: {"type": "object", "properties": each | {"value": {"type": kind}}} for name in names}
    return {"$ref": "#/$defs/d0", "$defs": definitions}


def _random_patterns(count: int, seed: int) -> Schema:
    chance = random.Random(seed)  # noqa: S311  (a choice of tests)
    patterns = [f"^(a|b{chance.randrange(99)})*c{{1,{chance.randrange(1, 400)}}}$" for _ in range(count)]
    return {"allOf": [{"pattern": pattern} for pattern in patterns]}


PAIRS: Final[Mapping[str, Callable[[], Pair]]] = {
    "anyOf of two references": lambda: _ends(ladder(30, "anyOf")),
    "allOf of two references": lambda: _ends(ladder(30, "allOf")),
    "anyOf and allOf in turn": lambda: _ends(ladder(30, "anyOf", "allOf")),
    "oneOf of two references": lambda: _ends(ladder(30, "oneOf")),
    "anyOf and allOf of two references each": lambda: _ends(mixed_ladder(30)),
    "enum of 100,000 values": lambda: (
        {"enum": [f"v{index}" for index in range(100_000)]},
        {"enum": [f"v{index}" for index in range(50_000, 150_000)]},
    ),
    "minLength of 1e9": lambda: ({"minLength": 10**9}, {"minLength": 10**9 + 1}),
    "maxLength of 1e9": lambda: ({"type": "string", "maxLength": 10**9}, {"type": "string", "maxLength": 10**8}),
    "minItems of 1e9": lambda: (
        {"type": "array", "minItems": 10**9},
        {"type": "array", "minItems": 10**9 - 1, "items": {"minItems": 10**9}},
    ),
    "minItems in minItems": lambda: (
        {"minItems": 9000, "items": {"minItems": 9000, "items": {"minItems": 9000, "items": {"type": "string"}}}},
        {"minItems": 9000, "items": {"minItems": 9000, "items": {"minItems": 9000, "items": {"type": "array"}}}},
    ),
    "minLength of 1e30": lambda: ({"type": "string", "minLength": 1e30}, {"type": "string", "minLength": 1}),
    "maxItems of 1e300": lambda: ({"type": "array", "maxItems": 1e300}, {"type": "array", "minItems": 2}),
    "minimum of 1e300": lambda: ({"minimum": 1e300}, {"minimum": 10**300}),
    "minProperties of 1e9": lambda: ({"minProperties": 10**9}, {"type": "object", "minProperties": 5}),
    "a chain of 20,000 references": lambda: _ends(chain(20_000, lambda ref: ref)),
    "a chain of 20,000 properties": lambda: _ends(chain(20_000, lambda ref: {"properties": {"a": ref}})),
    "a chain of 20,000 allOf": lambda: _ends(chain(20_000, lambda ref: {"allOf": [ref]})),
    "50,000 properties": lambda: (_properties(50_000, "string"), _properties(50_000, "integer")),
    "a tree of properties": lambda: (_tree(4, 10, "string"), _tree(4, 10, "integer")),
    "100 definitions that refer to each other": lambda: (_recursive(100, "string"), _recursive(100, "integer")),
    "2,000 patterns": lambda: (_random_patterns(2000, 1), _random_patterns(2000, 2)),
    "patterns that take long": lambda: (
        {"pattern": "^(?:a|aa|aaa)*[ab]{900}$"},
        {"pattern": "[ab]*a[ab]{300}c(?:a?){500}$"},
    ),
    "a pattern that backtracks": lambda: ({"pattern": "^(a+)+$"}, {"pattern": "^(a|a)*b$"}),
    "anyOf of 30,000": lambda: (
        {"anyOf": [{"const": index} for index in range(30_000)]},
        {"anyOf": [{"const": str(index)} for index in range(30_000)]},
    ),
    "20,000 objects in one union": lambda: (
        {"anyOf": [{"properties": {f"p{index}": {"type": "string"}}} for index in range(20_000)]},
        {"anyOf": [{"properties": {f"p{index}": {"type": "integer"}}} for index in range(20_000)]},
    ),
    "allOf of anyOf": lambda: (
        {"allOf": [{"anyOf": [{"minimum": index}, {"required": [f"p{index}"]}]} for index in range(40)]},
        {"allOf": [{"anyOf": [{"minimum": index}, {"required": [f"q{index}"]}]} for index in range(40)]},
    ),
    "not in not": lambda: (
        {"not": {"allOf": [{"not": {"anyOf": [{"minimum": i}, {"maxLength": i}]}} for i in range(60)]}},
        {"not": {"oneOf": [{"not": {"oneOf": [{"minimum": i}, {"maxLength": i}]}} for i in range(60)]}},
    ),
    "40,000 required names": lambda: (
        {"required": [f"p{index}" for index in range(40_000)]},
        {"required": [f"q{index}" for index in range(40_000)]},
    ),
    "a long text": lambda: ({"const": "x" * 3_000_000}, {"const": "y" * 3_000_000}),
    "unknown keywords": lambda: (
        {f"word{index}": {"a": index} for index in range(20_000)},
        {f"word{index}": {"a": index + 1} for index in range(20_000)},
    ),
    "patternProperties": lambda: (
        {"patternProperties": {f"^p{index}[a-z]+$": {"type": "string"} for index in range(3_000)}},
        {"patternProperties": {f"^p{index}[a-z]+$": {"type": "integer"} for index in range(3_000)}},
    ),
}  # fmt: skip
"""Pairs of an old and a new schema, by what is hostile about them."""

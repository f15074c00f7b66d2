"""Which keywords hold schemas, and that a property's name is never taken for one."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
from jsonschema_specifications import REGISTRY as SPECIFICATIONS  # type: ignore[import-untyped]
from support.tables import table

from junction_webhooks._jsonschema.subsume import inlined
from junction_webhooks._jsonschema.visit import rewrite, subschemas, walk, with_subschemas

NAMES = [
    "definitions", "$defs", "$id", "$ref", "default", "examples", "enum", "const", "properties", "items", "type",
    "anyOf", "title", "format", "pattern", "x-sensitive",
]  # fmt: skip
"""Names of properties that are keywords too."""
EVERY: dict[str, Any] = {
    "$defs": {"enum": {"title": "a"}},
    "definitions": {"default": {"title": "b"}},
    "properties": {"properties": {"title": "c"}, "examples": {"title": "d"}},
    "patternProperties": {"^a": {"title": "e"}},
    "dependentSchemas": {"const": {"title": "f"}},
    "dependencies": {"g": {"title": "g"}, "names": ["a"]},
    "allOf": [{"title": "h"}, {"title": "i"}],
    "anyOf": [{"title": "j"}],
    "oneOf": [{"title": "k"}, True],
    "prefixItems": [{"title": "l"}],
    "items": [{"title": "m"}],
    "additionalItems": {"title": "n"},
    "additionalProperties": {"title": "o"},
    "contains": {"title": "p"},
    "contentSchema": {"title": "q"},
    "if": {"title": "r"},
    "then": {"title": "s"},
    "else": {"title": "t"},
    "not": {"title": "u"},
    "propertyNames": {"title": "v"},
    "unevaluatedItems": {"title": "w"},
    "unevaluatedProperties": {"title": "x", "items": {"title": "y"}},
    "enum": [{"title": "no"}],
    "const": {"title": "no"},
    "default": {"properties": {"a": {"title": "no"}}},
    "examples": [{"title": "no"}],
    "required": ["title"],
    "x-own": {"title": "no"},
}


def test_every_keyword_with_schemas_is_walked() -> None:
    """Each schema is reached once, and no value that only looks like one."""
    titles = [part["title"] for path, part in walk(EVERY) if path]
    assert sorted(titles) == list("abcdefghijklmnopqrstuvwxy")
    for path, part in walk(EVERY):
        found: Any = EVERY
        for step in path:
            found = found[step]
        assert found is part


def test_keywords_are_those_of_the_meta_schemas() -> None:
    """What the meta-schemas of 2020-12 and draft-07 call a schema is walked, and nothing else is."""
    for validator in (jsonschema.Draft202012Validator, jsonschema.Draft7Validator):
        metas = [validator.META_SCHEMA]
        if "allOf" in metas[0]:
            base = "https://json-schema.org/draft/2020-12/"
            metas += [SPECIFICATIONS.contents(base + part["$ref"]) for part in metas[0]["allOf"]]
        for keyword, meta in ((word, each) for found in metas for word, each in found["properties"].items()):
            text = json.dumps(meta)
            holds = '"#"' in text or '"$dynamicRef"' in text or "schemaArray" in text
            tried = [{"a": {}}, [{}], {}]
            reached = any(list(subschemas({keyword: value})) for value in tried)
            assert reached == holds, keyword


def test_rewrite_reaches_every_schema_and_changes_no_input() -> None:
    """The inner schemas come first; the order of keywords, and the given schema, stay as they are."""
    before = copy.deepcopy(EVERY)
    order: list[str] = []

    def renamed(schema: dict[str, Any]) -> dict[str, Any]:
        order.append(schema.get("title", "root"))
        return schema | ({"title": schema["title"].upper()} if "title" in schema else {})

    made = rewrite(EVERY, renamed)
    assert before == EVERY
    assert list(made) == list(EVERY)
    assert sorted(part["title"] for path, part in walk(made) if path) == list("ABCDEFGHIJKLMNOPQRSTUVWXY")
    assert order[-1] == "root"
    assert order.index("y") < order.index("x")
    for word in ("enum", "const", "default", "examples", "required", "x-own"):
        assert made[word] == EVERY[word]


def test_rewrite_leaves_true_and_false() -> None:
    """Schemas without keywords stay, and what is no schema too."""
    schema = {"items": True, "additionalProperties": False, "not": "damaged", "anyOf": {"damaged": {}}}
    assert rewrite(schema, lambda part: part | {"title": "seen"}) == schema | {"title": "seen"}
    assert rewrite(True, lambda part: part | {"title": "seen"}) is True
    assert with_subschemas(schema, lambda part: not part) == schema | {
        "items": False,
        "additionalProperties": True,
    }


@table("name", NAMES)
def test_references_are_inlined_below_any_name(name: str) -> None:
    """A property is a property, whatever it is called."""
    document = {"properties": {name: {"$ref": "#/$defs/A"}}, "$defs": {"A": {"type": "integer"}}}
    assert inlined(document, document) == {"properties": {name: {"type": "integer"}}}

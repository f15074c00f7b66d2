"""The two profiles of a schema: strict as it is written, tolerant as production needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from junction_webhooks.contract import Schema

_FILE_WORDS = frozenset({"$schema", "$id", "$comment"})
_ANNOTATIONS = ("title", "description", "examples")
_TIMESTAMPS = frozenset({"Timestamp", "SlotTime"})
_NULL = {"type": "null"}


def strict(schema: Schema) -> Schema:
    """The schema with nothing but standard keywords; its `$ref`s stay as they are."""
    kept: Schema = _standard_only(schema)
    return kept


def tolerant(schema: Schema) -> Schema:
    """The schema opened to whatever Junction may add or drop tomorrow.

    Unknown properties pass, a value set becomes any string (its known values are `examples`),
    only `x-core` properties stay required and not null, and only timestamps keep their form.
    """
    if schema.get("title") in _TIMESTAMPS or "$ref" in schema:
        return strict(schema)
    opened: Schema = {word: schema[word] for word in _ANNOTATIONS if word in schema}
    if schema.get("x-exhaustive"):
        return opened | {word: schema[word] for word in ("const", "enum") if word in schema}
    if "const" in schema or "enum" in schema:
        return opened | {"type": "string", "examples": schema.get("enum") or [schema["const"]]}
    if "anyOf" in schema:
        return opened | _any_of(schema["anyOf"])
    opened |= {word: schema[word] for word in ("type",) if word in schema}
    if "items" in schema:
        opened["items"] = tolerant(schema["items"])
    if "properties" in schema:
        core = [name for name, part in schema["properties"].items() if part.get("x-core")]
        if core:
            opened["required"] = core
        opened["properties"] = {
            name: tolerant(part) if name in core else _nullable(tolerant(part))
            for name, part in schema["properties"].items()
        }
    return opened


def _any_of(branches: list[Schema]) -> Schema:
    if _NULL in branches:
        return {"anyOf": [tolerant(branch) for branch in branches]}
    # Two forms of one string, as of a date of birth: without its form it is any string.
    return {"type": "string"}


def _nullable(schema: Schema) -> Schema:
    if "$ref" in schema:
        annotations = {word: value for word, value in schema.items() if word != "$ref"}
        return annotations | {"anyOf": [{"$ref": schema["$ref"]}, _NULL]}
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return schema


def _standard_only(part: Any) -> Any:
    if isinstance(part, list):
        return [_standard_only(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        word: {name: _standard_only(below) for name, below in value.items()}
        if word == "properties"
        else _standard_only(value)
        for word, value in part.items()
        if not word.startswith("x-") and word not in _FILE_WORDS
    }

"""Deriving the two profiles of a hand-written schema: strict, for tests, and tolerant, for production."""

from __future__ import annotations

from typing import TYPE_CHECKING

from junction_webhooks._jsonschema.visit import rewrite

if TYPE_CHECKING:
    from junction_webhooks.contract import Schema

_FILE_WORDS = frozenset({"$schema", "$id", "$comment"})
"""Keywords about the file, which a bundle does not inherit."""
_ANNOTATIONS = ("title", "description", "examples")
_TIMESTAMPS = frozenset({"Timestamp", "SlotTime"})
_NULL = {"type": "null"}


def strict(schema: Schema) -> Schema:
    """The schema with standard keywords only. Its `$ref`s stay as they are."""
    kept: Schema = rewrite(schema, _standard_only)
    return kept


def tolerant(schema: Schema) -> Schema:
    """The schema, opened for what Junction may add or leave out later.

    Unknown properties are accepted, a value set becomes any string (its known values become `examples`),
    only `x-core` properties stay required and not null, and only timestamps keep their format.
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
    # Two formats of one string, as for a date of birth: without formats it is any string.
    return {"type": "string"}


def _nullable(schema: Schema) -> Schema:
    if "$ref" in schema:
        annotations = {word: value for word, value in schema.items() if word != "$ref"}
        return annotations | {"anyOf": [{"$ref": schema["$ref"]}, _NULL]}
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return schema


def _standard_only(schema: Schema) -> Schema:
    return {
        word: value for word, value in schema.items() if not word.startswith("x-") and word not in _FILE_WORDS
    }

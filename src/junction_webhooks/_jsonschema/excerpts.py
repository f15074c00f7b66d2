"""Small schemas, each with only one side of a difference, for proofs about that difference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema.branches import ANYTHING, Branch, Node

if TYPE_CHECKING:
    from collections.abc import Sequence


_FEW: Final = 3


def of_kind(kind: str, keyword: str = "", value: Any = None) -> dict[str, Any]:
    """A schema with a type, and with a keyword unless its value is None."""
    return ({} if kind == ANYTHING else {"type": kind}) | ({} if value is None else {keyword: value})


def nullable(kinds: Sequence[str], *, is_nullable: bool) -> dict[str, Any]:
    """A schema with types, with or without null."""
    return {"type": [*kinds, *(["null"] if is_nullable else [])]}


def enum(branch: Branch, *more: str) -> dict[str, Any]:
    """The values of a branch, and further values given as JSON."""
    return {"enum": [json.loads(value) for value in (*(branch.values or ()), *more)]}


def value(branch: Branch, one: str) -> tuple[Any, Any]:
    """A few values of a branch, and the same with one more, given as JSON.

    A few: a list of a hundred thousand values says no more about the one.
    """
    few = [json.loads(each) for each in (branch.values or ())[:_FEW] if each != one]
    return {"enum": few} if few else False, {"enum": [*few, json.loads(one)]}


def of_property(branch: Branch, name: str) -> dict[str, Any]:
    """An object with one of the properties of a branch."""
    schema = of_additional(branch)
    if name in branch.properties:
        schema["properties"] = {name: branch.properties[name].schema}
    if name in branch.required:
        schema["required"] = [name]
    return schema


def of_additional(branch: Branch) -> dict[str, Any]:
    """An object with the additional properties of a branch."""
    additional = branch.additional
    return {
        "type": "object",
        "additionalProperties": additional.schema if isinstance(additional, Node) else additional,
    }

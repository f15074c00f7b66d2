"""What can be missing or null in an event, as HTML elements, with the types of Python and TypeScript."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract import _files as _data
from junction_webhooks_dev.docs.badges import nullability, presence
from junction_webhooks_dev.docs.html import code, dotted, el, table
from junction_webhooks_dev.docs.property_tree import event_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from junction_webhooks_dev.docs.html import Cell

_INTERFACE: Final = re.compile(r"^export interface (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_PROPERTY: Final = re.compile(r"^  (\w+\??: .+);$", re.MULTILINE)
_HEADS: Final = ("Property", "Presence", "Null", "Python", "TypeScript")


def absent(event_type: str) -> Iterator[Element]:
    """Yield a table per object: its properties that may be missing or null, and their types."""
    tree = event_tree(event_type)
    schemas = contract.shared_schemas()
    classes: dict[str, str] = {path: schemas[name]["title"] for name, path in tree.homes.items()}
    classes[""] = schemas[f"events/{event_type}"]["title"]
    for parent, properties in tree.properties.items():
        owner = classes[parent]
        rows: list[Sequence[Cell]] = [
            [
                [el("a", code(each.key), href=f"/events/{event_type}.md#{each.path}", id=each.path)],
                [presence(each)],
                [nullability(each)],
                [code(_python()[owner, each.key])],
                [code(_typescript()[owner, each.key])],
            ]
            for each in properties
            if not each.required or each.type.nullable
        ]
        if rows:
            at = ["at ", dotted(parent)] if parent else ["the envelope"]
            yield el("h2", code(owner), ", ", *at, id=owner)
            shown = table(_HEADS, rows)
            shown.set("data-search-exclude", "")  # a search finds the property on the page of its event
            yield shown


@cache
def _python() -> Mapping[tuple[str, str], str]:
    """Return the annotation of each field of each model, by class and property."""
    source = _data.generated("junction_webhooks_models/models.py").read_text(encoding="utf-8")
    found = {}
    for model in ast.parse(source).body:
        if isinstance(model, ast.ClassDef):
            for each in model.body:
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                    found[model.name, each.target.id] = ast.unparse(each.annotation)
    return found


@cache
def _typescript() -> Mapping[tuple[str, str], str]:
    """Return the declaration of each property of each interface, by interface and property."""
    source = _data.generated("types/tolerant/junction-webhooks.ts").read_text(encoding="utf-8")
    return {
        (interface, declared.partition(":")[0].removesuffix("?")): declared
        for interface, body in _INTERFACE.findall(source)
        for declared in _PROPERTY.findall(body)
    }

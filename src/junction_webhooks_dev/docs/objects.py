"""Tables of the contract: its events, value sets and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from junction_webhooks import contract
from junction_webhooks.contract import stability
from junction_webhooks.contract.annotations import root
from junction_webhooks_dev.docs.badges import badges, beta
from junction_webhooks_dev.docs.html import append, code, dotted, el, inline, table
from junction_webhooks_dev.docs.property_tree import object_properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from junction_webhooks.contract import Schema
    from junction_webhooks_dev.docs.html import Cell, Child


def events() -> Iterator[Element]:
    """Yield a table of the events: their pages, when they are sent and what they carry."""
    rows: list[Sequence[Cell]] = []
    for event_type in contract.EVENT_TYPES:
        name = f"events/{event_type}"
        schema = contract.shared_schemas()[name]
        data = contract.shared_schemas()[contract.resolve(schema["properties"]["data"]["$ref"], name)]
        link = el("a", dotted(event_type), href=f"/{name}.md")
        is_beta = stability.of_event(event_type) == "beta"
        named: list[Child] = [link, " ", beta()] if is_beta else [link]
        rows.append([named, inline(schema["description"]), [code(data["title"])]])
    yield table(("Event", "Sent", "Carries"), rows)


def values(value_set: str) -> Iterator[Element]:
    """Yield a table of a value set: each value and what it means."""
    schema = contract.shared_schemas()[f"values/{value_set}"]
    rows: list[Sequence[Cell]] = [
        [[dotted(value)], inline(meaning)] for value, meaning in schema["x-values"].items()
    ]
    yield table(("Value", "Meaning"), rows, caption=schema["title"])


def objects() -> Iterator[Element]:
    """Yield every object and value set under a heading whose id is its class name, after a list of links."""
    for folder, one in (("objects", "object"), ("values", "value set")):
        found = [
            (name, each) for name, each in contract.shared_schemas().items() if name.startswith(f"{folder}/")
        ]
        yield el("h2", f"{one.capitalize()}s", id=folder)
        index = el("p.jw-note", data_search_exclude="")
        for _, schema in found:
            append(index, el("a", code(schema["title"]), href=f"#{schema['title']}"), " ")
        yield index
        for name, schema in found:
            title = schema["title"]
            yield el("h3", code(title), id=title)
            yield el("p", *inline(schema["description"]))
            if "properties" in schema:
                yield from _object(name)
            elif "x-values" in schema:
                yield meanings(schema, title)
            path = f"/schemas/v1/{name}.json"
            yield el("p.jw-note", "Schema: ", el("a", code(f"{name}.json"), href=path))


def _object(name: str) -> Iterator[Element]:
    title = contract.shared_schemas()[name]["title"]
    rows: list[Sequence[Cell]] = []
    for each in object_properties(root(name), title):
        kind: list[Child] = [str(each.type)]
        if each.type.target is not None:
            target = contract.shared_schemas()[each.type.target]["title"]
            kind += [" ", el("a", code(target), href=f"#{target}")]
        about = inline(each.schema["description"])
        for badge in badges(each):
            about += [" ", badge]
        rows.append([[el("code", each.key, id=each.path)], kind, about])
    if rows:
        yield table(("Property", "Type", "Meaning"), rows)


def meanings(schema: Schema, parent: str) -> Element:
    """Return the values of a value set with their meanings; the id of each starts with `parent` and a dot."""
    entries = el("dl.jw-members")
    for value, meaning in schema["x-values"].items():
        append(entries, el("dt", dotted(value, id=f"{parent}.{value}")), el("dd", *inline(meaning)))
    return entries

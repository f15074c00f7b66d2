"""Tables of the contract: its events, value sets and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract import stability
from junction_webhooks.contract.annotations import root
from junction_webhooks_dev.docs.badges import badges, beta, nullability, presence
from junction_webhooks_dev.docs.html import append, code, dotted, el, inline, table
from junction_webhooks_dev.docs.property_tree import object_properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from junction_webhooks.contract import Schema
    from junction_webhooks_dev.docs.html import Cell, Child

GROUPS: Final = {
    "order": "The order and its history",
    "patient": "The patient",
    "lab-test": "The lab test",
    "appointment": "The appointment",
    "result": "Results and tracking",
    "values": "Value sets",
}
"""The pages of objects and value sets, and what each is about."""
_KINDS: Final = {
    "patient": ("patient_", "medical_proxy", "physician", "shipping_address"),
    "lab-test": ("lab", "marker", "aoe"),
    "appointment": ("appointment", "location"),
    "result": ("critical_result", "match_review", "order_tracking"),
}
"""How the names of the objects of a group begin. All others are of the group `order`."""


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


def objects(group: str) -> Iterator[Element]:
    """Yield the objects or value sets of a group, each under a heading whose id is its class name."""
    found = [each for each in contract.shared_schemas() if group_of(each) == group]
    yield _index(found, "")
    for name in found:
        schema = contract.shared_schemas()[name]
        title = schema["title"]
        yield el("h2", code(title), id=title)
        yield el("p", *inline(schema["description"]))
        if "properties" in schema:
            yield from _object(name)
        elif "x-values" in schema:
            yield meanings(schema, title)
        path = f"/schemas/v0/{name}.json"
        yield el("p.jw-note", "Schema: ", el("a", code(f"{name}.json"), href=path))


def groups() -> Iterator[Element]:
    """Yield the groups of objects and value sets, each with links to all that is in it."""
    for group, about in GROUPS.items():
        page = f"/objects/{group}.md"
        yield el("h2", el("a", about, href=page), id=group)
        yield _index([each for each in contract.shared_schemas() if group_of(each) == group], page)


def group_of(name: str) -> str | None:
    """Return the group of an object or value set, which is the name of its page. None for an event."""
    folder, _, kind = name.partition("/")
    if folder == "objects":
        return next((group for group, kinds in _KINDS.items() if kind.startswith(kinds)), "order")
    return "values" if folder == "values" else None


def _index(names: Sequence[str], page: str) -> Element:
    index = el("p.jw-objects", data_search_exclude="")
    for name in names:
        title = contract.shared_schemas()[name]["title"]
        append(index, el("a", code(title), href=f"{page}#{title}"), " ")
    return index


def _object(name: str) -> Iterator[Element]:
    title = contract.shared_schemas()[name]["title"]
    rows: list[Sequence[Cell]] = []
    for each in object_properties(root(name), title):
        kind: list[Child] = [str(each.type)]
        if each.type.target is not None:
            target = contract.shared_schemas()[each.type.target]["title"]
            page = f"/objects/{group_of(each.type.target)}.md"
            kind += [" ", el("a", code(target), href=f"{page}#{target}")]
        about = inline(each.schema["description"])
        for badge in badges(each):
            about += [" ", badge]
        key = el("code", each.key, id=each.path)
        rows.append([[key], kind, [presence(each)], [nullability(each)], about])
    if rows:
        shown = table(("Property", "Type", "Presence", "Null", "Meaning"), rows)
        shown.set("data-search-exclude", "")  # a search finds the same properties on the pages of events
        yield shown


def meanings(schema: Schema, parent: str) -> Element:
    """Return the values of a value set with their meanings; the id of each starts with `parent` and a dot."""
    entries = el("dl.jw-members")
    for value, meaning in schema["x-values"].items():
        append(entries, el("dt", dotted(value, id=f"{parent}.{value}")), el("dd", *inline(meaning)))
    return entries

"""The contract as HTML elements: property trees and value sets."""

from __future__ import annotations

import posixpath
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract
from junction_webhooks_dev.docs.html import append, breakable, code, dotted, el, inline, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from junction_webhooks.contract import Schema
    from junction_webhooks_dev.docs.html import Cell, Child

_BADGES: Final = {
    "required": "In every payload: all sources agree.",
    "optional": "May be missing.",
    "core": "Present and not null in the tolerant profile too, whenever its parent is.",
    "nullable": "May be null.",
    "always sent today": "In every payload that Junction sends today, though not required.",
    "since": "Sent since that month; payloads stored before it lack the property.",
    "open set": "Junction may add values at any time: the strict profile takes the listed ones, "
    "the tolerant profile any string.",
    "closed set": "No value will be added.",
    "open object": "Other properties may come, in both profiles.",
    "patient data": "Patient data, free text, or a link that opens it: messages never show the value.",
    "deprecated": "Still sent; the note beside it says what to use instead, or why.",
}
_SOURCES: Final = {
    "page": "Junction's page on walk-in webhooks.",
    "docs": "The rest of Junction's public documentation.",
    "openapi": "Junction's OpenAPI document.",
    "recorded": "A real order in Junction's sandbox.",
}
_FORMATS: Final = {"uuid": "uuid", "date": "date", "date-time": "timestamp"}
_PATTERNS: Final = {
    "^[0-9]{5}(?:-[0-9]{4})?$": "Five digits, or five and four with a hyphen between.",
    "^(?:[A-Za-z_-]+/[A-Za-z_-]+(?:/[A-Za-z_-]+)?|Etc/[A-Za-z0-9+-]+(?:/[A-Za-z0-9]+)?|CET|CST6CDT"
    "|EET|EST|EST5EDT|MET|MST|MST7MDT|PST8PDT|HST)$": "Written like the names of the IANA time "
    "zone database, such as `America/Phoenix`.",
}
_FEW: Final = 4
"""So many members of a value set are shown without a click."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a property holds, apart from null."""

    base: str
    """Its JSON type in words."""
    forms: tuple[str, ...] = ()
    """The forms that its strings may take, such as `uuid`."""
    nullable: bool = False
    target: str | None = None
    """The name of the object or value set that it refers to."""

    def __str__(self) -> str:
        return f"{self.base} ({' or '.join(self.forms)})" if self.forms else self.base


@dataclass(frozen=True, slots=True)
class _Property:
    """One property of an object, at one place of a payload."""

    path: str
    schema: Schema
    shape: _Shape
    required: bool
    sensitive: bool
    """Marked so itself, or part of what is."""
    provenance: Mapping[str, Any]

    @property
    def key(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class _Tree:
    """The properties of an event, where each object and value set has one home."""

    properties: Mapping[str, Sequence[_Property]]
    """By the path of their parent."""
    homes: Mapping[str, str]
    """The path where an object or value set is shown whole; elsewhere a link leads to it."""


def event(event_type: str) -> Iterator[Element]:
    """The properties of an event as a nested list, after a legend."""
    yield _legend()
    box = el("input", type="checkbox")
    yield el("label.jw-option", box, " Show where each property is known from", data_search_exclude="")
    yield _listed(_tree(f"events/{event_type}"), "")


def events() -> Iterator[Element]:
    """The events of the contract: their pages, when they are sent and what they carry."""
    rows: list[Sequence[Cell]] = []
    for event_type in contract.EVENT_TYPES:
        name = f"events/{event_type}"
        schema = contract.schemas()[name]
        data = contract.schemas()[contract.resolve(schema["properties"]["data"]["$ref"], name)]
        link = el("a", dotted(event_type), href=f"/{name}.md")
        rows.append([[link], inline(schema["description"]), [code(data["title"])]])
    yield table(("Event", "Sent", "Carries"), rows)


def values(value_set: str) -> Iterator[Element]:
    """The members of a value set and what each means."""
    schema = contract.schemas()[f"values/{value_set}"]
    members = schema["x-values"].items()
    rows: list[Sequence[Cell]] = [[[dotted(name)], inline(meaning)] for name, meaning in members]
    yield table(("Value", "Meaning"), rows, caption=schema["title"])


def objects() -> Iterator[Element]:
    """Every object and value set, each under a heading with its class name as id, after a list of them."""
    for room, one in (("objects", "object"), ("values", "value set")):
        found = [(name, each) for name, each in contract.schemas().items() if name.startswith(f"{room}/")]
        yield el("h2", f"{one.capitalize()}s", id=room)
        index = el("p.jw-note", data_search_exclude="")
        for _, schema in found:
            append(index, el("a", code(schema["title"]), href=f"#{schema['title']}"), " ")
        yield index
        for name, schema in found:
            title = schema["title"]
            yield el("h3", code(title), id=title)
            yield el("p", *inline(schema["description"]))
            yield from _object(name) if "properties" in schema else _members(schema)
            path = f"/schemas/v1/{name}.json"
            yield el("p.jw-note", "Schema: ", el("a", code(f"{name}.json"), href=path))


def _object(name: str) -> Iterator[Element]:
    title = contract.schemas()[name]["title"]
    rows: list[Sequence[Cell]] = []
    for each in _properties(name, title, sensitive=False):
        kind: list[Child] = [str(each.shape)]
        if each.shape.target is not None:
            target = contract.schemas()[each.shape.target]["title"]
            kind += [" ", el("a", code(target), href=f"#{target}")]
        badges: list[Child] = [child for badge, text in _badges(each) for child in (" ", _badge(badge, text))]
        about = [*inline(each.schema["description"]), *badges]
        rows.append([[el("code", each.key, id=each.path)], kind, about])
    if rows:
        yield table(("Property", "Type", "Meaning"), rows)


def _members(schema: Schema) -> Iterator[Element]:
    if "x-values" in schema:
        body = el("dl.jw-members")
        for member, meaning in schema["x-values"].items():
            append(
                body, el("dt", dotted(member, id=f"{schema['title']}.{member}")), el("dd", *inline(meaning))
            )
        yield body


def anchors(event_type: str) -> frozenset[str]:
    """The path of every property of an event, each of them an id on its page."""
    tree = _tree(f"events/{event_type}")
    return frozenset(path[1:] for path, _ in _below(tree, "", frozenset()))


def dated(event_type: str) -> Iterator[tuple[str, str]]:
    """The month and the path of each property that Junction added to an event since it first sent it."""
    for properties in _tree(f"events/{event_type}").properties.values():
        for each in properties:
            if "since" in each.schema.get("x-provenance", {}):
                yield each.provenance["since"], each.path


def _tree(root: str) -> _Tree:
    properties: dict[str, list[_Property]] = {}
    homes: dict[str, str] = {}
    queue = deque([(root, "", False)])
    # Breadth first: what occurs twice is at home where a reader meets it first.
    while queue:
        name, parent, sensitive = queue.popleft()
        properties[parent] = list(_properties(name, parent, sensitive=sensitive))
        for each in properties[parent]:
            target = each.shape.target
            if target is not None and target not in homes:
                homes[target] = each.path
                if "properties" in contract.schemas()[target]:
                    queue.append((target, each.path, each.sensitive))
    return _Tree(properties, homes)


def _properties(name: str, parent: str, *, sensitive: bool) -> Iterator[_Property]:
    schema = contract.schemas()[name]
    sensitive = sensitive or "x-sensitive" in schema
    for key, value in schema["properties"].items():
        yield _Property(
            path=f"{parent}.{key}" if parent else key,
            schema=value,
            shape=_shape(value, name),
            required=key in schema.get("required", ()),
            sensitive=sensitive or "x-sensitive" in value,
            provenance=value.get("x-provenance", schema["x-provenance"]),
        )


def _shape(schema: Schema, within: str) -> _Shape:
    if "$ref" in schema:
        return _referred(contract.resolve(schema["$ref"], within))
    if "anyOf" in schema:
        branches = [branch for branch in schema["anyOf"] if branch != {"type": "null"}]
        shapes = [_shape(branch, within) for branch in branches]
        return _Shape(
            base=" or ".join(dict.fromkeys(shape.base for shape in shapes)),
            forms=tuple(form for shape in shapes for form in shape.forms),
            nullable=len(branches) < len(schema["anyOf"]),
            target=shapes[0].target,
        )
    if "const" in schema:
        return _Shape("string")
    types = schema.get("type", ["any type"])
    types = [types] if isinstance(types, str) else types
    base = " or ".join(word for word in types if word != "null")
    if base == "array":
        items = _shape(schema["items"], within)
        return _Shape(f"array of {items.base}s", items.forms, "null" in types, items.target)
    forms = (_FORMATS[schema["format"]],) if "format" in schema else ()
    return _Shape(base, forms, "null" in types)


def _referred(name: str) -> _Shape:
    schema = contract.schemas()[name]
    if "properties" in schema:
        return _Shape("object", target=name)
    if "enum" in schema:
        return _Shape("string", target=name)
    return _Shape(schema["type"], (_form(name),))


def _form(name: str) -> str:
    return posixpath.basename(name).replace("_", " ")


def _listed(tree: _Tree, parent: str) -> Element:
    return el("ul.jw-tree", *(_property(tree, each) for each in tree.properties[parent]))


def _property(tree: _Tree, each: _Property) -> Element:
    above = el("span.jw-above", *breakable(each.path.removesuffix(each.key)))
    # A heading, so that a search finds the property itself; it follows a heading of the page.
    heading = el(f"h{min(each.path.count('.') + 3, 6)}", above, each.key, id=each.path)
    # Straight below the item: so the search takes all that the item says for the property's own.
    item = el("li", heading, " ", _facts(each), el("p", *inline(each.schema["description"])))
    notes = list(_notes(each.schema))
    if notes:
        item.append(el("p.jw-note", *inline(" ".join(notes))))
    if each.shape.target is not None:
        show = _whole if tree.homes[each.shape.target] == each.path else _elsewhere
        item.append(show(tree, each.path, each.shape.target))
    return item


def _facts(each: _Property) -> Element:
    facts = el("div.jw-facts", el("span.jw-type", str(each.shape)), " ", data_search_exclude="")
    for badge, text in _badges(each):
        append(facts, _badge(badge, text), " ")
    return append(facts, el("span.jw-sources", " · ".join(each.provenance["sources"])))


def _badges(each: _Property) -> Iterator[tuple[str, str]]:
    schema, provenance = each.schema, each.provenance
    target = contract.schemas()[each.shape.target] if each.shape.target else {}
    held = {
        "required": each.required,
        "optional": not each.required,
        "core": "x-core" in schema,
        "nullable": each.shape.nullable,
        "always sent today": "always" in provenance,
        "since": "since" in provenance,
        "open set": "enum" in target and "x-exhaustive" not in target,
        "closed set": "x-exhaustive" in schema,
        "open object": target.get("additionalProperties") is True,
        "patient data": each.sensitive,
        "deprecated": "x-deprecated" in schema,
    }
    for badge in _BADGES:
        if held[badge]:
            yield badge, f"since {provenance['since']}" if badge == "since" else badge


def _notes(schema: Schema) -> Iterator[str]:
    if "const" in schema:
        yield f"Always `{schema['const']}`."
    if "pattern" in schema:
        yield _PATTERNS.get(schema["pattern"], f"Matches `{schema['pattern']}`.")
    if "maxLength" in schema:
        yield f"At most {schema['maxLength']:,} characters."
    if "minimum" in schema:
        yield f"At least {schema['minimum']:,}."
    if "maximum" in schema:
        yield f"At most {schema['maximum']:,}."
    if "x-deprecated" in schema:
        yield f"Deprecated: {schema['x-deprecated']}"


def _whole(tree: _Tree, path: str, name: str) -> Element:
    """An object or value set at its home, folded unless it is what a reader came for."""
    schema = contract.schemas()[name]
    if "properties" in schema:
        count, one, more = len(schema["properties"]), "property", "properties"
        body = _listed(tree, path)
        shown = "." not in path
    else:
        count, one, more = len(schema["enum"]), "value", "values"
        body = el("dl.jw-members")
        for member, meaning in schema["x-values"].items():
            append(body, el("dt", dotted(member, id=f"{path}.{member}")), el("dd", *inline(meaning)))
        shown = count <= _FEW
    summary = el("summary", code(schema["title"]), f" {count} {one if count == 1 else more}")
    about = el("p.jw-note", *inline(schema["description"]))
    return el("details.jw-fold", summary, about, body, **({"open": "open"} if shown else {}))


def _elsewhere(tree: _Tree, path: str, name: str) -> Element:
    """A link to the home of an object or value set, and an anchor for each property."""
    home = tree.homes[name]
    note = el("p.jw-note", code(contract.schemas()[name]["title"]), ", as under ")
    append(note, el("a", dotted(home), href=f"#{home}"))
    for number, (below, each) in enumerate(_below(tree, home, frozenset())):
        anchor = el("a", dotted(below[1:]), href=f"#{each.path}", id=path + below)
        append(note, ", " if number else ": ", anchor)
    return append(note, ".")


def _below(tree: _Tree, home: str, above: frozenset[str]) -> Iterator[tuple[str, _Property]]:
    """All properties below an object's home, each with its path from there."""
    for each in tree.properties.get(home, ()):
        step, target = f".{each.key}", each.shape.target
        yield step, each
        if target is not None and target not in above:
            for further, descendant in _below(tree, tree.homes[target], above | {target}):
                yield step + further, descendant


def _legend() -> Element:
    legend = el("dl.jw-members.jw-legend")
    for badge, meaning in _BADGES.items():
        append(legend, el("dt", _badge(badge, badge)), el("dd", meaning))
    for name, schema in contract.schemas().items():
        if name.startswith("values/") and "enum" not in schema:
            form = el("span.jw-type", _form(name))
            append(legend, el("dt", form), el("dd", *inline(schema["description"])))
    for source, meaning in _SOURCES.items():
        append(legend, el("dt", el("span.jw-sources", source)), el("dd", meaning))
    summary = el("summary", "How to read this")
    return el("details.jw-fold.jw-key", summary, legend, data_search_exclude="")


def _badge(badge: str, text: str) -> Element:
    kind = badge.replace(" ", "-")
    return el(f"span.jw-badge.jw-{kind}", text, title=_BADGES[badge])

"""The property tree of an event, as HTML elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks_dev.docs.badges import badges, legend, nullability, presence
from junction_webhooks_dev.docs.html import append, breakable, code, dotted, el, inline
from junction_webhooks_dev.docs.objects import meanings
from junction_webhooks_dev.docs.property_tree import event_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from junction_webhooks.contract import Schema
    from junction_webhooks_dev.docs.property_tree import Property, Tree

_PATTERNS: Final = {
    "^[0-9]{5}(?:-[0-9]{4})?$": "Five digits, or five and four with a hyphen between.",
    "^(?:[A-Za-z_-]+/[A-Za-z_-]+(?:/[A-Za-z_-]+)?|Etc/[A-Za-z0-9+-]+(?:/[A-Za-z0-9]+)?|CET|CST6CDT"
    "|Cuba|EET|EST|EST5EDT|Egypt|Eire|Factory|GB|GB-Eire|GMT|GMT[+-]?0|Greenwich|HST|Hongkong|Iceland"
    "|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|MET|MST|MST7MDT|NZ|NZ-CHAT|Navajo|PRC|PST8PDT|Poland"
    "|Portugal|ROC|ROK|Singapore|Turkey|UCT|UTC|Universal|W-SU|WET|Zulu|localtime)$": "Written like "
    "the names of the IANA time zone database, such as `America/Phoenix`.",
}
"""What a pattern means. A pattern that is missing here is shown as it is."""
_FEW: Final = 4
"""A value set with up to this many values is shown unfolded."""


def event(event_type: str) -> Iterator[Element]:
    """Yield the properties of an event as a nested list, after links to its objects and a legend.

    The page's script puts a filter in front of the list.
    """
    tree = event_tree(event_type)
    box = el("input", type="checkbox")
    yield el(
        "div.jw-properties",
        _objects(tree),
        legend(),
        el("label.jw-option", box, " Show where each property is documented", data_search_exclude=""),
        el(
            "div.jw-heads",
            *(el("span", head) for head in ("Property", "Type", "Presence", "Null")),
            aria_hidden="true",
            data_search_exclude="",
        ),
        _listed(tree, ""),
    )


def _objects(tree: Tree) -> Element:
    """Return links to where each object is shown in full."""
    links = el("nav.jw-objects", "Objects: ", aria_label="Objects of the payload", data_search_exclude="")
    for name, path in tree.homes.items():
        schema = contract.shared_schemas()[name]
        if "properties" in schema:
            append(links, el("a", code(schema["title"]), href=f"#{path}", title=path), " ")
    return links


def _listed(tree: Tree, parent: str) -> Element:
    return el("ul.jw-tree", *(_property(tree, each) for each in tree.properties[parent]))


def _property(tree: Tree, each: Property) -> Element:
    above = el("span.jw-above", *breakable(each.path.removesuffix(each.key)))
    # A heading, so that a search finds the property itself; it follows a heading of the page.
    heading = el(f"h{min(each.path.count('.') + 3, 6)}", above, each.key, id=each.path)
    if not tree.is_searched:
        heading.set("data-search-exclude", "")
    # A direct child of the item, so that the search files the whole item under the property.
    about = el("p.jw-about", *inline(each.schema["description"]))
    item = el("li", heading, " ", _facts(each), about, data_flags=" ".join(_flags(each)))
    notes = list(_notes(each.schema))
    if notes:
        append(about, " ", el("span.jw-note", *inline(" ".join(notes))))
    append(about, " ", *_badges(each))
    if each.type.target is not None:
        show = _whole if tree.homes[each.type.target] == each.path else _elsewhere
        item.append(show(tree, each.path, each.type.target))
    return item


def _flags(each: Property) -> Iterator[str]:
    """Yield what the filter of the page can ask for."""
    if not each.required:
        yield "missing"
    if each.type.nullable:
        yield "null"
    if each.place.sensitive:
        yield "patient"
    if "since" in each.place.provenance:
        yield f"since-{each.place.provenance['since']}"


def _facts(each: Property) -> Element:
    typed = el("span.jw-type", str(each.type))
    sources = el(
        "a.jw-sources", " · ".join(each.place.provenance["sources"]), href="/disagreements.md#sources"
    )
    facts = (typed, " ", presence(each), " ", nullability(each), " ", sources)
    return el("div.jw-facts", *facts, data_search_exclude="")


def _badges(each: Property) -> Iterator[Element]:
    """Yield the badges of a property, if it has any."""
    found = el("span.jw-badges")
    for badge in badges(each):
        badge.set("data-search-exclude", "")
        append(found, badge, " ")
    if len(found):
        yield found


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


def _whole(tree: Tree, path: str, name: str) -> Element:
    """Return an object or value set in full, unfolded if it is at the top or short."""
    schema = contract.shared_schemas()[name]
    if "properties" in schema:
        count, one, more = len(schema["properties"]), "property", "properties"
        body = _listed(tree, path)
        shown = "." not in path
    else:
        count, one, more = len(schema["enum"]), "value", "values"
        body = meanings(schema, path)
        # A search finds them where they are explained once for all events.
        body.set("data-search-exclude", "")
        shown = count <= _FEW
    summary = el("summary", code(schema["title"]), f" {count} {one if count == 1 else more}")
    about = el("p.jw-note", *inline(schema["description"]))
    return el("details.jw-fold", summary, about, body, **({"open": "open"} if shown else {}))


def _elsewhere(tree: Tree, path: str, name: str) -> Element:
    """Return a link to where an object or value set is shown in full, and an anchor for each property."""
    home = tree.homes[name]
    note = el("p.jw-note", code(contract.shared_schemas()[name]["title"]), ", as under ")
    append(note, el("a", dotted(home), href=f"#{home}"))
    for number, (path_below, each) in enumerate(tree.below(home)):
        anchor = el("a", dotted(path_below[1:]), href=f"#{each.path}", id=path + path_below)
        append(note, ", " if number else ": ", anchor)
    return append(note, ".")

"""The badges of properties, such as "may be null", and the legend of badges, formats and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks_dev.docs.html import append, el, inline
from junction_webhooks_dev.docs.property_tree import format_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from junction_webhooks_dev.docs.property_tree import Property

_BADGES: Final = {
    "always": "In every payload that conforms: all sources agree, and the strict profile requires it.",
    "may be missing": "Not every payload has it.",
    "not null": "Never null in a payload that conforms.",
    "may be null": "Can be present and null.",
    "core": "Present and not null in the tolerant profile too, whenever its parent is.",
    "sent today": "In every payload that Junction sends today, though not required.",
    "since": "Sent since that month; payloads stored before it lack the property.",
    "open set": "Junction may add values at any time: the strict profile accepts the listed ones, "
    "the tolerant profile any string.",
    "closed set": "No value will be added.",
    "open object": "Other properties may be added, in both profiles.",
    "patient data": "Patient data, free text, or a link that opens it: messages never show the value.",
    "deprecated": "Still sent; the note next to it says what to use instead, or why.",
}
_BETA: Final = "Its sources are thin: a minor version may break it."
_SOURCES: Final = {
    "page": "Junction's page on walk-in webhooks.",
    "docs": "The rest of Junction's public documentation.",
    "openapi": "Junction's OpenAPI document.",
    "recorded": "A real order in Junction's sandbox.",
    "sdk": "The types of Junction's SDK.",
    "catalog": "One sentence in Junction's event catalog.",
}


def badges(each: Property) -> Iterator[Element]:
    """Yield what else there is to know of a property, in the order of the legend."""
    schema, provenance = each.schema, each.place.provenance
    target = contract.shared_schemas()[each.type.target] if each.type.target else {}
    applies = {
        "core": "x-core" in schema,
        "sent today": "always" in provenance,
        "since": "since" in provenance,
        "open set": "enum" in target and "x-exhaustive" not in target,
        "closed set": "x-exhaustive" in schema,
        "open object": target.get("additionalProperties") is True,
        "patient data": each.place.sensitive,
        "deprecated": "x-deprecated" in schema,
    }
    for badge in _BADGES:
        if applies.get(badge):
            yield _badge(badge, f"since {provenance['since']}" if badge == "since" else badge)


def presence(each: Property) -> Element:
    """Return the badge that says whether a property is always there."""
    badge = "always" if each.required else "may be missing"
    return _badge(badge, badge)


def nullability(each: Property) -> Element:
    """Return the badge that says whether a property can be null."""
    badge = "may be null" if each.type.nullable else "not null"
    return _badge(badge, badge)


def beta() -> Element:
    """Return the badge of an event that is beta."""
    return el("span.jw-badge.jw-beta", "beta", title=_BETA)


def legend() -> Element:
    """Return the legend, folded."""
    entries = el("dl.jw-members.jw-legend")
    for badge, meaning in _BADGES.items():
        append(entries, el("dt", _badge(badge, badge)), el("dd", meaning))
    for name, schema in contract.shared_schemas().items():
        if name.startswith("values/") and "enum" not in schema:
            named = el("span.jw-type", format_name(name))
            append(entries, el("dt", named), el("dd", *inline(schema["description"])))
    for source, meaning in _SOURCES.items():
        append(entries, el("dt", el("span.jw-sources", source)), el("dd", meaning))
    summary = el("summary", "How to read this")
    return el("details.jw-fold.jw-key", summary, entries, data_search_exclude="")


def _badge(badge: str, text: str) -> Element:
    kind = badge.replace(" ", "-")
    return el(f"span.jw-badge.jw-{kind}", text, title=_BADGES[badge])

"""HTML elements for Python-Markdown, brief to write.

Elements, not strings: Python-Markdown escapes them when it writes the page, and MkDocs sees their
ids and links, so that `mkdocs build --strict` finds a link to what is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from xml.etree.ElementTree import Element

from markdown.util import AtomicString

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Child: TypeAlias = Element | str
Cell: TypeAlias = "Sequence[Child]"


def el(tag: str, *children: Child, **attributes: str) -> Element:
    """Return an element such as `p`, or `p.note` with a class. In names of attributes `_` becomes `-`."""
    name, *classes = tag.split(".")
    element = Element(name)
    if classes:
        element.set("class", " ".join(classes))
    for key, value in attributes.items():
        element.set(key.replace("_", "-"), _literal(value))
    return append(element, *children)


def append(element: Element, *children: Child) -> Element:
    """Add children to an element and return it. Text is added as it is, never read as Markdown."""
    for child in children:
        if not isinstance(child, str):
            element.append(child)
        elif len(element):
            element[-1].tail = AtomicString((element[-1].tail or "") + _literal(child))
        else:
            element.text = AtomicString((element.text or "") + _literal(child))
    return element


def _literal(text: str) -> str:
    # Python-Markdown's serializer escapes all but what looks like an entity already.
    return text.replace("&", "&amp;")


def inline(text: str) -> list[Child]:
    """Return a text as children, with what is between backticks as code."""
    parts = text.split("`")
    return [dotted(part) if number % 2 else part for number, part in enumerate(parts)]


def code(text: str) -> Element:
    """Return a text as code."""
    return el("code", text)


def dotted(name: str, **attributes: str) -> Element:
    """Return a name as code that may break after its dots."""
    return el("code", *breakable(name), **attributes)


def breakable(name: str) -> Iterator[Child]:
    """Yield a name in pieces, with an opportunity to break after each dot."""
    *parts, last = name.split(".")
    for part in parts:
        yield f"{part}."
        yield el("wbr")
    yield last


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, caption: str = "") -> Element:
    """Return a table whose first column heads the rows. Where it repeats, only the first one is visible."""
    body = el("tbody", role="rowgroup")
    before = None
    for first, *cells in rows:
        head = el("th", *first, scope="row", role="rowheader")
        text = "".join(head.itertext())
        if text == before:
            # Not `rowspan`: in the Markdown version of the page, the other cells would move to the left.
            head = el("th.jw-again", el("span", text), scope="row", role="rowheader")
        before = text
        row = el("tr", head, role="row")
        for label, cell in zip(heads[1:], cells, strict=True):
            row.append(el("td", *cell, role="cell", data_label=label))
        body.append(row)
    columns = (el("th", head, scope="col", role="columnheader") for head in heads)
    header = el("thead", el("tr", *columns, role="row"), role="rowgroup")
    # Narrow screens lay the table out as blocks, which removes its semantics; the roles keep them.
    parts = [el("caption", caption)] if caption else []
    return el("table.jw-table", *parts, header, body, role="table")

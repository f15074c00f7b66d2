"""Write a tree of HTML elements as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from xml.etree.ElementTree import Element

_HEADINGS: Final = {f"h{level}": "#" * level for level in range(1, 7)}
_BLOCKS: Final = _HEADINGS.keys() | {
    *("article", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "footer", "form"),
    *("header", "hr", "li", "nav", "noscript", "ol", "p", "pre", "section", "summary", "table", "ul"),
}
_LINES: Final = frozenset((*_HEADINGS, "hr", "summary"))
"""Blocks of one line."""
_SKIPPED: Final = frozenset({"button", "input", "label", "script", "select", "style", "svg", "textarea"})
"""Elements that only a browser can use. A label names one of them."""
_SKIPPED_CLASSES: Final = frozenset({"doc-labels", "headerlink", "tabbed-labels", "twemoji"})
_SPECIAL: Final = re.compile(
    r"[\\`*\[\]]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # not within a word, where Markdown reads no emphasis
    r"|<(?=[a-zA-Z/!?])|&(?=#?\w+;)|~(?=~)"
)
_STARTS: Final = re.compile(r"\d+(?=[.)](?: |$))|(?=[#>=|-]|[+](?: |$))")
"""What would start another block than a paragraph, such as a list, up to what has to be escaped."""
_MARKS: Final = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}
_SPACES: Final = re.compile(r"\s+")
_BACKTICKS: Final = re.compile(r"`+")


class Writer:
    """Writes elements as Markdown. `address` gives what a link of the page leads to from anywhere."""

    def __init__(self, address: Callable[[str], str]) -> None:
        self._address = address

    def page(self, root: Element) -> str:
        """Return all that is in an element."""
        return "\n\n".join(self._blocks(root)) + "\n"

    def _blocks(self, parent: Element) -> Iterator[str]:
        """Yield the blocks in an element, and the text around and between them as paragraphs."""
        text = [_escaped(parent.text)]
        for child in parent:
            if not _is_skipped(child):
                if child.tag in _BLOCKS:
                    yield from _paragraph(text)
                    text.clear()
                    yield from self._block(child)
                else:
                    text.append(self._inline(child))
            text.append(_escaped(child.tail))
        yield from _paragraph(text)

    def _block(self, element: Element) -> Iterable[str]:
        tag, classes = element.tag, element.get("class", "").split()
        if tag == "blockquote" or "admonition" in classes:
            return [_indented("\n\n".join(self._blocks(element)), "> ", "> ")]
        if "highlight" in classes:
            return self._code_blocks(element)
        if "tabbed-set" in classes:
            return self._tabs(element)
        if tag in _LINES or "admonition-title" in classes:
            return [self._line(element)]
        write = {
            "pre": self._code_blocks,
            "ul": self._list,
            "ol": self._list,
            "dl": self._definitions,
            "table": self._table,
        }
        return write.get(tag, self._blocks)(element)

    def _line(self, element: Element) -> str:
        if element.tag == "hr":
            return "---"
        text = self._text(element)
        return f"{_HEADINGS[element.tag]} {text}" if element.tag in _HEADINGS else _marked("**", text)

    def _code_blocks(self, element: Element) -> Iterator[str]:
        classes = element.get("class", "").split()
        language = next((each[9:] for each in classes if each.startswith("language-")), "")
        for pre in element.iter("pre"):
            yield _fenced("".join(pre.itertext()), language)

    def _list(self, element: Element) -> Iterator[str]:
        items = [[*self._blocks(item)] for item in element.iterfind("li")]
        first = int(element.get("start", "1"))
        marks = [f"{first + number}. " if element.tag == "ol" else "- " for number in range(len(items))]
        yield from _listed(marks, items)

    def _definitions(self, element: Element) -> Iterator[str]:
        """Yield a definition list as a list: Markdown has no other way to write one."""
        items: list[list[str]] = []
        terms: list[str] = []
        for child in element:
            if child.tag == "dt":
                terms.append(self._text(child))
            elif child.tag == "dd":
                first, *more = [*self._blocks(child)] or [""]
                items.append([f"{', '.join(terms)}: {first}".rstrip(), *more])
                terms.clear()
        yield from _listed(["- "] * len(items), items)

    def _tabs(self, element: Element) -> Iterator[str]:
        """Yield each tab after its label."""
        labels = [label for each in element if "tabbed-labels" in each.get("class", "") for label in each]
        blocks = [block for each in element if "tabbed-content" in each.get("class", "") for block in each]
        for label, block in zip(labels, blocks, strict=True):
            yield _marked("**", self._text(label))
            yield from self._blocks(block)

    def _table(self, element: Element) -> Iterator[str]:
        rows = [[self._cell(cell) for cell in row if cell.tag in {"td", "th"}] for row in element.iter("tr")]
        if element.find("thead") is None:
            rows.insert(0, [""] * max(map(len, rows), default=1))
        head, *body = rows
        caption = element.find("caption")
        if caption is not None:
            yield self._text(caption)
        yield "\n".join(map(_row, [head, ["---"] * len(head), *body]))

    def _cell(self, cell: Element) -> str:
        """Return a cell on one line. Within code, too, Markdown asks to escape `|`."""
        return _SPACES.sub(" ", " ".join(self._blocks(cell))).replace("|", r"\|")

    def _text(self, parent: Element) -> str:
        """Return what is in an element as one line of text."""
        return _SPACES.sub(" ", self._children(parent)).strip()

    def _children(self, parent: Element) -> str:
        text = [_escaped(parent.text)]
        for child in parent:
            if not _is_skipped(child):
                # Blocks within a line, such as those of a card that is a link, stay words of their own.
                text.append(f" {self._children(child)} " if child.tag in _BLOCKS else self._inline(child))
            text.append(_escaped(child.tail))
        return "".join(text)

    def _inline(self, element: Element) -> str:
        match element.tag:
            case "code" | "kbd" | "samp":
                return _code(_SPACES.sub(" ", "".join(element.itertext())))
            case "a" if "href" in element.attrib:
                text = self._text(element)
                return f"[{text}]({self._address(element.attrib['href'])})" if text else ""
            case "img":
                return f"![{_escaped(element.get('alt'))}]({self._address(element.get('src', ''))})"
            case "br":
                return " "
            case tag:
                text = self._children(element)
                return _marked(_MARKS[tag], text) if tag in _MARKS else text


def _is_skipped(element: Element) -> bool:
    return (
        element.tag in _SKIPPED
        or element.get("aria-hidden") == "true"
        or not _SKIPPED_CLASSES.isdisjoint(element.get("class", "").split())
    )


def _escaped(text: str | None) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text) if text else ""


def _paragraph(text: Sequence[str]) -> Iterator[str]:
    """Yield a text as a paragraph, unless it is blank."""
    line = _SPACES.sub(" ", "".join(text)).strip()
    start = _STARTS.match(line)
    if start:
        line = f"{start[0]}\\{line[start.end() :]}"
    if line:
        yield line


def _marked(mark: str, text: str) -> str:
    """Return a text between marks, its outer spaces outside them, unless it has such marks already."""
    inner = text.strip()
    if not inner or mark in inner:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{inner}{mark}{after}"


def _code(text: str) -> str:
    """Return a text as code within a line, between more backticks than it has in a row."""
    if not text.strip():
        return text
    marks = "`" * (_longest(text) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{marks}{padding}{text}{padding}{marks}"


def _longest(text: str) -> int:
    """Return how many backticks a text has in a row, at most."""
    return max(map(len, _BACKTICKS.findall(text)), default=0)


def _fenced(text: str, language: str) -> str:
    """Return a block of code, between more backticks than it has in a row."""
    code = text.rstrip("\n")
    fence = "`" * max(3, _longest(code) + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _listed(marks: Sequence[str], items: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a list, loose if an item has several blocks."""
    between = "\n\n" if any(len(item) > 1 for item in items) else "\n"
    if items:
        yield between.join(
            _indented("\n\n".join(item), mark, " " * len(mark))
            for mark, item in zip(marks, items, strict=True)
        )


def _indented(text: str, first: str, others: str) -> str:
    """Return a text whose first line starts with `first`, and each other line with `others`."""
    line, *more = text.split("\n")
    return "\n".join([first + line, *(others + each if each else others.rstrip() for each in more)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

"""The HTML of a page as a tree of elements."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import TreeBuilder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

_VOID: Final = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
"""Elements without an end tag."""
_PRE: Final = re.compile(r"<pre>.*?</pre>", re.DOTALL)
_SPAN: Final = re.compile(r"</?span\b[^>]*>")


def parse(html: str) -> Element:
    """Return the HTML of a page as the children of one element. An element left open ends with its parent."""
    parser = _Parser()
    parser.feed(without_colours(html))
    parser.close()
    return parser.root()


def without_colours(html: str) -> str:
    """Return HTML whose code has no spans: half of all tags on the site only colour code."""
    return _PRE.sub(lambda pre: _SPAN.sub("", pre[0]), html)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._builder = TreeBuilder()
        self._open: list[str] = []
        self._builder.start("body", {})

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self._builder.end(tag)
        else:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and tag in self._open:
            while self._builder.end(self._open.pop()).tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._builder.data(data)

    def root(self) -> Element:
        """Return the whole tree, once all HTML was fed."""
        while self._open:
            self._builder.end(self._open.pop())
        self._builder.end("body")
        return self._builder.close()

"""A Python-Markdown extension that writes the contract into a page.

A directive is a block of one line:

    ::: events
    ::: event labtest.order.updated
    ::: examples labtest.order.updated
    ::: values order_status_detail
    ::: lifecycle walk_in_order
    ::: scenarios

`events` is a table of all events, `event` the property tree of one, `examples` its fixtures (or
those of `bare_order`), `values` the members of a value set, `lifecycle` statuses and transitions,
`scenarios` a table of all scenarios by story.
The properties are headings from the third level on, so `event` stands under a heading of the second.
The id of a property is its path, such as `data.events.status`; that of a status is its value set
and its name. Links to the pages of events are written `/events/….md`, which MkDocs resolves where
`validation.links.absolute_links` is `relative_to_docs`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markdown import Extension, Markdown
from markdown.blockprocessors import BlockProcessor

from junction_webhooks import _render, contract, fixtures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from xml.etree.ElementTree import Element

_MARK: Final = ":::"
_DIRECTIVE: Final = re.compile(rf"{_MARK} +(\S+)(?: +(\S+))? *")
_BEFORE_HEADINGS: Final = 75
"""After indented code, so that it can show a directive."""


class DirectiveError(ValueError):
    """A directive cannot be read, or asks for what is not there; it stops the build of the docs."""


class ContractExtension(Extension):
    """Adds the directives to a Markdown instance."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Python-Markdown calls it so)
        """Register the directives."""
        md.parser.blockprocessors.register(_Directives(md.parser), "contract", _BEFORE_HEADINGS)


def makeExtension(**options: object) -> ContractExtension:  # noqa: N802  (Python-Markdown calls it so)
    """The extension, for Python-Markdown to load by the name of this module."""
    return ContractExtension(**options)


class _Directives(BlockProcessor):
    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002  (Python-Markdown gives both)
        return any(line.startswith(_MARK) for line in block.splitlines())

    def run(self, parent: Element, blocks: list[str]) -> None:
        parent.extend(self._elements(*_read(blocks.pop(0))))

    def _elements(self, directive: str, name: str) -> Iterable[Element]:
        if directive == "examples":
            shown = (each for each in fixtures.valid() if each.name.startswith(f"{name}/"))
            return _render.examples(shown, self.parser.md.htmlStash.store)
        if directive == "events":
            return _render.events()
        if directive == "scenarios":
            return _render.scenarios(fixtures.scenarios())
        render = {"event": _render.event, "values": _render.values, "lifecycle": _render.lifecycle}
        return render[directive](name)


def _read(block: str) -> tuple[str, str]:
    """The directive and the name in a block, both known."""
    match = _DIRECTIVE.fullmatch(block.strip("\n"))
    if match is None:
        message = f"a directive is a block of one line, `{_MARK} directive name`, and not {block!r}"
        raise DirectiveError(message)
    directive, name = match[1], match[2] or ""
    names = _names()
    if directive not in names:
        message = f"`{block}`: no directive {directive!r}; there is {', '.join(names)}"
        raise DirectiveError(message)
    if name not in names[directive]:
        known = ", ".join(names[directive]) or "none: it stands alone"
        message = f"`{block}`: no such name; known to {directive!r}: {known}"
        raise DirectiveError(message)
    return directive, name


def _names() -> Mapping[str, Collection[str]]:
    """The directives, and the names that each takes."""
    return {
        "events": [""],
        "scenarios": [""],
        "event": contract.EVENT_TYPES,
        "examples": dict.fromkeys(each.name.partition("/")[0] for each in fixtures.valid()),
        "values": [
            name.removeprefix("values/")
            for name, schema in contract.schemas().items()
            if "x-members" in schema
        ],
        "lifecycle": list(contract.LIFECYCLES),
    }

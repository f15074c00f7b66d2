"""A Python-Markdown extension that writes the contract into a page.

A directive is a block of one line:

    ::: events
    ::: event labtest.order.updated
    ::: examples labtest.order.updated
    ::: downloads labtest.order.updated
    ::: changes labtest.order.updated
    ::: values order_status_detail
    ::: lifecycle walk_in_order
    ::: transitions walk_in_order
    ::: objects
    ::: fixtures
    ::: mistakes
    ::: validator
    ::: scenarios
    ::: command validate

`events` is a table of all events, `event` the property tree of one, `examples` its fixtures (or
those of `bare_order`), `downloads` its schema and bundles, `changes` what changed in it; `values` the
members of a value set, `lifecycle` its diagram and statuses, `transitions` their table; `objects` every
object and value set, `fixtures` and `mistakes` the payloads that conform and those that do not,
`validator` what a script makes a form of, with both as examples; `scenarios` the timelines, `command`
the help of one.
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

from junction_webhooks import contract, fixtures
from junction_webhooks.cli import COMMANDS
from junction_webhooks_dev.docs import changes as _change_listings
from junction_webhooks_dev.docs import examples as _listings
from junction_webhooks_dev.docs import lifecycles as _lifecycle_listings
from junction_webhooks_dev.docs import properties as _render

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from xml.etree.ElementTree import Element

_MARK: Final = ":::"
_DIRECTIVE: Final = re.compile(rf"{_MARK} +(\S+)(?: +(\S+))? *")
_OTHERS: Final = re.compile(rf"{_MARK} +[\w]+[.]")
"""A dotted name is for mkdocstrings, which has the same mark."""
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
        return any(line.startswith(_MARK) and not _OTHERS.match(line) for line in block.splitlines())

    def run(self, parent: Element, blocks: list[str]) -> None:
        parent.extend(list(self._elements(*_read(blocks.pop(0)))))

    def _elements(self, directive: str, name: str) -> Iterable[Element]:
        stash = self.parser.md.htmlStash.store
        render: Mapping[str, Callable[[], Iterable[Element]]] = {
            "events": _render.events,
            "event": lambda: _render.event(name),
            "examples": lambda: _listings.examples(name, stash),
            "downloads": lambda: _listings.downloads(name),
            "changes": lambda: _change_listings.changes(name),
            "values": lambda: _render.values(name),
            "lifecycle": lambda: _lifecycle_listings.lifecycle(name, stash),
            "transitions": lambda: _lifecycle_listings.transitions(name),
            "objects": _render.objects,
            "fixtures": _listings.fixture_list,
            "mistakes": _listings.mistakes,
            "validator": _listings.validator,
            "scenarios": _listings.scenarios,
            "command": lambda: _listings.command(name, stash),
        }
        return render[directive]()


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
        **dict.fromkeys(("events", "objects", "fixtures", "mistakes", "validator", "scenarios"), ("",)),
        **dict.fromkeys(("event", "downloads", "changes"), contract.EVENT_TYPES),
        "examples": dict.fromkeys(each.name.partition("/")[0] for each in fixtures.valid()),
        "values": [
            name.removeprefix("values/")
            for name, schema in contract.schemas().items()
            if "x-values" in schema
        ],
        "command": COMMANDS,
        **dict.fromkeys(("lifecycle", "transitions"), contract.LIFECYCLES),
    }

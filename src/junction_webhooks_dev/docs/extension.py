"""A Python-Markdown extension that writes the contract into a page.

A directive is a block of one line:

    ::: events
    ::: event labtest.order.updated
    ::: absent labtest.order.updated
    ::: examples labtest.order.updated
    ::: downloads labtest.order.updated
    ::: changes labtest.order.updated
    ::: values order_status_detail
    ::: lifecycle walk_in_order
    ::: transitions walk_in_order
    ::: objects patient
    ::: groups
    ::: fixtures
    ::: mistakes
    ::: validator
    ::: scenarios
    ::: story redraw
    ::: command validate

| Directive | What it writes |
|---|---|
| `events` | a table of all events |
| `event` | the property tree of an event |
| `absent` | what can be missing or null in an event |
| `examples` | the fixtures of an event, or of `bare_order` |
| `downloads` | the schema of an event and its bundles |
| `changes` | what changed in an event |
| `values` | the values of a value set |
| `lifecycle` | the diagram of a lifecycle and its statuses |
| `transitions` | the table of its transitions |
| `objects` | the objects or value sets of a group |
| `groups` | the groups, with a link to each object and value set |
| `fixtures` | the payloads that conform |
| `mistakes` | the payloads with one mistake each |
| `validator` | the form that validates in the browser |
| `scenarios` | the timelines of all scenarios |
| `story` | the timeline of one scenario, which plays |
| `command` | the help of a command |

Properties are headings from the third level on, so put `event` under a heading of the second level.
The id of a property is its path, such as `data.events.status`. The id of a status is its value set and its
name. Links to the pages of events are written `/events/….md`, which MkDocs resolves if
`validation.links.absolute_links` is `relative_to_docs`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markdown import Extension, Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.treeprocessors import Treeprocessor

from junction_webhooks import contract, fixtures
from junction_webhooks.cli import COMMANDS
from junction_webhooks_dev.docs import (
    absent,
    changes,
    command_help,
    examples,
    lifecycles,
    objects,
    properties,
    stories,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from xml.etree.ElementTree import Element

_MARK: Final = ":::"
_DIRECTIVE: Final = re.compile(rf"{_MARK} +(\S+)(?: +(\S+))? *")
_OTHERS: Final = re.compile(rf"{_MARK} +[\w]+[.]")
"""A dotted name is for mkdocstrings, which has the same mark."""
_BEFORE_HEADINGS: Final = 75
"""After indented code, so that it can show a directive."""

_SHORT: Final = 52
"""Characters of a row that fit the width of a phone."""
_AFTER_INLINE: Final = 15
"""After the text of cells was read as Markdown."""


class DirectiveError(ValueError):
    """A directive is malformed or unknown. It stops the build of the docs."""


class ContractExtension(Extension):
    """Adds the directives to a Markdown instance."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Python-Markdown calls it so)
        """Register the directives."""
        md.parser.blockprocessors.register(_Directives(md.parser), "contract", _BEFORE_HEADINGS)
        md.treeprocessors.register(_Labels(md), "labels", _AFTER_INLINE)


def makeExtension(**options: object) -> ContractExtension:  # noqa: N802  (Python-Markdown calls it so)
    """Return the extension. Python-Markdown calls this when it loads the module by name."""
    return ContractExtension(**options)


class _Labels(Treeprocessor):
    """Labels each cell of a table with the head of its column: narrow screens show rows as blocks.

    A table whose rows fit a narrow screen is marked `data-short`, and stays a table there.
    """

    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            if "class" not in table.attrib:
                heads = ["".join(head.itertext()) for head in table.iterfind("thead/tr/th")]
                widths = [len(head) for head in heads]
                for row in table.iterfind("tbody/tr"):
                    for column, cell in enumerate(row):
                        cell.set("data-label", heads[column])
                        widths[column] = max(widths[column], len("".join(cell.itertext())))
                if sum(widths) <= _SHORT:
                    table.set("data-short", "")


class _Directives(BlockProcessor):
    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002  (Python-Markdown gives both)
        return any(line.startswith(_MARK) and not _OTHERS.match(line) for line in block.splitlines())

    def run(self, parent: Element, blocks: list[str]) -> None:
        parent.extend(list(self._elements(*_read(blocks.pop(0)))))

    def _elements(self, directive: str, name: str) -> Iterable[Element]:
        stash = self.parser.md.htmlStash.store
        render: Mapping[str, Callable[[], Iterable[Element]]] = {
            "events": objects.events,
            "event": lambda: properties.event(name),
            "absent": lambda: absent.absent(name),
            "examples": lambda: examples.examples(name, stash),
            "downloads": lambda: examples.downloads(name),
            "changes": lambda: changes.changes(name),
            "values": lambda: objects.values(name),
            "lifecycle": lambda: lifecycles.lifecycle(name, stash),
            "transitions": lambda: lifecycles.transitions(name),
            "objects": lambda: objects.objects(name),
            "groups": objects.groups,
            "fixtures": examples.fixture_list,
            "mistakes": examples.mistakes,
            "validator": examples.validator,
            "scenarios": stories.scenarios,
            "story": lambda: stories.playing(name),
            "command": lambda: command_help.command(name),
        }
        return render[directive]()


def _read(block: str) -> tuple[str, str]:
    """Return the directive and the name in a block. Raises `DirectiveError` for an unknown one."""
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
        known = ", ".join(names[directive]) or "none: it takes no name"
        message = f"`{block}`: no such name; {directive!r} takes: {known}"
        raise DirectiveError(message)
    return directive, name


def _names() -> Mapping[str, Collection[str]]:
    """Return the directives and the names that each accepts."""
    return {
        **dict.fromkeys(("events", "groups", "fixtures", "mistakes", "validator", "scenarios"), ("",)),
        **dict.fromkeys(("event", "absent", "downloads", "changes"), contract.EVENT_TYPES),
        "examples": dict.fromkeys(each.name.partition("/")[0] for each in fixtures.valid()),
        "values": [
            name.removeprefix("values/")
            for name, schema in contract.shared_schemas().items()
            if "x-values" in schema
        ],
        "command": COMMANDS,
        "objects": objects.GROUPS,
        "story": [each.name for each in fixtures.scenarios()],
        **dict.fromkeys(("lifecycle", "transitions"), contract.LIFECYCLES),
    }

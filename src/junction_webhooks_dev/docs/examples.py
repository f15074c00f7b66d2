"""Fixtures, downloads and commands, as HTML elements."""

from __future__ import annotations

import os
import posixpath
from contextlib import redirect_stdout, suppress
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal

from markdown.extensions.codehilite import CodeHilite

from junction_webhooks import fixtures
from junction_webhooks.cli import main
from junction_webhooks_dev.docs.html import code, dotted, el, inline, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from junction_webhooks.fixtures import Fixture
    from junction_webhooks_dev.docs.html import Cell

    Stash = Callable[[str], str]
    """Stores finished HTML and returns a placeholder for the text of an element."""

_LOCAL_ENDPOINT: Final = "http://localhost:8000/webhooks/junction"


def examples(event: str, stash: Stash) -> Iterator[Element]:
    """Yield the fixtures of an event or of bare orders: the first in full, the others as links.

    The page's script turns the links into tabs, and loads a file when its tab is chosen.
    """
    found = [each for each in fixtures.valid() if each.name.startswith(f"{event}/")]
    names = el("ul.jw-tabs", data_search_exclude="")
    for fixture in found:
        link = el("a", fixture.title, href=_href(fixture), data_about=fixture.about)
        names.append(el("li", link, id=f"example.{posixpath.basename(fixture.name)}"))
    first = found[0]
    download = el("a.jw-download", "Download", href=_href(first), download="")
    validate = el("a.jw-open", "Open in Validate", href=_validate_page("valid", first))
    panel = el(
        "div.jw-panel",
        el("p.jw-about", *inline(first.about)),
        el("p.jw-actions", validate, download),
        # A search for a name or a date would find payloads before prose.
        el("div", stash(_highlighted(first.raw.decode(), "json")), data_search_exclude=""),
    )
    yield el("div.jw-examples", names, panel, data_sign=_LOCAL_ENDPOINT)


def downloads(event_type: str) -> Iterator[Element]:
    """Yield a table of the schema of an event and its bundles, each at the path of its `$id`."""
    rows: list[Sequence[Cell]] = []
    for path, about in (
        (
            f"events/{event_type}.json",
            "The schema as written, with the `x-` annotations. It refers to other files.",
        ),
        (
            f"bundles/strict/{event_type}.json",
            "Self-contained: what Junction documents and nothing else. For tests.",
        ),
        (
            f"bundles/tolerant/{event_type}.json",
            "Self-contained: open to what Junction adds. For production.",
        ),
        (
            f"bundles/draft-07/tolerant/{event_type}.json",
            "The same for validators of JSON Schema draft-07.",
        ),
    ):
        link = el("a", dotted(path), href=f"/schemas/v0/{path}")
        rows.append([[link], inline(about)])
    yield table(("File", "What it is"), rows)


def mistakes() -> Iterator[Element]:
    """Yield the payloads with one mistake each and their violations, folded by event."""
    for event, found in groupby(fixtures.invalid(), key=lambda each: each.name.partition("/")[0]):
        rows: list[Sequence[Cell]] = []
        for each in found:
            link = el("a", each.title, href=_validate_page("invalid", each), title=each.about)
            patch = el("a", "patch", href=f"/fixtures/invalid/{each.name}.json")
            violations: Cell = [
                part for one in each.violations for part in (code(one.path), " ", code(one.keyword), " ")
            ]
            rows.append([[link], violations[:-1], [each.verdict], [patch]])
        counted = f" {len(rows)} mistake{'' if len(rows) == 1 else 's'}"
        listed = table(("Mistake", "Violations", "Verdict", "File"), rows)
        listed.set("data-search-exclude", "")
        summary = el("summary", code(event), counted)
        yield el("details.jw-fold.jw-mistakes", summary, listed, id=f"mistakes.{event}")


def validator() -> Iterator[Element]:
    """Yield what the page's script turns into a form: the fixtures, each with the fragment that loads it."""
    # Titles are attributes: as text they would run into one another in the Markdown version of the page.
    choice = el("select", el("option", label="another example"), hidden="")
    for kind, about, found in (
        ("valid", "conform", fixtures.valid()),
        ("invalid", "have a mistake", fixtures.invalid()),
    ):
        for event, group in groupby(found, key=lambda each: each.name.partition("/")[0]):
            options = (el("option", label=each.title, id=f"{kind}/{each.name}") for each in group)
            choice.append(el("optgroup", *options, label=f"{event}: {about}"))
    needed = el(
        "p",
        "This page needs JavaScript. On the command line: ",
        code("junction-webhooks validate payload.json"),
    )
    yield el("div.jw-validate", el("noscript", needed), choice, data_search_exclude="")


def fixture_list() -> Iterator[Element]:
    """Yield a table of the fixtures that conform, by event."""
    rows: list[Sequence[Cell]] = []
    for each in fixtures.valid():
        event, _, name = each.name.partition("/")
        link = el("a", each.title, href=f"/events/{event}.md#example.{name}")
        rows.append([[dotted(event)], [link], [code(name)]])
    yield table(("Event", "Fixture", "Name"), rows)


def command(name: str, stash: Stash) -> Iterator[Element]:
    """Yield the help of a command, as a terminal of 80 columns shows it."""
    yield el("div", stash(_highlighted(_help(name), "text")))


def _help(command: str) -> str:
    columns = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with redirect_stdout(StringIO()) as shown, suppress(SystemExit):
            main([command, "--help"])
    finally:
        del os.environ["COLUMNS"]
        if columns is not None:
            os.environ["COLUMNS"] = columns
    return shown.getvalue()


def _href(fixture: Fixture) -> str:
    return f"/fixtures/valid/{fixture.name}.json"


def _validate_page(kind: Literal["valid", "invalid"], fixture: Fixture) -> str:
    """Return the address at which the validation page loads a fixture."""
    return f"/validate.md#{kind}/{fixture.name}"


def _highlighted(text: str, language: str) -> str:
    html: str = CodeHilite(text, lang=language, css_class="highlight").hilite()
    return html

"""The contract's files as HTML elements: examples, downloads, mistakes, scenarios, commands."""

from __future__ import annotations

import os
import posixpath
from contextlib import redirect_stdout, suppress
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Final

from markdown.extensions.codehilite import CodeHilite

from junction_webhooks import fixtures
from junction_webhooks.cli import main
from junction_webhooks.contract import families
from junction_webhooks.journeys.model import format_duration
from junction_webhooks_dev.docs.html import code, dotted, el, inline, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from junction_webhooks.fixtures import Fixture, Scenario
    from junction_webhooks_dev.docs.html import Cell

    Stash = Callable[[str], str]
    """Sets finished HTML aside, and gives what stands for it in an element's text."""

_LOCAL_ENDPOINT: Final = "http://localhost:8000/webhooks/junction"


def examples(room: str, stash: Stash) -> Iterator[Element]:
    """The fixtures of an event or of bare orders: the first one whole, the others as links to their files.

    The page's script makes tabs of the links, and loads a file when its tab is chosen.
    """
    found = [each for each in fixtures.valid() if each.name.startswith(f"{room}/")]
    names = el("ul.jw-tabs", data_search_exclude="")
    for fixture in found:
        link = el("a", fixture.title, href=_href(fixture), data_about=fixture.about)
        names.append(el("li", link, id=f"example.{posixpath.basename(fixture.name)}"))
    first = found[0]
    download = el("a.jw-download", "Download", href=_href(first), download="")
    judge = el("a.jw-open", "Open in Validate", href=_judged("valid", first))
    panel = el(
        "div.jw-panel",
        el("p.jw-about", *inline(first.about)),
        el("p.jw-actions", judge, download),
        # Else a search for a name or a date would find payloads before prose.
        el("div", stash(_highlighted(first.raw.decode(), "json")), data_search_exclude=""),
    )
    yield el("div.jw-examples", names, panel, data_sign=_LOCAL_ENDPOINT)


def downloads(event_type: str) -> Iterator[Element]:
    """The schema of an event and its bundles, each at the path of its `$id`."""
    rows: list[Sequence[Cell]] = []
    for path, about in (
        (
            f"events/{event_type}.json",
            "The schema as it is written, with what our own words say. Refers to others.",
        ),
        (
            f"bundles/strict/{event_type}.json",
            "Self-contained, what Junction documents and nothing else: for tests.",
        ),
        (
            f"bundles/tolerant/{event_type}.json",
            "Self-contained, open to what Junction adds: for production.",
        ),
        (
            f"bundles/draft-07/tolerant/{event_type}.json",
            "The same for validators of JSON Schema draft-07.",
        ),
    ):
        link = el("a", dotted(path), href=f"/schemas/v1/{path}")
        rows.append([[link], inline(about)])
    yield table(("File", "What it is"), rows)


def mistakes() -> Iterator[Element]:
    """The payloads with one mistake each, and what `check` says of them, folded by event."""
    for room, found in groupby(fixtures.invalid(), key=lambda each: each.name.partition("/")[0]):
        rows: list[Sequence[Cell]] = []
        for each in found:
            link = el("a", each.title, href=_judged("invalid", each), title=each.about)
            patch = el("a", "patch", href=f"/fixtures/invalid/{each.name}.json")
            told: Cell = [
                part for one in each.violations for part in (code(one.path), " ", code(one.keyword), " ")
            ]
            rows.append([[link], told[:-1], [each.verdict], [patch]])
        counted = f" {len(rows)} mistake{'' if len(rows) == 1 else 's'}"
        listed = table(("Mistake", "Violations", "Verdict", "File"), rows)
        summary = el("summary", code(room), counted)
        yield el("details.jw-fold.jw-mistakes", summary, listed, id=f"mistakes.{room}")


def validator() -> Iterator[Element]:
    """What the page's script makes a form of: the fixtures, each by the address that loads it."""
    # In labels, else the titles would run on into one another where the page is there as Markdown.
    choice = el("select", el("option", label="another example"), hidden="")
    for room, about, found in (
        ("valid", "conform", fixtures.valid()),
        ("invalid", "have a mistake", fixtures.invalid()),
    ):
        for event, group in groupby(found, key=lambda each: each.name.partition("/")[0]):
            options = (el("option", label=each.title, id=f"{room}/{each.name}") for each in group)
            choice.append(el("optgroup", *options, label=f"{event}: {about}"))
    needed = el(
        "p",
        "This page needs JavaScript. On the command line: ",
        code("junction-webhooks validate payload.json"),
    )
    yield el("div.jw-validate", el("noscript", needed), choice, data_search_exclude="")


def fixture_list() -> Iterator[Element]:
    """The fixtures that conform, by event."""
    rows: list[Sequence[Cell]] = []
    for each in fixtures.valid():
        room = each.name.partition("/")[0]
        page = f"/events/{room}.md#example.{posixpath.basename(each.name)}"
        rows.append([[dotted(room)], [el("a", each.title, href=page)], [code(posixpath.basename(each.name))]])
    yield table(("Event", "Fixture", "Name"), rows)


def scenarios() -> Iterator[Element]:
    """Every scenario as a timeline, folded, under a heading for its story."""
    for story, variants in groupby(fixtures.scenarios(), key=lambda each: each.story):
        yield el("h3", story, id=story.lower().replace(" ", "-"))
        for each in variants:
            yield el(
                "details.jw-fold.jw-scenario",
                el("summary", each.title, " ", code(each.name)),
                el("p", *inline(each.about)),
                _timeline(each),
                id=f"scenario.{each.name}",
            )


def _timeline(scenario: Scenario) -> Element:
    timeline = el("ol.jw-timeline")
    for delivery in scenario.deliveries:
        kind = families.of(delivery.event_type).name
        time = el("span.jw-offset", f"+{format_duration(delivery.offset)}")
        event = el("a", dotted(delivery.event_type), href=f"/events/{delivery.event_type}.md")
        timeline.append(el(f"li.jw-of-{kind}", time, " ", el("strong", delivery.summary), " ", event))
    return timeline


def command(name: str, stash: Stash) -> Iterator[Element]:
    """The help of a command, as a terminal of 80 columns shows it."""
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


def _judged(room: str, fixture: Fixture) -> str:
    """The address at which the page that validates loads the fixture."""
    return f"/validate.md#{room}/{fixture.name}"


def _highlighted(text: str, language: str) -> str:
    html: str = CodeHilite(text, lang=language, css_class="highlight").hilite()
    return html

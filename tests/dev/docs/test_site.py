"""The site as it is published: its files, before any browser sees them."""

from __future__ import annotations

import gzip
import html
import json
import re
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from support.checkout import ROOT

from junction_webhooks import contract, fixtures
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import releases

if TYPE_CHECKING:
    from pathlib import Path

    from junction_webhooks.contract import EventType

pytestmark = pytest.mark.exhaustive
BASE = "https://junction-webhooks.example/"
PUBLIC = [
    "junction_webhooks",
    *(
        f"junction_webhooks.{name}"
        for name in (
            "compatibility",
            "contract",
            "drift",
            "fixtures",
            "journeys",
            "lifecycle",
            "live",
            "pytest_plugin",
            "strategies",
            "vendoring",
        )
    ),
]
"""The modules that the Python API documents; the models are shown in general."""
MOST = 250_000
"""Bytes of an event page with everything it loads, gzipped."""


def identified() -> dict[str, bytes]:
    """Every file that has an `$id`, by its path below the site."""
    roots = {"schemas/v0": ROOT / "schemas", "schemas/v0/bundles": ROOT / "generated/bundles"}
    return {
        f"{room}/{path.relative_to(root).as_posix()}": path.read_bytes()
        for room, root in roots.items()
        for path in root.rglob("*.json")
        if "$id" in json.loads(path.read_bytes())
    }


def test_artifacts_are_served_under_the_version(site: Path) -> None:
    """Types, documents and the manifest are served beside the schemas, byte for byte."""
    generated = ROOT / "generated"
    files = [
        file for room in ("types", "documents") for file in (generated / room).rglob("*") if file.is_file()
    ]
    assert files
    for file in files:
        assert (site / "schemas" / "v0" / file.relative_to(generated)).read_bytes() == file.read_bytes()
    assert (site / "schemas/v0/manifest.json").read_bytes() == _data.generated("manifest.json").read_bytes()


def test_published_bundles_are_served_at_their_ids(site: Path) -> None:
    """Each bundle of each published version is at the path of its `$id`."""
    for version in releases.versions():
        published = releases.find(version)
        assert published
        for schema in published.values():
            path = schema["$id"].removeprefix("https://junction-webhooks.example/")
            assert f"/{version}/" in path
            assert json.loads((site / path).read_bytes()) == schema


def test_every_event_has_a_page(site: Path) -> None:
    """The site builds without a warning and has one page an event, which the home page links to."""
    home = (site / "index.html").read_text(encoding="utf-8")
    for event_type in contract.EVENT_TYPES:
        assert (site / "events" / event_type / "index.html").is_file()
        assert f'href="events/{event_type}/"' in home


def test_site_asks_no_other_host(site: Path) -> None:
    """No page loads a script, style, font or image from elsewhere."""
    loads = re.compile(r'<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="(?:https?:)?//[^"]*"')
    own = f'<link rel="canonical" href="{BASE}'
    for file in site.rglob("*.html"):
        foreign = [
            found for found in loads.findall(file.read_text(encoding="utf-8")) if not found.startswith(own)
        ]
        assert foreign == [], file
    for file in site.rglob("*.css"):
        assert not re.findall(
            r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", file.read_text(encoding="utf-8")
        ), file


class _Page(HTMLParser):
    """The ids of a page, and what it links to."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.ids.add(value)
            if name in {"href", "src", "xlink:href"} and value is not None and tag != "use":
                self.links.append(value)


@cache
def parsed(path: Path) -> _Page:
    """A page of the site, which several tests read."""
    return _Page(path.read_text(encoding="utf-8"))


def test_worked_handlers_are_shown_whole(site: Path) -> None:
    """The page of the worked handlers shows each of their files unchanged."""
    shown = html.unescape(
        re.sub(r"<[^>]+>", "", (site / "handlers" / "index.html").read_text(encoding="utf-8"))
    )
    root = _data.checkout()
    assert root is not None
    examples = root / "docs" / "examples"
    files = {*examples.rglob("*.py"), *examples.glob("*.mjs")} - {*examples.rglob("__init__.py")}
    for path in files - {*examples.rglob("tests/*")}:
        assert path.read_text(encoding="utf-8").strip() in shown, path


def test_every_link_leads_somewhere(site: Path) -> None:
    """Each link of each page, those in diagrams too, leads to a file of the site, and to an id where it names one."""
    pages = {path: parsed(path) for path in site.rglob("*.html")}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            split = urlsplit(link)
            if split.scheme or split.netloc or path.name == "404.html":
                continue
            target = (path.parent / unquote(split.path)).resolve() if split.path else path
            target = target / "index.html" if target.is_dir() else target
            fragment = unquote(split.fragment)
            if not target.is_file() or (fragment and fragment not in pages[target].ids):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_every_id_serves_its_file(site: Path) -> None:
    """The path of each `$id` serves exactly that file: schemas, bundles and what a schema may say."""
    served = identified()
    for path, content in served.items():
        assert (site / path).read_bytes() == content, path
        assert json.loads(content)["$id"] == BASE + path
    assert len(served) > len(contract.schemas()) + 2 * len(contract.BUNDLE_NAMES)


def test_every_fixture_is_served(site: Path) -> None:
    """Each fixture can be downloaded, byte for byte."""
    for fixture in fixtures.valid():
        assert (site / "fixtures" / "valid" / f"{fixture.name}.json").read_bytes() == fixture.raw
    for mistake in fixtures.invalid():
        assert (site / "fixtures" / "invalid" / f"{mistake.name}.json").is_file()


@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_event_pages_are_light(site: Path, event_type: EventType) -> None:
    """An event page with all its styles and scripts, the search and its index is light enough for a phone."""
    page = site / "events" / event_type / "index.html"
    source = page.read_text(encoding="utf-8")
    loaded = {
        page,
        *site.glob("assets/javascripts/workers/search*.js"),
        site / "search" / "search_index.json",
    }
    scripts = ("site", "examples", "dom", "sign", "properties", "read", "syntax", "sign_form")
    loaded |= {site / "assets" / "js" / f"{name}.js" for name in scripts}
    for reference in re.findall(r'<(?:script|link)\b[^>]*?(?:src|href)="([^"#?]+\.(?:js|css))"', source):
        loaded.add((page.parent / reference).resolve())
    assert sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in loaded) <= MOST
    assert "validat" not in " ".join(file.name for file in loaded)


def test_every_page_is_there_as_markdown(site: Path) -> None:
    """`llms.txt` lists each page once by its heading, and `llms-full.txt` has all of them in full."""
    contents = (site / "llms.txt").read_text(encoding="utf-8")
    whole = (site / "llms-full.txt").read_text(encoding="utf-8")
    listed = dict(re.findall(rf"^- \[(.+)\]\({re.escape(BASE)}([^)]+)\)$", contents, re.MULTILINE))
    pages = {path.with_suffix(".md").relative_to(site).as_posix() for path in site.rglob("index.html")}
    assert {*listed.values()} == pages
    assert len(listed) == len(pages)
    for heading, path in listed.items():
        text = (site / path).read_text(encoding="utf-8")
        assert text.startswith(f"# {heading}\n"), path
        assert text in whole, path
    order = (site / "events/labtest.order.updated/index.md").read_text(encoding="utf-8")
    assert "#### data.patient_details" in order


def test_the_site_stays_small(site: Path) -> None:
    """The build, which takes some 50 ms per page, and the search index, which every page loads, stay within bounds."""
    assert 50 < len([*site.rglob("*.html")]) <= 80
    index = (site / "search" / "search_index.json").read_bytes()
    assert 50_000 < len(gzip.compress(index, mtime=0)) <= 110_000


def test_links_in_markdown_lead_somewhere(site: Path) -> None:
    """Each link of the Markdown versions, and of all in one file, leads to a file, and to an id where it names one."""
    count = 0
    for file in (site / "llms-full.txt", *site.rglob("*.md")):
        for link in re.findall(r"\]\(([^)\s]+)\)", file.read_text(encoding="utf-8")):
            split = urlsplit(link)
            assert split.scheme, f"{file.name}: {link} is relative"
            if not link.startswith(BASE):
                continue
            count += 1
            target = site / unquote(split.path).removeprefix("/")
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{file.name}: {link}"
            if split.fragment:
                assert unquote(split.fragment) in parsed(target).ids, f"{file.name}: {link}"
    assert count > 3000


def test_deliveries_of_scenarios_are_served(site: Path) -> None:
    """Each scenario can be downloaded: one delivery per line, byte for byte."""
    for scenario in fixtures.scenarios():
        lines = (site / "scenarios" / f"{scenario.name}.ndjson").read_bytes().splitlines()
        assert lines == [delivery.raw for delivery in scenario.deliveries]


def test_markdown_has_every_transition(site: Path) -> None:
    """Where a lifecycle is there as Markdown, each row of its table has both statuses of a transition."""
    lines = (site / "order-lifecycle/index.md").read_text(encoding="utf-8").splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    shown = [tuple(re.findall(r"[a-z_]+", cell)[:1] for cell in row[:2]) for row in cells if len(row) == 4]
    transitions = contract.lifecycle("walk_in_order")["transitions"]
    assert shown[2:] == [
        tuple([each[end].rpartition(".")[2]] for end in ("from", "to")) for each in transitions
    ]


def test_every_public_name_is_documented_once(site: Path) -> None:
    """Each name in `__all__` of each public module is on exactly one page of the Python API, and no other name."""
    pages = {path.parent.name: parsed(path).ids for path in (site / "python-api").rglob("index.html")}
    found = {
        f"{module}.{name}": [page for page, ids in pages.items() if f"{module}.{name}" in ids]
        for module in PUBLIC
        for name in import_module(module).__all__
    }
    assert {name: on for name, on in found.items() if len(on) != 1} == {}
    shown = {each for ids in pages.values() for each in ids if each.rpartition(".")[0] in PUBLIC}
    # The plugin's fixtures, and the types of what they return, are not for importing.
    others = {each for each in shown - found.keys() if ".pytest_plugin." not in each}
    assert others - {*PUBLIC} == set()


def test_pages_are_found_by_the_words_that_people_search(site: Path) -> None:
    """The search index has these words on the page that answers the question."""
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    for page, words in {
        "dev-server/": "localhost simulate retry replay reorder ngrok tunnel docker curl duplicate",
    }.items():
        text = " ".join(
            f"{each['title']} {each['text']}"
            for each in index["docs"]
            if each["location"].partition("#")[0] == page
        )
        assert not [word for word in words.split() if word not in text.lower()]

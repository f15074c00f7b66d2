"""The site in a real browser: what a reader sees, and what the scripts do."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise, product
from pprint import pformat
from threading import Thread
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote, urlsplit

import pytest
from support import stored
from support.endpoint import endpoint

from junction_webhooks import Webhook, check, fixtures, lifecycle
from junction_webhooks.contract import _files as _data
from junction_webhooks.signing import BENCH_SECRET
from junction_webhooks.vendoring import vendor
from junction_webhooks_dev.docs.property_tree import event_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, ViewportSize

    from junction_webhooks import Report

ROOT = _data.checkout()
assert ROOT is not None
AXE: Final = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM: Final = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of the public test vector)
HOME: Final = "http://junction-webhooks.example/"
UPDATED: Final = "events/labtest.order.updated/"
WIDE: Final[ViewportSize] = {"width": 1280, "height": 900}
NARROW: Final[ViewportSize] = {"width": 390, "height": 844}
NARROWEST: Final[ViewportSize] = {"width": 320, "height": 640}
ZOOMED: Final[ViewportSize] = {"width": WIDE["width"] // 2, "height": WIDE["height"] // 2}
"""What text at 200 % leaves of the wide viewport: all sizes and breakpoints of the site grow with the text."""
AUDIT: Final = """async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
    const { violations } = await axe.run({ resultTypes: ["violations"], runOnly: tags, preload: false });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}"""
SCHEMES: Final[dict[Literal["light", "dark"], str]] = {"light": "default", "dark": "slate"}
"""The schemes that a reader can prefer, and their names in the theme."""
STILL: Final = "*, ::before, ::after { transition: none !important; animation: none !important; }"
UNFOLD: Final = "open => { for (const fold of document.querySelectorAll('details')) fold.open = open; }"
REACHABLE: Final = """
    [...document.querySelectorAll('pre > code')].every(it => it.scrollWidth <= it.clientWidth || it.tabIndex === 0)
"""
"""Whether code that scrolls sideways can be reached by keyboard: Material sees to it shortly after a change of the size."""
LISTENERS: Final = """
globalThis.listeners = 0;
for (const [name, step] of [["addEventListener", 1], ["removeEventListener", -1]]) {
  const own = EventTarget.prototype[name];
  EventTarget.prototype[name] = function (type, listener, ...rest) {
    if (this === globalThis && type === "hashchange" && listener) listeners += step;
    return own.call(this, type, listener, ...rest);
  };
}
"""
MOUNTED: Final = """
    ![...document.querySelectorAll('.jw-validate, .jw-examples, .jw-properties, .jw-scenario')].some(
        it => !it.querySelector('textarea, [role=tab], .jw-filter, .jw-delivery')
    )
"""
MOST: Final = 250_000
"""Bytes of a page with everything it loads, gzipped."""
PARTS: Final = 8
"""The pages are visited in so many tests, so that workers share them evenly: some pages take much longer."""

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium; on Debian and Ubuntu: apt install chromium"),
    pytest.mark.skipif(not AXE.is_file(), reason="needs axe: Node 20 with npm, and then: make node"),
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def browser(site: Path) -> Iterator[Browser]:
    """The machine's own Chromium with a fresh profile, for which the site is where it is published."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (slow, and most runs have no browser)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        host = HOME.split("/")[2]
        # Material swaps pages without a load only at the host and port that the sitemap names.
        own = (
            f"--host-resolver-rules=MAP {host} 127.0.0.1:{server.server_port}",
            f"--unsafely-treat-insecure-origin-as-secure={HOME[:-1]}",
        )
        with sync_playwright() as playwright:
            yield playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *own])
        server.shutdown()


class Visit:
    """A page in the browser, and what went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.wrong.append(f"{self.page.url}: {kind}: {text}")

    def to(self, path: str) -> None:
        """Go to a page of the site, and wait for its scripts."""
        self.page.goto(HOME + path)
        self.page.wait_for_function(MOUNTED)

    def foreign(self) -> list[str]:
        """The requests that left the site."""
        return [url for url in self.asked if not url.startswith((HOME, "data:", "blob:"))]


@contextmanager
def visiting(browser: Browser) -> Iterator[Visit]:
    """A visit that must end without an error and without a request to another host."""
    context = browser.new_context(viewport=WIDE, color_scheme="light")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit = Visit(context.new_page())
    yield visit
    context.close()
    assert visit.wrong == []
    assert visit.foreign() == []


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A visit of its own for each test."""
    with visiting(browser) as made:
        yield made


def too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def weight(page: Page, site: Path) -> int:
    """The gzipped bytes of a page with everything that it has loaded: styles, scripts, and the index of the search."""
    addresses = page.evaluate(
        "[location.href, ...performance.getEntriesByType('resource').map(it => it.name)]"
    )
    paths = {urlsplit(each).path for each in addresses if each.startswith(HOME)}
    files = [site / unquote(path).lstrip("/") for path in paths]
    assert any(file.name == "search_index.json" for file in files)
    return sum(
        len(gzip.compress((file / "index.html" if file.is_dir() else file).read_bytes(), mtime=0))
        for file in files
    )


def breaches(page: Page) -> list[str]:
    """What axe finds on the page as it is shown now."""
    found: list[str] = page.evaluate(AUDIT)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_sound(browser: Browser, site: Path, part: int) -> None:
    """No page is heavy, scrolls sideways, has an error, a foreign request or a breach of WCAG 2.1 AA, whatever is unfolded."""
    pages = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    wrong = []
    with visiting(browser) as visit:
        page = visit.page
        page.add_init_script(path=AXE)
        for path in pages[part::PARTS]:
            page.set_viewport_size(WIDE)
            page.emulate_media(color_scheme="light")
            visit.to("" if path == "." else f"{path}/")
            page.add_style_tag(content=STILL)  # no colour is measured halfway to another
            page.evaluate(UNFOLD, arg=True)
            for width in (WIDE, ZOOMED, NARROWEST, NARROW):
                page.set_viewport_size(width)
                wrong += [f"{path}: too wide at {width['width']}"] * too_wide(page)
            for is_narrow, scheme in product((True, False), SCHEMES):
                page.set_viewport_size(NARROW if is_narrow else WIDE)
                page.emulate_media(color_scheme=scheme)
                page.wait_for_selector(f"[data-md-color-scheme={SCHEMES[scheme]}]")
                page.evaluate(UNFOLD, arg=not is_narrow)
                page.wait_for_function(REACHABLE)
                wrong += [
                    f"{path}, {'narrow' if is_narrow else 'wide'}, {scheme}: {it}" for it in breaches(page)
                ]
            loaded = weight(page, site)
            wrong += [f"{path}: {loaded} bytes"] * (loaded > MOST)
    assert wrong == []


@pytest.mark.parametrize(
    "anchor",
    [
        "data.order_transaction.orders.parent_id",
        "data.patient_details.medical_proxy.first_name",
        "data.events.status.sample_with_lab.walk_in_test.partial_results",
    ],
)
def test_deep_links_open_what_hides_them(visit: Visit, anchor: str) -> None:
    """A link to a property or member shows it, whatever was folded above it."""
    visit.to(f"{UPDATED}#{anchor}")
    target = visit.page.locator(f'[id="{anchor}"]')
    target.wait_for(state="visible", timeout=3000)
    assert target.evaluate("it => !it.closest('details:not([open])')")
    place = target.bounding_box()
    assert place
    assert 0 <= place["y"] <= WIDE["height"]


def test_search_finds_a_property_by_its_name(visit: Visit) -> None:
    """The name of a property in the search leads to that property."""
    visit.to("")
    visit.page.locator("[data-md-component=search-query]").click()
    visit.page.keyboard.type("requisition_form_url")
    visit.page.locator(".md-search-result a[href*='#data.requisition_form_url']").first.click()
    visit.page.locator('[id="data.requisition_form_url"]').wait_for(state="visible")


WORDS: Final = {
    "localhost": "troubleshooting/#localhost", "retry": "troubleshooting/#retry", "replay": "dev-server/#faults",
    "simulate": "troubleshooting/#simulate", "reorder": "dev-server/#faults", "null": "missing/labtest.order.updated/",
    "nullable": "missing/labtest.order.updated/", "PHI": "patient-data/", "HIPAA": "patient-data/",
    "Django": "handlers/#django", "critical": "events/labtest.result.critical/", "401": "troubleshooting/#unauthorized",
    "ngrok": "see-deliveries/#tunnels", "csrf": "troubleshooting/#csrf", "duplicates": "troubleshooting/#duplicates",
    "why rejected": "troubleshooting/#rejected", "nothing arrives": "troubleshooting/#nothing",
    "requisition_form_url": "events/labtest.order.updated/#data.requisition_form_url",
    **{
        query: f"order-lifecycle/#order_status.{status}"
        for status in lifecycle.order().states
        for query in {status, status.rpartition(".")[2]} - {*lifecycle.appointment().states}
    },
    **{
        status: f"appointment-lifecycle/#appointment_event_status.{status}"
        for status in lifecycle.appointment().states
        if status not in {"completed", "cancelled"}  # orders have them, too
    },
}  # fmt: skip
"""What readers type, and the page that must be found first, with the section that explains it."""
FOUND: Final = """
    all => [...all[0].querySelectorAll('a')].map(a => [a.href.replace(/[?]h=[^#]*/, ''), a.querySelector('h1, h2').textContent])
"""


def test_search_finds_pages_by_the_words_of_readers(visit: Visit) -> None:
    """Each of the words leads to the page that is about it: it is found first, with a title."""
    visit.to("")
    page = visit.page
    query = page.locator("[data-md-component=search-query]")
    query.click()
    missed = {}
    for words, expected in WORDS.items():
        page.locator(".md-search-result__list").evaluate("it => it.replaceChildren()")
        query.fill(words)
        page.keyboard.press("Shift")  # Material searches when a key is released
        page.locator(".md-search-result__item a").first.wait_for()
        found = page.locator(".md-search-result__item").evaluate_all(FOUND)
        links = [link.removeprefix(HOME) for link, title in found if title.strip()]
        if expected not in links:
            missed[words] = links
    assert missed == {}


ANSWERS: Final = {
    "When is each webhook sent?": "Sent once, when an order enters",
    "What may be missing or null in an order?": "Optional and nullable properties",
    "Can results arrive without an appointment?": "Yes. Appointments are optional",
    "What do I do at redraw_available?": "If the final results lack markers",
    "What do I do with a critical result?": "Escalate every one.",
    "Which of two deliveries is newer?": "The payloads themselves show which of two is newer",
    "How do I fire realistic deliveries at localhost?": "plays whole stories of a lab test to the endpoint",
    "How do I receive webhooks in Django?": "The smallest view. A complete app",
    "How do I vendor the schemas into Go?": "Vendor the schemas into your module",
    "Why do I get 401, duplicates, or nothing?": "401 on every delivery",
    "What about patient data and HIPAA?": "carry protected health information",
    "How do I see what Junction sends me?": "The dashboard has a section Webhooks",
}
"""The questions of the home page, and a sentence with which the answer begins."""
NOTED: Final = 400
"""Milliseconds after which Material has noted how far a page is scrolled. It returns there if a click comes earlier."""


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_home_page_leads_to_answers(visit: Visit, size: ViewportSize) -> None:
    """One click on a question of the home page shows its answer, without scrolling."""
    from playwright.sync_api import expect  # noqa: PLC0415  (slow, and most runs have no browser)

    page = visit.page
    page.set_viewport_size(size)
    visit.to("")
    assert page.locator(".jw-questions li").count() == len(ANSWERS)
    for question, answer in ANSWERS.items():
        visit.to("")
        link = page.get_by_role("link", name=question)
        link.scroll_into_view_if_needed()
        page.wait_for_timeout(NOTED)
        link.click()
        found = page.get_by_role("article").get_by_text(answer).first
        expect(found, question).to_be_in_viewport()


def test_tabs_show_their_example(visit: Visit) -> None:
    """A tab shows its payload, by mouse and keyboard, and the copy button copies that one."""
    visit.to(UPDATED)
    page = visit.page
    first, second, third = fixtures.valid("labtest.order.updated")[:3]
    tabs, shown = page.get_by_role("tab"), page.locator(".jw-panel .highlight code")
    assert (
        tabs.count()
        == len(fixtures.valid("labtest.order.updated")) + page.locator(".tabbed-labels [role=tab]").count()
    )
    assert shown.text_content() == first.raw.decode()
    tabs.get_by_text(second.title, exact=True).click()
    page.wait_for_function(
        "title => document.querySelector('.jw-tabs [aria-selected=true]').textContent === title",
        arg=second.title,
    )
    assert shown.text_content() == second.raw.decode()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "title => document.querySelector('.jw-tabs [aria-selected=true]').textContent === title",
        arg=third.title,
    )
    assert shown.text_content() == third.raw.decode()
    assert (page.locator(".jw-download").get_attribute("href") or "").endswith(f"{third.name}.json")
    assert (page.locator(".jw-open").get_attribute("href") or "").endswith(f"/validate/#valid/{third.name}")
    page.locator(".jw-panel .highlight").hover()
    page.locator(".jw-panel .highlight [data-md-type=copy], .jw-panel .highlight .md-clipboard").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert json.loads(copied) == third.payload


def test_signed_curl_is_verified(visit: Visit) -> None:
    """The copied command sends the example, byte for byte, with headers that `Webhook` verifies, and the secret stays."""
    visit.to(UPDATED)
    page = visit.page
    page.get_by_text("Copy as a signed curl").click()
    assert not page.get_by_label("Signed command").is_visible()
    for secret, refusal in (
        ("whsec_*", "A secret is whsec_ followed by base64"),
        (SECRET.removeprefix("whsec_"), "A secret is whsec_ followed by base64"),
        ("whsec_YWJj", "A secret has at least 16 bytes"),
    ):
        with pytest.raises(ValueError, match=refusal.lower()):
            Webhook(secret)
        page.get_by_label("Its secret").fill(secret)
        page.get_by_role("button", name="Sign and copy").click()
        page.get_by_text(refusal).wait_for()
        assert "jw-error" in (page.get_by_text(refusal).get_attribute("class") or "")
    page.get_by_role("button", name="fill in the public bench secret").click()
    assert page.get_by_label("Its secret").input_value() == BENCH_SECRET
    page.get_by_label("Its secret").fill(SECRET)
    page.get_by_role("button", name="Sign and copy").click()
    page.get_by_text("Copied. The signature").wait_for()
    assert not page.locator(".jw-sign .jw-error").count()
    command = page.evaluate("navigator.clipboard.readText()")
    # A shell reads it, with a stand-in for curl that writes its arguments and what it was sent.
    stand_in = 'curl() { for each in "$@"; do printf \'%s\\0\' "$each"; done; cat; }\n'
    done = subprocess.run(["sh", "-c", stand_in + command], capture_output=True, check=True)  # noqa: S607  (any shell)
    *arguments, body = done.stdout.split(b"\0")
    headers = dict(argument.decode().split(": ", 1) for argument in arguments if b": " in argument)
    assert Webhook(SECRET).verify(body, headers).raw == fixtures.valid("labtest.order.updated")[0].raw
    assert b"http://localhost:8000/webhooks/junction" in arguments
    assert SECRET not in command
    assert not [url for url in visit.asked if "8000" in url or "whsec" in url]
    page.get_by_label("Your endpoint").fill("http://localhost:9/hook")
    page.get_by_role("button", name="Sign and copy").click()
    page.wait_for_function("localStorage.getItem('jw-endpoint') === 'http://localhost:9/hook'")
    visit.to("events/labtest.result.critical/")
    page.get_by_text("Copy as a signed curl").click()
    assert page.get_by_label("Your endpoint").input_value() == "http://localhost:9/hook"
    assert SECRET[6:] not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")


Summary = tuple[str, list[tuple[str, str, bool]]]
"""A verdict, and each pointer with its rule and whether it is breaking."""


def summary(report: Report) -> Summary:
    """What the page has to show of a report."""
    return report.verdict, [
        (each.path or "the payload", each.keyword, each.breaking) for each in report.violations
    ]


def summary_of(page: Page, text: str) -> Summary:
    """What the page that validates shows for a payload."""
    page.locator(".jw-result").evaluate("it => it.replaceChildren()")
    page.get_by_label("Payload", exact=True).fill(text)
    return shown_summary(page)


def shown_summary(page: Page) -> Summary:
    """What the page that validates shows now."""
    verdict = page.locator(".jw-verdict strong")
    verdict.wait_for()
    found = page.locator(".jw-violations li").evaluate_all(
        """all => all.map(it => [
            [...it.querySelectorAll('code')].map(each => each.textContent),
            it.querySelector('.jw-badge')?.textContent === 'breaking',
        ])"""
    )
    return verdict.text_content() or "", [(codes[0], codes[-1], breaking) for codes, breaking in found]


def test_validator_agrees_with_check(visit: Visit) -> None:
    """A payload that is pasted gets the verdict, pointers and rules of `check`, and is sent nowhere."""
    visit.to("validate/")
    page = visit.page
    page.get_by_label("Payload", exact=True).focus()
    page.evaluate("import('/assets/js/report/inspection.js')")  # waits until what the box loads is there
    loaded = len(visit.asked)
    chosen = [*fixtures.valid()[::19], *fixtures.invalid()[::19]]
    for text in [
        *(each.raw.decode() for each in chosen),
        "{",
        '{"event_type": "lab_report.parsing_job.created"}',
    ]:
        assert summary_of(page, text) == summary(check(text))
    assert len(visit.asked) == loaded


def test_addresses_load_examples(visit: Visit) -> None:
    """A mistake opens in the validator without a load, so does any fixture by its address, and no address has more.

    Going back finds the list of mistakes as it was left.
    """
    visit.to("fixtures/")
    page = visit.page
    page.wait_for_load_state("networkidle")  # until then a link loads its page
    page.evaluate("globalThis.kept = true")
    first, *others = fixtures.invalid("labtest.order.updated")[::12]
    page.locator(".jw-mistakes summary", has_text="labtest.order.updated").click()
    page.get_by_role("link", name=first.title, exact=True).click()
    page.locator(".jw-verdict").wait_for()
    page.go_back()
    page.get_by_role("link", name=first.title, exact=True).click()
    page.locator(".jw-verdict").wait_for()
    box = page.get_by_label("Payload", exact=True)
    for mistake in (first, *others):
        page.evaluate("name => { location.hash = name; }", f"invalid/{mistake.name}")
        page.wait_for_function(
            "id => document.querySelector('.jw-validate select').selectedOptions[0].id === id",
            arg=f"invalid/{mistake.name}",
        )
        assert json.loads(box.input_value()) == mistake.payload
        assert shown_summary(page) == summary(check(mistake.raw, event_type="labtest.order.updated"))
    page.get_by_role("button", name="an order that conforms").click()
    page.locator(".jw-verdict-conforms").wait_for()
    assert box.input_value() == fixtures.load("labtest.order.updated/completed").raw.decode()
    assert summary_of(page, '{"event_type": "canary"}')[0] == "rejected"
    assert page.url == f"{HOME}validate/"
    assert "canary" not in page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")
    assert page.evaluate("globalThis.kept")


ORDER: Final = fixtures.load("labtest.order.updated/completed")
WRAPPED: Final = {
    "one JSON value per line": "\n".join(json.dumps(ORDER.payload) for _ in range(2)),
    "one JSON value after another": "\n".join(json.dumps(ORDER.payload, indent=1) for _ in range(2)),
    "an array": json.dumps([ORDER.payload]),
    "an object around the payload": json.dumps({"id": 7, "received": "2026-08-01", "body": json.dumps(ORDER.payload)}),
    "JSON inside a JSON string": json.dumps(json.dumps(ORDER.payload)),
    "a Python literal": repr(ORDER.payload),
    "a Python literal ": repr(json.dumps(ORDER.payload).encode()),
    "a Python literal  ": pformat({"at": datetime(2026, 8, 1, tzinfo=UTC), "body": json.dumps(ORDER.payload)}),
    **{name: json.dumps(json.loads(stored.wrapped(sample, json.dumps(ORDER.payload).encode())), indent=2) for sample, name in {
        "SQS, as received": "Amazon SQS, as receive-message returns it", "SQS, as Lambda gets it": "Amazon SQS, as Lambda gets it",
        "EventBridge": "Amazon EventBridge", "Pub/Sub": "Google Pub/Sub, as a push subscription sends it",
        "API Gateway, version 2.0": "Amazon API Gateway, version 2.0", "API Gateway, version 1.0": "Amazon API Gateway, version 1.0",
        "HAR": "HAR, the HTTP Archive format",
    }.items()},
}  # fmt: skip
"""Texts with a payload inside, and what the page calls them."""


def test_wrapped_payloads_are_unwrapped(visit: Visit) -> None:
    """A text with payloads inside is recognised, and becomes one payload on lines when the reader asks for it."""
    visit.to("validate/")
    page = visit.page
    box = page.get_by_label("Payload", exact=True)
    for what, text in WRAPPED.items():
        box.fill(text)
        page.get_by_text(f"This looks like {what.strip()}, with").wait_for()
        page.locator(".jw-verdict-conforms").first.wait_for()
        page.get_by_role("button", name="Unwrap").first.click()
        page.locator("p.jw-verdict-conforms").wait_for()
        assert json.loads(box.input_value()) == ORDER.payload, what
        assert box.input_value().count("\n") > 100
        page.get_by_role("button", name="Back to what you typed").click()
        assert box.input_value() == text, what
    box.fill("  " + json.dumps(ORDER.payload | {"n": 2**70}))
    page.get_by_role("button", name="Format it").click()
    assert f'\n  "n": {2**70}\n' in box.input_value()


def selected(page: Page) -> str:
    """What is selected in the box."""
    text: str = page.evaluate(
        "() => { const it = document.activeElement; return it.value.slice(it.selectionStart, it.selectionEnd); }"
    )
    return text


def test_payloads_inside_are_reported_where_they_are(visit: Visit) -> None:
    """Each payload of several opens its own report, whose places are in the text that was pasted."""
    visit.to("validate/")
    page = visit.page
    changed = json.loads(ORDER.raw)
    changed["data"]["odd"] = "𝄞"
    changed["data"]["events"][3]["created_at"] = "2026-03-10T18:05:11+00:00"
    rows = [
        {"id": 1, "body": json.dumps(ORDER.payload)},
        {"id": 2, "body": json.dumps(changed)},
        {"id": 3, "body": "{"},
    ]
    page.get_by_label("Payload", exact=True).fill("\n".join(map(json.dumps, rows)))
    page.get_by_text("with 3 payloads inside: 1 conforms, 1 drifts, 1 rejected").wait_for()
    reports = page.locator(".jw-payloads > li")
    reports.nth(1).locator(".jw-open-report").click()
    own = reports.nth(1).locator(".jw-places > li")
    assert own.count() == 2
    own.nth(0).get_by_role("button", name="Line 2, column").click()
    assert selected(page) == r"\"odd\": \"\\ud834\\udd1e\""
    own.nth(1).get_by_role("button", name="Line 2, column").click()
    assert selected(page) == r"\"created_at\": \"2026-03-10T18:05:11+00:00\""
    assert page.evaluate("document.activeElement.scrollLeft") > 0
    assert own.nth(1).get_by_text("time_goes_back").is_visible()


def shown_findings(page: Page) -> list[list[str]]:
    """The findings that the page shows: path, rule, severity, and the sentence that they are part of."""
    found: list[list[str]] = page.locator(".jw-findings > li").evaluate_all(
        """all => all.map(it => {
            const codes = [...it.querySelectorAll('code')].map(each => each.textContent);
            const [{ textContent: whole }, badge] = [it.querySelector('p'), it.querySelector('.jw-badge')];
            const sentence = whole.slice(`${badge.textContent} ${codes[0]}`.length).trim();
            return [codes[0], codes.at(-1), it.querySelector('.jw-badge').textContent, sentence];
        })"""
    )
    return found


def test_findings_on_histories_are_shown(visit: Visit, tmp_path: Path) -> None:
    """What is unusual in a history is shown in the words of `check_history`, and does not change the verdict."""
    vendor(tmp_path / "kit", what=("lifecycles",))
    vectors = json.loads((tmp_path / "kit/lifecycles/history.json").read_bytes())["vectors"]
    visit.to("validate/")
    page = visit.page
    for vector in vectors:
        payload = vector["payload"]
        assert summary_of(page, json.dumps(payload))[0] == check(payload).verdict
        found = [
            [each.path, each.rule, each.severity, each.message] for each in lifecycle.check_history(payload)
        ]
        assert sorted(shown_findings(page)) == sorted(found)
        # From the top of the payload to its end.
        lines = page.locator(".jw-findings .jw-line").evaluate_all("all => all.map(it => it.textContent)")
        assert lines == sorted(lines, key=lambda line: int(re.findall(r"\d+", line)[-1]))
        is_odd = [
            each
            for each in lifecycle.check_history(payload)
            if each.rule not in {"no_history", "other_modality"}
        ]
        assert ("history is unusual" in (page.locator(".jw-verdict").text_content() or "")) is bool(is_odd)
        assert page.get_by_text("Nothing unusual.").count() == (not vector["findings"])
    page.get_by_role("button", name="Line").last.click()
    assert selected(page)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('{"event_type": "labtest.order.updated", "data": {"id": "84d9', "The text ends too early"),
        (
            "{'event_type': 'labtest.order.updated', 'data': {'at': datetime.datetime(2026, 9, 1, 8, 0)}}",
            "Python printed",
        ),
        ("LabtestOrderUpdated(event_type='labtest.order.updated', data=Order(id=None))", "Python printed"),
        ('{"event_type": "labtest.order.updated", "data": oops}', None),
    ],
)
def test_a_text_that_cannot_be_read_gets_a_reason(visit: Visit, text: str, hint: str | None) -> None:
    """A body that was cut off, and what Python printed, are recognized; any other mistake gets no guess."""
    visit.to("validate/")
    summary_of(visit.page, text)
    hints = visit.page.locator(".jw-hint").all_text_contents()
    assert [each for each in hints if hint and each.startswith(hint)] == hints
    assert len(hints) == (hint is not None)


def test_what_was_typed_comes_back(visit: Visit) -> None:
    """Neither an example, nor changes to it, destroy what the reader typed, and a button brings it back."""
    visit.to("validate/")
    page = visit.page
    box = page.get_by_label("Payload", exact=True)
    box.fill("not json")
    page.get_by_text("see line 1, column 1").first.wait_for()
    page.get_by_role("button", name="one that drifts").click()
    page.locator(".jw-verdict-drifts").wait_for()
    page.get_by_role("button", name="an order that conforms").click()
    page.locator(".jw-verdict-conforms").wait_for()
    page.locator(".jw-validate [role=status]", has_text="conforms").wait_for(state="attached")
    box.press("End")
    page.keyboard.type(" ")
    changed = box.input_value()
    page.get_by_role("button", name="one that is rejected").click()
    page.locator(".jw-verdict-rejected").wait_for()
    back = page.get_by_role("button", name="Back to what you typed")
    back.click()
    assert box.input_value() == changed
    back.click()
    assert box.input_value() == "not json"
    page.locator(".jw-verdict-rejected").wait_for()
    assert not back.is_visible()


HEARD: Final = """
globalThis.heard = [];
new MutationObserver(() => heard.push(document.querySelector('.jw-validate [role=status]').textContent))
    .observe(document.querySelector('.jw-validate [role=status]'), { childList: true, characterData: true, subtree: true });
"""


def test_a_screen_reader_is_not_flooded(visit: Visit) -> None:
    """While a reader types, a screen reader hears nothing, and afterwards one sentence; nothing else is announced."""
    visit.to("validate/")
    page = visit.page
    box = page.get_by_label("Payload", exact=True)
    page.evaluate(HEARD)
    box.press_sequentially('{"event_type": "labtest.canary.created"}', delay=60)
    page.locator(".jw-verdict-rejected").wait_for()
    page.locator(".jw-validate [role=status]", has_text="rejected: 1 violation, 1 breaking").wait_for(
        state="attached"
    )
    assert page.evaluate("heard") == ["rejected: 1 violation, 1 breaking"]
    live = page.locator(".jw-validate :is([role=status], [role=alert], [aria-live])")
    assert live.count() == 1
    assert live.get_attribute("aria-live") in {None, "polite"}


ROW: Final = 20
"""Pixels by which what is in one row may differ in height."""


def test_the_validator_works_by_keyboard(visit: Visit) -> None:
    """Tab leads through the box, the controls and the report in the order in which they are shown, and out again."""
    visit.to("validate/")
    page = visit.page
    page.get_by_label("Payload", exact=True).fill("\n".join(json.dumps(ORDER.payload) for _ in range(2)))
    page.locator(".jw-payloads").wait_for()
    page.get_by_label("Payload", exact=True).focus()
    reached = []
    while True:
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement.closest('.jw-validate') !== null"):
            break
        place = page.evaluate(
            "() => { const it = document.activeElement.getBoundingClientRect(); return [it.top + scrollY, it.left]; }"
        )
        reached.append(place)
        if page.evaluate("document.activeElement.matches('.jw-open-report[aria-expanded=false]')"):
            page.keyboard.press("Enter")
    assert len(reached) > 10
    assert all(top < below + ROW for (top, _), (below, _) in pairwise(reached))
    assert page.locator(".jw-report:visible").count() == 2
    page.locator(".jw-line").first.focus()
    page.keyboard.press("Enter")
    assert json.loads(selected(page)) == ORDER.payload


def states() -> Iterator[tuple[str, str]]:
    """Texts for which the page that validates shows different things, with what it then shows."""
    changed = json.loads(ORDER.raw)
    changed["data"]["status"] = "failed"
    changed["data"] |= {"odd": 1, "x" * 90: 2, "details": 5}
    yield json.dumps(changed), ".jw-violations"
    yield json.dumps(changed, indent=2), ".jw-findings"
    yield "\n".join([json.dumps(ORDER.payload), json.dumps(changed), "{"]), ".jw-payloads"
    yield json.dumps({"MessageId": "1", "Body": json.dumps(changed)}), ".jw-unwrap"
    yield "neither", ".jw-violations"


def test_reports_are_sound(visit: Visit) -> None:
    """With every kind of report open, the page scrolls sideways at no width, breaks no rule of WCAG, and asks for nothing."""
    page = visit.page
    page.add_init_script(path=AXE)
    visit.to("validate/")
    page.add_style_tag(content=STILL)
    box = page.get_by_label("Payload", exact=True)
    box.focus()
    page.evaluate("import('/assets/js/report/inspection.js')")  # waits until what the box loads is there
    loaded = len(visit.asked)
    wrong = []
    for text, expected in states():
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(WIDE)
        page.locator(".jw-result").evaluate("it => it.replaceChildren()")
        box.fill(text)
        page.locator(expected).first.wait_for()
        for each in page.locator(".jw-open-report").all():
            each.click()
        wrong += breaches(page)
        for width in (ZOOMED, NARROWEST, NARROW):
            page.set_viewport_size(width)
            wrong += [f"{expected}: too wide at {width['width']}"] * too_wide(page)
        page.emulate_media(color_scheme="dark")
        page.wait_for_selector("[data-md-color-scheme=slate]")
        wrong += breaches(page)
    assert wrong == []
    assert visit.asked[loaded:] == []
    assert "odd" not in page.evaluate(
        "JSON.stringify([location.href, localStorage, sessionStorage, history.state])"
    )


def test_copied_commands_have_no_prompt(visit: Visit, site: Path) -> None:
    """The copy button of each console copies the commands, without prompts and what they print."""
    page = visit.page
    with_prompts = [
        file for file in site.rglob("index.html") if 'class="gp"' in file.read_text(encoding="utf-8")
    ]
    assert len(with_prompts) > 3
    for file in with_prompts:
        visit.to(f"{file.parent.relative_to(site).as_posix()}/")
        page.evaluate(UNFOLD, arg=True)
        for console in page.locator(".highlight:has(.gp)").all():
            if not console.is_visible():  # in another tab
                continue
            commands = console.locator("code").evaluate(
                """it => {
                    const copy = it.cloneNode(true);
                    for (const each of copy.querySelectorAll('.gp, .go')) each.remove();
                    return copy.textContent;
                }"""
            )
            page.evaluate("navigator.clipboard.writeText('')")
            console.hover()
            console.locator("button.md-code__button[data-md-type=copy], button.md-clipboard").first.click()
            page.wait_for_function("navigator.clipboard.readText().then(text => text !== '')")
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied.split() == commands.split(), file
            assert copied == copied.strip(), file
            assert "\n\n" not in copied, file


def test_a_page_that_is_a_file_says_what_it_needs(browser: Browser, site: Path) -> None:
    """Opened without a server, a page says that it needs one, and how to start it."""
    page = browser.new_page()
    page.goto((site / "validate" / "index.html").as_uri())
    page.get_by_text("python -m http.server").first.wait_for()
    page.close()


def test_examples_are_chosen_by_keyboard(visit: Visit) -> None:
    """The list of examples keeps the focus while one after the other is chosen, and going back shows the one before."""
    visit.to("validate/")
    page = visit.page
    choice = page.get_by_role("combobox", name="or another example")
    choice.focus()
    first, second = (each.name for each in fixtures.valid()[:2])
    for name in (first, second):
        page.keyboard.press("ArrowDown")
        page.wait_for_url(f"{HOME}validate/#valid/{name}")
    page.locator(".jw-verdict-conforms").wait_for()
    page.go_back()
    shown = "id => document.querySelector('.jw-validate select').selectedOptions[0].id === id"
    page.wait_for_function(shown, arg=f"valid/{first}")


def test_no_address_breaks_a_page(visit: Visit) -> None:
    """An address that names nothing, or is no valid encoding, leaves the page as it is without it."""
    for place in ("#nothing", "#100%"):
        visit.to(f"{UPDATED}{place}")
        visit.page.locator(".jw-tabs [role=tab][aria-selected=true]").wait_for()


def test_patches_are_applied_as_in_python(visit: Visit) -> None:
    """The page makes of each invalid fixture's patch the payload that Python makes of it."""
    visit.to("validate/")
    bases = [fixtures.load(mistake.base).payload for mistake in fixtures.invalid()]
    patches = [
        json.loads(_data.folder("fixtures").joinpath("invalid", f"{mistake.name}.json").read_bytes())["patch"]
        for mistake in fixtures.invalid()
    ]
    made = visit.page.evaluate(
        """async ([bases, patches]) => {
            const { patched } = await import("/assets/js/json/patch.js");
            return bases.map((base, at) => patched(base, patches[at]));
        }""",
        [bases, patches],
    )
    assert made == [mistake.payload for mistake in fixtures.invalid()]


def test_violations_lead_to_line_and_property(visit: Visit) -> None:
    """A violation selects its line, and links to its property on the page of the event."""
    visit.to("validate/#invalid/labtest.order.updated/status_in_capitals")
    page = visit.page
    page.locator(".jw-violations li").first.wait_for()
    page.get_by_role("button", name=re.compile("^Line")).first.click()
    assert selected(page) == '"status": "RECEIVED.WALK_IN_TEST.ORDERED"'
    page.locator(".jw-violations a").first.click()
    page.wait_for_url(re.compile(r"labtest\.order\.updated/#data\.events\.status$"))
    page.locator('[id="data.events.status"]').wait_for(state="visible")


def test_only_the_validator_loads_validators(visit: Visit) -> None:
    """The compiled bundles are loaded where they are used, and nowhere else."""
    visit.to(UPDATED)
    assert not [url for url in visit.asked if "validators" in url]
    visit.to("validate/")
    assert not [url for url in visit.asked if "validators" in url]
    with visit.page.expect_request(re.compile("validators")):
        visit.page.get_by_label("Payload", exact=True).focus()


def test_instant_navigation_keeps_widgets_alive(visit: Visit) -> None:
    """Tabs and validator work on pages that were reached without a load, and after going back; no listener is left."""
    visit.page.add_init_script(LISTENERS)
    visit.to("")
    page = visit.page
    page.wait_for_load_state("networkidle")  # until then a link loads its page
    page.evaluate("globalThis.kept = true")
    page.locator(".md-content a[href$='events/labtest.order.updated/']").first.click()
    tab = page.locator(".jw-tabs [role=tab]").nth(1)
    tab.click()
    page.wait_for_function("document.querySelectorAll('.jw-tabs [role=tab]')[1].ariaSelected === 'true'")
    page.locator(".md-nav a[href$='validate/']").first.click()
    page.get_by_label("Payload", exact=True).wait_for()
    assert summary_of(page, "{}")[0] == "rejected"
    listeners = page.evaluate("listeners")
    page.go_back()
    page.locator(".jw-tabs [role=tab]").nth(2).click()
    page.wait_for_function("document.querySelectorAll('.jw-tabs [role=tab]')[2].ariaSelected === 'true'")
    page.go_forward()
    page.get_by_label("Payload", exact=True).wait_for()
    assert page.evaluate("listeners") == listeners
    assert page.evaluate("globalThis.kept")


def test_properties_are_filtered(visit: Visit) -> None:
    """The filter keeps the properties that match all of it, with what they are in, and a link leads out of it."""
    visit.to(UPDATED)
    page = visit.page
    shown = page.locator(".jw-tree > li:visible > :is(h3, h4, h5, h6)")
    page.get_by_role("button", name="Collapse all").click()
    assert shown.evaluate_all("all => all.map(it => it.id)") == [
        "event_type", "data", "user_id", "team_id", "client_user_id",
    ]  # fmt: skip
    page.get_by_label("Filter properties by name").fill("medical_proxy.")
    page.get_by_label("may be null").check()
    found = shown.evaluate_all("all => all.map(it => it.id)")
    expected = [
        each.path
        for properties in event_tree("labtest.order.updated").properties.values()
        for each in properties
        if "medical_proxy." in each.path and each.type.nullable
    ]
    assert 0 < len(expected) < len(found)
    assert {*expected} < {*found}
    assert all(any(each.startswith(path) for each in expected) for path in found)
    page.get_by_text(re.compile(rf"^{len(expected)} of \d+ properties$")).wait_for()
    page.evaluate("location.hash = 'data.notes'")
    page.locator('[id="data.notes"]').wait_for(state="visible")
    page.get_by_label("new since").select_option("2026-03")
    assert "data.last_event" in shown.evaluate_all("all => all.map(it => it.id)")


def test_sources_are_shown_on_demand(visit: Visit) -> None:
    """Where a property is known from appears when a reader asks for it."""
    visit.to(UPDATED)
    source = visit.page.locator(".jw-tree .jw-sources").first
    assert not source.is_visible()
    visit.page.get_by_label("Show where each property is documented").check()
    assert source.is_visible()


def test_the_story_plays(visit: Visit) -> None:
    """The story on the home page plays by itself, and stops and goes on when its button is pressed."""
    visit.to("")
    page = visit.page
    page.locator(".jw-story .jw-now").wait_for()
    page.get_by_role("button", name="Pause").click()
    assert page.locator(".jw-story .jw-now").count() == 0
    ahead = page.locator(".jw-story .jw-ahead").count()
    assert ahead > 0
    page.get_by_role("button", name="Play the story").click()
    page.wait_for_function(
        "count => document.querySelectorAll('.jw-story .jw-ahead').length < count", arg=ahead
    )
    page.emulate_media(reduced_motion="reduce")
    visit.to("")
    page.get_by_role("button", name="Play the story").wait_for()
    assert page.locator(".jw-story .jw-ahead").count() == 0


def test_deliveries_of_a_scenario_open(visit: Visit) -> None:
    """A delivery opens what changed since the last one about its object, and its payload; all are a signed script."""
    visit.to("fixtures/#scenario.redraw")
    page = visit.page
    deliveries = fixtures.scenario("redraw").deliveries
    scenario = page.locator("[id='scenario.redraw']")
    steps = scenario.locator(".jw-timeline > li")
    assert steps.count() == len(deliveries)
    steps.nth(1).get_by_role("button").click()
    steps.nth(1).locator(".jw-changes li").first.wait_for()
    changed = [each.text_content() for each in steps.nth(1).locator(".jw-changes li").all()]
    assert 'event_type "labtest.order.created" → "labtest.order.updated"' in changed
    assert any(
        re.match(r'data\.events\[1\] new: id \d+, created_at ".*", status ".*"', each or "")
        for each in changed
    )
    assert not any((each or "").startswith("data.id") for each in changed)
    steps.nth(1).get_by_text("Whole payload").click()
    assert json.loads(steps.nth(1).locator("pre").text_content() or "") == deliveries[1].payload
    steps.nth(0).get_by_role("button").click()
    steps.nth(0).get_by_text("The first delivery about this object").wait_for()
    assert scenario.get_by_text("junction-webhooks send redraw --to").is_visible()
    with page.expect_download() as waiting:
        scenario.get_by_role("link", name="Download as NDJSON").click()
    assert waiting.value.path().read_bytes().splitlines() == [each.raw for each in deliveries]
    scenario.get_by_text("Download as a script of signed curls").click()
    scenario.get_by_label("Its secret").fill(SECRET)
    with endpoint() as server:
        scenario.get_by_label("Your endpoint").fill(server.url)
        with page.expect_download() as waiting:
            scenario.get_by_role("button", name="Sign and download").click()
        scenario.get_by_text("sh redraw.sh").wait_for()
        assert waiting.value.suggested_filename == "redraw.sh"
        done = subprocess.run(["sh", waiting.value.path()], capture_output=True, text=True, check=True)  # noqa: S607  (any shell)
        verified = [Webhook(SECRET).verify(each.body, each.headers) for each in server.received]
    assert [json.loads(each.raw) for each in verified] == [each.payload for each in deliveries]
    assert len({each.id for each in verified}) == len(deliveries)
    assert [line.rsplit(": ", 1)[1] for line in done.stdout.splitlines()] == ["204"] * len(deliveries)
    assert done.stdout.startswith("+0s order ordered: ")
    refused = subprocess.run(["sh", waiting.value.path()], capture_output=True, text=True, check=False)  # noqa: S607  (any shell)
    assert refused.returncode == 1
    assert refused.stdout.count("\n") == 1
    page.get_by_role("button", name="Copy", exact=True).first.scroll_into_view_if_needed()
    scenario.get_by_role("button", name="Copy", exact=True).click()
    scenario.get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "junction-webhooks send redraw --to http://localhost:8000/webhooks"


def test_differences_are_of_the_same_object(visit: Visit) -> None:
    """A delivery is compared with the last one about its object: a critical result never with its order."""
    scenario = fixtures.scenario("critical_result_twice")
    visit.to(f"fixtures/#scenario.{scenario.name}")
    steps = visit.page.locator(f"[id='scenario.{scenario.name}'] .jw-timeline > li")
    critical = [number for number, each in enumerate(scenario.deliveries) if "critical" in each.event_type]
    for number in critical:
        steps.nth(number).get_by_role("button").click()
    steps.nth(critical[0]).get_by_text("The first delivery about this object").wait_for()
    changed = steps.nth(critical[1]).locator(".jw-changes li > code")
    changed.first.wait_for()
    assert {each.text_content() for each in changed.all()} == {"data.status", "data.updated_at"}


def test_diagrams_work_by_touch(browser: Browser) -> None:
    """The first tap on a status shows its changes and stays; the second leads to its meaning."""
    context = browser.new_context(viewport=NARROW, has_touch=True)
    page = context.new_page()
    page.goto(f"{HOME}order-lifecycle/")
    page.wait_for_function("document.querySelector('.jw-lifecycle[data-mounted]')")
    page.wait_for_load_state("networkidle")
    status = page.locator(".jw-diagram a", has_text="appointment_cancelled")
    status.tap()
    page.locator(".jw-way.jw-traced").first.wait_for()
    assert page.url == f"{HOME}order-lifecycle/"
    assert page.locator(".jw-pointing").is_visible()
    status.tap()
    page.wait_for_url(re.compile("appointment_cancelled$"))
    context.close()


def test_diagram_leads_to_meanings(visit: Visit) -> None:
    """A status in the diagram of a lifecycle shows its own changes alone, and leads to what it means.

    A pointer that passes by gives way to the status that the keyboard is at.
    """
    visit.to("order-lifecycle/")
    status = visit.page.locator(".jw-diagram a", has_text="appointment_cancelled")
    status.hover()
    traced = visit.page.locator(".jw-way.jw-traced")
    traced.first.wait_for()
    cancelled = "collecting_sample.walk_in_test.appointment_cancelled"
    own = {each.target for each in lifecycle.order().transitions if each.source == cancelled}
    assert 0 < len(own) < len(lifecycle.order().states) - 1
    assert {each.get_attribute("data-to") for each in traced.all()} == own
    visit.page.keyboard.press("Shift")
    status.focus()
    visit.page.mouse.move(0, 0)
    assert {each.get_attribute("data-to") for each in traced.all()} == own
    status.click()
    visit.page.wait_for_url(re.compile("appointment_cancelled$"))
    visit.page.locator("li > :target").wait_for()

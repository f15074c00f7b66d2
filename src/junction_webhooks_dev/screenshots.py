"""Take a screenshot of every page of the site, on a phone and on a desktop, in both schemes.

    make docs
    python -m junction_webhooks_dev.screenshots site -o screenshots [PAGE...]

`screenshots/index.html` shows them next to each other. It needs Playwright and Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread
from typing import Final, Literal

from playwright.sync_api import sync_playwright

WIDTHS: Final = (1440, 390)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
SETTLED: Final = 300
"""Milliseconds that the widgets of a page need."""


def main(arguments: list[str] | None = None) -> int:
    """Take the screenshots, and return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m junction_webhooks_dev.screenshots", description=__doc__)
    parser.add_argument("site", type=Path, help="the folder of the built site")
    parser.add_argument(
        "pages", nargs="*", metavar="PAGE", help="paths such as events/bare_order; default: all"
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("screenshots"), help="the folder to write to"
    )
    options = parser.parse_intermixed_args(arguments)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        parser.error("needs Chromium; on Debian and Ubuntu: apt install chromium")
    folders = (file.parent.relative_to(options.site) for file in options.site.rglob("index.html"))
    pages = options.pages or sorted(folder.as_posix() for folder in folders)
    options.output.mkdir(parents=True, exist_ok=True)
    with served(options.site) as home:
        for width, scheme in product(WIDTHS, SCHEMES):
            shoot(chromium, home, pages, options.output, width, scheme)
    (options.output / "index.html").write_text(overview(pages), encoding="utf-8")
    return 0


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve the site on this machine, and yield its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep the terminal quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def shoot(
    chromium: str, home: str, pages: list[str], folder: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    """Take a screenshot of each page, in full, at one width and in one scheme."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        for path in pages:
            page.goto(f"{home}{path}/")
            page.wait_for_timeout(SETTLED)
            page.screenshot(path=folder / file_name(path, width, scheme), full_page=True)
        browser.close()


def file_name(path: str, width: int, scheme: str) -> str:
    """Return the name of a screenshot."""
    name = "home" if path == "." else path.replace("/", "--")
    return f"{name}-{width}-{scheme}.png"


def overview(pages: list[str]) -> str:
    """Return a page that shows the screenshots of each page next to each other."""
    parts = ["<!doctype html><title>Screenshots</title><style>img{width:24%;vertical-align:top}</style>"]
    for path in pages:
        parts.append(f"<h2>{escape(path)}</h2>")
        for width, scheme in product(WIDTHS, SCHEMES):
            name = escape(file_name(path, width, scheme))
            parts.append(f'<a href="{name}"><img loading="lazy" alt="{width} px, {scheme}" src="{name}"></a>')
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())

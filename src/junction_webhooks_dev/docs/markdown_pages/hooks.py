"""Write each page as Markdown next to its HTML, a list of them as `llms.txt`, and all in `llms-full.txt`.

Both lists are as <https://llmstxt.org/> describes them. Their sections are those of the navigation.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from junction_webhooks_dev.docs.markdown_pages.html_tree import parse
from junction_webhooks_dev.docs.markdown_pages.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure import StructureItem
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page

_ABOUT: Final = (
    "JSON Schemas, fixtures, lifecycles and Python types of the webhooks that Junction sends for "
    "walk-in lab tests."
)
_INDEX: Final = "index.md"

_sections: dict[str, Sequence[Page]] = {}
"""The pages of each section of the navigation. Pages outside of all sections are under an empty name."""
_markdown: dict[str, str] = {}
"""Each page as Markdown, by its canonical URL."""


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG001
    """Remember the sections, and forget what an earlier build of the same process wrote."""
    _sections.clear()
    _sections[""] = [page for page in nav.pages if page.parent is None]
    _sections.update({str(item.title): [*_pages(item)] for item in nav.items if item.is_section})
    _markdown.clear()
    _markdown.update(dict.fromkeys((_url(page) for page in nav.pages), ""))
    return nav


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG001
    """Write a page as Markdown. Its HTML stays as it is."""
    own = _url(page)

    def address(link: str) -> str:
        # Only the HTML has ids, so a link to one leads there. Any other link to a page leads to its Markdown.
        url = urljoin(own, link)
        return url + _INDEX if url in _markdown else url

    if own in _markdown:
        _markdown[own] = Writer(address).page(parse(html))


def on_post_build(config: MkDocsConfig) -> None:
    """Write the files."""
    site = Path(config.site_dir)
    for url, text in _markdown.items():
        path = site / url.removeprefix(str(config.site_url)) / _INDEX
        path.write_text(text, encoding="utf-8")
    head = f"# {config.site_name}\n\n> {config.site_description}\n\n{_ABOUT}\n"
    contents, whole = [head], [head]
    for section, pages in _sections.items():
        heading = [f"# {section}\n"] if section else []
        texts = [_markdown[_url(page)] for page in pages]
        entries = [
            f"- [{_title(text)}]({_url(page)}{_INDEX})\n" for page, text in zip(pages, texts, strict=True)
        ]
        contents += [*(f"#{each}" for each in heading), "".join(entries)]
        whole += [*heading, *texts]
    (site / "llms.txt").write_text("\n".join(contents), encoding="utf-8")
    (site / "llms-full.txt").write_text("\n".join(whole), encoding="utf-8")


def _url(page: Page) -> str:
    return str(page.canonical_url)


def _title(text: str) -> str:
    """Return the heading that a page starts with: some titles of the navigation occur twice."""
    return text.partition("\n")[0].removeprefix("# ")


def _pages(item: StructureItem) -> Iterator[Page]:
    for child in getattr(item, "children", None) or ():
        if child.is_page:
            yield child
        yield from _pages(child)

"""What MkDocs does besides rendering pages: the files that it generates, and what its search reads."""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File

from junction_webhooks import fixtures
from junction_webhooks.contract import releases
from junction_webhooks_dev.docs.markdown_pages.html_tree import without_colours

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

_LONG: Final = 8
"""A block of code with more lines is not searched: whole files would fill the index, and crowd out prose."""
_NOT_SEARCHED: Final = frozenset({"changelog.md"})
"""Pages that mention everything, and explain it less than any other page does."""
_CODE: Final = re.compile(r'<div class="([^"]*\bhighlight\b[^"]*)">.*?</pre></div>', re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let snippets be found from any working directory: `mkdocs build -f` may be run elsewhere."""
    # A build keeps nearly all objects that it makes. Looking for garbage among them takes a twentieth of it.
    gc.set_threshold(200_000, 50, 50)
    root = Path(config.config_file_path).parent
    config.mdx_configs.setdefault("pymdownx.snippets", {})["base_path"] = [str(root)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add files that no folder has.

    These are the deliveries of each scenario, one JSON object per line, which its timeline opens, and the
    bundles of the published versions, at their `$id`s.
    """
    for scenario in fixtures.scenarios():
        lines = b"".join(delivery.raw + b"\n" for delivery in scenario.deliveries)
        files.append(File.generated(config, f"scenarios/{scenario.name}.ndjson", content=lines))
    for version in releases.versions():
        for name, schema in (releases.find(version) or {}).items():
            content = json.dumps(schema, indent=2, ensure_ascii=False)
            files.append(File.generated(config, f"schemas/{version}/bundles/{name}.json", content=content))
    return files


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Keep long code, signatures and some pages out of the search index, which every page loads."""
    if page.file.src_uri in _NOT_SEARCHED:
        page.meta["search"] = {"exclude": True}
    return _CODE.sub(_excluded_if_long, html)


def _excluded_if_long(block: re.Match[str]) -> str:
    text, classes = block[0], block[1]
    if text.count("\n") <= _LONG and "doc-signature" not in classes:
        return text
    return text.replace("<div ", '<div data-search-exclude="" ', 1)


def _for_search(context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation) -> None:  # noqa: ARG001
    """Give the search a page without the colours of code: its parser is slow, and skips them anyway."""
    _whole.append(page.content or "")
    page.content = without_colours(_whole[-1])


def _after_search(context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation) -> None:  # noqa: ARG001
    page.content = _whole.pop()


_whole: list[str] = []
"""The content of the page that is being indexed."""
on_page_context = CombinedEvent(event_priority(100)(_for_search), event_priority(-100)(_after_search))

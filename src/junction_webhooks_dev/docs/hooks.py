"""What MkDocs does besides rendering pages: files that it generates, and links that it mends after that."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.structure.files import File

from junction_webhooks import fixtures
from junction_webhooks.contract import releases

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_LONG: Final = 20
"""A block of code with more lines is not searched: whole files would fill the index, and crowd out prose."""
_CODE: Final = re.compile(r'<div class="[^"]*\bhighlight\b[^"]*">.*?</pre></div>', re.DOTALL)
_FRAGMENT: Final = re.compile(r"\]\(#")
_MARKDOWN: Final = re.compile(r"\]\((https?://[^)\s#]*?)index\.md#")

_addresses: dict[str, str] = {}
"""The address of each page, by the path of its Markdown version in the site."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let snippets be found from any working directory: `mkdocs build -f` may be run elsewhere."""
    root = Path(config.config_file_path).parent
    config.mdx_configs.setdefault("pymdownx.snippets", {})["base_path"] = [str(root)]
    _addresses.clear()
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
    """Keep long code out of the search index."""
    _addresses[re.sub(r"\.html$", ".md", page.file.dest_uri)] = page.canonical_url or ""
    return _CODE.sub(_excluded_if_long, html)


def _excluded_if_long(block: re.Match[str]) -> str:
    text = block[0]
    return text.replace("<div ", '<div data-search-exclude="" ', 1) if text.count("\n") > _LONG else text


def on_post_build(config: MkDocsConfig) -> None:
    """Let the links of the Markdown versions lead to the ids that only the pages have."""
    site = Path(config.site_dir)
    full = site / "llms-full.txt"
    whole = full.read_text(encoding="utf-8")
    for path, address in _addresses.items():
        file = site / path
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            mended = _MARKDOWN.sub(r"](\1#", _FRAGMENT.sub(f"]({address}#", text))
            file.write_text(mended, encoding="utf-8")
            whole = whole.replace(text, mended)
    full.write_text(whole, encoding="utf-8")

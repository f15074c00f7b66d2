"""What MkDocs does besides rendering pages: the files that it generates, and what its search leaves out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.structure.files import File

from junction_webhooks import fixtures

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_LONG: Final = 20
"""A block of code with more lines is not searched: whole files would fill the index, and crowd out prose."""
_CODE: Final = re.compile(r'<div class="[^"]*\bhighlight\b[^"]*">.*?</pre></div>', re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let snippets be found from any working directory: `mkdocs build -f` may be run elsewhere."""
    root = Path(config.config_file_path).parent
    config.mdx_configs.setdefault("pymdownx.snippets", {})["base_path"] = [str(root)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the deliveries of each scenario, one JSON object per line, which its timeline opens."""
    for scenario in fixtures.scenarios():
        lines = b"".join(delivery.raw + b"\n" for delivery in scenario.deliveries)
        files.append(File.generated(config, f"scenarios/{scenario.name}.ndjson", content=lines))
    return files


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Keep long code out of the search index."""
    return _CODE.sub(_excluded_if_long, html)


def _excluded_if_long(block: re.Match[str]) -> str:
    text = block[0]
    return text.replace("<div ", '<div data-search-exclude="" ', 1) if text.count("\n") > _LONG else text

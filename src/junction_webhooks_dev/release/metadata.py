"""Check the metadata of a built file, as a package index does, and that its description can be shown."""

from __future__ import annotations

import re
import tarfile
import zipfile
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from packaging.metadata import Metadata
from trove_classifiers import classifiers

from junction_webhooks_dev.release_check import ROOT, package_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEFT_OVER = re.compile(r"\]\(|```|\*\*|^\s*\|.*\|\s*$", re.MULTILINE)
"""What should not be left in rendered text: half a link, a fence, bold, a row without its table."""
LINK = re.compile(r"\]\((?!https?://|#)([^)\s]+)\)")
EXPECTED = (
    "name",
    "version",
    "summary",
    "requires_python",
    "license_expression",
    "license_files",
    "keywords",
)


def mistakes(file: Path) -> list[str]:
    """Return what is wrong with the metadata in a wheel or an sdist."""
    try:
        # Checks every field against its specification: versions, requirements, the licence and so on.
        found = Metadata.from_email(_content(file), validate=True)
    except ExceptionGroup as errors:
        return [f"{file.name}: {error}" for error in errors.exceptions]
    return [f"{file.name}: {mistake}" for mistake in _mistakes(found)]


def relative_links() -> list[str]:
    """Return the targets of README.md that are paths of the repository, sorted."""
    return sorted({*LINK.findall((ROOT / "README.md").read_text())})


def unrendered(markdown: str) -> list[str]:
    """Return the lines of a text that a renderer of Markdown with tables leaves as they are."""
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    html = re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", "", html)
    return [line.strip() for line in text.splitlines() if LEFT_OVER.search(line)]


def _content(file: Path) -> bytes:
    """Return the metadata. Both kinds of file have one folder, with the name and version, that it is in."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            (name,) = [each for each in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", each)]
            return wheel.read(name)
    with tarfile.open(file) as sdist:
        (name,) = [each for each in sdist.getnames() if re.fullmatch(r"[^/]+/PKG-INFO", each)]
        packed = sdist.extractfile(name)
        return packed.read() if packed else b""


def _mistakes(found: Metadata) -> Iterator[str]:
    yield from (f"{field} is missing" for field in EXPECTED if not getattr(found, field))
    if str(found.version) != package_version():
        yield f"the version is {found.version}, but pyproject.toml has {package_version()}"
    unknown = sorted({*(found.classifiers or [])} - classifiers)
    yield from (f"not a classifier: {each}" for each in unknown)
    readme = (ROOT / "README.md").read_text()
    if (
        found.description_content_type != "text/markdown"
        or (found.description or "").strip() != readme.strip()
    ):
        yield "the description is not README.md"
    yield from (f"README.md is not rendered here: {line}" for line in unrendered(readme))
    yield from (
        f"README.md links to {target}, which does not exist"
        for target in relative_links()
        if not (ROOT / target.partition("#")[0]).exists()
    )

"""Everything that is generated, as bytes by path."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from junction_webhooks.contract import bundler, releases
from junction_webhooks_dev.codegen import (
    browser,
    changes,
    diagrams,
    documents,
    expectations,
    manifest,
    models,
    release,
    typescript,
)
from junction_webhooks_dev.codegen.checking import check_schemas
from junction_webhooks_dev.codegen.writing import generated_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


def outputs() -> dict[str, bytes]:
    """Generate every file and return the contents by path below `generated/`, sorted.

    The bytes are the same on any machine. Files that Node makes are read from `generated/` where Node is
    missing: see `skipped`.
    Raises `SchemaError` for a wrong schema or lifecycle, `ReleasedError` if a published release was changed,
    and `ModuleNotFoundError` when datamodel-code-generator is not installed, or jsonschema-rs to compare
    releases with.
    """
    check_schemas()
    release.check_published()
    by_node = _existing(browser.FOLDER) if skipped() else browser.files()
    by_python = (
        bundler.files(),
        diagrams.files(),
        documents.files(),
        models.files(),
        releases.index(),
        typescript.files(),
        [changes.file(), expectations.file()],
    )
    made = dict(sorted(chain(*by_python, by_node)))
    return made | {manifest.PATH: bundler.as_json(manifest.manifest(made))}


def skipped() -> str:
    """Say what this machine cannot generate and what is missing for it; empty when nothing is."""
    return "" if browser.can_build() else f"generated/{browser.FOLDER} {browser.NEEDED}"


def _existing(folder: str) -> Iterator[tuple[str, bytes]]:
    root = generated_folder()
    for path in root.joinpath(folder).rglob("*"):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_bytes()

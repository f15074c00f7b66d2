"""Publish a version of the contract: its bundles, kept for good under `generated/releases/`.

`generated/releases/index.json` records the hash of each published file. `make build` adds new files to it,
and fails if a file no longer has its recorded hash: a published file must never change.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from junction_webhooks.contract import bundler, releases, version
from junction_webhooks_dev.codegen.checking import check_schemas
from junction_webhooks_dev.codegen.writing import generated_folder

if TYPE_CHECKING:
    from pathlib import Path


class ReleasedError(RuntimeError):
    """A published version has other bundles now, or would get them."""


def release() -> Path:
    """Publish the bundles of the schemas as the version in `schemas/VERSION`; return the new file.

    Raises `ReleasedError` when that version is already published with other bundles, and `SchemaError` for
    a wrong schema.
    """
    check_schemas()
    number = version()
    target = generated_folder() / releases.path_of(number)
    if differs():
        message = f"{number} is already published, with other bundles: raise the version in schemas/VERSION"
        raise ReleasedError(message)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(releases.packed(number, bundler.files()))
    return target


def differs() -> bool:
    """Return whether the version in `schemas/VERSION` is already published, with other bundles."""
    number = version()
    published = releases.find(number)
    return published is not None and published != releases.unpacked(releases.packed(number, bundler.files()))


def damaged() -> list[str]:
    """Return the published files that are gone or no longer have the hash that the index recorded."""
    index = generated_folder() / releases.INDEX
    recorded = json.loads(index.read_bytes()) if index.is_file() else {}
    files = {
        releases.path_of(number): (generated_folder() / releases.path_of(number), entry["sha256"])
        for number, entry in recorded.items()
    }
    return [
        f"generated/{path}"
        for path, (file, sha256) in files.items()
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != sha256
    ]


def check_published() -> None:
    """Raise `ReleasedError` if a published file was changed or removed since the index recorded it."""
    if found := damaged():
        message = f"published releases never change, but these did: {', '.join(found)}; restore them from git"
        raise ReleasedError(message)

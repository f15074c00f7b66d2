"""Publish a version of the contract: its bundles, kept for good under `generated/releases/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from junction_webhooks.contract import bundler, releases, version
from junction_webhooks_dev.codegen.checking import check_schemas
from junction_webhooks_dev.codegen.writing import generated_folder

if TYPE_CHECKING:
    from pathlib import Path


class ReleasedError(RuntimeError):
    """The version is already published, with other bundles."""


def release() -> Path:
    """Publish the bundles of the schemas as the version in `schemas/VERSION`; return the new file.

    Raises `ReleasedError` when that version is already published with other bundles, and `SchemaError` for
    a wrong schema.
    """
    check_schemas()
    number = version()
    packed = releases.packed(number, bundler.files())
    target = generated_folder() / releases.path_of(number)
    if releases.find(number) not in (None, releases.unpacked(packed)):
        message = f"{number} is already published, with other bundles: raise the version in schemas/VERSION"
        raise ReleasedError(message)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(packed)
    return target

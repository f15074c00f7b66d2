"""Where the contract's files lie: in the checkout when there is one, else in the installed package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_IN_CHECKOUT = {"schemas": "schemas", "fixtures": "fixtures", "bundles": "generated/bundles"}


def checkout() -> Path | None:
    """The root of the checkout that this module runs from, or None when it is installed."""
    source = Path(__file__).resolve().parents[1]
    root = source.parent
    # An editable install can leave a stale copy of the data beside the package; the checkout never lies.
    if source.name == "src" and (root / "schemas").is_dir() and (root / "pyproject.toml").is_file():
        return root
    return None


def folder(name: str) -> Path | Traversable:
    """The folder `schemas`, `fixtures` or `bundles`."""
    root = checkout()
    if root is not None:
        return root / _IN_CHECKOUT[name]
    return files("junction_webhooks").joinpath(name)

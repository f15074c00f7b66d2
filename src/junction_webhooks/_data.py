"""Where the contract's files lie: in the checkout when there is one, else in the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_IN_CHECKOUT: Final = {"schemas": "schemas", "fixtures": "fixtures", "bundles": "generated/bundles"}


def checkout() -> Path | None:
    """The root of the checkout that this module runs from, or None when it is installed."""
    source = _PACKAGE.parent
    root = source.parent
    # An editable install can leave a stale copy of the data beside the package; the checkout never lies.
    if source.name == "src" and (root / "schemas").is_dir() and (root / "pyproject.toml").is_file():
        return root
    return None


def folder(name: str) -> Path:
    """The folder `schemas`, `fixtures` or `bundles`."""
    root = checkout()
    # A plain path: importlib.resources would take longer to load than everything that it finds.
    return _PACKAGE / name if root is None else root / _IN_CHECKOUT[name]

"""Where the contract's files lie: in the checkout when there is one, else in the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_DATA: Final = _PACKAGE / "_data"


def checkout() -> Path | None:
    """The root of the checkout that this module runs from, or None when it is installed."""
    source = _PACKAGE.parent
    root = source.parent
    # An editable install can leave a stale copy of the data beside the package; the checkout never lies.
    if source.name == "src" and (root / "schemas").is_dir() and (root / "pyproject.toml").is_file():
        return root
    return None


def folder(name: Literal["schemas", "fixtures"]) -> Path:
    """A folder that is written by hand."""
    # A plain path: importlib.resources would take longer to load than everything that it finds.
    return (checkout() or _DATA) / name


def generated(path: str) -> Path:
    """The generated file of that path below `generated/`."""
    root = checkout()
    return (_DATA if root is None else root / "generated") / path

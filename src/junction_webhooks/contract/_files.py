"""Where the files of the contract are: in the checkout if there is one, or else in the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_DATA: Final = _PACKAGE / "_data"


def checkout() -> Path | None:
    """Return the root of the checkout that this module runs from, or None if it is installed."""
    source = _PACKAGE.parent
    root = source.parent
    # An editable install can leave a stale copy of the data next to the package: prefer the checkout.
    if source.name == "src" and (root / "schemas").is_dir() and (root / "pyproject.toml").is_file():
        return root
    return None


def folder(name: Literal["schemas", "fixtures"]) -> Path:
    """Return the path of a hand-written folder."""
    # A plain path: importing importlib.resources takes longer than reading all files that it would find.
    return (checkout() or _DATA) / name


def generated(path: str) -> Path:
    """Return the path of a generated file, given its path below `generated/`."""
    root = checkout()
    return (_DATA if root is None else root / "generated") / path

"""Where the files of the contract are: in the checkout if there is one, or else in the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_DATA: Final = "_data"


def checkout() -> Path | None:
    """Return the root of the checkout that this module runs from, or None if it is installed."""
    source = _PACKAGE.parent
    root = source.parent
    # An editable install can leave a stale copy of the data next to the package: prefer the checkout.
    if source.name == "src" and (root / "schemas").is_dir() and (root / "pyproject.toml").is_file():
        return root
    return None


def folder(name: Literal["schemas", "fixtures"]) -> Traversable:
    """Return a hand-written folder."""
    return (checkout() or _packaged()) / name


def generated(path: str) -> Traversable:
    """Return a generated file or folder, given its path below `generated/`."""
    root = checkout()
    return (_packaged() if root is None else root / "generated").joinpath(*path.split("/"))


def license_text() -> bytes:
    """Return the text of the license."""
    return (checkout() or _packaged()).joinpath("LICENSE").read_bytes()


def _packaged() -> Traversable:
    """Return the folder of data in the installed package."""
    plain = _PACKAGE / _DATA
    if plain.is_dir():
        return plain
    # The package is imported from a zip or by a loader of its own. Only then, because to import
    # importlib.resources takes longer than to read all the files.
    from importlib.resources import files  # noqa: PLC0415

    return files(__package__.partition(".")[0]) / _DATA

"""Compare `generated/` with what the schemas give, and bring it up to date."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from junction_webhooks.contract import _files, releases

if TYPE_CHECKING:
    from collections.abc import Mapping

State: TypeAlias = Literal["stale", "missing", "orphaned"]
_BY_PYTHON: Final = "__pycache__"


class NoCheckoutError(RuntimeError):
    """There is no checkout of the project, so there is no `generated/` to write."""


@dataclass(frozen=True, slots=True)
class OutdatedFile:
    """A file under `generated/` that is not what the schemas give; `path` is relative to that folder."""

    path: str
    state: State


def generated_folder() -> Path:
    """Return the folder `generated/` of the checkout. Raises `NoCheckoutError` without one."""
    root = _files.checkout()
    if root is None:
        message = "there is no checkout here: files are generated in the project's own repository"
        raise NoCheckoutError(message)
    return root / "generated"


def outdated(made: Mapping[str, bytes]) -> list[OutdatedFile]:
    """Compare `generated/` with the outputs and return the files that differ, sorted by path."""
    root = generated_folder()
    existing = {
        path.relative_to(root).as_posix(): path
        for path in root.rglob("*")
        if path.is_file() and _BY_PYTHON not in path.parts and not releases.is_release(path)
    }
    found = [
        OutdatedFile(path, "missing" if path not in existing else "stale")
        for path, content in made.items()
        if path not in existing or existing[path].read_bytes() != content
    ]
    found += [OutdatedFile(path, "orphaned") for path in existing if path not in made]
    return sorted(found, key=lambda each: each.path)


def write(made: Mapping[str, bytes]) -> list[OutdatedFile]:
    """Make `generated/` hold exactly the outputs; return the files that differed before.

    Each file is replaced in one step, so that a reader never sees half of one.
    """
    root = generated_folder()
    found = outdated(made)
    root.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".generated-") as staging:
        for each in found:
            target = root / each.path
            if each.state == "orphaned":
                target.unlink()
                continue
            staged = Path(staging) / each.path
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.write_bytes(made[each.path])
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(target)
    _remove_empty_folders(root)
    return found


def _remove_empty_folders(root: Path) -> None:
    # Deepest first. What Python compiled counts as nothing, and goes with its folder.
    for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
        if all(inside.name == _BY_PYTHON for inside in folder.iterdir()) and folder.name != _BY_PYTHON:
            shutil.rmtree(folder)

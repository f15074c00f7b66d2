"""What Git can do to a vendored folder: conflicts of a merge, pointers of Git LFS, empty submodules."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from junction_webhooks.vendoring._errors import VendorError
from junction_webhooks.vendoring._folder import Folder


@dataclass(frozen=True, slots=True)
class Damage:
    """What happened to a file."""

    what: str
    """A sentence that continues its path."""
    todo: str
    """What to do about it, before the next run."""


CONFLICT: Final = Damage(
    "has the conflict markers of a merge", "take one side with `git checkout --ours` or `--theirs`"
)
POINTER: Final = Damage("is a pointer of Git LFS, not the file", "fetch the file with `git lfs pull`")
_CONFLICT_START: Final = re.compile(rb"^<{7}(?: |\r?$)", re.MULTILINE)
_CONFLICT_END: Final = re.compile(rb"^>{7}(?: |\r?$)", re.MULTILINE)
_POINTER_START: Final = b"version https://git-lfs.github.com/spec/"
_SUBMODULE_PATH: Final = re.compile(rb"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


def damage(content: bytes) -> Damage | None:
    """Return what happened to a file that is not as `vendor` wrote it, if its content shows that.

    No file of ours has lines that look like conflict markers, and none begins like a pointer.
    """
    if content.startswith(_POINTER_START):
        return POINTER
    start = _CONFLICT_START.search(content)
    return CONFLICT if start and _CONFLICT_END.search(content, start.end()) else None


def refuse_empty_submodule(destination: Path) -> None:
    """Raise `VendorError` if the path is, or is below, a submodule of Git that was not checked out."""
    path = Path(os.path.abspath(destination))  # noqa: PTH100  (`resolve` would follow links)
    for top in path.parents:
        if not os.path.lexists(top / ".git"):
            continue
        for found in _SUBMODULE_PATH.findall(Folder(top).read(".gitmodules") or b""):
            submodule = top / os.fsdecode(found)
            if submodule not in (path, *path.parents) or _has_files(submodule):
                continue
            message = (
                f"{submodule}: is a submodule that is not checked out: "
                "run `git submodule update --init` and run this again"
            )
            raise VendorError(message)
        return


def _has_files(folder: Path) -> bool:
    """True if anything is in a folder, or if there is no folder."""
    return not folder.is_dir() or any(folder.iterdir())

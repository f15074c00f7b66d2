"""Several files of one folder changed together: all of them, or none.

A file system replaces one file in one step, and no more. So everything is first written beside the files, in
`JOURNAL`, with a copy of what will go; then come the steps. An error undoes the steps that were taken. Where
the machine stops between two steps, the journal stays, and whoever comes next undoes them with `recover`.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

JOURNAL: Final = ".junction-webhooks-update"
_STEPS: Final = "steps.json"
_SAFE: Final = re.compile(r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+)*")


def is_safe(path: object) -> bool:
    """Whether it is a path with slashes that stays below the folder on every system."""
    return isinstance(path, str) and _SAFE.fullmatch(path) is not None


def digest(content: bytes) -> str:
    """The sha256 of a text file, whatever ends its lines: Git may write CRLF on Windows."""
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def unfinished(folder: Path) -> bool:
    """Whether a change of the folder was cut off."""
    return os.path.lexists(folder / JOURNAL)


def change(folder: Path, writes: Mapping[str, bytes], deletes: Collection[str] = ()) -> None:
    """Write files and delete others, by their paths below the folder, which is made where there is none.

    Files are replaced in the order given. Raises `OSError`; then the folder is as it was before.
    """
    if folder.exists():
        _change(folder, writes, deletes)
        return
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.partial")
    try:
        for path, content in writes.items():
            _write(staged / path, content)
        staged.rename(folder)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        _remove_empty(made)
        raise


def _change(folder: Path, writes: Mapping[str, bytes], deletes: Collection[str]) -> None:
    journal = folder / JOURNAL
    journal.mkdir()
    try:
        for path, content in writes.items():
            _write(journal / "new" / path, content)
        for path in (*writes, *deletes):
            if (folder / path).exists():
                _write(journal / "old" / path, (folder / path).read_bytes())
        steps = {path: digest(content) for path, content in writes.items()} | dict.fromkeys(deletes)
        _write(journal / "steps.partial", json.dumps(steps).encode())
        # From here on the journal counts.
        (journal / "steps.partial").rename(journal / _STEPS)
    except BaseException:
        shutil.rmtree(journal, ignore_errors=True)
        raise
    try:
        for path in writes:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (journal / "new" / path).replace(folder / path)
        for path in deletes:
            (folder / path).unlink()
    except BaseException:
        recover(folder)
        raise
    _close(folder, deletes)


def recover(folder: Path) -> None:
    """Undo a change that was cut off, if there is one. What was edited since stays as it is.

    Raises `OSError` where that cannot be done; the journal then stays.
    """
    if not unfinished(folder):
        return
    journal = folder / JOURNAL
    steps = _steps(journal / _STEPS)
    taken = [path for path in steps if is_safe(path) and _is_taken(folder / path, steps[path])]
    for path in taken:
        old = journal / "old" / path
        if old.exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            old.replace(folder / path)
        else:
            (folder / path).unlink(missing_ok=True)
    _close(folder, steps)


def _steps(file: Path) -> dict[str, str | None]:
    """The paths that a change writes, with the digest of each, and those that it deletes, with None."""
    if not file.exists():
        return {}
    try:
        return dict(json.loads(file.read_bytes()))
    except (ValueError, TypeError):
        message = "it is damaged: remove its folder, and restore the files beside that"
        raise OSError(errno.EINVAL, message, str(file)) from None


def _is_taken(target: Path, wanted: str | None) -> bool:
    if not os.path.lexists(target):
        return True
    return wanted is not None and target.is_file() and digest(target.read_bytes()) == wanted


def _close(folder: Path, gone: Iterable[str]) -> None:
    journal = folder / JOURNAL
    # Without its steps a journal asks for nothing, so that the rest may go one by one.
    (journal / _STEPS).unlink(missing_ok=True)
    shutil.rmtree(journal)
    parents = {parent for path in gone for parent in (folder / path).parents if folder in parent.parents}
    _remove_empty(sorted(parents, key=lambda parent: len(parent.parts), reverse=True))


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

"""Changing the files of a folder so that a full disk changes nothing, and a crash is healed by the next run.

A file system replaces one file in one step, and no more. So an update has these parts:

1. Everything is written to `STAGING`, a folder below the vendored one: a full disk shows here. Last comes the
   record: for each path the digests of all that `vendor` may have written there, old and new.
2. New folders are made and new files renamed into them. Up to here an error undoes everything.
3. Files are replaced by renaming, files that are not wanted are deleted, and the lock file is replaced. An
   error here leaves the update incomplete, as a crash does anywhere.
4. `STAGING` is deleted.

The next run, with whatever options, finds the record and so knows the files of both versions as its own: it
takes none for edited, and brings all to where it wants them. It adds to the record before it changes a file,
so it may crash as well.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from junction_webhooks.vendoring._lock import LOCK, read_record, record_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from junction_webhooks.vendoring._folder import Folder

STAGING: Final = ".junction-webhooks-update"
"""The reserved name: the next run deletes everything in it."""
_RECORD: Final = f"{STAGING}/written.json"
_NEW_RECORD: Final = f"{STAGING}/written.json.new"


@dataclass(frozen=True, slots=True)
class Steps:
    """What an update does."""

    writes: Mapping[str, bytes]
    """Contents by path; the lock file, if it is among them, is replaced last."""
    deletes: Collection[str]
    digests: Mapping[str, Collection[str]]
    """Every content that may be `vendor`'s own, before, during and after, by path."""


def is_incomplete(folder: Folder) -> bool:
    """True if an update was interrupted, and nobody has run another one since."""
    return folder.exists(STAGING)


def recorded(folder: Folder) -> Mapping[str, frozenset[str]]:
    """The digests of what an interrupted update may have written, by path."""
    return read_record(folder.read(_RECORD))


def carry_out(folder: Folder, steps: Steps) -> None:
    """Write and delete. Raises `OSError`; then either nothing changed, or `is_incomplete` is true."""
    if not steps.writes and not steps.deletes:
        # All that an interrupted update may have left to do is this.
        _clear(folder)
        return
    _replace(folder, steps, _prepare(folder, steps))
    _clear(folder)


def _prepare(folder: Folder, steps: Steps) -> dict[str, str]:
    """Stage everything and add the files that are new. An error undoes all of it.

    Returns what is left to rename: staged paths by the paths that they will have.
    """
    was_incomplete = bool(recorded(folder))
    made: list[str] = []
    added: list[str] = []
    try:
        staged = _stage(folder, steps)
        new = [path for path in staged if path != LOCK and not folder.exists(path)]
        for place in _parents(new):
            if not folder.exists(place):
                folder.make(place)
                made.append(place)
        for path in new:
            folder.rename(staged.pop(path), path)
            added.append(path)
    except BaseException:
        # Where undoing fails as well, the record stays, and the next run heals.
        with suppress(OSError):
            for path in added:
                folder.delete(path)
            for place in reversed(made):
                folder.delete_if_empty(place)
            _clear(folder, but_record=was_incomplete)
        raise
    return staged


def _replace(folder: Folder, steps: Steps, staged: Mapping[str, str]) -> None:
    """Do what cannot be undone: the next run completes it."""
    for path, place in staged.items():
        if path != LOCK:
            folder.rename(place, path)
    for path in steps.deletes:
        folder.delete(path)
    for place in ("", *_parents(steps.writes), *_parents(steps.deletes)):
        folder.sync(place)
    # An interrupted update may have made folders for files that nobody wants any more.
    for place in reversed(_parents(path for path in steps.digests if path not in steps.writes)):
        folder.delete_if_empty(place)
    if LOCK in staged:
        folder.rename(staged[LOCK], LOCK)
        folder.sync()


def _stage(folder: Folder, steps: Steps) -> dict[str, str]:
    """Write all contents and the record to `STAGING`. Returns where each content is, by path."""
    _clear(folder, but_record=bool(recorded(folder)))
    if not folder.exists(STAGING):
        folder.make(STAGING)
    paths = sorted(steps.writes, key=LOCK.__eq__)
    staged = {path: f"{STAGING}/{number}" for number, path in enumerate(paths)}
    for path, place in staged.items():
        folder.create(place, steps.writes[path])
    folder.create(_NEW_RECORD, record_text(steps.digests))
    folder.rename(_NEW_RECORD, _RECORD)
    folder.sync(STAGING)
    folder.sync()
    return staged


def _clear(folder: Folder, *, but_record: bool = False) -> None:
    if not but_record:
        if folder.exists(STAGING):
            folder.delete_tree(STAGING)
        return
    for name in folder.names(STAGING):
        path = f"{STAGING}/{name}"
        if path == _RECORD:
            continue
        if folder.is_folder(path):
            folder.delete_tree(path)
        else:
            folder.delete(path)


def _parents(paths: Iterable[str]) -> list[str]:
    """The folders of these paths, each after the one that it is in."""
    found = set()
    for path in paths:
        parts = path.split("/")
        found |= {"/".join(parts[:end]) for end in range(1, len(parts))}
    return sorted(found)

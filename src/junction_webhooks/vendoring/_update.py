"""Updating a folder so that a full disk changes nothing, and the next run recovers from a crash.

A file system can replace one file atomically, but not several. So an update has these steps:

1. Everything is written to `STAGING`, a folder below the vendored one: a full disk is noticed here. The
record is written last: for each path, the digests of everything that `vendor` may have written there, old and
new. 2. New folders are made, and new files are renamed into them. Up to here, an error undoes everything. 3.
Files are replaced by renaming, unwanted files are deleted, and the lock file is replaced. An error here
leaves the update incomplete, as does a crash at any point. 4. `STAGING` is deleted.

The next run, with any options, finds the record. It therefore knows the files of both versions as its own,
treats none of them as edited, and updates them all. It extends the record before it changes a file, so it may
crash too.
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
    """The digests of everything that `vendor` may have written, by path, including during the update."""


def is_incomplete(folder: Folder) -> bool:
    """True if an update was interrupted and no later one has completed it."""
    return folder.exists(STAGING)


def recorded(folder: Folder) -> Mapping[str, frozenset[str]]:
    """The digests of what an interrupted update may have written, by path."""
    return read_record(folder.read(_RECORD))


def carry_out(folder: Folder, steps: Steps) -> None:
    """Write and delete. After an `OSError`, either nothing has changed, or `is_incomplete` is true."""
    if not steps.writes and not steps.deletes:
        # All that an interrupted update may have left to do is this.
        _clear(folder)
        return
    _replace(folder, steps, _prepare(folder, steps))
    _clear(folder)


def _prepare(folder: Folder, steps: Steps) -> dict[str, str]:
    """Stage everything and add the files that are new. An error undoes all of it.

    Returns the files that still have to be renamed, as a staged path for each final path.
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
    """Make the changes that cannot be undone. If this is interrupted, the next run completes them."""
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
    """The folders of these paths, parents first."""
    found = set()
    for path in paths:
        parts = path.split("/")
        found |= {"/".join(parts[:end]) for end in range(1, len(parts))}
    return sorted(found)

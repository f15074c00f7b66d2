"""What is in a folder, compared with what should be there and with what `vendor` wrote."""

from __future__ import annotations

from dataclasses import dataclass
from stat import S_ISDIR, S_ISLNK
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from junction_webhooks.vendoring._damage import CONFLICT, POINTER, damage
from junction_webhooks.vendoring._files import TOP_LEVEL, files
from junction_webhooks.vendoring._lock import digest
from junction_webhooks.vendoring._update import STAGING, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.vendoring._folder import Folder
    from junction_webhooks.vendoring._lock import Lock
    from junction_webhooks.vendoring._options import Options

Content: TypeAlias = Literal["nothing", "wanted", "ours", "edited", "foreign", "link", "conflict", "pointer"]
PROBLEMS: Final[Mapping[Content, str]] = {
    "edited": "was edited since `vendor` wrote it, by hand or by a formatter",
    "foreign": "is in the way, and was not written by `vendor`",
    "link": "is a symbolic link, and `vendor` follows none",
    "conflict": CONFLICT.what,
    "pointer": POINTER.what,
}
REMEDIES: Final[Mapping[Content, str]] = {
    "edited": "restore it, or delete it and",
    "foreign": "move it elsewhere and",
    "link": "remove it and",
    "conflict": f"{CONFLICT.todo} and",
    "pointer": f"{POINTER.todo} and",
}
"""What to do about each problem before `vendor` runs again."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is at one path."""

    path: str
    content: Content
    """`ours` is anything that `vendor` wrote, in this version or another."""
    place: str
    """The path, or the part of it that is a link or a file instead of a folder."""


@dataclass(frozen=True, slots=True)
class Survey:
    """All paths that should exist, or that `vendor` has written to."""

    wanted: Mapping[str, bytes]
    digests: Mapping[str, frozenset[str]]
    """What `vendor` may have written, by path: in the last update, and in one that was interrupted."""
    found: tuple[Found, ...]
    """Sorted by path."""


def survey(folder: Folder, lock: Lock | None, options: Options) -> Survey:
    """Compare a folder with what `options` ask for."""
    digests = written(folder, lock)
    wanted = _wanted(folder, options, lock, digests)
    found = (_found(folder, path, wanted.get(path), lock, digests) for path in wanted.keys() | digests.keys())
    return Survey(wanted, digests, tuple(sorted(filter(None, found), key=lambda each: each.path)))


def written(folder: Folder, lock: Lock | None) -> dict[str, frozenset[str]]:
    """The digests of everything that `vendor` may have written, by path."""
    digests = dict(recorded(folder))
    for path, locked in (lock.files if lock else {}).items():
        digests[path] = digests.get(path, frozenset()) | {locked}
    return digests


def staging_problem(folder: Folder) -> Iterator[Found]:
    """Anything that has the reserved name but is not a folder."""
    place, mode = folder.find(STAGING)
    if mode is not None and not S_ISDIR(mode):
        yield Found(STAGING, "link" if S_ISLNK(mode) else "foreign", place)


def _wanted(
    folder: Folder, options: Options, lock: Lock | None, digests: Mapping[str, frozenset[str]]
) -> Mapping[str, bytes]:
    """The files to write: all of them, except those of `TOP_LEVEL` of which the team has its own."""
    made = files(options)
    own = {path for path in TOP_LEVEL if _is_own(folder, path, made[path], lock, digests)}
    return {path: content for path, content in made.items() if path not in own}


def _is_own(
    folder: Folder,
    path: str,
    made: bytes,
    lock: Lock | None,
    digests: Mapping[str, frozenset[str]],
) -> bool:
    """True for a file that the team wrote."""
    if (lock and path in lock.files) or not folder.exists(path):
        return False
    content = folder.read(path)
    return content is None or digest(content) not in {digest(made), *digests.get(path, ())}


def _found(
    folder: Folder,
    path: str,
    wanted: bytes | None,
    lock: Lock | None,
    digests: Mapping[str, frozenset[str]],
) -> Found | None:
    """What is at a path, or None if it does not concern `vendor`."""
    is_locked = lock is not None and path in lock.files
    place, mode = folder.find(path)
    content = folder.read(path)
    there: Content
    if mode is None:
        there = "nothing"
    elif S_ISLNK(mode):
        there = "link"
    elif place != path:
        # A file in the place of a folder: what was in that folder is gone.
        there = "foreign" if wanted is not None else "nothing"
    elif content is not None and wanted is not None and digest(content) == digest(wanted):
        there = "wanted"
    elif content is not None and digest(content) in digests.get(path, ()):
        there = "ours"
    elif is_locked and content is not None and (found := damage(content)):
        there = "conflict" if found is CONFLICT else "pointer"
    else:
        there = "edited" if is_locked else "foreign"
    # An interrupted update may have written here, but nothing of it is left.
    if wanted is None and not is_locked and there != "ours":
        return None
    return Found(path, there, place)

"""A folder in somebody else's repository, for one process at a time and without symbolic links.

The folder comes from a checkout, and a checkout may be hostile: any file in it, and any folder on the way to
a file, may be a link to a place outside. So every operation first looks at each part of its path with
`lstat`, and fails at a link. Descriptors of folders (`dir_fd`) would also protect against a process that
swaps folders while we run, but Windows has none, and such a process needs no help from us.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks.vendoring._errors import VendorError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 10.0
"""How many seconds to wait for another run in the same folder. A run takes about one second."""
_PAUSE: Final = 0.05
_MOST_BYTES: Final = 64 * 1024 * 1024
"""Our largest file has 2 MB. Anything larger than this is not ours, and is not read into memory."""
# Windows has neither flag; there `lstat` alone keeps links out.
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
# `lstat` keeps pipes out as well; should one slip through, do not wait for somebody to write to it.
_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _NO_LINK
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK


class Folder:
    """A folder and everything in it. All paths are relative to it, with slashes.

    Every method that changes something raises `OSError` when a part of the path is a symbolic link.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, path: str) -> tuple[str, int | None]:
        """Follow a path as far as it consists of real folders.

        Returns the part that was reached and its mode from `lstat`: None if nothing is there. That part is
        the whole path, or else a link, a missing folder, or a file in the place of a folder.
        """
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            part = "/".join(parts[:end])
            try:
                mode = os.lstat(self.path / part).st_mode
            except (FileNotFoundError, NotADirectoryError):
                return part, None
            if end < len(parts) and not stat.S_ISDIR(mode):
                return part, mode
        return path, mode

    def exists(self, path: str) -> bool:
        """True if anything has this path, even a broken link."""
        place, mode = self.find(path)
        return place == path and mode is not None

    def is_folder(self, path: str) -> bool:
        """True for a real folder, False for a link to one."""
        place, mode = self.find(path)
        return place == path and mode is not None and stat.S_ISDIR(mode)

    def read(self, path: str) -> bytes | None:
        """The content of a regular file, or None if there is no such file or it is far too large."""
        place, mode = self.find(path)
        if place != path or mode is None or not stat.S_ISREG(mode):
            return None
        with os.fdopen(os.open(self.path / path, _READ), "rb") as file:
            content = file.read(_MOST_BYTES + 1)
        return content if len(content) <= _MOST_BYTES else None

    def names(self, path: str) -> list[str]:
        """The names in a folder, or none if there is no such folder."""
        return sorted(each.name for each in self._real(path).iterdir()) if self.is_folder(path) else []

    def create(self, path: str, content: bytes) -> None:
        """Write a new file and wait until it is on disk.

        Raises `OSError` if something already has this path.
        """
        descriptor = os.open(self._real(path), _CREATE, 0o666)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def make(self, path: str) -> None:
        """Make one folder."""
        self._real(path).mkdir()

    def rename(self, old: str, new: str) -> None:
        """Move a file to another path, replacing any file there."""
        os.replace(self._real(old), self._real(new))  # noqa: PTH105  (tests count the calls of `os`)

    def delete(self, path: str) -> None:
        """Delete one file, or one link, but never the target of a link."""
        os.unlink(self._real(path))  # noqa: PTH108  (tests count the calls of `os`)

    def delete_tree(self, path: str) -> None:
        """Delete a folder with everything in it; links in it are not followed."""
        shutil.rmtree(self._real(path))

    def delete_if_empty(self, path: str) -> None:
        """Delete a folder unless something is in it."""
        if self.is_folder(path) and not self.names(path):
            os.rmdir(self._real(path))  # noqa: PTH106  (tests count the calls of `os`)

    def sync(self, path: str = "") -> None:
        """Wait until the names in a folder are on disk, if the system supports that."""
        if sys.platform == "win32":
            return
        descriptor = os.open(self._real(path) if path else self.path, os.O_RDONLY | _NO_LINK)
        try:
            with suppress(OSError):  # some file systems know no such wait
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _real(self, path: str) -> Path:
        """The place of a path whose folders are all real. Raises `OSError` if one is a link or a file."""
        parent = path.rpartition("/")[0]
        if parent:
            place, mode = self.find(parent)
            if mode is not None and not stat.S_ISDIR(mode):
                code = errno.ELOOP if stat.S_ISLNK(mode) else errno.ENOTDIR
                raise OSError(code, os.strerror(code), str(self.path / place))
        return self.path / path


@contextmanager
def opened(destination: Path, *, to_write: bool) -> Iterator[Folder]:
    """The folder, while no other run writes to it.

    A missing folder is created for writing. If an error occurs, the folders that were created for it are
    removed again, unless something is in them. Raises `VendorError` if the path is not a folder or leads
    through a link (see `refuse_links`), or if another run does not end within `PATIENCE` seconds. If the
    system or the file system has no `flock`, runs are not kept apart.
    """
    refuse_links(destination)
    made: list[Path] = []
    descriptor = None
    try:
        descriptor = _locked(destination, made, to_write=to_write)
        yield Folder(destination)
    except BaseException:
        # Before the lock goes, so that a run that waits for it finds out.
        for place in reversed(made):
            with suppress(OSError):
                place.rmdir()
        raise
    finally:
        if descriptor is not None:
            os.close(descriptor)


def refuse_links(destination: Path) -> None:
    """Raise `VendorError` if the path is not a folder, or leads through a link of a checkout.

    That is `destination` itself, and every part of its path below the working directory or below a folder
    with a `.git`. Links above those belong to the machine (`/tmp` on macOS, say), and are followed.
    """
    trusted = _trusted(destination)
    for place in reversed((destination.absolute(), *destination.absolute().parents)):
        if not os.path.lexists(place):
            return
        if trusted in place.parents and place.is_symlink():
            message = f"{place}: is a symbolic link, and `vendor` follows none: name the folder it points to"
            raise VendorError(message)
        if not place.is_dir():
            message = f"{place}: is not a folder: name an existing folder or a new one"
            raise VendorError(message)


def _trusted(destination: Path) -> Path:
    """The part of a path in which links are followed: the working directory, a checkout or the parent."""
    here, path = Path.cwd(), destination.absolute()
    tops = (each for each in reversed(path.parents) if each == here or os.path.lexists(each / ".git"))
    return next(tops, path.parent)


def _locked(destination: Path, made: list[Path], *, to_write: bool) -> int | None:
    """Make the folder, lock it, and return the descriptor that holds the lock until it is closed.

    Returns None if there is nothing to lock. Appends the folders that it creates to `made`.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        if to_write:
            _make(destination, made)
        if sys.platform == "win32" or not (to_write or destination.is_dir()):
            return None
        with suppress(FileNotFoundError):  # another run failed, and took the folder that it made with it
            descriptor = os.open(destination, os.O_RDONLY | _NO_LINK)
            try:
                if _try_lock(descriptor, exclusive=to_write) and os.path.samestat(
                    os.fstat(descriptor), os.lstat(destination)
                ):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)
        if time.monotonic() > deadline:
            message = (
                f"{destination}: another run of `junction-webhooks vendor` is writing to it: "
                "wait until that has ended, and run this again\nnothing was written"
            )
            raise VendorError(message)
        time.sleep(_PAUSE)


def _try_lock(descriptor: int, *, exclusive: bool) -> bool:
    import fcntl  # noqa: PLC0415  (Windows has none)

    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Some network file systems have no locks, which must not make the command useless there.
        return True
    return True


def _make(destination: Path, made: list[Path]) -> None:
    for place in reversed((destination, *destination.parents)):
        if not os.path.lexists(place):
            with suppress(FileExistsError, FileNotFoundError):  # another run makes or removes it
                place.mkdir()
                made.append(place)

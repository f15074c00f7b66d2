"""What all commands share when they write to a terminal: exit codes, errors, colours and progress bars."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

FAILED: Final = 1
"""The exit code if the answer is no: a payload is rejected, a change is breaking, a copy is out of date."""
UNUSABLE: Final = 2
"""The exit code if there is no answer: the input cannot be read. argparse also uses it for usage errors."""
INTERRUPTED: Final = 130
"""The exit code that shells use for a process stopped by Ctrl-C: 128 + SIGINT."""
NOT_READ: Final = 141
"""The exit code that shells use for a process whose reader has gone, as `head` does: 128 + SIGPIPE."""
_COLOURS: Final = {"conforms": "32", "drifts": "33", "rejected": "31", "faint": "2", "bold": "1"}
"""ANSI escape codes ("select graphic rendition"): green, yellow, red, and two weights."""


def prepare_streams() -> None:
    """Make standard output and standard error fit for any text.

    Raises `OSError` if standard output is closed.
    """
    # A stream that was closed when the process started is None.
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  (open to the end)
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    for stream in (sys.stdout, sys.stderr):
        # A program that calls `main` may have put something else there.
        if isinstance(stream, TextIOWrapper):
            # Text that the terminal's encoding cannot express is escaped; it must not stop the command.
            stream.reconfigure(errors="backslashreplace")


def cannot_write(error: OSError) -> int:
    """Write that output could not be written, as on a full disk. Return the exit code.

    A reader that has gone, such as `head`, has seen enough: nothing is wrong, and nothing is written.
    """
    # Python flushes both streams once more at exit: send that to nowhere, or it prints a traceback.
    _discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        _discard(sys.stderr)
        return NOT_READ
    place = error.filename or "standard output"
    try:
        complain(f"{place}: cannot be written: {(error.strerror or str(error)).lower()}")
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)
    return UNUSABLE


def _discard(stream: TextIO) -> None:
    """Send what a stream still has to nowhere."""
    # In a process that calls `main`, it may be no file.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(message: str) -> int:
    """Write an error to standard error, with the program's name on each line. Return the exit code for it."""
    for line in message.splitlines():
        sys.stderr.write(f"junction-webhooks: {printable(line)}\n")
    return UNUSABLE


def printable(text: str) -> str:
    """The text with control characters escaped, so that text from a file cannot control the terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def count(number: int, noun: str, plural: str = "") -> str:
    """The number with its noun, such as "1 payload" or "2 payloads"."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def coloured(name: str, text: str) -> str:
    """The text in a colour or weight, if standard output is a terminal and plain text was not requested."""
    wanted = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return f"\033[{_COLOURS[name]}m{text}\033[0m" if wanted else text


def progress(items: Iterable[Any], *, total: int, unit: str = "file", shown: bool = True) -> Iterable[Any]:
    """The items, with a progress bar on a terminal once they take longer than a second.

    Needs the extra `cli`; without it, or if `shown` is false, there is no bar.
    """
    if shown and total > 1 and sys.stderr.isatty() and find_spec("tqdm"):
        from tqdm import tqdm  # noqa: PLC0415  (an extra)

        return tqdm(items, total=total, delay=1, leave=False, unit=unit)
    return items


class ByteProgress:
    """A progress bar over bytes that are read, on a terminal once they take longer than a second.

    Needs the extra `cli`; without it there is no bar.
    """

    def __init__(self, total: int | None) -> None:
        """The total is None if it is not known, as for a pipe."""
        self._bar: Any = None
        if sys.stderr.isatty() and find_spec("tqdm"):
            from tqdm import tqdm  # noqa: PLC0415  (an extra)

            self._bar = tqdm(total=total, delay=1, leave=False, unit="B", unit_scale=True, unit_divisor=1024)
        self._is_shared = self._bar is not None and sys.stdout.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self, count: int) -> None:
        """Say that so many more bytes were read."""
        if self._bar is not None:
            self._bar.update(count)

    def make_room(self) -> None:
        """Remove the bar before a line is written to the same terminal. It comes back with the next bytes."""
        if self._is_shared:
            self._bar.clear()


def total_size(files: Iterable[str]) -> int | None:
    """The size of all files in bytes, None if one is not a regular file, such as a pipe."""
    total = 0
    for file in files:
        try:
            found = Path(file).stat()
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        total += found.st_size
    return total

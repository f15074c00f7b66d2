"""The bytes of a file or of standard input, as they arrive."""

from __future__ import annotations

import io
import os
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from junction_webhooks.inputs.paths import STANDARD_INPUT, cannot_read
from junction_webhooks.inputs.records import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK: Final = 2**18


class OnRead(Protocol):
    """Called before each read, which may wait, with the number of bytes that the last one gave."""

    def __call__(self, count: int, /) -> None:
        """Write out what is ready, show progress."""


class Stream(NamedTuple):
    """An open file."""

    name: str
    """The path, or `standard input`."""
    chunks: Iterator[bytes]
    """Its bytes, still compressed."""
    live: bool
    """Whether reading may wait for another process, as with a pipe."""


def ignore(count: int, /) -> None:
    """Do nothing before a read."""


@contextmanager
def opened(file: str, on_read: OnRead = ignore) -> Iterator[Stream]:
    """Open a file, or standard input. Raises `InputError` if it cannot be read, at once or later."""
    if file == STANDARD_INPUT:
        yield _standard_input("standard input", on_read)
        return
    try:
        raw = Path(file).open("rb", buffering=0)  # noqa: SIM115  (closed below)
    except OSError as error:
        raise cannot_read(file, error) from None
    with raw:
        live = not stat.S_ISREG(os.fstat(raw.fileno()).st_mode)
        yield Stream(file, _chunks(file, raw.read, on_read), live)


def _standard_input(name: str, on_read: OnRead) -> Stream:
    if sys.stdin is None:
        message = f"{name}: cannot be read: it is closed"
        raise InputError(message)
    buffer: Any = sys.stdin.buffer
    try:
        live = not stat.S_ISREG(os.fstat(buffer.fileno()).st_mode)
    except io.UnsupportedOperation:
        # A program that calls `main` may have put something else there.
        live = False
    return Stream(name, _chunks(name, buffer.read1, on_read), live)


def _chunks(name: str, read: Callable[[int], bytes | None], on_read: OnRead) -> Iterator[bytes]:
    count = 0
    while True:
        # What it raises is about the output, not about this file.
        on_read(count)
        try:
            chunk = read(CHUNK)
        except OSError as error:
            raise cannot_read(name, error) from None
        if not chunk:
            return
        count = len(chunk)
        yield chunk

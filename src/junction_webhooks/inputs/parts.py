"""Cutting a file into parts, which several processes can check at the same time.

A large newline-delimited file is cut into slices by its bytes, and each process reads its own. The rows of
any other large file, such as a compressed one, are read by one process and handed out in blocks.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from junction_webhooks.inputs.compression import is_compressed
from junction_webhooks.inputs.paths import STANDARD_INPUT, cannot_read, has_lines
from junction_webhooks.inputs.reading import BYTE_ORDER_MARK, are_lines, rows, unwrapped
from junction_webhooks.inputs.records import InputError
from junction_webhooks.inputs.splitting import Buffer, lines
from junction_webhooks.inputs.streams import CHUNK, ignore, opened
from junction_webhooks.inputs.wrappers import Unwrapper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.inputs.records import Record, Row
    from junction_webhooks.inputs.streams import OnRead


_HEAD: Final = 4
"""How many bytes show whether a file is compressed, or begins with a byte order mark."""
_BLOCK_BYTES: Final = 2**20
_BLOCK_ROWS: Final = 1000


class Slice(NamedTuple):
    """The lines of a file that begin in a range of bytes."""

    file: str
    number: int
    """Counted from 0."""
    start: int
    end: int
    unwrapper: Unwrapper
    """It has seen the first row of the file."""


class SliceReader:
    """Reads the records of a slice. Their lines are counted from the first line of the slice, as 1."""

    def __init__(self, part: Slice) -> None:
        self._slice = part
        self.line_count = 0
        """How many lines the slice has, once all records have been read."""

    def records(self) -> Iterator[Record]:
        """Yield each record. Raises `InputError` if the file cannot be read any more."""
        part = self._slice
        unwrap = Unwrapper.like(part.unwrapper)
        try:
            with Path(part.file).open("rb") as file:
                offset = _line_start(file, part)
                if offset is None:
                    return
                buffer = Buffer(self._chunks(file, offset))
                buffer.offset = offset
                for row in lines(buffer):
                    record = unwrapped(part.file, row, unwrap)
                    if record is not None:
                        yield record
                self.line_count = buffer.line - 1
        except OSError as error:
            raise cannot_read(part.file, error) from None

    def _chunks(self, file: BinaryIO, position: int) -> Iterator[bytes]:
        """The lines from this position that begin before the end of the slice."""
        last = b"\n"
        while position < self._slice.end:
            chunk = file.read(min(CHUNK, self._slice.end - position))
            if not chunk:
                break
            yield chunk
            last = chunk
            position += len(chunk)
        # The last line may go on beyond the end of the slice.
        while last and not last.endswith(b"\n"):
            last = file.readline(CHUNK)
            if last:
                yield last


def slices(file: str, *, size: int, body_at: str | None = None) -> list[Slice] | None:
    """The slices of a file in order, each of `size` bytes.

    None if it is not a newline-delimited file on disk that is large enough for two.

    Raises `InputError` if the file cannot be read.
    """
    if file == STANDARD_INPUT:
        return None
    try:
        found = Path(file).stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size < 2 * size:
            return None
        with Path(file).open("rb") as raw:
            head = raw.read(_HEAD)
    except OSError as error:
        raise cannot_read(file, error) from None
    if is_compressed(head):
        return None
    with opened(file) as stream:
        buffer = Buffer(stream.chunks)
        if not are_lines(buffer, named=has_lines(file), live=False):
            return None
        unwrap = Unwrapper(body_at)
        first = next((row.raw for row in lines(buffer) if row.raw is not None), None)
        if first is not None:
            unwrap(first)
    start = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    starts = [start, *(each for each in range(size, found.st_size, size) if each > start)]
    ends = [*starts[1:], found.st_size]
    ranges = zip(starts, ends, strict=True)
    return [Slice(file, number, *each, unwrap) for number, each in enumerate(ranges)]


class RowBlock(NamedTuple):
    """Some rows of a file, one after another."""

    source: str
    rows: tuple[Row, ...]
    unwrapper: Unwrapper
    """It has seen the first row of the file."""

    def records(self) -> Iterator[Record]:
        """Yield each record."""
        unwrap = Unwrapper.like(self.unwrapper)
        for row in self.rows:
            record = unwrapped(self.source, row, unwrap)
            if record is not None:
                yield record


def row_blocks(file: str, *, body_at: str | None = None, on_read: OnRead = ignore) -> Iterator[RowBlock]:
    """The rows of a file in blocks of about 1 MiB. Raises `InputError` if the file cannot be read."""
    with opened(file, on_read) as stream:
        first = Unwrapper(body_at)
        block: list[Row] = []
        size = 0
        error: InputError | None = None
        found = rows(file, stream)
        while True:
            try:
                row = next(found, None)
            except InputError as raised:
                # The rows before it come first.
                row, error = None, raised
            if row is not None:
                if row.raw is not None and first.is_new:
                    first(row.raw)
                block.append(row)
                size += len(row.raw or b"")
            if block and (row is None or size >= _BLOCK_BYTES or len(block) >= _BLOCK_ROWS):
                yield RowBlock(stream.name, tuple(block), first)
                block, size = [], 0
            if error is not None:
                raise error
            if row is None:
                return


def _line_start(file: BinaryIO, part: Slice) -> int | None:
    """Go to the first line that begins in the slice, and return its position; None if there is none."""
    if part.number == 0:
        file.seek(part.start)
        return part.start
    file.seek(part.start - 1)
    position = part.start - 1
    while position < part.end - 1:
        found = file.readline(min(CHUNK, part.end - 1 - position))
        if not found:
            return None
        position += len(found)
        if found.endswith(b"\n"):
            return position
    return None

"""Reading the payloads of a file, whatever form it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks.inputs.compression import decompressed
from junction_webhooks.inputs.paths import has_lines
from junction_webhooks.inputs.records import TOO_LARGE, Input, InputError, Place, Unreadable
from junction_webhooks.inputs.scan import Scanner, after_space
from junction_webhooks.inputs.splitting import LOOKAHEAD, Buffer, container, documents, lines
from junction_webhooks.inputs.streams import ignore, opened
from junction_webhooks.inputs.wrappers import Unwrapper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.inputs.records import Record, Row
    from junction_webhooks.inputs.streams import OnRead, Stream

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def records(file: str, *, body_at: str | None = None, on_read: OnRead = ignore) -> Iterator[Record]:
    """Each payload of a file, or of standard input, and each record that cannot be read.

    `body_at` is the JSON pointer to the payload in each row that is not an event itself. Without it, wrappers
    are recognized. A blank file, line or body has no payload. `on_read` is called before each read.
    Raises `InputError` if the file cannot be read, or has no payload.
    """
    with opened(file, on_read) as stream:
        unwrap = Unwrapper(body_at)
        is_empty = True
        for row in rows(file, stream):
            record = unwrapped(stream.name, row, unwrap)
            if record is not None:
                is_empty = False
                yield record
        if is_empty:
            raise no_payload(stream.name)


def rows(file: str, stream: Stream) -> Iterator[Row]:
    """Each row of a stream, in the form that its name or its beginning shows."""
    buffer = Buffer(decompressed(stream.name, stream.chunks))
    if are_lines(buffer, named=has_lines(file), live=stream.live):
        yield from lines(buffer)
    else:
        yield from documents(stream.name, buffer)


def unwrapped(source: str, row: Row, unwrap: Unwrapper) -> Record | None:
    """The payload of a row, None if the body that it wraps is blank."""
    place = Place(source, row.line, row.offset, row.pointer)
    if row.raw is None:
        return Unreadable(place, TOO_LARGE)
    found = unwrap(row.raw)
    if found is None:
        return None
    if isinstance(found, str):
        return Unreadable(place, found)
    body, wrapping = found
    if wrapping is not None:
        place = place._replace(pointer=row.pointer + wrapping.shown_pointer)
    return Input(place, body, row.layout, wrapping)


def no_payload(source: str) -> InputError:
    """The error of a file without a payload."""
    return InputError(f"{source}: contains no payload")


def are_lines(buffer: Buffer, *, named: bool, live: bool) -> bool:
    """True if a stream is newline-delimited JSON. Drops a byte order mark, which belongs to the file.

    Its name may say so. Otherwise, it is if one of its first two lines is an object, and no object begins on
    the first line and ends on a later one. Two, so that a bad first line does not hide the rest. If the
    stream is `live`, one object alone on its line is enough, because what follows may take long to arrive.
    """
    while len(buffer.data) < len(BYTE_ORDER_MARK) and buffer.more():
        pass
    if buffer.data.startswith(BYTE_ORDER_MARK):
        buffer.drop(len(BYTE_ORDER_MARK))
    return named or (buffer.first() not in {None, ord("[")} and _look_like_lines(buffer, live=live))


def _look_like_lines(buffer: Buffer, *, live: bool) -> bool:
    end = _line_end(buffer, 0)
    if _is_object(buffer.data[:end]):
        if container(buffer.data[:end]) is not None:
            return False
        return end < len(buffer.data) if live else _has_more(buffer, end)
    if end > LOOKAHEAD or not _has_more(buffer, end):
        return False
    start = after_space(buffer.data, end)
    second = buffer.data[start : _line_end(buffer, start)]
    return _is_object(second) and not _begins_with_document(buffer)


def _line_end(buffer: Buffer, start: int) -> int:
    """Where a line ends, or as much of it as decides."""
    searched = start
    while (end := buffer.data.find(b"\n", searched)) < 0:
        searched = len(buffer.data)
        if searched - start > LOOKAHEAD or not buffer.more():
            return len(buffer.data)
    return end


def _has_more(buffer: Buffer, position: int) -> bool:
    """True if anything but white space follows."""
    while after_space(buffer.data, position) == len(buffer.data):
        if len(buffer.data) - position > LOOKAHEAD:
            return True
        if not buffer.more():
            return False
    return True


def _is_object(line: bytes | bytearray) -> bool:
    """True if a line begins and ends with the same pair of braces."""
    if not line.startswith(b"{"):
        return False
    scanner = Scanner()
    return scanner.find_close(line) and after_space(line, scanner.position) == len(line)


def _begins_with_document(buffer: Buffer) -> bool:
    """True if the object that the stream begins with ends, on whatever line."""
    if not buffer.data.startswith(b"{"):
        return False
    scanner = Scanner()
    while not scanner.find_close(buffer.data):
        if len(buffer.data) > LOOKAHEAD or not buffer.more():
            return False
    return True

"""Splitting the bytes of a file into rows: lines, documents, or the items of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks._json.pointer import pointer
from junction_webhooks.inputs.records import MAX_RECORD, InputError, Layout, Row
from junction_webhooks.inputs.scan import BLANK, Scanner, after_space, properties

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOKAHEAD: Final = 2**20
"""How much of a file may be read before its form is known. A file with one payload is far smaller."""
_LINES: Final = Layout("lines")
_CONTAINERS: Final = (("Messages",), ("Records",), ("log", "entries"))
"""Where documents have an array of rows: what SQS returns, what Lambda gets, and HAR."""
_MAY_CONTAIN: Final = (b'"Messages"', b'"Records"', b'"entries"')
"""Bytes without any of these have no such array. This spares most documents a closer look."""
_BRACE: Final = ord("{")
_BRACKET: Final = ord("[")
_CLOSING_BRACKET: Final = ord("]")
_CLOSING_BRACE: Final = ord("}")


class Buffer:
    """The part of a stream that has been read and not yet used."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.data = bytearray()
        self.chunks = chunks
        self.offset = 0
        """Where the data begins in the stream."""
        self.line = 1
        """The line that the data begins on."""

    def more(self) -> bool:
        """Read a chunk. False at the end of the stream."""
        chunk = next(self.chunks, b"")
        self.data += chunk
        return bool(chunk)

    def drop(self, count: int) -> None:
        """Forget the first bytes."""
        self.line += self.data.count(b"\n", 0, count)
        self.offset += count
        del self.data[:count]

    def first(self) -> int | None:
        """Forget white space and return the first byte after it, None at the end of the stream."""
        while True:
            self.drop(after_space(self.data, 0))
            if self.data:
                return self.data[0]
            if not self.more():
                return None

    def take(self, count: int) -> bytes:
        """Return the first bytes and forget them."""
        with memoryview(self.data) as view:
            taken = bytes(view[:count])
        self.drop(count)
        return taken


def lines(buffer: Buffer) -> Iterator[Row]:
    """One row per line that is not blank. Afterwards, the buffer is on the line after the last line break."""
    number, start, size = buffer.line, buffer.offset, 0
    held: list[bytes] = []
    head = bytes(buffer.data)
    buffer.data.clear()
    for chunk in _chain(head, buffer.chunks):
        *complete, rest = chunk.split(b"\n")
        for line in complete:
            size += len(line)
            if size > MAX_RECORD:
                yield Row(number, start, "", None, _LINES)
            else:
                raw = (b"".join([*held, line]) if held else line).strip(BLANK)
                if raw:
                    yield Row(number, start, "", raw, _LINES)
            held.clear()
            number, start, size = number + 1, start + size + 1, 0
        size += len(rest)
        if size > MAX_RECORD:
            held.clear()
        elif rest:
            held.append(rest)
    buffer.line = number
    raw = b"".join(held).strip(BLANK)
    if raw or size > MAX_RECORD:
        yield Row(number, start, "", None if size > MAX_RECORD else raw, _LINES)


def _chain(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks


def documents(source: str, buffer: Buffer) -> Iterator[Row]:
    """One row per document, or per item of an array: most files are one document or one array.

    Raises `InputError` if an array does not end.
    """
    number = 0
    while (first := buffer.first()) is not None:
        if first == _BRACKET:
            yield from _items(source, buffer, Layout("rows", (), number))
        elif first == _BRACE:
            yield from _object(source, buffer, number)
        else:
            # Text that is not JSON: nothing shows where it ends.
            yield _remainder(buffer, number)
        number += 1


def container(data: bytes | bytearray) -> tuple[str, ...] | None:
    """The path to the array of rows in the object that the data begins with, None if there is none.

    The end of the object may be missing. An object with an event type is an event, whatever else it has.
    """
    if not any(name in data for name in _MAY_CONTAIN):
        return None
    if any(name == "event_type" for name, _, _ in properties(data, 0)):
        return None
    return next((path for path in _CONTAINERS if _array_start(data, path) is not None), None)


def _array_start(data: bytes | bytearray, path: tuple[str, ...]) -> int | None:
    start = 0
    for step in path:
        # Of a repeated property, the last one counts.
        starts = [first for name, first, _ in properties(data, start) if name == step]
        if data[start] != _BRACE or not starts:
            return None
        start = starts[-1]
    return start if data[start] == _BRACKET else None


def _object(source: str, buffer: Buffer, number: int) -> Iterator[Row]:
    """The rows of the document that the buffer begins with: itself, or the items of an array in it."""
    scanner = Scanner()
    while not scanner.find_close(buffer.data):
        if len(buffer.data) > LOOKAHEAD or not buffer.more():
            break
    path = container(buffer.data)
    start = None if path is None else _array_start(buffer.data, path)
    if path is None or start is None:
        yield _document(buffer, number)
        return
    before = buffer.take(start)
    yield from _items(source, buffer, Layout("rows", path, number))
    _check_rest(source, before, buffer, len(path))


def _check_rest(source: str, before: bytes, buffer: Buffer, depth: int) -> None:
    """Read to the end of a document whose rows have been read, and check what is not a row.

    Raises `InputError` if that is not JSON, or has an event type, which rules out rows.
    """
    scanner = Scanner(depth)
    after = b""
    while not scanner.find_close(buffer.data):
        after = (after + buffer.take(scanner.position))[: LOOKAHEAD + 1]
        scanner.position = 0
        if not buffer.more():
            message = f"{source}: its document does not end: the file is cut off; get it again"
            raise InputError(message)
    after = (after + buffer.take(scanner.position))[: LOOKAHEAD + 1]
    if len(after) > LOOKAHEAD:
        return
    try:
        document = read(before + b"[]" + after)
    except UnreadableError as error:
        message = f"{source}: its document {error}, not counting its rows"
        raise InputError(message) from None
    if "event_type" in document:
        message = f"{source}: has both rows and an event type: put rows and events into different files"
        raise InputError(message)


def _document(buffer: Buffer, number: int) -> Row:
    """The document that the buffer begins with, up to the end of its last line."""
    line, offset = buffer.line, buffer.offset
    scanner = Scanner()
    is_large = False
    while not scanner.find_close(buffer.data):
        is_large = is_large or len(buffer.data) > MAX_RECORD
        if is_large:
            buffer.drop(scanner.position)
            scanner.position = 0
        if not buffer.more():
            scanner.position = len(buffer.data)
            break
    is_large = is_large or scanner.position > MAX_RECORD
    end = scanner.position
    while (following := after_space(buffer.data, end)) == len(buffer.data) and buffer.more():
        pass
    is_last = following == len(buffer.data)
    if not is_last and b"\n" not in buffer.data[end:following]:
        # What follows on the same line belongs to it, and makes it invalid.
        return _remainder(buffer, number, line, offset, is_large=is_large)
    raw = None if is_large else buffer.take(end)
    buffer.drop(following - (0 if raw is None else end))
    return Row(None if is_last and not number else line, offset, "", raw, Layout("document", (), number))


def _remainder(buffer: Buffer, number: int, line: int = 0, offset: int = 0, *, is_large: bool = False) -> Row:
    """Everything that is left, as one row."""
    line, offset = line or buffer.line, offset or buffer.offset
    while True:
        is_large = is_large or len(buffer.data) > MAX_RECORD
        if is_large:
            buffer.drop(len(buffer.data))
        if not buffer.more():
            break
    raw = None if is_large else buffer.take(len(buffer.data))
    return Row(line if number else None, offset, "", raw, Layout("document", (), number))


def _items(source: str, buffer: Buffer, layout: Layout) -> Iterator[Row]:
    """One row per item of the array that the buffer begins with."""
    opened = buffer.line
    buffer.drop(1)
    base, index = pointer(layout.path), 0
    if buffer.first() == _CLOSING_BRACKET:
        buffer.drop(1)
        return
    while True:
        buffer.first()
        line, offset = buffer.line, buffer.offset
        scanner = Scanner()
        is_large = False
        while not scanner.find_delimiter(buffer.data) or buffer.data[scanner.position] == _CLOSING_BRACE:
            if scanner.position < len(buffer.data) and buffer.data[scanner.position] == _CLOSING_BRACE:
                # A brace too many: the item is not JSON, and ends at the next comma.
                scanner.position += 1
                continue
            is_large = is_large or len(buffer.data) > MAX_RECORD
            if is_large:
                buffer.drop(scanner.position)
                scanner.position = 0
            if not buffer.more():
                message = (
                    f"{source}: the array that begins on line {opened} does not end: the file is cut off, or "
                    f"a bracket is missing at or after {base}/{index}, on line {line}"
                )
                raise InputError(message)
        is_large = is_large or scanner.position > MAX_RECORD
        delimiter = buffer.data[scanner.position]
        raw = buffer.take(scanner.position).rstrip(BLANK)
        yield Row(line, offset, f"{base}/{index}", None if is_large else raw, layout)
        buffer.drop(1)
        if delimiter == _CLOSING_BRACKET:
            return
        index += 1

"""Decompressing gzip and Zstandard piece by piece. What would fill the memory or the disk is refused."""

from __future__ import annotations

import sys
import zlib
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from junction_webhooks._extras import missing
from junction_webhooks.inputs.records import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_RATIO: Final = 200
"""The most bytes that one compressed byte may become. Deliveries become 10 to 50 times smaller."""
RATIO_FLOOR: Final = 16 * 2**20
"""Output up to this size is never refused: small files of equal payloads have a higher ratio."""
_PIECE: Final = 2**18
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
"""The window of zlib, plus 16 for a gzip header and checksum."""


class _Decompressor(Protocol):
    """One compressed stream, as `bz2` and `compression.zstd` have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _GzipDecompressor:
    """zlib's decompressor, with the methods of the others."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_GZIP_WINDOW)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


def is_compressed(head: bytes) -> bool:
    """True if a file with these first bytes is compressed. Its name does not matter."""
    return head.startswith((_GZIP, _ZSTD))


def decompressed(source: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress a stream if it is compressed, in pieces of at most 256 KiB; or pass it through.

    A stream may consist of several compressed ones, one after another. Raises `InputError` if the stream is
    damaged, cut off or becomes too large, or if the extra `zstd` is needed and missing.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(_ZSTD):
            break
    if not is_compressed(head):
        if head:
            yield head
        yield from chunks
        return
    if head.startswith(_GZIP):
        streams = _Streams(source, "gzip", _GZIP, _GzipDecompressor)
    else:
        streams = _Streams(source, "Zstandard", _ZSTD, _zstd(source).ZstdDecompressor)
    yield from streams.feed(head)
    for chunk in chunks:
        yield from streams.feed(chunk)
    streams.close()


class _Streams:
    """Decompresses streams of one kind, one after another, and watches how large they become."""

    def __init__(self, source: str, name: str, magic: bytes, new: Callable[[], _Decompressor]) -> None:
        self._source = source
        self._name = name
        self._magic = magic
        self._new = new
        self._stream: _Decompressor | None = None
        self._between = b""
        """What follows a stream and is too short to show whether another one begins."""
        self._consumed = self._produced = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decompress some more bytes."""
        self._consumed += len(data)
        while True:
            if self._stream is None:
                data = self._next_stream(data)
                if self._stream is None:
                    return
            piece = self._decompress(self._stream, data)
            self._produced += len(piece)
            if self._produced > max(RATIO_FLOOR, MAX_RATIO * self._consumed):
                message = (
                    f"{self._source}: becomes more than {MAX_RATIO} times as large when it is decompressed, "
                    f"so it is not read beyond the first {self._produced:,} bytes; if you trust it, "
                    "decompress it first"
                )
                raise InputError(message)
            if piece:
                yield piece
            data = b""
            if self._stream.eof:
                data, self._stream = self._stream.unused_data, None
            elif self._stream.needs_input:
                return

    def close(self) -> None:
        """Check that the last stream was complete."""
        if self._stream is not None or self._between:
            message = (
                f"{self._source}: is cut off: its {self._name} data ends early, after {self._consumed:,} "
                "bytes; get the file again"
            )
            raise InputError(message)

    def _next_stream(self, data: bytes) -> bytes:
        """Begin the next stream if there is enough data for that. Returns what it begins with."""
        data = self._between + data
        if self._name == "gzip":
            # Some tools pad with zeros.
            data = data.lstrip(b"\0")
        if len(data) < len(self._magic):
            self._between = data
            return b""
        if not data.startswith(self._magic):
            message = f"{self._source}: has other data after its {self._name} data: the file is damaged"
            raise InputError(message)
        self._between = b""
        self._stream = self._new()
        return data

    def _decompress(self, stream: _Decompressor, data: bytes) -> bytes:
        try:
            return stream.decompress(data, _PIECE)
        except Exception as error:
            # The name, since the class is in a module that may not be installed.
            if not isinstance(error, zlib.error) and type(error).__name__ != "ZstdError":
                raise
            message = (
                f"{self._source}: is damaged: its {self._name} data cannot be decompressed, within the first "
                f"{self._consumed:,} bytes; get the file again"
            )
            raise InputError(message) from None


@cache
def zstd() -> Any:
    """The module for Zstandard: that of the standard library, as of Python 3.14, or its backport.

    Raises `ModuleNotFoundError` with a message that says what to install.
    """
    names = ["compression.zstd"] if sys.version_info >= (3, 14) else []
    for name in [*names, "backports.zstd"]:
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(missing("backports.zstd", "zstd"))


def _zstd(source: str) -> Any:
    try:
        return zstd()
    except ModuleNotFoundError as error:
        message = f"{source}: is compressed with Zstandard, and {error}"
        raise InputError(message) from None

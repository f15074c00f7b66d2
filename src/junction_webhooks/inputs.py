"""Finding payloads: in files, folders, newline-delimited JSON and standard input."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks._json.decode import UnreadableError, read

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_INPUT: Final = "-"
_LINE_BY_LINE: Final = frozenset({".ndjson", ".jsonl"})
_SUFFIXES: Final = _LINE_BY_LINE | {".json"}


@dataclass(frozen=True, slots=True)
class Found:
    """One payload, and where it was found."""

    source: str
    line: int | None
    """The line in newline-delimited JSON, from 1; None for a payload that is a whole file."""
    body: bytes


class SourceError(Exception):
    """A path that gives no payloads; the message names it and what to do."""


def files(path: str) -> list[str]:
    """The files that a path stands for: itself, or the JSON files of a folder, sorted.

    Raises `SourceError` when there is no such path, or no JSON file in the folder.
    """
    if path == STANDARD_INPUT:
        return [path]
    place = Path(path)
    try:
        if not place.is_dir():
            place.stat()
            return [path]
        inside = sorted(
            str(file) for file in place.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file()
        )
    except OSError as error:
        raise _cannot_read(path, error) from None
    if not inside:
        message = f"{path}: no *.json, *.ndjson or *.jsonl in this folder or below"
        raise SourceError(message)
    return inside


def payloads(file: str) -> Iterator[Found]:
    """Each payload of one file, or of standard input.

    Raises `SourceError` when it cannot be read.
    """
    try:
        if file == STANDARD_INPUT:
            yield from _split("standard input", sys.stdin.buffer.read())
        elif Path(file).suffix.lower() in _LINE_BY_LINE:
            with Path(file).open("rb") as lines:
                yield from _by_line(file, lines)
        else:
            yield from _split(file, Path(file).read_bytes())
    except OSError as error:
        raise _cannot_read(file, error) from None


def _cannot_read(path: str, error: OSError) -> SourceError:
    return SourceError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}")


def _split(source: str, body: bytes) -> Iterator[Found]:
    """The payload, or one a line where the whole is no JSON and one of the first lines is an object."""
    first = body.split(b"\n", 2)[:2]
    if len(first) > 1 and not _readable(body) and any(_is_object(line) for line in first):
        yield from _by_line(source, body.splitlines())
    else:
        yield Found(source, None, body)


def _by_line(source: str, lines: Iterator[bytes] | list[bytes]) -> Iterator[Found]:
    empty = True
    for number, line in enumerate(lines, start=1):
        if line.strip():
            empty = False
            yield Found(source, number, line.strip())
    if empty:
        message = f"{source}: holds no payload"
        raise SourceError(message)


def _readable(body: bytes) -> bool:
    try:
        read(body)
    except UnreadableError:
        return False
    return True


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(read(line), dict)
    except UnreadableError:
        return False

"""Reading payloads from files, folders, newline-delimited JSON and standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from junction_webhooks._json.decode import UnreadableError, read

STANDARD_INPUT: Final = "-"
"""The path that means standard input."""
_NDJSON_SUFFIXES: Final = frozenset({".ndjson", ".jsonl"})
_SUFFIXES: Final = _NDJSON_SUFFIXES | {".json"}


@dataclass(frozen=True, slots=True)
class Input:
    """The body of one payload, and where it was read from."""

    source: str
    """The file, or `standard input`."""
    line: int | None
    """The line in newline-delimited JSON, counted from 1; None if the payload is a whole file."""
    body: bytes

    @property
    def place(self) -> str:
        """The source and the line, as messages name them: `deliveries.ndjson:12`."""
        return self.source if self.line is None else f"{self.source}:{self.line}"


class InputError(Exception):
    """A path has no payloads or cannot be read. The message names the path and the reason."""


def files(path: str) -> list[str]:
    """The files to read for a path: the path itself, or all JSON files of a folder and those below, sorted.

    Raises `InputError` if the path does not exist, or the folder has no JSON file.
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
        raise InputError(message)
    return inside


def payloads(file: str) -> Iterator[Input]:
    """Each payload of a file, or of standard input. A blank file, like a blank line, has none.

    Raises `InputError` if it cannot be read or has no payload.
    """
    try:
        if file == STANDARD_INPUT:
            yield from _split("standard input", sys.stdin.buffer.read())
        elif Path(file).suffix.lower() in _NDJSON_SUFFIXES:
            with Path(file).open("rb") as lines:
                yield from _by_line(file, lines)
        else:
            yield from _split(file, Path(file).read_bytes())
    except OSError as error:
        raise _cannot_read(file, error) from None


def _cannot_read(path: str, error: OSError) -> InputError:
    return InputError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}")


def _no_payload(source: str) -> InputError:
    return InputError(f"{source}: contains no payload")


def _split(source: str, body: bytes) -> Iterator[Input]:
    """The body as one payload, or as one payload per line.

    The body is newline-delimited if it is not valid JSON as a whole and one of its first two lines is a JSON
    object. Two, so that a bad first line does not hide the rest.
    """
    if not body.strip():
        raise _no_payload(source)
    first = body.split(b"\n", 2)[:2]
    if len(first) > 1 and not _is_json(body) and any(_is_object(line) for line in first):
        yield from _by_line(source, body.splitlines())
    else:
        yield Input(source, None, body)


def _by_line(source: str, lines: Iterator[bytes] | list[bytes]) -> Iterator[Input]:
    empty = True
    for number, line in enumerate(lines, start=1):
        if line.strip():
            empty = False
            yield Input(source, number, line.strip())
    if empty:
        raise _no_payload(source)


def _is_json(body: bytes) -> bool:
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

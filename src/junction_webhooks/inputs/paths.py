"""Which files a path means."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from junction_webhooks.inputs.records import InputError

STANDARD_INPUT: Final = "-"
"""The path that means standard input."""
COMPRESSED: Final = frozenset({".gz", ".zst"})
_LINES: Final = frozenset({".ndjson", ".jsonl"})
_JSON: Final = _LINES | {".json", ".har"}


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
        inside = sorted(str(file) for file in place.rglob("*") if _is_json(file) and file.is_file())
    except OSError as error:
        raise cannot_read(path, error) from None
    if not inside:
        message = f"{path}: no *.json, *.ndjson, *.jsonl, *.har, *.gz or *.zst in this folder or below"
        raise InputError(message)
    return inside


def has_lines(file: str) -> bool:
    """True if the name of a file says that it is newline-delimited, compressed or not."""
    return _suffix(Path(file)) in _LINES


def cannot_read(path: str, error: OSError) -> InputError:
    """The error of a path that the operating system refuses to read."""
    return InputError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}")


def _suffix(file: Path) -> str:
    """The suffix without that of the compression, in lower case."""
    suffix = file.suffix.lower()
    return Path(file.stem).suffix.lower() if suffix in COMPRESSED else suffix


def _is_json(file: Path) -> bool:
    # What delivers to a bucket often names its objects without a suffix, except for the compression.
    is_unnamed = file.suffix.lower() in COMPRESSED and not _suffix(file)
    return is_unnamed or _suffix(file) in _JSON

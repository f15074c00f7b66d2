"""Reading what is exactly one payload or one body, for commands that need one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks.inputs.paths import STANDARD_INPUT
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import InputError, Unreadable

if TYPE_CHECKING:
    from junction_webhooks.inputs.records import Record


def read_bytes(path: str) -> bytes:
    """Return a file, or standard input, byte for byte. Raises `InputError`."""
    if path == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {(error.strerror or str(error)).lower()}"
        raise InputError(message) from None


def read_one(path: str) -> dict[str, Any]:
    """Return the payload in a file, parsed. Raises `InputError` unless it has exactly one."""
    found = [*records(path)]
    if len(found) != 1:
        message = f"{path} has {len(found)} payloads, but this command takes one"
        raise InputError(message)
    return parsed(found[0])


def parsed(found: Record) -> dict[str, Any]:
    """Return a record, parsed. Raises `InputError` if it is not a JSON object."""
    if isinstance(found, Unreadable):
        raise InputError(str(found))
    try:
        value = read(found.body)
    except UnreadableError as error:
        message = f"{found.place} {error}"
        raise InputError(message) from None
    if not isinstance(value, dict):
        message = f"{found.place} is not a JSON object"
        raise InputError(message)
    return value

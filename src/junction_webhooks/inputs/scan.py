"""Finding where JSON values begin and end in bytes, without reading them.

Only brackets and strings matter for that. The end of a valid value is always found; an invalid one ends
somewhere, and is rejected when it is read.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BLANK: Final = b" \t\r\n"
"""White space in JSON."""
_SPACE: Final = re.compile(rb"[ \t\r\n]*+")
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+){0,1000}+"'
_TO_BRACKET: Final = re.compile(rb'[^"\[\]{}]*+(?:' + _STRING + rb'[^"\[\]{}]*+){0,1000}+', re.DOTALL)
"""Up to the next bracket, past complete strings. The limits bound the memory that the regex engine takes."""
_TO_COMMA: Final = re.compile(rb'[^"\[\]{},]*+')
_IN_STRING: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+){0,1000}+', re.DOTALL)
_SCALAR: Final = re.compile(rb"[^,\]} \t\r\n]*+")
_OPENING: Final = frozenset(b"[{")
_BRACKET: Final = ord("[")
_CLOSING: Final = ord("]")
_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")
_COMMA: Final = ord(",")
_COLON: Final = ord(":")


class Scanner:
    """Finds the end of one value, in data that may arrive in pieces. It never looks at a byte twice."""

    __slots__ = ("_in_string", "depth", "position")

    def __init__(self, depth: int = 0) -> None:
        self.position = 0
        """Everything before it has been looked at."""
        self.depth = depth
        """How many brackets are open."""
        self._in_string = False

    def find_close(self, data: bytes | bytearray) -> bool:
        """Go on until the last open bracket closes. True if it did: `position` is then after it."""
        return self._scan(data, in_array=False)

    def find_delimiter(self, data: bytes | bytearray) -> bool:
        """Go on until a comma or a closing bracket outside all brackets. True if `position` is at one."""
        return self._scan(data, in_array=True)

    def find_string_end(self, data: bytes | bytearray) -> bool:
        """Go on from an opening quote to the closing one. True if `position` is then after it."""
        if not self._in_string:
            self._in_string = True
            self.position += 1
        return self._leave_string(data, len(data))

    def _scan(self, data: bytes | bytearray, *, in_array: bool) -> bool:
        end = len(data)
        while True:
            if self._in_string and not self._leave_string(data, end):
                return False
            pattern = _TO_COMMA if in_array and not self.depth else _TO_BRACKET
            self.position = position = pattern.match(data, self.position).end()  # type: ignore[union-attr]
            if position >= end:
                return False
            byte = data[position]
            if byte == _QUOTE:
                self._in_string = True
            elif byte in _OPENING:
                self.depth += 1
            elif in_array and not self.depth:
                return True
            else:
                self.depth -= 1
            self.position += 1
            if not (in_array or self.depth > 0 or self._in_string):
                return True

    def _leave_string(self, data: bytes | bytearray, end: int) -> bool:
        while True:
            self.position = position = _IN_STRING.match(data, self.position).end()  # type: ignore[union-attr]
            if position >= end:
                return False
            if data[position] == _QUOTE:
                self.position += 1
                self._in_string = False
                return True
            # A backslash: the pattern reached its limit, or the escaped character has not arrived yet.
            if data[position] == _BACKSLASH and position + 1 >= end:
                return False


def after_space(data: bytes | bytearray, position: int) -> int:
    """The position of the next byte that is not white space."""
    return _SPACE.match(data, position).end()  # type: ignore[union-attr]


def properties(data: bytes | bytearray, position: int) -> Iterator[tuple[str, int, int | None]]:
    """The properties of the object that begins at `position`: name, start of the value, and its end.

    If the data ends within a value, its end is None, and it is the last one. Stops early where the object is
    not JSON.
    """
    position = after_space(data, position + 1)
    while data[position : position + 1] == b'"':
        end = _value_end(data, position)
        if end is None:
            return
        try:
            name = json.loads(bytes(data[position:end]))
        except ValueError:
            return
        position = after_space(data, end)
        if position >= len(data) or data[position] != _COLON:
            return
        start = after_space(data, position + 1)
        if start >= len(data):
            return
        end = _value_end(data, start)
        yield name, start, end
        if end is None:
            return
        position = after_space(data, end)
        if position >= len(data) or data[position] != _COMMA:
            return
        position = after_space(data, position + 1)


def _items(data: bytes | bytearray, position: int) -> Iterator[tuple[str, int, int | None]]:
    """The items of the array that begins at `position`, like the properties of an object."""
    start = after_space(data, position + 1)
    index = 0
    while start < len(data) and data[start] != _CLOSING:
        end = _value_end(data, start)
        yield str(index), start, end
        if end is None:
            return
        start = after_space(data, end)
        if start >= len(data) or data[start] != _COMMA:
            return
        start = after_space(data, start + 1)
        index += 1


def locate(data: bytes | bytearray, path: Sequence[str]) -> tuple[int, int]:
    """Start and end of the value at a path. Of a repeated property, the last one counts.

    The data must be one complete JSON value. Raises `LookupError` if there is nothing at the path.
    """
    start, end = after_space(data, 0), len(data)
    for step in path:
        inside = _items(data, start) if data[start] == _BRACKET else properties(data, start)
        found = [(first, last) for name, first, last in inside if name == step and last is not None]
        if not found:
            message = f"there is nothing at the step {step!r}"
            raise LookupError(message)
        start, end = found[-1]
    return start, end


def _value_end(data: bytes | bytearray, start: int) -> int | None:
    """The end of the value that begins at `start`, None if the data ends within it."""
    if data[start] in _OPENING or data[start] == _QUOTE:
        scanner = Scanner()
        scanner.position = start
        if data[start] == _QUOTE:
            return scanner.position if scanner.find_string_end(data) else None
        return scanner.position if scanner.find_close(data) else None
    end = _SCALAR.match(data, start).end()  # type: ignore[union-attr]
    return end if end < len(data) else None

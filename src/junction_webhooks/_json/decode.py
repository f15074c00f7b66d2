"""Decoding a body into a JSON value. The installed extras never change what is accepted.

A body is accepted if it is UTF-8 without a byte order mark and contains one JSON value (RFC 8259): no NaN or
Infinity, no lone surrogates, no number that a double cannot represent, at most 128 levels deep. If a key is
repeated, the last one counts. Integers beyond 64 bits become floats, as in the fastest parsers.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, deque
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from junction_webhooks._json.pointer import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Container: TypeAlias = dict[Any, Any] | list[Any]
Body: TypeAlias = bytes | bytearray | memoryview | str

MAX_DEPTH: Final = 128
_LONE_SURROGATE: Final = "contains a lone surrogate, which UTF-8 cannot express"
_LEAST_INTEGER: Final = -(2**63)
_GREATEST_INTEGER: Final = 2**64 - 1
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


class UnreadableError(ValueError):
    """The body is not acceptable JSON. The message never quotes it."""


def _find_orjson() -> Callable[[bytes], Any] | None:
    try:
        loads: Callable[[bytes], Any] = import_module("orjson").loads
    except ModuleNotFoundError:
        return None
    return loads


_orjson_loads = _find_orjson()


def read(body: Body) -> Any:
    """Decode the JSON value of a body.

    Raises `UnreadableError` if the body is not accepted, and `TypeError` if it is not bytes or text.
    """
    raw = body if type(body) is bytes else _as_bytes(body)
    if _orjson_loads is not None:
        try:
            value = _orjson_loads(raw)
        except ValueError:
            # The slow reader gives the same message with or without the extra.
            _read_slowly(raw)
            _refuse("is not JSON")
    else:
        value = _read_slowly(raw)
    if not is_shallow(raw):
        deque(_levels(value), maxlen=0)
    return value


def read_at_once(raw: bytes) -> Any:
    """Parse with orjson, skipping the depth check.

    Returns None if orjson is missing or rejects the body; the caller then falls back to `read`.
    """
    if _orjson_loads is None:
        return None
    try:
        return _orjson_loads(raw)
    except ValueError:
        return None


def is_shallow(raw: bytes) -> bool:
    """True if the body has too few brackets to be too deep.

    This is the common case, and counting brackets is cheaper than measuring depth.
    """
    return _times(b"{", raw) + _times(b"[", raw) <= MAX_DEPTH


def check_expressible(value: object) -> None:
    """Raise `UnreadableError` if JSON cannot express a parsed value. `read` never returns such a value."""
    _check_scalar(value)
    for level in _levels(value):
        for container in level:
            if isinstance(container, dict):
                for key in container:
                    if not isinstance(key, str):
                        _refuse(f"has a key of the type {type(key).__name__}: JSON's keys are strings")
                    _check_text(key)
            for part in _inside(container):
                _check_scalar(part)


def duplicate_keys(body: Body) -> list[str]:
    """The JSON pointers of all keys that occur more than once in their object, sorted.

    `read` must accept the body.
    """
    repeated: dict[int, tuple[object, set[str]]] = {}

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found):
            times = Counter(key for key, _ in found)
            repeated[id(made)] = (made, {key for key in times if times[key] > 1})
        return made

    root = json.loads(_as_bytes(body), object_pairs_hook=pairs)
    pointers: list[str] = []
    waiting: list[tuple[str, Any]] = [("", root)] if repeated else []
    while waiting:
        pointer, part = waiting.pop()
        if id(part) in repeated:
            pointers += [f"{pointer}/{escape(key)}" for key in repeated[id(part)][1]]
        if isinstance(part, dict):
            waiting += [(f"{pointer}/{escape(key)}", value) for key, value in part.items()]
        elif isinstance(part, list):
            waiting += [(f"{pointer}/{index}", value) for index, value in enumerate(part)]
    return sorted(pointers)


def _as_bytes(body: Body) -> bytes:
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError:
            _refuse(_LONE_SURROGATE)
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    message = f"a body is bytes or str, not {type(body).__name__}"
    raise TypeError(message)


def _times(character: bytes, raw: bytes) -> int:
    # `bytes.replace` finds the next match by memchr, and is several times faster than `bytes.count`.
    return len(raw) - len(raw.replace(character, b""))


def _read_slowly(raw: bytes) -> Any:
    if not raw.strip():
        _refuse("is empty")
    if raw.startswith(b"\xef\xbb\xbf"):
        _refuse("starts with a byte order mark: send UTF-8 without one")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(f"is not UTF-8: see the byte at offset {error.start}")
    try:
        value = json.loads(text, parse_float=_float, parse_int=_integer, parse_constant=_constant)
    except UnreadableError:
        raise
    except RecursionError:
        _refuse(f"is nested deeper than {MAX_DEPTH} levels")
    except json.JSONDecodeError as error:
        _refuse(f"is not JSON: see line {error.lineno}, column {error.colno}")
    # The text is searched, not the value: a duplicate key may have hidden what was refused elsewhere.
    if any(match["lone"] for match in _ESCAPE.finditer(text)):
        _refuse(_LONE_SURROGATE)
    return value


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        _refuse("contains a number that a double cannot represent")
    return number


def _integer(text: str) -> int | float:
    if len(text) < len(str(_GREATEST_INTEGER)):
        return int(text)
    number = _float(text)
    if _LEAST_INTEGER <= number <= _GREATEST_INTEGER + 1:
        integer = int(text)
        if _LEAST_INTEGER <= integer <= _GREATEST_INTEGER:
            return integer
    return number


def _constant(name: str) -> NoReturn:
    _refuse(f"contains {name}, which is not JSON")


def _levels(value: object) -> Iterator[list[Container]]:
    """The containers of a value, level by level. Raises `UnreadableError` beyond `MAX_DEPTH` levels."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        yield level
        below = [part for container in level for part in _inside(container) if isinstance(part, (dict, list))]
        # A Python value may contain one container in many places, or in itself: visit each once per level.
        level = list({id(container): container for container in below}.values())
        if not level:
            return
    _refuse(f"is nested deeper than {MAX_DEPTH} levels")


def _inside(container: Container) -> Iterable[object]:
    return container.values() if isinstance(container, dict) else container


def _check_scalar(part: object) -> None:
    if isinstance(part, str):
        _check_text(part)
    elif isinstance(part, float):
        if not math.isfinite(part):
            _refuse("contains NaN or an infinity, which is not JSON")
    elif isinstance(part, int):
        try:
            float(part)
        except OverflowError:
            _refuse("contains a number that a double cannot represent")
    elif part is not None and not isinstance(part, (dict, list)):
        _refuse(f"contains a value of the type {type(part).__name__}, which is not JSON")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(_LONE_SURROGATE)


def _refuse(why: str) -> NoReturn:
    raise UnreadableError(why) from None

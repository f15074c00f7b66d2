"""Decoding a body into a JSON value. The installed extras never change what is accepted.

A body is accepted if it is UTF-8 without a byte order mark and contains one JSON value (RFC 8259): no NaN or
Infinity, no lone surrogates, no number that is too great for a double, at most 128 levels deep. If a key is
repeated, the last one counts. Integers are exact, however many digits they have.

A parsed value is accepted if JSON can express it. Subclasses of dict, list, str, int and float are read as
the value of their base class, such as a `defaultdict`, a `StrEnum` or the `Markup` of a template engine.
Tuples are read as lists. `json.dumps` writes all of them in the same way.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, deque
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from junction_webhooks._json.guards import MAX_DEPTH, MOST_DIGITS, has_many_digits, is_shallow
from junction_webhooks._json.pointer import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Container: TypeAlias = dict[Any, Any] | list[Any]
Body: TypeAlias = bytes | bytearray | memoryview | str

_TOO_DEEP: Final = f"is nested deeper than {MAX_DEPTH} levels"
_TOO_GREAT: Final = "contains a number that a double cannot represent"
_EXACT: Final = frozenset({dict, list, str, int, float, bool, type(None)})
_BASES: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
)
_LONE_SURROGATE: Final = "contains a lone surrogate, which UTF-8 cannot express"
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


class UnreadableError(ValueError):
    """The body is not acceptable JSON. The message never quotes it."""


def _no_loads(_raw: bytes) -> NoReturn:
    message = "orjson is not installed: see HAS_ORJSON"
    raise NotImplementedError(message)


def _find_orjson() -> Callable[[bytes], Any]:
    try:
        loads: Callable[[bytes], Any] = import_module("orjson").loads
    except ModuleNotFoundError:
        return _no_loads
    return loads


orjson_loads: Final = _find_orjson()
"""Parses a body without the check of its depth, and reads integers beyond 64 bits as floats.

That is enough to find the verdict: no rule distinguishes such a float from the integer. Raises `ValueError`
only for bodies that `read` refuses.
"""
HAS_ORJSON: Final = orjson_loads is not _no_loads


def read(body: Body) -> Any:
    """Decode the JSON value of a body.

    Raises `UnreadableError` if the body is not accepted, and `TypeError` if it is not bytes or text.
    """
    raw = body if type(body) is bytes else as_bytes(body)
    if HAS_ORJSON and not has_many_digits(raw):
        try:
            value = orjson_loads(raw)
        except ValueError:
            # The slow reader gives the same message with or without the extra.
            _read_slowly(raw)
            _refuse("is not JSON")
    else:
        value = _read_slowly(raw)
    if not is_shallow(raw):
        deque(_levels(value), maxlen=0)
    return value


def normalized(value: object, *, default: Callable[[Any], object] | None = None) -> Any:
    """Return a parsed value as `read` returns it: the same object if all its types are exact, or else a copy.

    `default` returns what a part of any other type is read as, as in `json.dumps`. Raises `UnreadableError`
    if JSON cannot express the value.
    """
    if not _is_exact(value):
        value = _copied(value, MAX_DEPTH, {}, default)
        _is_exact(value)
    return value


def _is_exact(value: object) -> bool:
    """Return whether no part of a value is of a subclass, or of a type that is not JSON.

    Raises `UnreadableError` if JSON cannot express a part of it.
    """
    # Inside a list, a scalar is checked like any part. The list is one more level.
    for level in _levels([value], MAX_DEPTH + 1):
        for container in level:
            for key in container if type(container) is dict else ():
                if type(key) is not str:
                    return False
                _check_text(key)
            for part in _inside(container):
                kind = type(part)
                # The most frequent ones first, and without a call.
                if kind is str and part.isascii():
                    continue
                if kind not in _EXACT:
                    return False
                _check_scalar(part)
    return True


def _copied(
    value: Any, depth: int, copies: dict[int, Container], default: Callable[[Any], object] | None
) -> Any:
    """Return a copy of a value in exact types. `copies` has the copy of each container so far, by its id.

    The methods of the base classes are called as such, because a subclass may override them: the `str` of an
    enum is its name.
    """
    if value is None or isinstance(value, bool):
        return value
    for base, read_as in _BASES:
        if isinstance(value, base):
            return read_as(value)
    if not isinstance(value, (dict, list, tuple)):
        if default is not None:
            return default(value)
        _refuse(f"contains a value of the type {type(value).__name__}, which is not JSON")
    if depth < 0:
        _refuse(_TOO_DEEP)
    if id(value) not in copies:
        copies[id(value)] = (
            {_key(key): _copied(part, depth - 1, copies, default) for key, part in dict.items(value)}
            if isinstance(value, dict)
            else [_copied(part, depth - 1, copies, default) for part in _items(value)]
        )
    return copies[id(value)]


def _items(value: list[Any] | tuple[Any, ...]) -> Iterator[Any]:
    return list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value)


def _key(key: object) -> str:
    if not isinstance(key, str):
        _refuse(f"has a key of the type {type(key).__name__}: JSON's keys are strings")
    return str.__str__(key)


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

    root = json.loads(as_bytes(body), object_pairs_hook=pairs)
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


def as_bytes(body: Body) -> bytes:
    """The bytes of a body.

    Raises `UnreadableError` for text that UTF-8 cannot express, and `TypeError` if it is not bytes or text.
    """
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError:
            _refuse(_LONE_SURROGATE)
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    message = f"a body is bytes or str, not {type(body).__name__}"
    raise TypeError(message)


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
        _refuse(_TOO_DEEP)
    except json.JSONDecodeError as error:
        _refuse(f"is not JSON: see line {error.lineno}, column {error.colno}")
    # The text is searched, not the value: a duplicate key may have hidden what was refused elsewhere.
    if any(match["lone"] for match in _ESCAPE.finditer(text)):
        _refuse(_LONE_SURROGATE)
    return value


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        _refuse(_TOO_GREAT)
    return number


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        # Before it is read as an integer, which takes long or is refused for thousands of digits.
        _float(text)
    return int(text)


def _constant(name: str) -> NoReturn:
    _refuse(f"contains {name}, which is not JSON")


def _levels(value: object, limit: int = MAX_DEPTH) -> Iterator[list[Container]]:
    """The containers of a value, level by level. Raises `UnreadableError` beyond `limit` levels."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        yield level
        below = [part for container in level for part in _inside(container) if isinstance(part, (dict, list))]
        # A Python value may contain one container in many places, or in itself: visit each once per level.
        level = list({id(container): container for container in below}.values())
        if not level:
            return
    _refuse(_TOO_DEEP)


def _inside(container: Container) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _check_scalar(part: object) -> None:
    if isinstance(part, str):
        _check_text(part)
    elif isinstance(part, (int, float)):
        _check_number(part)


def _check_number(part: float) -> None:
    try:
        is_finite = math.isfinite(part)
    except OverflowError:
        _refuse(_TOO_GREAT)
    if not is_finite:
        _refuse("contains NaN or an infinity, which is not JSON")


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(_LONE_SURROGATE)


def _refuse(why: str) -> NoReturn:
    raise UnreadableError(why) from None

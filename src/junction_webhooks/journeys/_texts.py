"""Texts and times from bytes. Each takes one choice of a source, however long it is.

Zeros give the simplest text, so that a source can simplify a text by its bytes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from string import ascii_letters, digits, punctuation
from typing import TYPE_CHECKING, Final

from junction_webhooks._jsonschema.patterns import UnsupportedPatternError
from junction_webhooks._jsonschema.patterns.syntax import (
    Alternation,
    Assertion,
    Characters,
    Concatenation,
    Repetition,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from junction_webhooks._jsonschema.patterns.syntax import Expression

_COMMON: Final = (
    digits + ascii_letters + punctuation + " \t\n\räßéñøĄłžΩЖя李東京あ한אب😀👩🔬€\u2013\u2019\u201c"
)
"""What most characters of a text are; the simplest one comes first."""
_HOSTILE: Final = (
    *("null", "None", "true", "0", "-1", "1e999", "NaN", "undefined", " ", "\u00a0", "''", '"', "\\"),
    *("'; DROP TABLE orders; --", "<script>alert(1)</script>", "${jndi:ldap://x}", "../../etc/passwd"),
    *("{{7*7}}", "%s%n", "=1+1", "\r\nset-cookie: a=b", "\u202eabc", "\u200b", "\ufeff", "e\u0301"),
    *("\u2028", "\u0085", "\x7f", "\x1b[31m", "\uffff", "\U0010ffff", "\u0130", "\ufb01"),
    *("\uff10", "2026-02-30"),
)
"""Texts that programs are known to trip over."""
_ANY_BMP: Final = 200
_TABLE: Final = tuple(_COMMON[byte % len(_COMMON)] for byte in range(_ANY_BMP))
_ANY_ASTRAL: Final = 236
_IS_HOSTILE: Final = 246
_IS_NUL: Final = 255
"""From these bytes on, a byte means something else than a common character."""
_PLANE: Final = 0x10000
_SURROGATES: Final = range(0xD800, 0xE000)
_MOST_REPEATED: Final = 5
"""How often a part without an upper limit is repeated, in addition to its least."""
_BYTE: Final = 256
_FIRST_MIDNIGHT: Final = datetime(2020, 1, 1)  # noqa: DTZ001  (the offset is appended)
_DAYS: Final = 16 * 365
_SECONDS: Final = 24 * 60 * 60
_MICROSECONDS: Final = 1_000_000
_THREE_BYTES: Final = 2**24 - 1


def text(data: bytes, *, allow_nul: bool) -> str:
    """Return a text of at most as many characters as there are bytes, or a hostile one, which can be longer.

    It has no surrogates, and no U+0000 unless that is allowed.
    """
    found: list[str] = []
    bytes_ = iter(data)
    for byte in bytes_:
        if byte < _ANY_BMP:
            found.append(_TABLE[byte])
        elif byte < _IS_HOSTILE:
            plane = 0 if byte < _ANY_ASTRAL else 1 + (byte - _ANY_ASTRAL)
            point = plane * _PLANE + next(bytes_, 0) * _BYTE + next(bytes_, 0)
            found.append(chr(point - len(_SURROGATES) if point in _SURROGATES else point or 1))
        elif byte < _IS_NUL:
            found.append(_HOSTILE[next(bytes_, 0) % len(_HOSTILE)])
        else:
            found.append("\0" if allow_nul else "0")
    return "".join(found)


def uuid(data: bytes) -> str:
    """Return the UUID of version 4 with these 16 bytes, as far as its version leaves them."""
    digits_ = data.hex()
    variant = "89ab"[data[8] % 4]
    return f"{digits_[:8]}-{digits_[8:12]}-4{digits_[13:16]}-{variant}{digits_[17:20]}-{digits_[20:]}"


def date(day: int) -> str:
    """Return a day after the first one, which wraps around after 16 years."""
    return (_FIRST_MIDNIGHT + timedelta(days=day % _DAYS)).date().isoformat()


def time(data: bytes, offsets: list[str]) -> str:
    """Return the time that 12 bytes encode. Half of the times have no microseconds."""
    number = int.from_bytes(data, "big")
    day, second = number >> 72, number >> 48 & _THREE_BYTES
    offset, fraction = number >> 24 & _THREE_BYTES, number & _THREE_BYTES
    passed = timedelta(
        days=day % _DAYS, seconds=second % _SECONDS, microseconds=max(0, fraction - 2**23) % _MICROSECONDS
    )
    return (_FIRST_MIDNIGHT + passed).isoformat() + offsets[offset % len(offsets)]


class _Digits:
    """Small numbers from bytes: two bytes each, and zeros when all are used."""

    def __init__(self, data: bytes) -> None:
        self._left = iter(data)

    def below(self, limit: int) -> int:
        """Return a number below the limit, which is at least 1."""
        return (next(self._left, 0) + next(self._left, 0) * _BYTE) % limit


@cache
def matching(pattern: str) -> Callable[[bytes], str]:
    """Return a function from bytes to texts that match a pattern.

    Raises `UnsupportedPatternError` for a pattern that is not regular, or has an assertion elsewhere than at
    its beginning and its end.
    """
    make = _maker(parse(pattern), pattern, at_start=True, at_end=True)
    return lambda data: make(_Digits(data))


def _maker(expression: Expression, pattern: str, *, at_start: bool, at_end: bool) -> Callable[[_Digits], str]:
    match expression:
        case Characters(ranges):
            characters = [(low, high - low + 1) for low, high in ranges]
            return lambda digits_: _character(characters, digits_)
        case Assertion(kind):
            if (kind, True) not in {("start", at_start), ("end", at_end)}:
                raise UnsupportedPatternError(pattern, "an assertion in the middle")
            return lambda _: ""
        case Alternation(options):
            makers = [_maker(each, pattern, at_start=at_start, at_end=at_end) for each in options]
            return lambda digits_: makers[digits_.below(len(makers))](digits_)
        case Concatenation(parts):
            last = len(parts) - 1
            joined = [
                _maker(each, pattern, at_start=at_start and number == 0, at_end=at_end and number == last)
                for number, each in enumerate(parts)
            ]
            return lambda digits_: "".join([make(digits_) for make in joined])
        case Repetition(part, low, high):
            more = _MOST_REPEATED if high is None else high - low
            make = _maker(part, pattern, at_start=False, at_end=False)
            return lambda digits_: "".join([make(digits_) for _ in range(low + digits_.below(more + 1))])


def _character(ranges: list[tuple[int, int]], digits_: _Digits) -> str:
    """Return one character of ranges, which are given by their first code point and their size."""
    at = digits_.below(sum(size for _, size in ranges))
    for first, size in ranges:
        if at < size:
            return chr(first + at)
        at -= size
    message = "the ranges are empty"
    raise ValueError(message)

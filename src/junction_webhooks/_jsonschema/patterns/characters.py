"""Sets of characters, as ranges of Unicode code points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points, as sorted ranges that neither overlap nor touch; both ends are included."""

LAST: Final = 0x10FFFF
SURROGATES: Final = range(0xD800, 0xE000)
HIGH_SURROGATES: Final = range(0xD800, 0xDC00)
_UNICODE: Final[Ranges] = ((0, SURROGATES[0] - 1), (SURROGATES[-1] + 1, LAST))
"""All code points except surrogates, which JSON text in UTF-8 cannot contain."""


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """All code points of the ranges, which may overlap and come in any order."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """All code points that are not in the ranges, without surrogates."""
    found = []
    for low, high in _UNICODE:
        start = low
        for first, last in ranges:
            if last < start or first > high:
                continue
            if start < first:
                found.append((start, first - 1))
            start = last + 1
        if start <= high:
            found.append((start, high))
    return union(found)


def _points(text: str) -> Ranges:
    return union((ord(each), ord(each)) for each in text)


EVERYTHING: Final = complement(())
DIGIT: Final[Ranges] = ((0x30, 0x39),)
WORD: Final = union([*DIGIT, (0x41, 0x5A), (0x61, 0x7A), *_points("_")])
SPACE: Final = union(
    [*_points("\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"), (0x2000, 0x200A)]
)
NOT_LINE_END: Final = complement(_points("\n\r\u2028\u2029"))

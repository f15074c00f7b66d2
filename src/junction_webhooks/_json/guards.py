"""Cheap looks at the bytes of a body: whether a fast parser reads it as `decode.read` does.

Each of them takes a fraction of the time of `orjson.loads`. That is why they use what is fast in Python's
`bytes`, and why some of them are true for a few bodies more than necessary.
"""

from __future__ import annotations

from typing import Final

MAX_DEPTH: Final = 128
"""A body that is nested deeper is refused."""
_DIGITS_AS_ZEROS: Final = bytes(ord("0") if byte in b"0123456789" else 0 for byte in range(256))
MOST_DIGITS: Final = 18
"""An integer with more digits may be beyond 64 bits. orjson reads it as a float: another number."""
_MANY_ZEROS: Final = b"0" * (MOST_DIGITS + 1)
_INSIDE_NUMBERS: Final = b"0123456789.+- \t\r\n_{}]"
"""What is left out: what a number has before its exponent, and some that make the search take longer."""
_MARKS: Final = bytes(
    ord(":") if byte in b":,[" else ord("e") if byte in b"eENI" else byte for byte in range(256)
)
_ODD_NUMBER: Final = b":e"
"""What is left of a number with an exponent, NaN or an infinity, with what comes before it.

Without its digits, signs and white space, `[1, -2.5E+300` is `::e` when `_MARKS` has been applied.
"""
_FEWEST_DIGITS: Final = 309
"""Without an exponent, a number that is too great for a double has at least so many digits in a row."""
_EVERY_DIGIT: Final = b"0" * 8
"""So many digits in a row among every 38th byte: so many are within 309 digits, and hardly ever elsewhere."""
_SAMPLE: Final = slice(None, None, _FEWEST_DIGITS // len(_EVERY_DIGIT))


def has_many_digits(raw: bytes) -> bool:
    """Return whether the body has as many digits in a row as an integer beyond 64 bits.

    Few bodies do. A regex would take ten times as long to find them.
    """
    return _MANY_ZEROS in raw.translate(_DIGITS_AS_ZEROS)


def may_have_odd_numbers(raw: bytes) -> bool:
    """Return whether the body may have a number that `read` refuses and other parsers accept.

    That is NaN, an infinity, and a number that is too great for a double. Such a number has an exponent or
    hundreds of digits. False if there is none for certain; a few texts, such as `Phoenix, NY`, make it true.
    """
    marked = raw.translate(_MARKS, _INSIDE_NUMBERS)
    # `rfind` takes half the time of `find`.
    if marked.rfind(_ODD_NUMBER) >= 0:
        return True
    if len(raw) - len(marked) < _FEWEST_DIGITS:
        # There are too few digits in all.
        return False
    return _EVERY_DIGIT in raw[_SAMPLE].translate(_DIGITS_AS_ZEROS)


def is_shallow(raw: bytes) -> bool:
    """True if the body has too few brackets to be too deep.

    This is the common case, and counting brackets is cheaper than measuring depth.
    """
    # Twice what `count_of` does, without the calls.
    return 2 * len(raw) - len(raw.replace(b"{", b"")) - len(raw.replace(b"[", b"")) <= MAX_DEPTH


def count_of(character: bytes, raw: bytes) -> int:
    """How often a character occurs in the bytes."""
    # `bytes.replace` finds the next match by memchr, and is several times faster than `bytes.count`.
    return len(raw) - len(raw.replace(character, b""))

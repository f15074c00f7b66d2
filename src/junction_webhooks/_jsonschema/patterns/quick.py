"""Whether a backtracking engine, such as Python's `re`, searches for a pattern in little time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks._jsonschema.patterns.syntax import Alternation, Concatenation, Repetition, parse

if TYPE_CHECKING:
    from junction_webhooks._jsonschema.patterns.syntax import Expression

_MAX_CHOICES: Final = 8
"""Choices that an engine may have to try in all combinations."""


def is_quick(pattern: str) -> bool:
    """True if the pattern has few choices, and none within a repetition.

    Raises `UnsupportedPatternError` for a pattern that cannot be read.

    >>> is_quick("^[0-9]{5}(?:-[0-9]{4})?$"), is_quick("^(a+)+$")
    (True, False)
    """
    return _choices(parse(pattern)) <= _MAX_CHOICES


def _choices(expression: Expression) -> int:
    match expression:
        case Repetition(part, low, high):
            inner = _choices(part)
            own = 0 if low == high else 1
            return own + inner if high is not None and high <= 1 else own + inner * (_MAX_CHOICES + 1)
        case Alternation(options):
            return 1 + sum(map(_choices, options))
        case Concatenation(parts):
            return sum(map(_choices, parts))
    return 0

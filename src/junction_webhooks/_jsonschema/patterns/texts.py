"""Texts that a schema of strings accepts, and texts that only one of two such schemas accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema.patterns.inclusion import Counterexample, Language, counted, parse
from junction_webhooks._jsonschema.patterns.syntax import UnsupportedPatternError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_A_FORMAT: Final[Mapping[str, str]] = {
    "date": "^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$",
    "date-time": (
        "^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
        "(?:[.][0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
    ),
    "uuid": "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
}
"""For each format a pattern that matches only texts in it, and of every form that it has."""
_LONGEST_PATTERN: Final = 10_000
_LONGEST_TEXT: Final = 10_000
_MAX_STEPS: Final = 50_000


def text(schema: Mapping[str, Any]) -> str | None:
    """A shortest text of the format, the pattern and the length that a schema asks for, if one is found.

    >>> text({"pattern": "^[a-c]{2,}$", "minLength": 3})
    'aaa'
    """
    # No text is both shorter than 1 and longer than 0: the other schema rejects all of them.
    return differing_text(schema, {"minLength": 1, "maxLength": 0})[0]


def differing_text(
    narrow: Mapping[str, Any], wide: Mapping[str, Any], *, max_steps: int = _MAX_STEPS
) -> tuple[str | None, int]:
    """A shortest text that one schema accepts and the other rejects, if one is found, and the steps it took.

    Only the pattern and the length reject; the format restricts what is accepted.

    >>> differing_text({"format": "date", "pattern": "^2"}, {"pattern": "^2.*[1-9]$"})[0]
    '2000-01-10'
    """
    try:
        found, steps = counted(_language(narrow, with_format=True), _language(wide), max_steps)
    except UnsupportedPatternError:
        return None, 0
    return found.text if isinstance(found, Counterexample) else None, steps


def _language(schema: Mapping[str, Any], *, with_format: bool = False) -> Language:
    """The texts that a schema accepts; those of its format only where that is asked for."""
    low, high = _length(schema.get("minLength")) or 0, _length(schema.get("maxLength"))
    language = parse("", min_length=min(low, _LONGEST_TEXT), max_length=high)
    patterns = [schema.get("pattern"), _OF_A_FORMAT.get(str(schema.get("format"))) if with_format else None]
    for pattern in patterns:
        if isinstance(pattern, str):
            if len(pattern) > _LONGEST_PATTERN:
                raise UnsupportedPatternError(pattern, "too many characters")
            language &= parse(pattern)
    return language


def _length(limit: Any) -> int | None:
    return int(limit) if isinstance(limit, (int, float)) and not isinstance(limit, bool) else None

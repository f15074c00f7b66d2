"""How messages show values, without revealing patient data."""

from __future__ import annotations

import json
from typing import Final

_LONGEST_SHOWN: Final = 80
"""A longer value would hide the rest of its message."""
_WITH_ARTICLE: Final = {
    "null": "null",
    "boolean": "a boolean",
    "string": "a string",
    "number": "a number",
    "array": "an array",
    "object": "an object",
}


def some(value: object) -> str:
    """The JSON type of a value with its article: all that a message reveals about patient data.

    Examples:
        >>> some("Ada Lovelace")
        'a string'
    """
    return _WITH_ARTICLE[_type_name(value)]


def quoted(value: object) -> str:
    """A short scalar as JSON, or the type of anything else. Not for patient data.

    Examples:
        >>> quoted("completed")
        '"completed"'
    """
    text = "" if isinstance(value, (dict, list)) else json.dumps(value)
    return text if 0 < len(text) <= _LONGEST_SHOWN else some(value)


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    # The order matters: Python's booleans are integers.
    names = ((bool, "boolean"), (str, "string"), ((int, float), "number"), (list, "array"), (dict, "object"))
    return next(name for kind, name in names if isinstance(value, kind))

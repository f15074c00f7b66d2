"""How messages show values, without revealing patient data."""

from __future__ import annotations

import json
import re
from typing import Final

_LONGEST_SHOWN: Final = 80
"""A longer value would hide the rest of its message."""
_PART: Final = re.compile(
    r"""
    (?:[0-9]{1,6})?                  # an index, or the nothing before the first slash
    | (?=.{1,64}$)
      [A-Za-z_$@][A-Za-z_.-]*        # a name without spaces
      (?:[0-9]{1,2}[A-Za-z_.-]+)*    # and without long numbers
      [0-9]{0,2}
    """,
    re.VERBOSE,
)
"""The parts of a pointer that are shown: no person's name, phone number, date of birth or id."""
_HIDDEN_NAME: Final = "?"
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


def shown_pointer(pointer: str) -> str:
    """A JSON pointer with `?` for each name that does not look like one, since it may be patient data.

    Examples:
        >>> from junction_webhooks._json.display import shown_pointer
        >>> shown_pointer("/data/events/0/Ada Lovelace")
        '/data/events/0/?'
    """
    return "/".join(part if is_shown(part) else _HIDDEN_NAME for part in pointer.split("/"))


def is_shown(name: str) -> bool:
    """Whether a name looks like that of a property or a value of a set, and not like patient data."""
    return _PART.fullmatch(name) is not None


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    # The order matters: Python's booleans are integers.
    names = ((bool, "boolean"), (str, "string"), ((int, float), "number"), (list, "array"), (dict, "object"))
    return next(name for kind, name in names if isinstance(value, kind))

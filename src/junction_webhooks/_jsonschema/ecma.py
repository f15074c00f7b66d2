"""The regular expressions of schemas, which follow ECMA-262, in Python."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_TOKEN: Final = re.compile(r"\\.|\[\^?|\(\?<(?=[A-Za-z_])|.", re.DOTALL)
"""An escape, the start of a class or of a named group, or any other character."""
_SPACES: Final = r"\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_OUTSIDE: Final = {
    # Python's `$` also matches before a final newline, and its `.` matches other ends of lines.
    "$": r"\Z",
    ".": r"[^\n\r\u2028\u2029]",
    "(?<": "(?P<",
    r"\s": f"[{_SPACES}]",
    r"\S": f"[^{_SPACES}]",
}
_INSIDE: Final = {"[": r"\[", r"\s": _SPACES}
_ANYWHERE: Final = {r"\/": "/", r"\-": r"\-"}


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""The pattern of a schema, compiled for Python's `re`.

    >>> bool(compiled("^(?:a$|b)").search("a\n"))
    False
    """
    made: list[str] = []
    in_class = False
    for part in _TOKEN.findall(pattern):
        made.append((_INSIDE if in_class else _OUTSIDE).get(part) or _ANYWHERE.get(part, part))
        in_class = part != "]" if in_class else part.startswith("[")
    # ASCII: the digits and letters of `\d`, `\w` and `\b` are those of ASCII in ECMA-262.
    return re.compile("".join(made), re.ASCII)

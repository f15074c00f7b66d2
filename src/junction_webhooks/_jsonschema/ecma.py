"""The regular expressions of schemas, which follow ECMA-262, in Python."""

from __future__ import annotations

import re
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern of a schema, compiled for Python's `re`."""
    # Python's `$` also matches before a final newline; the one of JSON Schema's ECMA-262 does not.
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))

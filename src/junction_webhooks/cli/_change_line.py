"""One change in one line, written the same way by all commands that list changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks.cli._terminal import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST: Final = 100
"""The most characters of the change itself. A longer one, such as a long list of values, is cut off."""
_MOST_PLACES: Final = 6


def change_line(path: str, also: Sequence[str], what: str, rule: str) -> str:
    """Where the change is, what it is, and the id of its rule, with control characters escaped."""
    escaped = printable(what)
    short = escaped if len(escaped) <= _LONGEST else escaped[: _LONGEST - 1] + "…"
    places = ", ".join(printable(each) or "/" for each in also[:_MOST_PLACES])
    more = f" and {len(also) - _MOST_PLACES} more" if len(also) > _MOST_PLACES else ""
    return f"{printable(path) or '/'}: {short} ({rule}){'; also at ' if also else ''}{places}{more}"

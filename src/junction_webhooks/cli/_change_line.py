"""One change as a line, the same in all commands that tell changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks.cli._terminal import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST: Final = 100
_MOST_PLACES: Final = 6


def change_line(path: str, also: Sequence[str], what: str, rule: str) -> str:
    """Where and what, with the name of the rule; what was read from a file cannot steer the terminal."""
    told = printable(what)
    short = told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"
    places = ", ".join(printable(each) or "/" for each in also[:_MOST_PLACES])
    more = f" and {len(also) - _MOST_PLACES} more" if len(also) > _MOST_PLACES else ""
    return f"{printable(path) or '/'}: {short} ({rule}){'; also at ' if also else ''}{places}{more}"

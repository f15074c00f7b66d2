"""Which scenarios and events a test uses: names and patterns, from markers and options."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from junction_webhooks._similar import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def marked(metafunc: pytest.Metafunc, marker: str, names: Sequence[str]) -> Sequence[str]:
    """Return the names that the closest marker of the test selects, or all of them without a marker."""
    found = metafunc.definition.get_closest_marker(marker)
    if found is None:
        return names
    error = error_in(names, found.args)
    if error:
        pytest.fail(f"{metafunc.definition.nodeid}: {marker}: {error}", pytrace=False)
    return selected(names, found.args)


def split(wanted: str) -> list[str]:
    """Return the comma-separated names and patterns of an option."""
    return [pattern.strip() for pattern in wanted.split(",") if pattern.strip()]


def selected(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Return the names that match any of the patterns, in their order."""
    wanted = tuple(patterns)
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in wanted)]


def error_in(names: Sequence[str], patterns: Iterable[str]) -> str | None:
    """Return which pattern selects nothing, and what is similar; None if all select something."""
    for pattern in patterns:
        if not selected(names, [pattern]):
            near = did_you_mean(pattern, names) or f"some names are {', '.join(names[:3])}"
            return f"nothing is called {pattern!r}: {near}"
    return None

"""Finds the known names that somebody may have meant, for messages about a name that is not known.

It is generous, since a person reads the answer. Payloads have stricter rules: `validation._suggestions`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from difflib import SequenceMatcher

MOST: Final = 3
"""How many names a message suggests."""
_LEAST_ALIKE: Final = 0.7
"""How alike two names must be, from 0 to 1. At 0.6, the default of difflib, many short names are alike."""
_AS_LIKELY: Final = 0.08
"""How much less alike than the likeliest name the others may be."""
_OF_A_PART: Final = 0.01
"""How much less it counts if only the last part of a name is alike."""
_LONGEST: Final = 200
"""Nobody misspells a name into a longer text, and comparing it would take long."""
_PARTS: Final = re.compile("[./]")


def similar(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that a misspelled one may mean, the likeliest first, and three at most.

    Examples:
        >>> similar("redrawn", ["redraw", "reschedule"])
        ['redraw']
        >>> similar("shuffled", ["state.shuffled", "state.late"])
        ['state.shuffled']
    """
    if not name or len(name) > _LONGEST:
        return []
    names = list(dict.fromkeys(known))
    spelled = {each: _spelled(each) for each in names}
    written = _spelled(name)
    same = [each for each in names if spelled[each] == written]
    same = same or [each for each in names if spelled[each].endswith((f".{written}", f"/{written}"))]
    if same:
        return same[:MOST]
    found = [each for each in names if written in _PARTS.split(spelled[each])[1:]]
    if len(written) >= MOST:
        found += _alike(written, spelled)
    return list(dict.fromkeys(found))[:MOST]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question such as "did you mean redraw?", or nothing if no known name is similar.

    Examples:
        >>> did_you_mean("redrawn", ["redraw", "reschedule"])
        'did you mean redraw?'
    """
    near = similar(name, known)
    return f"did you mean {in_words(near)}?" if near else ""


def inside(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names below a name: `a/b` is below `a`, as the fixtures of an event are below it.

    Examples:
        >>> inside("events", ["events/a", "events/b", "other/c"])
        ['events/a', 'events/b']
    """
    return [each for each in known if each.startswith(f"{name}/")]


def in_words(names: Sequence[str]) -> str:
    """Return names as a choice, in words: "a", "a or b", "a, b or c"."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _spelled(name: str) -> str:
    """Return a name as it is compared: without differences of case, hyphens and underscores."""
    return re.sub("[-_ ]+", "_", name.strip().casefold())


def _alike(written: str, spelled: dict[str, str]) -> list[str]:
    import difflib  # noqa: PLC0415  (only for a misspelled name)

    matcher = difflib.SequenceMatcher(b=written)
    scores: list[tuple[float, str]] = []
    for name, other in spelled.items():
        # The last part is enough: `complete` means `labtest.order.updated/completed`.
        score = max(_ratio(matcher, other), _ratio(matcher, _PARTS.split(other)[-1]) - _OF_A_PART)
        if len(written) >= MOST and other.startswith(written):
            score = max(score, _LEAST_ALIKE)
        if score >= _LEAST_ALIKE:
            scores.append((-score, name))
    best = min(scores, default=(0.0, ""))[0]
    # Sorting is stable: equally similar names stay in their own order.
    scores.sort(key=lambda each: each[0])
    return [name for score, name in scores if score <= best + _AS_LIKELY]


def _ratio(matcher: SequenceMatcher[str], text: str) -> float:
    """Return how alike a text is to the one of the matcher, from 0 to 1; 0 if it is far from alike."""
    matcher.set_seq1(text)
    quick = min(matcher.real_quick_ratio(), matcher.quick_ratio())
    return matcher.ratio() if quick >= _LEAST_ALIKE else 0.0

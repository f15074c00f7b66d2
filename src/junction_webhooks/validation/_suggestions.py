"""Finds the known name that a misspelled name means.

`docs/assets/js/contract/spelling.js` has the same rules: change both.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from junction_webhooks._json.display import is_shown

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD: Final = re.compile(r"[a-z0-9]+")
_SHORT: Final = 3


def meant(name: str, known: tuple[str, ...], present: Collection[str] = ()) -> str | None:
    """The known name that this one misspells, or None if there is none or two are equally near.

    A misspelling differs only in case and separators, or has the same words with at most one slip per word: a
    letter missing, added or wrong, or two letters swapped. A common prefix alone is not enough. Names that
    are `present` are not meant.

    Examples:
        >>> meant("creatd_at", ("created_at", "updated_at"))
        'created_at'
    """
    # The caches keep no patient data, and nothing large.
    near = (_remembered_near if is_shown(name) else _near)(name, known)
    if not near:
        return None
    near = [(count, other) for count, other in near if other not in present]
    nearest = [other for count, other in near if count == min(near)[0]]
    return nearest[0] if len(nearest) == 1 else None


def extended(name: str, known: tuple[str, ...], present: Collection[str] = ()) -> str | None:
    """The known name that has more or fewer words than this one at one end, if there is exactly one.

    For example, `zip_code` may mean `zip`. That is not a misspelling, and is likely only if `zip` is missing.
    Names that are `present` are not meant.

    Examples:
        >>> extended("zip_code", ("zip", "city"))
        'zip'
    """
    lacking = tuple([other for other in known if other not in present])
    akin = (_remembered_akin if is_shown(name) else _akin)(name, lacking) if lacking else ()
    return akin[0] if len(akin) == 1 else None


def _near(name: str, known: tuple[str, ...]) -> list[tuple[int, str]]:
    """The known names that this one may misspell, each after its number of slips."""
    # A misspelling has at most one letter more per word, and some separators. Anything longer is not
    # compared: it may be as large as the payload.
    if len(name) > 2 * max(map(len, known), default=0) + _SHORT:
        return []
    words = _words(name)
    counts = ((_slips(words, _known_words(other)), other) for other in known)
    return [(count, other) for count, other in counts if count is not None]


def _akin(name: str, known: tuple[str, ...]) -> Sequence[str]:
    words = _words(name)
    return [other for other in known if _ends_alike(words, _known_words(other))]


_remembered_near = lru_cache(maxsize=512)(_near)
_remembered_akin = lru_cache(maxsize=512)(_akin)


def _ends_alike(words: list[str], others: list[str]) -> bool:
    fewer, more = sorted((words, others), key=len)
    return 0 < len(fewer) < len(more) and fewer in (more[: len(fewer)], more[-len(fewer) :])


def _slips(words: list[str], others: list[str]) -> int | None:
    """The number of words that differ by a slip, or None if any word is a different word."""
    if "".join(words) == "".join(others):
        return 0
    if len(words) != len(others):
        return None
    differing = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    return len(differing) if all(_is_slip(*pair) for pair in differing) else None


def _words(name: str) -> list[str]:
    return _WORD.findall(_HUMP.sub("_", name).lower())


_known_words = lru_cache(maxsize=2048)(_words)
"""The same for a name of the contract, which is compared again and again."""


def _is_slip(word: str, other: str) -> bool:
    """True if one letter is missing, added or wrong, or two are swapped.

    Never true for short words, because too many of them are similar.
    """
    if max(len(word), len(other)) <= _SHORT:
        return False
    left, right = _unlike(*_unlike(word, other))
    return max(len(left), len(right)) == 1 or (len(left) == 2 and left == right[::-1])  # noqa: PLR2004


def _unlike(word: str, other: str) -> tuple[str, str]:
    """Both words without their common prefix, reversed.

    Applied twice, it leaves only the parts that differ, in the original order.
    """
    differing = (at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two)
    start = next(differing, min(len(word), len(other)))
    return word[start:][::-1], other[start:][::-1]

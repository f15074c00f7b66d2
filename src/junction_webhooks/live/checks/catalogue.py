"""All checks, in the order in which they run."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from junction_webhooks._similar import did_you_mean
from junction_webhooks.live.checks import delivery, signatures, state, tolerance, urgent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from junction_webhooks.live.checks.model import Check

CHECKS: Final[tuple[Check, ...]] = (
    *signatures.CHECKS,
    *tolerance.CHECKS,
    *delivery.CHECKS,
    *state.CHECKS,
    state.STATUSES,
    *urgent.CHECKS,
    *delivery.LAST,
)


def selected(only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return the checks that match a pattern of `only`, if there is one, and none of `skip`.

    A pattern is an id, a group, or either with `*`. Raises `ValueError` for one that matches nothing,
    and if nothing is left.
    """
    for pattern in (*only, *skip):
        if not any(_matches(each, pattern) for each in CHECKS):
            groups = list(dict.fromkeys(each.group for each in CHECKS))
            near = did_you_mean(pattern, [*dict.fromkeys(groups), *(each.id for each in CHECKS)])
            message = f"no check matches {pattern!r}: {near or 'the groups are ' + ', '.join(groups)}"
            raise ValueError(message)
    chosen = tuple(
        each
        for each in CHECKS
        if (not only or any(_matches(each, pattern) for pattern in only))
        and not any(_matches(each, pattern) for pattern in skip)
    )
    if not chosen:
        message = "nothing is left to check: the checks to skip are all that were chosen"
        raise ValueError(message)
    return chosen


def _matches(check: Check, pattern: str) -> bool:
    return fnmatchcase(check.id, pattern) or check.group == pattern

"""How many checks passed, failed and were not made."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from junction_webhooks.live.checks.model import Result, Status

_WORDS: Final[Mapping[Status, str]] = {
    "passed": "passed",
    "failed": "failed",
    "warning": "with a warning",
    "information": "for information",
    "not checked": "not checked",
}


def totals(results: Iterable[Result]) -> Mapping[str, int]:
    """Return the number of checks by status, and of all."""
    counted = Counter(each.finding.status for each in results)
    return {**{status: counted[status] for status in _WORDS}, "all": counted.total()}


def in_words(results: Iterable[Result]) -> str:
    """Return the totals in one line."""
    numbers = totals(results)
    parts = [f"{numbers[status]} {words}" for status, words in _WORDS.items() if numbers[status]]
    many = "1 check" if numbers["all"] == 1 else f"{numbers['all']} checks"
    return f"{many}: {', '.join(parts)}" if parts else "no checks"


def as_json(results: Iterable[Result], **about: Any) -> dict[str, Any]:
    """Return all results as JSON has them, after what else there is to say about the run."""
    listed = list(results)
    return {**about, "totals": totals(listed), "results": [each.as_json() for each in listed]}

"""Results as text: one line per check, and what to do about those that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from junction_webhooks.live.checks.model import Result

_SHOWN: Final = {
    "passed": ("ok", "conforms"),
    "failed": ("FAILED", "rejected"),
    "warning": ("warning", "drifts"),
    "information": ("note", "faint"),
    "not checked": ("skipped", "faint"),
}
_WIDTH: Final = max(len(word) for word, _ in _SHOWN.values())
INDENT: Final = " " * (_WIDTH + 4)


class TextReport:
    """Writes results as lines. `paint` colours a text, by the name of a colour."""

    def __init__(self, paint: Callable[[str, str], str] = lambda _, text: text) -> None:
        self._paint = paint
        self._group = ""
        self._ended: set[str] = set()
        self._skipped: list[tuple[str, str]] = []

    def lines(self, result: Result) -> Iterator[str]:
        """Yield the lines of one result. Checks that were not made come at the end."""
        check, finding = result.check, result.finding
        if finding.status == "not checked":
            self._skipped.append((check.id, finding.message))
            return
        if check.group != self._group:
            yield ""
            self._ended.add(self._group)
            self._group = check.group
            if check.group not in self._ended:
                yield self._paint("bold", check.group)
        # A check that comes after those of other groups has its whole name, instead of its heading once more.
        name = check.id if check.group in self._ended else check.id.partition(".")[2]
        word, colour = _SHOWN[finding.status]
        message = f"  {finding.message}" if finding.message else ""
        yield f"  {self._paint(colour, word.ljust(_WIDTH))}  {name}{message}"
        if finding.status == "failed":
            yield from (f"{INDENT}{line}" for line in self._explanation(result))

    def _explanation(self, result: Result) -> Iterator[str]:
        finding = result.finding
        example = finding.counterexample
        if example is not None:
            yield f"the shortest case, after {example.attempts} attempts to find a shorter one:"
            yield from (f"  {line}" for line in example.timeline())
            yield from example.differences
        else:
            yield from finding.details
        yield self._paint("faint", f"why: {result.check.why}")
        yield self._paint("faint", f"rule: {result.check.rule.text} (docs: {result.check.rule.section})")

    def rest(self) -> Iterator[str]:
        """Yield the checks that were not made, by their reason."""
        by_reason: dict[str, list[str]] = {}
        for id_, reason in self._skipped:
            by_reason.setdefault(reason, []).append(id_)
        if by_reason:
            yield ""
            yield self._paint("bold", "not checked")
        for reason, ids in by_reason.items():
            yield f"  {reason}"
            yield self._paint("faint", f"    {', '.join(ids)}")

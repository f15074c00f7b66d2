"""What a comparison with one of Junction's sources returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from junction_webhooks._jsonschema.rules import PROPERTY_REMOVED
from junction_webhooks.drift._baseline import BaselineEntry, Source, baseline
from junction_webhooks.drift._rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

Impact: TypeAlias = Literal["tolerated", "breaking"]
"""What a difference means for a handler that uses the tolerant profile."""


class DriftError(ValueError):
    """A source cannot be compared. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between one of Junction's sources and the contract."""

    family: str
    """What the event types start with: `labtest.order` or `labtest.appointment`."""
    path: str
    """Where it appears in payloads: a JSON pointer with `*` for any index."""
    also: tuple[str, ...]
    """Further places of the same difference, where one schema is used more than once."""
    rule: str
    subject: str | None
    """The event, value, property, keyword or alternative that was added, removed or changed."""
    contract: Any
    """What the contract says, if that is a single value: a type, a format, a limit."""
    upstream: Any
    """What the source says instead."""
    impact: Impact
    """`breaking` if the tolerant profile may reject what Junction sends according to the source."""
    baseline: BaselineEntry | None = None
    """The baseline entry that explains it."""

    @property
    def is_of_event(self) -> bool:
        """Whether it is about an event type, rather than about a place in payloads."""
        return RULES[self.rule].aspect == "event"

    @property
    def what(self) -> str:
        """What differs, in words: from the contract to the source."""
        return self.describe(str)

    def describe(self, quote: Callable[[str], str]) -> str:
        """The same, with each part that comes from a document as `quote` writes it.

        Examples:
            >>> from junction_webhooks.drift import Drift
            >>> new = Drift("order", "/data/status", (), "value_added", "paused", None, None, "tolerated")
            >>> new.describe(lambda text: f"`{text}`")
            'the value `paused` is new'
        """
        subject, *sides = (
            None if each is None else quote(str(each))
            for each in (self.subject, self.contract, self.upstream)
        )
        return RULES[self.rule].describe(subject, *sides)


@dataclass(frozen=True, slots=True)
class DriftReport:
    """How one of Junction's sources differs from the contract."""

    source: Source
    """What was compared: `openapi`, `sdk` or `events`."""
    version: str | None
    """The version in the document's `info`, or of the SDK."""
    unexplained: tuple[Drift, ...]
    """The breaking ones first."""
    baseline: tuple[Drift, ...]
    """The differences that a baseline entry explains."""
    stale: tuple[BaselineEntry, ...]
    """Entries of the baseline for this source that no longer occur: the contract can follow, or the entry
    can be removed."""
    remarks: tuple[str, ...] = ()
    """What to know about the source, such as what it does not say: one line for each thing."""
    given_up: tuple[str, ...] = ()
    """What was left out because it would have taken too long: one line for each thing."""


def report(
    source: Source,
    version: str | None,
    found: Sequence[Drift],
    *,
    compared: Callable[[BaselineEntry], bool],
    remarks: Sequence[str] = (),
    given_up: Sequence[str] = (),
) -> DriftReport:
    """The report on all that was found in a source: what the baseline explains, and what it does not.

    `compared` says whether the source was compared where an entry belongs. Only such an entry can be stale.
    """
    entries = [entry for entry in baseline() if source in entry.found_in]
    explained = [replace(each, baseline=_entry(each, entries)) for each in found]
    unexplained = [each for each in explained if each.baseline is None]
    used = {each.baseline for each in explained}
    gone = [path for each in found if each.rule == PROPERTY_REMOVED.id for path in (each.path, *each.also)]
    return DriftReport(
        source,
        version,
        tuple(sorted(unexplained, key=lambda each: each.impact != "breaking")),
        tuple(each for each in explained if each.baseline is not None),
        tuple(
            entry
            for entry in entries
            if entry not in used and compared(entry) and not _is_within(entry.pattern, gone)
        ),
        tuple(remarks),
        tuple(given_up),
    )


def _is_within(pattern: str, paths: Sequence[str]) -> bool:
    """Whether it is one of these places, or below one."""
    return any(pattern == path or pattern.startswith(f"{path}/") for path in paths)


def _entry(drift: Drift, entries: Sequence[BaselineEntry]) -> BaselineEntry | None:
    value = drift.subject if drift.subject is not None else drift.upstream
    explaining = (
        entry
        for entry in entries
        if entry.family == drift.family
        and entry.pattern in (drift.path, *drift.also)
        and entry.explains(drift.rule, value)
    )
    return next(explaining, None)

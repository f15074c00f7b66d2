"""What `check` returns: a `Report` with its violations."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.contract import EventType

Verdict: TypeAlias = Literal["conforms", "drifts", "rejected"]
Reason: TypeAlias = Literal[
    "unreadable",
    "unknown_event",
    "missing",
    "unexpected_null",
    "wrong_type",
    "new_value",
    "new_property",
    "out_of_scope",
    "bad_format",
    "out_of_range",
]


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule."""

    path: str
    """JSON pointer (RFC 6901) to the value that breaks the rule, or to where a missing value should be.

    The name of an unknown property is `?` if it does not look like one, since it may be patient data: a
    person's name, an email address, a date.
    """
    keyword: str
    """The rule: a JSON Schema keyword, or `json` for a body that cannot be read."""
    message: str
    """What is wrong, as a sentence that continues the path."""
    hint: str
    """What to do about it."""
    reason: Reason
    """The kind of violation: one of a few words, useful for counting."""
    pattern: str
    """The path with `*` for each index and `?` for each unknown name, useful for counting."""
    breaking: bool
    """Whether the tolerant profile rejects it too."""
    schema_path: str
    """JSON pointer to the rule in the strict bundle of the event."""
    value: Any = field(default=None, repr=False, compare=False, metadata={"exclude": True})
    """The value that breaks the rule, None if there is none. It may be patient data.

    pydantic and FastAPI leave it out of what they write, as its metadata asks.
    Two violations can be equal even if their values differ, so a failed comparison does not print the values.
    """

    def __str__(self) -> str:
        """The violation in one line, without patient data."""
        return f"{self.path or 'the payload'} {self.message} ({self.keyword}); {self.hint}"


Listing: TypeAlias = Callable[[], tuple[tuple[Violation, ...], bool]]
"""Lists the violations of a payload, and says whether there are more. Its repr must not show the payload."""
_LISTED: Final = ("violations", "truncated")
"""The fields that a listing sets."""


class _Unread:
    """The base of `Report`, whose violations can be listed when they are first read.

    The report then drops the listing, and with it the payload. No copy, comparison or text has the listing,
    because it is not a field.
    """

    __slots__ = ("_listing",)
    if TYPE_CHECKING:
        _listing: Listing

    @clears_locals
    def __getattr__(self, name: str) -> Any:
        """Return a field that is not set yet. For fields that are set, Python does not call this."""
        if name not in _LISTED:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message, name=name)
        try:
            listing = object.__getattribute__(self, "_listing")
        except AttributeError:
            # Another thread has listed them in the meantime.
            return object.__getattribute__(self, name)
        # Two threads that read at once both list the violations. The results are equal.
        violations, truncated = listing()
        object.__setattr__(self, "violations", violations)
        object.__setattr__(self, "truncated", truncated)
        # Only now, so that another thread always finds either the fields or the listing.
        with suppress(AttributeError):
            object.__delattr__(self, "_listing")
        return violations if name == "violations" else truncated


@dataclass(frozen=True, slots=True)
class Report(_Unread):
    """What `check` found.

    For a body in bytes or str, only the verdict is found at once. The violations are listed when they are
    first read, by you or by anything that compares, prints or pickles the report. Until then, the report of a
    body that does not conform keeps the payload in memory.
    """

    verdict: Verdict
    """`conforms`: the strict profile accepts it; `drifts`: only the tolerant one; `rejected`: neither."""
    event_type: EventType | None
    """The event that the payload was checked as; None if that could not be determined."""
    bare: bool
    """Whether the payload had no envelope and was checked as what belongs under `data`."""
    violations: tuple[Violation, ...]
    """The violations of the strict profile, at most 1,000: breaking ones first, then by path."""
    truncated: bool = False
    """Whether there are more violations than those. The verdict is that of the whole payload."""

    def __str__(self) -> str:
        """The verdict, then one line per violation with the breaking ones marked, without patient data."""
        marked = [f"breaking: {each}" if each.breaking else str(each) for each in self.violations]
        return "\n  ".join([self.verdict, *marked, *(["and more"] if self.truncated else [])])


class _Settable(_Unread):
    """A report while it is made: the same slots, and not frozen, so setting them is several times faster."""

    __slots__ = Report.__slots__


def unread_report(
    verdict: Verdict, event_type: EventType | None, listing: Listing, *, bare: bool = False
) -> Report:
    """Return a report whose violations are listed when they are first read."""
    report: Any = _Settable()
    report.verdict = verdict
    report.event_type = event_type
    report.bare = bare
    report._listing = listing  # noqa: SLF001
    report.__class__ = Report
    return report  # type: ignore[no-any-return]

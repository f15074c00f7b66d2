"""What `check` returns: a `Report` with its violations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

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


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found."""

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

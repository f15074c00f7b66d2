"""A check, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from junction_webhooks.live.state.counterexample import Counterexample

Status: TypeAlias = Literal["passed", "failed", "warning", "information", "not checked"]
_SECTIONS: Final[Mapping[str, str]] = {
    "delivery.md#headers": "Delivery and signatures, Headers",
    "delivery.md#what-to-answer": "Delivery and signatures, What to answer",
    "delivery.md#unknown": "Delivery and signatures, Events outside the contract",
    "delivery.md#retries": "Delivery and signatures, Retries",
    "delivery.md#duplicates": "Delivery and signatures, Duplicates",
    "delivery.md#escalate": "Delivery and signatures, Escalate",
    "delivery.md#order": "Delivery and signatures, Order of arrival",
    "disagreements.md#does-a-critical-result-say-critical": "Where Junction's sources disagree, "
    "Does a critical result say critical?",
    "disagreements.md#is-cancelled-final": "Where Junction's sources disagree, Is cancelled final?",
    "disagreements.md#are-value-sets-closed": "Where Junction's sources disagree, Are value sets closed?",
}
Probed: TypeAlias = Literal["state", "escalations"]
"""What a check asks the service about."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What Junction does, or what follows from it, and where the documentation explains it."""

    text: str
    page: str
    """A page of this package's documentation, with an anchor."""

    @property
    def section(self) -> str:
        """The titles of the page and of the section, to find it wherever the pages are read."""
        return _SECTIONS[self.page]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    status: Status
    message: str = ""
    """One sentence, without patient data."""
    details: tuple[str, ...] = ()
    """Further lines."""
    counterexample: Counterexample | None = None
    """The shortest sequence of deliveries that fails."""


@dataclass(frozen=True, slots=True)
class Check:
    """One property of an endpoint."""

    id: str
    """Its group and its name, such as `signatures.tampered`. It never changes."""
    why: str
    """Why it matters, in one sentence."""
    rule: Rule
    run: Callable[[Any], Finding] = field(repr=False)
    needs: Probed | None = None
    """What it cannot be checked without."""

    @property
    def group(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Result:
    """A check, and what it found."""

    check: Check
    finding: Finding
    duration: float
    """Seconds."""

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON has it."""
        found = self.finding
        record: dict[str, Any] = {
            "id": self.check.id,
            "status": found.status,
            "message": found.message or None,
            "details": [*found.details],
            "why": self.check.why,
            "rule": self.check.rule.text,
            "page": self.check.rule.page,
            "duration": round(self.duration, 3),
        }
        if found.counterexample:
            record["counterexample"] = found.counterexample.as_json()
        return record


class StopCheck(Exception):  # noqa: N818  (not an error: the finding says what it is)
    """A check cannot go on. It has this finding."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message)


PASSED = Finding("passed")


def not_checked(message: str) -> Finding:
    """Return the finding of a check that could not be made."""
    return Finding("not checked", message)


def failed(message: str, *details: str) -> Finding:
    """Return the finding of a check that failed."""
    return Finding("failed", message, details)

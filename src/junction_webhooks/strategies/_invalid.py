"""Payloads with one mistake each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from hypothesis import strategies as st

from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract import shared_bundle
from junction_webhooks.contract.mutations import mutations
from junction_webhooks.fixtures import ExpectedViolation
from junction_webhooks.strategies._events import events_of
from junction_webhooks.validation import _engines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.contract import EventType

InvalidVerdict: TypeAlias = Literal["drifts", "rejected"]
"""The verdicts for payloads that do not conform."""

_PICKS = st.integers(0, 2**16 - 1)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class InvalidEvent:
    """A payload that breaks exactly one rule of the strict profile."""

    payload: dict[str, Any]
    violation: ExpectedViolation
    """The only violation that `check` reports if it is given the event type."""
    verdict: InvalidVerdict
    """`rejected` if the tolerant profile rejects the payload too, so that `parse_event` raises."""


@cache
def invalid_events_of(event_type: EventType) -> SearchStrategy[InvalidEvent]:
    """Return events of one type, each with one rule broken."""
    strict = shared_bundle("strict", event_type)
    payloads = events_of((event_type,), "strict", None)
    # Here and not below: making an engine takes so long that Hypothesis would call the strategy slow.
    survives = _engines.validator(_engines.default_engine(), "tolerant", event_type).is_valid

    @st.composite
    def generated(draw: DrawFn) -> InvalidEvent:
        # Before the payload: what is generated after a long payload is too often the simplest choice.
        which_keyword, which = draw(_PICKS), draw(_PICKS)
        payload = draw(payloads)
        # Without the root: only an object can be an event, and `check` could not name a violation.
        found = [mutation for mutation in mutations(strict, payload) if mutation.path]
        keyword = _picked(which_keyword, {mutation.keyword for mutation in found})
        mutation = _picked(which, [each for each in found if each.keyword == keyword])
        changed = mutation.applied_to(payload)
        violation = ExpectedViolation(pointer(mutation.path), mutation.keyword)
        return InvalidEvent(changed, violation, "drifts" if survives(changed) else "rejected")

    return generated()


def _picked(pick: int, candidates: Iterable[_T]) -> _T:
    """Return one of the candidates.

    It stays the same if others disappear, so a payload can shrink around it.
    """
    return min(
        candidates,
        key=lambda candidate: blake2b(f"{pick} {candidate}".encode(errors="surrogatepass")).digest(),
    )

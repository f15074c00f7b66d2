"""Hypothesis strategies of payloads. Needs the extra `test`.

>>> from hypothesis import given
>>> from junction_webhooks import strategies
>>> @given(strategies.events("labtest.order.updated"))
... def test_handler(event):
...     assert event["event_type"] == "labtest.order.updated"
>>> @given(strategies.invalid_events(verdict="drifts"))
... def test_handler_survives_news(invalid):
...     assert invalid.payload["data"]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from hypothesis import strategies as st

from junction_webhooks import _engines, contract
from junction_webhooks._mutations import mutations
from junction_webhooks._reading import pointer
from junction_webhooks._schema_strategies import from_bundle
from junction_webhooks.fixtures import ExpectedViolation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks.contract import EventType

Wrong: TypeAlias = Literal["drifts", "rejected"]


@dataclass(frozen=True, slots=True)
class InvalidEvent:
    """A payload that breaks exactly one rule of the strict profile."""

    payload: dict[str, Any]
    violation: ExpectedViolation
    """All that `check` reports when it is told the event type."""
    verdict: Wrong
    """`rejected` when the tolerant profile refuses the payload too, and `parse_event` raises."""


def events(event_type: EventType | None = None) -> SearchStrategy[dict[str, Any]]:
    """Payloads that conform: of one event type, or of any when none is named.

    They are complete events as parsed JSON. What the schemas leave open varies freely, so histories and
    ids need not be consistent: these payloads try a handler's parsing, not its logic.
    Raises `ValueError` for an unknown event type.
    """
    return st.one_of([_events(each) for each in _named(event_type)])


def invalid_events(
    event_type: EventType | None = None, *, verdict: Wrong | None = None
) -> SearchStrategy[InvalidEvent]:
    """Payloads with one mistake each: of one event type, or of any when none is named.

    Each is a payload of `events` with one rule broken, and says which. With `verdict` they are all of that
    verdict: a handler must survive what `drifts`. Raises `ValueError` for an unknown event type.
    """
    broken = st.one_of([_invalid_events(each) for each in _named(event_type)])
    return broken if verdict is None else broken.filter(lambda invalid: invalid.verdict == verdict)


def _named(event_type: EventType | None) -> tuple[EventType, ...]:
    if event_type is None:
        return contract.EVENT_TYPES
    if event_type not in contract.EVENT_TYPES:
        message = f"unknown event_type {event_type!r}; known are {', '.join(contract.EVENT_TYPES)}"
        raise ValueError(message)
    return (event_type,)


@cache
def _events(event_type: EventType) -> SearchStrategy[dict[str, Any]]:
    return from_bundle(contract.bundle("strict", event_type))


_PICKS = st.integers(0, 2**16 - 1)
_Any = TypeVar("_Any")


def _picked(which: int, candidates: Sequence[_Any]) -> _Any:
    return candidates[which % len(candidates)]


@cache
def _invalid_events(event_type: EventType) -> SearchStrategy[InvalidEvent]:
    bundle = contract.bundle("strict", event_type)
    engine = _engines.default_engine()

    @st.composite
    def broken(draw: DrawFn) -> InvalidEvent:
        # Drawn first: what is drawn after a long payload is the simplest choice too often.
        which_keyword, which = draw(_PICKS), draw(_PICKS)
        payload = draw(_events(event_type))
        # What is no object is no event: `check` would have nothing to name.
        found = [mutation for mutation in mutations(bundle, payload) if mutation.path]
        keyword = _picked(which_keyword, sorted({mutation.keyword for mutation in found}))
        mutation = _picked(which, [each for each in found if each.keyword == keyword])
        changed = mutation.applied_to(payload)
        survives = _engines.holds(engine, "tolerant", event_type, changed)
        violation = ExpectedViolation(pointer(mutation.path), mutation.keyword)
        return InvalidEvent(changed, violation, "drifts" if survives else "rejected")

    return broken()

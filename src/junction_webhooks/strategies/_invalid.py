"""Payloads with one mistake each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

from hypothesis import strategies as st

from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract import shared_bundle
from junction_webhooks.contract.mutations import mutations
from junction_webhooks.fixtures import ExpectedViolation
from junction_webhooks.strategies._choices import DrawnChoices
from junction_webhooks.strategies._events import events_of
from junction_webhooks.validation import _engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hypothesis.strategies import DrawFn, SearchStrategy

    from junction_webhooks._json.pointer import Path
    from junction_webhooks._jsonschema.mutate import Mutation
    from junction_webhooks.contract import EventType

InvalidVerdict: TypeAlias = Literal["drifts", "rejected"]
"""The verdicts for payloads that do not conform."""

_Source: TypeAlias = (
    "tuple[Callable[[Any], Iterable[Mutation]], SearchStrategy[dict[str, Any]], Callable[[object], bool]]"
)
"""Of one event type: the mutations of a payload, payloads, and whether the tolerant profile accepts one."""
_PICKS: Final = st.integers(0, 2**16 - 1)
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
def invalid_events_of(
    event_types: tuple[EventType, ...], verdict: InvalidVerdict | None
) -> SearchStrategy[InvalidEvent]:
    """Return events of the types, each with one rule broken, and with that verdict if one is given."""
    # Made here and not below: making an engine takes so long that Hypothesis would call the strategy slow.
    sources: list[_Source] = [
        (
            partial(mutations, shared_bundle("strict", event_type), known={}),
            events_of((event_type,), "strict", None),
            _engines.validator(_engines.default_engine(), "tolerant", event_type).is_valid,
        )
        for event_type in event_types
    ]

    @st.composite
    def invalid_events(draw: DrawFn) -> InvalidEvent:
        mutations_of, payloads, survives = DrawnChoices(draw).one_of(sources)
        # Before the payload: what is generated after a long payload is too often the simplest choice.
        which_keyword, which = draw(_PICKS), draw(_PICKS)
        payload = draw(payloads)
        for mutation in _in_order(which_keyword, which, mutations_of(payload)):
            changed = mutation.applied_to(payload)
            found: InvalidVerdict = "drifts" if survives(changed) else "rejected"
            if verdict in {None, found}:
                violation = ExpectedViolation(pointer(mutation.path), mutation.keyword)
                return InvalidEvent(changed, violation, found)
        message = f"no mutation of the event is {verdict}"
        raise AssertionError(message)

    return invalid_events()


def _in_order(which_keyword: int, which: int, found: Iterable[Mutation]) -> Iterator[Mutation]:
    """Yield the mutations in an order that the picks decide: by keyword, then by place, then by value."""
    by_keyword: dict[str, dict[Path, list[Mutation]]] = {}
    for mutation in found:
        # Without the root: only an object can be an event, and `check` could not name a violation.
        if mutation.path:
            by_keyword.setdefault(mutation.keyword, {}).setdefault(mutation.path, []).append(mutation)
    for keyword in _shuffled(which_keyword, by_keyword):
        for path in _shuffled(which, by_keyword[keyword]):
            yield from _shuffled(which, by_keyword[keyword][path])


def _shuffled(pick: int, candidates: Iterable[_T]) -> list[_T]:
    """Return the candidates in an order that the pick decides.

    Two candidates keep their order if others disappear, so a payload can shrink around the first one.
    """
    return sorted(
        candidates,
        key=lambda candidate: blake2b(f"{pick} {candidate}".encode(errors="surrogatepass")).digest(),
    )

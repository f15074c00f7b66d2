"""Payloads that a tolerant handler accepts: fixtures, and fixtures with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract, fixtures
from junction_webhooks._json import pointer
from junction_webhooks.contract.annotations import event
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.journeys.model import body
from junction_webhooks.validation import check

if TYPE_CHECKING:
    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract.annotations import Place
    from junction_webhooks.contract.families import Family

NEW_VALUE: Final = "added_later"
NEW_PROPERTY: Final = {"since": "later", "codes": [1, None, {"nested": True}]}
UNKNOWN_EVENTS: Final = (
    "labtest.order.archived",
    "labtest.result.amended",
    "labtest.kit.shipped",
    "message.attempt.exhausted",
    "daily.data.sleep.created",
    "provider.connection.created",
)
"""Events outside the contract, some of which Junction sends to every endpoint of a team."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A payload to send, and what is special about it."""

    what: str
    event_type: str
    payload: dict[str, Any]

    @property
    def raw(self) -> bytes:
        """The body."""
        return body(self.payload)


@cache
def enveloped() -> tuple[Sample, ...]:
    """Return every fixture that is an event."""
    return tuple(
        Sample(each.name, each.event_type, each.payload) for each in fixtures.valid() if each.event_type
    )


@cache
def richest(family: Family) -> Sample:
    """Return the fixture of a family with the longest body, which has the most places."""
    of_family = [each for each in enveloped() if each.event_type in family.event_types]
    return max(of_family, key=lambda each: len(each.raw))


@cache
def missing() -> tuple[Sample, ...]:
    """Return payloads without one property each, as far as a tolerant handler accepts that."""
    return _changed(lambda sample: ((path, _without(sample.payload, path)) for path, _ in _places(sample)))


@cache
def nulls() -> tuple[Sample, ...]:
    """Return payloads with null at one place each, as far as a tolerant handler accepts that."""
    return _changed(
        lambda sample: (
            (path, pointer.put(sample.payload, path, None))
            for path, place in _places(sample)
            if pointer.get(sample.payload, path) is not None and not place.core
        )
    )


@cache
def new_properties() -> tuple[Sample, ...]:
    """Return payloads with a property in one object each that no event has."""
    return _changed(
        lambda sample: (
            (path, pointer.put(sample.payload, (*path, NEW_VALUE), NEW_PROPERTY))
            for path, _ in [((), None), *_places(sample)]
            if isinstance(pointer.get(sample.payload, path), dict)
        )
    )


@cache
def new_values() -> tuple[Sample, ...]:
    """Return payloads with a new value of one value set each, wherever the old value was."""
    return _changed(_with_new_values)


def unknown_events() -> tuple[Sample, ...]:
    """Return events outside the contract, in the envelope that all events have."""
    base = richest(FAMILIES[0]).payload
    envelope = {name: value for name, value in base.items() if name != "data"}
    made = [Sample(name, name, envelope | {"event_type": name, "data": {"id": 1}}) for name in UNKNOWN_EVENTS]
    exhausted = {"type": "message.attempt.exhausted", "data": {"msgId": "msg_1", "attemptCount": 8}}
    return (
        *made,
        Sample("message.attempt.exhausted in Svix's own form", "message.attempt.exhausted", exhausted),
    )


def modalities() -> tuple[Sample, ...]:
    """Return events about orders and appointments of other modalities than walk-in tests."""
    made = []
    for family in FAMILIES:
        modality = family.modality
        for other in modality.others if modality else ():
            sample = richest(family)
            changed = _replaced(sample.payload, modality.walk_in if modality else "", other)
            made.append(Sample(f"{family.name} of modality {other}", sample.event_type, changed))
    return tuple(made)


def padded(payload: dict[str, Any], size: int) -> bytes:
    """Return the body of a payload, with a new property that makes it exactly that long, in bytes."""
    base = payload | {NEW_VALUE: ""}
    return body(base | {NEW_VALUE: "x" * (size - len(body(base)))})


def non_ascii() -> Sample:
    """Return an event about a patient whose name needs more than ASCII."""
    sample = richest(FAMILIES[0])
    names = {"first_name": "Zoë 李", "last_name": "Núñez-Ærø 😀"}
    patient = sample.payload["data"]["patient_details"] | names
    changed = pointer.put(sample.payload, ("data", "patient_details"), patient)
    return Sample("a name that is not ASCII", sample.event_type, changed)


_Changes = Callable[[Sample], Iterator[tuple["Path", Any]]]


def _changed(changes: _Changes) -> tuple[Sample, ...]:
    """Return the changed payloads of all families that are not rejected."""
    return tuple(
        Sample(f"{sample.event_type}: {pointer.pointer(path) or 'top level'}", sample.event_type, payload)
        for sample in map(richest, FAMILIES)
        for path, payload in changes(sample)
        if check(payload).verdict != "rejected"
    )


def _places(sample: Sample) -> Iterator[tuple[Path, Place]]:
    """Yield one path for each known place below the root of a payload, the first of each pattern."""
    seen: set[str] = set()
    waiting: list[tuple[Path, Any, Place]] = [((), sample.payload, event(_type(sample)))]
    while waiting:
        path, value, place = waiting.pop()
        parts = (
            [(name, part, place.property(name)) for name, part in value.items()]
            if isinstance(value, dict)
            else [(number, part, place.item(number)) for number, part in enumerate(value)]
            if isinstance(value, list)
            else []
        )
        for step, part, below in parts:
            if below.pattern not in seen and below.is_known:
                seen.add(below.pattern)
                # An item is not a property: without it, the array would only be shorter.
                if isinstance(step, str) and (*path, step) != ("event_type",):
                    yield (*path, step), below
                waiting.append(((*path, step), part, below))


def _type(sample: Sample) -> contract.EventType:
    return next(each for each in contract.EVENT_TYPES if each == sample.event_type)


def _without(payload: Any, path: Path) -> Any:
    return pointer.edited(payload, path, lambda parent, step: parent.pop(step))


def _with_new_values(sample: Sample) -> Iterator[tuple[Path, Any]]:
    seen = set()
    for path, place in _places(sample):
        value = pointer.get(sample.payload, path)
        if "enum" not in place.schema or not isinstance(value, str) or value in seen:
            continue
        seen.add(value)
        # A new status of an order has three parts too.
        higher, dot, _ = value.rpartition(".")
        yield path, _replaced(sample.payload, value, f"{higher}{dot}{NEW_VALUE}")


def _replaced(value: Any, old: str, new: str) -> Any:
    """Return the value with another text wherever a whole text is the old one, or has it between dots."""
    if isinstance(value, dict):
        return {name: _replaced(part, old, new) for name, part in value.items()}
    if isinstance(value, list):
        return [_replaced(item, old, new) for item in value]
    if isinstance(value, str):
        return new if value == old else value.replace(f".{old}.", f".{new}.")
    return value

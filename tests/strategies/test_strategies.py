"""The Hypothesis strategies."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import Phase, find, given, settings

from junction_webhooks import InvalidPayload, check, contract, parse_event, strategies
from junction_webhooks.contract import UnknownKeywordError
from junction_webhooks.strategies._payloads import from_bundle
from junction_webhooks.validation import _engines

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from junction_webhooks.contract import EventType
    from junction_webhooks.strategies import InvalidEvent

T = TypeVar("T")


@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_generated_events_conform(event_type: EventType) -> None:
    """150 generated payloads of each event hold in both profiles under both engines; none is filtered away."""
    tried = 0

    @settings(max_examples=150, phases=[Phase.generate])
    @given(strategies.events(event_type))
    def conforms(payload: dict[str, Any]) -> None:
        nonlocal tried
        tried += 1
        for engine in ("jsonschema", "jsonschema-rs"):
            report = check(payload, engine=engine)
            assert str(report) == "conforms"
            assert report.event_type == event_type
            assert not report.bare
            assert _engines.validator(engine, "tolerant", event_type).is_valid(payload)

    conforms()
    assert tried >= 150


def sample(strategy: SearchStrategy[T], size: int) -> list[T]:
    """So many generated payloads."""
    drawn: list[T] = []

    # Always the same ones: what all of them have together is no claim about luck.
    @settings(max_examples=size, phases=[Phase.generate], derandomize=True)
    @given(strategy)
    def draw(payload: T) -> None:
        drawn.append(payload)

    draw()
    return drawn


def test_all_event_types_are_generated() -> None:
    """Without a name, events of every type come."""
    assert {event["event_type"] for event in sample(strategies.events(), 100)} == set(contract.EVENT_TYPES)


def test_variety() -> None:
    """What may be missing is missing and there, what may be null is null, and histories differ in length."""
    orders = [event["data"] for event in sample(strategies.events("labtest.order.updated"), 200)]
    assert {"lab_test" in order for order in orders} == {True, False}
    assert {order["patient_details"] is None for order in orders} == {True, False}
    assert any((order["patient_details"] or {}).get("medical_proxy") for order in orders)
    assert {min(len(order["events"]), 3) for order in orders} == {0, 1, 2, 3}
    statuses = {entry["status"] for order in orders for entry in order["events"]}
    assert statuses == set(contract.schemas()["values/order_status"]["enum"])


@pytest.mark.parametrize("event_type", ["labtest.order.updated", "labtest.appointment.updated"])
def test_most_generated_events_are_not_trivial(event_type: EventType) -> None:
    """Most histories have entries, and what is optional or nullable is there in a good part of the payloads."""
    payloads = [event["data"] for event in sample(strategies.events(event_type), 100)]
    assert 0.6 < sum(bool(each["events"]) for each in payloads) / len(payloads) < 1
    optional, nullable = ("lab_test", "notes") if ".order." in event_type else ("external_id", "start_at")
    assert 0.3 < sum(optional in each for each in payloads) / len(payloads) < 0.9
    assert 0.3 < sum(each[nullable] is not None for each in payloads) / len(payloads) < 0.9


def test_a_failing_event_shrinks_to_what_is_required() -> None:
    """The simplest event has what is required and nothing else."""
    simplest = find(strategies.events("labtest.appointment.created"), lambda _: True)
    bundle = contract.bundle("strict", "labtest.appointment.created")
    assert set(simplest) == set(bundle["required"])
    assert set(simplest["data"]) == set(bundle["$defs"]["Appointment"]["required"])
    assert simplest["data"]["events"] == []


@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_invalid_events_break_one_rule(event_type: EventType) -> None:
    """100 invalid events of each type break exactly the rule that they name, under both engines."""

    @settings(max_examples=100, phases=[Phase.generate])
    @given(strategies.invalid_events(event_type))
    def breaks(invalid: InvalidEvent) -> None:
        for engine in ("jsonschema", "jsonschema-rs"):
            report = check(invalid.payload, event_type=event_type, engine=engine)
            (violation,) = report.violations
            assert (violation.path, violation.keyword) == invalid.violation
            assert report.verdict == invalid.verdict

    breaks()


def test_invalid_events_of_one_verdict() -> None:
    """Asked for one verdict, all invalid events have it; those that drift parse, and the others do not."""
    for invalid in sample(strategies.invalid_events(verdict="drifts"), 50):
        assert invalid.verdict == "drifts"
        assert parse_event(invalid.payload, event_type=invalid.payload["event_type"])
    for invalid in sample(strategies.invalid_events(verdict="rejected"), 50):
        assert invalid.verdict == "rejected"
        # Told apart by its own event type, a payload may be a perfect event of another.
        if invalid.violation != ("/event_type", "const"):
            with pytest.raises(InvalidPayload):
                parse_event(invalid.payload)


def test_invalid_events_vary() -> None:
    """Every kind of rule is broken, and events of every type come."""
    drawn = sample(strategies.invalid_events("labtest.appointment.updated"), 600)
    assert {invalid.violation.keyword for invalid in drawn} == {
        "additionalProperties", "anyOf", "const", "enum", "format", "maxLength", "maximum", "minimum", "pattern",
        "required", "type",
    }  # fmt: skip
    types = {invalid.payload.get("event_type") for invalid in sample(strategies.invalid_events(), 60)}
    assert types >= set(contract.EVENT_TYPES)


def test_an_invalid_event_shrinks_to_its_mistake() -> None:
    """The simplest payload with a value outside its set has what is required, and that value."""
    simplest = find(
        strategies.invalid_events("labtest.appointment.updated"),
        lambda invalid: invalid.violation.keyword == "enum",
    )
    bundle = contract.bundle("strict", "labtest.appointment.updated")
    assert set(simplest.payload["data"]) == set(bundle["$defs"]["Appointment"]["required"])
    assert simplest.payload["data"]["events"] == []


@pytest.mark.parametrize("strategy", [strategies.events, strategies.invalid_events])
def test_an_unknown_event_type_raises(strategy: Callable[[Any], object]) -> None:
    """A misspelled event type is answered with the known ones."""
    with pytest.raises(ValueError, match=r"known are labtest\.order\.created"):
        strategy("labtest.order")


@pytest.mark.parametrize(
    ("title", "keyword", "value"),
    [
        ("Location", "minProperties", 3),
        ("OrderEvent", "if", {}),
        ("Order", "dependentRequired", {}),
        ("OrderStatus", "not", {}),
    ],
)
def test_unknown_keywords_raise(title: str, keyword: str, value: object) -> None:
    """No rule is passed over: a keyword that no strategy understands raises."""
    name: EventType = "labtest.appointment.updated" if title == "Location" else "labtest.order.updated"
    bundle = copy.deepcopy(contract.bundle("strict", name))
    bundle["$defs"][title][keyword] = value
    with pytest.raises(UnknownKeywordError, match="no strategy for"):
        from_bundle(bundle)

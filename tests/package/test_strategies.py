"""The Hypothesis strategies."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, find, given, settings

from junction_webhooks import _engines, check, contract, strategies
from junction_webhooks._schema_strategies import UnknownKeywordError, from_bundle

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from junction_webhooks.contract import EventType


@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_generated_events_conform(event_type: EventType) -> None:
    """500 generated payloads of each event hold in both profiles under both engines; none is filtered away."""
    tried = 0

    @settings(max_examples=500, phases=[Phase.generate])
    @given(strategies.events(event_type))
    def conforms(payload: dict[str, Any]) -> None:
        nonlocal tried
        tried += 1
        for engine in ("jsonschema", "jsonschema-rs"):
            report = check(payload, engine=engine)
            assert str(report) == "conforms"
            assert report.event_type == event_type
            assert not report.bare
            assert _engines.holds(engine, "tolerant", event_type, payload)

    conforms()
    assert tried >= 500


def sample(strategy: SearchStrategy[dict[str, Any]], size: int) -> list[dict[str, Any]]:
    """So many generated payloads."""
    drawn: list[dict[str, Any]] = []

    @settings(max_examples=size, phases=[Phase.generate])
    @given(strategy)
    def draw(payload: dict[str, Any]) -> None:
        drawn.append(payload)

    draw()
    return drawn


def test_all_event_types_are_generated() -> None:
    """Without a name, events of every type come."""
    assert {event["event_type"] for event in sample(strategies.events(), 100)} == set(contract.EVENT_TYPES)


def test_variety() -> None:
    """What may be missing is missing and there, what may be null is null, and histories differ in length."""
    orders = [event["data"] for event in sample(strategies.events("labtest.order.updated"), 300)]
    assert {"lab_test" in order for order in orders} == {True, False}
    assert {order["patient_details"] is None for order in orders} == {True, False}
    assert any((order["patient_details"] or {}).get("medical_proxy") for order in orders)
    assert {min(len(order["events"]), 3) for order in orders} == {0, 1, 2, 3}
    statuses = {entry["status"] for order in orders for entry in order["events"]}
    assert statuses == set(contract.schemas()["values/order_status"]["enum"])


def test_a_failing_event_shrinks_to_what_is_required() -> None:
    """The simplest event has what is required and nothing else."""
    simplest = find(strategies.events("labtest.appointment.created"), lambda _: True)
    bundle = contract.bundle("strict", "labtest.appointment.created")
    assert set(simplest) == set(bundle["required"])
    assert set(simplest["data"]) == set(bundle["$defs"]["Appointment"]["required"])
    assert simplest["data"]["events"] == []


def test_an_unknown_event_type_raises() -> None:
    """A misspelled event type is answered with the known ones."""
    with pytest.raises(ValueError, match=r"known are labtest\.order\.created"):
        strategies.events("labtest.order")  # type: ignore[arg-type]


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

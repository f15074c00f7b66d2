"""The Hypothesis strategies."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, find, given, settings
from support.generated import sample
from support.sizes import sizes

from junction_webhooks import InvalidPayload, check, contract, parse_event, strategies
from junction_webhooks.contract import UnknownKeywordError
from junction_webhooks.strategies._payloads import from_bundle
from junction_webhooks.validation import _engines

if TYPE_CHECKING:
    from collections.abc import Callable

    from junction_webhooks.contract import EventType
    from junction_webhooks.strategies import InvalidEvent


SOME = 60
"""How many events of a type the tests share."""
FEW = 20
"""How many of them every rule is checked on by both engines."""


def holds_in_both_profiles(payload: dict[str, Any], event_type: EventType) -> None:
    """The payload conforms, to its own event, under both engines."""
    for engine in ("jsonschema", "jsonschema-rs"):
        report = check(payload, engine=engine)
        assert str(report) == "conforms"
        assert report.event_type == event_type
        assert not report.bare
        assert _engines.validator(engine, "tolerant", event_type).is_valid(payload)


@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_generated_events_conform(event_type: EventType) -> None:
    """Generated payloads of each event hold in both profiles under both engines; none is filtered away."""
    for payload in sample(strategies.events(event_type), FEW):
        holds_in_both_profiles(payload, event_type)


@pytest.mark.exhaustive
@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_any_generated_event_conforms(event_type: EventType) -> None:
    """1,000 payloads of each event, others in every run, hold too."""
    tried = 0

    @settings(max_examples=1000, phases=[Phase.generate, Phase.shrink])
    @given(strategies.events(event_type))
    def conforms(payload: dict[str, Any]) -> None:
        nonlocal tried
        tried += 1
        holds_in_both_profiles(payload, event_type)

    conforms()
    assert tried >= 1000


@sizes(80, exhaustive=400)
def test_all_event_types_are_generated(size: int) -> None:
    """Without a name, events of every type come."""
    missing = set(contract.EVENT_TYPES) - {event["event_type"] for event in sample(strategies.events(), size)}
    # Which ones a few dozen leave out depends on luck.
    assert len(missing) <= (0 if size > 80 else 3)


@pytest.mark.exhaustive
def test_all_statuses_are_generated() -> None:
    """Histories have every documented status of an order."""
    orders = sample(strategies.events("labtest.order.updated"), 600)
    statuses = {entry["status"] for order in orders for entry in order["data"]["events"]}
    assert statuses == set(contract.schemas()["values/order_status"]["enum"])


@sizes(SOME, exhaustive=300)
def test_variety(size: int) -> None:
    """What may be missing is missing and there, what may be null is null, and histories differ in length."""
    orders = [event["data"] for event in sample(strategies.events("labtest.order.updated"), size)]
    assert {"lab_test" in order for order in orders} == {True, False}
    assert {order["patient_details"] is None for order in orders} == {True, False}
    assert any((order["patient_details"] or {}).get("medical_proxy") for order in orders)
    lengths = {min(len(order["events"]), 3) for order in orders}
    assert len(lengths) == 4 if size > SOME else lengths > {0}
    statuses = {entry["status"] for order in orders for entry in order["events"]}
    assert len(statuses) > 8


@sizes(SOME, exhaustive=300)
@pytest.mark.parametrize("event_type", ["labtest.order.updated", "labtest.appointment.updated"])
def test_most_generated_events_are_not_trivial(event_type: EventType, size: int) -> None:
    """Most histories have entries, and what is optional or nullable is there in a good part of the payloads."""
    luck = 0.2 if size == SOME else 0
    payloads = [event["data"] for event in sample(strategies.events(event_type), size)]
    assert 0.6 - luck < sum(bool(each["events"]) for each in payloads) / len(payloads) < 1
    optional, nullable = ("lab_test", "notes") if ".order." in event_type else ("external_id", "start_at")
    assert 0.3 - luck < sum(optional in each for each in payloads) / len(payloads) < 0.9 + luck / 2
    assert 0.3 - luck < sum(each[nullable] is not None for each in payloads) / len(payloads) < 0.9 + luck / 2


@pytest.mark.parametrize(
    "phases",
    [[Phase.generate], pytest.param([Phase.generate, Phase.shrink], marks=pytest.mark.exhaustive)],
    ids=["first", "shrunk"],
)
def test_a_failing_event_shrinks_to_what_is_required(phases: list[Phase]) -> None:
    """The simplest event, which Hypothesis tries first, has what is required and nothing else."""
    simplest = find(
        strategies.events("labtest.appointment.created"), lambda _: True, settings=settings(phases=phases)
    )
    bundle = contract.bundle("strict", "labtest.appointment.created")
    assert set(simplest) == set(bundle["required"])
    assert set(simplest["data"]) == set(bundle["$defs"]["Appointment"]["required"])
    assert simplest["data"]["events"] == []


@sizes(15, exhaustive=400)
@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_invalid_events_break_one_rule(event_type: EventType, size: int) -> None:
    """Invalid events of each type break exactly the rule that they name, under both engines."""

    @settings(max_examples=size, phases=[Phase.generate])
    @given(strategies.invalid_events(event_type))
    def breaks(invalid: InvalidEvent) -> None:
        for engine in ("jsonschema", "jsonschema-rs"):
            report = check(invalid.payload, event_type=event_type, engine=engine)
            (violation,) = report.violations
            assert (violation.path, violation.keyword) == invalid.violation
            assert report.verdict == invalid.verdict

    breaks()


@sizes(15, exhaustive=400)
def test_invalid_events_of_one_verdict(size: int) -> None:
    """Asked for one verdict, all invalid events have it; those that drift parse, and the others do not."""
    for invalid in sample(strategies.invalid_events(verdict="drifts"), size):
        assert invalid.verdict == "drifts"
        assert parse_event(invalid.payload, event_type=invalid.payload["event_type"])
    for invalid in sample(strategies.invalid_events(verdict="rejected"), size):
        assert invalid.verdict == "rejected"
        # Told apart by its own event type, a payload may be a perfect event of another.
        if invalid.violation != ("/event_type", "const"):
            with pytest.raises(InvalidPayload):
                parse_event(invalid.payload)


@sizes(60, exhaustive=600)
def test_invalid_events_are_of_every_type(size: int) -> None:
    """Without a name, invalid events of every type come, and break rules of many kinds."""
    generated = sample(strategies.invalid_events(), size)
    missing = set(contract.EVENT_TYPES) - {invalid.payload.get("event_type") for invalid in generated}
    # Which ones a few dozen leave out depends on luck.
    assert len(missing) <= (0 if size > 60 else 3)
    assert len({invalid.violation.keyword for invalid in generated}) > 5


@pytest.mark.exhaustive
def test_invalid_events_vary() -> None:
    """Every kind of rule is broken."""
    drawn = sample(strategies.invalid_events("labtest.appointment.updated"), 600)
    assert {invalid.violation.keyword for invalid in drawn} == {
        "additionalProperties", "anyOf", "const", "enum", "format", "maxLength", "maximum", "minimum", "pattern",
        "required", "type",
    }  # fmt: skip


def test_an_invalid_event_is_simple_but_for_its_mistake() -> None:
    """The simplest invalid payload, which Hypothesis tries first, is short, and breaks its one rule."""
    strategy = strategies.invalid_events("labtest.appointment.updated")
    simplest = find(strategy, lambda _: True, settings=settings(phases=[Phase.generate]))
    assert len(check(simplest.payload, event_type="labtest.appointment.updated").violations) == 1
    assert set(simplest.payload) <= set(contract.bundle("strict", "labtest.appointment.updated")["required"])


@pytest.mark.exhaustive
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
    with pytest.raises(ValueError, match=r"expected one of labtest\.order\.created"):
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

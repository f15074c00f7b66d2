"""The Hypothesis strategies."""

from __future__ import annotations

import copy
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from support.generated import sample
from support.sizes import sizes

from junction_webhooks import InvalidPayload, check, contract, parse_event, strategies
from junction_webhooks.contract import UnknownKeywordError
from junction_webhooks.journeys.payloads import maker
from junction_webhooks.validation import _engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

    from junction_webhooks.contract import EventType
    from junction_webhooks.strategies import InvalidEvent


GENERATED = settings(max_examples=2000, phases=[Phase.generate], database=None)
"""To find any value, and not the simplest."""
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


def test_all_event_types_are_generated() -> None:
    """Without a name, events of every type come."""
    waiting = {*contract.EVENT_TYPES}

    def is_the_last_one(event: dict[str, Any]) -> bool:
        waiting.discard(event["event_type"])
        return not waiting

    assert find(strategies.events(), is_the_last_one, settings=GENERATED)


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
    # Hypothesis makes several values from one by small changes, so that sixty are about ten independent ones.
    luck = 0.3 if size == SOME else 0
    payloads = [event["data"] for event in sample(strategies.events(event_type), size)]
    assert 0.6 - luck < sum(bool(each["events"]) for each in payloads) / len(payloads) < 1
    optional, nullable = ("lab_test", "notes") if ".order." in event_type else ("external_id", "start_at")
    assert 0.3 - luck < sum(optional in each for each in payloads) / len(payloads) < 0.9 + luck / 3
    assert 0.3 - luck < sum(each[nullable] is not None for each in payloads) / len(payloads) < 0.9 + luck / 3


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


def test_invalid_events_are_of_every_type() -> None:
    """Without a name, invalid events of every type come, and break rules of many kinds."""
    waiting: set[str] = {*contract.EVENT_TYPES}

    def is_the_last_one(invalid: strategies.InvalidEvent) -> bool:
        waiting.discard(str(invalid.payload.get("event_type")))
        return not waiting

    assert find(strategies.invalid_events(), is_the_last_one, settings=GENERATED)
    assert len({invalid.violation.keyword for invalid in sample(strategies.invalid_events(), 60)}) > 4


@pytest.mark.exhaustive
def test_invalid_events_vary() -> None:
    """Every kind of rule is broken."""
    drawn = sample(strategies.invalid_events("labtest.appointment.updated"), 600)
    assert {invalid.violation.keyword for invalid in drawn} == {
        "additionalProperties", "anyOf", "const", "enum", "maxLength", "maximum", "minimum", "pattern",
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


IN_A_NEW_PROCESS = """
import sys
from datetime import timedelta
from hypothesis import Phase, given, settings
from hypothesis.internal import charmap
from junction_webhooks import strategies

made = [
    strategies.events(),
    strategies.events(profile="tolerant", allow_nul=True),
    strategies.invalid_events(),
    strategies.deliveries(strategies.order_journeys(profile="tolerant")),
]

from junction_webhooks.journeys import payloads
from junction_webhooks.validation import _engines


def refuse(*_, **__):
    sys.exit("made while Hypothesis generates")


_engines.validator_of = payloads.maker = refuse
for strategy in made:
    @settings(max_examples=20, database=None, phases=[Phase.generate], deadline=timedelta(milliseconds=200))
    @given(strategy)
    def run(value):
        pass
    run()
if charmap._charmap is not None:
    sys.exit("Hypothesis made its table of Unicode, which takes up to a second")
"""


def test_nothing_slow_is_made_while_hypothesis_generates(tmp_path: Path) -> None:
    """Engines and builders are made along with a strategy, and no process makes the table of Unicode.

    Otherwise the first examples are so slow on a busy machine that Hypothesis' health check fails.
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IN_A_NEW_PROCESS],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.filterwarnings("error")
def test_strategies_have_a_short_repr_and_can_be_filtered() -> None:
    """The repr of each strategy, filtered too, is one short line. Hypothesis warns of long ones."""
    for strategy in (
        strategies.events(),
        strategies.events(profile="tolerant"),
        strategies.events("labtest.order.updated", overrides={"/data/notes": st.sampled_from(["a", "b"])}),
        strategies.order_journeys(profile="tolerant"),
        strategies.order_journeys(overrides={"/client_user_id": "me"}),
        strategies.deliveries(strategies.order_journeys()),
        strategies.invalid_events(verdict="drifts"),
    ):
        filtered: SearchStrategy[Any] = strategy.filter(bool)
        assert len(sample(filtered, 5)) == 5
        assert len(repr(filtered)) < 200, repr(filtered)[:300]


def texts_of(value: Any) -> Iterator[str]:
    """Yield every string in a value, the names of its properties included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        yield from texts_of([*value, *value.values()])


def test_texts_have_no_nul_unless_asked() -> None:
    """PostgreSQL refuses U+0000 in JSON, so texts have it only with `allow_nul`; they have other odd characters."""
    for profile in contract.PROFILES:
        events = sample(strategies.events("labtest.order.updated", profile=profile), SOME)
        characters = {character for event in events for text in texts_of(event) for character in text}
        assert "\0" not in characters
        assert max(characters) > "\uffff"
    with_nul = strategies.events("labtest.order.updated", allow_nul=True)
    assert find(with_nul, lambda event: any("\0" in text for text in texts_of(event)), settings=GENERATED)


def test_entry_ids_fit_a_database() -> None:
    """The ids of entries are positive and have at most 31 bits."""
    ids = {
        entry.get("id")
        for profile in contract.PROFILES
        for event in sample(strategies.events("labtest.order.updated", profile=profile), SOME)
        for entry in event["data"]["events"]
    }
    assert all(1 <= each < 2**31 for each in ids if each is not None)
    assert len(ids) > 5


@pytest.mark.parametrize("strategy", [strategies.events, strategies.invalid_events])
def test_an_unknown_event_type_raises(strategy: Callable[[Any], object]) -> None:
    """A misspelled event type is answered with the known ones."""
    with pytest.raises(ValueError, match=r"expected one of labtest\.order\.created"):
        strategy("labtest.order")


@pytest.mark.parametrize(
    ("title", "keyword", "value"),
    [
        ("GeoPoint", "minProperties", 3),
        ("OrderEvent", "if", {}),
        ("Order", "dependentRequired", {}),
        ("OrderStatus", "not", {}),
    ],
)
def test_unknown_keywords_raise(title: str, keyword: str, value: object) -> None:
    """No rule is passed over: a keyword that no strategy understands raises."""
    name: EventType = "labtest.appointment.updated" if title == "GeoPoint" else "labtest.order.updated"
    bundle = copy.deepcopy(contract.bundle("strict", name))
    bundle["$defs"][title][keyword] = value
    with pytest.raises(UnknownKeywordError, match="nothing generates"):
        maker(bundle)

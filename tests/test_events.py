"""`parse_event`: a body in, a typed event out."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from support.sizes import examples
from support.tables import table

import junction_webhooks_models as models
from junction_webhooks import (
    InvalidPayload,
    UnknownEvent,
    check,
    contract,
    fixtures,
    is_missing,
    parse_event,
    strategies,
)
from junction_webhooks_models import structs

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = [fixture for fixture in fixtures.valid() if fixture.event_type]
every_event = table("fixture", EVENTS, ids=lambda each: each.name)
both_kinds = pytest.mark.parametrize("as_struct", [False, True], ids=["model", "struct"])


def order(change: Callable[[dict[str, Any]], object] = lambda _: None) -> dict[str, Any]:
    """The page's order as an event, after a change to its `data`."""
    payload = fixtures.load("labtest.order.updated/page").payload
    change(payload["data"])
    return payload


@every_event
def test_the_type_follows_the_event_type(fixture: fixtures.Fixture) -> None:
    """An event is of the class of its event type, from bytes, str and dict, as a model and as a struct."""
    title = contract.shared_schemas()[f"events/{fixture.event_type}"]["title"]
    for payload in (fixture.raw, fixture.raw.decode(), fixture.payload):
        assert type(parse_event(payload)) is getattr(models, title)
        assert type(parse_event(payload, as_struct=True)) is getattr(structs, title)


def fields(value: Any) -> Any:
    """The declared fields of a model or struct, and of all inside it."""
    if isinstance(value, list):
        return [fields(item) for item in value]
    names = (
        type(value).model_fields
        if isinstance(value, BaseModel)
        else getattr(value, "__struct_fields__", None)
    )
    if names is None:
        return value
    return {name: fields(getattr(value, name)) for name in names}


@every_event
def test_models_and_structs_have_the_same_fields(fixture: fixtures.Fixture) -> None:
    """A struct has the names, fields and values of the model; timestamps are the same instants."""
    event, struct = parse_event(fixture.raw), parse_event(fixture.raw, as_struct=True)
    assert fields(event) == fields(struct)
    newest = fixture.payload["data"].get("events", [{"status": None}])[-1]["status"]
    assert (
        getattr(event.data, "current_status", None) == getattr(struct.data, "current_status", None) == newest
    )


@both_kinds
def test_match_narrows(as_struct: bool) -> None:
    """`match` on the class tells orders from appointments."""
    event = parse_event(fixtures.load("labtest.appointment.updated/page").raw, as_struct=as_struct)
    match event:
        case (
            models.LabtestAppointmentUpdated(data=appointment)
            | structs.LabtestAppointmentUpdated(data=appointment)
        ):
            assert appointment.event_status == "scheduled"
            assert appointment.start_at is not None
            assert str(appointment.start_at) == "2022-01-01 00:00:00+00:00"
        case _:
            pytest.fail("no appointment")


@both_kinds
def test_open_sets_stay_open(as_struct: bool) -> None:
    """A known status compares equal to its text, and an unknown one parses."""
    event: Any = parse_event(order(), as_struct=as_struct)
    assert event.data.events[0].status == "received.walk_in_test.ordered"
    assert event.data.events[0].status == models.OrderStatusValue.RECEIVED_WALK_IN_TEST_ORDERED
    assert models.is_known_order_status(event.data.events[0].status)
    event = parse_event(
        order(lambda data: data["events"][-1].update(status="completed.walk_in_test.archived")),
        as_struct=as_struct,
    )
    assert event.data.current_status == "completed.walk_in_test.archived"
    assert not models.is_known_order_status(event.data.current_status)


@both_kinds
@table(
    ("modality", "guard"),
    [
        ("walk_in_test", models.is_walk_in),
        ("testkit", models.is_testkit),
        ("at_home_phlebotomy", models.is_at_home_phlebotomy),
        ("on_site_collection", models.is_on_site_collection),
    ],
)
def test_a_guard_says_which_modality(modality: str, guard: Callable[[Any], bool], as_struct: bool) -> None:
    """One class takes the details of each modality, known or not, and each guard accepts its own alone."""
    names = ["walk_in_test", "testkit", "at_home_phlebotomy", "on_site_collection", "drone"]
    accepted = []
    for name in names:
        payload = order()
        payload["data"]["details"] = {"type": name, "data": {"id": "r", "shipment": None}}
        event: Any = parse_event(payload, as_struct=as_struct)
        assert type(event.data.details).__name__ == "OrderDetails"
        assert event.data.details.data.appointment_id is None
        accepted += [name] if guard(event.data.details) else []
    assert accepted == [modality]


@both_kinds
def test_an_empty_history_has_no_current_status(as_struct: bool) -> None:
    """`current_status` is None where the history is empty."""
    event: Any = parse_event(order(lambda data: data.update(events=[])), as_struct=as_struct)
    assert event.data.current_status is None


def test_every_set_has_its_guard_and_constants() -> None:
    """Each guard knows exactly the members of its set, and each member has a constant."""
    for name, schema in contract.schemas().items():
        if name == "values/event_type" or "enum" not in schema:
            continue
        guard = getattr(models, f"is_known_{name.removeprefix('values/')}")
        assert all(map(guard, schema["enum"]))
        assert not any(map(guard, ["nonsense", "", None, 5, [], schema["enum"][0].upper()]))
        constants = vars(getattr(models, f"{schema['title']}Value"))
        assert {value for key, value in constants.items() if key.isupper()} == set(schema["enum"])


def test_missing_and_null_are_told_apart() -> None:
    """What is missing reads as None, and `is_missing` tells it from null."""
    event = parse_event(order(lambda data: data.update(interpretation=None)))
    assert isinstance(event, models.LabtestOrderUpdated)
    assert event.data.interpretation is None
    assert event.data.lab_test is None
    assert not is_missing(event.data, "interpretation")
    assert is_missing(event.data, "lab_test")
    with pytest.raises(AttributeError, match="Order has no field 'lab'"):
        is_missing(event.data, "lab")
    with pytest.raises(TypeError, match="Order does not keep what was missing: parse without as_struct"):
        is_missing(parse_event(order(), as_struct=True).data, "lab_test")  # type: ignore[arg-type]


def test_models_keep_unknown_properties_and_structs_drop_them() -> None:
    """A model writes an unknown property again; a struct does not have it."""
    payload = order(lambda data: data["events"][0].update(news={"a": [1]}))
    event = parse_event(payload)
    assert event.model_dump(mode="json", exclude_unset=True)["data"]["events"][0]["news"] == {"a": [1]}
    struct: Any = parse_event(payload, as_struct=True)
    assert not hasattr(struct.data.events[0], "news")


@both_kinds
def test_a_bare_order_needs_a_name(as_struct: bool) -> None:
    """What has no envelope is parsed only as the event that the caller names."""
    bare = fixtures.load("bare_order/recorded").raw
    with pytest.raises(InvalidPayload, match="/event_type is missing"):
        parse_event(bare, as_struct=as_struct)
    event = parse_event(bare, event_type="labtest.order.created", as_struct=as_struct)
    assert event.event_type == "labtest.order.created"
    assert event.data.current_status == "received.walk_in_test.ordered"


@both_kinds
def test_a_named_event_must_be_that_event(as_struct: bool) -> None:
    """An event of another type than the one named is no such event."""
    with pytest.raises(InvalidPayload, match="/event_type"):
        parse_event(order(), event_type="labtest.order.created", as_struct=as_struct)


@both_kinds
@pytest.mark.parametrize("name", ["lab_report.parsing_job.created", "message.attempt.exhausted"])
def test_unknown_events_are_told_by_name(name: str, as_struct: bool) -> None:
    """An event outside the contract raises `UnknownEvent` with its name, so that it can be stored."""
    with pytest.raises(UnknownEvent) as caught:
        parse_event({"event_type": name, "data": {}}, as_struct=as_struct)
    assert caught.value.event_type == name


REJECTED: dict[str, Any] = {
    "no event_type": {"data": order()["data"]},
    "event_type null": order() | {"event_type": None},
    "no data": {"event_type": "labtest.order.updated"},
    "data null": {"event_type": "labtest.order.updated", "data": None},
    "data an array": {"event_type": "labtest.order.updated", "data": []},
    "order without id": order(lambda data: data.pop("id")),
    "order without events": order(lambda data: data.pop("events")),
    "order without details": order(lambda data: data.pop("details")),
    "events null": order(lambda data: data.update(events=None)),
    "entry null": order(lambda data: data["events"].append(None)),
    "entry without status": order(lambda data: data["events"][0].pop("status")),
    "status a number": order(lambda data: data["events"][0].update(status=1)),
    "entry without time": order(lambda data: data["events"][0].pop("created_at")),
    "time in words": order(lambda data: data["events"][0].update(created_at="yesterday")),
    "time without offset": order(lambda data: data.update(created_at="2022-01-01T00:00:00")),
    "time with a space": order(lambda data: data.update(created_at="2022-01-01 00:00:00Z")),
    "time with a short offset": order(lambda data: data.update(created_at="2022-01-01T00:00:00+0000")),
    "time as a number": order(lambda data: data.update(created_at=1577836800)),
    "time as digits": order(lambda data: data.update(created_at="1577836800")),
    "boolean as text": order(lambda data: data.update(priority="yes")),
    "boolean as a number": order(lambda data: data.update(priority=1)),
    "text as a number": order(lambda data: data.update(notes=1)),
    "object as text": order(lambda data: data.update(patient_details="Jane")),
    "id with a fraction": order(lambda data: data["events"][0].update(id=1.5)),
    "id as a boolean": order(lambda data: data["events"][0].update(id=True)),
    "slot in words": {
        "event_type": "labtest.appointment.updated",
        "data": fixtures.load("labtest.appointment.updated/page").payload["data"] | {"start_at": "noon"},
    },
}


@both_kinds
@table("case", REJECTED)
def test_what_code_would_break_on_is_refused(case: str, as_struct: bool) -> None:
    """What is rejected raises `InvalidPayload` with the violations of `check` that are breaking."""
    with pytest.raises(InvalidPayload) as caught:
        parse_event(REJECTED[case], as_struct=as_struct)
    report = check(REJECTED[case])
    assert report.verdict == "rejected"
    assert list(caught.value.violations) == [each for each in report.violations if each.breaking]


def without(name: str, data: dict[str, Any]) -> None:
    """Remove everything that is not in the core."""
    core = {"id", "user_id", "details", "events"}
    for each in set(data) - core:
        del data[each]
    assert name


SURVIVED: dict[str, Any] = {
    "only the core": order(lambda data: without("core", data)),
    "all else null": order(
        lambda data: data.update(dict.fromkeys(set(data) - {"id", "user_id", "details", "events"}))
    ),
    "test kit": order(
        lambda data: data.update(
            details={"type": "testkit", "data": {"id": "x", "shipment": {"id": 1}}},
            events=[{"id": 1, "created_at": "2022-01-01T00:00:00Z", "status": "received.testkit.ordered"}],
        )
    ),
    "at home": order(lambda data: data.update(details={"type": "at_home_phlebotomy", "data": None})),
    "on site": order(lambda data: data.update(details={"type": "on_site_collection"})),
    "stub lab test": order(
        lambda data: data.update(lab_test={"name": "CMP", "description": "A panel", "method": "testkit"})
    ),
    "ids that are no UUIDs": order(lambda data: data.update(id="order_1", user_id="u", team_id="t")),
    "unknown members": order(lambda data: data.update(status="paused", billing_type="barter", origin="gift")),
    "unknown properties": order(lambda data: data.update(news=1) or data["events"][0].update(news=[])),
    "date of birth in words": order(lambda data: data["patient_details"].update(dob="unknown")),
    "whole numbers with a point": order(lambda data: data["events"][0].update(id=1.0)),
    "huge whole numbers": order(lambda data: data["events"][0].update(id=1e29)),
    "lower-case time": order(lambda data: data.update(created_at="2022-01-01t00:00:00.5z")),
    "time with an offset": order(lambda data: data.update(created_at="2022-01-01T00:00:00-07:00")),
}


@both_kinds
@table("case", SURVIVED)
def test_what_junction_may_add_or_drop_is_survived(case: str, as_struct: bool) -> None:
    """What only drifts parses, as a model and as a struct."""
    report = check(SURVIVED[case])
    assert report.verdict == ("drifts" if report.violations else "conforms")
    event: Any = parse_event(SURVIVED[case], as_struct=as_struct)
    assert event.data.id == SURVIVED[case]["data"]["id"]


@both_kinds
@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_instants_that_python_cannot_hold(text: str, as_struct: bool) -> None:
    """The named exceptions: instants before the year 1 or after 9999 in UTC conform, and are refused."""
    payload = order(lambda data: data["events"][1].update(created_at=text))
    assert check(payload).verdict == "conforms"
    with pytest.raises(
        InvalidPayload, match="/data/events/1/created_at is an instant that Python cannot represent"
    ):
        parse_event(payload, as_struct=as_struct)


def errors() -> dict[str, InvalidPayload]:
    """Errors with one violation, with many, and of an unknown event."""
    found = {}
    for name, payload in {
        "one": order(lambda data: data.update(id=5)),
        "many": order(lambda data: data.update(id=5, status=None, events=[{}, {}])),
        "unknown": {"event_type": "labtest.result.invented", "data": {}},
        "a long name": {"event_type": "x" * 500, "data": {}},
    }.items():
        with pytest.raises(InvalidPayload) as caught:
            parse_event(payload)
        found[name] = caught.value
    return found


@pytest.mark.parametrize("name", errors())
def test_errors_survive_pickle_and_copy(name: str) -> None:
    """A pickled or copied error has the same violations with their values, type, text and notes."""
    error = errors()[name]
    error.add_note("of attempt 2")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert (type(other), str(other), repr(other)) == (type(error), str(error), repr(error))
        assert (other.violations, other.args) == (error.violations, error.args)
        assert [each.value for each in other.violations] == [each.value for each in error.violations]
        assert getattr(other, "event_type", None) == getattr(error, "event_type", None)
        assert other.__notes__ == ["of attempt 2"]


@pytest.mark.parametrize("name", errors())
def test_errors_are_made_anew_from_their_arguments(name: str) -> None:
    """Task queues send `args` as JSON: they have everything but the values, which may be patient data."""
    error = errors()[name]
    made = type(error)(*json.loads(json.dumps(error.args)))
    assert (made.violations, str(made)) == (error.violations, str(error))
    assert getattr(made, "event_type", None) == getattr(error, "event_type", None)
    assert all(each.value is None for each in made.violations)
    again = type(made)(*json.loads(json.dumps(made.args)))
    assert (again.violations, again.args) == (made.violations, made.args)


def verdicts(payload: Any) -> tuple[str, set[bool]]:
    """The verdict of `check`, and whether models and structs parse."""
    parsed = set()
    for as_struct in (False, True):
        try:
            parse_event(payload, as_struct=as_struct)
        except InvalidPayload as error:
            if "cannot represent" not in str(error):
                parsed.add(False)
        else:
            parsed.add(True)
    return check(payload).verdict, parsed


def places(part: Any, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to each value inside a payload."""
    steps: Any = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    found = [way] if way else []
    for step, below in steps:
        found += places(below, (*way, step))
    return found


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["2022-01-01T00:00:00Z", "2022-01-01T00:00:00", "2022-01-01 00:00:00Z", "x", 1.0, 1e29])
    | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=3), inside, max_size=2),
    max_leaves=3,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A fixture or generated event with some of its values replaced, removed or added to."""
    base = st.sampled_from(EVENTS).map(lambda fixture: fixture.payload) | strategies.events()
    payload = copy.deepcopy(draw(base))
    for _ in range(draw(st.integers(0, 3))):
        way = draw(st.sampled_from(places(payload) or [("event_type",)]))
        holder: Any = payload
        for step in way[:-1]:
            holder = holder[step]
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "remove":
            holder.pop(way[-1], None) if isinstance(holder, dict) else holder.pop()
        else:
            name = draw(st.text(max_size=3)) if change == "add" and isinstance(holder, dict) else way[-1]
            holder[name] = draw(ANYTHING)
    return payload


@examples(10, exhaustive=1000)
@given(damaged())
def test_models_structs_and_the_tolerant_profile_accept_the_same(payload: Any) -> None:
    """A payload parses, as a model and as a struct, exactly when its verdict is not `rejected`."""
    if not isinstance(payload, dict) or "event_type" not in payload:
        return
    verdict, parsed = verdicts(payload)
    assert parsed <= {verdict != "rejected"}


ONE_OF_EACH_TYPE: list[Any] = [
    None, True, 0, 1.0, 1.5, "x", "2022-01-01T00:00:00Z", "2022-01-01T00:00:00", "2022-01-01 00:00:00Z", [], [None], {}
]  # fmt: skip


def every_place() -> dict[str, tuple[fixtures.Fixture, tuple[str | int, ...]]]:
    """A fixture that has it, and the way to it, for each place of the contract's orders and appointments."""
    return {
        f"{fixture.event_type}: {'/'.join('*' if isinstance(step, int) else step for step in way)}": (
            fixture,
            way,
        )
        for fixture in EVENTS
        if fixture.event_type in {"labtest.order.updated", "labtest.appointment.updated"}
        for way in places(fixture.payload)
    }


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_a_value_of_any_type_is_taken_alike_in_every_place(every: int) -> None:
    """What a struct leaves unasserted nobody else refuses: one value of each JSON type, in each place.

    The exhaustive form tries every value in each place, the other one a fifth of them.
    """
    for number, (name, (fixture, way)) in enumerate(every_place().items()):
        for value in ONE_OF_EACH_TYPE[number % every :: every]:
            payload = copy.deepcopy(fixture.payload)
            holder: Any = payload
            for step in way[:-1]:
                holder = holder[step]
            holder[way[-1]] = value
            verdict, parsed = verdicts(payload)
            assert parsed <= {verdict != "rejected"}, f"{name} as {value!r}"


PIECES = [fixture.raw for fixture in EVENTS[:6]]


@st.composite
def broken_bodies(draw: st.DrawFn) -> bytes:
    """Random bytes, or a fixture's bytes cut, doubled and overwritten."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=40))
    body = bytearray(draw(st.sampled_from(PIECES)))
    insertions = st.sampled_from(
        [
            b"",
            b"\xff",
            b'"',
            b"{",
            b"[" * 200,
            b"1e400",
            b"NaN",
            rb"\ud800",
            b"9" * 400,
            b'"id": 1, ',
            b"null",
            b"\xef\xbb\xbf",
        ]
    )
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        body[start : start + draw(st.sampled_from([0, 1, 5, 50]))] = draw(insertions)
    return bytes(body)


@examples(300, exhaustive=5000)
@given(broken_bodies())
def test_any_bytes_give_an_event_or_invalid_payload(body: bytes) -> None:
    """Whatever the bytes, there is an event or an `InvalidPayload`, and nothing else escapes."""
    verdict, parsed = verdicts(body)
    assert parsed <= {verdict != "rejected"} or check(body).bare


def test_wrong_calls_raise() -> None:
    """A misspelled event type and what is no payload are the caller's mistakes."""
    with pytest.raises(ValueError, match="unknown event_type 'order'"):
        parse_event(b"{}", event_type="order")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="a body is bytes or str, not int"):
        parse_event(5)  # type: ignore[call-overload]


def test_structs_need_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without msgspec `as_struct` says what to install."""
    monkeypatch.setitem(sys.modules, "msgspec", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install .*junction-webhooks\[fast\]"):
        parse_event(order(), as_struct=True)


def test_errors_say_how_many_more() -> None:
    """The text of an error is its first violation, and how many more there are."""
    with pytest.raises(InvalidPayload, match=r"/data/events/0/created_at is missing .*\(and 2 more\)$"):
        parse_event(json.dumps(order(lambda data: data.update(events=[{}], id=5))))

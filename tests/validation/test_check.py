"""`check`: a payload in, a report out."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sizes import examples
from support.tables import table

import junction_webhooks
from junction_webhooks import check, contract, fixtures
from junction_webhooks._jsonschema import formats as _formats
from junction_webhooks.validation import Reason, _engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from junction_webhooks import Report, Violation
    from junction_webhooks.validation._engines import Engine

GIVEN = [
    "bare_order/page",
    "labtest.order.updated/page",
    "labtest.appointment.updated/page",
    "bare_order/recorded",
]
ENGINES: tuple[Engine, ...] = ("jsonschema", "jsonschema-rs")
both_engines = pytest.mark.parametrize("engine", ENGINES)


def leaves(part: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each string of a payload, and the way to it."""
    if isinstance(part, str):
        yield way, part
    elif isinstance(part, (dict, list)):
        for step, below in part.items() if isinstance(part, dict) else enumerate(part):
            yield from leaves(below, (*way, step))


def changed(payload: Any, way: tuple[str | int, ...], value: Any) -> Any:
    """The payload with another value at the end of the way."""
    payload = copy.deepcopy(payload)
    holder = payload
    for step in way[:-1]:
        holder = holder[step]
    holder[way[-1]] = value
    return payload


def one_violation(report: Report) -> Violation:
    """The only violation of a report."""
    (violation,) = report.violations
    return violation


def slips(payload: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """One letter of any status changed, one digit of any UUID, or the T of any timestamp."""
    for way, text in leaves(payload):
        if "status" in str(way[-1]) and not str(way[-1]).endswith("_at"):
            for place, letter in enumerate(text):
                if letter.isalpha():
                    yield way, text[:place] + ("x" if letter != "x" else "y") + text[place + 1 :]
        elif _formats.is_uuid(text):
            for place, letter in enumerate(text):
                if letter != "-":
                    yield way, text[:place] + "g" + text[place + 1 :]
        elif "T" in text and text[:4].isdigit():
            yield way, text.replace("T", "X")


@both_engines
@pytest.mark.parametrize("name", GIVEN)
def test_one_slip_is_one_violation_at_its_place(name: str, engine: Engine) -> None:
    """One wrong letter in a status, a UUID or a timestamp is exactly one violation, at that pointer."""
    payload = fixtures.load(name).payload
    tried = 0
    for way, slip in slips(payload):
        tried += 1
        # The reference is slow, and every slip is tried with the other engine.
        if engine == "jsonschema" and tried % 10:
            continue
        violation = one_violation(check(changed(payload, way, slip), engine=engine))
        assert violation.path == "".join(f"/{step}" for step in way)
        assert violation.keyword in {"enum", "pattern", "anyOf"}
        assert violation.value == slip
    assert tried > 150


def page(change: Callable[[dict[str, Any]], object] = lambda _: None) -> dict[str, Any]:
    """The page's order in its envelope, after a change to its `data`."""
    payload = fixtures.load("labtest.order.updated/page").payload
    change(payload["data"])
    return payload


def everything(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The order that has everything, after a change to its `data`."""
    payload = fixtures.load("labtest.order.updated/everything").payload
    change(payload["data"])
    return payload


def appointment(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The page's appointment, after a change to its `data`."""
    payload = fixtures.load("labtest.appointment.updated/page").payload
    change(payload["data"])
    return payload


MISTAKES: dict[str, tuple[Any, str, str, Reason, str]] = {
    "new member": (
        page(lambda data: data["events"][2].update(status="sample_with_lab.walk_in_test.archived")),
        "/data/events/2/status", "enum", "new_value", "drifts",
    ),
    "new property": (
        page(lambda data: data.update(health_insurace_id=None)),
        "/data/health_insurace_id", "additionalProperties", "new_property", "drifts",
    ),
    "missing": (page(lambda data: data.pop("sample_id")), "/data/sample_id", "required", "missing", "drifts"),
    "missing core": (page(lambda data: data.pop("id")), "/data/id", "required", "missing", "rejected"),
    "null": (page(lambda data: data.update(team_id=None)), "/data/team_id", "type", "unexpected_null", "drifts"),
    "null in an array": (
        page(lambda data: data.update(events=[None])), "/data/events/0", "type", "unexpected_null", "rejected",
    ),
    "wrong type": (
        page(lambda data: data["events"][0].update(id="1")), "/data/events/0/id", "type", "wrong_type", "rejected",
    ),
    "wrong type in a nullable object": (
        everything(lambda data: data["patient_details"]["medical_proxy"].update(first_name=5)),
        "/data/patient_details/medical_proxy/first_name", "type", "wrong_type", "rejected",
    ),
    "number for a member": (page(lambda data: data.update(status=5)), "/data/status", "enum", "wrong_type", "rejected"),
    "id that is no UUID": (page(lambda data: data.update(id="order_1")), "/data/id", "pattern", "bad_format", "drifts"),
    "no timestamp": (
        page(lambda data: data.update(updated_at="yesterday")), "/data/updated_at", "pattern", "bad_format", "rejected",
    ),
    "timestamp with a stray sign": (
        page(lambda data: data.update(updated_at="2020-0+-01T00:00:00Z")),
        "/data/updated_at", "pattern", "bad_format", "rejected",
    ),
    "leap second": (
        page(lambda data: data.update(updated_at="2016-12-31T23:59:60Z")),
        "/data/updated_at", "pattern", "bad_format", "rejected",
    ),
    "year 0": (
        page(lambda data: data.update(updated_at="0000-01-01T00:00:00Z")),
        "/data/updated_at", "pattern", "bad_format", "rejected",
    ),
    "date in the year 0": (
        page(lambda data: data.update(activate_by="0000-01-01")), "/data/activate_by", "pattern", "bad_format", "drifts",
    ),
    "UUID that is too long": (
        page(lambda data: data.update(id=data["id"] + "0")), "/data/id", "pattern", "bad_format", "drifts",
    ),
    "date of birth in words": (
        page(lambda data: data["patient_details"].update(dob="1 January 2020")),
        "/data/patient_details/dob", "anyOf", "bad_format", "drifts",
    ),
    "date of birth as a number": (
        page(lambda data: data["patient_details"].update(dob=20200101)),
        "/data/patient_details/dob", "anyOf", "wrong_type", "rejected",
    ),
    "impossible slot": (
        appointment(lambda data: data.update(start_at="2022-02-29T00:00:00")),
        "/data/start_at", "pattern", "bad_format", "rejected",
    ),
    "latitude": (
        appointment(lambda data: data["location"].update(lat=95)), "/data/location/lat", "maximum", "out_of_range", "drifts",
    ),
    "longitude": (
        appointment(lambda data: data["location"].update(lng=-181)), "/data/location/lng", "minimum", "out_of_range", "drifts",
    ),
    "long note": (
        appointment(lambda data: data.update(appointment_notes="x" * 1001)),
        "/data/appointment_notes", "maxLength", "out_of_range", "drifts",
    ),
    "zip code": (
        appointment(lambda data: data["address"].update(zip_code="9118\n")),
        "/data/address/zip_code", "pattern", "bad_format", "drifts",
    ),
    "another modality": (
        page(lambda data: data["details"].update(type="testkit")),
        "/data/details/type", "enum", "out_of_scope", "drifts",
    ),
    "another kind of appointment": (
        appointment(lambda data: data.update(type="phlebotomy")), "/data/type", "enum", "out_of_scope", "drifts",
    ),
    "unknown event": (
        {"event_type": "lab_report.parsing_job.created", "data": {}}, "/event_type", "enum", "unknown_event", "rejected",
    ),
    "no event type": ({"data": {}}, "/event_type", "required", "missing", "rejected"),
    "event type null": ({"event_type": None}, "/event_type", "type", "wrong_type", "rejected"),
    "no data": ({"event_type": "labtest.order.created"}, "/data", "required", "missing", "rejected"),
    "data is null": (
        {"event_type": "labtest.order.created", "data": None}, "/data", "type", "unexpected_null", "rejected",
    ),
    "no object": (b"[]", "", "type", "wrong_type", "rejected"),
    "no JSON": (b"{", "", "json", "unreadable", "rejected"),
}  # fmt: skip


@both_engines
@table("mistake", MISTAKES)
def test_one_mistake_is_one_violation(mistake: str, engine: Engine) -> None:
    """One mistake gives one violation, with its pointer, rule and reason, and the verdict that it deserves."""
    payload, path, keyword, reason, verdict = MISTAKES[mistake]
    report = check(payload, engine=engine)
    violation = one_violation(report)
    assert (violation.path, violation.keyword, violation.reason) == (path, keyword, reason)
    assert report.verdict == verdict
    assert violation.breaking is (verdict == "rejected")
    assert violation.message
    assert violation.hint


@both_engines
def test_breaking_violations_come_first(engine: Engine) -> None:
    """What breaks a handler stands before what does not, and each kind in the order of its paths, indexes as numbers."""

    def spoil(data: dict[str, Any]) -> None:
        data["a_new_name"] = 1
        entry = data["events"][0]
        data["events"] = [entry | {"status": f"{entry['status']}.new"} for _ in range(11)]
        data["events"][2]["id"] = "2"
        data["events"][10]["id"] = "10"
        del data["details"]

    report = check(page(spoil), engine=engine)
    assert [violation.path for violation in report.violations] == [
        "/data/details",
        "/data/events/2/id",
        "/data/events/10/id",
        "/data/a_new_name",
        *(f"/data/events/{index}/status" for index in range(11)),
    ]
    told = str(report).splitlines()
    assert told[:2] == ["rejected", f"  breaking: {report.violations[0]}"]
    assert told[4] == f"  {report.violations[3]}"


def test_every_reason_is_tried() -> None:
    """The mistakes above have every reason that there is."""
    assert {reason for *_, reason, _ in MISTAKES.values()} == set(get_args(Reason))


@table("mistake", MISTAKES)
def test_schema_path_leads_to_the_rule(mistake: str) -> None:
    """`schema_path` is a JSON pointer into the strict bundle, and ends at the rule."""
    report = check(MISTAKES[mistake][0])
    violation = one_violation(report)
    if report.event_type is None:
        assert violation.schema_path == ""
        return
    part: Any = contract.bundle("strict", report.event_type)
    for step in violation.schema_path.split("/")[1:]:
        part = part[int(step) if isinstance(part, list) else step]
    assert violation.schema_path.endswith(f"/{violation.keyword}")


def broken_fixtures(every: int) -> Iterator[tuple[str, Any]]:
    """Every fixture with some of its values replaced by one of another type: one of so many, others in the next."""
    for number, fixture in enumerate(fixtures.valid()):
        ways = [way for way, _ in leaves(fixture.payload) if len(way) > 1]
        for way in ways[number % every :: every]:
            yield fixture.name, changed(fixture.payload, way, [5])
            yield (
                fixture.name,
                changed(fixture.payload, (*way[:-1], "stranger"), {})
                if isinstance(way[-1], str)
                else fixture.payload,
            )


@pytest.mark.parametrize("every", [97, pytest.param(3, marks=pytest.mark.exhaustive)])
def test_engines_agree_on_every_fixture_valid_and_broken(every: int) -> None:
    """Both engines give the same report of every fixture, and of every fixture broken in many places."""
    tried = 0
    for name, payload in [
        *((fixture.name, fixture.payload) for fixture in fixtures.valid()),
        *broken_fixtures(every),
    ]:
        reference, accelerated = (check(payload, engine=engine) for engine in ENGINES)
        assert reference == accelerated, name
        tried += 1
    assert tried > 3500 / every


values: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})
)


@examples(60, exhaustive=1000)
@given(st.data())
def test_engines_agree_on_payloads_broken_anywhere(data: st.DataObject) -> None:
    """With up to three values of a fixture replaced by anything, both engines give the same report."""
    payload = data.draw(st.sampled_from(fixtures.valid())).payload
    for _ in range(data.draw(st.integers(1, 3))):
        ways = [way for way, _ in leaves(payload)]
        if ways:
            payload = changed(payload, data.draw(st.sampled_from(ways)), data.draw(values))
    reference, accelerated = (check(payload, engine=engine) for engine in ENGINES)
    assert repr(reference) == repr(accelerated)
    assert (reference.verdict == "rejected") == any(each.breaking for each in reference.violations)


def test_a_body_and_its_parsed_form_get_the_same_report() -> None:
    """Bytes, str and dict of one payload are judged alike."""
    for payload, *_ in MISTAKES.values():
        if isinstance(payload, dict):
            text = json.dumps(payload)
            assert check(text) == check(text.encode()) == check(payload)


@pytest.mark.parametrize(("levels", "verdict"), [(125, "conforms"), (126, "rejected"), (1000, "rejected")])
def test_a_body_that_conforms_is_not_too_deep_either(levels: int, verdict: str) -> None:
    """Where the strict profile takes any value, a body of more than 128 levels is still rejected."""
    payload = fixtures.load("labtest.appointment.updated/page").payload
    payload["data"]["event_data"] = {"origin": "nested"}
    body = json.dumps(payload).replace('"nested"', "[" * levels + "]" * levels)
    assert check(body.encode()).verdict == check(body).verdict == verdict


def test_the_strict_profile_is_known_to_be_closed() -> None:
    """Where a payload can be no deeper than its bundle, nobody counts its levels; appointments have open parts."""
    closed = {
        event: _engines.validator("jsonschema-rs", "strict", event).closed for event in contract.EVENT_TYPES
    }
    assert closed == {event: not event.startswith("labtest.appointment.") for event in contract.EVENT_TYPES}
    assert not any(
        _engines.validator("jsonschema-rs", "tolerant", event).closed for event in contract.EVENT_TYPES
    )


def test_a_bare_order_is_recognised() -> None:
    """An order without its envelope is judged as one, and its pointers start at the order."""
    order = fixtures.load("bare_order/page").payload
    assert check(order).bare
    violation = one_violation(check(order | {"id": 5}))
    assert (violation.path, violation.pattern) == ("/id", "/id")


def test_a_bare_appointment_is_taken_when_the_event_is_named() -> None:
    """What belongs under `data` is judged as the event that the caller names."""
    bare = fixtures.load("labtest.appointment.updated/page").payload["data"]
    assert check(bare).verdict == "rejected"
    report = check(bare, event_type="labtest.appointment.updated")
    assert (report.verdict, report.bare) == ("conforms", True)


def test_a_named_event_must_be_that_event() -> None:
    """With `event_type` an event of another type is one violation."""
    report = check(page(), event_type="labtest.order.created")
    violation = one_violation(report)
    assert (report.verdict, violation.path, violation.keyword) == ("rejected", "/event_type", "const")


def test_unknown_arguments_raise() -> None:
    """A misspelled event type or engine is the caller's mistake, and raises `ValueError`."""
    with pytest.raises(
        ValueError, match=r"unknown event_type 'labtest\.order': expected one of labtest\.order\.created"
    ):
        check({}, event_type="labtest.order")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown engine 'ajv'"):
        check(page(), engine="ajv")  # type: ignore[arg-type]


def test_pattern_masks_indexes_and_unknown_names() -> None:
    """Violations of one kind share a pattern, whatever their index or name."""
    payload = page(lambda data: data["events"][3].update({"Jane Doe": 1}))
    assert one_violation(check(payload)).pattern == "/data/events/*/?"


SENSITIVE = [
    everything(lambda data: data["patient_details"].update(race="canary")),
    everything(lambda data: data["patient_details"].update(dob="canary")),
    everything(lambda data: data.update(interpretation="canary")),
    everything(lambda data: data.update(stranger="canary")),
    everything(lambda data: data.update(notes={"canary": "canary"})),
    everything(lambda data: data.update(lab_test={"canary": ["canary"]})),
    appointment(lambda data: data["address"].update(zip_code="canary")),
    appointment(lambda data: data.update(events=["canary"])),
]


@table("payload", SENSITIVE)
def test_reports_show_no_patient_data(payload: Any) -> None:
    """No value of a sensitive or unknown property is shown by a report, only held in `value`."""
    report = check(payload)
    assert report.violations
    named = {violation.path for violation in report.violations}
    shown = str(report) + repr(report)
    for path in named:
        shown = shown.replace(path, "")
    if payload is not SENSITIVE[5]:
        assert "canary" not in shown
    assert "canary" in str([violation.value for violation in report.violations])


def test_harmless_values_are_shown() -> None:
    """An unknown status is quoted, with the known value that was probably meant."""
    violation = one_violation(
        check(page(lambda data: data["events"][0].update(status="received.walk_in_test.Ordered")))
    )
    assert 'is "received.walk_in_test.Ordered", not a known value of OrderStatus' in str(violation)
    assert 'did you mean "received.walk_in_test.ordered"?' in str(violation)


def test_the_public_face() -> None:
    """What `__all__` lists is there, and nothing else is."""
    assert set(junction_webhooks.__all__) <= set(dir(junction_webhooks))
    for name in junction_webhooks.__all__:
        assert getattr(junction_webhooks, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        junction_webhooks.chek  # noqa: B018

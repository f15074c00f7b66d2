"""The fast paths from bytes to an event return what the slow path returns, or leave the body to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.tables import table

from junction_webhooks import InvalidPayload, _fast_path, check, fixtures, parse_event
from junction_webhooks._json import guards
from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks_dev import fuzz
from junction_webhooks_models import _errors, models

ORDER = fixtures.load("labtest.order.updated/completed").raw.replace(b" ", b"").replace(b"\n", b"")
APPOINTMENT = fixtures.load("labtest.appointment.updated/cancelled").payload
EVENTS = [fixture for fixture in fixtures.valid() if fixture.event_type]
ODD_NUMBERS = [
    b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1E+400", b"1.5e309", b"9" * 309, b"-" + b"9" * 310, b"9" * 320 + b".5",
    b"[1,1e999]", b'{"a":1e999}', b"[[NaN]]", b"[ -1 , \t\n-1.0E999 ]", b"1" * 200 + b"e200",
]  # fmt: skip
"""None of them is a number that a double can represent."""


def appointment(origin: Any) -> bytes:
    """The body of an appointment with that at a place of any type."""
    data = {**APPOINTMENT["data"], "event_data": {"origin": origin}}
    return json.dumps({**APPOINTMENT, "data": data}).encode()


def test_every_fixture_takes_the_fast_way() -> None:
    """What Junction sends is plain: no fixture with an envelope needs the slow path, or the fast one would be idle."""
    slow: dict[str, list[str]] = {"model": [], "struct": []}
    for fixture in EVENTS:
        if _fast_path.model(fixture.raw) is None:
            slow["model"].append(fixture.name)
        if _fast_path.struct(fixture.raw) is None:
            slow["struct"].append(fixture.name)
        assert fuzz.wrong(fixture.raw) is None
    assert {way: len(names) / len(EVENTS) < 0.1 for way, names in slow.items()} == dict.fromkeys(
        slow, True
    ), slow


@table("number", ODD_NUMBERS, ids=lambda number: number[:20].decode())
def test_numbers_that_no_double_represents_are_found_anywhere(number: bytes) -> None:
    """Pydantic accepts them, also where a second value hides them or no rule is about them."""
    places = (
        ORDER.replace(b'"data":{', b'"data":{"id":%s,' % number, 1),
        ORDER.replace(b'"data":{', b'"data":{"shoe_size":%s,' % number, 1),
        ORDER.replace(b'"data":{', b'"data": 5, "data": { "shoe_size" :  %s ,' % number, 1),
        ORDER.replace(b'{"event_type"', b'{"a": %s, "event_type"' % number, 1),
    )
    for raw in places:
        assert raw != ORDER
        assert guards.may_have_odd_numbers(raw)
        assert _fast_path.model(raw) is None
        assert _fast_path.struct(raw) is None
        assert check(raw).verdict == "rejected"
        for as_struct in (False, True):
            with pytest.raises(InvalidPayload, match=r"JSON|double"):
                parse_event(raw, as_struct=as_struct)


@table(
    "value",
    [
        "1", "1.0", "-0", "-0.0", "1.5", "1e2", "1E+2", "-1e-400", "true", "false", "null", '"1"', '""', "[]", "{}", "[1.0]",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e308", "123456789012345678901234567890",
        '"2022-01-01T00:00:00"', '"2022-01-01 00:00:00Z"', '"2022-01-01t00:00:00z"', '"20220101T000000.123Z"', '"1640995200"',
        '"2022-01-01T00:00Z"', '"2022-01-01T00:00:00,5Z"', '"2022-01-01T24:00:00Z"', '"2022-01-01T00:00:00+00"', "1640995200",
        '"2022-01-01T00:00:00.1234567Z"', '"2022-01-01T00:00:00-00:00"', '"2022-01-01T00:00:00+00:00:00"', '"2022-W01-1T00:00:00Z"',
        '"2022-02-29T00:00:00Z"', '"2022-01-01T00:00:00Z\\n"', '"\\u0032022-01-01T00:00:00"', '"0001-01-01T00:00:00+23:59"',
        r'"\ud800"', r'"\ud83d\ude00"', r'"\u0000"', '"\x7f"', '"\xe9"',
    ],
)  # fmt: skip
def test_a_value_of_any_other_type_or_form_is_read_alike(value: str) -> None:
    """Where the model has an integer, a number, a bool, an instant or any value: what pydantic accepts and refuses."""
    order = {**json.loads(ORDER)["data"]["events"][0]}
    for name in ("id", "created_at", "status"):
        changed = json.dumps({**order, name: "HERE"})
        raw = ORDER.replace(b'"events":[', b'"events":[' + changed.encode() + b",", 1).replace(
            b'"HERE"', value.encode()
        )
        assert fuzz.wrong(raw) is None, name
    for name in ("start_at", "end_at", "event_data", "can_reschedule", "address"):
        changed = json.dumps({**APPOINTMENT, "data": {**APPOINTMENT["data"], name: "HERE"}})
        assert fuzz.wrong(changed.replace('"HERE"', value).encode()) is None, name
        assert (
            fuzz.wrong(changed.replace('"HERE"', f'{{"lat": {value}, "origin": {value}}}').encode()) is None
        ), name


@table(
    "origin",
    [2**64 + 1, -(2**63) - 1, [2**70], {"a": [2**64 + 1]}, 2**63, 10.5, None, "patient", {"a": 1}, True],
)
def test_integers_beyond_64_bits_stay_exact(origin: Any) -> None:
    """Orjson reads them as floats, which would reach the places that accept any type."""
    raw = appointment(origin)
    assert check(raw).verdict == "conforms"
    for as_struct in (False, True):
        event: Any = parse_event(raw, as_struct=as_struct)
        found = event.data.event_data.origin
        assert (found, type(found)) == (origin, type(origin))
    assert fuzz.wrong(raw) is None


def test_the_deepest_body_that_is_accepted() -> None:
    """Pydantic and orjson accept more than 128 levels."""
    for levels, is_accepted in ((125, True), (127, False), (150, False), (250, False), (1500, False)):
        raw = ORDER.replace(b'"data":{', b'"data":{"a":%s,' % (b"[" * levels + b"]" * levels), 1)
        assert (check(raw).verdict != "rejected") == is_accepted
        assert fuzz.wrong(raw) is None


@table(
    "raw",
    [
        b'{"data":{"event_type":"labtest.order.created"},' + ORDER[1:],
        ORDER[:-1] + b',"event_type":"labtest.order.created"}',
        ORDER[:-1] + b',"event_type":"labtest.invented"}',
        ORDER.replace(b'"event_type"', rb'"event\u005ftype"'),
        ORDER.replace(b'"event_type":"lab', rb'"event_type":"\u006cab'),
        b"[" + ORDER + b"]",
        ORDER + b"x",
        ORDER[:-1],
        b" \n" + ORDER + b"\n ",
    ],
)
def test_the_event_type_is_the_one_that_counts(raw: bytes) -> None:
    """One further down, an earlier one, an escaped one: the guess from the bytes may be wrong, the event never is."""
    assert fuzz.wrong(raw) is None


def test_the_reader_is_the_model_without_its_wrapper() -> None:
    """Every event has a reader, and only the reader's errors have the input."""
    for event_type in EVENT_TYPES:
        model = _fast_path.event_class("models", event_type)
        with pytest.raises(ValueError, match="validation error") as caught:
            _errors.json_validator(model)(b'{"data": "canary4711"}')
        assert "canary4711" in str(caught.value)
    with pytest.raises(ValueError, match="validation error") as caught:
        models.LabtestOrderUpdated.model_validate_json(b'{"data": "canary4711"}')
    assert "canary4711" not in str(caught.value)


def test_the_reader_leaves_rare_forms_to_the_model() -> None:
    """It reads nothing that the model reads in another way: it only lacks the last choice of each union."""
    rare = ORDER.replace(
        b'"events":[', b'"events":[{"id":7.0,"created_at":"2022-01-01t00:00:00z","status":"x"},', 1
    )
    assert _fast_path.model(rare) is None
    event: Any = parse_event(rare)
    entry = event.data.events[0]
    assert (entry.id, type(entry.id), entry.created_at.isoformat()) == (7, int, "2022-01-01T00:00:00+00:00")


def test_text_takes_the_fast_way_too() -> None:
    """A body as text gives the same event, and text that UTF-8 cannot express an error."""
    for as_struct in (False, True):
        assert parse_event(ORDER.decode(), as_struct=as_struct) == parse_event(ORDER, as_struct=as_struct)
        with pytest.raises(InvalidPayload, match="lone surrogate"):
            parse_event(ORDER.decode() + "\ud800", as_struct=as_struct)

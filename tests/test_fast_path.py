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


def test_text_takes_the_fast_way_too() -> None:
    """A body as text gives the same event, and text that UTF-8 cannot express an error."""
    for as_struct in (False, True):
        assert parse_event(ORDER.decode(), as_struct=as_struct) == parse_event(ORDER, as_struct=as_struct)
        with pytest.raises(InvalidPayload, match="lone surrogate"):
            parse_event(ORDER.decode() + "\ud800", as_struct=as_struct)

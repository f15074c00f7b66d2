"""Instants: models and structs accept the same ones, and read them as the same."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sizes import examples
from support.tables import table

from junction_webhooks import InvalidPayload, contract, fixtures, parse_event
from junction_webhooks._jsonschema.visit import walk

ORDER = fixtures.load("labtest.order.updated/completed").payload
SLOT = fixtures.load("labtest.appointment.updated/scheduled").payload


def read(text: str, *, as_struct: bool, slot: bool = False) -> datetime | None:
    """The instant that a model or a struct has for the text, None if it refuses it."""
    payload = copy.deepcopy(SLOT if slot else ORDER)
    entry = payload["data"] if slot else payload["data"]["events"][0]
    entry["start_at" if slot else "created_at"] = text
    try:
        event: Any = parse_event(json.dumps(payload), as_struct=as_struct)
    except InvalidPayload:
        return None
    found: datetime = event.data.start_at if slot else event.data.events[0].created_at
    assert type(found) is datetime
    return found


CASES: dict[str, datetime | None] = {
    "2022-01-01T00:00:00Z": datetime(2022, 1, 1, tzinfo=UTC),
    "2021-12-31T23:59:59.9999999Z": datetime(2021, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "2021-12-31T23:59:59.1234565+00:00": datetime(2021, 12, 31, 23, 59, 59, 123456, tzinfo=UTC),
    "2021-12-31T23:59:59.123456789-07:00": datetime(2022, 1, 1, 6, 59, 59, 123456, tzinfo=UTC),
    "9999-12-31T23:59:59.9999999Z": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "9999-12-31T23:59:59Z": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "9999-12-31T23:59:59+23:59": datetime(9999, 12, 31, 0, 0, 59, tzinfo=UTC),
    "9999-12-31T23:59:59-23:59": None,
    "0001-01-01T00:00:00Z": datetime(1, 1, 1, tzinfo=UTC),
    "0001-01-01T00:00:00-00:01": datetime(1, 1, 1, 0, 1, tzinfo=UTC),
    "0001-01-01T00:00:00+00:01": None,
    "0000-01-01T00:00:00Z": None,
    "2022-02-29T00:00:00Z": None,
    "2022-01-01T24:00:00Z": None,
    "2016-12-31T23:59:60Z": None,
}


@pytest.mark.parametrize("as_struct", [False, True], ids=["model", "struct"])
@table("slot", [False, True], ids=["timestamp", "slot"])
@table("text", CASES)
def test_instants(text: str, slot: bool, as_struct: bool) -> None:
    """Each instant is that of the text, cut to microseconds, or it is refused."""
    assert read(text, as_struct=as_struct, slot=slot) == CASES[text]


TEXTS = st.builds(
    "{}-{}{}{}{}{}".format,
    st.sampled_from(["0000", "0001", "0999", "1000", "2022", "2999", "3000", "9999"]),
    st.sampled_from(["01-01", "02-29", "12-31", "13-01"]),
    st.sampled_from(["T", "t", " "]),
    st.sampled_from(["00:00:00", "23:59:59", "23:59:60", "24:00:00", "12:00"]),
    st.sampled_from(["", ".", ".1", ".999999", ".9999999", ".000000000001"]),
    st.sampled_from(["", "Z", "z", "+00:00", "-00:00", "-23:59", "+23:59", "+24:00", "+0000"]),
)


@examples(150, exhaustive=10_000)
@given(TEXTS, st.booleans())
def test_models_and_structs_agree(text: str, slot: bool) -> None:
    """Whatever the text, both refuse it or both read the same instant."""
    assert read(text, as_struct=True, slot=slot) == read(text, as_struct=False, slot=slot)


@table("event_type", contract.EVENT_TYPES)
def test_the_tolerant_profile_asserts_only_instants(event_type: contract.EventType) -> None:
    """What structs are checked for besides types is instants, and nothing else has a format or a pattern."""
    bundle = contract.bundle("tolerant", event_type)
    asserting = {
        title
        for title, definition in bundle["$defs"].items()
        for _, schema in walk(definition)
        if schema.keys() & {"format", "pattern"}
    }
    assert asserting <= {"Timestamp", "SlotTime"}

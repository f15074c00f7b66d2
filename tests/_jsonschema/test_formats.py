"""Our own rules for the forms of strings, held against those of jsonschema-rs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from support.sizes import examples

from junction_webhooks import contract
from junction_webhooks._jsonschema import formats as _formats
from junction_webhooks_models import _model_support

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = [
    "2020-02-29T23:59:60Z",
    "2016-12-31T15:59:60.25-08:00",
    "0000-02-29t00:00:00z",
    "1900-02-28T12:30:59.1+23:59",
    "2023-12-31T24:00:00-00:00",
    "2020-01-01T00:00:00",
    "9999-12-31T23:59:59-23:59",
    "2022-01-01T00:00:00.123456",
    "2022-01-01T00:00:00.5+00:00",
    "84d96c03-6b1c-4226-AD8f-ef44a6bc08af",
]
CHARACTERS = st.sampled_from("0123456789abfgTtZz:+-. \n\u0660\uff12")


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """A date-time, date or UUID with a few characters changed, added or taken away."""
    text = list(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text) - 1))
        text[place : place + draw(st.integers(0, 1))] = [draw(CHARACTERS)] if draw(st.booleans()) else []
        if not text:
            break
    return "".join(text[: draw(st.sampled_from([10, len(text)]))])


def accelerated(title: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of jsonschema-rs for the value schema with that title."""
    schema = next(each for each in contract.schemas().values() if each["title"] == title)
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


UUID, BARE_DATE_TIME, BARE_DATE = (
    jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    for name in ("uuid", "date-time", "date")
)
TIMESTAMP, DATE, SLOT_TIME = accelerated("Timestamp"), accelerated("Date"), accelerated("SlotTime")
TIMESTAMPS: TypeAdapter[datetime] = TypeAdapter(_model_support.Timestamp)
SLOT_TIMES: TypeAdapter[datetime] = TypeAdapter(_model_support.SlotTime)


def is_slot_time(text: str) -> bool:
    """Whether the text parses as an appointment time, or would but for the year 0."""
    try:
        _formats.parse_slot_time(text)
    except ValueError as error:
        return "cannot hold" in str(error)
    return True


def test_a_format_needs_no_pattern_beside_it() -> None:
    """jsonschema-rs refuses alone, in every place of a date-time, each character that our rules refuse."""
    text = "2020-02-29T23:59:60.5+00:00"
    for place in range(len(text)):
        for code in range(128):
            slip = text[:place] + chr(code) + text[place + 1 :]
            assert _formats.is_date_time(slip) == BARE_DATE_TIME.is_valid(slip)
            assert _formats.is_date(slip[:10]) == BARE_DATE.is_valid(slip[:10])


@examples(400, exhaustive=10000)
@given(nearly())
def test_engines_agree_on_every_form(text: str) -> None:
    """The reference's rules and jsonschema-rs agree on what is a date, a date-time, a slot time and a UUID."""
    assert _formats.is_date_time(text) == TIMESTAMP.is_valid(text) == BARE_DATE_TIME.is_valid(text)
    assert _formats.is_date(text) == DATE.is_valid(text) == BARE_DATE.is_valid(text)
    assert _formats.is_uuid(text) == UUID.is_valid(text)
    assert is_slot_time(text) == SLOT_TIME.is_valid(text)


def read_or_refused(read: Callable[[str], datetime], text: str) -> datetime | None:
    """The instant, None when the text is refused."""
    try:
        return read(text)
    except ValueError:
        return None


@examples(400, exhaustive=10000)
@given(nearly())
def test_models_read_instants_as_our_own_parsers_do(text: str) -> None:
    """The short way that models take for the usual forms gives and refuses the same, and always UTC."""
    for read, parse in (
        (TIMESTAMPS.validate_python, _formats.parse_timestamp),
        (SLOT_TIMES.validate_python, _formats.parse_slot_time),
    ):
        instant = read_or_refused(read, text)
        assert instant == read_or_refused(parse, text)
        assert instant is None or instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-09-26T01:08:18+00:00", datetime(2026, 9, 26, 1, 8, 18, tzinfo=UTC)),
        ("2026-09-26T01:08:18.140153Z", datetime(2026, 9, 26, 1, 8, 18, 140153, tzinfo=UTC)),
        ("2026-09-26t01:08:18.1401539z", datetime(2026, 9, 26, 1, 8, 18, 140153, tzinfo=UTC)),
        ("2026-09-26T01:08:18-07:00", datetime(2026, 9, 26, 8, 8, 18, tzinfo=UTC)),
    ],
)
def test_timestamps_are_read_as_instants_in_utc(text: str, instant: datetime) -> None:
    """A timestamp is an instant in UTC, whatever its offset; digits beyond microseconds are cut off."""
    assert _formats.parse_timestamp(text) == instant
    assert _formats.parse_timestamp(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:59:60Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_instants_that_python_cannot_hold_are_said_to_be(text: str) -> None:
    """A leap second, the year 0 and what leaves the years 1 to 9999 in UTC raise an error that says so."""
    assert _formats.is_date_time(text)
    with pytest.raises(ValueError, match="cannot hold"):
        _formats.parse_timestamp(text)

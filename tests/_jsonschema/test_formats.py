"""Our own rules for the forms of strings, held against those of jsonschema-rs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
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
    from collections.abc import Callable, Iterator

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
    """The validator of jsonschema-rs for the published schema with that title."""
    definitions = contract.bundle("strict")["$defs"]
    return jsonschema_rs.Draft202012Validator(definitions[title])


UUID, BARE_DATE_TIME, BARE_DATE = (
    jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    for name in ("uuid", "date-time", "date")
)
SPELLED_UUID = jsonschema_rs.Draft202012Validator(dict(_formats.SPELLED_OUT["uuid"]))
TIMESTAMP, DATE, SLOT_TIME = accelerated("Timestamp"), accelerated("CalendarDate"), accelerated("SlotTime")
TIMESTAMPS: TypeAdapter[datetime] = TypeAdapter(_model_support.Timestamp)
SLOT_TIMES: TypeAdapter[datetime] = TypeAdapter(_model_support.SlotTime)


def is_slot_time(text: str) -> bool:
    """Whether the text parses as an appointment time, or would but for an offset that leads out of Python's years."""
    try:
        _formats.parse_slot_time(text)
    except ValueError as error:
        return "cannot hold" in str(error)
    return True


def by_format(text: str, validator: jsonschema_rs.Draft202012Validator) -> bool:
    """What the format of jsonschema-rs accepts, but for the year 0 and second 60, which the contract refuses."""
    return validator.is_valid(text) and not text.startswith("0000") and text[17:19] != "60"


def days() -> Iterator[tuple[str, bool]]:
    """Texts like a date around all ends of months and leap years, and whether the calendar has the day."""
    years = [0, 1, 4, 96, 99, 100, 104, 200, 400, 999, 1000, 1600, 1700, 1896, 1900, 1904, 1996]
    years += [2000, 2001, 2002, 2003, 2004, 2020, 2023, 2024, 2100, 2200, 2300, 2396, 2400, 4000, 9996, 9999]
    for year, month, day in product(years, range(14), [0, 1, 9, 10, 19, 20, 27, 28, 29, 30, 31, 32]):
        try:
            date(year, month, day)
        except ValueError:
            exists = False
        else:
            exists = True
        yield f"{year:04}-{month:02}-{day:02}", exists


def test_days_are_those_of_the_calendar() -> None:
    """The patterns of dates and times have the calendar, and so has every reader."""
    for text, exists in days():
        time, slot = f"{text}T12:00:00Z", f"{text}T12:00:00"
        found = {
            "date": (DATE.is_valid(text), _formats.is_date(text), by_format(text, BARE_DATE)),
            "timestamp": (
                TIMESTAMP.is_valid(time),
                _formats.is_date_time(time),
                by_format(time, BARE_DATE_TIME),
            ),
            "slot": (SLOT_TIME.is_valid(slot), is_slot_time(slot)),
            "models": (reads(TIMESTAMPS, time), reads(SLOT_TIMES, slot)),
        }
        assert all(set(said) == {exists} for said in found.values()), (text, found)


def test_times_of_day_and_offsets() -> None:
    """Hour 24, minute 60 and second 60 are refused; `t` and `z` are those of a timestamp, not of a slot."""
    hours, sixties = ["00", "09", "19", "23", "24", "1"], ["00", "59", "60", "7"]
    offsets = [
        "",
        "Z",
        "z",
        "+00:00",
        "-00:00",
        "+23:59",
        "-12:30",
        "+24:00",
        "+12:60",
        "+0530",
        "+05",
        "Z\n",
    ]
    fractions = ["", ".", ".0", ".140153", ".123456789", ",5"]
    for separator, hour, minute, second, fraction, offset in product(
        "Tt ", hours, sixties, sixties, fractions, offsets
    ):
        text = f"2024-02-29{separator}{hour}:{minute}:{second}{fraction}{offset}"
        is_time = hour in hours[:4] and {minute, second} <= {"00", "59"} and fraction not in {".", ",5"}
        is_timestamp = is_time and separator != " " and offset in offsets[1:7]
        is_slot = is_time and separator == "T" and offset in {"", *offsets[1:7]} - {"z"}
        assert TIMESTAMP.is_valid(text) == _formats.is_date_time(text) == is_timestamp, text
        assert by_format(text, BARE_DATE_TIME) == is_timestamp, text
        assert SLOT_TIME.is_valid(text) == is_slot_time(text) == is_slot, text
    assert reads(TIMESTAMPS, "2024-02-29t19:59:59.123456789z")
    assert not reads(TIMESTAMPS, "2016-12-31T23:59:60Z")
    assert not reads(SLOT_TIMES, "2016-12-31T23:59:60")


def reads(adapter: TypeAdapter[datetime], text: str) -> bool:
    """Whether a model reads the text."""
    return read_or_refused(adapter.validate_python, text) is not None


def test_hand_written_slot_times_have_the_same_calendar() -> None:
    """The one pattern that a schema spells out itself is the one that the parser has."""
    assert contract.schemas()["values/slot_time"]["pattern"] == _formats.SLOT_TIME


@examples(400, exhaustive=10000)
@given(nearly())
def test_engines_agree_on_every_form(text: str) -> None:
    """Patterns, formats of jsonschema-rs and our parsers agree on what is a date, a time and a UUID."""
    assert _formats.is_date_time(text) == TIMESTAMP.is_valid(text) == by_format(text, BARE_DATE_TIME)
    assert _formats.is_date(text) == DATE.is_valid(text) == by_format(text, BARE_DATE)
    assert _formats.is_uuid(text) == SPELLED_UUID.is_valid(text) == UUID.is_valid(text)
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
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_instants_that_python_cannot_hold_are_said_to_be(text: str) -> None:
    """What leaves the years 1 to 9999 in UTC raises an error that says so."""
    assert _formats.is_date_time(text)
    with pytest.raises(ValueError, match="cannot hold"):
        _formats.parse_timestamp(text)

"""The string formats that the schemas use, implemented here.

The reference engine asserts them, the typed models parse with them, and `jsonschema-rs` agrees with them.
Standard library only: this module is copied into the generated package.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final, cast

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]"
    r"(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9]|60)(?:[.][0-9]+)?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<offset_hour>[01][0-9]|2[0-3]):(?P<offset_minute>[0-5][0-9]))"
)
_SLOT_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]+)?"
    r"(?P<offset>Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

COMMON_NAIVE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?"
COMMON = rf"{COMMON_NAIVE}(?:Z|[+]00:00)"
"""The forms that are sent, as patterns. For these, Python's own parser agrees with RFC 3339."""

# Tests that freeze the clock replace `datetime` by a subclass in every module, and this module may be
# imported meanwhile. They replace neither methods of the builtin class, which is among the bases, nor its
# instances.
_builtin = next(
    each for each in datetime.__mro__ if (each.__module__, each.__name__) == ("datetime", "datetime")
)
_from_isoformat: Final = cast("type[datetime]", _builtin).fromisoformat
EPOCH: Final = _from_isoformat("1970-01-01T00:00:00+00:00")
"""`type(EPOCH)` is the builtin `datetime`, also while the clock is frozen."""

_LEAP_YEAR = "2000"
"""Replaces the year 0000, which RFC 3339 has and Python lacks. Both are leap years."""


def is_date(text: str) -> bool:
    """Whether the text is a calendar date in the format of RFC 3339."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(_LEAP_YEAR + text[4:] if text.startswith("0000") else text)
    except ValueError:
        return False
    return True


def is_date_time(text: str) -> bool:
    """Whether the text is a date-time in the format of RFC 3339.

    It has an offset, and leap seconds only in the last minute of a day in UTC.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None or not is_date(match["date"]):
        return False
    if match["second"] != "60":
        return True
    minutes = int(match["hour"]) * 60 + int(match["minute"])
    if match["sign"]:
        offset = int(match["offset_hour"]) * 60 + int(match["offset_minute"])
        minutes += offset if match["sign"] == "-" else -offset
    return minutes % (24 * 60) == 23 * 60 + 59


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID of any version, with dashes, in upper or lower case."""
    return _UUID.fullmatch(text) is not None


def parse_timestamp(text: str) -> datetime:
    """The instant that an RFC 3339 date-time names, in UTC.

    Raises `ValueError` if the text is not a date-time, or is an instant that Python cannot represent: a leap
    second, the year 0, or an instant outside the years 1 to 9999 in UTC. Digits beyond microseconds are cut
    off.
    """
    if not is_date_time(text):
        message = "not a date-time as RFC 3339 writes it"
        raise ValueError(message)
    return _as_utc(text.upper())


def parse_slot_time(text: str) -> datetime:
    """The instant that an appointment time names, in UTC.

    A time without an offset is already in UTC. Raises `ValueError` as `parse_timestamp` does.
    """
    match = _SLOT_TIME.fullmatch(text)
    if match is None or not is_date(match["date"]):
        message = "not an ISO 8601 date-time"
        raise ValueError(message)
    return _as_utc(text if match["offset"] else text + "Z")


def _as_utc(text: str) -> datetime:
    try:
        return _from_isoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        message = "an instant that Python's datetime cannot hold"
        raise ValueError(message) from None

"""The string formats that the schemas use, spelled out as patterns, and parsers for instants.

Validators differ in whether they check `format`, and in what they accept. All of them check `pattern`, so the
bundles have the patterns of `SPELLED_OUT` instead. Standard library only: this module is copied into the
generated package.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

# No year 0000 and no second 60: Python has neither, and validators disagree about both.
_YEAR: Final = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_LEAP_YEAR: Final = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DAY: Final = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_TIME: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]+)?"
_OFFSET: Final = "[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]"

SPELLED_OUT: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "date": {"pattern": f"^{_DAY}$", "maxLength": 10},
        "date-time": {"pattern": f"^{_DAY}[Tt]{_TIME}(?:[Zz]|{_OFFSET})$"},
        "uuid": {
            "pattern": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
            "maxLength": 36,
        },
    }
)
"""The keywords that replace each format. `maxLength` is for engines whose `$` matches before a newline."""
SLOT_TIME: Final = f"^{_DAY}T{_TIME}(?:Z|{_OFFSET})?$"
"""The pattern of `values/slot_time`: a date-time whose offset may be missing."""
_FORMAT_OF: Final = {keywords["pattern"]: name for name, keywords in SPELLED_OUT.items()}

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


def format_of(schema: Mapping[str, Any]) -> str | None:
    """Return the name of the format that a schema has or spells out, None if there is none."""
    return schema.get("format") or _FORMAT_OF.get(schema.get("pattern", ""))


def with_format_only(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema with a format in place of the keywords that spell it out, if any do."""
    name = format_of(schema)
    if name is None:
        return dict(schema)
    return {word: part for word, part in schema.items() if word not in SPELLED_OUT[name]} | {"format": name}


def is_date(text: str) -> bool:
    """Whether the text is a calendar date in the format of RFC 3339, after the year 0000."""
    return _matches(SPELLED_OUT["date"]["pattern"], text)


def is_date_time(text: str) -> bool:
    """Whether the text is a date-time in the format of RFC 3339, after the year 0000, without leap second."""
    return _matches(SPELLED_OUT["date-time"]["pattern"], text)


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID of any version, with dashes, in upper or lower case."""
    return _matches(SPELLED_OUT["uuid"]["pattern"], text)


def parse_timestamp(text: str) -> datetime:
    """The instant that an RFC 3339 date-time names, in UTC.

    Raises `ValueError` if the text is not a date-time, or is an instant outside the years 1 to 9999 in UTC,
    which Python cannot represent. Digits beyond microseconds are cut off.
    """
    if not is_date_time(text):
        message = "not a date-time as RFC 3339 writes it"
        raise ValueError(message)
    return _as_utc(text.upper())


def parse_slot_time(text: str) -> datetime:
    """The instant that an appointment time names, in UTC.

    A time without an offset is already in UTC. Raises `ValueError` as `parse_timestamp` does.
    """
    if not _matches(SLOT_TIME, text):
        message = "not an ISO 8601 date-time"
        raise ValueError(message)
    has_offset = text.endswith("Z") or text[-6] in "+-"
    return _as_utc(text if has_offset else text + "Z")


def _as_utc(text: str) -> datetime:
    try:
        return _from_isoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        message = "an instant that Python's datetime cannot hold"
        raise ValueError(message) from None


def _matches(pattern: str, text: str) -> bool:
    # `fullmatch`, because `$` also matches before a final newline.
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern. It takes a millisecond, so only when it is needed."""
    return re.compile(pattern)

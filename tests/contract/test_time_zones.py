"""The time zones of appointments."""

from __future__ import annotations

import zoneinfo

from support.tables import table

from junction_webhooks import check, fixtures


def test_every_time_zone_is_accepted() -> None:
    """Every name that Python knows conforms, those without a slash too."""
    payload = fixtures.load("labtest.appointment.updated/scheduled").payload
    names = zoneinfo.available_timezones() | {
        "UTC",
        "GMT",
        "GMT+0",
        "Cuba",
        "GB-Eire",
        "NZ-CHAT",
        "W-SU",
        "EST5EDT",
    }
    assert len(names) > 400
    refused = set()
    for name in names:
        payload["data"]["iana_timezone"] = name
        if check(payload).verdict != "conforms":
            refused.add(name)
    assert refused == set()


@table("name", ["-05:00", "UTC+1", "PST", "Pacific", "America/", "/Phoenix", "GMT+7", "utc "])
def test_what_is_no_time_zone_is_not(name: str) -> None:
    """Offsets and abbreviations that Python cannot resolve are in no list."""
    payload = fixtures.load("labtest.appointment.updated/scheduled").payload
    payload["data"]["iana_timezone"] = name
    (violation,) = check(payload).violations
    assert violation.reason == "bad_format"

"""Fresh ids and current times: new in every run, and consistent in each story."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from support.sizes import every
from support.tables import table

from junction_webhooks import check, fixtures, lifecycle
from junction_webhooks.fixtures import JourneyDelivery
from junction_webhooks.live.renewal import PATIENT_PREFIX, as_recorded, fresh
from junction_webhooks.live.stories import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


KEY = b"k" * 32
END = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def changed(name: str, key: bytes = KEY) -> tuple[JourneyDelivery, ...]:
    """The deliveries of a scenario with fresh ids and current times."""
    return fresh(fixtures.scenario(name).deliveries, key=key, end=END)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is neither an object nor an array, with its path."""
    if isinstance(value, (dict, list)):
        for step, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, f"{path}/{step}")
    else:
        yield path, value


@every(7)
def test_stories_stay_consistent(every: int, subtests: pytest.Subtests) -> None:
    """Every scenario still conforms, has the same history, and orders its deliveries in the same way."""
    for scenario in fixtures.scenarios()[::every]:
        before = scenario.deliveries
        after = fresh(before, key=KEY, end=END)
        with subtests.test(scenario.name):
            for old, new in zip(before, after, strict=True):
                assert check(new.raw).verdict == "conforms"
                assert lifecycle.check_history(old.payload) == lifecycle.check_history(new.payload)
                assert (old.offset, old.summary, old.event_type) == (new.offset, new.summary, new.event_type)
            # What is equal stays equal, and what differs still differs, across all payloads.
            pairs = {
                (one, other)
                for old, new in zip(before, after, strict=True)
                for (_, one), (_, other) in zip(leaves(old.payload), leaves(new.payload), strict=True)
                if isinstance(one, str) and UUID.fullmatch(one)
            }
            assert len({one for one, _ in pairs}) == len(pairs) == len({other for _, other in pairs})
            assert [old.id == before[0].id for old in before] == [new.id == after[0].id for new in after]


def test_what_is_fresh() -> None:
    """Ids of the patient and of everything that happens are new; the team and the catalog stay."""
    old = fixtures.scenario("redraw").deliveries[-1].payload
    new = changed("redraw")[-1].payload
    kept = {path for (path, one), (_, other) in zip(leaves(old), leaves(new), strict=True) if one == other}
    for path in ("/data/id", "/data/user_id", "/user_id", "/data/order_transaction/id", "/data/sample_id",
                 "/data/details/data/id", "/data/events/0/id", "/data/events/0/created_at", "/data/updated_at",
                 "/data/order_transaction/orders/0/id", "/client_user_id"):  # fmt: skip
        assert path not in kept, path
    for path in (
        "/data/team_id",
        "/team_id",
        "/data/lab_test/id",
        "/data/patient_details/dob",
        "/data/status",
    ):
        assert path in kept, path
    assert new["client_user_id"].startswith(PATIENT_PREFIX)
    assert new["data"]["user_id"] == new["user_id"]


def test_runs_differ() -> None:
    """Another key gives other ids, in payloads and for deliveries; the same key gives the same again."""
    one, same, other = changed("redraw"), changed("redraw"), changed("redraw", b"o" * 32)
    assert one == same
    for first, second in zip(one, other, strict=True):
        assert first.id != second.id
        ids = [set(UUID.findall(each.raw.decode())) for each in (first, second)]
        team_and_catalog = set(UUID.findall(fixtures.scenario("redraw").deliveries[0].raw.decode()))
        assert ids[0] & ids[1] <= team_and_catalog


@table("name", ["reschedule", "redraw", "order_tracking_revised", "order_tracking_by_arrival"])
def test_times_are_current(name: str) -> None:
    """The story ends at the given time, to the quarter of an hour, and all times move together.

    Estimates and appointments may be later.
    """
    scenario, new = fixtures.scenario(name), changed(name)
    moved = {
        datetime.fromisoformat(other) - datetime.fromisoformat(one)
        for before, after in zip(scenario.deliveries, new, strict=True)
        for (path, one), (_, other) in zip(leaves(before.payload), leaves(after.payload), strict=True)
        if path.endswith(("_at", "low_level_status_created_at")) and isinstance(one, str)
    }
    assert len(moved) == 1
    (by,) = moved
    assert by % timedelta(minutes=15) == timedelta(0)
    assert (
        timedelta(0) <= END - (scenario.start + scenario.deliveries[-1].offset + by) < timedelta(minutes=15)
    )


def test_dates_move_too() -> None:
    """A date moves by as many days as the times, and a date of birth stays."""
    payload = fixtures.load("labtest.order.updated/activate_by_moved").payload
    (new,) = fresh([delivery_of(payload)], key=KEY, end=END)
    moved = [
        datetime.fromisoformat(each["data"][name]).date()
        for each in (payload, new.payload)
        for name in ("activate_by", "updated_at")
    ]
    assert abs((moved[2] - moved[0]) - (moved[3] - moved[1])) <= timedelta(days=1)
    assert new.payload["data"]["patient_details"]["dob"] == payload["data"]["patient_details"]["dob"]


def delivery_of(payload: dict[str, Any]) -> JourneyDelivery:
    """A delivery of a payload."""
    return JourneyDelivery("msg_1", timedelta(), payload["event_type"], json.dumps(payload).encode(), "")


def test_form_of_times_and_dates(subtests: pytest.Subtests) -> None:
    """A time keeps its form: its fraction, its offset, or that it has none. Impossible ones stay."""
    payload = fixtures.load("labtest.appointment.updated/scheduled").payload
    for old, new in [
        ("2026-01-28T10:30:00", "2026-01-28T10:45:00"),
        ("2026-01-28T10:30:00Z", "2026-01-28T10:45:00Z"),
        ("2026-01-28T23:50:00.123456789-07:00", "2026-01-29T00:05:00.123456789-07:00"),
        ("9999-12-31T23:59:00Z", "9999-12-31T23:59:00Z"),
        ("soon", "soon"),
        ("", ""),
        ("2026-01-28", "2026-01-28"),
    ]:
        with subtests.test(old):
            payload["data"]["start_at"] = old
            times = [each["created_at"] for each in payload["data"]["events"]]
            end = max(map(datetime.fromisoformat, times)) + timedelta(minutes=20)
            (found,) = fresh([delivery_of(payload)], key=KEY, end=end)
            assert found.payload["data"]["start_at"] == new


def test_as_recorded() -> None:
    """As recorded, only the patient's name changes, so that it is recognizable."""
    before = fixtures.scenario("redraw").deliveries
    for old, new in zip(before, as_recorded(before), strict=True):
        changed = {path for path, value in {*leaves(old.payload)} ^ {*leaves(new.payload)} if value}
        assert changed == {"/client_user_id"}
        assert new.payload["client_user_id"] == PATIENT_PREFIX + old.payload["client_user_id"]
    assert as_recorded(as_recorded(before)) == as_recorded(before)


def test_every_fixture_can_be_fresh() -> None:
    """The verdict of a fixture stays, with its mistake and all; what is not an event stays as it is."""
    for fixture in (*fixtures.valid(), *fixtures.invalid()):
        (delivery,) = find([fixture.name])[0].deliveries
        verdicts = [check(raw).verdict for raw in (fixture.raw, delivery.raw)]
        assert verdicts[0] == verdicts[1], fixture.name
    odd = JourneyDelivery("msg_1", timedelta(), "labtest.order.updated", b"[1", "")
    assert fresh([odd], key=KEY, end=END)[0].raw == b"[1"

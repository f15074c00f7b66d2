"""What must hold for every generated journey, whatever its choices come from."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from junction_webhooks import check, lifecycle
from junction_webhooks.contract import families

if TYPE_CHECKING:
    from junction_webhooks.fixtures import Journey, JourneyDelivery

CANCELLED = "cancelled.walk_in_test.cancelled"
STORIES = [
    ["order redraw_available", "redraw ordered", "redraw requisition_created", "redraw completed"],
    ["appointment reserved", "order requisition_created", "order appointment_scheduled"],
    ["appointment scheduled", "appointment scheduled", "order completed"],
    ["appointment scheduled", "order cancelled", "appointment cancelled"],
    ["order partial_results", "order partial_results", "order completed", "order corrected"],
    ["order completed, after unsent partial_results"],
    ["critical partial", "order completed", "critical final"],
]
"""Stories that are among many journeys, by what their deliveries report."""


UNDECIDED = {"match_review", "order_tracking"}
"""The families whose payloads do not show which of two is newer."""


def has_in_order(reported: list[str], wanted: list[str]) -> bool:
    """Whether the wanted come in that order, whatever is between them."""
    rest = iter(reported)
    return all(each in rest for each in wanted)


def about(delivery: JourneyDelivery) -> tuple[str, str]:
    """What a delivery is about: the family of its event, and an id. A critical result has that of its order."""
    family = families.of(delivery.event_type)
    return family.name, delivery.payload["data"][family.identity]


def is_critical(delivery: JourneyDelivery) -> bool:
    """Whether the delivery reports a critical result, which has no history."""
    return delivery.event_type == "labtest.result.critical"


def reinstatements(payload: dict[str, Any]) -> list[str]:
    """The pointers to the entries that follow a cancellation of an order."""
    statuses = [entry["status"] for entry in payload["data"].get("events", ())]
    return [f"/data/events/{at}/status" for at, before in enumerate(statuses[:-1], 1) if before == CANCELLED]


def is_as_consistent_as_a_scenario(journey: Journey) -> None:
    """Every payload conforms, no history is odd but that of an order reinstated, and each delivery is newer than the last."""
    latest: dict[tuple[str, str], Any] = {}
    assert journey.deliveries[0].event_type == "labtest.order.created"
    assert len({each.id for each in journey.deliveries}) == len(journey.deliveries)
    for before, after in pairwise(journey.deliveries):
        assert before.offset <= after.offset
    for delivery in journey.deliveries:
        payload = delivery.payload
        report = check(delivery.raw)
        assert (str(report), report.event_type) == ("conforms", delivery.event_type)
        findings = lifecycle.check_history(payload)
        without_history = [] if "events" in payload["data"] else ["/data"]
        assert [each.path for each in findings] == without_history + reinstatements(payload)
        assert {each.severity for each in findings} <= {"info"}
        if about(delivery) in latest:
            expected = {"undecided", "same"} if about(delivery)[0] in UNDECIDED else {"newer"}
            assert lifecycle.compare(latest[about(delivery)], payload) in expected
        latest[about(delivery)] = payload
    # A match review names no patient.
    assert len({payload["user_id"] for payload in latest.values() if "user_id" in payload}) == 1

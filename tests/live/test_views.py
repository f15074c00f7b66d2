"""What a payload says in a few words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from support.tables import table

from junction_webhooks import fixtures
from junction_webhooks.live.views import summary_of, time_of

CANARY = "Canary 4711"


def test_scenarios() -> None:
    """A payload of a scenario is summed up as the scenario does, apart from redraws and what was not sent."""
    for scenario in fixtures.scenarios():
        for delivery in scenario.deliveries:
            shown = summary_of(delivery.payload)
            if "order_tracking" in delivery.event_type:
                assert shown == "order tracking"  # It has no status.
            else:
                assert shown.split()[-1] in delivery.summary.split(",")[0].split(), delivery
            has_time = not delivery.event_type.startswith(("labtest.order_tracking", "labtest.match_review"))
            assert (time_of(delivery.payload) is not None) is has_time, delivery


@table(
    ("payload", "summary", "time"),
    [
        (fixtures.load("bare_order/page").payload, "order completed", datetime(2022, 1, 4, tzinfo=UTC)),
        ({"event_type": "labtest.order.updated", "data": {"status": CANARY}}, "order", None),
        ({"event_type": "labtest.order.updated", "data": {"events": [{"status": [CANARY]}]}}, "order", None),
        ({"event_type": "labtest.order.updated", "data": {"updated_at": CANARY}}, "order", None),
        ({"event_type": "labtest.order.updated", "data": CANARY}, "event outside the contract", None),
        ({"event_type": CANARY, "data": {}}, "event outside the contract", None),
        ({"event_type": [CANARY], "data": {}}, "event outside the contract", None),
        ({}, "event outside the contract", None),
        ([CANARY], "event outside the contract", None),
        (None, "event outside the contract", None),
    ],
)
def test_odd_payloads(payload: Any, summary: str, time: datetime | None) -> None:
    """Any JSON has a summary, which contains nothing but words of the contract."""
    assert (summary_of(payload), time_of(payload)) == (summary, time)

"""The bodies that are measured: single deliveries, and a stream of them."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks import check, fixtures
from junction_webhooks.contract import families

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVELOPE: Final = {
    "user_id": "04f8996d-a763-47a9-a9b1-028ee3007569",
    "client_user_id": "patient-1",
    "team_id": "ca8b22d0-db83-422d-b163-b560b3e4e515",
}
"""What the SDKs require in addition to `event_type` and `data`."""
SHARES: Final = {"conforms": 0.81, "drifts": 0.14, "rejected": 0.05}
"""How a stream is mixed, by verdict."""


class Case(NamedTuple):
    """A payload that is measured, in several variants."""

    title: str
    sdk_type: str
    payload: dict[str, Any]
    printed: dict[str, Any] | None
    """As the source prints it, where that is an event."""

    @property
    def variants(self) -> dict[str, bytes]:
        """The body that conforms, one with an unknown property, and two that are rejected."""
        data = self.payload["data"]
        without = {name: value for name, value in data.items() if name != "events"}
        return {
            "conforms": compact(self.payload),
            "drifts": compact({**self.payload, "data": {**data, "fasting_hours": 8}}),
            "rejected": compact({**self.payload, "data": without}),
            "rejected_late": compact({**self.payload, "data": {**data, "events": None}}),
        }


def cases() -> list[Case]:
    """Return the payloads that are measured one by one."""
    order = fixtures.load("bare_order/recorded").payload
    appointment = fixtures.load("labtest.appointment.updated/page").payload
    return [
        Case(
            "the recorded order",
            "ClientFacingOrderChanged",
            {"event_type": "labtest.order.updated", **ENVELOPE, "data": order},
            printed=None,
        ),
        Case(
            "the page's appointment",
            "ClientFacingAppointmentChanged",
            {**appointment, **ENVELOPE},
            printed=appointment,
        ),
    ]


def stream(length: int) -> list[bytes]:
    """Return a mixed stream of orders and appointments, the same each time."""
    by_verdict: dict[str, list[bytes]] = {verdict: [] for verdict in SHARES}
    for body in (compact(payload) for payload in _payloads()):
        by_verdict[check(body).verdict].append(body)
    chance = random.Random(16)  # noqa: S311  (the same stream each time)
    mixed = [
        chance.choice(by_verdict[verdict])
        for verdict, share in SHARES.items()
        for _ in range(round(length * share))
    ]
    chance.shuffle(mixed)
    return mixed


_EVENTS: Final = (*families.ORDER.event_types, *families.APPOINTMENT.event_types)


def _payloads() -> Iterator[Any]:
    for fixture in fixtures.valid():
        if fixture.event_type in _EVENTS:
            yield fixture.payload
            yield {**fixture.payload, "data": {**fixture.payload["data"], "fasting_hours": 8}}
    for fixture in fixtures.invalid():
        if fixture.base.partition("/")[0] in _EVENTS:
            yield fixture.payload


def compact(payload: Any) -> bytes:
    """The payload as it is sent."""
    return json.dumps(payload, separators=(",", ":")).encode()

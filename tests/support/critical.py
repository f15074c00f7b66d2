"""Bodies that a person has to see, and others, with the escalations that they open."""

from __future__ import annotations

import json
from typing import Any, Final

from junction_webhooks import fixtures

ORDER: Final = "93ae03a7-626f-4cf4-802b-1fb6b3c339c7"
REVIEW: Final = "6c3a56b7-c3ef-4edb-889a-6c4c874bcf00"


def _critical(**data: Any) -> bytes:
    return json.dumps({"event_type": "labtest.result.critical", "data": data}).encode()


PARTIAL: Final = _critical(
    order_id=ORDER, status="partial", interpretation="normal", updated_at="2026-01-01T08:00:00Z"
)
FINAL: Final = _critical(
    order_id=ORDER, status="final", interpretation="critical", updated_at="2026-01-01T09:00:00Z"
)
_REJECTED = fixtures.load("labtest.order.updated/completed").payload
_REJECTED["data"]["events"] = None


def _review(verb: str, **data: Any) -> bytes:
    event = {"event_type": f"labtest.match_review.{verb}", "team_id": ORDER}
    return json.dumps(event | {"data": {"id": REVIEW, "decision_code": "no_match"} | data}).encode()


_DRIFTED = fixtures.load("labtest.order.updated/completed").payload
_DRIFTED["data"]["new_property"] = "new"
_DEEP = b"[" * 100_000 + b"]" * 100_000

CASES: Final[dict[str, tuple[bytes, str | None]]] = {
    "order": (fixtures.load("labtest.order.updated/completed").raw, None),
    "appointment": (fixtures.load("labtest.appointment.updated/scheduled").raw, None),
    "drifted": (json.dumps(_DRIFTED).encode(), None),
    "wearable": (b'{"event_type": "daily.data.sleep.created", "data": {}}', None),
    "other": (b'{"event_type": "labtests", "data": {}}', None),
    "tracking": (b'{"event_type": "labtest.order_tracking.updated", "data": {}}', None),
    "odd_tracking": (b'{"event_type": "labtest.order_tracking.updated", "data": {"updates": 1}}', None),
    "review": (_review("created", status="pending_customer_review"), "match_review"),
    "review_again": (_review("updated", status="pending_ops_review"), "match_review"),
    "odd_review": (b'{"event_type": "labtest.match_review.created", "data": {}}', "match_review"),
    "listed_review": (b'{"event_type": "labtest.match_review.updated", "data": ["id"]}', "match_review"),
    "decided_review": (_review("updated", status="resolved"), None),
    "odd_decision": (_review("updated", status="resolved", resolved_order_id=7), "rejected_event"),
    "partial": (PARTIAL, "critical_result"),
    "final": (FINAL, "critical_result"),
    "no_order": (_critical(status="final", updated_at="2026-01-01T09:00:00Z"), "critical_result"),
    "null_order": (_critical(order_id=None), "critical_result"),
    "odd_order": (_critical(order_id=["a"]), "critical_result"),
    "no_data": (b'{"event_type": "labtest.result.critical"}', "critical_result"),
    "odd_data": (b'{"event_type": "labtest.result.critical", "data": [1]}', "critical_result"),
    "unknown": (b'{"event_type": "labtest.result.crtical", "data": {"order_id": "1"}}', "unknown_event"),
    "rejected": (json.dumps(_REJECTED).encode(), "rejected_event"),
    "exhausted": (b'{"event_type": "message.attempt.exhausted", "data": {}}', "lost_message"),
    "of_svix": (b'{"type": "message.attempt.exhausted", "data": {"msgId": "msg_1"}}', "lost_message"),
    "truncated": (PARTIAL[:-1], "unreadable_body"),
    "no_unicode": (PARTIAL.replace(b"normal", b"\xff"), "unreadable_body"),
    "empty": (b"", "unreadable_body"),
    "deep": (_DEEP, "unreadable_body"),
    "list": (b"[1]", "unreadable_body"),
    "null": (b"null", "unreadable_body"),
    "no_type": (b'{"data": {"order_id": "1"}}', "unreadable_body"),
    "odd_type": (b'{"event_type": {"a": 1}}', "unreadable_body"),
}
"""Each body with the reason why a person has to see it. Those of one order or review are one escalation."""
_UPDATES: Final = ("final", "review_again")
"""The cases that update an escalation which another one opened."""


def subject(name: str) -> str:
    """Return what an escalation is about, if the case arrives as `msg_` and its name."""
    if name in {"review", "review_again"}:
        return f"match review {REVIEW}"
    return f"order {ORDER}" if name in {"partial", "final"} else f"delivery msg_{name}"


def expected_alarms() -> list[tuple[str, tuple[str, str]]]:
    """Return the name of each case that opens an escalation, with its subject and reason."""
    return [
        (name, (subject(name), reason))
        for name, (_, reason) in CASES.items()
        if reason and name not in _UPDATES
    ]

"""Decide what a verified body is: a replay of an earlier one, a case for a person, or neither.

This never raises, whatever the body contains. It runs while the delivery is being stored.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from junction_webhooks import InvalidPayload, UnknownEvent

if TYPE_CHECKING:
    from junction_webhooks import Delivery

CRITICAL = "labtest.result.critical"
EXHAUSTED = "message.attempt.exhausted"
MATCH_REVIEWS = frozenset({"labtest.match_review.created", "labtest.match_review.updated"})
CAN_WAIT = frozenset({"labtest.order_tracking.updated"})
"""Only estimates: nobody has to be woken, even if it cannot be read."""

Reason = Literal[
    "critical_result", "match_review", "lost_message", "rejected_event", "unknown_event", "unreadable_body"
]


class Alarm(NamedTuple):
    """Something that a person has to look at."""

    subject: str
    """What it is about. Each subject has at most one open escalation."""
    reason: Reason


class Triage(NamedTuple):
    """What a body is."""

    content: str | None
    """A digest of the payload, to recognise a replay, which has a new `svix-id`. None if that is not safe."""
    alarm: Alarm | None


def triage(delivery: Delivery) -> Triage:
    """Return whether a delivery needs a person, and the digest of its content."""
    by_itself = f"delivery {delivery.id}"
    try:
        payload = json.loads(delivery.raw)
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    except (ValueError, RecursionError):
        return Triage(None, Alarm(by_itself, "unreadable_body"))
    # Svix itself calls it `type`, so `message.attempt.exhausted` may arrive without an `event_type`.
    event_type = _get(payload, "event_type") or _get(payload, "type")
    data = _get(payload, "data")
    order_id = _get(data, "order_id")
    content = digest if _has_version(data) else None
    reason: Reason | None = None
    if not isinstance(event_type, str):
        reason = "unreadable_body"
    elif event_type == CRITICAL:
        reason = "critical_result"  # do not look at `interpretation`
        if isinstance(order_id, str) and order_id:
            # Partial and then final: two events, one open escalation.
            return Triage(content, Alarm(f"order {order_id}", reason))
        content = None
    elif event_type in MATCH_REVIEWS and _get(data, "status") != "resolved":
        reason = "match_review"  # a person decides whose result it is: never accept it here
        review_id = _get(data, "id")
        if isinstance(review_id, str) and review_id:
            return Triage(content, Alarm(f"match review {review_id}", reason))
    elif event_type == EXHAUSTED:
        reason = "lost_message"
    elif event_type in CAN_WAIT:
        reason = None
    elif event_type.startswith("labtest."):
        reason = _problem(delivery)
    else:
        content = None  # such as a wearable event
    return Triage(content, Alarm(by_itself, reason) if reason else None)


def _problem(delivery: Delivery) -> Reason | None:
    try:
        delivery.event  # noqa: B018  (parses the body)
    except UnknownEvent as error:
        # Junction may document events of laboratory tests that can wait.
        return "unknown_event" if error.urgency == "high" else None
    except InvalidPayload:
        return "rejected_event"
    return None


def _get(part: Any, name: str) -> Any:
    return part.get(name) if isinstance(part, dict) else None


def _has_version(data: Any) -> bool:
    """Return whether equal data means that nothing has changed: it has a history or a time of update."""
    return bool(_get(data, "updated_at") or _get(data, "events"))

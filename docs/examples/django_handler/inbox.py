"""Store verified deliveries with what they escalate, and read them back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F
from escalations import Escalation
from triage import triage

from django_handler.models import DeliveryRow, EscalationRow
from junction_webhooks import Delivery

if TYPE_CHECKING:
    from triage import Alarm


def store(delivery: Delivery) -> bool:
    """Store a delivery and what it escalates, or nothing. Return whether it is new.

    Junction may send the same delivery again, and may replay an event as a new delivery.
    """
    content, alarm = triage(delivery)
    # `durable` raises an error if a transaction around it could still roll back what the answer promises.
    with transaction.atomic(durable=True):
        is_replay = content is not None and DeliveryRow.objects.filter(content=content).exists()
        _, is_first = DeliveryRow.objects.get_or_create(
            svix_id=delivery.id,
            defaults={
                "sent_at": delivery.sent_at,
                "body": delivery.raw,
                "content": content,
                "handled": is_replay,
            },
        )
        is_new = is_first and not is_replay
        if alarm and is_new:
            _escalate(delivery, alarm)
    return is_new


def _escalate(delivery: Delivery, alarm: Alarm) -> None:
    latest = {"delivery_id": delivery.id, "notify_at": time.time()}
    while True:
        still_open = EscalationRow.objects.filter(subject=alarm.subject, acknowledged_by__isnull=True)
        if still_open.update(**latest):
            return
        try:
            with transaction.atomic():
                EscalationRow.objects.create(subject=alarm.subject, reason=alarm.reason, **latest)
        except IntegrityError:
            continue  # another process has just opened it
        return


class Inbox:
    """The deliveries that wait to be handled."""

    def waiting(self) -> list[Delivery]:
        """Return the deliveries that are not handled yet, oldest first."""
        rows = DeliveryRow.objects.filter(handled=False).order_by("sent_at", "number")
        return [Delivery(row.svix_id, row.sent_at, bytes(row.body)) for row in rows]

    def handled(self, delivery: Delivery) -> None:
        """Mark a delivery as handled."""
        DeliveryRow.objects.filter(svix_id=delivery.id).update(handled=True)


class Escalations:
    """The escalations that nobody has acknowledged."""

    def open(self, *, due_at: float = float("inf")) -> list[Escalation]:
        """Return what nobody has acknowledged, oldest first. With `due_at`, only what is due then."""
        rows = EscalationRow.objects.filter(acknowledged_by__isnull=True, notify_at__lte=due_at)
        return [
            Escalation(row.id, row.subject, row.reason, row.delivery_id, row.notified)
            for row in rows.order_by("id")
        ]

    def notified(self, escalation: Escalation, *, again_at: float) -> None:
        """Record an accepted notification. If the case was updated in the meantime, it stays due."""
        EscalationRow.objects.filter(
            id=escalation.id, delivery_id=escalation.delivery_id, notified=escalation.notified
        ).update(notified=F("notified") + 1, notify_at=again_at)

    def acknowledge(self, id_: int, delivery_id: str, *, by: str) -> bool:
        """Close an escalation. Return False if it is not open, or if a newer delivery has updated it."""
        seen = EscalationRow.objects.filter(id=id_, delivery_id=delivery_id, acknowledged_by__isnull=True)
        return bool(seen.update(acknowledged_by=by))

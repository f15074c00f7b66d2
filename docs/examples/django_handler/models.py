"""The tables."""

from __future__ import annotations

from django.db import models


class DeliveryRow(models.Model):
    """A verified delivery."""

    number = models.BigAutoField(primary_key=True)
    svix_id = models.CharField(max_length=256, unique=True)
    sent_at = models.DateTimeField()
    body = models.BinaryField()
    content = models.CharField(max_length=64, null=True, db_index=True)  # noqa: DJ001  (null is never a replay)
    handled = models.BooleanField()

    def __str__(self) -> str:
        """Return the id, and nothing of the body."""
        return f"{self.svix_id}"


class EscalationRow(models.Model):
    """A case for a person. Each subject has at most one open escalation."""

    subject = models.TextField()
    reason = models.CharField(max_length=32)
    delivery_id = models.CharField(max_length=256)
    notified = models.PositiveIntegerField(default=0)
    notify_at = models.FloatField()
    acknowledged_by = models.TextField(null=True)  # noqa: DJ001  (null is open)

    class Meta:
        """The rule that a second event of an open case updates it."""

        constraints = (
            models.UniqueConstraint(
                fields=["subject"],
                condition=models.Q(acknowledged_by__isnull=True),
                name="one_open_escalation",
            ),
        )

    def __str__(self) -> str:
        """Return what it is about."""
        return f"{self.subject}: {self.reason}"

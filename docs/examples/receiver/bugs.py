"""Receivers with one mistake each, as they are made in earnest. The tests must find every one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from junction_webhooks_models import OrderStatusValue
from receiver.receiver import TEXTS, Receiver

if TYPE_CHECKING:
    from junction_webhooks import Delivery
    from receiver.store import Transaction

_WITHOUT_TEXT = (
    "received.walk_in_test.ordered",
    "collecting_sample.walk_in_test.appointment_pending",
    "collecting_sample.walk_in_test.appointment_scheduled",
    "collecting_sample.walk_in_test.appointment_cancelled",
    "sample_with_lab.walk_in_test.partial_results",
    "pending",
    "reserved",
    "in_progress",
    "completed",
)


class TrustsArrivalOrder(Receiver):
    """Takes what arrives last for what is newest."""

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:  # noqa: ARG002
        """Whatever it is, it is the newest."""
        return "newer"


class NoDeduplication(Receiver):
    """Acts on every delivery, also on one that came before."""

    def is_first(self, transaction: Transaction, delivery: Delivery) -> bool:
        """The id is written down, and nobody looks at it."""
        transaction.remember(delivery)
        return True

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:
        """What is not older is taken."""
        age = super().age(known, data)
        return "newer" if age == "same" else age

    def is_news(self, known: dict[str, Any] | None, data: dict[str, Any]) -> bool:  # noqa: ARG002
        """What is taken is told."""
        return bool(data["events"])


class ExhaustiveMatch(Receiver):
    """Knows every status that there is, today."""

    def text(self, status: str) -> str | None:
        """Raises for a status that Junction adds tomorrow."""
        return (TEXTS | dict.fromkeys(_WITHOUT_TEXT))[status]


class IgnoresUpdatesAfterCancelled(Receiver):
    """Believes that nothing follows a cancellation."""

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:
        """What was cancelled stays so."""
        if known and known["events"][-1]["status"] == OrderStatusValue.CANCELLED_WALK_IN_TEST_CANCELLED:
            return "older"
        return super().age(known, data)


BUGS = {
    "trusts_arrival_order": TrustsArrivalOrder,
    "no_deduplication": NoDeduplication,
    "exhaustive_match": ExhaustiveMatch,
    "ignores_updates_after_cancelled": IgnoresUpdatesAfterCancelled,
}
"""The switch: each mistake by its name."""

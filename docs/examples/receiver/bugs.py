"""Receivers with one realistic mistake each. The tests must find every mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from junction_webhooks_models import OrderStatusValue
from receiver.receiver import TEXTS, Receiver

if TYPE_CHECKING:
    from junction_webhooks import Delivery

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
    """Treats the delivery that arrives last as the newest."""

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:  # noqa: ARG002
        """Treat every delivery as newer."""
        return "newer"


class NoDeduplication(Receiver):
    """Acts on every delivery, even if it arrived before."""

    def receive(self, delivery: Delivery) -> None:
        """Let the delivery wait to be applied, even if it was applied before."""
        super().receive(delivery)
        with self.store.transaction() as transaction:
            transaction.mark(delivery, applied=False)

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:
        """Apply everything that is not older."""
        age = super().age(known, data)
        return "newer" if age == "same" else age

    def has_new_entries(self, known: dict[str, Any] | None, data: dict[str, Any]) -> bool:  # noqa: ARG002
        """Notify the patient about everything that is applied."""
        return bool(data["events"])


class ExhaustiveMatch(Receiver):
    """Handles only the statuses that are known now."""

    def text(self, status: str) -> str | None:
        """Raise `KeyError` for a status that Junction adds later."""
        return (TEXTS | dict.fromkeys(_WITHOUT_TEXT))[status]


class IgnoresUpdatesAfterCancelled(Receiver):
    """Assumes that nothing follows a cancellation."""

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:
        """Treat every update after a cancellation as older."""
        if known and known["events"][-1]["status"] == OrderStatusValue.CANCELLED_WALK_IN_TEST_CANCELLED:
            return "older"
        return super().age(known, data)


BUGS = {
    "trusts_arrival_order": TrustsArrivalOrder,
    "no_deduplication": NoDeduplication,
    "exhaustive_match": ExhaustiveMatch,
    "ignores_updates_after_cancelled": IgnoresUpdatesAfterCancelled,
}
"""The receivers by the name of their mistake."""

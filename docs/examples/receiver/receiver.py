"""What a delivery changes, whatever the order in which deliveries arrive."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from junction_webhooks import InvalidPayload
from junction_webhooks.lifecycle import compare
from junction_webhooks_models import AppointmentEventStatusValue, OrderStatusValue
from receiver.store import Notice, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from junction_webhooks import Delivery
    from receiver.store import Store, Transaction

logger = logging.getLogger(__name__)

TEXTS: dict[str, str] = {
    OrderStatusValue.RECEIVED_WALK_IN_TEST_REQUISITION_CREATED: "You can walk into a laboratory now.",
    OrderStatusValue.RECEIVED_WALK_IN_TEST_REQUISITION_BYPASSED: "You can walk into a laboratory now.",
    OrderStatusValue.COLLECTING_SAMPLE_WALK_IN_TEST_REDRAW_AVAILABLE: "The laboratory needs another sample.",
    OrderStatusValue.COMPLETED_WALK_IN_TEST_COMPLETED: "Your results are ready.",
    OrderStatusValue.COMPLETED_WALK_IN_TEST_CORRECTED: "A result of yours was corrected.",
    OrderStatusValue.CANCELLED_WALK_IN_TEST_CANCELLED: "Your order was cancelled.",
    OrderStatusValue.FAILED_WALK_IN_TEST_SAMPLE_ERROR: "Your sample could not be used: please call us.",
    AppointmentEventStatusValue.SCHEDULED: "Your appointment is booked.",
    AppointmentEventStatusValue.CANCELLED: "Your appointment was cancelled.",
}
"""What to tell a patient. Not every status is news for them, and new ones come without notice."""


class Receiver:
    """Applies verified deliveries to the store.

    `fetch_current` asks Junction's API for an order or appointment as it stands there, in the form that
    webhooks have under `data`: it is called when deliveries alone cannot tell which one is newer.
    """

    def __init__(self, store: Store, fetch_current: Callable[[Subject], dict[str, Any]]) -> None:
        self.store = store
        self._fetch_current = fetch_current

    def receive(self, delivery: Delivery) -> None:
        """Store the delivery together with everything that it changes.

        Whatever this raises, nothing is changed: answer 5xx, and Junction delivers it again.
        """
        with self.store.transaction() as transaction:
            if not self.is_first(transaction, delivery):
                return
            try:
                event_type = delivery.event.event_type
            except InvalidPayload as error:
                # An event of another kind, or one that nobody can read: it is stored, and that is all.
                logger.warning("delivery %s is set aside: %s", delivery.id, error)
                return
            data = json.loads(delivery.raw)["data"]
            subject = Subject(event_type.split(".")[1], data["id"])
            match self.age(transaction.current(subject), data):
                case "newer":
                    self._take(transaction, subject, data)
                case "undecided":
                    transaction.change_undecided(subject, by=1)

    def catch_up(self) -> None:
        """Ask for what deliveries could not decide: after each delivery, and when the service starts."""
        for subject, times in self.store.undecided().items():
            current = self._fetch_current(subject)
            with self.store.transaction() as transaction:
                # Meanwhile a delivery may have brought something newer than what was fetched.
                if self.age(transaction.current(subject), current) in {"newer", "undecided"}:
                    self._take(transaction, subject, current)
                transaction.change_undecided(subject, by=-times)

    def is_first(self, transaction: Transaction, delivery: Delivery) -> bool:
        """Whether the delivery did not come before; it is remembered in any case."""
        return transaction.remember(delivery)

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:
        """Whether the data is newer than what is known, by its own history."""
        return "newer" if known is None else compare(known, data)

    def is_news(self, known: dict[str, Any] | None, data: dict[str, Any]) -> bool:
        """Whether the history has grown; other changes are kept without a word to the patient."""
        return len(data["events"]) > len(known["events"] if known else ())

    def text(self, status: str) -> str | None:
        """What to tell the patient, None when there is nothing to tell."""
        return TEXTS.get(status)

    def _take(self, transaction: Transaction, subject: Subject, data: dict[str, Any]) -> None:
        known = transaction.current(subject)
        transaction.keep(subject, data)
        if self.is_news(known, data):
            text = self.text(data["events"][-1]["status"])
            if text is not None:
                transaction.tell(Notice(subject, len(data["events"]), text))

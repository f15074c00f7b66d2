"""Apply deliveries to the store, whatever their order of arrival."""

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
"""The message for a patient, by status. Not every status concerns patients, and Junction may add new ones."""


class Receiver:
    """Applies verified deliveries to the store.

    `fetch_current` fetches the current order or appointment from Junction's API, in the form that webhooks
    have under `data`. It is called if the deliveries alone do not show which one is newer.
    """

    def __init__(self, store: Store, fetch_current: Callable[[Subject], dict[str, Any]]) -> None:
        self.store = store
        self._fetch_current = fetch_current

    def receive(self, delivery: Delivery) -> None:
        """Store the delivery together with everything that it changes.

        If this raises, nothing is changed: answer 5xx, and Junction retries.
        """
        with self.store.transaction() as transaction:
            if not self.is_first(transaction, delivery):
                return
            try:
                event_type = delivery.event.event_type
            except InvalidPayload as error:
                # An unknown event, or a rejected payload. It is stored, but changes nothing.
                logger.warning("delivery %s is stored, but not applied: %s", delivery.id, error)
                return
            data = json.loads(delivery.raw)["data"]
            subject = Subject(event_type.split(".")[1], data["id"])
            match self.age(transaction.current(subject), data):
                case "newer":
                    self._take(transaction, subject, data)
                case "undecided":
                    transaction.change_undecided(subject, by=1)

    def catch_up(self) -> None:
        """Fetch the objects whose state is undecided. Call this after each delivery and at start-up."""
        for subject, times in self.store.undecided().items():
            current = self._fetch_current(subject)
            with self.store.transaction() as transaction:
                # In the meantime, a delivery may have arrived that is newer than the fetched object.
                if self.age(transaction.current(subject), current) in {"newer", "undecided"}:
                    self._take(transaction, subject, current)
                transaction.change_undecided(subject, by=-times)

    def is_first(self, transaction: Transaction, delivery: Delivery) -> bool:
        """Return whether the delivery is new. Remember it in any case."""
        return transaction.remember(delivery)

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:
        """Return how the data compares with the known data, based on their histories."""
        return "newer" if known is None else compare(known, data)

    def has_new_entries(self, known: dict[str, Any] | None, data: dict[str, Any]) -> bool:
        """Return whether the history has grown. Other changes are stored, but the patient is not notified."""
        return len(data["events"]) > len(known["events"] if known else ())

    def text(self, status: str) -> str | None:
        """Return the message for the patient, or None."""
        return TEXTS.get(status)

    def _take(self, transaction: Transaction, subject: Subject, data: dict[str, Any]) -> None:
        known = transaction.current(subject)
        transaction.keep(subject, data)
        if self.has_new_entries(known, data):
            text = self.text(data["events"][-1]["status"])
            if text is not None:
                transaction.tell(Notice(subject, len(data["events"]), text))

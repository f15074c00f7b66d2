"""Store deliveries, and apply them whatever their order of arrival."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from escalations import notify_due
from triage import triage

from junction_webhooks import InvalidPayload
from junction_webhooks.lifecycle import compare
from junction_webhooks_models import AppointmentEventStatusValue, OrderStatusValue
from receiver.store import Notice, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from escalations import Escalation

    from junction_webhooks import Delivery
    from receiver.store import Store, Transaction

logger = logging.getLogger(__name__)

KINDS = frozenset({"order", "appointment"})

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
    """Stores verified deliveries and applies them.

    `fetch_current` fetches the current order or appointment from Junction's API, in the form that webhooks
    have under `data`. It is called if the deliveries alone do not show which one is newer.
    """

    def __init__(self, store: Store, fetch_current: Callable[[Subject], dict[str, Any]]) -> None:
        self.store = store
        self._fetch_current = fetch_current

    def receive(self, delivery: Delivery) -> None:
        """Store the delivery and what it escalates.

        If this raises, nothing is stored: answer 5xx, and Junction retries.
        """
        content, alarm = triage(delivery)
        with self.store.transaction() as transaction:
            if transaction.remember(delivery, content) and alarm:
                transaction.escalate(delivery, alarm)

    def work(self, notify: Callable[[Escalation], object]) -> None:
        """Do everything that is due. People come first: a page never waits for other work."""
        notify_due(self.store.escalations, notify)
        self.apply_waiting()
        self.catch_up()

    def apply_waiting(self) -> None:
        """Apply what is stored. A delivery that fails stays in the store, and stops no other."""
        for delivery in self.store.waiting():
            try:
                with self.store.transaction() as transaction:
                    # Another worker may have been faster.
                    if transaction.mark(delivery, applied=True):
                        self._apply(transaction, delivery)
            except Exception:
                logger.exception("could not apply delivery %s", delivery.id)

    def catch_up(self) -> None:
        """Fetch the objects whose state is undecided."""
        for subject, times in self.store.undecided().items():
            current = self._fetch_current(subject)
            with self.store.transaction() as transaction:
                # In the meantime, a delivery may have arrived that is newer than the fetched object.
                if self.age(transaction.current(subject), current) in {"newer", "undecided"}:
                    self._take(transaction, subject, current)
                transaction.change_undecided(subject, by=-times)

    def age(self, known: dict[str, Any] | None, data: dict[str, Any]) -> str:
        """Return how the data compares with the known data, based on their histories."""
        return "newer" if known is None else compare(known, data)

    def has_new_entries(self, known: dict[str, Any] | None, data: dict[str, Any]) -> bool:
        """Return whether the history has grown. Other changes are stored, but the patient is not notified."""
        return len(data["events"]) > len(known["events"] if known else ())

    def text(self, status: str) -> str | None:
        """Return the message for the patient, or None."""
        return TEXTS.get(status)

    def _apply(self, transaction: Transaction, delivery: Delivery) -> None:
        try:
            event_type = delivery.event.event_type
        except InvalidPayload as error:
            # An unknown event, or a rejected payload. If it is clinical, it was escalated when it was stored.
            logger.warning("delivery %s is stored, but not applied: %s", delivery.id, error)
            return
        kind = event_type.split(".")[1]
        if kind not in KINDS:
            return  # such as a critical result, which has only the id of its order
        data = json.loads(delivery.raw)["data"]
        subject = Subject(kind, data["id"])
        match self.age(transaction.current(subject), data):
            case "newer":
                self._take(transaction, subject, data)
            case "undecided":
                transaction.change_undecided(subject, by=1)

    def _take(self, transaction: Transaction, subject: Subject, data: dict[str, Any]) -> None:
        known = transaction.current(subject)
        transaction.keep(subject, data)
        if self.has_new_entries(known, data):
            text = self.text(data["events"][-1]["status"])
            if text is not None:
                transaction.tell(Notice(subject, len(data["events"]), text))

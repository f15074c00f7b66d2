"""Handle stored deliveries. This does not depend on a web framework."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from drift_metrics import count_drift

from junction_webhooks import InvalidPayload, UnknownEvent
from junction_webhooks_models import (
    LabtestAppointmentCreated,
    LabtestAppointmentUpdated,
    LabtestMatchReviewCreated,
    LabtestMatchReviewUpdated,
    LabtestOrderCreated,
    LabtestOrderTrackingUpdated,
    LabtestOrderUpdated,
    LabtestResultCritical,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from junction_webhooks import Delivery

logger = logging.getLogger(__name__)


class Store(Protocol):
    """Where deliveries wait, such as `Inbox`."""

    def waiting(self) -> Iterable[Delivery]:
        """Return the deliveries that are not handled yet, oldest first."""

    def handled(self, delivery: Delivery) -> None:
        """Mark a delivery as handled."""


def handle_waiting(store: Store) -> None:
    """Handle what is stored. A delivery that fails stays in the store, and stops no other."""
    for delivery in store.waiting():
        try:
            handle(delivery)
        except Exception:
            logger.exception("could not handle delivery %s", delivery.id)
        else:
            store.handled(delivery)


def handle(delivery: Delivery) -> None:
    """Act on a delivery. This may run twice for the same delivery, so it must be idempotent."""
    count_drift(delivery.report)
    try:
        event = delivery.event
    except UnknownEvent:
        # The same endpoint receives other events too. A clinical one was escalated when it was stored.
        logger.info("delivery %s is an event outside the contract", delivery.id)
        return
    except InvalidPayload as error:
        # A retry would not help. Look at the stored body.
        logger.error("delivery %s is rejected: %s", delivery.id, error)  # noqa: TRY400  (no traceback needed)
        return
    match event:
        case LabtestOrderCreated(data=order) | LabtestOrderUpdated(data=order):
            logger.info("order %s is %s", order.id, order.current_status)
        case LabtestAppointmentCreated(data=appointment) | LabtestAppointmentUpdated(data=appointment):
            logger.info("appointment %s is %s", appointment.id, appointment.current_status)
        case LabtestResultCritical(data=result):
            # It was escalated when it was stored.
            logger.info("order %s has a critical result", result.order_id)
        case LabtestMatchReviewCreated(data=review) | LabtestMatchReviewUpdated(data=review):
            # A person decides. Fetch the review before you show it: it may be decided already.
            logger.info("match review %s is %s", review.id, review.status)
        case LabtestOrderTrackingUpdated(data=tracking):
            # Fetch the tracking before you show it: an older one may arrive later.
            logger.info("order %s has new estimates", tracking.order_id)

"""What happens to a delivery after it is stored and answered. No web framework is involved."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from drift_metrics import count_drift

from junction_webhooks import InvalidPayload, UnknownEvent
from junction_webhooks_models import (
    LabtestAppointmentCreated,
    LabtestAppointmentUpdated,
    LabtestOrderCreated,
    LabtestOrderUpdated,
)

if TYPE_CHECKING:
    from inbox import Inbox

    from junction_webhooks import Delivery

logger = logging.getLogger(__name__)


def process(delivery: Delivery, inbox: Inbox) -> None:
    """Handle a stored delivery; when that fails it stays in the inbox, for `catch_up`."""
    try:
        handle(delivery)
    except Exception:
        logger.exception("delivery %s is not handled", delivery.id)
    else:
        inbox.handled(delivery)


def catch_up(inbox: Inbox) -> None:
    """Handle what an earlier process stored and did not get to."""
    for delivery in inbox.waiting():
        process(delivery, inbox)


def handle(delivery: Delivery) -> None:
    """Act on a delivery. It may run twice for the same one, so its effects must bear repeating."""
    count_drift(delivery.report)
    try:
        event = delivery.event
    except UnknownEvent:
        # The same endpoint receives other events too. The body is stored, should it ever be needed.
        logger.info("delivery %s is an event outside the contract", delivery.id)
        return
    except InvalidPayload as error:
        # Repeating it would not help: look at the stored body.
        logger.error("delivery %s cannot be read: %s", delivery.id, error)  # noqa: TRY400  (no traceback needed)
        return
    match event:
        case LabtestOrderCreated(data=order) | LabtestOrderUpdated(data=order):
            logger.info("order %s is %s", order.id, order.current_status)
        case LabtestAppointmentCreated(data=appointment) | LabtestAppointmentUpdated(data=appointment):
            logger.info("appointment %s is %s", appointment.id, appointment.current_status)

"""Handle a delivery after it was stored and answered. This does not depend on a web framework."""

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
    LabtestResultCritical,
)

if TYPE_CHECKING:
    from inbox import Inbox

    from junction_webhooks import Delivery

logger = logging.getLogger(__name__)


def process(delivery: Delivery, inbox: Inbox) -> None:
    """Handle a stored delivery. If that fails, it stays in the inbox for `catch_up`."""
    try:
        handle(delivery)
    except Exception:
        logger.exception("could not handle delivery %s", delivery.id)
    else:
        inbox.handled(delivery)


def catch_up(inbox: Inbox) -> None:
    """Handle the deliveries that an earlier process stored but did not handle."""
    for delivery in inbox.waiting():
        process(delivery, inbox)


def handle(delivery: Delivery) -> None:
    """Act on a delivery. This may run twice for the same delivery, so it must be idempotent."""
    count_drift(delivery.report)
    try:
        event = delivery.event
    except UnknownEvent:
        # The same endpoint receives other events too. The body is stored in case you need it.
        logger.info("delivery %s is an event outside the contract", delivery.id)
        return
    except InvalidPayload as error:
        # A retry would not help. Look at the stored body.
        logger.error("delivery %s is rejected: %s", delivery.id, error)  # noqa: TRY400  (no traceback needed)
        return
    match event:
        case LabtestResultCritical(data=result):
            logger.critical("order %s has a critical result", result.order_id)
        case LabtestOrderCreated(data=order) | LabtestOrderUpdated(data=order):
            logger.info("order %s is %s", order.id, order.current_status)
        case LabtestAppointmentCreated(data=appointment) | LabtestAppointmentUpdated(data=appointment):
            logger.info("appointment %s is %s", appointment.id, appointment.current_status)

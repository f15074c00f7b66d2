"""The endpoint, with FastAPI."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated

from bounded import bounded_body
from fastapi import Depends, FastAPI, Request, Response

from junction_webhooks import InvalidSignature

if TYPE_CHECKING:
    from junction_webhooks import Webhook
    from receiver.receiver import Receiver

logger = logging.getLogger(__name__)


def create_app(webhook: Webhook, receiver: Receiver) -> FastAPI:
    """Return an app that stores deliveries. Another process calls `receiver.work` again and again."""
    app = FastAPI()

    # Not `async`, so FastAPI runs it in a thread and the event loop does not wait for the database.
    @app.post("/webhooks/junction")
    def receive(request: Request, body: Annotated[bytes, Depends(bounded_body)]) -> Response:
        try:
            delivery = webhook.verify(body, request.headers)
        except InvalidSignature as error:
            logger.warning("refused a delivery: %s", error.reason)
            return Response(status_code=401)
        # Any exception here becomes a 500, and Junction retries.
        receiver.receive(delivery)
        return Response(status_code=204)

    return app

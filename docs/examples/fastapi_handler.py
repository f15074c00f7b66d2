"""Receive Junction's webhooks with FastAPI.

Run it with:

JUNCTION_WEBHOOK_SECRET=whsec_… uvicorn --factory fastapi_handler:from_environment
"""

from __future__ import annotations

import logging
import os
from typing import Annotated

from bounded import bounded_body
from fastapi import Depends, FastAPI, Request, Response
from inbox import Inbox

from junction_webhooks import InvalidSignature, Webhook

logger = logging.getLogger(__name__)


def create_app(webhook: Webhook, inbox: Inbox) -> FastAPI:
    """Return an app that stores deliveries in the inbox. `worker.py` does the rest."""
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
        inbox.store(delivery)
        return Response(status_code=204)

    return app


def from_environment() -> FastAPI:
    """Return the app for production."""
    # While the secret is being rotated, the variable has both secrets, separated by a space.
    webhook = Webhook(os.environ["JUNCTION_WEBHOOK_SECRET"].split())
    return create_app(webhook, Inbox("deliveries.sqlite3"))

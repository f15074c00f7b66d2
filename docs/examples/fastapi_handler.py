"""Receive Junction's webhooks with FastAPI.

Run it with:

JUNCTION_WEBHOOK_SECRET=whsec_… uvicorn --factory fastapi_handler:from_environment
"""

from __future__ import annotations

import logging
import os
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request, Response
from handling import catch_up, process
from inbox import Inbox

from junction_webhooks import InvalidSignature, Webhook

logger = logging.getLogger(__name__)


async def raw_body(request: Request) -> bytes:
    """Return the body byte for byte: a re-serialized body would not match the signature."""
    return await request.body()


def create_app(webhook: Webhook, inbox: Inbox) -> FastAPI:
    """Return an app that stores deliveries in the inbox."""
    app = FastAPI()

    # Not `async`, so FastAPI runs it in a thread and the event loop does not wait for the database.
    @app.post("/webhooks/junction")
    def receive(
        request: Request, body: Annotated[bytes, Depends(raw_body)], after: BackgroundTasks
    ) -> Response:
        try:
            delivery = webhook.verify(body, request.headers)
        except InvalidSignature as error:
            logger.warning("refused a delivery: %s", error.reason)
            return Response(status_code=401)
        # Any exception here becomes a 500, and Junction retries.
        if inbox.store(delivery):
            after.add_task(process, delivery, inbox)
        return Response(status_code=204)

    return app


def from_environment() -> FastAPI:
    """Return the app for production."""
    inbox = Inbox("deliveries.sqlite3")
    catch_up(inbox)
    # While the secret is being rotated, the variable has both secrets, separated by a space.
    return create_app(Webhook(os.environ["JUNCTION_WEBHOOK_SECRET"].split()), inbox)

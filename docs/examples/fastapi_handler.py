"""Junction's webhooks in FastAPI.

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
    """The body byte for byte: parsed and written again it would no longer be what was signed."""
    return await request.body()


def create_app(webhook: Webhook, inbox: Inbox) -> FastAPI:
    """An app that receives deliveries into the inbox."""
    app = FastAPI()

    # No `async` here: FastAPI runs it in a thread, and the event loop does not wait for the database.
    @app.post("/webhooks/junction")
    def receive(
        request: Request, body: Annotated[bytes, Depends(raw_body)], after: BackgroundTasks
    ) -> Response:
        try:
            delivery = webhook.verify(body, request.headers)
        except InvalidSignature as error:
            logger.warning("a delivery is refused: %s", error.reason)
            return Response(status_code=401)
        # Whatever this raises becomes a 500, and Junction tries again.
        if inbox.store(delivery):
            after.add_task(process, delivery, inbox)
        return Response(status_code=204)

    return app


def from_environment() -> FastAPI:
    """The app in production."""
    inbox = Inbox("deliveries.sqlite3")
    catch_up(inbox)
    # Two secrets, separated by a space, while the secret is rotated.
    return create_app(Webhook(os.environ["JUNCTION_WEBHOOK_SECRET"].split()), inbox)

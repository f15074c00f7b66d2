"""The endpoint, with FastAPI."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request, Response

from junction_webhooks import InvalidSignature

if TYPE_CHECKING:
    from junction_webhooks import Webhook
    from receiver.receiver import Receiver

logger = logging.getLogger(__name__)


async def raw_body(request: Request) -> bytes:
    """Return the body byte for byte: a re-serialized body would not match the signature."""
    return await request.body()


def create_app(webhook: Webhook, receiver: Receiver) -> FastAPI:
    """Return an app that applies deliveries. First settle what an earlier process left undecided."""
    receiver.catch_up()
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
        receiver.receive(delivery)
        after.add_task(receiver.catch_up)
        return Response(status_code=204)

    return app

"""The endpoint, in FastAPI."""

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
    """The body byte for byte: parsed and written again it would no longer be what was signed."""
    return await request.body()


def create_app(webhook: Webhook, receiver: Receiver) -> FastAPI:
    """An app that applies deliveries, and first what an earlier process left undecided."""
    receiver.catch_up()
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
        receiver.receive(delivery)
        after.add_task(receiver.catch_up)
        return Response(status_code=204)

    return app

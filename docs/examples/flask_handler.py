"""Junction's webhooks in Flask.

JUNCTION_WEBHOOK_SECRET=whsec_… flask --app flask_handler:from_environment run
"""

from __future__ import annotations

import logging
import os

from flask import Flask, Response, request
from handling import catch_up, process
from inbox import Inbox

from junction_webhooks import InvalidSignature, Webhook

logger = logging.getLogger(__name__)


def create_app(webhook: Webhook, inbox: Inbox) -> Flask:
    """An app that receives deliveries into the inbox."""
    app = Flask(__name__)

    @app.post("/webhooks/junction")
    def receive() -> Response:
        try:
            # The body byte for byte: parsed and written again it would no longer be what was signed.
            delivery = webhook.verify(request.get_data(), dict(request.headers))
        except InvalidSignature as error:
            logger.warning("a delivery is refused: %s", error.reason)
            return Response(status=401)
        # Whatever this raises becomes a 500, and Junction tries again.
        is_new = inbox.store(delivery)
        response = Response(status=204)
        if is_new:
            # Runs once the answer is sent: Junction waits 15 seconds for it and no longer.
            response.call_on_close(lambda: process(delivery, inbox))
        return response

    return app


def from_environment() -> Flask:
    """The app in production."""
    inbox = Inbox("deliveries.sqlite3")
    catch_up(inbox)
    # Two secrets, separated by a space, while the secret is rotated.
    return create_app(Webhook(os.environ["JUNCTION_WEBHOOK_SECRET"].split()), inbox)

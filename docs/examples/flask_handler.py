"""Receive Junction's webhooks with Flask.

Run it with:

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
    """Return an app that stores deliveries in the inbox."""
    app = Flask(__name__)

    @app.post("/webhooks/junction")
    def receive() -> Response:
        try:
            # Use the body byte for byte: a re-serialized body would not match the signature.
            delivery = webhook.verify(request.get_data(), dict(request.headers))
        except InvalidSignature as error:
            logger.warning("refused a delivery: %s", error.reason)
            return Response(status=401)
        # Any exception here becomes a 500, and Junction retries.
        is_new = inbox.store(delivery)
        response = Response(status=204)
        if is_new:
            # This runs after the answer is sent, because Junction waits only 15 seconds for it.
            response.call_on_close(lambda: process(delivery, inbox))
        return response

    return app


def from_environment() -> Flask:
    """Return the app for production."""
    inbox = Inbox("deliveries.sqlite3")
    catch_up(inbox)
    # While the secret is being rotated, the variable has both secrets, separated by a space.
    return create_app(Webhook(os.environ["JUNCTION_WEBHOOK_SECRET"].split()), inbox)

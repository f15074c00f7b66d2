"""Receive Junction's webhooks with Flask.

Run it with:

JUNCTION_WEBHOOK_SECRET=whsec_… flask --app flask_handler:from_environment run
"""

from __future__ import annotations

import logging
import os

from flask import Flask, Response, request
from inbox import Inbox

from junction_webhooks import InvalidSignature, Webhook

logger = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
"""In bytes. This is far more than any event has."""


def create_app(webhook: Webhook, inbox: Inbox) -> Flask:
    """Return an app that stores deliveries in the inbox. `worker.py` does the rest."""
    app = Flask(__name__)
    # Flask reads no further. If the length was announced, it answers 413. If not, it returns the first part.
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY + 1

    @app.post("/webhooks/junction")
    def receive() -> Response:
        # Use the body byte for byte: a re-serialized body would not match the signature.
        body = request.get_data()
        if len(body) > MAX_BODY:
            return Response(status=413)
        try:
            delivery = webhook.verify(body, dict(request.headers))
        except InvalidSignature as error:
            logger.warning("refused a delivery: %s", error.reason)
            return Response(status=401)
        # Any exception here becomes a 500, and Junction retries.
        inbox.store(delivery)
        return Response(status=204)

    return app


def from_environment() -> Flask:
    """Return the app for production."""
    # While the secret is being rotated, the variable has both secrets, separated by a space.
    webhook = Webhook(os.environ["JUNCTION_WEBHOOK_SECRET"].split())
    return create_app(webhook, Inbox("deliveries.sqlite3"))

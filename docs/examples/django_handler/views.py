"""The endpoint, as a view of Django."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from django_handler import inbox
from junction_webhooks import InvalidSignature, Webhook

if TYPE_CHECKING:
    from rest_framework.request import Request

logger = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
"""In bytes. This is far more than any event has."""


# Junction has no CSRF token. The signature protects this view.
@csrf_exempt
@require_POST
# `store` commits by itself. With ATOMIC_REQUESTS, a transaction around it would still be open.
@transaction.non_atomic_requests
def junction_webhook(request: HttpRequest) -> HttpResponse:
    """Answer a delivery of Junction."""
    return HttpResponse(status=receive(request))


def receive(request: HttpRequest | Request) -> int:
    """Verify and store a delivery. Return the status to answer. `junction_worker` does the rest."""
    # Django reads no more than this header says.
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return 413
    try:
        # Use the body byte for byte: a re-serialized body would not match the signature.
        delivery = webhook().verify(request.body, request.headers)
    except RequestDataTooBig:
        return 413  # the setting DATA_UPLOAD_MAX_MEMORY_SIZE is lower
    except InvalidSignature as error:
        logger.warning("refused a delivery: %s", error.reason)
        return 401
    # Any exception here becomes a 500, and Junction retries.
    inbox.store(delivery)
    return 204


@cache
def webhook() -> Webhook:
    """Return what verifies. While the secret is being rotated, the setting has both, separated by a space."""
    return Webhook(settings.JUNCTION_WEBHOOK_SECRET.split())

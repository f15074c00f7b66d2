"""Both forms of the endpoint. Keep one of them."""

from __future__ import annotations

from django.urls import path

from django_handler.rest_views import JunctionWebhook
from django_handler.views import junction_webhook

urlpatterns = [
    path("webhooks/junction", junction_webhook),
    path("rest/webhooks/junction", JunctionWebhook.as_view()),
]

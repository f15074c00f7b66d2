"""The endpoint, as a view of Django REST framework."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.decorators import method_decorator
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from django_handler.views import receive

if TYPE_CHECKING:
    from typing import ClassVar

    from rest_framework.request import Request


# `store` commits by itself. With ATOMIC_REQUESTS, a transaction around it would still be open.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class JunctionWebhook(APIView):
    """Answers a delivery of Junction. The signature replaces authentication."""

    authentication_classes: ClassVar[list[type]] = []
    permission_classes: ClassVar[list[type]] = [AllowAny]
    # A throttle answers 429, which Junction takes for a failure.
    throttle_classes: ClassVar[list[type]] = []

    def post(self, request: Request) -> Response:
        """Verify and store a delivery. Do not read `request.data`: it parses a body that is not verified."""
        return Response(status=receive(request))

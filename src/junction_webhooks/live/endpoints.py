"""What checks talk to: the endpoint of a running server, or an app in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from junction_webhooks.live import client
from junction_webhooks.live.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.live.guard import Destination
    from junction_webhooks.live.outcome import Outcome


class Endpoint(Protocol):
    """Receives deliveries, and answers questions about the state of the service behind it."""

    @property
    def is_local(self) -> bool:
        """Whether nothing that is sent leaves this machine."""

    def post(self, body: bytes, headers: Mapping[str, str], *, drop: bool = False) -> Outcome:
        """POST a delivery. With `drop`, the connection is closed before the answer."""

    def get(self, url: str) -> Outcome:
        """GET a URL of the service. Raises `DestinationError` if nothing may be sent there."""

    def __str__(self) -> str:
        """Where it is, without anything secret."""


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """The endpoint of a server."""

    destination: Destination
    guard: Guard
    time_limit: float = client.TIME_LIMIT
    """Seconds for each answer."""

    @property
    def is_local(self) -> bool:
        """Whether all its addresses are of this machine."""
        return self.destination.is_loopback

    def post(self, body: bytes, headers: Mapping[str, str], *, drop: bool = False) -> Outcome:
        """POST a delivery."""
        return client.deliver(self.destination, body, headers, time_limit=self.time_limit, drop=drop)

    def get(self, url: str) -> Outcome:
        """GET a URL, which the guard checks as well."""
        return client.fetch(self.guard.check(url), {"Accept": "application/json"}, time_limit=self.time_limit)

    def __str__(self) -> str:
        """Its URL without the query."""
        return str(self.destination)

"""A stand-in for Junction's API, for handlers that fetch: it knows the story that is being played.

It answers GETs of an order, of its appointment, of its results, and of the results of a transaction, from the
newest payload of each object. So the order of arrival does not matter here either.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract.families import APPOINTMENT, ORDER
from junction_webhooks.live.state.ids import subject_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.journeys.model import JourneyDelivery

_ORDER: Final = re.compile(r"/v3/order/([^/]+)")
_APPOINTMENT: Final = re.compile(r"/v3/order/([^/]+)/p(?:sc|hlebotomy)/appointment")
_RESULT: Final = re.compile(r"/v3/order/([^/]+)/result(?:/metadata)?")
_TRANSACTION_RESULT: Final = re.compile(r"/v3/order_transaction/([^/]+)/result")
_TRANSACTION: Final = re.compile(r"/v3/order_transaction/([^/]+)")


class ApiStub:
    """The answers: `show` says which deliveries are the story."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.requests = 0
        """How many GETs were answered."""

    def show(self, deliveries: Iterable[JourneyDelivery]) -> None:
        """Answer from these deliveries, which are in the order in which things happened."""
        for each in deliveries:
            kind, id_ = subject_of(each)
            if kind:
                self._objects[kind, id_] = each.payload["data"]

    def object(self, kind: str, id_: str) -> dict[str, Any] | None:
        """Return the newest payload of an object, such as an `order`, without its envelope."""
        return self._objects.get((kind, id_))

    def answer(self, path: str) -> dict[str, Any] | None:
        """Return the answer to a GET, or None for a 404."""
        self.requests += 1
        path = path.partition("?")[0].rstrip("/")
        if match := _APPOINTMENT.fullmatch(path):
            return self._newest(APPOINTMENT.name, "order_id", match[1])
        if match := _RESULT.fullmatch(path):
            order = self._objects.get((ORDER.name, match[1]))
            return _results(order) if order else None
        if match := _ORDER.fullmatch(path):
            return self._objects.get((ORDER.name, match[1]))
        if match := _TRANSACTION_RESULT.fullmatch(path):
            orders = self._of_transaction(match[1])
            return _results(orders[-1]) if orders else None
        if match := _TRANSACTION.fullmatch(path):
            orders = self._of_transaction(match[1])
            return orders[-1]["order_transaction"] if orders else None
        return None

    def _newest(self, kind: str, name: str, value: str) -> dict[str, Any] | None:
        found = [data for (own, _), data in self._objects.items() if own == kind and data.get(name) == value]
        return found[-1] if found else None

    def _of_transaction(self, id_: str) -> list[dict[str, Any]]:
        return [
            data
            for (kind, _), data in self._objects.items()
            if kind == ORDER.name and (data.get("order_transaction") or {}).get("id") == id_
        ]


@contextmanager
def running(port: int = 0) -> Iterator[tuple[ApiStub, str]]:
    """Serve a stub on a port of this machine, and yield it with its address. Raises `OSError`."""
    stub = ApiStub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = stub.answer(self.path)
            content = json.dumps(found if found is not None else {"detail": "not found"}).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Write nothing: a path has ids."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield stub, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _results(order: dict[str, Any]) -> dict[str, Any]:
    """Return results in the form of Junction's API: what the order says about them, and no values."""
    last = order.get("last_event") or {}
    return {
        "metadata": {
            "order_id": order.get("id"),
            "status": "final" if order.get("status") == "completed" else "partial",
            "interpretation": order.get("interpretation"),
            "date_reported": last.get("created_at"),
        },
        "results": [],
        "missing_results": None,
        "order_transaction": order.get("order_transaction"),
    }

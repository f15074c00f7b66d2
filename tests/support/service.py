"""A small service that receives webhooks and shows what it believes, with typical bugs behind a switch.

`GET /orders/{id}` shows an order or an appointment, `GET /escalations` what a person has to look at. Without
a bug, it does what the documentation recommends. Everything is in memory.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import InvalidSignature, Webhook, lifecycle
from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks.contract.families import find
from junction_webhooks.signing import BENCH_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BUGS: Final[Mapping[str, str]] = {
    "trusts_arrival_order": "state.shuffled",
    "no_deduplication": "state.duplicates",
    "exhaustive_match": "tolerance.new-values",
    "ignores_updates_after_cancelled": "state.after-cancelled",
    "verifies_parsed_body": "signatures.raw-body",
    "accepts_stale_timestamps": "signatures.too-old",
    "accepts_future_timestamps": "signatures.too-new",
    "refuses_unknown_events": "tolerance.unknown-events",
    "fails_on_null": "tolerance.nulls",
    "fails_on_missing": "tolerance.missing-properties",
    "forbids_new_properties": "tolerance.new-properties",
    "deduplicates_by_order": "state.updates",
    "drops_critical_results": "urgent.escalates",
    "filters_by_interpretation": "urgent.escalates-normal-interpretation",
    "reads_id_of_critical_results": "urgent.escalates",
    "needs_known_order": "urgent.escalates-unknown-order",
    "slow": "delivery.answer-time",
    "not_atomic": "state.simultaneous",
    "no_verification": "signatures.wrong-secret",
    "accepts_missing_signature": "signatures.missing",
    "first_signature_only": "signatures.rotated",
    "stores_before_verifying": "signatures.no-trace",
    "refuses_duplicates": "delivery.duplicates",
    "needs_created_first": "delivery.shuffled",
    "small_bodies": "tolerance.large-body",
    "ascii_only": "tolerance.non-ascii",
    "walk_in_only": "tolerance.modalities",
}
"""Each bug, and the check that is meant to find it."""
_KNOWN_STATUSES: Final = frozenset(lifecycle.order().states) | frozenset(lifecycle.appointment().states)
_FINAL: Final = "cancelled"
_CRITICAL: Final = "labtest.result.critical"


class Refused(Exception):  # noqa: N818  (an answer, not an error)
    """The delivery gets this status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


@dataclass
class Service:
    """What the service knows."""

    bug: str | None = None
    delay: float = 0.0
    """Seconds from the answer until a delivery is processed."""
    slowness: float = 2.0
    """Seconds that the bug `slow` takes for a completed order."""
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    notices: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    escalations: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def receive(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Take a delivery. Raises `Refused` with the status to answer."""
        if self.bug == "small_bodies" and len(body) > 100_000:
            raise Refused(413)
        if self.bug == "stores_before_verifying":
            self._apply(json.loads(body))
        self._verify(body, headers)
        payload = json.loads(body)
        id_ = headers.get("svix-id", "")
        if self.bug == "not_atomic":
            if id_ not in self.seen:
                self._apply(payload)
                self.seen.add(id_)
            return
        with self.lock:
            if self.bug == "deduplicates_by_order":
                id_ = str(payload.get("data", {}).get("id"))
            if id_ in self.seen and self.bug != "no_deduplication":
                if self.bug == "refuses_duplicates":
                    raise Refused(409)
                return
            self._check(payload)
            self.seen.add(id_)
            if self.delay:
                threading.Timer(self.delay, self._apply_later, [payload]).start()
            else:
                self._apply(payload)

    def _apply_later(self, payload: dict[str, Any]) -> None:
        with self.lock:
            self._apply(payload)

    def _verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        given = {name.lower(): value for name, value in headers.items()}
        if self.bug == "no_verification" or (
            self.bug == "accepts_missing_signature" and "svix-signature" not in given
        ):
            return
        if self.bug == "first_signature_only":
            given["svix-signature"] = given.get("svix-signature", "").partition(" ")[0]
        if self.bug == "verifies_parsed_body":
            body = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
        webhook = Webhook(BENCH_SECRET)
        try:
            webhook.verify(body, given)
        except InvalidSignature as error:
            if (self.bug, error.reason) in {
                ("accepts_stale_timestamps", "too_old"),
                ("accepts_future_timestamps", "too_new"),
            }:
                return
            raise Refused(401) from None

    def _check(self, payload: dict[str, Any]) -> None:  # noqa: C901  (a bug per line)
        """Fail as a bug does, before anything is stored."""
        data: Any = payload.get("data")
        event_type = payload.get("event_type")
        family = find(event_type) if event_type in EVENT_TYPES else None
        match self.bug:
            case "refuses_unknown_events" if family is None:
                raise Refused(400)
            case "exhaustive_match" if family:
                for entry in data.get("events", ()):
                    if "walk_in_test" in entry["status"] and entry["status"] not in _KNOWN_STATUSES:
                        raise KeyError(entry["status"])
            case "fails_on_null" if family and family.name == "order":
                data["lab_test"].get("name", "").upper()
            case "fails_on_missing" if family and family.name == "order":
                data["lab_test"]["name"].upper() if data["lab_test"] else ""
            case "forbids_new_properties" if family and "added_later" in data:
                raise Refused(422)
            case "ascii_only":
                json.dumps(payload, ensure_ascii=False).encode("ascii")
            case "walk_in_only" if family and family.name == "order":
                if data["details"]["type"] != "walk_in_test":
                    raise Refused(422)
            case "needs_created_first" if event_type == "labtest.order.updated":
                if data["id"] not in self.objects and len(data["events"]) > 1 and data["origin"] == "initial":
                    raise Refused(409)

    def _apply(self, payload: dict[str, Any]) -> None:
        family = find(payload.get("event_type")) if payload.get("event_type") in EVENT_TYPES else None
        data: Any = payload.get("data")
        if payload.get("event_type") == _CRITICAL:
            self._escalate(data)
        if family is None or family.history is None or not isinstance(data, dict):
            return
        if self.bug == "slow" and data.get("status") == "completed":
            time.sleep(self.slowness)
        id_ = data["id"]
        known = self.objects.get(id_)
        # A patient is notified once, by whichever payload shows the results first.
        is_first = not self.notices[id_] or self.bug == "no_deduplication"
        if self.bug == "not_atomic" and data.get("status") == "completed":
            time.sleep(0.02)  # such as a query
        if known is not None and not self._is_newer(known, data):
            return
        self.objects[id_] = data
        if is_first and "completed.walk_in_test.completed" in [each["status"] for each in data["events"]]:
            self.notices[id_].append("results")

    def _is_newer(self, known: dict[str, Any], data: dict[str, Any]) -> bool:
        if self.bug == "trusts_arrival_order":
            return True
        if self.bug == "ignores_updates_after_cancelled" and known.get("status") == _FINAL:
            return False
        try:
            age = lifecycle.compare(known, data)
        except (ValueError, TypeError):
            return False
        return age == "newer" or (age == "same" and self.bug == "no_deduplication")

    def _escalate(self, data: dict[str, Any]) -> None:
        order_id = data["order_id"]
        match self.bug:
            case "drops_critical_results":
                return
            case "filters_by_interpretation" if data.get("interpretation") in {"normal", None}:
                return
            case "reads_id_of_critical_results":
                order_id = data.get("id", "None")
            case "needs_known_order" if order_id not in self.objects:
                return
        self.escalations.setdefault(order_id, len(self.escalations) + 1)

    def shown(self, id_: str) -> dict[str, Any] | None:
        """What the service believes about an order or an appointment."""
        with self.lock:
            data = self.objects.get(id_)
            if data is None:
                return None
            entries = data.get("events") or []
            return {
                "id": id_,
                "status": entries[-1]["status"] if entries else data.get("status"),
                "start_at": data.get("start_at"),
                "interpretation": data.get("interpretation"),
                "notices": [*self.notices[id_]],
            }


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/webhooks/junction":
            return self._answer(404)
        try:
            self.service.receive(body, dict(self.headers.items()))
        except Refused as refused:
            return self._answer(refused.status)
        except Exception:  # noqa: BLE001  (what a framework does)
            return self._answer(500)
        return self._answer(204)

    def do_GET(self) -> None:
        kind, _, id_ = self.path.strip("/").partition("/")
        if kind == "escalations":
            return self._answer(
                200, [{"id": n, "order": each} for each, n in self.service.escalations.items()]
            )
        found = self.service.shown(id_)
        return self._answer(404 if found is None else 200, found)

    def _answer(self, status: int, value: object = None) -> None:
        content = b"" if value is None else json.dumps(value).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            pass  # the client has closed the connection

    def log_message(self, *_: object) -> None:
        """Write nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """Run the service, and yield its address."""
    handler = type("Handler", (_Handler,), {"service": service})
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()

"""The worked handlers in `docs/examples/`, over real HTTP on the loopback."""

from __future__ import annotations

import importlib
import json
import logging
import socket
import sqlite3
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from bounded import MAX_BODY
from handling import handle_waiting
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk.metrics import Counter, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader, Sum
from support.critical import CASES, FINAL, ORDER, PARTIAL, expected_alarms
from werkzeug.serving import make_server

from junction_webhooks import Webhook, fixtures
from junction_webhooks.contract import _files as _data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROOT = _data.checkout()
assert ROOT is not None
EXAMPLES = ROOT / "docs" / "examples"
PATH = "/webhooks/junction"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of the public test vector)
OTHER = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIGVuZHBvaW50"
WEBHOOK = Webhook(SECRET)
KNOWN = fixtures.load("labtest.order.updated/completed").raw
APPOINTMENT = fixtures.load("labtest.appointment.updated/scheduled").raw
WEARABLE = b'{"event_type": "daily.data.sleep.created", "data": {"patient": "Jane Canary"}}'
UNKNOWN = b'{"event_type": "labtest.canary.created", "data": {"patient": "Jane Canary"}}'
REJECTED = b'{"event_type": "labtest.order.updated", "data": {"notes": "Jane Canary"}}'
UNPARSEABLE = b'{"event_type": "labtest.order.updated", "data": Jane Canary \xff'


class Served:
    """A handler that runs, and its inbox."""

    def __init__(self, client: httpx.Client, inbox: Any, database: Path) -> None:
        self._client = client
        self.inbox = inbox
        self._database = database

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> int:
        """The status that the handler answers to a delivery, by default a signed one."""
        return self.send(body, WEBHOOK.sign(body) if headers is None else headers)

    def send(self, content: bytes | Iterator[bytes], headers: dict[str, str]) -> int:
        """Return the status for a body. The length of an iterator is not announced."""
        return self._client.post(PATH, content=content, headers=headers).status_code

    def stored(self) -> list[bytes]:
        """The bodies in the inbox, in the order in which they came."""
        with closing(sqlite3.connect(self._database)) as database:
            return [body for (body,) in database.execute("SELECT body FROM deliveries ORDER BY rowid")]

    def waiting(self) -> list[bytes]:
        """The bodies in the inbox that are not handled."""
        return [delivery.raw for delivery in self.inbox.waiting()]

    def settle(self) -> None:
        """Handle everything that is stored, as the worker does."""
        handle_waiting(self.inbox)
        assert self.waiting() == []

    def escalated(self) -> list[tuple[str, str]]:
        """Subject and reason of the open escalations."""
        return [(each.subject, each.reason) for each in self.inbox.escalations.open()]


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that happens soon."""
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline, "waited ten seconds in vain"
        time.sleep(0.005)


@contextmanager
def fastapi_server(app: Any) -> Iterator[int]:
    """The app behind uvicorn, on a port of the system's choosing."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def flask_server(app: Any) -> Iterator[int]:
    """The app behind Werkzeug, on a port of the system's choosing."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


SERVERS = {"fastapi_handler": fastapi_server, "flask_handler": flask_server}


@pytest.fixture(scope="session")
def reader() -> InMemoryMetricReader:
    """Reads what the examples counted since it was last asked."""
    reader = InMemoryMetricReader(preferred_temporality={Counter: AggregationTemporality.DELTA})
    set_meter_provider(MeterProvider(metric_readers=[reader]))
    return reader


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Imports a module of the examples, as it is imported from their folder."""
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module


@contextmanager
def served(name: str, example: Callable[[str], Any], inbox: Any, database: Path) -> Iterator[Served]:
    """The handler of that name, and a client of it."""
    app = example(name).create_app(WEBHOOK, inbox)
    # Uvicorn drops a connection without notice after an error: none is used twice, as between attempts.
    limits = httpx.Limits(max_keepalive_connections=0)
    with (
        SERVERS[name](app) as port,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=10, trust_env=False
        ) as client,
    ):
        yield Served(client, inbox, database)


@pytest.fixture(params=SERVERS)
def handler(
    request: pytest.FixtureRequest, example: Callable[[str], Any], tmp_path: Path
) -> Iterator[Served]:
    """Each of the handlers, with an empty inbox."""
    database = tmp_path / "deliveries.sqlite3"
    with served(request.param, example, example("inbox").Inbox(database), database) as handler:
        yield handler


@pytest.mark.parametrize(
    "body",
    [KNOWN, APPOINTMENT, WEARABLE, UNKNOWN, REJECTED, UNPARSEABLE, b""],
    ids=["order", "appointment", "wearable", "unknown event", "rejected", "no JSON", "empty"],
)
def test_a_verified_body_is_stored_and_answered_2xx(
    handler: Served, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """What is verified is stored byte for byte and answered 2xx, whatever it holds; no log shows it."""
    caplog.set_level(logging.INFO)
    assert handler.post(body) == 204
    assert handler.stored() == [body]
    handler.settle()
    assert "Canary" not in caplog.text


def test_events_are_handled_after_they_are_stored(handler: Served, caplog: pytest.LogCaptureFixture) -> None:
    """A known event reaches the code for its type."""
    caplog.set_level(logging.INFO)
    handler.post(KNOWN)
    handler.post(APPOINTMENT)
    handler.settle()
    logged = [record.getMessage() for record in caplog.records if record.name == "handling"]
    order, appointment = json.loads(KNOWN)["data"], json.loads(APPOINTMENT)["data"]
    assert f"order {order['id']} is {order['events'][-1]['status']}" in logged
    assert f"appointment {appointment['id']} is {appointment['events'][-1]['status']}" in logged


@pytest.mark.parametrize(
    "headers",
    [
        {},
        WEBHOOK.sign(KNOWN + b" "),
        Webhook(OTHER).sign(KNOWN),
        WEBHOOK.sign(KNOWN, sent_at=datetime.now(UTC) - timedelta(hours=1)),
        WEBHOOK.sign(KNOWN) | {"svix-timestamp": "soon"},
        WEBHOOK.sign(KNOWN) | {"svix-signature": "nonsense"},
    ],
    ids=["none", "of another body", "of another secret", "an hour old", "no time", "nonsense"],
)
def test_a_bad_signature_is_answered_401_and_not_stored(handler: Served, headers: dict[str, str]) -> None:
    """A delivery that does not verify is refused and leaves nothing behind."""
    assert handler.post(KNOWN, headers) == 401
    assert handler.stored() == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_read_up_to_a_limit(handler: Served, chunked: bool) -> None:
    """A longer body is answered 413 and not stored, whether its length is announced or not."""
    for size, status in {MAX_BODY: 401, MAX_BODY + 1: 413}.items():
        body = b" " * size
        content = iter([body[:1000], body[1000:]]) if chunked else body
        assert handler.send(content, {}) == status
    long = b" " * (MAX_BODY + 1)
    assert handler.post(long) == 413
    assert handler.stored() == []


def test_what_a_person_has_to_see_is_escalated(handler: Served) -> None:
    """Each case opens an escalation together with its delivery. Ordinary events open none."""
    for name, (body, _) in CASES.items():
        assert handler.post(body, WEBHOOK.sign(body, id=f"msg_{name}")) == 204
    expected = [(subject, reason) for _, (subject, reason) in expected_alarms()]
    assert handler.escalated() == expected
    handler.settle()
    assert handler.escalated() == expected


def test_a_replay_under_a_new_id_is_stored_and_not_escalated_again(handler: Served) -> None:
    """The same event as a new message changes nothing, not even after somebody acknowledged the first."""
    handler.post(PARTIAL)
    [escalation] = handler.inbox.escalations.open()
    assert handler.inbox.escalations.acknowledge(escalation.id, escalation.delivery_id, by="Ada")
    handler.settle()
    assert handler.post(PARTIAL) == 204
    assert handler.stored() == [PARTIAL, PARTIAL]
    assert (handler.escalated(), handler.waiting()) == ([], [])
    assert handler.post(FINAL) == 204
    assert handler.escalated() == [(f"order {ORDER}", "critical_result")]


@pytest.mark.parametrize("standard", [False, True], ids=["Svix", "Standard Webhooks"])
def test_a_delivery_that_comes_again_is_stored_and_handled_once(
    handler: Served, caplog: pytest.LogCaptureFixture, standard: bool
) -> None:
    """Another attempt, signed anew under the same id, is answered 2xx and changes nothing."""
    caplog.set_level(logging.INFO)
    for seconds in (60, 0, 0):
        sent_at = datetime.now(UTC) - timedelta(seconds=seconds)
        headers = WEBHOOK.sign(KNOWN, id="msg_again", sent_at=sent_at, standard=standard)
        assert handler.post(KNOWN, headers) == 204
    handler.post(APPOINTMENT)
    handler.settle()
    assert handler.stored() == [KNOWN, APPOINTMENT]
    assert sum(record.getMessage().startswith("order ") for record in caplog.records) == 1


@pytest.mark.parametrize("name", SERVERS)
def test_a_failure_to_store_is_answered_5xx(name: str, example: Callable[[str], Any], tmp_path: Path) -> None:
    """When the database fails the answer is 5xx, and the next attempt is stored."""
    database = tmp_path / "deliveries.sqlite3"
    inbox = example("inbox").Inbox(database)
    headers = WEBHOOK.sign(KNOWN)
    with served(name, example, inbox, database) as handler:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("ALTER TABLE deliveries RENAME TO away")
            assert handler.post(KNOWN, headers) == 500
            connection.execute("ALTER TABLE away RENAME TO deliveries")
        assert handler.stored() == []
        assert handler.post(KNOWN, headers) == 204
        handler.settle()
        assert handler.stored() == [KNOWN]


def test_a_failure_to_handle_is_answered_2xx_and_caught_up_with(
    handler: Served, example: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When handling fails, the delivery is not lost: it waits in the inbox for the next try."""
    handling = example("handling")

    def fail(_: object) -> None:
        message = "the business does not work today"
        raise RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(handling, "handle", fail)
        assert handler.post(KNOWN) == 204
        handle_waiting(handler.inbox)
    assert handler.waiting() == [KNOWN]
    handler.settle()


def test_drift_is_counted_by_pattern_and_reason(handler: Served, reader: InMemoryMetricReader) -> None:
    """Each rule that a payload breaks is counted, without names or values that it brought along."""
    payload = json.loads(KNOWN)
    for entry in payload["data"]["events"][-2:]:
        entry["status"] = "canary.walk_in_test.canary"
    payload["data"]["canary"] = "canary"
    # What earlier tests counted is read away.
    reader.get_metrics_data()
    for body in (json.dumps(payload).encode(), WEARABLE, KNOWN):
        assert handler.post(body) == 204
    handler.settle()
    assert counted(reader) == {
        ("drifts", "/data/events/*/status", "new_value"): 2,
        ("drifts", "/data/?", "new_property"): 1,
        ("rejected", "/event_type", "unknown_event"): 1,
    }


def counted(reader: InMemoryMetricReader) -> dict[tuple[object, ...], int | float]:
    """How often each verdict, pattern and reason was counted."""
    data = reader.get_metrics_data()
    assert data is not None
    sums = [
        metric.data
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == "junction.webhooks.violations"
    ]
    assert all(isinstance(found, Sum) for found in sums)
    return {
        tuple((point.attributes or {})[name] for name in ("verdict", "pattern", "reason")): point.value
        for found in sums
        if isinstance(found, Sum)
        for point in found.data_points
    }


@pytest.mark.parametrize("name", SERVERS)
def test_from_environment(
    name: str, example: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app for production takes its secrets from the environment, and stores deliveries where it runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUNCTION_WEBHOOK_SECRET", f"{SECRET} {OTHER}")
    with SERVERS[name](example(name).from_environment()) as port:
        url = f"http://127.0.0.1:{port}{PATH}"
        assert httpx.post(url, content=KNOWN, trust_env=False).status_code == 401
        headers = Webhook(OTHER).sign(KNOWN)
        assert httpx.post(url, content=KNOWN, headers=headers, trust_env=False).status_code == 204
    assert [each.raw for each in example("inbox").Inbox("deliveries.sqlite3").waiting()] == [KNOWN]

"""Test the receiver with only the pytest plugin and the strategies.

Everything that these tests know about Junction comes from `junction_scenario`, `junction_sign` and `strategies`.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from bounded import MAX_BODY
from hypothesis import find, given, settings
from receiver.bugs import BUGS
from receiver.receiver import KINDS, Receiver
from receiver.store import Store, Subject

from junction_webhooks import InvalidPayload, fixtures, strategies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from escalations import Escalation
    from hypothesis.strategies import SearchStrategy

    from junction_webhooks import Webhook
    from junction_webhooks.fixtures import JourneyDelivery, Scenario
    from junction_webhooks.pytest_plugin import Sign

HERE = Path(__file__).parent
PATH = "/webhooks/junction"


class Junction:
    """A simulated Junction API. It answers with each object as of the end of the journey."""

    def __init__(self, sent: Sequence[JourneyDelivery]) -> None:
        self.objects: dict[Subject, dict[str, Any]] = {}
        self.escalated: set[str] = set()
        for delivery in sorted(sent, key=lambda each: each.id):
            kind, data = delivery.event_type.split(".")[1], delivery.payload["data"]
            if kind in KINDS:
                self.objects[Subject(kind, data["id"])] = data
            elif kind == "result":
                self.escalated.add(f"order {data['order_id']}")
            elif kind == "match_review" and data["status"] != "resolved":
                self.escalated.add(f"match review {data['id']}")

    def fetch(self, subject: Subject) -> dict[str, Any]:
        """Return the current order or appointment."""
        return self.objects[subject]


class Played:
    """A receiver that processed deliveries, to compare with Junction."""

    def __init__(self, receiver: Receiver, junction: Junction) -> None:
        self._receiver = receiver
        self._junction = junction

    def wrong(self) -> str | None:
        """Return what is wrong, or None."""
        if self._receiver.store.objects() != self._junction.objects:
            return "an order or appointment differs from Junction's"
        if {each.subject for each in self._receiver.store.escalations.open()} != self._junction.escalated:
            return "a critical result or a match review is not escalated, or something else is"
        notices = self._receiver.store.notices()
        told = [(notice.subject, notice.entries) for notice in notices]
        if len(set(told)) < len(told):
            return "a patient got the same notice twice"
        for subject, data in self._junction.objects.items():
            last = [notice.text for notice in notices if notice.subject == subject][-1:]
            text = self._receiver.text(data["events"][-1]["status"])
            if text is not None and last != [text]:
                return "the last notice to a patient is not the current one"
        return None


class Player:
    """Plays deliveries to a new receiver."""

    def __init__(self, webhook: Webhook, sign: Sign) -> None:
        self._webhook = webhook
        self._sign = sign

    def play(self, deliveries: Sequence[JourneyDelivery], kind: type[Receiver] = Receiver) -> str | None:
        """Return what is wrong after the deliveries, or None."""
        junction = Junction(deliveries)
        with tempfile.TemporaryDirectory() as folder:
            receiver = kind(Store(Path(folder) / "store", connect=careless), junction.fetch)
            for delivery in deliveries:
                try:
                    receiver.receive(self._webhook.verify(*self._sign(delivery)))
                except Exception as error:  # noqa: BLE001  (any exception would be a 500)
                    return f"it answers 500: {error!r}"
                receiver.work(nobody)
            return Played(receiver, junction).wrong()


def nobody(_: Escalation) -> None:
    """Accept a notification."""


def careless(path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Open a connection that does not wait for the disk: fast, and safe unless the machine loses power."""
    database = sqlite3.connect(path, factory=factory)
    sqlite3.Connection.execute(database, "PRAGMA synchronous = OFF")
    return database


@pytest.fixture(scope="session")
def player(junction_webhook: Webhook, junction_sign: Sign) -> Player:
    """Play deliveries to receivers, each with its own database."""
    return Player(junction_webhook, junction_sign)


def test_every_scenario(junction_scenario: Scenario, player: Player) -> None:
    """After every scenario, in order and in reverse, the state and the notices are correct."""
    assert player.play(junction_scenario.deliveries) is None
    assert player.play(junction_scenario.deliveries[::-1]) is None


few_or_many = pytest.mark.parametrize("examples", [8, pytest.param(500, marks=pytest.mark.exhaustive)])
"""How many journeys or payloads Hypothesis tries: a few in every run, many in the exhaustive tests."""


@few_or_many
def test_any_journey_however_it_arrives(examples: int, player: Player) -> None:
    """If deliveries are late, repeated or out of order, the state and the notices are still correct."""

    @settings(deadline=None, max_examples=examples)
    @given(strategies.deliveries(strategies.order_journeys()))
    def plays(deliveries: tuple[JourneyDelivery, ...]) -> None:
        assert player.play(deliveries) is None

    plays()


@few_or_many
def test_any_journey_with_drift(examples: int, player: Player) -> None:
    """The receiver copes with new statuses, new properties and missing properties."""

    @settings(deadline=None, max_examples=examples)
    @given(strategies.deliveries(strategies.order_journeys(profile="tolerant")))
    def plays(deliveries: tuple[JourneyDelivery, ...]) -> None:
        assert player.play(deliveries) is None

    plays()


def can_wait(kind: str, payload: dict[str, Any]) -> bool:
    """Whether no person has to see the event: an order's, its tracking, or a review that is decided."""
    is_decided = kind == "match_review" and payload["data"].get("status") == "resolved"
    return kind in KINDS or is_decided or payload.get("event_type") == "labtest.order_tracking.updated"


@few_or_many
def test_invalid_payloads_are_stored(examples: int, junction_webhook: Webhook, junction_sign: Sign) -> None:
    """A payload with a mistake is stored and raises no error, so Junction does not retry."""

    @settings(deadline=None, max_examples=examples)
    @given(strategies.invalid_events())
    def stores(invalid: strategies.InvalidEvent) -> None:
        delivery = junction_webhook.verify(*junction_sign(invalid.payload))
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder) / "store", connect=careless)
            receiver = Receiver(store, Junction([]).fetch)
            receiver.receive(delivery)
            receiver.work(nobody)
            try:
                kind = delivery.event.event_type.split(".")[1]
            except InvalidPayload:
                kind = ""
            assert bool(store.objects()) is (kind in KINDS)
            assert bool(store.escalations.open()) is not can_wait(kind, invalid.payload)
            assert store.waiting() == []
            with store.transaction() as transaction:
                assert not transaction.remember(delivery, None)

    stores()


class Killed(BaseException):
    """Simulates that the process is killed."""


class Mortal(sqlite3.Connection):
    """A connection whose process is killed before one of its statements."""

    left: float = math.inf
    """The number of statements, across all connections, until the process is killed."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Run the statement, unless the process is killed first."""
        if Mortal.left == 0:
            raise Killed
        Mortal.left -= 1
        return super().execute(*arguments)


def mortal(path: Path) -> sqlite3.Connection:
    """Open a connection whose process may be killed."""
    return careless(path, factory=Mortal)


CRITICAL = {
    status: json.dumps(
        {
            "event_type": "labtest.result.critical",
            "data": {
                "order_id": "93ae03a7-626f-4cf4-802b-1fb6b3c339c7",
                "status": status,
                "interpretation": "normal",
                "updated_at": updated_at,
            },
        }
    ).encode()
    for status, updated_at in {"partial": "2026-01-01T08:00:00Z", "final": "2026-01-01T09:00:00Z"}.items()
}


@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.exhaustive)])
@pytest.mark.junction_scenarios("reschedule", "booked_before_requisition")
def test_killed_between_any_two_steps(
    junction_scenario: Scenario,
    junction_sign: Sign,
    junction_webhook: Webhook,
    tmp_path: Path,
    stride: int,
) -> None:
    """Wherever the process is killed, the next process and Junction's retry lead to the same state."""
    arriving = [junction_webhook.verify(*junction_sign(each)) for each in junction_scenario.deliveries[::-1]]
    arriving += [junction_webhook.verify(*junction_sign(each)) for each in CRITICAL.values()]
    junction = Junction(junction_scenario.deliveries)
    junction.escalated = {f"order {json.loads(body)['data']['order_id']}" for body in CRITICAL.values()}
    for step in itertools.count(step=stride):
        store = tmp_path / f"{step}"
        receiver = Receiver(Store(store, connect=mortal), junction.fetch)
        notified: list[str] = []
        notify = functools.partial(lambda keys, escalation: keys.append(escalation.key), notified)
        Mortal.left = step
        for delivery in arriving:
            try:
                receiver.receive(delivery)
                receiver.work(notify)
            except Killed:
                receiver = Receiver(Store(store, connect=careless), junction.fetch)
                receiver.work(notify)
                receiver.receive(delivery)
                receiver.work(notify)
        survived = Mortal.left > 0
        Mortal.left = math.inf
        assert Played(receiver, junction).wrong() is None, f"killed before statement {step}"
        # One escalation with two events. A notification that was sent again has the same key.
        keys = [f"{arriving[-2].id}-1", f"{arriving[-1].id}-2"]
        assert list(dict.fromkeys(notified)) == keys, f"killed before statement {step}"
        assert len(notified) <= (2 if survived else 3)
        [escalation] = receiver.store.escalations.open()
        assert not receiver.store.escalations.acknowledge(escalation.id, arriving[-2].id, by="Ada")
        assert receiver.store.escalations.acknowledge(escalation.id, arriving[-1].id, by="Ada")
        assert receiver.store.escalations.open() == []
        if survived:
            break
    assert step > 5 * len(arriving)


@contextmanager
def serving(store: Path, secret: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """Run the receiver in its own process. Yield the process and a client."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        os.set_inheritable(listener.fileno(), True)
        command = [sys.executable, str(HERE / "serve.py"), str(store), secret, str(listener.fileno())]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()])
        # Uvicorn drops a connection without notice after an error, so use each connection only once.
        limits = httpx.Limits(max_keepalive_connections=0)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=address, limits=limits, timeout=20, trust_env=False) as client:
            try:
                yield process, client
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()


@pytest.mark.junction_scenarios("booked_before_requisition")
def test_over_http(
    junction_scenario: Scenario, junction_sign: Sign, junction_secret: str, tmp_path: Path
) -> None:
    """The receiver answers 204 to deliveries, 401 to forged ones, 413 to long ones, and 500 if it cannot store one."""
    store = tmp_path / "store"
    with serving(store, junction_secret) as (_, client):
        for delivery in junction_scenario.deliveries:
            body, headers = junction_sign(delivery)
            assert client.post(PATH, content=body, headers=headers).status_code == 204
            assert client.post(PATH, content=body + b" ", headers=headers).status_code == 401
        body, headers = junction_sign(b" " * (MAX_BODY + 1))
        assert client.post(PATH, content=body, headers=headers).status_code == 413
        junction = Junction(junction_scenario.deliveries)
        receiver = Receiver(Store(store), junction.fetch)
        receiver.work(nobody)
        assert Played(receiver, junction).wrong() is None
        store.write_bytes(b"no database" * 1000)
        body, headers = junction_sign(junction_scenario.deliveries[0])
        assert client.post(PATH, content=body, headers=headers).status_code == 500


@pytest.mark.junction_scenarios("redraw")
def test_killed_over_http(
    junction_scenario: Scenario, junction_sign: Sign, junction_secret: str, tmp_path: Path
) -> None:
    """After a kill during an answer, a second process that receives everything again has the correct state."""
    arriving = junction_scenario.deliveries[::-1]
    half = len(arriving) // 2
    store = tmp_path / "store"
    with serving(store, junction_secret) as (process, client):
        for delivery in arriving[:half]:
            body, headers = junction_sign(delivery)
            assert client.post(PATH, content=body, headers=headers).status_code == 204
        body, headers = junction_sign(arriving[half])
        with suppress(httpx.HTTPError), client.stream("POST", PATH, content=body, headers=headers):
            process.send_signal(signal.SIGKILL)
    with serving(store, junction_secret) as (_, client):
        for delivery in arriving:
            body, headers = junction_sign(delivery)
            assert client.post(PATH, content=body, headers=headers).status_code == 204
    junction = Junction(arriving)
    receiver = Receiver(Store(store), junction.fetch)
    receiver.work(nobody)
    assert Played(receiver, junction).wrong() is None


def as_sent(name: str) -> list[JourneyDelivery]:
    """The deliveries of a scenario, to be moved about."""
    return [*fixtures.scenario(name).deliveries]


def of_tomorrow(delivery: JourneyDelivery) -> JourneyDelivery:
    """The delivery with a last status that nobody knows yet."""
    payload = delivery.payload
    payload["data"]["events"][-1]["status"] = "completed.walk_in_test.added_tomorrow"
    return replace(delivery, raw=json.dumps(payload).encode())


first, second, _ = as_sent("no_appointment")
REVEALING: dict[str, list[JourneyDelivery]] = {
    "trusts_arrival_order": [second, first],
    "no_deduplication": [first, second, second],
    "exhaustive_match": [first, of_tomorrow(second)],
    "ignores_updates_after_cancelled": as_sent("reinstated"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_every_planted_bug_shows(bug: str, player: Player) -> None:
    """A few deliveries are enough to show each mistake, and the right receiver takes them well."""
    assert player.play(REVEALING[bug], BUGS[bug]) is not None
    assert player.play(REVEALING[bug]) is None


FINDERS: dict[str, SearchStrategy[tuple[JourneyDelivery, ...]]] = {
    "trusts_arrival_order": strategies.deliveries(strategies.order_journeys(max_events=3)),
    "no_deduplication": strategies.deliveries(fixtures.scenario("no_appointment")),
    "exhaustive_match": strategies.deliveries(strategies.order_journeys(profile="tolerant", max_events=4)),
    "ignores_updates_after_cancelled": strategies.deliveries(strategies.order_journeys(max_events=4)),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("bug", BUGS)
def test_every_planted_bug_is_found(bug: str, player: Player) -> None:
    """Scenarios and generated journeys find each mistake, with deliveries that the correct receiver handles."""
    found = find(FINDERS[bug], lambda deliveries: player.play(deliveries, BUGS[bug]) is not None)
    assert player.play(found) is None

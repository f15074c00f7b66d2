"""Escalations in the worked handlers: nothing is lost, and nobody is notified twice without need."""

from __future__ import annotations

import functools
import itertools
import math
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from escalations import REMIND_AFTER, Escalation, Escalations, notify_due
from inbox import Inbox
from support.critical import CASES, FINAL, ORDER, PARTIAL, subject
from support.tables import table
from triage import triage
from worker import work

from junction_webhooks import Delivery, Webhook
from junction_webhooks.contract import known_events

if TYPE_CHECKING:
    from pathlib import Path

WEBHOOK = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def delivery(body: bytes, name: str) -> Delivery:
    """Return a verified delivery whose id is `msg_` and the name."""
    return WEBHOOK.verify(body, WEBHOOK.sign(body, id=f"msg_{name}"))


@table("name", CASES)
def test_triage(name: str) -> None:
    """Each body is escalated for its reason, or not, and whatever it is, triage does not fail."""
    body, reason = CASES[name]
    assert triage(delivery(body, name)).alarm == ((subject(name), reason) if reason else None)


def test_triage_of_documented_events() -> None:
    """Of the events outside the contract that Junction documents, those of high urgency are escalated, no others."""
    listed = known_events.known_events()
    bodies = {name: f'{{"event_type": "{name}", "data": {{}}}}'.encode() for name in listed}
    escalated = {name for name, body in bodies.items() if triage(delivery(body, "1")).alarm}
    assert escalated == {name for name, each in listed.items() if each.urgency == "high"}


def test_a_replay_is_recognised_only_by_a_payload_that_shows_its_version() -> None:
    """The order of properties does not matter. Payloads that could be two different events have no digest."""
    assert (
        triage(delivery(PARTIAL, "a")).content
        == triage(delivery(PARTIAL.replace(b": ", b":  "), "b")).content
    )
    assert triage(delivery(PARTIAL, "a")).content != triage(delivery(FINAL, "a")).content
    for name in ("no_order", "no_data", "unknown", "exhausted", "empty", "wearable"):
        assert triage(delivery(CASES[name][0], name)).content is None


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """Return an empty inbox."""
    return Inbox(tmp_path / "deliveries.sqlite3", connect=careless)


def careless(path: Any, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Open a connection that does not wait for the disk: fast, and safe unless the machine loses power."""
    database = sqlite3.connect(path, factory=factory)
    sqlite3.Connection.execute(database, "PRAGMA synchronous = OFF")
    return database


def test_people_are_reminded_until_somebody_acknowledges(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reminder has a new key. After the acknowledgement there is none."""
    now = 1_800_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    notified: list[str] = []
    inbox.store(delivery(PARTIAL, "1"))
    for _ in range(3):
        for _ in range(3):
            notify_due(inbox.escalations, lambda escalation: notified.append(escalation.key))
        now += REMIND_AFTER
    assert notified == ["msg_1-1", "msg_1-2", "msg_1-3"]
    [escalation] = inbox.escalations.open()
    assert inbox.escalations.acknowledge(escalation.id, "msg_1", by="Ada")
    assert not inbox.escalations.acknowledge(escalation.id, "msg_1", by="Bob")
    notify_due(inbox.escalations, lambda escalation: notified.append(escalation.key))
    assert len(notified) == 3


def test_nobody_acknowledges_a_result_that_they_did_not_see(inbox: Inbox) -> None:
    """The final result updates the open escalation, so acknowledging the partial one does not close it."""
    inbox.store(delivery(PARTIAL, "1"))
    [seen] = inbox.escalations.open()
    inbox.store(delivery(FINAL, "2"))
    assert not inbox.escalations.acknowledge(seen.id, seen.delivery_id, by="Ada")
    [updated] = inbox.escalations.open()
    assert (updated.id, updated.delivery_id) == (seen.id, "msg_2")


def test_an_update_during_a_notification_is_notified_too(inbox: Inbox) -> None:
    """If the final result arrives while somebody is being notified of the partial one, it stays due."""
    inbox.store(delivery(PARTIAL, "1"))
    notify_due(inbox.escalations, lambda _: inbox.store(delivery(FINAL, "2")))
    notified: list[str] = []
    notify_due(inbox.escalations, lambda escalation: notified.append(escalation.key))
    assert notified == ["msg_2-1"]


def test_a_notifier_that_fails_is_tried_again_and_delays_nobody(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    """A failed notification is repeated with its key, and the other cases are notified meanwhile."""
    for name in ("partial", "empty"):
        inbox.store(delivery(CASES[name][0], name))
    notified: list[str] = []

    def notify(escalation: Escalation) -> None:
        notified.append(escalation.key)
        if len(notified) == 1:
            message = "the pager does not answer"
            raise RuntimeError(message)

    notify_due(inbox.escalations, notify)
    assert notified == ["msg_partial-1", "msg_empty-1"]
    assert "could not notify anybody of escalation 1" in caplog.text
    notify_due(inbox.escalations, notify)
    assert notified[2:] == ["msg_partial-1"]


class Killed(BaseException):
    """Simulates that the process is killed."""


class Mortal(sqlite3.Connection):
    """A connection whose process is killed before one of its statements."""

    left: float = math.inf

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Run the statement, unless the process is killed first."""
        if Mortal.left == 0:
            raise Killed
        Mortal.left -= 1
        return super().execute(*arguments)


def test_killed_between_any_two_steps(tmp_path: Path) -> None:
    """Wherever the process is killed, Junction's retry and the next worker notify of everything."""
    bodies = {"partial": PARTIAL, "final": FINAL, "empty": b"", "order": CASES["order"][0]}
    arriving = [delivery(body, name) for name, body in bodies.items()]
    for step in itertools.count():
        path = tmp_path / f"{step}"
        inbox = Inbox(path, connect=functools.partial(careless, factory=Mortal))
        notified: list[str] = []
        notify = functools.partial(lambda keys, escalation: keys.append(escalation.key), notified)
        Mortal.left = step
        for each in arriving:
            try:
                inbox.store(each)
                work(inbox, notify)
            except Killed:
                inbox = Inbox(path, connect=careless)
                work(inbox, notify)
                inbox.store(each)
                work(inbox, notify)
        survived = Mortal.left > 0
        Mortal.left = math.inf
        # A notification that was cut in two has been sent again with the same key, and no other.
        assert list(dict.fromkeys(notified)) == ["msg_partial-1", "msg_final-2", "msg_empty-1"], step
        assert len(notified) <= (3 if survived else 4)
        assert [each.subject for each in inbox.escalations.open()] == [f"order {ORDER}", "delivery msg_empty"]
        assert inbox.waiting() == []
        if survived:
            break
    assert step > 5 * len(arriving)


def test_two_workers_count_a_notification_once(inbox: Inbox) -> None:
    """Two workers may both send a notification. It has one key, and the next one is due as usual."""
    inbox.store(delivery(PARTIAL, "1"))
    first = inbox.escalations.open()
    for escalation in (*first, *first):
        Escalations.notified(inbox.escalations, escalation, again_at=math.inf)
    [after] = inbox.escalations.open()
    assert after.notified == 1

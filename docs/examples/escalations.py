"""Escalations: what a person has to acknowledge, in an SQLite table next to the deliveries."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from triage import Alarm

    from junction_webhooks import Delivery

logger = logging.getLogger(__name__)

REMIND_AFTER = 5 * 60  # seconds, until somebody acknowledges

TABLE = """
CREATE TABLE IF NOT EXISTS escalations (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    notified INTEGER NOT NULL DEFAULT 0,
    notify_at REAL NOT NULL,
    acknowledged_by TEXT
)
"""
INDEX = """
CREATE UNIQUE INDEX IF NOT EXISTS one_open_escalation ON escalations (subject) WHERE acknowledged_by IS NULL
"""


class Escalation(NamedTuple):
    """A case that nobody has acknowledged yet. It contains no patient data: fetch the results."""

    id: int
    subject: str
    reason: str
    delivery_id: str
    """The `svix-id` of the latest delivery that it is about."""
    notified: int
    """How many notifications the notifier has accepted."""

    @property
    def key(self) -> str:
        """The idempotency key of the next notification. It is the same if that has to be repeated."""
        return f"{self.delivery_id}-{self.notified + 1}"


def escalate(database: sqlite3.Connection, delivery: Delivery, alarm: Alarm) -> None:
    """Open an escalation, or update the open one, in the transaction that stores the delivery."""
    database.execute(
        "INSERT INTO escalations (subject, reason, delivery_id, notify_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (subject) WHERE acknowledged_by IS NULL "
        "DO UPDATE SET delivery_id = excluded.delivery_id, notify_at = excluded.notify_at",
        (alarm.subject, alarm.reason, delivery.id, time.time()),
    )


class Escalations:
    """The escalations of a database that `connect` opens, in autocommit mode."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect

    def open(self, *, due_at: float = float("inf")) -> list[Escalation]:
        """Return what nobody has acknowledged, oldest first. With `due_at`, only what is due then."""
        with closing(self._connect()) as database:
            rows = database.execute(
                "SELECT id, subject, reason, delivery_id, notified FROM escalations "
                "WHERE acknowledged_by IS NULL AND notify_at <= ? ORDER BY id",
                (due_at,),
            ).fetchall()
        return [Escalation(*row) for row in rows]

    def notified(self, escalation: Escalation, *, again_at: float) -> None:
        """Record an accepted notification. If the case was updated in the meantime, it stays due."""
        with closing(self._connect()) as database:
            database.execute(
                "UPDATE escalations SET notified = notified + 1, notify_at = ? "
                "WHERE id = ? AND delivery_id = ? AND notified = ?",
                (again_at, escalation.id, escalation.delivery_id, escalation.notified),
            )

    def acknowledge(self, id_: int, delivery_id: str, *, by: str) -> bool:
        """Close an escalation. Return False if it is not open, or if a newer delivery has updated it.

        `delivery_id` is the one that the person saw: nobody acknowledges a result that came afterwards.
        """
        with closing(self._connect()) as database:
            done = database.execute(
                "UPDATE escalations SET acknowledged_by = ? "
                "WHERE id = ? AND delivery_id = ? AND acknowledged_by IS NULL",
                (by, id_, delivery_id),
            )
            return done.rowcount == 1


class Due(Protocol):
    """What `notify_due` needs. The Django example keeps its escalations in a model."""

    def open(self, *, due_at: float = ...) -> Iterable[Escalation]:
        """Return the open escalations that are due."""

    def notified(self, escalation: Escalation, *, again_at: float) -> None:
        """Record an accepted notification."""


def notify_due(escalations: Due, notify: Callable[[Escalation], object]) -> None:
    """Send the notifications that are due. One that fails stays due, and delays no other."""
    for escalation in escalations.open(due_at=time.time()):
        try:
            notify(escalation)
        except Exception:
            logger.exception("could not notify anybody of escalation %d", escalation.id)
        else:
            # If the process is killed before this line, the notification is sent again with the same key.
            escalations.notified(escalation, again_at=time.time() + REMIND_AFTER)

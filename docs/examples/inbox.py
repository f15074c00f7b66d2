"""Store verified deliveries in an SQLite table. Any database with transactions works."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import escalations
from triage import triage

from junction_webhooks import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLE = """
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    sent_at REAL NOT NULL,
    body BLOB NOT NULL,
    content TEXT,
    handled INTEGER NOT NULL
)
"""
INDEX = "CREATE INDEX IF NOT EXISTS deliveries_by_content ON deliveries (content)"


class Inbox:
    """Deliveries by id. Each delivery is stored once. `connect` opens the database."""

    def __init__(
        self, path: str | Path, *, connect: Callable[[str | Path], sqlite3.Connection] = sqlite3.connect
    ) -> None:
        self._path = path
        self._open = connect
        self.escalations = escalations.Escalations(self._connect)
        with closing(self._connect()) as database:
            for statement in (TABLE, INDEX, escalations.TABLE, escalations.INDEX):
                database.execute(statement)

    def store(self, delivery: Delivery) -> bool:
        """Store a delivery and what it escalates, or nothing. Return whether it is new.

        Junction may send the same delivery again, and may replay an event as a new delivery.
        """
        content, alarm = triage(delivery)
        with closing(self._connect()) as database:
            database.execute("BEGIN IMMEDIATE")
            is_replay = bool(
                database.execute("SELECT 1 FROM deliveries WHERE content = ?", (content,)).fetchone()
            )
            stored = database.execute(
                "INSERT INTO deliveries (id, sent_at, body, content, handled) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO NOTHING",
                (delivery.id, delivery.sent_at.timestamp(), delivery.raw, content, is_replay),
            )
            is_new = stored.rowcount == 1 and not is_replay
            if alarm and is_new:
                escalations.escalate(database, delivery, alarm)
            # Closing the connection without this commit rolls everything back.
            database.execute("COMMIT")
        return is_new

    def waiting(self) -> list[Delivery]:
        """Return the deliveries that are not handled yet, oldest first."""
        with closing(self._connect()) as database:
            rows = database.execute(
                "SELECT id, sent_at, body FROM deliveries WHERE NOT handled ORDER BY sent_at, rowid"
            ).fetchall()
        return [Delivery(id_, datetime.fromtimestamp(sent_at, UTC), body) for id_, sent_at, body in rows]

    def handled(self, delivery: Delivery) -> None:
        """Mark a delivery as handled."""
        with closing(self._connect()) as database:
            database.execute("UPDATE deliveries SET handled = 1 WHERE id = ?", (delivery.id,))

    def _connect(self) -> sqlite3.Connection:
        database = self._open(self._path)
        database.isolation_level = None  # transactions begin only explicitly
        return database

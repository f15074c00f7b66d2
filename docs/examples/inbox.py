"""Store verified deliveries in an SQLite table. Any database with primary keys works."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from junction_webhooks import Delivery

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    sent_at REAL NOT NULL,
    body BLOB NOT NULL,
    handled INTEGER NOT NULL DEFAULT 0
)
"""


class Inbox:
    """Deliveries by id. Each delivery is stored once."""

    def __init__(self, path: str | Path) -> None:
        self._path = path
        with closing(self._connect()) as database:
            database.execute(TABLE)

    def store(self, delivery: Delivery) -> bool:
        """Store a delivery. Return whether it is new: Junction may send the same delivery again."""
        with closing(self._connect()) as database:
            kept = database.execute(
                "INSERT INTO deliveries (id, sent_at, body) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (delivery.id, delivery.sent_at.timestamp(), delivery.raw),
            )
            return kept.rowcount == 1

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
        # Autocommit: each statement is a transaction of its own.
        return sqlite3.connect(self._path, isolation_level=None)

"""The receiver's database: four SQLite tables. Everything that a step changes is one transaction."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import escalations

from junction_webhooks import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from triage import Alarm

TABLES = f"""
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    sent_at TEXT NOT NULL,
    body BLOB NOT NULL,
    content TEXT,
    applied INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_by_content ON deliveries (content);
CREATE TABLE IF NOT EXISTS objects (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    data TEXT NOT NULL,
    undecided INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
);
CREATE TABLE IF NOT EXISTS notices (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    entries INTEGER NOT NULL,
    text TEXT NOT NULL
);
{escalations.TABLE};
{escalations.INDEX};
"""


class Subject(NamedTuple):
    """An order or an appointment."""

    kind: str
    id: str


class Notice(NamedTuple):
    """A notice for the patient."""

    subject: Subject
    entries: int
    """The length of the history that the notice is about."""
    text: str


class Store:
    """The database. `connect` opens a connection to it."""

    def __init__(
        self, path: Path, *, connect: Callable[[Path], sqlite3.Connection] = sqlite3.connect
    ) -> None:
        self._path = path
        self._open = connect
        self.escalations = escalations.Escalations(self._connect)
        with closing(self._connect()) as database:
            database.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Run a block as one transaction. Only one transaction is open at a time, across all processes."""
        with closing(self._connect()) as database:
            database.execute("BEGIN IMMEDIATE")
            # Closing the connection without this commit rolls everything back.
            yield Transaction(database)
            database.execute("COMMIT")

    def waiting(self) -> list[Delivery]:
        """Return the deliveries that are not applied yet, in the order of their arrival."""
        with closing(self._connect()) as database:
            rows = database.execute(
                "SELECT id, sent_at, body FROM deliveries WHERE NOT applied ORDER BY rowid"
            ).fetchall()
        return [Delivery(id_, datetime.fromisoformat(sent_at), body) for id_, sent_at, body in rows]

    def undecided(self) -> dict[Subject, int]:
        """Return the objects whose newest delivery is undecided, with the number of undecided deliveries."""
        with closing(self._connect()) as database:
            rows = database.execute("SELECT kind, id, undecided FROM objects WHERE undecided").fetchall()
        return {Subject(kind, id_): times for kind, id_, times in rows}

    def objects(self) -> dict[Subject, dict[str, Any]]:
        """Return the current data of every order and appointment."""
        with closing(self._connect()) as database:
            rows = database.execute("SELECT kind, id, data FROM objects").fetchall()
        return {Subject(kind, id_): json.loads(data) for kind, id_, data in rows}

    def notices(self) -> list[Notice]:
        """Return all notices, oldest first."""
        with closing(self._connect()) as database:
            rows = database.execute("SELECT kind, id, entries, text FROM notices ORDER BY number").fetchall()
        return [Notice(Subject(kind, id_), entries, text) for kind, id_, entries, text in rows]

    def _connect(self) -> sqlite3.Connection:
        database = self._open(self._path)
        database.isolation_level = None  # transactions begin only explicitly
        return database


class Transaction:
    """The reads and changes of one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def remember(self, delivery: Delivery, content: str | None) -> bool:
        """Store the delivery. Return whether it is new: neither the same delivery again nor a replay."""
        is_replay = bool(
            self._database.execute("SELECT 1 FROM deliveries WHERE content = ?", (content,)).fetchone()
        )
        stored = self._database.execute(
            "INSERT INTO deliveries (id, sent_at, body, content, applied) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO NOTHING",
            (delivery.id, delivery.sent_at.isoformat(), delivery.raw, content, is_replay),
        )
        return stored.rowcount == 1 and not is_replay

    def escalate(self, delivery: Delivery, alarm: Alarm) -> None:
        """Open an escalation, or update the open one with the same subject."""
        escalations.escalate(self._database, delivery, alarm)

    def mark(self, delivery: Delivery, *, applied: bool) -> bool:
        """Mark a delivery as applied, or as waiting. Return whether that is a change."""
        marked = self._database.execute(
            "UPDATE deliveries SET applied = ? WHERE id = ? AND applied <> ?", (applied, delivery.id, applied)
        )
        return marked.rowcount == 1

    def current(self, subject: Subject) -> dict[str, Any] | None:
        """Return the current order or appointment, or None if it is unknown."""
        row = self._database.execute("SELECT data FROM objects WHERE kind = ? AND id = ?", subject).fetchone()
        return json.loads(row[0]) if row else None

    def keep(self, subject: Subject, data: dict[str, Any]) -> None:
        """Store the current order or appointment."""
        self._database.execute(
            "INSERT INTO objects (kind, id, data) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET data = excluded.data",
            (*subject, json.dumps(data)),
        )

    def change_undecided(self, subject: Subject, by: int) -> None:
        """Change the number of undecided deliveries of an object by `by`, which may be negative."""
        self._database.execute(
            "UPDATE objects SET undecided = undecided + ? WHERE kind = ? AND id = ?", (by, *subject)
        )

    def tell(self, notice: Notice) -> None:
        """Add a notice for the patient. The service that sends messages reads them from the table."""
        self._database.execute(
            "INSERT INTO notices (kind, id, entries, text) VALUES (?, ?, ?, ?)",
            (*notice.subject, notice.entries, notice.text),
        )

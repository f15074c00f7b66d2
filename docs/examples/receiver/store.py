"""Where the receiver keeps things: three tables in SQLite, changed in one transaction a delivery."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from junction_webhooks import Delivery

TABLES = """
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    sent_at TEXT NOT NULL,
    body BLOB NOT NULL
);
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
"""


class Subject(NamedTuple):
    """An order or an appointment."""

    kind: str
    id: str


class Notice(NamedTuple):
    """Something to tell the patient."""

    subject: Subject
    entries: int
    """How long the history was that it speaks of."""
    text: str


class Store:
    """The database. `connect` opens it."""

    def __init__(
        self, path: Path, *, connect: Callable[[Path], sqlite3.Connection] = sqlite3.connect
    ) -> None:
        self._path = path
        self._open = connect
        with closing(self._connect()) as database:
            database.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All of it, or nothing. Only one is open at a time, whoever else uses the database."""
        with closing(self._connect()) as database:
            database.execute("BEGIN IMMEDIATE")
            # Closing the connection without this commit takes everything back.
            yield Transaction(database)
            database.execute("COMMIT")

    def undecided(self) -> dict[Subject, int]:
        """The objects of which nobody can tell which delivery is newer, and how many deliveries that were."""
        with closing(self._connect()) as database:
            rows = database.execute("SELECT kind, id, undecided FROM objects WHERE undecided").fetchall()
        return {Subject(kind, id_): times for kind, id_, times in rows}

    def objects(self) -> dict[Subject, dict[str, Any]]:
        """Every order and appointment as it stands."""
        with closing(self._connect()) as database:
            rows = database.execute("SELECT kind, id, data FROM objects").fetchall()
        return {Subject(kind, id_): json.loads(data) for kind, id_, data in rows}

    def notices(self) -> list[Notice]:
        """Everything to tell, in the order in which it became known."""
        with closing(self._connect()) as database:
            rows = database.execute("SELECT kind, id, entries, text FROM notices ORDER BY number").fetchall()
        return [Notice(Subject(kind, id_), entries, text) for kind, id_, entries, text in rows]

    def _connect(self) -> sqlite3.Connection:
        database = self._open(self._path)
        database.isolation_level = None  # transactions begin where the code says so
        return database


class Transaction:
    """What can be read and changed in one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def remember(self, delivery: Delivery) -> bool:
        """Keep the delivery, and tell whether it is the first with its id."""
        kept = self._database.execute(
            "INSERT INTO deliveries (id, sent_at, body) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (delivery.id, delivery.sent_at.isoformat(), delivery.raw),
        )
        return kept.rowcount == 1

    def current(self, subject: Subject) -> dict[str, Any] | None:
        """The order or appointment as it stands, None when nothing is known of it."""
        row = self._database.execute("SELECT data FROM objects WHERE kind = ? AND id = ?", subject).fetchone()
        return json.loads(row[0]) if row else None

    def keep(self, subject: Subject, data: dict[str, Any]) -> None:
        """Let the order or appointment stand so from now on."""
        self._database.execute(
            "INSERT INTO objects (kind, id, data) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET data = excluded.data",
            (*subject, json.dumps(data)),
        )

    def change_undecided(self, subject: Subject, by: int) -> None:
        """Count deliveries of an object that were undecided; a negative number takes them off."""
        self._database.execute(
            "UPDATE objects SET undecided = undecided + ? WHERE kind = ? AND id = ?", (by, *subject)
        )

    def tell(self, notice: Notice) -> None:
        """Have the patient told: whoever sends messages takes them from the table."""
        self._database.execute(
            "INSERT INTO notices (kind, id, entries, text) VALUES (?, ?, ?, ?)",
            (*notice.subject, notice.entries, notice.text),
        )

"""Notify people and handle deliveries, from the store: one process next to the web server.

Run it under a supervisor that restarts it, with the address that your paging service gives you:

PAGER_URL=https://… python worker.py
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import httpx
from escalations import notify_due
from handling import handle_waiting
from inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from escalations import Escalation

POLL_EVERY = 1.0  # seconds


def pager(url: str) -> Callable[[Escalation], None]:
    """Return a function that pages a person. Raises `httpx.HTTPError` if that was not accepted.

    A paging service must ignore a second request with the same key, as most do.
    """

    def notify(escalation: Escalation) -> None:
        httpx.post(
            url,
            headers={"Idempotency-Key": escalation.key},
            json={
                "escalation": escalation.id,
                "subject": escalation.subject,
                "reason": escalation.reason,
                "delivery_id": escalation.delivery_id,
            },
            timeout=10,
        ).raise_for_status()

    return notify


def work(inbox: Inbox, notify: Callable[[Escalation], None]) -> None:
    """Do everything that is due. People come first: a page never waits for other work."""
    notify_due(inbox.escalations, notify)
    handle_waiting(inbox)


if __name__ == "__main__":
    inbox = Inbox("deliveries.sqlite3")
    notify = pager(os.environ["PAGER_URL"])
    while True:
        work(inbox, notify)
        time.sleep(POLL_EVERY)

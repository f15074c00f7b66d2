"""`manage.py junction_worker`: notify people and handle deliveries, until it is stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand
from django_handler.inbox import Escalations, Inbox
from escalations import notify_due
from handling import handle_waiting
from worker import POLL_EVERY, pager

if TYPE_CHECKING:
    from collections.abc import Callable

    from escalations import Escalation


class Command(BaseCommand):
    """Runs the worker. A supervisor should restart it if it stops."""

    def handle(self, **_: object) -> None:
        """Work until the process is stopped."""
        notify = pager(settings.JUNCTION_PAGER_URL)
        while True:
            work(notify)
            time.sleep(POLL_EVERY)


def work(notify: Callable[[Escalation], None]) -> None:
    """Do everything that is due. People come first: a page never waits for other work."""
    notify_due(Escalations(), notify)
    handle_waiting(Inbox())

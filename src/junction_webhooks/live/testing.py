"""Testing an endpoint: the first delivery, then every check, one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from junction_webhooks.live.checks.model import Finding, Result, StopCheck, not_checked
from junction_webhooks.live.checks.session import RunStopped, Session
from junction_webhooks.live.checks.state import STATUSES
from junction_webhooks.live.outcome import advice

if TYPE_CHECKING:
    from junction_webhooks.live.checks.model import Check
    from junction_webhooks.live.outcome import Outcome

_NO_PROBE: Final = {
    "state": "no probe: --state URL says where your service shows an order",
    "escalations": "no probe: --escalations URL says where your service lists what a person has to see",
}
_TOO_SLOW: Final = "the run stopped after three deliveries without an answer in time"


def first_delivery(session: Session) -> Outcome:
    """Send one valid delivery, and return how it was answered. Without a 2xx, no check makes sense."""
    delivery = session.player.prepared(session.player.story()).deliveries[0]
    return session.endpoint.post(delivery.raw, session.webhook.sign(delivery.raw, id=delivery.id))


def explained(outcome: Outcome, place: str) -> str:
    """Return why the first delivery was not accepted, and what to do."""
    if outcome.problem == "refused":
        return f"{outcome.detail}: start your server, or correct the port"
    if outcome.status is None:
        return f"{place}: {outcome.detail}"
    return f"{place} answered the first valid delivery with {outcome.status}: {advice(outcome.status)}"


def run_checks(session: Session, checks: Iterable[Check]) -> Iterator[Result]:
    """Run the checks one after the other, and yield each result."""
    stopped: str | None = None
    for check in checks:
        if check is STATUSES and session.settings.state_map is None:
            continue
        begin = time.monotonic()
        if session.has_timed_out and check.id != "delivery.answer-time":
            stopped = stopped or _TOO_SLOW
        if stopped is not None and check.id != "delivery.answer-time":
            finding = not_checked(stopped)
        else:
            finding, stopped = _run(check, session, stopped)
        yield Result(check, finding, time.monotonic() - begin)


def _run(check: Check, session: Session, stopped: str | None) -> tuple[Finding, str | None]:
    """Return what a check found, and why the run ends, if it does."""
    if check.needs and getattr(session.settings, check.needs) is None:
        return not_checked(_NO_PROBE[check.needs]), stopped
    try:
        return check.run(session), stopped
    except StopCheck as stop:
        return stop.finding, stopped
    except RunStopped as stop:
        return Finding("failed", str(stop)), str(stop)

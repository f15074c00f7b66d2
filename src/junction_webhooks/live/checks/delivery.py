"""Delivery: at least once, in any order, and answered in time."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

from junction_webhooks.live.checks.model import PASSED, Check, Finding, Rule, failed, not_checked
from junction_webhooks.live.checks.stories import accepted_in_order, answers_after
from junction_webhooks.live.client import TIME_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from junction_webhooks.live.checks.session import Session
    from junction_webhooks.live.outcome import Outcome

DUPLICATES: Final = Rule(
    "The same message can arrive twice, for example if your 2xx was late or lost.", "delivery.md#duplicates"
)
ORDER: Final = Rule("Deliveries can arrive in any order.", "delivery.md#order")
_RETRIES: Final = Rule(
    "A delivery that is not answered with a 2xx within 15 seconds is sent again.", "delivery.md#retries"
)
_CALM: Final = TIME_LIMIT / 3
"""Seconds: a slower answer is not far from a failed one under load."""
SIMULTANEOUS: Final = 4


def _all(outcomes: Sequence[Outcome]) -> Finding:
    refused = [outcome for outcome in outcomes if not outcome.accepted]
    if not refused:
        return PASSED
    answers = sorted({str(outcome.status or outcome.detail) for outcome in refused})
    return failed(f"{len(refused)} of {len(outcomes)} not accepted: {', '.join(answers)}")


def _duplicates(session: Session) -> Finding:
    deliveries = session.player.prepared(session.player.story()).deliveries
    return _all([session.deliver_one(each) for each in deliveries for _ in range(2)])


def _simultaneous(session: Session) -> Finding:
    delivery = session.player.prepared(session.player.story()).deliveries[0]
    return _all(session.at_once([partial(session.deliver_one, delivery)] * SIMULTANEOUS))


def _dropped(session: Session) -> Finding:
    deliveries = session.player.prepared(session.player.story()).deliveries
    outcomes = []
    for each in deliveries:
        session.deliver_one(each, drop=True)
        outcomes.append(session.deliver_one(each))
    return _all(outcomes)


def _concurrency(session: Session) -> Finding:
    story = session.player.story()
    number = session.settings.concurrency
    deliveries = [session.player.prepared(story).deliveries[0] for _ in range(number)]
    found = _all(session.at_once([partial(session.deliver_one, each) for each in deliveries]))
    if found.status == "passed":
        return Finding("passed", f"{number} in flight")
    return Finding("warning", f"with {number} in flight, {found.message}")


def _answer_time(session: Session) -> Finding:
    if session.slow:
        what = "; ".join(dict.fromkeys(session.slow))
        return failed(f"no complete answer in time: {what}: store the delivery, answer, and process it later")
    if not session.durations:
        return not_checked("nothing was answered")
    times = sorted(session.durations)
    middle, most, longest = (_percentile(times, share) for share in (0.5, 0.95, 1))
    words = f"half within {_ms(middle)}, 95 % within {_ms(most)}, all within {_ms(longest)}"
    return Finding("passed" if most < _CALM else "warning", words)


def _percentile(times: Sequence[float], share: float) -> float:
    return times[max(0, math.ceil(share * len(times)) - 1)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


CHECKS: Final = (
    Check(
        "delivery.duplicates",
        "A duplicate that is refused is sent again and again.",
        DUPLICATES,
        _duplicates,
    ),
    Check(
        "delivery.simultaneous",
        "The same delivery may arrive twice at the same moment.",
        DUPLICATES,
        _simultaneous,
    ),
    Check(
        "delivery.dropped-connection",
        "If the connection breaks before your answer, the same delivery comes again.",
        DUPLICATES,
        _dropped,
    ),
    Check(
        "delivery.in-order",
        "Every scenario has to be accepted from the first delivery to the last.",
        _RETRIES,
        accepted_in_order,
    ),
    Check(
        "delivery.late",
        "A delivery that failed at first arrives hours later, after newer ones.",
        ORDER,
        answers_after("late"),
    ),
    Check(
        "delivery.shuffled",
        "A handler must not fail because another delivery came first.",
        ORDER,
        answers_after("shuffled"),
    ),
    Check(
        "delivery.duplicated",
        "Everything may arrive twice, in any order.",
        DUPLICATES,
        answers_after("duplicated"),
    ),
    Check(
        "delivery.concurrency",
        "After an outage, many deliveries arrive at once.",
        _RETRIES,
        _concurrency,
    ),
)
LAST: Final = (
    Check(
        "delivery.answer-time",
        "A late answer counts as none.",
        _RETRIES,
        _answer_time,
    ),
)
"""What all other checks have to come before."""

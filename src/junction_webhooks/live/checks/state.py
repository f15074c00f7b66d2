"""State: what the service believes depends on what happened, and not on how the deliveries arrived."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.live.checks.delivery import DUPLICATES, ORDER, SIMULTANEOUS
from junction_webhooks.live.checks.model import PASSED, Check, Finding, Rule, failed, not_checked
from junction_webhooks.live.checks.oracle import States, described
from junction_webhooks.live.checks.stories import failure_of, states_after

if TYPE_CHECKING:
    from junction_webhooks.journeys.model import JourneyDelivery
    from junction_webhooks.live.checks.plays import Play
    from junction_webhooks.live.checks.session import Session
    from junction_webhooks.live.stories import Story

_UPDATES: Final = Rule(
    "Each payload of an order is complete, and the newest replaces all earlier ones.", "delivery.md#order"
)
_NOT_FINAL: Final = Rule(
    "Never drop an update because a status looked final: support reinstates cancelled orders.",
    "disagreements.md#is-cancelled-final",
)
_NOT_ACCEPTED: Final = "a delivery of the story was not accepted in order"
_REINSTATED: Final = "reinstated_step_by_step"


def _updates(session: Session) -> Finding:
    return _changes_after(session, session.player.story(), 1, "its first delivery")


def _after_cancelled(session: Session) -> Finding:
    story = session.player.story(_REINSTATED)
    cancelled = next(n for n, each in enumerate(story.deliveries, 1) if each.summary == "order cancelled")
    return _changes_after(session, story, cancelled, "it was cancelled")


def _changes_after(session: Session, story: Story, number: int, when: str) -> Finding:
    """Check that the deliveries after a number of them change what the service believes."""
    play = session.player.prepared(story, known=True)
    session.player.send(play, play.deliveries[:number])
    before = session.view(play)
    session.player.send(play, play.deliveries[number:])
    if not play.accepted:
        return not_checked(_NOT_ACCEPTED)
    if session.view(play) == before:
        return failed(f"{story.name}: the order is still as it was when {when}")
    return PASSED


def _duplicates(session: Session) -> Finding:
    story = session.player.story()
    twice = tuple(number for number in range(len(story.deliveries)) for _ in range(2))
    if not States(session).expected(story, twice):
        return not_checked(_NOT_ACCEPTED)
    return failure_of(story, twice, States(session), with_duplicate=True) or PASSED


def _same_as_in_order(session: Session, send: _Send) -> Finding:
    """Check that a story is believed the same if each of its deliveries is sent in another way."""
    story = session.player.story()
    expected = States(session).expected(story, tuple(range(len(story.deliveries))))
    if not expected:
        return not_checked(_NOT_ACCEPTED)
    play = session.player.prepared(story, known=True)
    for delivery in play.deliveries:
        send(session, play, delivery)
    found = session.settled_view(play, expected)
    return PASSED if found == expected else failed("the order differs", *described(expected, found))


def _at_once(session: Session, play: Play, delivery: JourneyDelivery) -> None:
    del play
    session.at_once([partial(session.deliver_one, delivery)] * SIMULTANEOUS)


def _dropped_first(session: Session, play: Play, delivery: JourneyDelivery) -> None:
    del play
    session.deliver_one(delivery, drop=True)
    session.deliver_one(delivery)


def _statuses(session: Session) -> Finding:
    mapping = session.settings.state_map or {}
    wrong: list[str] = []
    compared = 0
    for story in session.player.decided_stories:
        play = session.player.play(story, known=True)
        view = session.view(play) if play.accepted else {}
        for number, order_id in enumerate(play.ids.values["order_id"], start=1):
            status = _last_status(play, order_id)
            expected = mapping.get(status, mapping.get(status.rpartition(".")[2]))
            found = view.get(f"order {number}")
            if expected is None or found is None:
                continue
            compared += 1
            if found != expected:
                label = f"{story.name}: order {number}"
                wrong += described({label: expected}, {label: found})
    if wrong:
        return failed(f"{len(wrong)} of {compared} statuses differ", *wrong[:5])
    if not compared:
        return not_checked("--state-map has none of the statuses of the scenarios")
    return Finding("passed", f"{compared} statuses")


def _last_status(play: Play, order_id: str) -> str:
    entries: list[dict[str, Any]] = []
    for delivery in play.deliveries:
        data = delivery.payload["data"]
        if data.get("id") == order_id and len(data.get("events", ())) >= len(entries):
            entries = data["events"]
    return str(entries[-1]["status"]) if entries else ""


if TYPE_CHECKING:
    from collections.abc import Callable

    _Send = Callable[[Session, Play, JourneyDelivery], None]

CHECKS: Final = (
    Check(
        "state.updates",
        "A service that keeps the first payload of an order misses its results.",
        _UPDATES,
        _updates,
        needs="state",
    ),
    Check(
        "state.after-cancelled",
        "An order that was cancelled by mistake may still be completed.",
        _NOT_FINAL,
        _after_cancelled,
        needs="state",
    ),
    Check(
        "state.duplicates",
        "A duplicate must not have a second effect.",
        DUPLICATES,
        _duplicates,
        needs="state",
    ),
    Check(
        "state.simultaneous",
        "Two copies that arrive at the same moment must have one effect.",
        DUPLICATES,
        partial(_same_as_in_order, send=_at_once),
        needs="state",
    ),
    Check(
        "state.dropped-connection",
        "A delivery may take effect although nobody got your answer.",
        DUPLICATES,
        partial(_same_as_in_order, send=_dropped_first),
        needs="state",
    ),
    Check(
        "state.late",
        "An old payload that arrives late must not replace a newer one.",
        ORDER,
        states_after("late"),
        needs="state",
    ),
    Check(
        "state.shuffled",
        "The order of arrival must not decide what you believe.",
        ORDER,
        states_after("shuffled"),
        needs="state",
    ),
    Check(
        "state.duplicated",
        "Everything may arrive twice, in any order.",
        DUPLICATES,
        states_after("duplicated"),
        needs="state",
    ),
)
STATUSES: Final = Check(
    "state.statuses",
    "Your service calls each status by the name that you gave.",
    _UPDATES,
    _statuses,
    needs="state",
)
"""Only with a map of statuses."""

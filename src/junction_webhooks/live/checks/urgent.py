"""Critical results: whatever else is odd about one, it is accepted, and a person learns of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from junction_webhooks import fixtures
from junction_webhooks.contract.families import RESULT
from junction_webhooks.journeys.model import JourneyDelivery, body
from junction_webhooks.live.checks.material import NEW_VALUE
from junction_webhooks.live.checks.model import PASSED, Check, Finding, Rule, failed, not_checked
from junction_webhooks.live.renewal import fresh
from junction_webhooks.live.state.ids import StoryIds, subject_of

if TYPE_CHECKING:
    from junction_webhooks.live.checks.session import Session

_FIXTURE: Final = "labtest.result.critical/final"
_KEPT: Final = ("order_id",)
"""What every critical result has, in `data`."""
_PERMISSION: Final = "critical results are sent beyond this machine only with --include urgent"
_URGENT: Final = Rule(
    "A critical result may be life-threatening, and may be the only event that says that results exist.",
    "delivery.md#escalate",
)
_NORMAL: Final = Rule(
    "Junction's own example of a critical result says `normal`.",
    "disagreements.md#does-a-critical-result-say-critical",
)
Change: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


def _minimal(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in _KEPT}


_ODD: Final[tuple[tuple[str, str, Rule, Change], ...]] = (
    ("", "A critical result", _URGENT, lambda data: data),
    (
        "unknown-status",
        "A critical result with a new status",
        _URGENT,
        lambda data: data | {"status": NEW_VALUE},
    ),
    ("missing-values", "A critical result with nothing but the id of its order", _URGENT, _minimal),
    (
        "normal-interpretation",
        "A critical result whose interpretation is `normal`",
        _NORMAL,
        lambda data: data | {"interpretation": "normal"},
    ),
)
_UNKNOWN_ORDER: Final = ("unknown-order", "A critical result of an order that you do not know", _URGENT)


def _critical(change: Change, order_id: str | None = None) -> JourneyDelivery:
    fixture = fixtures.load(_FIXTURE)
    payload = fixture.payload
    payload["data"] = change(payload["data"])
    delivery = JourneyDelivery(
        id="msg_critical",
        offset=fixtures.scenario("no_appointment").deliveries[-1].offset,
        event_type=RESULT.event_types[0],
        raw=body(payload),
        summary="critical result",
    )
    (made,) = fresh([delivery])
    if order_id is None:
        return made
    payload = made.payload
    payload["data"]["order_id"] = order_id
    return replace(made, raw=body(payload))


def _delivery(session: Session, change: Change, *, known: bool) -> JourneyDelivery:
    """Return a critical result, of an order that the service has just received if `known`."""
    if not known:
        return _critical(change)
    play = session.player.play(session.player.story(), again=True)
    return _critical(change, play.ids.values["order_id"][0])


def _is_accepted(change: Change, *, known: bool) -> Callable[[Session], Finding]:
    def run(session: Session) -> Finding:
        if not session.sends_urgent:
            return not_checked(_PERMISSION)
        outcome = session.deliver_one(_delivery(session, change, known=known))
        if outcome.accepted:
            return PASSED
        return failed(f"answered with {outcome.status}" if outcome.status else outcome.detail)

    return run


def _escalates(change: Change, *, known: bool) -> Callable[[Session], Finding]:
    def run(session: Session) -> Finding:
        if not session.sends_urgent:
            return not_checked(_PERMISSION)
        delivery = _delivery(session, change, known=known)
        order_id, ids = subject_of(delivery)[1], StoryIds.of([delivery])
        if session.mentions(order_id, ids, awaited=False):
            return not_checked("the escalations mention the order before its critical result")
        outcome = session.deliver_one(delivery)
        if session.mentions(order_id, ids):
            return PASSED
        answer = outcome.status or outcome.detail
        return failed(f"no escalation mentions the order; the delivery was answered with {answer}")

    return run


def _escalates_once(session: Session) -> Finding:
    if not session.sends_urgent:
        return not_checked(_PERMISSION)
    delivery = _delivery(session, lambda data: data, known=True)
    order_id, ids = subject_of(delivery)[1], StoryIds.of([delivery])
    session.deliver_one(delivery)
    once = session.mentions(order_id, ids)
    if not once:
        return not_checked("no escalation mentions the order")
    session.deliver_one(delivery)
    # There is an escalation already, so nothing shows when the service has processed the second one.
    session.wait()
    twice = session.mentions(order_id, ids)
    return PASSED if twice == once else failed("the same delivery again opens another escalation")


def _named(prefix: str, name: str) -> str:
    return f"urgent.{prefix}-{name}" if name else f"urgent.{prefix}"


CHECKS: Final = (
    *(
        Check(_named("accepts", name), f"{what} has to be accepted.", rule, _is_accepted(change, known=True))
        for name, what, rule, change in _ODD
    ),
    Check(
        "urgent.accepts-unknown-order",
        f"{_UNKNOWN_ORDER[1]} has to be accepted.",
        _UNKNOWN_ORDER[2],
        _is_accepted(lambda data: data, known=False),
    ),
    *(
        Check(
            _named("escalates", name),
            f"{what} has to reach a person.",
            rule,
            _escalates(change, known=True),
            needs="escalations",
        )
        for name, what, rule, change in _ODD
    ),
    Check(
        "urgent.escalates-unknown-order",
        f"{_UNKNOWN_ORDER[1]} has to reach a person.",
        _UNKNOWN_ORDER[2],
        _escalates(lambda data: data, known=False),
        needs="escalations",
    ),
    Check(
        "urgent.escalates-once",
        "The same critical result must not page somebody twice.",
        _URGENT,
        _escalates_once,
        needs="escalations",
    ),
)

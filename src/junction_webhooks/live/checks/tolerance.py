"""Tolerance: a handler accepts what Junction may add, leave out or send for other products."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.journeys.model import JourneyDelivery
from junction_webhooks.live.checks import material
from junction_webhooks.live.checks.model import PASSED, Check, Finding, Rule, failed
from junction_webhooks.live.renewal import fresh

if TYPE_CHECKING:
    from junction_webhooks.contract import EventType
    from junction_webhooks.live.checks.material import Sample
    from junction_webhooks.live.checks.session import Session
    from junction_webhooks.live.outcome import Outcome

_MEBIBYTE: Final = 2**20
_MOST_SHOWN: Final = 5
_OTHERS: Final = Rule(
    "The same endpoint receives other events too, and Junction adds new ones.", "delivery.md#unknown"
)
_ADDITIONS: Final = Rule(
    "Junction adds values and properties without a new version, so handlers ignore what they do not know.",
    "disagreements.md#are-value-sets-closed",
)
_RETRIES: Final = Rule(
    "A delivery that is not answered with a 2xx is sent again, eight times in all, and then lost.",
    "delivery.md#retries",
)


def send_sample(session: Session, sample: Sample) -> Outcome:
    """Send a payload with fresh ids."""
    return session.deliver_one(_delivery(sample))


def _delivery(sample: Sample) -> JourneyDelivery:
    (delivery,) = fresh(
        [
            JourneyDelivery(
                id="msg_sample",
                offset=timedelta(),
                # It may be an event outside the contract.
                event_type=cast("EventType", sample.event_type),
                raw=sample.raw,
                summary=sample.what,
            )
        ]
    )
    return delivery


def _large_body(session: Session) -> Finding:
    delivery = _delivery(material.richest(FAMILIES[0]))
    outcome = session.deliver_one(replace(delivery, raw=material.padded(delivery.payload, _MEBIBYTE)))
    return PASSED if outcome.accepted else failed(f"a body of {_MEBIBYTE:,} bytes: {_answer(outcome)}")


def _all_accepted(samples: Callable[[], Iterable[Sample]]) -> Callable[[Session], Finding]:
    def run(session: Session) -> Finding:
        sent, refused = 0, []
        for sample in samples():
            if not session.permits(sample.event_type):
                continue
            sent += 1
            outcome = send_sample(session, sample)
            if not outcome.accepted:
                refused.append(f"{sample.what}: {_answer(outcome)}")
        if not refused:
            return PASSED
        shown = refused[:_MOST_SHOWN]
        more = [f"and {len(refused) - len(shown)} more"] if len(refused) > len(shown) else []
        return failed(f"{len(refused)} of {sent} not accepted", *shown, *more)

    return run


def _answer(outcome: Outcome) -> str:
    return f"answered with {outcome.status}" if outcome.status else outcome.detail


def _one_of_each_type() -> list[Sample]:
    return [
        next(each for each in material.enveloped() if each.event_type == event_type)
        for event_type in EVENT_TYPES
    ]


CHECKS: Final = (
    Check(
        "tolerance.event-types",
        "Your endpoint receives every event type that it is subscribed to.",
        _RETRIES,
        _all_accepted(_one_of_each_type),
    ),
    Check(
        "tolerance.fixtures",
        "Every payload that Junction documents has to be accepted.",
        _RETRIES,
        _all_accepted(material.enveloped),
    ),
    Check(
        "tolerance.unknown-events",
        "If you refuse events that you do not know, Junction may disable your endpoint.",
        _OTHERS,
        _all_accepted(material.unknown_events),
    ),
    Check(
        "tolerance.new-values",
        "A new status must not stop an order.",
        _ADDITIONS,
        _all_accepted(material.new_values),
    ),
    Check(
        "tolerance.new-properties",
        "A new property must not stop an order.",
        _ADDITIONS,
        _all_accepted(material.new_properties),
    ),
    Check(
        "tolerance.missing-properties",
        "Not every payload has every property.",
        _ADDITIONS,
        _all_accepted(material.missing),
    ),
    Check(
        "tolerance.nulls",
        "Most properties may be null.",
        _ADDITIONS,
        _all_accepted(material.nulls),
    ),
    Check(
        "tolerance.modalities",
        "Orders of test kits and of at-home tests use the same events.",
        _OTHERS,
        _all_accepted(material.modalities),
    ),
    Check(
        "tolerance.large-body",
        "A long history makes a long body.",
        _RETRIES,
        _large_body,
    ),
    Check(
        "tolerance.non-ascii",
        "Names of patients have letters beyond ASCII.",
        _RETRIES,
        _all_accepted(lambda: [material.non_ascii()]),
    ),
)

"""Signatures: what Junction signed is accepted, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from junction_webhooks.live.checks.model import PASSED, Check, Finding, Rule, failed, not_checked
from junction_webhooks.live.state.normalized import differences
from junction_webhooks.signing import Webhook

if TYPE_CHECKING:
    from junction_webhooks.journeys.model import JourneyDelivery
    from junction_webhooks.live.checks.session import Session
    from junction_webhooks.live.outcome import Outcome

_SIGNED: Final = Rule(
    "Junction signs each delivery through Svix: the id, the time and the bytes of the body.",
    "delivery.md#headers",
)
_ANSWER: Final = Rule(
    "A delivery without a valid signature gets a 4xx and has no effect.", "delivery.md#what-to-answer"
)
_TOLERANCE: Final = Rule(
    "A time of signing that is more than five minutes off is refused, so that nobody can replay a delivery.",
    "delivery.md#headers",
)
_ROTATION: Final = Rule("While a secret is rotated, the header has two signatures.", "delivery.md#headers")
_WAY_OFF: Final = timedelta(minutes=20)
"""Clearly more than the five minutes of Svix."""
_REFUSALS: Final = range(400, 500)


class Forged(NamedTuple):
    """A body with headers that do not belong to it."""

    body: bytes
    headers: Mapping[str, str]


def _created(session: Session) -> JourneyDelivery:
    """Return the first delivery of a new order."""
    return session.player.prepared(session.player.story()).deliveries[0]


def forged(session: Session, delivery: JourneyDelivery, kind: str) -> Forged:
    """Return a delivery that a handler has to refuse. `kind` is one of `KINDS`."""
    body, webhook = delivery.raw, session.webhook
    now = datetime.now(UTC)
    match kind:
        case "missing":
            return Forged(body, {})
        case "tampered":
            signed = json.dumps({**delivery.payload, "team_id": "another team"}).encode()
            return Forged(body, webhook.sign(signed, id=delivery.id))
        case "wrong-secret":
            return Forged(body, Webhook(session.other_secret()).sign(body, id=delivery.id))
        case "too-old":
            return Forged(body, webhook.sign(body, id=delivery.id, sent_at=now - _WAY_OFF))
        case _:
            return Forged(body, webhook.sign(body, id=delivery.id, sent_at=now + _WAY_OFF))


def _is_refused(kind: str, danger: str) -> _Run:
    def run(session: Session) -> Finding:
        forgery = forged(session, _created(session), kind)
        outcome = session.deliver(forgery.body, headers=forgery.headers, what=f"a forged delivery ({kind})")
        if outcome.status in _REFUSALS:
            return PASSED
        answer = f"answered with {outcome.status}" if outcome.status else outcome.detail
        return failed(
            f"{answer} instead of a 4xx: {danger}" if outcome.accepted else f"{answer} instead of a 4xx"
        )

    return run


def _accepted(outcome: Outcome, advice: str) -> Finding:
    if outcome.accepted:
        return PASSED
    answer = f"answered with {outcome.status}" if outcome.status else outcome.detail
    return failed(f"{answer}: {advice}")


def _valid(session: Session) -> Finding:
    delivery = _created(session)
    return _accepted(session.deliver_one(delivery), "a valid signature is refused")


def _rotated(session: Session) -> Finding:
    body = _created(session).raw
    headers = Webhook([session.other_secret(), *session.secrets]).sign(body)
    outcome = session.deliver(body, headers=headers, what="a delivery with two signatures")
    return _accepted(outcome, "compare every signature in the header, not only the first")


def _raw_body(session: Session) -> Finding:
    payload = _created(session).payload
    # Spaces, escapes and order differ from what any library writes.
    body = json.dumps(dict(reversed(payload.items())), indent=3).replace("/", "\\/").encode()
    outcome = session.deliver(body, what="a delivery with spaces in its body")
    return _accepted(outcome, "verify the bytes of the body, before anything parses them")


def _standard(session: Session) -> Finding:
    body = _created(session).raw
    headers = session.webhook.sign(body, standard=True)
    outcome = session.deliver(body, headers=headers, what="a delivery with webhook- headers")
    taken = "accepted" if outcome.accepted else "not accepted"
    return Finding("information", f"webhook- headers are {taken}; Junction sends svix- headers")


def _no_trace(session: Session) -> Finding:
    player = session.player
    story = player.story()
    play = player.prepared(story, known=True)
    player.send(play, play.deliveries[:1])
    if not play.accepted:
        return not_checked("the first delivery of the story was not accepted")
    before = session.view(play)
    for kind in KINDS:
        forgery = forged(session, play.deliveries[-1], kind)
        session.deliver(forgery.body, headers=forgery.headers, what=f"a forged delivery ({kind})")
        after = session.view(play)
        if any(differences(before, after)):
            return failed(f"a delivery with a forged signature ({kind}) changed the order")
    return PASSED


if TYPE_CHECKING:
    from collections.abc import Callable

    _Run = Callable[[Session], Finding]

KINDS: Final = ("missing", "tampered", "wrong-secret", "too-old", "too-new")
CHECKS: Final = (
    Check("signatures.valid", "A valid delivery that is refused is lost.", _SIGNED, _valid),
    Check(
        "signatures.rotated",
        "A rotated secret must not stop your deliveries for a day.",
        _ROTATION,
        _rotated,
    ),
    Check(
        "signatures.raw-body",
        "If you verify a body that was parsed and written again, some deliveries never match.",
        _SIGNED,
        _raw_body,
    ),
    Check(
        "signatures.missing",
        "Anybody who knows the URL could send you results.",
        _ANSWER,
        _is_refused("missing", "the delivery has no signature"),
    ),
    Check(
        "signatures.tampered",
        "A body that was changed on its way is not what Junction reported.",
        _ANSWER,
        _is_refused("tampered", "the signature was made for another body"),
    ),
    Check(
        "signatures.wrong-secret",
        "A signature with another secret proves nothing.",
        _ANSWER,
        _is_refused("wrong-secret", "the signature was made with another secret"),
    ),
    Check(
        "signatures.too-old",
        "A captured delivery could be sent again months later.",
        _TOLERANCE,
        _is_refused("too-old", "the signature is 20 minutes old"),
    ),
    Check(
        "signatures.too-new",
        "A delivery that is signed for the future could be replayed until then.",
        _TOLERANCE,
        _is_refused("too-new", "the signature is from 20 minutes ahead"),
    ),
    Check(
        "signatures.standard-headers",
        "Other senders use the headers of Standard Webhooks.",
        _SIGNED,
        _standard,
    ),
    Check(
        "signatures.no-trace",
        "A delivery that is refused must not change anything.",
        _ANSWER,
        _no_trace,
        needs="state",
    ),
)

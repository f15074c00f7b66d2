"""`contract.known_events`: the event types that Junction documents outside the contract."""

from __future__ import annotations

import re
from collections import Counter
from typing import get_args

import pytest
from support.tables import table

from junction_webhooks import InvalidPayload, UnknownEvent, check, contract, parse_event
from junction_webhooks.contract import known_events
from junction_webhooks.contract.known_events import Urgency

LISTED = known_events.known_events()


def test_every_event_is_in_the_contract_or_listed() -> None:
    """The list and the contract share no event, and the list has those of Junction's catalog by the number."""
    assert not set(LISTED) & set(contract.EVENT_TYPES)
    by_prefix = Counter(".".join(each.split(".")[:2]) for each in LISTED)
    assert by_prefix["daily.data"] == 120
    assert by_prefix["historical.data"] == 60
    daily = {each.split(".")[2] for each in LISTED if each.startswith("daily.data.")}
    assert daily == {each.split(".")[2] for each in LISTED if each.startswith("historical.data.")}
    assert {f"daily.data.{each}.{verb}" for each in daily for verb in ("created", "updated")} <= set(LISTED)
    assert len(LISTED) - 180 == 16


@table("name", LISTED)
def test_an_entry_is_complete(name: str) -> None:
    """It has one sentence of its own, a phrase that reads after `it is`, and an urgency."""
    entry = LISTED[name]
    assert entry.event_type == name
    assert re.fullmatch(r"[a-z_0-9]+(?:\.[a-z_0-9]+)+", name)
    assert re.fullmatch(r"[A-Z][^.]*(?:`[a-z_.]+`)?[^.]*\.(?: [A-Z][^.]*\.)?", entry.about)
    assert re.match("an? ", entry.phrase)
    assert entry.urgency in get_args(Urgency)


def unknown(payload: dict[str, object]) -> UnknownEvent:
    """The error that the payload raises."""
    with pytest.raises(UnknownEvent) as raised:
        parse_event(payload)
    return raised.value


@table(
    ("name", "hint", "meant", "urgency"),
    [
        ("daily.data.sleep.created", "it is a wearable event: store it", None, "none"),
        ("message.attempt.exhausted", "answer 2xx, and alert a person", None, "high"),
        ("checkout.quote.created", "it is a checkout event", None, "low"),
        (
            "labtest.result.crtical",
            'did you mean "labtest.result.critical"?',
            "labtest.result.critical",
            "high",
        ),
        (
            "LabTest.Result.Critical",
            'did you mean "labtest.result.critical"?',
            "labtest.result.critical",
            "high",
        ),
        (
            "daily.data.slep.created",
            'did you mean "daily.data.sleep.created"?',
            "daily.data.sleep.created",
            "low",
        ),
        ("labtest.result.amended", "known events: labtest.order.created,", None, "high"),
        ("invoice.paid", "known events: labtest.order.created,", None, "low"),
    ],
)
def test_known_misspelled_and_new_events_differ(
    name: str, hint: str, meant: str | None, urgency: str
) -> None:
    """A known event is named, a misspelled one is corrected, and a new one of a laboratory test is urgent."""
    error = unknown({"event_type": name, "data": {}})
    assert error.event_type == name
    assert hint in error.violations[0].hint
    assert (error.known is not None) is (name in LISTED)
    assert (error.meant, error.urgency) == (meant, urgency)


def test_svix_names_its_own_message_otherwise() -> None:
    """The message of a lost delivery has a `type` and no `event_type`; it is an unknown event all the same."""
    payload: dict[str, object] = {
        "type": "message.attempt.exhausted",
        "data": {"appId": "app_1", "msgId": "msg_1"},
    }
    error = unknown(payload)
    assert error.event_type == "message.attempt.exhausted"
    assert error.known
    assert (error.known.family, error.urgency) == ("delivery", "high")
    assert check(payload).violations[0].path == "/type"
    assert unknown({"event_type": "message.attempt.exhausted", "data": {}}).urgency == "high"


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "labtest.order.updated", "data": {}},
        {"type": "patient_service_center", "data": {}},
        {"type": ["message.attempt.exhausted"], "data": {}},
        {"event_type": None, "type": "message.attempt.exhausted", "data": {}},
    ],
)
def test_another_type_is_no_event_type(payload: dict[str, object]) -> None:
    """Only a message that Junction documents is recognised by its `type`, and only without an `event_type`."""
    with pytest.raises(InvalidPayload) as raised:
        parse_event(payload)
    assert not isinstance(raised.value, UnknownEvent)
    assert raised.value.violations[0].path == "/event_type"

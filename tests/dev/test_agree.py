"""Three validators agree on what conforms, and the two engines on every violation."""

from __future__ import annotations

from itertools import product

import pytest
from support.node import needs_node

from junction_webhooks import check, contract, fixtures
from junction_webhooks_dev import agree

pytestmark = needs_node


@pytest.mark.parametrize(
    ("profile", "draft", "formats"),
    [
        pytest.param(*each, marks=[] if each == ("strict", "2020-12", False) else pytest.mark.exhaustive)
        for each in product(contract.PROFILES, contract.DRAFTS, (False, True))
    ],
)
def test_ajv_takes_every_fixture(profile: contract.Profile, draft: contract.Draft, *, formats: bool) -> None:
    """Ajv takes each fixture by the bundles of its event and of all events, with or without formats."""
    events = [(fixture.event_type, fixture.payload) for fixture in fixtures.valid() if fixture.event_type]
    payloads = events + [(contract.ALL_EVENTS, payload) for _, payload in events]
    assert agree.ajv_verdicts(profile, payloads, draft=draft, formats=formats) == [True] * len(payloads)


@pytest.mark.parametrize("profile", [pytest.param("strict", marks=pytest.mark.exhaustive), "tolerant"])
def test_ajv_refuses_what_check_refuses(profile: contract.Profile) -> None:
    """Ajv's verdict on each invalid fixture is the one that the fixture expects."""
    broken = [fixture for fixture in fixtures.invalid() if fixture.event_type]
    said = agree.ajv_verdicts(profile, [(str(each.event_type), each.payload) for each in broken])
    assert said == [profile == "tolerant" and each.verdict == "drifts" for each in broken]


@pytest.mark.parametrize(
    ("event_type", "size"),
    [
        ("labtest.appointment.updated", 8),
        *(pytest.param(each, 400, marks=pytest.mark.exhaustive) for each in contract.EVENT_TYPES),
    ],
)
def test_three_validators_agree(event_type: contract.EventType, size: int) -> None:
    """On generated payloads, most of them changed, the engines give one report and ajv the same verdict."""
    assert agree.agree(event_type, payloads=size, seed=3) == []


def test_plain_ajv_needs_no_formats() -> None:
    """A UUID that ajv-formats would take after the prefix of a URN is refused, and so is a leap second."""
    payloads = []
    for path, value in (
        ("id", "urn:uuid:84d96c03-6b1c-4226-ad8f-ef44a6bc08af"),
        ("created_at", "2016-12-31T23:59:60Z"),
    ):
        payload = fixtures.load("labtest.order.updated/page").payload
        payload["data"][path] = value
        assert check(payload).verdict == ("drifts" if path == "id" else "rejected")
        payloads.append(("labtest.order.updated", payload))
    for formats in (False, True):
        assert agree.ajv_verdicts("strict", payloads, formats=formats) == [False, False]

"""Mutations: every way to break one rule of a payload."""

from __future__ import annotations

import copy
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from support.sizes import every

from junction_webhooks import check, contract, fixtures
from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract.mutations import mutations
from junction_webhooks_dev import prove

if TYPE_CHECKING:
    from junction_webhooks.contract import EventType

NAMES = [
    "labtest.order.created/minimal",
    "labtest.order.updated/everything",
    "labtest.appointment.created/scheduled",
    "labtest.appointment.updated/nulls",
    "labtest.appointment.updated/rescheduled",
    "labtest.result.critical/final",
    "labtest.result.critical/partial",
    "labtest.match_review.created/page",
    "labtest.match_review.updated/accepted",
    "labtest.match_review.updated/match_demo",
    "labtest.order_tracking.updated/revised",
]
OTHERS = [
    "labtest.order.created/ordered",
    "labtest.appointment.updated/pending",
    "labtest.match_review.created/wrong_lab",
]
"""Fixtures that have what those lack."""
ENOUGH = 2
"""How many mutations of one kind are tried; all of them would take long."""


@every(5)
@pytest.mark.parametrize("name", NAMES)
def test_each_mutation_breaks_one_rule(name: str, every: int) -> None:
    """Every mutation of a fixture is exactly one violation, at its path, by its keyword and by its rule."""
    fixture = fixtures.load(name)
    event_type: Any = fixture.event_type
    payload = fixture.payload
    found = [each for each in mutations(contract.bundle("strict", event_type), payload) if each.path]
    assert len(found) > 120
    for mutation in found[::every]:
        (violation,) = check(mutation.applied_to(payload), event_type=event_type).violations
        assert (violation.path, violation.keyword) == (pointer(mutation.path), mutation.keyword)
        assert pointer(mutation.rule).startswith(violation.schema_path)
    assert payload == fixture.payload


@pytest.mark.exhaustive
def test_mutations_leave_no_rule_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every constraint that can go from a bundle is noticed by the mutations of a few fixtures alone."""
    derived: dict[EventType, list[Any]] = {event_type: [] for event_type in contract.EVENT_TYPES}
    times: Counter[Any] = Counter()
    for name in (*NAMES, *OTHERS):
        fixture = fixtures.load(name)
        event_type: Any = fixture.event_type
        for mutation in mutations(contract.bundle("strict", event_type), fixture.payload):
            named = tuple(step for step in mutation.path if isinstance(step, str))
            kind = (event_type, named, mutation.rule)
            times[kind] += 1
            if times[kind] <= ENOUGH:
                derived[event_type].append(mutation.applied_to(fixture.payload))
    monkeypatch.setattr(prove, "negatives", lambda: derived)
    looser = [constraint for constraint in prove.constraints() if constraint.effect == "looser"]
    assert prove.prove(looser).survivors == []


def test_unknown_keywords_raise() -> None:
    """No rule is passed over: a keyword that no mutation breaks raises."""
    bundle = copy.deepcopy(contract.bundle("strict", "labtest.order.updated"))
    bundle["$defs"]["OrderEvent"]["minProperties"] = 3
    with pytest.raises(contract.UnknownKeywordError, match="minProperties"):
        list(mutations(bundle, fixtures.load("labtest.order.updated/page").payload))

"""`lifecycle`: the event type decides what a payload is about, whatever properties it gains."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from support.tables import table

from junction_webhooks import check, fixtures, lifecycle, parse_event, redact
from junction_webhooks.contract import families
from junction_webhooks.contract.families import Family

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = fixtures.load("labtest.order.updated/completed").payload
APPOINTMENT = fixtures.load("labtest.appointment.updated/rescheduled").payload
GAINED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an order's id": (ORDER, {"order_id": "84d96c03-6b1c-4226-ad8f-ef44a6bc08af"}),
    "an event status": (ORDER, {"event_status": "scheduled"}),
    "both": (ORDER, {"order_id": "84d96c03-6b1c-4226-ad8f-ef44a6bc08af", "event_status": "scheduled"}),
    "the details of an order": (APPOINTMENT, {"details": {"type": "walk_in_test"}}),
    "a transaction": (APPOINTMENT, {"order_transaction": {"id": "t", "orders": []}, "last_event": {}}),
}
INVENTED = "labtest.invented.created"


def gained(payload: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """The payload with new properties in its data."""
    return payload | {"data": payload["data"] | properties}


@table(("payload", "properties"), GAINED.values(), ids=GAINED)
def test_new_properties_change_no_family(payload: dict[str, Any], properties: dict[str, Any]) -> None:
    """A payload that gains properties of another family keeps its findings and its age."""
    changed = gained(payload, properties)
    assert check(changed).verdict == "drifts"
    assert lifecycle.check_history(changed) == lifecycle.check_history(payload) == ()
    assert lifecycle.check_history(changed["data"]) == ()
    earlier = copy.deepcopy(payload)
    del earlier["data"]["events"][-1]
    assert lifecycle.compare(earlier, changed) == "newer"
    assert lifecycle.compare(changed["data"], earlier["data"]) == "older"
    assert redact(changed).keys() == payload.keys()


@pytest.mark.parametrize("as_struct", [False, True])
def test_new_properties_change_no_family_of_typed_data(as_struct: bool) -> None:
    """Typed data has the family of its type."""
    data = parse_event(gained(ORDER, GAINED["both"][1]), as_struct=as_struct).data
    assert lifecycle.check_history(data) == ()
    assert lifecycle.compare(ORDER, data) in {"same", "undecided"}


UNHASHABLE: dict[str, Callable[[], dict[str, Any]]] = {
    "a modality": lambda: gained(ORDER, {"details": {"type": {}}}),
    "the status of an entry": lambda: gained(ORDER, {"events": [{"status": {}}, {"status": []}]}),
    "the status of an appointment's entry": lambda: gained(APPOINTMENT, {"events": [{"status": {}}]}),
    "the type of an appointment": lambda: gained(APPOINTMENT, {"type": []}),
    "statuses, ids and times": lambda: gained(
        ORDER,
        {
            "status": {},
            "last_event": {"status": {}, "created_at": {}},
            "events": [{"id": {}, "status": 7, "created_at": []}],
            "order_transaction": {
                "orders": [{"id": {}}, {"id": ORDER["data"]["id"], "low_level_status": {}}]
            },
        },
    ),
}


@table("make", UNHASHABLE.values(), ids=UNHASHABLE)
def test_values_of_any_type(make: Callable[[], dict[str, Any]]) -> None:
    """Objects and arrays where a text belongs raise nothing, and are no known status."""
    payload = make()
    assert check(payload).verdict == "rejected"
    for each in (payload, payload["data"]):
        assert lifecycle.check_history(each)
        assert lifecycle.compare(each, copy.deepcopy(each)) == "same"


def test_details_of_any_type() -> None:
    """Even the least that looks like an order raises no TypeError; details that say nothing are a walk-in's."""
    assert lifecycle.check_history(gained(ORDER, {"details": [{}]})) == ()
    assert [each.rule for each in lifecycle.check_history({"details": {"type": {}}, "events": []})] == [
        "other_modality"
    ]


@table(
    "payload",
    [
        {"event_type": INVENTED, "data": ORDER["data"]},
        {"event_type": INVENTED, "data": {"order_id": "84d96c03-6b1c-4226-ad8f-ef44a6bc08af"}},
        {"event_type": "labtest.order_invented.updated", "data": ORDER["data"]},
        {"event_type": None, "data": ORDER["data"]},
        {"event_type": {}, "data": ORDER["data"]},
        {"data": ORDER["data"]},
        {"event_type": "labtest.order.updated", "data": None},
        {"event_type": "labtest.order.updated"},
    ],
)
def test_another_family_raises(payload: dict[str, Any]) -> None:
    """An event of no known family is no order and no appointment, whatever it carries."""
    with pytest.raises(ValueError, match=r"^/(event_type|data) is "):
        lifecycle.check_history(payload)
    with pytest.raises(ValueError, match=r"^/(event_type|data) is "):
        lifecycle.compare(payload, payload)


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Events of a family without a history, whose object is known by `order_id`."""
    family = Family(prefix="labtest.invented", event_types=(), components=(), identity="order_id")
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, family))
    monkeypatch.setitem(families._BY_PREFIX, family.prefix, family)  # noqa: SLF001  (made of FAMILIES at import)
    return lambda data: {"event_type": INVENTED, "data": data}


def test_no_history_is_a_finding(invented: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A family without a history has one finding that says so."""
    (finding,) = lifecycle.check_history(invented({"order_id": "a", "events": [{"status": "ordered"}]}))
    assert (finding.path, finding.rule, finding.severity) == ("/data", "no_history", "info")
    assert str(finding) == "/data has no history: there is nothing to check (no_history, info)"


def test_without_a_history_age_is_undecided(invented: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Payloads of one object are the same or undecided; those of two cannot be compared."""
    one, other = invented({"order_id": "a", "sent": 1}), invented({"order_id": "a", "sent": 2})
    assert lifecycle.compare(one, copy.deepcopy(one)) == "same"
    assert lifecycle.compare(one, other) == "undecided"
    with pytest.raises(ValueError, match="payloads of two objects"):
        lifecycle.compare(one, invented({"order_id": "b", "sent": 1}))
    with pytest.raises(ValueError, match="payloads of two objects"):
        lifecycle.compare(one, ORDER)

"""`lifecycle`: findings in histories, and which of two payloads is newer."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from support.sizes import sizes
from support.tables import table

from junction_webhooks import check, contract, fixtures, lifecycle, parse_event, strategies
from junction_webhooks.contract import families

if TYPE_CHECKING:
    from collections.abc import Callable

    from junction_webhooks.contract import EventType

ORDER = fixtures.load("labtest.order.updated/completed").payload
APPOINTMENT = fixtures.load("labtest.appointment.updated/rescheduled").payload
WALK_IN = "{}.walk_in_test.{}".format
CANARY = "Canary Patient"


def entry(number: int, status: str) -> dict[str, Any]:
    """An entry of an order's history."""
    return {"id": number, "created_at": f"2026-03-10T16:{number:02}:00Z", "status": status}


def order(*statuses: str, **changes: Any) -> dict[str, Any]:
    """The data of an order with that history, which agrees with itself where it is not changed."""
    events = [entry(number, status) for number, status in enumerate(statuses)]
    data: dict[str, Any] = {**ORDER["data"], "events": events, "last_event": events[-1]}
    high, _, low = statuses[-1].split(".")
    own = {**data["order_transaction"]["orders"][0], "low_level_status": low}
    return (
        data | {"status": high, "order_transaction": data["order_transaction"] | {"orders": [own]}} | changes
    )


def appointment(*statuses: str, **changes: Any) -> dict[str, Any]:
    """The data of an appointment with that history, which agrees with itself where it is not changed."""
    events = [{"created_at": f"2026-03-10T16:{n:02}:00Z", "status": each} for n, each in enumerate(statuses)]
    return {**APPOINTMENT["data"], "events": events, "event_status": statuses[-1]} | changes


ORDERED = WALK_IN("received", "ordered")
REQUISITION = WALK_IN("received", "requisition_created")
PENDING = WALK_IN("collecting_sample", "appointment_pending")
SCHEDULED = WALK_IN("collecting_sample", "appointment_scheduled")
REDRAW = WALK_IN("collecting_sample", "redraw_available")
COMPLETED = WALK_IN("completed", "completed")
CANCELLED = WALK_IN("cancelled", "cancelled")

CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str, str]]]] = {
    "an order that agrees with itself": (order(ORDERED, REQUISITION, COMPLETED), []),
    "an unknown status": (
        order(ORDERED, WALK_IN("received", "paused"), COMPLETED),
        [("/events/1/status", "unknown_status", "warning")],
    ),
    "a wrong first status": (order(COMPLETED), [("/events/0/status", "unexpected_start", "warning")]),
    "an undocumented transition": (
        order(ORDERED, COMPLETED),
        [("/events/1/status", "undocumented_transition", "warning")],
    ),
    "an update after the last status": (
        order(ORDERED, REQUISITION, REDRAW, COMPLETED),
        [("/events/3/status", "undocumented_transition", "warning")],
    ),
    "a reinstated order": (
        order(ORDERED, CANCELLED, REQUISITION),
        [("/events/2/status", "undocumented_transition", "info")],
    ),
    "an order cancelled twice": (
        order(ORDERED, CANCELLED, CANCELLED),
        [("/events/2/status", "undocumented_transition", "info")],
    ),
    "a time that goes back": (
        order(
            ORDERED,
            REQUISITION,
            events=[entry(7, ORDERED), entry(6, REQUISITION)],
            last_event=entry(6, REQUISITION),
        ),
        [("/events/1/created_at", "time_goes_back", "error")],
    ),
    "entries that share a time in two zones": (
        order(
            ORDERED,
            REQUISITION,
            events=[
                entry(1, ORDERED) | {"created_at": "2026-03-10T16:00:00Z"},
                entry(2, REQUISITION) | {"created_at": "2026-03-10T09:00:00-07:00"},
            ],
            last_event=entry(2, REQUISITION) | {"created_at": "2026-03-10T16:00:00+00:00", "status_detail": None},
        ),
        [],
    ),
    "a last_event that is another": (
        order(ORDERED, REQUISITION, last_event=entry(0, ORDERED)),
        [("/last_event", "last_event_differs", "error")],
    ),
    "a status that is another": (
        order(ORDERED, COMPLETED, REQUISITION)
        | order(ORDERED, REQUISITION, COMPLETED)
        | {"status": "sample_with_lab"},
        [("/status", "status_differs", "error")],
    ),
    "an order without status, last_event and transaction": (
        order(ORDERED, status=None, last_event=None, order_transaction=None),
        [],
    ),
    "a transaction without the order": (
        order(ORDERED, order_transaction={"id": "t", "orders": []}),
        [("/order_transaction/orders", "transaction_lacks_order", "error")],
    ),
    "a transaction that lists no orders at all": (
        order(ORDERED, order_transaction={"id": "t", "orders": None}),
        [],
    ),
    "a transaction that is behind": (
        order(ORDERED, REQUISITION)
        | {"order_transaction": order(ORDERED)["order_transaction"]},
        [("/order_transaction/orders/0/low_level_status", "transaction_differs", "error")],
    ),
    "a redraw of a redraw": (
        order(ORDERED, REQUISITION, REDRAW, origin="redraw"),
        [("/events/2/status", "second_redraw", "warning")],
    ),
    "an order of another modality": (
        order("received.testkit.ordered", "collecting_sample.testkit.transit_customer", details={"type": "testkit"}),
        [("/details/type", "other_modality", "info")],
    ),
    "an appointment that agrees with itself": (appointment("reserved", "scheduled", "scheduled"), []),
    "an event_status that is another": (
        appointment("pending", event_status="scheduled"),
        [("/event_status", "status_differs", "error")],
    ),
    "an appointment that starts at its end": (
        appointment("completed"),
        [("/events/0/status", "unexpected_start", "warning")],
    ),
    "an appointment that comes back": (
        appointment("scheduled", "cancelled", "scheduled"),
        [("/events/2/status", "undocumented_transition", "warning")],
    ),
    "a visit at home": (
        appointment("pending", "en_route", type="phlebotomy"),
        [("/type", "other_modality", "info")],
    ),
    "an order without history": (order(ORDERED) | {"events": [], "last_event": None}, []),
}  # fmt: skip


@table(("data", "wanted"), CASES.values(), ids=CASES)
def test_findings(data: dict[str, Any], wanted: list[tuple[str, str, str]]) -> None:
    """Each oddity is one finding with its pointer and severity, in bare data and in an event."""
    found = lifecycle.check_history(data)
    assert [(each.path, each.rule, each.severity) for each in found] == wanted
    kind = "appointment" if "order_id" in data else "order"
    event = {"event_type": f"labtest.{kind}.updated", "data": data}
    assert [each.path for each in lifecycle.check_history(event)] == [f"/data{path}" for path, _, _ in wanted]


def test_every_rule_has_a_case() -> None:
    """No rule is without a case above, or among the tests of families."""
    rules = {rule for _, wanted in CASES.values() for _, rule, _ in wanted}
    assert rules | {"no_history"} == set(get_args(lifecycle.Rule))


def test_cases_are_not_rejected() -> None:
    """What the cases above hold can all arrive: the tolerant profile takes it."""
    for data, _ in CASES.values():
        event_type: EventType = (
            "labtest.appointment.updated" if "order_id" in data else "labtest.order.updated"
        )
        assert check(data, event_type=event_type).verdict != "rejected"


def test_a_finding_is_one_line_without_patient_data() -> None:
    """A finding names statuses, and no name, note or address of the payload."""
    data = order(ORDERED, "Canary\nstatus", COMPLETED, status="failed", notes=CANARY)
    data["patient_details"] = data["patient_details"] | {"first_name": CANARY}
    lines = list(map(str, lifecycle.check_history(data)))
    assert lines == [
        '/events/1/status is "Canary\\nstatus", not a known status (unknown_status, warning)',
        '/status is "failed", but the newest entry says "completed" (status_differs, error)',
    ]


@pytest.mark.parametrize("as_struct", [False, True])
@pytest.mark.parametrize("payload", [ORDER, APPOINTMENT])
def test_typed_events_are_judged_alike(payload: dict[str, Any], as_struct: bool) -> None:
    """An event of `parse_event`, and what is under its `data`, give the findings of the dict."""
    payload = copy.deepcopy(payload)
    payload["data"]["events"].insert(
        1, {"id": 1, "created_at": "2020-01-01T00:00:00Z", "status": "unheard.of.it"}
    )
    wanted = lifecycle.check_history(payload)
    assert {each.rule for each in wanted} == {"unknown_status", "time_goes_back"}
    event = parse_event(payload, as_struct=as_struct)
    assert lifecycle.check_history(event) == wanted
    bare = [each.path.removeprefix("/data") for each in wanted]
    assert [each.path for each in lifecycle.check_history(event.data)] == bare


@sizes(10, exhaustive=300)
@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_tolerant_payloads_never_raise(event_type: EventType, size: int) -> None:
    """Whatever the tolerant profile takes is judged and compared, with itself and without its envelope."""

    @settings(max_examples=size)
    @given(strategies.events(event_type, profile="tolerant"))
    def judges(payload: dict[str, Any]) -> None:
        bare = [payload["data"]] if families.of(event_type).typical else []
        for each in (payload, *bare):
            for finding in lifecycle.check_history(each):
                assert "\n" not in str(finding)
            assert lifecycle.compare(each, copy.deepcopy(each)) == "same"

    judges()


def test_other_payloads_raise() -> None:
    """What is no event of the contract is refused, with what `check` says of it."""
    for payload, message in (
        ({}, "/event_type is missing, and this is not the data of an event in the contract"),
        ({"data": {}}, "/event_type is missing"),
        ({"event_type": 5, "data": {}}, "/event_type is a number, expected a string"),
        ({"event_type": "labtest.order", "data": {}}, '/event_type is "labtest.order", not an event in this contract'),
        ({"event_type": "labtest.order.updated", "data": 5}, "/data is a number, expected an object"),
        ({"event_type": "labtest.order.updated"}, "/data is missing"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            lifecycle.check_history(payload)


@pytest.mark.parametrize("payload", [b"{}", "{}", None, []])
def test_unparsed_payloads_raise(payload: object) -> None:
    """A body has to be parsed first."""
    with pytest.raises(TypeError, match="a parsed dict or a typed event"):
        lifecycle.check_history(payload)


def later(data: dict[str, Any]) -> dict[str, Any]:
    """The order, updated a second after."""
    return data | {"updated_at": "2026-03-15T02:40:19+00:00", "notes": "Changed."}


PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any], lifecycle.Age]] = {
    "a longer history": (order(ORDERED), order(ORDERED, REQUISITION), "newer"),
    "two entries more": (order(ORDERED), order(ORDERED, REQUISITION, COMPLETED), "newer"),
    "a detail that came later": (
        order(ORDERED),
        order(ORDERED, REQUISITION, events=[entry(0, ORDERED) | {"status_detail": None}, entry(1, REQUISITION)]),
        "newer",
    ),
    "a longer history that was updated before": (
        later(order(ORDERED)),
        order(ORDERED, REQUISITION),
        "undecided",
    ),
    "a shorter history that was updated later": (
        order(ORDERED, REQUISITION),
        later(order(ORDERED)),
        "undecided",
    ),
    "equal histories, updated after": (order(ORDERED), later(order(ORDERED)), "newer"),
    "equal histories, updated in the same second": (order(ORDERED), order(ORDERED, notes="Changed."), "undecided"),
    "equal histories without updated_at": (
        order(ORDERED, updated_at=None),
        order(ORDERED, updated_at=None, notes="Changed."),
        "undecided",
    ),
    "histories that diverge": (order(ORDERED, CANCELLED), later(order(ORDERED, REQUISITION)), "undecided"),
    "one status under two numbers": (
        order(ORDERED),
        order(ORDERED, REQUISITION, events=[entry(5, ORDERED), entry(6, REQUISITION)]),
        "undecided",
    ),
    "entries without numbers": (
        order(ORDERED, events=[{"created_at": "2026-03-10T16:00:00Z", "status": ORDERED}]),
        order(ORDERED, events=[{"created_at": "2026-03-10T16:00:00+00:00", "status": ORDERED}, entry(1, REQUISITION)]),
        "newer",
    ),
    "an appointment with one entry more": (appointment("pending"), appointment("pending", "scheduled"), "newer"),
    "an appointment that changed without an entry": (
        appointment("scheduled", status="pending"),
        appointment("scheduled", status="confirmed"),
        "undecided",
    ),
    "the same": (order(ORDERED), order(ORDERED), "same"),
}  # fmt: skip
MIRRORED: dict[str, lifecycle.Age] = {"newer": "older", "undecided": "undecided", "same": "same"}


@table(("old", "new", "wanted"), PAIRS.values(), ids=PAIRS)
def test_compare(old: dict[str, Any], new: dict[str, Any], wanted: lifecycle.Age) -> None:
    """A proper prefix is older, then `updated_at` decides for orders; turned round, the answer turns round."""
    assert lifecycle.compare(old, new) == wanted
    assert lifecycle.compare(new, old) == MIRRORED[wanted]


@pytest.mark.parametrize("as_struct", [False, True])
def test_compare_takes_typed_events(as_struct: bool) -> None:
    """Typed events compare as the dicts do."""
    before = ORDER["data"] | {"events": ORDER["data"]["events"][:-1]}
    old, new = (parse_event(ORDER | {"data": data}, as_struct=as_struct) for data in (before, ORDER["data"]))
    assert lifecycle.compare(old, new) == "newer"
    assert lifecycle.compare(new, old.data) == "older"
    assert lifecycle.compare(new, new) == "same"


@pytest.mark.parametrize(
    "other",
    [lambda: order(ORDERED, id="another"), lambda: appointment("pending", id=ORDER["data"]["id"])],
)
def test_compare_refuses_two_objects(other: Callable[[], dict[str, Any]]) -> None:
    """Payloads of two orders, or of an order and an appointment, cannot be put in order."""
    with pytest.raises(ValueError, match="payloads of two objects"):
        lifecycle.compare(ORDER, other())


def test_orders_can_be_cancelled_until_there_are_results() -> None:
    """The statuses with and without a way to `cancelled` are those that Junction documents; of one, no source says."""
    machine = lifecycle.order()
    cancelled = "cancelled.walk_in_test.cancelled"
    by_answer: dict[bool | None, set[str]] = {True: set(), False: set(), None: set()}
    for status, state in machine.states.items():
        by_answer[state.cancellable].add(state.low_level)
        assert (machine.transition(status, cancelled) is not None) is (state.cancellable is True)
    assert by_answer[None] == {"corrected"}
    assert by_answer[False] == {
        "redraw_available",
        "partial_results",
        "completed",
        "sample_error",
        "cancelled",
    }
    assert {each.cancellable for each in lifecycle.appointment().states.values()} == {None}


def test_a_moved_date_is_newer_without_a_new_entry() -> None:
    """A scheduled order whose date was moved has the same history and a later `updated_at`."""
    ordered = fixtures.load("labtest.order.created/paid_upfront").payload
    moved = fixtures.load("labtest.order.updated/activate_by_moved").payload
    assert ordered["data"]["events"] == moved["data"]["events"]
    assert ordered["data"]["activate_by"] != moved["data"]["activate_by"]
    assert lifecycle.compare(ordered, moved) == "newer"


def test_machines_tell_what_the_files_say() -> None:
    """States have their meaning and parts, transitions their cause, webhook and provenance."""
    machine = lifecycle.order()
    state = machine.states[SCHEDULED]
    assert (state.high_level, state.low_level, state.initial, state.finality) == (
        "collecting_sample",
        "appointment_scheduled",
        False,
        "open",
    )
    assert state.meaning.startswith("The patient has a confirmed slot")
    moved = machine.transition(SCHEDULED, SCHEDULED)
    assert moved is not None
    assert (moved.webhook, moved.provenance) == ("labtest.order.updated", "prose")
    assert machine.transition(ORDERED, COMPLETED) is None
    assert lifecycle.appointment().states["scheduled"].high_level is None
    assert lifecycle.appointment().created_webhook == "labtest.appointment.updated"


@pytest.mark.parametrize("dump", ["model_dump", "exclude_unset", "naive"])
def test_dumps_are_compared_as_models(dump: str) -> None:
    """The `model_dump()` of an event has datetimes: it is as old as the event, and its history has the same findings."""
    order = fixtures.load("labtest.order.updated/completed").payload
    newer = copy.deepcopy(order)
    newer["data"]["updated_at"] = "2030-01-01T00:00:00Z"
    newer["data"]["events"][-1]["created_at"] = "2001-01-01T00:00:00.5+01:00"

    def dumped(payload: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = parse_event(payload).model_dump(exclude_unset=dump == "exclude_unset")
        if dump == "naive":
            found["data"]["updated_at"] = found["data"]["updated_at"].replace(tzinfo=None)
        return found

    older = copy.deepcopy(newer)
    older["data"]["updated_at"] = order["data"]["updated_at"]
    assert lifecycle.compare(dumped(older), dumped(newer)) == "newer"
    assert lifecycle.compare(dumped(newer), dumped(older)) == "older"
    assert lifecycle.compare(dumped(newer), dumped(newer)) == "same"
    wanted = lifecycle.check_history(parse_event(newer))
    assert "time_goes_back" in {each.rule for each in wanted}
    assert lifecycle.check_history(dumped(newer)) == wanted

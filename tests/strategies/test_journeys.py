"""The strategies of whole journeys and of their delivery, and the knobs that `events` shares with them."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty
from support.generated import sample
from support.sizes import sizes
from support.stories import (
    CANCELLED,
    STORIES,
    about,
    has_in_order,
    is_as_consistent_as_a_scenario,
    is_critical,
    reinstatements,
)

from junction_webhooks import check, contract, fixtures, lifecycle, strategies
from junction_webhooks.journeys import transitions as joint

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from junction_webhooks.fixtures import Journey, JourneyDelivery

Drawn = TypeVar("Drawn")
LATEST = settings(database=None, max_examples=2000)


GENERATED = settings(LATEST, phases=[Phase.generate])
"""To find any value, and not the simplest."""
SOME = 100
"""How many journeys the tests share."""
FEW = 30
"""How many of them a test looks at closely."""
MANY = 500
"""So many journeys have everything that a journey can have, whatever the luck."""


def each_of(strategy: SearchStrategy[Drawn], test: Callable[[Drawn], None], *, size: int) -> None:
    """Run the test on so many drawn values, others in every run; none may be filtered away."""
    tried = 0

    @settings(max_examples=size, phases=[Phase.generate])
    @given(strategy)
    def run(drawn: Drawn) -> None:
        nonlocal tried
        tried += 1
        test(drawn)

    run()
    assert tried >= size


def told(journey: Journey) -> list[str]:
    """What each delivery of the journey tells."""
    return [each.summary for each in journey.deliveries]


@sizes(FEW, exhaustive=1000)
def test_journeys_are_as_consistent_as_scenarios(size: int) -> None:
    """Every payload conforms, no history is odd but that of an order reinstated, and each delivery is newer than the last."""
    if size == FEW:
        for journey in sample(strategies.order_journeys(), SOME)[:FEW]:
            is_as_consistent_as_a_scenario(journey)
    else:
        each_of(strategies.order_journeys(), is_as_consistent_as_a_scenario, size=size)


def test_beta_events_are_generated_if_asked() -> None:
    """With `beta`, journeys have match reviews and order tracking, and are as consistent."""
    journeys = sample(strategies.order_journeys(beta=True), 40)
    for journey in journeys[:15]:
        is_as_consistent_as_a_scenario(journey)
    subjects = {summary.partition(" ")[0] for journey in journeys for summary in told(journey)}
    assert {"review", "tracking"} <= subjects


def transitions_of(subjects: set[str]) -> set[tuple[str, str]]:
    """Every transition that the joint transitions make, of an order or of an appointment."""
    found = set()
    for each in joint.TRANSITIONS:
        before = {"appointment": each.appointment, "order": each.order}
        for subject, status in each.changes:
            history = "appointment" if subject == "appointment" else "order"
            if subject in subjects:
                found |= {(source, status) for source in before[history]}
            before[history] = frozenset({status})
    return found


def test_joint_transitions_are_the_lifecycle_of_an_order() -> None:
    """The joint transitions make every transition of an order's lifecycle, and no other."""
    known = {
        tuple(status.rpartition(".")[2] for status in (each.source, each.target))
        for each in lifecycle.order().transitions
    }
    assert transitions_of({"order"}) == known
    assert transitions_of({"redraw"}) == {("redraw_available", "ordered")}


def test_joint_transitions_are_the_lifecycle_of_an_appointment() -> None:
    """The table makes every transition of an appointment's lifecycle, and starts one only where none is open."""
    known = {(each.source, each.target) for each in lifecycle.appointment().transitions}
    initial = {status for status, state in lifecycle.appointment().states.items() if state.initial}
    starts = {(before, status) for before in ("none", "cancelled") for status in initial}
    assert transitions_of({"appointment"}) == known | starts


def test_most_journeys_have_no_critical_result() -> None:
    """It stays the exception, so that the ordinary stories are the majority."""
    journeys = sample(strategies.order_journeys(), SOME)
    assert sum(any(map(is_critical, journey.deliveries)) for journey in journeys) < SOME / 4


def test_a_critical_result_comes_after_the_results_that_it_is_about() -> None:
    """It is partial after partial results and final after a completed order, twice too, and the order agrees."""
    twice = find(
        strategies.order_journeys(),
        lambda journey: sum(map(is_critical, journey.deliveries)) > 1,
        settings=GENERATED,
    )
    orders: dict[str, dict[str, Any]] = {}
    for delivery in twice.deliveries:
        data = delivery.payload["data"]
        if ".order." in delivery.event_type:
            orders[data["id"]] = data
        elif is_critical(delivery):
            assert "id" not in data
            order = orders[data["order_id"]]
            status = order["last_event"]["status"].rpartition(".")[2]
            # The webhook of partial results is not sent to every team.
            assert data["status"] == "partial" or status in {"completed", "corrected"}
            assert data["sample_id"] == (order["sample_id"] or data["sample_id"])
            assert order["interpretation"] == "critical" or data["status"] == "partial"


def test_some_stories_are_among_few_journeys() -> None:
    """A hundred journeys all begin with the order, and have some of the stories."""
    stories = [told(journey) for journey in sample(strategies.order_journeys(), SOME)]
    assert {news[0] for news in stories} == {"order ordered"}
    found = [wanted for wanted in STORIES if any(has_in_order(news, wanted) for news in stories)]
    assert found


@pytest.mark.exhaustive
def test_stories_are_among_the_journeys() -> None:
    """Redraws, bookings before the requisition, reschedules, cancellations and partial results are generated."""
    waiting = [*STORIES]

    def is_the_last_one(journey: Journey) -> bool:
        waiting[:] = [wanted for wanted in waiting if not has_in_order(told(journey), wanted)]
        return not waiting

    once = settings(max_examples=20_000, database=None, phases=[Phase.generate])
    find(strategies.order_journeys(), is_the_last_one, settings=once)
    assert waiting == []


def offers_redraw(journey: Journey) -> bool:
    """Whether a redraw is offered."""
    return "order redraw_available" in told(journey)


def test_a_redraw_is_offered_after_the_requisition() -> None:
    """A journey in which a redraw is offered has its requisition before."""
    news = told(find(strategies.order_journeys(), offers_redraw, settings=GENERATED))
    before = news[: news.index("order redraw_available")]
    assert {"order requisition_created", "order requisition_bypassed"} & {*before}


def test_an_imported_order_has_its_requisition_at_once() -> None:
    """An imported order has its `sample_id` from the first delivery on, and nothing comes before its requisition."""
    journey = find(
        strategies.order_journeys(),
        lambda journey: "order requisition_bypassed" in told(journey),
        settings=GENERATED,
    )
    ordered, bypassed = journey.deliveries[:2]
    assert bypassed.summary == "order requisition_bypassed"
    assert ordered.offset == bypassed.offset
    assert ordered.payload["data"]["sample_id"] == bypassed.payload["data"]["sample_id"] is not None
    assert bypassed.payload["data"]["requisition_form_url"] is None


@pytest.mark.exhaustive
def test_a_failing_journey_shrinks_to_what_it_takes() -> None:
    """The simplest journey with a redraw offered has the order, its requisition and the redraw, a minute apart.

    An imported order has its requisition at once. Neither form is simpler than the other, so it may be either.
    """
    journey = find(strategies.order_journeys(), offers_redraw, settings=LATEST)
    requisition, offset = {
        True: ("+1m  labtest.order.updated  order requisition_created", "+2m"),
        False: ("+0s  labtest.order.updated  order requisition_bypassed", "+1m"),
    }["order requisition_created" in told(journey)]
    assert journey.timeline().splitlines() == [
        "+0s  labtest.order.created  order ordered",
        requisition,
        f"{offset}  labtest.order.updated  order redraw_available",
        f"{offset}  labtest.order.created  redraw ordered",
    ]


def test_a_failing_journey_is_printed_as_its_timeline() -> None:
    """Hypothesis prints a journey and its deliveries in lines that a person can read, without bodies."""
    journey = find(
        strategies.order_journeys(), lambda journey: len(journey.deliveries) > 1, settings=GENERATED
    )
    assert pretty(journey) == "<Journey\n    " + journey.timeline().replace("\n", "\n    ") + ">"
    first = journey.deliveries[0]
    assert pretty(first) == f"<{first.id} +0s labtest.order.created: order ordered>"


@sizes(25, exhaustive=500)
def test_a_tolerant_journey_drifts_and_is_not_rejected(size: int) -> None:
    """With unknown statuses a journey is never rejected, keeps its order, and its histories contradict nothing."""
    verdicts: set[str] = set()
    found: set[tuple[str, str]] = set()

    def holds(journey: Journey) -> None:
        latest: dict[tuple[str, str], Any] = {}
        for delivery in journey.deliveries:
            verdicts.add(check(delivery.raw).verdict)
            found.update((each.rule, each.severity) for each in lifecycle.check_history(delivery.payload))
            before = latest.get(about(delivery), delivery.payload)
            # Without `updated_at`, nothing shows which of two critical results is newer.
            is_dated = not is_critical(delivery) or delivery.payload["data"].get("updated_at")
            undated = set() if is_dated else {"undecided"}
            assert lifecycle.compare(before, delivery.payload) in {"newer", "same"} | undated
            latest[about(delivery)] = delivery.payload

    each_of(strategies.order_journeys(profile="tolerant"), holds, size=size)
    assert verdicts == {"conforms", "drifts"}
    usual = {("unknown_status", "warning"), ("undocumented_transition", "info")}
    found -= {("no_history", "info")}
    # Among few journeys, luck decides whether both are there.
    assert found <= usual
    assert size < MANY or found == usual


def comes_back(journey: Journey) -> bool:
    """Whether an order of the journey is cancelled, and then completes."""
    return has_in_order(told(journey), ["order cancelled", "order completed"])


def test_cancelled_orders_complete() -> None:
    """A cancelled order may complete, but not without its requisition."""
    found = told(find(strategies.order_journeys(), comes_back, settings=GENERATED))
    assert found[0] == "order ordered"
    assert {"order requisition_created", "order requisition_bypassed"} & {
        *found[: found.index("order completed")]
    }


@pytest.mark.exhaustive
def test_cancelled_orders_come_back() -> None:
    """A cancelled order may complete once it has its requisition; the simplest one takes four deliveries."""
    journey = find(strategies.order_journeys(), comes_back, settings=LATEST)
    first, *between, last = told(journey)
    assert (first, last) == ("order ordered", "order completed")
    assert sorted(between) in (
        ["order cancelled", "order requisition_created"],
        ["order cancelled", "order requisition_bypassed"],
    )


@sizes(SOME, exhaustive=500)
def test_most_cancellations_are_the_end(size: int) -> None:
    """More than a fifth of journeys have an order cancelled, and in fewer than half of those it comes back."""
    reinstated: list[bool] = []
    for journey in sample(strategies.order_journeys(), size):
        last = {about(each): each.payload for each in journey.deliveries if not is_critical(each)}.values()
        if any(each["data"]["events"][-1]["status"] == CANCELLED or reinstatements(each) for each in last):
            reinstated.append(any(map(reinstatements, last)))
    assert len(reinstated) > size / 5
    assert (0.1 if size > SOME else 0) < sum(reinstated) / len(reinstated) < 0.5


@pytest.mark.parametrize(
    "phases",
    [[Phase.generate], pytest.param([Phase.generate, Phase.shrink], marks=pytest.mark.exhaustive)],
    ids=["found", "shrunk"],
)
def test_a_handler_for_which_a_cancellation_is_the_end_fails(phases: list[Phase]) -> None:
    """The documented test finds it within Hypothesis' usual 100 examples, and shrinks it to three deliveries."""
    failed: list[tuple[JourneyDelivery, ...]] = []

    @settings(max_examples=100, derandomize=True, phases=phases)
    @given(strategies.deliveries(strategies.order_journeys()))
    def handles(deliveries: tuple[JourneyDelivery, ...]) -> None:
        state: dict[tuple[str, str], dict[str, Any]] = {}
        for delivery in deliveries:
            payload, known = delivery.payload, state.get(about(delivery))
            if known is None:
                state[about(delivery)] = payload
                continue
            is_over = not is_critical(delivery) and known["data"]["events"][-1]["status"] == CANCELLED
            if not is_over and lifecycle.compare(known, payload) != "older":
                state[about(delivery)] = payload
        for delivery in deliveries:
            if lifecycle.compare(delivery.payload, state[about(delivery)]) not in {"newer", "same"}:
                failed.append(deliveries)
                pytest.fail("an order does not stand as Junction has it")

    with pytest.raises(pytest.fail.Exception):
        handles()
    found = [each.summary for each in failed[-1]]
    shortest = ["order ordered", "order cancelled", "order requisition_created"]
    assert found == shortest if Phase.shrink in phases else {"order cancelled", "redraw cancelled"} & {*found}


@sizes(40, exhaustive=500)
def test_the_length_of_a_journey(size: int) -> None:
    """No journey has more deliveries than it may, and some have as many; one is the order alone."""
    lengths = set()
    each_of(
        strategies.order_journeys(max_events=4),
        lambda journey: lengths.add(len(journey.deliveries)),
        size=size,
    )
    assert max(lengths) == 4
    for alone in sample(strategies.order_journeys(max_events=1), 5):
        assert told(alone) == ["order ordered"]
    with pytest.raises(ValueError, match="at least one event"):
        strategies.order_journeys(max_events=0)


def test_journeys_are_cached() -> None:
    """The same knobs give the same strategy."""
    assert strategies.order_journeys() is strategies.order_journeys()
    assert strategies.order_journeys(max_events=3) is not strategies.order_journeys(max_events=4)


@sizes(15, exhaustive=400)
def test_overrides_hold_in_the_whole_journey(size: int) -> None:
    """A value is set in all deliveries that can hold it; one from a strategy is the same in all of them."""
    journeys = strategies.order_journeys(
        overrides={
            "/client_user_id": "me",
            "/data/notes": st.sampled_from(["a", "b"]),
            "/data/appointment_notes": "Ring twice.",
            "/data/events/*/status_detail": "fulfillment_error",
        }
    )
    notes: set[str] = set()

    def holds(journey: Journey) -> None:
        payloads = [each.payload for each in journey.deliveries]
        assert {each["client_user_id"] for each in payloads} == {"me"}
        orders = [each["data"] for each in payloads if "details" in each["data"]]
        appointments = [each["data"] for each in payloads if ".appointment." in each["event_type"]]
        notes.add(*{each["notes"] for each in orders})
        assert {each["appointment_notes"] for each in appointments} <= {"Ring twice."}
        assert not any("appointment_notes" in each for each in orders)
        details = {entry["status_detail"] for each in orders for entry in each["events"]}
        assert details == {"fulfillment_error"}
        assert all(
            check(each.raw).verdict == "conforms" for each in journey.deliveries if "order" in each.event_type
        )

    each_of(journeys, holds, size=size)
    assert notes == {"a", "b"}


@sizes(15, exhaustive=400)
def test_overrides_of_one_event(size: int) -> None:
    """In a single event too: an item by its number, and nothing where what should hold it is not there."""
    place = {
        "/data/events/1/status": "completed.walk_in_test.completed",
        "/data/patient_details/dob": "2000-01-01",
    }

    def holds(payload: dict[str, Any]) -> None:
        data = payload["data"]
        if len(data["events"]) > 1:
            assert data["events"][1]["status"] == "completed.walk_in_test.completed"
        assert (data["patient_details"] or {"dob": "2000-01-01"})["dob"] == "2000-01-01"
        assert check(payload).verdict == "conforms"

    each_of(strategies.events("labtest.order.updated", overrides=place), holds, size=size)


@sizes(15, exhaustive=400)
def test_overrides_of_any_event_go_where_they_belong(size: int) -> None:
    """A pointer that only appointments have leaves orders alone, and what nobody knows is set everywhere."""
    overrides = {"/data/provider": "quest", "/data/from_tomorrow~1on": 1}

    def holds(payload: dict[str, Any]) -> None:
        data = payload["data"]
        assert data["from_tomorrow/on"] == 1
        assert ("provider" in data and data["provider"] == "quest") is (
            ".appointment." in payload["event_type"]
        )

    each_of(strategies.events(profile="tolerant", overrides=overrides), holds, size=size)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"data/notes": 1}, "JSON pointers, such as /data/status, not 'data/notes'"),
        ({"/data/note": 1}, "no event here has /data/note: correct it"),
        ({"/data/events/0/statuses": 1}, "no event here has"),
        ({"/data/notes/0": 1}, "no event here has"),
    ],
)
def test_wrong_pointers_raise(overrides: dict[str, Any], message: str) -> None:
    """A misspelled pointer is an error, for single events as for journeys, before anything is drawn."""
    with pytest.raises(ValueError, match=message):
        strategies.events("labtest.order.updated", overrides=overrides)
    with pytest.raises(ValueError, match=message):
        strategies.order_journeys(overrides=overrides)


def test_what_providers_fill_can_be_overridden() -> None:
    """An object that is open by nature takes any name."""
    payload = find(
        strategies.events("labtest.appointment.updated", overrides={"/data/event_data/room": 7}),
        lambda payload: payload["data"].get("event_data"),
        settings=settings(phases=[Phase.generate], database=None),
    )
    assert payload["data"]["event_data"]["room"] == 7


@sizes(15, exhaustive=200)
@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_tolerant_events_are_not_rejected(event_type: contract.EventType, size: int) -> None:
    """Single events of the tolerant profile drift or conform, and are never rejected."""
    verdicts = set()
    events = strategies.events(event_type, profile="tolerant")
    each_of(events, lambda payload: verdicts.add(check(payload).verdict), size=size)
    assert "drifts" in verdicts
    assert "rejected" not in verdicts


@sizes(15, exhaustive=400)
def test_the_length_of_a_history(size: int) -> None:
    """No history of a single event is longer than it may be, and some are as long, more than without a bound."""
    events = strategies.events("labtest.order.updated", max_events=6)
    generated = settings(max_examples=1000, phases=[Phase.generate], database=None)
    longest = find(events, lambda payload: len(payload["data"]["events"]) == 6, settings=generated)
    assert check(longest).verdict == "conforms"

    def holds(payload: dict[str, Any]) -> None:
        assert len(payload["data"]["events"]) <= 1

    each_of(strategies.events("labtest.order.updated", max_events=1), holds, size=size)
    with pytest.raises(ValueError, match="max_events must be 0 or more"):
        strategies.events(max_events=-1)


def test_deliveries_arrive_at_least_once() -> None:
    """Each delivery arrives, under its own id and with its own body, in the order that the offsets tell."""
    sent = fixtures.scenario("redraw")
    by_id = {each.id: each for each in sent.deliveries}
    seen: dict[str, bool] = defaultdict(bool)

    def holds(arrived: tuple[JourneyDelivery, ...]) -> None:
        ids = [each.id for each in arrived]
        assert set(ids) == by_id.keys()
        for before, after in pairwise(arrived):
            assert before.offset <= after.offset
        for each in arrived:
            assert (each.raw, each.event_type) == (by_id[each.id].raw, by_id[each.id].event_type)
            assert each.offset >= by_id[each.id].offset
            assert 1 <= each.attempt <= 8
            seen["retried"] |= each.attempt > 1
        seen["as sent"] |= arrived == sent.deliveries
        seen["repeated"] |= len(ids) > len(by_id)
        seen["reordered"] |= list(dict.fromkeys(ids)) != list(by_id)
        first: dict[str, int] = {}
        for each in arrived:
            first.setdefault(each.id, each.attempt)
        seen["lost"] |= max(first.values()) > 1

    each_of(strategies.deliveries(sent), holds, size=300)
    assert dict(seen) == dict.fromkeys(["retried", "as sent", "repeated", "reordered", "lost"], True)


def test_the_simplest_arrival_is_as_sent() -> None:
    """What Hypothesis tries first arrives once, in order."""
    (as_sent,) = sample(strategies.deliveries(fixtures.scenario("redraw")), 1)
    assert as_sent == fixtures.scenario("redraw").deliveries


@pytest.mark.exhaustive
def test_deliveries_of_drawn_journeys_shrink() -> None:
    """The simplest arrival out of order is one delivery that was lost, and retried after the next one."""
    arrived = find(
        strategies.deliveries(strategies.order_journeys(max_events=5)),
        lambda arrived: [each.id for each in arrived] != sorted(each.id for each in arrived),
        settings=LATEST,
    )
    assert len({each.id for each in arrived}) == 2
    assert len(arrived) in {2, 3}
    as_sent = find(strategies.deliveries(fixtures.scenario("redraw")), lambda _: True, settings=LATEST)
    assert as_sent == fixtures.scenario("redraw").deliveries

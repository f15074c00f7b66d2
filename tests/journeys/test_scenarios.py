"""The scenarios: every story is told, and each holds together from its first delivery to its last."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis.vendor.pretty import pretty
from support.checkout import ROOT
from support.tables import table

from junction_webhooks import Webhook, check, fixtures, lifecycle, parse_event
from junction_webhooks.contract import families
from junction_webhooks.journeys import scenarios as _scenarios
from junction_webhooks.journeys.scenarios import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from junction_webhooks.fixtures import JourneyDelivery, Scenario
    from junction_webhooks.lifecycle import Lifecycle
    from junction_webhooks.validation._engines import Engine

FOLDER = ROOT / "fixtures"
STORIES = 25
OUT_OF_ORDER = "redraw_arrives_first"
UNDECIDED = {"match_review", "order_tracking"}
"""The families whose payloads do not show which of two is newer."""
INFERRED = "A reinstated order"
every_scenario = table("scenario", fixtures.scenarios(), ids=lambda each: each.name)


def machine(event_type: str) -> Lifecycle:
    """The lifecycle of what the event carries."""
    return lifecycle.order() if ".order." in event_type else lifecycle.appointment()


def sent_once(scenario: Scenario) -> list[JourneyDelivery]:
    """The deliveries of the scenario without those that repeat an earlier one."""
    return [each for each in scenario.deliveries if not each.resent]


def identity(payload: dict[str, Any]) -> tuple[str, str]:
    """What a payload is about: its family and the id of its object."""
    family = families.of(payload["event_type"])
    return family.name, payload["data"][family.identity]


def objects(scenario: Scenario) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The payloads about each order, appointment and critical result, by its family and id."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for delivery in sent_once(scenario):
        found.setdefault(identity(delivery.payload), []).append(delivery.payload)
    return found


def with_history(scenario: Scenario) -> list[JourneyDelivery]:
    """The deliveries about orders and appointments, without those that repeat an earlier one."""
    return [each for each in sent_once(scenario) if families.of(each.event_type).history]


def test_the_index_and_the_folder_name_the_same() -> None:
    """Every scenario of the index has its file, and every file is in the index, once."""
    index = json.loads((FOLDER / "index.json").read_text())["scenarios"]
    assert sorted(index) == sorted(path.stem for path in (FOLDER / "scenarios").glob("*.json"))
    assert [each.name for each in fixtures.scenarios()] == index


def test_every_base_is_used() -> None:
    """No base lies beside the scenarios without one that builds on it."""
    used = {json.loads(path.read_text())["base"] for path in (FOLDER / "scenarios").glob("*.json")}
    assert used == {path.stem for path in (FOLDER / "scenarios/bases").iterdir()}


def test_every_story_is_told_in_order() -> None:
    """The variants of a story stand together, and none is left out."""
    stories = [story for story, _ in groupby(fixtures.scenarios(), key=lambda each: each.story)]
    assert len(stories) == len(set(stories)) == STORIES


@every_scenario
def test_a_scenario_says_what_it_is_for(scenario: Scenario) -> None:
    """A scenario has a title of its own, and a paragraph."""
    assert [each.title for each in fixtures.scenarios()].count(scenario.title) == 1
    assert not scenario.title.endswith(".")
    assert scenario.about.endswith(".")


@pytest.mark.parametrize(
    ("engine", "step"),
    [
        ("jsonschema-rs", 1),
        ("jsonschema", 7),  # the reference is slow
        pytest.param("jsonschema", 1, marks=pytest.mark.exhaustive),
    ],
)
@every_scenario
def test_every_delivery_conforms(scenario: Scenario, engine: Engine, step: int) -> None:
    """Every payload is a whole event that conforms, of the type that the delivery names."""
    for delivery in scenario.deliveries[::step]:
        report = check(delivery.raw, engine=engine)
        assert (str(report), report.event_type, report.bare) == ("conforms", delivery.event_type, False)


@every_scenario
def test_every_history_follows_the_lifecycle(scenario: Scenario) -> None:
    """Nothing is odd about any history, but for what follows a cancellation in the inferred story."""
    findings = [
        each for delivery in with_history(scenario) for each in lifecycle.check_history(delivery.payload)
    ]
    assert {each.severity for each in findings} == ({"info"} if scenario.story == INFERRED else set())
    others = set(sent_once(scenario)) - set(with_history(scenario))
    assert {finding.rule for each in others for finding in lifecycle.check_history(each.payload)} <= {
        "no_history"
    }


@every_scenario
def test_every_delivery_is_newer_than_the_one_before(scenario: Scenario) -> None:
    """Offsets never go back, and of one object each delivery is newer than the one before."""
    offsets = [delivery.offset for delivery in scenario.deliveries]
    assert offsets[0] == timedelta(0)
    assert offsets == sorted(offsets)
    for (name, _), payloads in objects(scenario).items():
        for old, new in pairwise(payloads):
            assert lifecycle.compare(old, new) == ("undecided" if name in UNDECIDED else "newer")
            assert lifecycle.compare(new, new) == "same"


@every_scenario
def test_every_delivery_is_told_when_it_happens(scenario: Scenario) -> None:
    """The newest entry of a delivery, or its last change, is as old as the offset says; one arrives out of order."""
    late_ones = []
    for delivery in sent_once(scenario):
        data = delivery.payload["data"]
        if families.of(delivery.event_type).name in UNDECIDED:
            continue  # it has no time of its last change
        written = datetime.fromisoformat(
            data["events"][-1]["created_at"] if "events" in data else data["updated_at"]
        )
        late = scenario.start + delivery.offset - written.replace(microsecond=0)
        assert timedelta(0) <= late < timedelta(seconds=10)
        late_ones += [delivery.summary] if late else []
    assert late_ones == (["order redraw_available"] if scenario.name == OUT_OF_ORDER else [])


@every_scenario
def test_what_is_sent_again_is_old_and_has_a_new_id(scenario: Scenario) -> None:
    """A repeated delivery has the body of one before it and an id of its own, and is not newer than the newest."""
    seen: dict[bytes, str] = {}
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    ages = []
    for delivery in scenario.deliveries:
        assert delivery.id not in seen.values()
        assert (delivery.raw in seen) is delivery.resent
        about = identity(delivery.payload)
        if delivery.resent:
            ages.append(lifecycle.compare(newest[about], delivery.payload))
        else:
            newest[about] = delivery.payload
        seen[delivery.raw] = delivery.id
    assert ages == (["older", "same"] if scenario.name == "sent_again" else [])


@every_scenario
def test_ids_are_those_of_one_transaction(scenario: Scenario) -> None:
    """Patient, team and transaction stay the same, and appointments belong to its orders."""
    payloads = [delivery.payload for delivery in scenario.deliveries]
    # A review names no patient, until its result is accepted for one.
    named = [payload for payload in payloads if ".match_review." not in payload["event_type"]]
    assert len({payload["team_id"] for payload in payloads}) == 1
    for name in ("user_id", "client_user_id"):
        assert len({payload[name] for payload in named}) == bool(named)
        assert not any(name in payload for payload in payloads if payload not in named)
    for payload in named:
        assert payload["data"].get("user_id", payload["user_id"]) == payload["user_id"]
    orders = [each["data"] for each in payloads if ".order." in each["event_type"]]
    appointments = [each["data"] for each in payloads if ".appointment." in each["event_type"]]
    transactions = {each["order_transaction"]["id"] for each in orders}
    transactions |= {each["order_transaction_id"] for each in appointments}
    # A critical result names no transaction.
    assert len(transactions) == bool(orders or appointments)
    assert {each["order_id"] for each in appointments} <= {each["id"] for each in orders}
    asked_for = {each["details"]["data"]["appointment_id"] for each in orders}
    booked = {each["id"] for each in appointments if each["events"][-1]["status"] == "scheduled"}
    assert booked <= asked_for


@every_scenario
def test_a_redraw_follows_its_order(scenario: Scenario) -> None:
    """The second order of a transaction is a redraw of the first, and both list it from the start."""
    orders = [each.payload["data"] for each in scenario.deliveries if ".order." in each.event_type]
    first = [each for each in orders if each["origin"] == "initial"]
    for redraw in (each for each in orders if each["origin"] == "redraw"):
        parent, own = redraw["order_transaction"]["orders"]
        assert (own["id"], own["parent_id"]) == (redraw["id"], first[0]["id"])
        assert (parent["id"], parent["low_level_status"]) == (first[0]["id"], "redraw_available")
    for ended in (each for each in first if each["status"] == "collecting_sample"):
        if ended["last_event"]["status"].endswith(".redraw_available"):
            listed = [each["origin"] for each in ended["order_transaction"]["orders"]]
            assert (listed, ended["order_transaction"]["status"]) == (["initial", "redraw"], "active")
    assert len({each["id"] for each in orders}) == len({each["origin"] for each in orders})


@every_scenario
def test_the_laboratorys_id_is_known_from_the_requisition_on(scenario: Scenario) -> None:
    """Before the requisition, an order has a `sample_id` only if it was imported, and it never changes."""
    for payloads in objects(scenario).values():
        orders = [each["data"] for each in payloads if "details" in each["data"]]
        if not orders:
            continue
        statuses = {entry["status"].rpartition(".")[2] for entry in orders[-1]["events"]}
        for order in orders:
            has_requisition = {"requisition_created", "requisition_bypassed"} & {
                entry["status"].rpartition(".")[2] for entry in order["events"]
            }
            is_imported = "requisition_bypassed" in statuses
            assert (order["sample_id"] is not None) is bool(has_requisition or is_imported)
            assert order["sample_id"] in {None, orders[-1]["sample_id"]}
            assert not (is_imported and order["requisition_form_url"])


def test_numbers_of_entries_rise_through_all_scenarios() -> None:
    """No two entries share a number, also between scenarios, and those of one order rise with its deliveries."""
    numbers: dict[int, str] = {}
    for scenario in fixtures.scenarios():
        latest: dict[str, int] = {}
        for delivery in with_history(scenario):
            for entry in delivery.payload["data"]["events"]:
                if "id" in entry:
                    identity = f"{delivery.payload['data']['id']} {entry['created_at']} {entry['status']}"
                    assert numbers.setdefault(entry["id"], identity) == identity
            if ".order." in delivery.event_type:
                order = delivery.payload["data"]
                assert order["last_event"]["id"] > latest.get(order["id"], 0)
                latest[order["id"]] = order["last_event"]["id"]


def test_ids_are_unique_over_all_scenarios() -> None:
    """All scenarios can be played into one database: none shares an order, appointment, patient or delivery id."""
    deliveries = [(scenario.name, each) for scenario in fixtures.scenarios() for each in scenario.deliveries]
    assert len({each.id for _, each in deliveries}) == len(deliveries)
    for name in ("id", "order_id", "user_id"):
        owners = {
            (each.payload["data"][name], scenario)
            for scenario, each in deliveries
            if name in each.payload["data"]
        }
        assert len({id_ for id_, _ in owners}) == len(owners)


def moves(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """Every transition that happens in a scenario."""
    for delivery in with_history(scenario):
        statuses = [entry["status"] for entry in delivery.payload["data"]["events"]]
        for source, target in pairwise(statuses):
            yield machine(delivery.event_type).subject, source, target


def test_every_transition_happens() -> None:
    """Each transition of both lifecycles happens in some scenario, whatever its provenance."""
    seen = {move for scenario in fixtures.scenarios() for move in moves(scenario)}
    lacking = [
        f"{each.source} -> {each.target} ({each.provenance})"
        for lifecycle_ in (lifecycle.order(), lifecycle.appointment())
        for each in lifecycle_.transitions
        if (lifecycle_.subject, each.source, each.target) not in seen
    ]
    assert lacking == []


@every_scenario
def test_webhooks_are_those_of_the_lifecycle(scenario: Scenario) -> None:
    """Each entry is announced by the event that its transition sends.

    Only `partial_results` may stay silent, and what happened before the endpoint was set up.
    """
    announced: dict[str, int] = {}
    is_late = scenario.name == "critical_result_first"
    for delivery in with_history(scenario):
        data, before = delivery.payload["data"], announced.get(delivery.payload["data"]["id"], 0)
        statuses = [entry["status"] for entry in data["events"]]
        silent = {status.rpartition(".")[2] for status in statuses[before:-1]}
        assert silent <= {"partial_results"} or is_late
        lifecycle_ = machine(delivery.event_type)
        if len(statuses) == 1:
            assert delivery.event_type == lifecycle_.created_webhook
        else:
            known = lifecycle_.transition(statuses[-2], statuses[-1])
            assert known is None or known.webhook in {delivery.event_type, None}
        announced[data["id"]] = len(statuses)


def test_a_delivery_is_ready_to_be_sent() -> None:
    """A delivery can be signed under its own id, verified and parsed, and its payload is the caller's to change."""
    delivery = fixtures.scenario("reschedule").deliveries[0]
    webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    verified = webhook.verify(delivery.raw, webhook.sign(delivery.raw, id=delivery.id))
    assert verified.id == delivery.id == "msg_reschedule_01"
    assert parse_event(delivery.raw) == verified.event
    delivery.payload.clear()
    assert delivery.payload["event_type"] == delivery.event_type == "labtest.order.created"


def test_a_scenario_shows_its_timeline() -> None:
    """A scenario prints as its deliveries, a line each, silent entries named in the line that brings them."""
    lines = fixtures.scenario("partial_results_not_opted_in").timeline().splitlines()
    assert lines[0] == "+0s         labtest.order.created        order ordered"
    assert lines[-1].endswith("order completed, after unsent partial_results, partial_results")
    shown = pretty(fixtures.scenario("redraw"))
    assert len(shown.splitlines()) == 1 + len(fixtures.scenario("redraw").deliveries)
    assert repr(fixtures.scenario("redraw").deliveries[6]) == (
        "<msg_redraw_07 +5d 11h 27m labtest.order.created: redraw ordered>"
    )


def test_a_critical_result_is_one_per_order() -> None:
    """Its events share order, sample and `created_at`; the steps say the rest, and the sample is the order's."""
    *_, partial, completed, final = (
        each.payload["data"] for each in fixtures.scenario("critical_result_twice").deliveries
    )
    assert (partial["status"], final["status"]) == ("partial", "final")
    for name in ("order_id", "sample_id", "created_at", "user_id", "interpretation"):
        assert partial[name] == final[name]
    assert partial["created_at"] == partial["updated_at"] < final["updated_at"]
    assert (final["order_id"], final["sample_id"]) == (completed["id"], completed["sample_id"])
    example = fixtures.scenario("critical_result_send_example").deliveries[0].payload["data"]
    assert (example["interpretation"], example["sample_id"]) == ("normal", "123456789")


def test_a_review_is_one_per_result(tmp_path: Path) -> None:
    """Its events share the id, the first is `created`, and an accepted result names the newest order."""
    *_, first, ordered, _, resolved, completed = (
        each.payload for each in fixtures.scenario("match_review_accepted").deliveries
    )
    assert first["data"]["id"] == resolved["data"]["id"]
    assert "resolved_order_id" not in first["data"]
    assert ordered["data"]["origin"] == "recreation"
    assert resolved["data"]["resolved_order_id"] == ordered["data"]["id"] == completed["data"]["id"]
    assert resolved["data"]["resolved_user_id"] == ordered["user_id"]
    rejected = fixtures.scenario("match_review_rejected").deliveries[-1].payload["data"]
    assert "resolved_order_id" not in rejected
    steps = ("pending_ops_review", "resolved", "pending_customer_review")
    deliveries = deliveries_of(
        {"at": "0s", "review": steps[0], "sent": False},
        *({"at": f"{at}m", "review": status} for at, status in enumerate(steps[1:], start=1)),
        folder=tmp_path,
    )
    # A review that only Junction works on sends no `created`, and what follows a decided one is another.
    assert [each.event_type.rpartition(".")[2] for each in deliveries] == ["updated", "created"]
    assert len({each.payload["data"]["id"] for each in deliveries}) == 2


def test_tracking_keeps_the_first_estimate() -> None:
    """A revision moves the current estimate and adds one update; nothing else of the tracking changes."""
    found = [
        each.payload["data"]
        for each in fixtures.scenario("order_tracking_revised").deliveries
        if each.event_type == "labtest.order_tracking.updated"
    ]
    estimates = [each["expected_at"]["final_results"] for each in found]
    assert len({each["original_estimate"] for each in estimates}) == 1
    assert [len(each["updates"]) for each in found] == [0, 0, 1, 2, 2]
    for old, new in pairwise(found):
        assert new["updates"][: len(old["updates"])] == old["updates"]
    assert estimates[-1]["current_estimate"] == found[-1]["updates"][-1]["revised_estimate"]
    assert [each["markers"][0]["status"] for each in found][-2:] == ["pending", "resulted"]


def test_a_journey_starts_with_its_first_delivery(tmp_path: Path) -> None:
    """Unsent steps before it do not count into the offsets."""
    first = {"at": "0s", "order": "ordered", "sent": False}
    (delivery,) = deliveries_of(first, {"at": "1d", "critical": "partial"}, folder=tmp_path)
    assert delivery.offset == timedelta(0)
    assert delivery.payload["data"]["updated_at"] == "2026-01-02T00:00:00+00:00"


def test_a_misspelled_scenario_raises_with_the_nearest() -> None:
    """An unknown name is answered with the name that was meant."""
    with pytest.raises(KeyError, match="there is no scenario 'reshedule': did you mean reschedule"):
        fixtures.scenario("reshedule")


def deliveries_of(*steps: dict[str, Any], folder: Path, **changes: Any) -> tuple[JourneyDelivery, ...]:
    """The deliveries of a scenario that is written to a file with those steps."""
    written = {
        "title": "T",
        "story": "S",
        "about": "A.",
        "base": "california",
        "start": "2026-01-01T00:00:00Z",
        "steps": steps,
    }
    path = folder / "mine.json"
    path.write_text(json.dumps(written | changes))
    return _scenarios.read(path).deliveries


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        ([{"at": "0s", "order": "orderd"}], "step 1: 'orderd' is not a status of a walk-in order"),
        ([{"at": "soon", "order": "ordered"}], "step 1: 'soon' is not a duration like 3d 4h 5m 10s"),
        ([{"at": "", "order": "ordered"}], "step 1: '' is not a duration like"),
        (
            [{"at": "0s", "ordre": "ordered"}],
            "step 1: has one of order, redraw, recreation, appointment, critical, review, tracking, and no ordre",
        ),
        ([{"at": "0s", "appointment": "reserved"}], "step 1: an appointment needs an order"),
        ([{"at": "0s", "critical": "final"}], "step 1: a critical result needs an order"),
        (
            [{"at": "0s", "order": "ordered"}, {"at": "0s", "critical": "preliminary"}],
            "step 2: 'preliminary' is not a status of a critical result: it is final or partial",
        ),
        ([{"at": "0s", "tracking": "collected"}], "step 1: tracking needs an order"),
        (
            [{"at": "0s", "order": "ordered"}, {"at": "0s", "tracking": "lost"}],
            "step 2: 'lost' is not a change of tracking: it is one of estimated, collected, revised, pending",
        ),
        ([{"at": "0s", "review": "decided"}], "step 1: 'decided' is not a status of a match review"),
        (
            [{"at": "0s", "review": "resolved", "set": {"resolution_action": "accept"}}],
            "step 1: a result is accepted for an order",
        ),
        ([{"at": "0s", "redraw": "ordered"}], "step 1: a journey starts with its order"),
        ([{"at": "0s", "recreation": "ordered"}], "step 1: a journey starts with its order"),
        (
            [{"at": "0s", "order": "ordered"}, {"at": "1d", "redraw": "ordered"}],
            "step 2: a journey starts with its order, and a redraw with that order's redraw_available",
        ),
        (
            [
                {"at": "0s", "order": "ordered"},
                {"at": "1d", "order": "redraw_available"},
                {"at": "2d", "redraw": "ordered"},
            ],
            "step 3: a redraw is ordered at the time of the step that creates it",
        ),
        ([{"at": "0s", "order": "ordered"}, {"at": "1d", "resend": 2}], "step 2: there is no delivery 2"),
        (
            [{"at": "1m", "order": "ordered"}, {"at": "0s", "order": "cancelled"}],
            "step 2: it comes before the step above it",
        ),
        (
            [{"at": "0s", "order": "ordered"}, {"at": "0s", "appointment": "reserved"}],
            "step 2: an appointment that is reserved has a slot",
        ),
        (
            [{"at": "0s", "order": "ordered"}, {"at": "0s", "appointment": "booked"}],
            "step 2: 'booked' is not an event status of an appointment",
        ),
    ],
)
def test_a_wrong_step_raises(tmp_path: Path, steps: list[dict[str, Any]], named: str) -> None:
    """A step that cannot be is named with its file and number."""
    with pytest.raises(ScenarioError, match=rf"fixtures/scenarios/mine\.json: {named}"):
        deliveries_of(*steps, folder=tmp_path)


def test_a_word_too_many_raises(tmp_path: Path) -> None:
    """A scenario with a misspelled part is refused."""
    with pytest.raises(ScenarioError, match="missing or unknown: titel"):
        deliveries_of(folder=tmp_path, titel="T")


def test_a_step_changes_what_it_says(tmp_path: Path) -> None:
    """`set`, `detail`, `data`, `slot` and `sent` end up in the payload or in the delivery, as a step says them."""
    first, partial, booked = deliveries_of(
        {"at": "0s", "order": "ordered", "set": {"notes": "N"}, "detail": "fulfillment_error"},
        {"at": "1m", "order": "requisition_created", "sent": False},
        {"at": "1d", "order": "partial_results", "sent": True},
        {
            "at": "1d",
            "appointment": "scheduled",
            "slot": "2026-01-03T09:00:00-08:00",
            "data": {"origin": "x"},
        },
        folder=tmp_path,
    )
    assert first.payload["data"]["notes"] == "N"
    assert first.payload["data"]["last_event"]["status_detail"] == "fulfillment_error"
    assert partial.summary == "order partial_results, after unsent requisition_created"
    appointment = parse_event(booked.raw).data
    assert appointment.start_at == datetime(2026, 1, 3, 17, tzinfo=UTC)  # type: ignore[union-attr]
    assert booked.payload["data"]["start_at"] == "2026-01-03T17:00:00+00:00"
    assert booked.payload["data"]["event_data"] == {"origin": "x"}

"""Journeys and payloads from a seed."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from support.sizes import sizes
from support.stories import STORIES, has_in_order, is_as_consistent_as_a_scenario, is_critical

from junction_webhooks import check, contract, journeys
from junction_webhooks._jsonschema.ecma import compiled
from junction_webhooks._jsonschema.engines import validator as is_valid
from junction_webhooks.contract import stability
from junction_webhooks.journeys import _texts
from junction_webhooks.journeys.choices import RandomChoices
from junction_webhooks.journeys.payloads import maker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import EventType, Profile, Schema
    from junction_webhooks.fixtures import Journey

SOME = 60
"""How many journeys the tests share."""
FEW = 12
"""So many of them are checked in every respect, which is what takes time."""
MANY = 300
"""So many journeys have rare stories too."""
DIGESTS = {"0.9.0": "9a03030b3d51ba63b3998cea1971469acf998e4ad2358da518118009241298c0"}
"""For each version of the contract, the hash of what seed 1 gives.

A released version keeps its digest: the same seed gives the same payloads.
"""


@cache
def some_journeys(profile: Profile = "strict") -> tuple[Journey, ...]:
    """Return the journeys that the tests share."""
    return tuple(islice(journeys.generate_journeys(1, profile=profile), SOME))


@cache
def some_payloads(event_type: EventType, profile: Profile = "strict") -> tuple[dict[str, Any], ...]:
    """Return the payloads that the tests share. Do not change them."""
    return tuple(islice(journeys.generate_payloads(event_type, 1, profile=profile), 500))


def test_payloads_conform() -> None:
    """Payloads of each event conform, under both engines."""
    for event_type in contract.EVENT_TYPES:
        for number, payload in enumerate(some_payloads(event_type)[:40]):
            report = check(payload)
            assert (str(report), report.event_type, report.bare) == ("conforms", event_type, False)
            if number < 5:
                assert str(check(payload, engine="jsonschema")) == "conforms"


def test_tolerant_payloads_are_not_rejected() -> None:
    """Payloads of the tolerant profile drift, or conform, and are never rejected."""
    for event_type in contract.EVENT_TYPES:
        verdicts = {check(payload).verdict for payload in some_payloads(event_type, "tolerant")[:40]}
        assert "drifts" in verdicts, event_type
        assert "rejected" not in verdicts, event_type


@pytest.mark.exhaustive
def test_many_payloads_keep_their_profile() -> None:
    """So do 5,000 of each event in the strict profile, and 1,000 in the tolerant one, whose check takes longer."""
    for event_type in contract.EVENT_TYPES:
        for profile, size, expected in (
            ("strict", 5_000, {"conforms"}),
            ("tolerant", 1_000, {"conforms", "drifts"}),
        ):
            payloads = journeys.generate_payloads(event_type, 2, profile=profile, allow_nul=True)  # type: ignore[arg-type]
            assert {check(each).verdict for each in islice(payloads, size)} <= expected


def seen(schema: Schema, definitions: dict[str, Schema], value: Any, at: str) -> Iterator[tuple[str, object]]:
    """Yield what a value shows of each place below its schema: whether it is there, null, or which value it has."""
    if "$ref" in schema:
        at = schema["$ref"].removeprefix("#/$defs/")
        schema = definitions[at]
    branches = [branch for branch in schema.get("anyOf", ()) if branch != {"type": "null"}]
    if len(branches) < len(schema.get("anyOf", ())) or "null" in schema.get("type", ()):
        yield f"{at} is null", value is None
    if "enum" in schema:
        yield f"{at} is", value
    if len(branches) == 1 and value is not None:
        yield from seen(branches[0], definitions, value, at)
    if "items" in schema and value is not None:
        yield f"{at} has items", bool(value)
    for item in value if isinstance(value, list) and "items" in schema else ():
        yield from seen(schema["items"], definitions, item, f"{at}[]")
    if isinstance(value, dict):
        yield from seen_properties(schema, definitions, value, at)


def seen_properties(
    schema: Schema, definitions: dict[str, Schema], value: dict[str, Any], at: str
) -> Iterator[tuple[str, object]]:
    """Yield what an object shows of its properties."""
    for name, part in schema.get("properties", {}).items():
        if name not in schema.get("required", ()):
            yield f"{at}.{name} is missing", name not in value
        if name in value:
            yield from seen(part, definitions, value[name], f"{at}.{name}")


def test_payloads_vary() -> None:
    """What is optional is missing and there, what is nullable is null and not, and lists are empty and not."""
    for event_type in contract.EVENT_TYPES:
        bundle = contract.bundle("strict", event_type)
        found: dict[str, list[object]] = defaultdict(list)
        for payload in some_payloads(event_type):
            for place, what in seen(bundle, bundle["$defs"], payload, ""):
                found[place].append(what)
        for place, values in found.items():
            if not place.endswith(" is"):
                assert set(values) == {True, False}, f"{event_type}: {place}"
                share = sum(map(bool, values)) / len(values)
                assert len(values) < 100 or 0.2 < share < 0.95, f"{event_type}: {place}: {share}"
        assert len(found) >= 5


def test_every_listed_value_is_generated() -> None:
    """Payloads have every status of an order, and every value of each other set."""
    bundle = contract.bundle("strict", "labtest.order.updated")
    payloads = some_payloads("labtest.order.updated")
    found = {each for payload in payloads for each in seen(bundle, bundle["$defs"], payload, "")}
    for title, schema in bundle["$defs"].items():
        if "enum" in schema:
            assert {value for place, value in found if place == f"{title} is"} == set(schema["enum"]), title
    lengths = {len(payload["data"]["events"]) for payload in payloads}
    assert lengths == {0, 1, 2, 3, 4}


def texts_of(value: Any) -> Iterator[str]:
    """Yield every string in a value, the names of its properties included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        yield from texts_of([*value, *value.values()])


def test_texts() -> None:
    """Texts have all kinds of characters, but no surrogates, and U+0000 only if it is asked for."""
    texts = {text for payload in some_payloads("labtest.order.updated") for text in texts_of(payload)}
    characters = set("".join(texts))
    assert {"\n", '"', "\u2028", "\U0010ffff", "😀"} <= characters
    assert max(map(ord, characters)) > 0xFFFF
    assert not {each for each in characters if 0xD800 <= ord(each) < 0xE000 or each == "\0"}
    with_nul = journeys.generate_payloads("labtest.order.updated", 1, allow_nul=True)
    assert any("\0" in text for payload in islice(with_nul, 50) for text in texts_of(payload))
    tolerant = some_payloads("labtest.appointment.updated", "tolerant")
    assert not any("\0" in text for payload in tolerant for text in texts_of(payload))


def test_ids_fit_a_database() -> None:
    """The ids of history entries are positive and have at most 31 bits."""
    for profile in contract.PROFILES:
        entries = [
            entry
            for payload in some_payloads("labtest.order.updated", profile)
            for entry in payload["data"]["events"]
        ]
        ids = {entry["id"] for entry in entries if entry.get("id") is not None}
        assert min(ids) >= 1
        assert 2**24 < max(ids) < 2**31


def test_the_length_of_a_history() -> None:
    """No history is longer than it may be, and some are as long, more than without a bound."""
    for most in (0, 1, 6):
        payloads = islice(journeys.generate_payloads("labtest.order.updated", 1, max_events=most), 200)
        assert max(len(payload["data"]["events"]) for payload in payloads) == most
    with pytest.raises(ValueError, match="max_events must be 0 or more"):
        journeys.generate_payloads("labtest.order.updated", 1, max_events=-1)


def test_journeys_are_as_consistent_as_scenarios() -> None:
    """Every payload conforms, no history is odd but that of an order reinstated, and each delivery is newer than the last."""
    for journey in some_journeys():
        is_as_consistent_as_a_scenario(journey)


def test_journeys_tell_many_stories() -> None:
    """Redraws, bookings before the requisition, reschedules, cancellations and critical results are among them."""
    many = list(islice(journeys.generate_journeys(1), MANY))
    reported = [[each.summary for each in journey.deliveries] for journey in many]
    # All but the rarest one, and its beginning and its end.
    stories = [*STORIES[:-1], STORIES[-1][:1], STORIES[-1][1:]]
    missing = [
        wanted for wanted in stories if not any(has_in_order(summaries, wanted) for summaries in reported)
    ]
    assert missing == []
    critical = sum(any(map(is_critical, journey.deliveries)) for journey in many)
    assert 0.03 < critical / MANY < 0.25


def test_tolerant_journeys_are_not_rejected() -> None:
    """With new statuses and properties, journeys drift, and are never rejected."""
    bodies = [each.raw for journey in some_journeys("tolerant")[:FEW] for each in journey.deliveries]
    assert {check(each).verdict for each in bodies} == {"conforms", "drifts"}
    assert any(b"added_status" in each for each in bodies)
    assert any(b"added_later" in each for each in bodies)


def test_beta_events_are_part_of_a_journey_if_asked() -> None:
    """With `beta`, journeys have match reviews and tracking that follow from their orders; without it they have none."""
    found: set[str] = set()
    for number, journey in enumerate(islice(journeys.generate_journeys(1, beta=True), MANY)):
        if number < FEW:
            is_as_consistent_as_a_scenario(journey)
        orders: dict[str, str] = {}
        for delivery in journey.deliveries:
            found.add(delivery.summary)
            if number >= FEW and b"accept" not in delivery.raw and delivery.summary != "recreation ordered":
                continue
            data = delivery.payload["data"]
            if delivery.event_type.startswith("labtest.order."):
                orders[data["id"]] = data["origin"]
            if "tracking" in delivery.event_type:
                assert data["order_id"] in orders
            if data.get("resolution_action") == "accept":
                assert orders[data["resolved_order_id"]] == "recreation"
    reported = {summary for summary in found if summary.startswith(("review ", "tracking "))}
    assert reported == {
        "review pending_customer_review", "review pending_customer_review:in_progress", "review pending_ops_review",
        "review resolved", "tracking collected", "tracking estimated", "tracking incomplete", "tracking resulted",
        "tracking revised",
    }  # fmt: skip
    assert "recreation completed" in found
    tolerant = islice(journeys.generate_journeys(1, profile="tolerant", beta=True), FEW)
    assert "rejected" not in {check(each.raw).verdict for journey in tolerant for each in journey.deliveries}
    usual = {each.event_type for journey in some_journeys() for each in journey.deliveries}
    assert {stability.of_event(each) for each in usual} == {"stable"}


def test_no_two_journeys_share_an_id() -> None:
    """Deliveries, orders, appointments, users and history entries are all different, and journeys start apart."""
    ids: list[Any] = []
    for journey in some_journeys():
        ids += [each.id for each in journey.deliveries]
        payloads = [each.payload for each in journey.deliveries]
        ids += {payload["user_id"] for payload in payloads}
        ids += {payload["data"]["id"] for payload in payloads if "id" in payload["data"]}
        ids += {
            entry["id"]
            for payload in payloads
            for entry in payload["data"].get("events", ())
            if "id" in entry
        }
    assert len(set(ids)) == len(ids)
    for before, after in pairwise(some_journeys()):
        assert after.start - before.start == timedelta(minutes=11)


def test_names_and_times_come_from_outside() -> None:
    """With another name and start, the same stories are about other orders, at another time."""
    start = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)
    others = list(islice(journeys.generate_journeys(1, start=start, name="try_2"), 20))
    assert others[0].start == start
    assert others[0].deliveries[0].payload["data"]["created_at"] == "2031-05-06T07:08:00+00:00"
    for journey, other in zip(some_journeys(), others, strict=False):
        is_as_consistent_as_a_scenario(other)
        assert [(each.offset, each.summary) for each in journey.deliveries] == [
            (each.offset, each.summary) for each in other.deliveries
        ]
        for each, same in zip(journey.deliveries, other.deliveries, strict=True):
            assert same.id.startswith("msg_try_2_")
            assert not each.id.startswith("msg_try_2_")
            assert same.payload["user_id"] != each.payload["user_id"]
    with pytest.raises(ValueError, match="time zone"):
        journeys.generate_journeys(1, start=start.replace(tzinfo=None))


def test_the_length_of_a_journey() -> None:
    """No journey has more deliveries than it may, and some have as many."""
    for most in (1, 4):
        some = islice(journeys.generate_journeys(1, max_events=most), 40)
        assert max(len(journey.deliveries) for journey in some) == most
    with pytest.raises(ValueError, match="at least one event"):
        journeys.generate_journeys(1, max_events=0)


def first(seed: int) -> object:
    """What a seed gives first."""
    return next(journeys.generate_journeys(seed, name="same")), next(
        journeys.generate_payloads("labtest.order.created", seed)
    )


def test_seeds_differ() -> None:
    """Each seed gives other payloads and journeys, a negative one too, and always the same ones."""
    generated = [first(seed) for seed in (0, 1, -1, 2, 2**64)]
    assert [first(seed) for seed in (0, 1, -1, 2, 2**64)] == generated
    for number, one in enumerate(generated):
        assert one not in generated[:number]


def test_an_unknown_event_type_raises() -> None:
    """A misspelled event type is answered with the known ones."""
    with pytest.raises(ValueError, match=r"expected one of labtest\.order\.created"):
        journeys.generate_payloads("labtest.order", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "string", "minLength": 3}, "the keyword 'minLength'"),
        ({"type": "string", "pattern": "^a(?=b)"}, "a lookahead"),
        ({"type": "string", "pattern": "a^b"}, "an assertion in the middle"),
        ({"type": "tuple"}, "the type 'tuple'"),
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, "the keyword 'uniqueItems'"),
        ({"allOf": []}, "the type None"),
        ({"type": "object", "allOf": []}, "the keyword 'allOf'"),
    ],
)
def test_unknown_rules_raise(schema: Schema, message: str) -> None:
    """No rule is passed over: what the generator does not understand raises."""
    with pytest.raises(contract.UnknownKeywordError, match=message):
        maker(schema)


def test_numbers_keep_their_limits() -> None:
    """Integers and numbers respect whichever limits a schema has."""
    choices = RandomChoices("limits")
    for kind in ("integer", "number"):
        for limits in (
            {},
            {"minimum": 5},
            {"maximum": 5},
            {"maximum": -(10**12)},
            {"minimum": 10**12},
            {"minimum": -1, "maximum": 1},
        ):
            schema = {"type": kind, **limits}
            make = maker(schema)
            values = [make(choices) for _ in range(50)]
            assert all(map(is_valid(schema), values)), schema
            assert len(set(values)) > 2, schema
            assert {type(value) for value in values} == ({int} if kind == "integer" else {int, float}), schema


@sizes(300, exhaustive=20_000)
def test_texts_match_their_pattern(size: int) -> None:
    """Whatever the bytes, a text matches the pattern that it was made for."""
    choices = RandomChoices("patterns")
    for pattern in (
        "^[0-9]{5}(?:-[0-9]{4})?$",
        "^(?:UTC|[A-Za-z_]+/[A-Za-z_-]+)$",
        "abc|^d+$",
        r"^\d\s[^\d\s]{0,3}x*$",
        "^$",
    ):
        make = _texts.matching(pattern)
        texts = [make(choices.some_bytes(30)) for _ in range(size)]
        assert all(map(compiled(pattern).search, texts)), pattern
        assert pattern == "^$" or len(set(texts)) > 2, pattern


def generated_lines() -> Iterator[str]:
    """Yield what seed 1 gives, as JSON."""
    for profile in contract.PROFILES:
        for journey in islice(journeys.generate_journeys(1, profile=profile, beta=True), 20):
            yield from (f"{each.id} {each.offset} {each.raw.decode()}" for each in journey.deliveries)
        for event_type in contract.EVENT_TYPES:
            payloads = journeys.generate_payloads(event_type, 1, profile=profile)
            yield from map(json.dumps, islice(payloads, 20))


def test_a_seed_gives_the_same_for_good() -> None:
    """What a seed gives changes only with the version of the contract. Before its release, correct the digest."""
    digest = sha256("\n".join(generated_lines()).encode()).hexdigest()
    assert DIGESTS.get(contract.version()) == digest, (
        f"if version {contract.version()} is not released, DIGESTS has {digest}; otherwise it needs another version"
    )

"""`contract.families`: one entry for each event family, which agrees with the schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from support.tables import table

from junction_webhooks import contract, fixtures, lifecycle
from junction_webhooks.contract import families
from junction_webhooks.contract.annotations import data_of, place
from junction_webhooks.contract.families import FAMILIES, EventType
from junction_webhooks.journeys.model import Subject

if TYPE_CHECKING:
    from junction_webhooks.contract.families import Family

every_family = table("family", FAMILIES, ids=lambda family: family.prefix)


def test_every_event_type_has_one_family() -> None:
    """Type checkers, the families and the schemas name the same event types, each in one family."""
    listed = [event_type for family in FAMILIES for event_type in family.event_types]
    assert tuple(listed) == get_args(EventType) == contract.EVENT_TYPES
    assert len(set(listed)) == len(listed)
    for event_type in contract.EVENT_TYPES:
        assert event_type in families.of(event_type).event_types


@every_family
def test_event_types_have_the_prefix(family: Family) -> None:
    """An event type is the prefix of its family and one more word; the last word of the prefix is the name."""
    assert {each.rpartition(".")[0] for each in family.event_types} == {family.prefix}
    assert family.prefix.split(".")[-1] == family.name
    assert len({each.name for each in FAMILIES}) == len(FAMILIES)


@every_family
def test_all_events_of_a_family_carry_the_same(family: Family) -> None:
    """The events of a family refer to one schema under `data`."""
    references = {
        contract.schemas()[f"events/{each}"]["properties"]["data"]["$ref"] for each in family.event_types
    }
    assert len(references) == 1


@every_family
def test_what_a_family_names_exists(family: Family) -> None:
    """Properties, value sets and fixtures that an entry names are there."""
    data = data_of(family)
    history = family.history
    named = {family.identity, *([family.updated_at] if family.updated_at else [])}
    if history:
        named |= {history.entries, history.status}
        named |= {each for each in (history.last_entry, history.transaction) if each is not None}
    assert named <= set(data.known_names)
    if family.bare_form:
        assert family.bare_form.event_type in family.event_types
        assert [each for each in fixtures.valid() if each.name.startswith(f"{family.bare_form.name}/")]
    assert [each for event_type in family.event_types for each in fixtures.valid(event_type)]


@every_family
def test_typical_properties_are_core(family: Family) -> None:
    """By what a payload without an envelope is recognized is there in both profiles."""
    assert all(data_of(family).property(name).core for name in family.typical)
    assert family.typical or not family.bare_form


def test_typical_properties_set_families_apart() -> None:
    """No payload of one family has all typical properties of another."""
    for family in FAMILIES:
        for other in FAMILIES:
            if family is not other and other.typical:
                assert not other.typical <= set(data_of(family).known_names)


@every_family
def test_modalities_agree_with_the_value_sets(family: Family) -> None:
    """The walk-in value is documented, and so is every other that the value set lists."""
    if family.modality is None:
        return
    *way, last = family.modality.path
    found = data_of(family)
    for name in way:
        found = found.property(name)
    schema = found.property(last).schema
    assert family.modality.walk_in in schema.get("enum", [schema.get("const")])
    assert family.modality.walk_in not in family.modality.others
    assert set(schema.get("enum", ())) <= {family.modality.walk_in, *family.modality.others}


@every_family
def test_a_modality_explains_places_of_the_family(family: Family) -> None:
    """The patterns are of places that the family has, except for names that the contract leaves to others."""
    patterns = family.modality.explains if family.modality else ()
    for pattern in patterns:
        path = [0 if part == "*" else part for part in pattern.split("/")[1:]]
        found = place(family.event_types[0], tuple(path))
        assert found.pattern == pattern
        assert found.is_known is not pattern.endswith("?")


def test_the_modalities_of_orders_are_the_collection_methods() -> None:
    """Orders name every collection method that Junction documents."""
    modality = families.ORDER.modality
    assert modality is not None
    known = contract.schemas()["values/collection_method"]["enum"]
    assert {modality.walk_in, *modality.others} == set(known)


@every_family
def test_lifecycles_are_of_their_family(family: Family) -> None:
    """A lifecycle says which family it is of, sends its events, and belongs to a history."""
    machine = lifecycle.of(family)
    if machine is None:
        assert family.lifecycle is None
        return
    assert machine.subject == family.name
    assert family.history
    assert family.goal
    sent = {machine.created_webhook, *(each.webhook for each in machine.transitions)} - {None}
    assert sent <= set(family.event_types)


def test_journeys_take_the_subjects_of_all_families() -> None:
    """What the steps of a scenario can be about is what the families say."""
    assert [name for family in FAMILIES for name in family.subjects] == list(get_args(Subject))


@table(
    "event_type",
    [
        "labtest.order",
        "labtest.order_trackings.updated",
        "labtest.order.requisition.created",
        "order.created",
        "",
    ],
)
def test_an_unknown_family_raises(event_type: str) -> None:
    """An event type is of a family by all of its prefix; others raise, or are None where that is asked for."""
    assert families.find(event_type) is None
    with pytest.raises(
        ValueError, match=r"does not start with any of labtest\.order\.\*, labtest\.appointment\.\*"
    ):
        families.of(event_type)


@table("event_type", contract.EVENT_TYPES)
def test_class_names_are_the_titles(event_type: str) -> None:
    """The name of a model is known without reading its schema."""
    assert families.class_name(event_type) == contract.schemas()[f"events/{event_type}"]["title"]


def test_class_names_of_two_words() -> None:
    """The underscores of a family's name are no part of the class name."""
    assert families.class_name("labtest.invented_family.created") == "LabtestInventedFamilyCreated"


@pytest.mark.parametrize("event_type", [None, 7, {}, ["labtest.order.updated"]])
def test_what_is_no_text_has_no_family(event_type: object) -> None:
    """Payloads hold anything under `event_type`, and nothing raises for it."""
    assert families.find(event_type) is None


def test_a_new_event_of_a_known_family_is_of_it() -> None:
    """An event type that Junction adds to a family carries what the family carries."""
    assert families.of("labtest.order.archived") is families.ORDER

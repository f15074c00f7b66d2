"""`contract.annotations`: the cursor through the hand-written schemas."""

from __future__ import annotations

from support.tables import table

from junction_webhooks import contract
from junction_webhooks.contract.annotations import Place, data_of, event, place, root
from junction_webhooks.contract.families import ORDER

ORDER_DATA = event("labtest.order.updated").property("data")


def test_properties_and_items_through_references() -> None:
    """A cursor follows references, nullable ones too, and says where it is."""
    found = ORDER_DATA.property("events").item(3).property("status")
    assert (found.pointer, found.pattern) == ("/data/events/3/status", "/data/events/*/status")
    assert (found.name, found.holder, found.within) == (
        "status",
        "objects/order_event",
        "values/order_status",
    )
    assert found.schema is contract.shared_schemas()["values/order_status"]
    assert ORDER_DATA.property("order_transaction").property("id").holder == "objects/order_transaction"
    assert ORDER_DATA.property("events").item().pointer == "/data/events/*"


@table(
    ("found", "pattern"),
    [
        (ORDER_DATA.property("new"), "/data/?"),
        (ORDER_DATA.property("new").property("status"), "/data/?/?"),
        (ORDER_DATA.property("new").item(0), "/data/?/*"),
        (ORDER_DATA.property("status").property("id"), "/data/status/?"),
        (ORDER_DATA.item(2), "/data/*"),
    ],
)
def test_outside_the_contract(found: Place, pattern: str) -> None:
    """What the contract does not know is masked in the pattern, sensitive, and has nothing below it."""
    assert (found.pattern, found.is_known, found.sensitive, found.known_names) == (pattern, False, True, ())
    assert not found.core
    assert not found.has_items


def test_names_with_special_characters() -> None:
    """A pointer is escaped."""
    assert root("objects/order").property("a/b~c").pointer == "/a~1b~0c"


def test_sensitive_is_inherited() -> None:
    """What is part of patient data is patient data; a status is none."""
    assert ORDER_DATA.property("patient_details").property("first_name").sensitive
    assert not ORDER_DATA.property("status").sensitive


def test_core_open_and_provenance() -> None:
    """The cursor reads the project's own keywords."""
    assert ORDER_DATA.property("id").core
    assert not ORDER_DATA.property("notes").core
    assert root("objects/appointment_event_data").is_open
    assert not root("objects/order").is_open
    assert event("labtest.order.updated").property("user_id").provenance["always"] is True
    inherited = root("objects/order_event").property("status").provenance
    assert inherited == contract.schemas()["objects/order_event"]["x-provenance"]


def test_the_root_of_a_bare_payload() -> None:
    """Without an envelope the pointers start at the data."""
    assert data_of(ORDER).property("id").pointer == "/id"
    assert [each.name for each in data_of(ORDER).properties()] == list(ORDER_DATA.known_names)


def test_siblings_are_those_of_the_object() -> None:
    """The siblings of a property, and of the items of its array, are the properties of the object."""
    events = ORDER_DATA.property("events")
    assert events.siblings == events.item(0).siblings == ORDER_DATA.known_names
    assert event("labtest.order.updated").siblings == ()


def test_place_follows_a_path() -> None:
    """`place` goes where the cursor would."""
    assert place("labtest.order.updated", ("data", "events", 0)) == ORDER_DATA.property("events").item(0)

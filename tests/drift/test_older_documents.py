"""The kinds of documents that Junction has published since 2022, in miniature: each is explained or refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from support.junction_document import APPOINTMENT, DOCUMENT, ORDER

from junction_webhooks import contract, drift
from junction_webhooks.contract import families


def without_envelopes(*, keeping: tuple[str, ...] = ()) -> dict[str, Any]:
    """The document with the objects that the API returns, but without the events that carry them."""
    document = copy.deepcopy(DOCUMENT)
    components = document["components"]["schemas"]
    for family in families.FAMILIES:
        for name in family.components:
            if family.prefix not in keeping:
                components.pop(name, None)
    return document


def test_objects_without_events() -> None:
    """Until 2025, the document had no events: the objects under `data` are compared, and nothing else."""
    document = without_envelopes()
    document["components"]["schemas"]["ClientFacingOrder"]["properties"]["specimen"] = {"type": "string"}
    report = drift.compare(document)
    assert [(each.family, each.path, each.rule) for each in report.unexplained] == [
        (ORDER, "/data/specimen", "property_added")
    ]
    assert report.stale == ()
    assert report.remarks[0].startswith("it lists no event types")
    patterns = {each.baseline.pattern for each in report.baseline if each.baseline}
    assert all(pattern.startswith("/data") or pattern == "/event_type" for pattern in patterns)


def test_objects_under_other_names() -> None:
    """Objects are also found by their properties."""
    document = without_envelopes()
    components = document["components"]["schemas"]
    components["Visit"] = components.pop("ClientFacingAppointment")
    assert drift.compare(document).unexplained == ()


def test_one_object_is_not_there_at_all() -> None:
    """An object that nothing describes is as good as gone: its events are named."""
    document = without_envelopes()
    del document["components"]["schemas"]["ClientFacingOrder"]
    report = drift.compare(document)
    assert [(each.family, each.rule, each.subject) for each in report.unexplained] == [
        (ORDER, "event_removed", event_type) for event_type in families.ORDER.event_types
    ]


def test_events_of_some_objects_only() -> None:
    """Where other events are listed, one that is not is gone, although its object is there and is compared."""
    document = without_envelopes(keeping=(ORDER,))
    document["components"]["schemas"]["AppointmentStatus"]["enum"].append("waiting")
    found = {(each.family, each.rule, each.subject) for each in drift.compare(document).unexplained}
    listed = {each for each in contract.EVENT_TYPES if not each.startswith(f"{ORDER}.")}
    reviewed = {"labtest.order_tracking.updated"}
    expected = {(each.rpartition(".")[0], "event_removed", each) for each in listed - reviewed}
    assert found == {*expected, (APPOINTMENT, "value_added", "waiting")}


def test_older_revisions_are_called_so() -> None:
    """A document that lacks much and has nothing new is probably old."""
    document = copy.deepcopy(DOCUMENT)
    order = document["components"]["schemas"]["ClientFacingOrder"]
    for name in list(order["properties"])[-12:]:
        del order["properties"][name]
    order["required"] = [name for name in order["required"] if name in order["properties"]]
    assert drift.compare(document).remarks[0].endswith("it may be an older revision")


def test_documents_of_something_else() -> None:
    """A document that describes none of the objects is refused with a sentence that names them."""
    document = {"openapi": "3.0.2", "components": {"schemas": {"Sleep": {"properties": {"id": {}}}}}}
    with pytest.raises(drift.DriftError, match=r"^it has no schema of the events labtest\.order\.\* "):
        drift.compare(document)

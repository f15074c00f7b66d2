"""Everything that Junction may change is named, whichever of its sources says it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.fake_sdk import write_sdk
from support.junction_document import APPOINTMENT, DOCUMENT, ORDER, as_in_sdk, webhook, with_webhooks

from junction_webhooks import drift

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Move = tuple[str, str, str, str | None, str]

DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
WITH_WEBHOOKS = with_webhooks(DOCUMENT)


def _invented_event(document: Any) -> None:
    document["components"]["schemas"]["ClientFacingSampleLost"] = {
        "type": "object",
        "required": ["event_type", "team_id", "data"],
        "properties": {
            "event_type": {"type": "string", "const": "labtest.sample.lost"},
            "team_id": {"type": "string", "format": "uuid"},
            "data": {"$ref": "#/components/schemas/ClientFacingShipment"},
        },
    }
    document["webhooks"]["labtest.sample.lost"] = webhook("ClientFacingSampleLost")


def _removed_event(document: Any) -> None:
    del document["webhooks"]["labtest.result.critical"]
    del document["components"]["schemas"]["ClientFacingCriticalResultIdentified"]


def _deprecation(document: Any) -> None:
    document["components"]["schemas"]["ClientFacingOrder"]["properties"]["notes"]["deprecated"] = True


def _undeprecation(document: Any) -> None:
    del document["components"]["schemas"]["USAddress"]["properties"]["unit"]["deprecated"]


def _new_value(document: Any) -> None:
    document["components"]["schemas"]["Interpretation"]["enum"].append("inconclusive")


def _new_property(document: Any) -> None:
    properties = document["components"]["schemas"]["MatchReviewWebhookPayload"]["properties"]
    properties["reviewed_at"] = {"type": "string", "format": "date-time"}


def _property_names(document: Any) -> None:
    document["components"]["schemas"]["ClientFacingAppointmentEvent"]["properties"]["data"] = {
        "anyOf": [
            {"type": "object", "propertyNames": {"$ref": "#/components/schemas/Race"}},
            {"type": "null"},
        ]
    }


# Each change with what is found, in a document and in the types of the SDK.
MOVES: dict[str, tuple[Callable[[Any], None], list[Move]]] = {
    "an invented event": (
        _invented_event,
        [("labtest.sample", "/event_type", "event_added", "labtest.sample.lost", "breaking")],
    ),
    "a removed event": (
        _removed_event,
        [("labtest.result", "/event_type", "event_removed", "labtest.result.critical", "tolerated")],
    ),
    "a deprecation": (_deprecation, [(ORDER, "/data/notes", "deprecated", "notes", "tolerated")]),
    "an undeprecation": (
        _undeprecation,
        [(APPOINTMENT, "/data/address/unit", "undeprecated", "unit", "tolerated")],
    ),
    "a new value": (
        _new_value,
        [(ORDER, "/data/interpretation", "value_added", "inconclusive", "tolerated")],
    ),
    "a propertyNames": (
        _property_names,
        [(APPOINTMENT, "/data/events/*/data", "keyword_unknown", "propertyNames", "tolerated")],
    ),
    "a new property of a match review": (
        _new_property,
        [("labtest.match_review", "/data/reviewed_at", "property_added", "reviewed_at", "tolerated")],
    ),
}


def _renamed_event(document: Any) -> None:
    webhooks, components = document["webhooks"], document["components"]["schemas"]
    webhooks["labtest.result.urgent"] = webhooks.pop("labtest.result.critical")
    _event_type(components, "ClientFacingCriticalResultIdentified")["enum"] = ["labtest.result.urgent"]
    _event_type(components, "ClientFacingCriticalResultIdentified").pop("const", None)


def _event_type(components: Any, name: str) -> Any:
    return components[name]["properties"]["event_type"]


def _renamed_family(document: Any) -> None:
    webhooks, components = document["webhooks"], document["components"]["schemas"]
    webhooks["labtest.visit.*"] = webhooks.pop("labtest.appointment.*")
    _event_type(components, "ClientFacingAppointmentChanged")["enum"] = [
        "labtest.visit.created",
        "labtest.visit.updated",
    ]


def _deprecated_webhook(document: Any) -> None:
    document["webhooks"]["labtest.result.critical"]["post"]["deprecated"] = True


def _deprecated_schema(document: Any) -> None:
    document["components"]["schemas"]["ClientFacingLab"]["deprecated"] = True


def _deprecated_value(document: Any) -> None:
    values = document["components"]["schemas"]["OrderOrigin"].pop("enum")
    document["components"]["schemas"]["OrderOrigin"]["oneOf"] = [
        {"const": value} | ({"deprecated": True} if value == "redraw" else {}) for value in values
    ]


def _now_exhaustive(document: Any) -> None:
    document["components"]["schemas"]["OrderTransactionStatus"]["x-junction-exhaustive"] = True


def _no_longer_exhaustive(document: Any) -> None:
    del _event_type(document["components"]["schemas"], "ClientFacingOrderChanged")["x-junction-exhaustive"]


def _keyword_of_junction(document: Any) -> None:
    document["components"]["schemas"]["OrderOrigin"]["x-junction-masked"] = True


def _keyword_next_to_values(document: Any) -> None:
    document["components"]["schemas"]["OrderTransactionStatus"]["not"] = {"const": "active"}


def _wildcard_without_types(document: Any) -> None:
    document["webhooks"]["labtest.sample.*"] = webhook("ClientFacingShipment")


def _wildcard_of_another_schema(document: Any) -> None:
    # As in Junction's document of 2025-03.
    document["webhooks"]["labtest.order.*"] = webhook("ClientFacingAppointmentChanged")


def _component_of_no_webhook(document: Any) -> None:
    _invented_event(document)
    del document["webhooks"]["labtest.sample.lost"]


def _webhook_gone_but_not_its_component(document: Any) -> None:
    del document["webhooks"]["labtest.result.critical"]


ONLY_IN_DOCUMENTS: dict[str, tuple[Callable[[Any], None], list[Move]]] = {
    "a component of no webhook": (_component_of_no_webhook, MOVES["an invented event"][1]),
    "a webhook that is gone, but not its component": (
        _webhook_gone_but_not_its_component,
        MOVES["a removed event"][1],
    ),
    "a renamed event": (
        _renamed_event,
        [("labtest.result", "/event_type", "event_renamed", "labtest.result.urgent", "breaking")],
    ),
    "a renamed family": (
        _renamed_family,
        [
            (APPOINTMENT, "/event_type", "event_renamed", "labtest.visit.created", "breaking"),
            (APPOINTMENT, "/event_type", "event_renamed", "labtest.visit.updated", "breaking"),
        ],
    ),
    "a deprecated webhook": (
        _deprecated_webhook,
        [("labtest.result", "/event_type", "event_deprecated", "labtest.result.critical", "tolerated")],
    ),
    "a deprecated schema": (
        _deprecated_schema,
        [(ORDER, "/data/lab_test/lab", "deprecated", "lab", "tolerated")],
    ),
    "a deprecated value": (
        _deprecated_value,
        [(ORDER, "/data/origin", "value_deprecated", "redraw", "tolerated")],
    ),
    "a set that is now exhaustive": (
        _now_exhaustive,
        [(ORDER, "/data/order_transaction/status", "exhaustive_added", "status", "tolerated")],
    ),
    "a set that is no longer exhaustive": (
        _no_longer_exhaustive,
        [(ORDER, "/event_type", "exhaustive_removed", "event_type", "breaking")],
    ),
    "a keyword of Junction's": (
        _keyword_of_junction,
        [(ORDER, "/data/origin", "keyword_unknown", "x-junction-masked", "tolerated")],
    ),
    "a keyword next to a list of values": (
        _keyword_next_to_values,
        [(ORDER, "/data/order_transaction/status", "keyword_unknown", "not", "tolerated")],
    ),
    "a new wildcard": (
        _wildcard_without_types,
        [("labtest.sample", "/event_type", "event_added", "labtest.sample.*", "breaking")],
    ),
    "a webhook with the schema of another": (_wildcard_of_another_schema, []),
}


def found(report: drift.DriftReport) -> list[Move]:
    """What is unexplained: family, path, rule, subject and impact of each."""
    return [(each.family, each.path, each.rule, each.subject, each.impact) for each in report.unexplained]


def in_both_languages(document: Any) -> tuple[str, str]:
    """The document in JSON and in YAML."""
    return json.dumps(document), yaml.dump(document, Dumper=DUMPER)


def test_every_move_is_named_in_json_and_yaml() -> None:
    """Changes of the document are named once, in whichever language it is written; all at once, to save time."""
    document = copy.deepcopy(WITH_WEBHOOKS)
    for change, _ in MOVES.values():
        change(document)
    for body in in_both_languages(document):
        named = found(drift.compare(body))
        missing = [
            name for name, (_, expected) in MOVES.items() if any(named.count(each) != 1 for each in expected)
        ]
        assert missing == []
        assert len(named) == sum(len(expected) for _, expected in MOVES.values())


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", MOVES)
def test_a_move_alone_is_named_in_json_and_yaml(name: str) -> None:
    """So is a change without the others."""
    change, expected = MOVES[name]
    document = copy.deepcopy(WITH_WEBHOOKS)
    change(document)
    for body in in_both_languages(document):
        assert found(drift.compare(body)) == expected


# These change the webhook that another one removes.
ALONE = ("a renamed event", "a deprecated webhook")


def test_every_move_that_only_documents_can_make_is_named() -> None:
    """So is what the types of the SDK cannot say."""
    for names in ([name for name in ONLY_IN_DOCUMENTS if name not in ALONE], *([name] for name in ALONE)):
        document = copy.deepcopy(WITH_WEBHOOKS)
        for name in names:
            ONLY_IN_DOCUMENTS[name][0](document)
        expected = [move for name in names for move in ONLY_IN_DOCUMENTS[name][1]]
        assert sorted(found(drift.compare(document))) == sorted(expected)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ONLY_IN_DOCUMENTS)
def test_a_move_that_only_documents_can_make_is_named_alone(name: str) -> None:
    """So is each of these without the others."""
    change, expected = ONLY_IN_DOCUMENTS[name]
    document = copy.deepcopy(WITH_WEBHOOKS)
    change(document)
    assert found(drift.compare(document)) == expected


def test_every_move_is_named_in_the_sdk(tmp_path: Path) -> None:
    """The same changes of the types of the SDK are named, all at once because each needs a process."""
    document = as_in_sdk(WITH_WEBHOOKS)
    for change, _ in MOVES.values():
        change(document)
    report = drift.compare_sdk(write_sdk(tmp_path, document, version="2.1.0"))
    assert report.version == "2.1.0"
    assert sorted(found(report)) == sorted(move for _, expected in MOVES.values() for move in expected)


def test_the_sdk_of_the_baseline_has_nothing_unexplained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Types that differ from the contract by decision only, and by every decision about the SDK."""
    python = write_sdk(tmp_path, as_in_sdk(WITH_WEBHOOKS))
    monkeypatch.chdir(tmp_path)
    report = drift.compare_sdk(python.relative_to(tmp_path))
    assert (report.source, report.unexplained, report.stale, report.given_up) == ("sdk", (), (), ())
    reviewed = {entry for entry in drift.baseline() if "sdk" in entry.found_in}
    assert {each.baseline for each in report.baseline} == reviewed

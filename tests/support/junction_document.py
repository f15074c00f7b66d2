"""The structure of Junction's OpenAPI document, and ways in which it may move."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract, drift
from junction_webhooks.contract import families
from junction_webhooks.contract.bundler import with_formats
from support.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

COPY = ROOT / "tests/drift/openapi-0.4.687.json"
DOCUMENT: dict[str, Any] = json.loads(COPY.read_text())
ORDER = "labtest.order"
APPOINTMENT = "labtest.appointment"

Components = dict[str, Any]


def moved(change: Callable[[Components], object]) -> dict[str, Any]:
    """The document after a change to its components."""
    document = copy.deepcopy(DOCUMENT)
    change(document["components"]["schemas"])
    assert document != DOCUMENT
    return document


def setting(*steps: str, to: Any) -> Callable[[Components], None]:
    """A change that sets what lies at the end of the steps."""

    def change(components: Components) -> None:
        part = components
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = to

    return change


def dropping(name: str, *, from_: str) -> Callable[[Components], None]:
    """A change that takes a property out of an object."""

    def change(components: Components) -> None:
        del components[from_]["properties"][name]
        components[from_]["required"] = [each for each in components[from_]["required"] if each != name]

    return change


def adding(member: str, *, to: str) -> Callable[[Components], None]:
    """A change that adds a member to a set."""
    return lambda components: components[to]["enum"].append(member)


def with_webhooks(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its webhooks, whose keys are wildcards where a schema is of several event types."""
    document = copy.deepcopy(document)
    components = document["components"]["schemas"]
    document["webhooks"] = {}
    for family in families.FAMILIES:
        for name in set(family.components) & components.keys():
            types = components[name]["properties"]["event_type"]
            listed = types.get("enum", [types.get("const")])
            key = listed[0] if len(listed) == 1 else f"{family.prefix}.*"
            document["webhooks"][key] = webhook(name)
    return document


def webhook(component: str) -> dict[str, Any]:
    """A webhook whose payloads have the schema of a component."""
    schema = {"$ref": f"#/components/schemas/{component}"}
    return {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}


def as_in_sdk(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what the SDK has and the document lacks: newer events and values, and deprecations."""
    document = copy.deepcopy(document)
    components = document["components"]["schemas"]
    for entry in drift.baseline():
        if entry.found_in != ("openapi",):
            continue
        name = entry.pattern.rpartition("/")[2]
        if entry.rule == "value_removed":
            components[_SETS[entry.family, name]]["enum"] += entry.values
        elif entry.rule == "undeprecated":
            for schema in components.values():
                if name in schema.get("properties", {}):
                    schema["properties"][name]["deprecated"] = True
        elif entry.rule == "event_removed":
            _add_event(document, *entry.values)
    return document


_SETS: Final = {
    ("labtest.order", "status_detail"): "OrderStatusDetail",
    ("labtest.order", "billing_type"): "Billing",
    ("labtest.match_review", "status"): "MatchReviewStatus",
}


def _add_event(document: dict[str, Any], name: str) -> None:
    """Add an event as the contract describes it."""
    (event_type,) = [each for each in contract.EVENT_TYPES if each == name]
    text = json.dumps(with_formats(contract.bundle("strict", event_type))).replace(
        "#/$defs/", "#/components/schemas/"
    )
    bundle = json.loads(text)
    (component,) = families.of(event_type).components
    document["components"]["schemas"] |= {component: bundle, **bundle.pop("$defs")}
    document["webhooks"][event_type] = webhook(component)

"""The structure of Junction's OpenAPI document, and ways in which it may move."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from junction_webhooks import drift
from junction_webhooks.contract import families
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
        for name in components:
            types = components[name].get("properties", {}).get("event_type", {})
            listed = types.get("enum", [types.get("const")])
            if set(listed) & set(family.event_types):
                key = listed[0] if len(listed) == 1 else f"{family.prefix}.*"
                document["webhooks"][key] = webhook(name)
    return document


def webhook(component: str) -> dict[str, Any]:
    """A webhook whose payloads have the schema of a component."""
    schema = {"$ref": f"#/components/schemas/{component}"}
    return {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}


def as_in_sdk(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what the SDK has and the document lacks: the newest values, and two deprecations."""
    document = copy.deepcopy(document)
    components = document["components"]["schemas"]
    for entry in drift.baseline():
        if entry.rule == "value_removed" and entry.found_in == ("openapi",):
            name = {"status_detail": "OrderStatusDetail", "billing_type": "Billing"}[
                entry.pattern.rpartition("/")[2]
            ]
            components[name]["enum"] += entry.values
        if entry.rule == "undeprecated":
            for schema in components.values():
                if entry.pattern.rpartition("/")[2] in schema.get("properties", {}):
                    schema["properties"][entry.pattern.rpartition("/")[2]]["deprecated"] = True
    return document

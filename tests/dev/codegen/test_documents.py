"""The AsyncAPI and the OpenAPI document: valid by their own rules, and the contract of the bundles."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
from support.node import MODULES, needs_node

from junction_webhooks import contract
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import stability
from junction_webhooks_dev import prove

OPENAPI: dict[str, Any] = json.loads(_data.generated("documents/openapi.json").read_bytes())
ASYNCAPI: dict[str, Any] = json.loads(_data.generated("documents/asyncapi.json").read_bytes())


def test_openapi_is_valid() -> None:
    """The document is OpenAPI 3.1, as openapi-spec-validator has it."""
    openapi_spec_validator.validate(OPENAPI)  # raises where it is not
    assert OPENAPI["openapi"].startswith("3.1.")


@needs_node
def test_asyncapi_is_valid() -> None:
    """The document holds AsyncAPI's own schema of version 3."""
    schema = json.loads((MODULES / f"@asyncapi/specs/schemas/{ASYNCAPI['asyncapi']}.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid(ASYNCAPI)
    assert not validator.is_valid(ASYNCAPI | {"channels": {"webhooks": {"adress": None}}})


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """Every `$ref` of a document points to a part of it."""
    waiting: list[Any] = [document]
    references = set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
            references |= {part["$ref"]} if "$ref" in part else set()
        elif isinstance(part, list):
            waiting += part
    assert len(references) > 20
    for reference in references:
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_an_event_is_the_tolerant_one(event_type: contract.EventType) -> None:
    """The schema that either document gives to an event judges payloads as its tolerant bundle does."""
    body = OPENAPI["webhooks"][event_type]["post"]["requestBody"]["content"]["application/json"]["schema"]
    title = body["$ref"].rsplit("/", 1)[1]
    operation = ASYNCAPI["operations"][f"receive{title}"]
    assert operation["messages"] == [{"$ref": f"#/channels/webhooks/messages/{title}"}]
    message = ASYNCAPI["components"]["messages"][title]
    assert message["name"] == event_type
    tolerant = jsonschema_rs.validator_for(contract.bundle("tolerant", event_type), validate_formats=True)
    for document, schema in ((OPENAPI, body), (ASYNCAPI, message["payload"])):
        validator = jsonschema_rs.Draft202012Validator(
            {"components": document["components"], "$ref": schema["$ref"]}, validate_formats=True
        )
        for payload in prove.positives(event_type) + prove.negatives()[event_type]:
            assert validator.is_valid(payload) == tolerant.is_valid(payload)


def test_beta_events_are_marked() -> None:
    """Both documents say `x-stability: beta` for exactly the beta events, and their bundles say it as a comment."""
    beta = [each for each in contract.EVENT_TYPES if stability.of_event(each) == "beta"]
    assert len(beta) == 3
    webhooks, messages = OPENAPI["webhooks"], ASYNCAPI["components"]["messages"].values()
    assert [name for name, each in webhooks.items() if each["post"].get("x-stability") == "beta"] == beta
    assert [each["name"] for each in messages if each.get("x-stability") == "beta"] == beta
    for profile in contract.PROFILES:
        for draft in contract.DRAFTS:
            bundles = {each: contract.bundle(profile, each, draft=draft) for each in contract.EVENT_TYPES}
            assert [each for each in bundles if stability.of_bundle(bundles[each]) == "beta"] == beta
            everything = contract.bundle(profile, draft=draft)
            assert stability.of_bundle(everything) == "stable"
            parts = (everything.get("$defs") or everything["definitions"]).values()
            assert sum(stability.of_bundle(part) == "beta" for part in parts) == len(beta)


def test_documents_have_the_version_of_the_contract() -> None:
    """`info.version` of both documents is the contract's version."""
    assert {OPENAPI["info"]["version"], ASYNCAPI["info"]["version"]} == {contract.version()}

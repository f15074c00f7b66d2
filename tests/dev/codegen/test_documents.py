"""The AsyncAPI and the OpenAPI document of each profile: valid by their own rules, and the contract of the bundles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from support.node import MODULES, needs_node

from junction_webhooks import contract, fixtures
from junction_webhooks._jsonschema.visit import walk
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import stability
from junction_webhooks_dev import prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import EventType, Profile

NAMES = ("openapi", "asyncapi")
DOCUMENTS: dict[tuple[str, Profile], dict[str, Any]] = {
    (name, profile): json.loads(_data.generated(f"documents/{profile}/{name}.json").read_bytes())
    for name in NAMES
    for profile in contract.PROFILES
}
both_profiles = pytest.mark.parametrize("profile", contract.PROFILES)


def parts(part: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(part, dict):
        yield part
        for below in part.values():
            yield from parts(below)
    elif isinstance(part, list):
        for below in part:
            yield from parts(below)


@both_profiles
def test_openapi_is_valid(profile: Profile) -> None:
    """The document is OpenAPI 3.1, as openapi-spec-validator has it."""
    import openapi_spec_validator  # noqa: PLC0415  (slow, and one worker needs it)

    openapi = DOCUMENTS["openapi", profile]
    openapi_spec_validator.validate(openapi)  # raises where it is not
    assert openapi["openapi"].startswith("3.1.")


@needs_node
@both_profiles
def test_asyncapi_is_valid(profile: Profile) -> None:
    """The document holds AsyncAPI's own schema of version 3."""
    asyncapi = DOCUMENTS["asyncapi", profile]
    schema = json.loads((MODULES / f"@asyncapi/specs/schemas/{asyncapi['asyncapi']}.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid(asyncapi)
    assert not validator.is_valid(asyncapi | {"channels": {"webhooks": {"adress": None}}})


def test_every_reference_leads_somewhere() -> None:
    """Every `$ref` of a document points to a part of it."""
    for document in DOCUMENTS.values():
        references = {part["$ref"] for part in parts(document) if "$ref" in part}
        assert len(references) > 20
        for reference in references:
            target: Any = document
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]


@both_profiles
@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_an_event_is_that_of_the_bundle(event_type: EventType, profile: Profile) -> None:
    """The schema that a document gives to an event accepts what its bundle does, formats asserted or not."""
    openapi, asyncapi = (DOCUMENTS[name, profile] for name in NAMES)
    body = openapi["webhooks"][event_type]["post"]["requestBody"]["content"]["application/json"]["schema"]
    title = body["$ref"].rsplit("/", 1)[1]
    operation = asyncapi["operations"][f"receive{title}"]
    assert operation["messages"] == [{"$ref": f"#/channels/webhooks/messages/{title}"}]
    message = asyncapi["components"]["messages"][title]
    assert message["name"] == event_type
    bundle = jsonschema_rs.validator_for(contract.bundle(profile, event_type))
    for document, schema in ((openapi, body), (asyncapi, message["payload"])):
        whole = {"components": document["components"], "$ref": schema["$ref"]}
        for asserted in (False, True):
            validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=asserted)
            for payload in prove.positives(event_type) + prove.negatives()[event_type]:
                assert validator.is_valid(payload) == bundle.is_valid(payload)


def test_generators_are_given_types() -> None:
    """What generators would take for any type, or for a closed object, is spelled out, and formats are there."""
    for (_, profile), document in DOCUMENTS.items():
        components = document["components"]["schemas"]
        definitions = contract.bundle(profile)["$defs"]
        assert components.keys() == definitions.keys()
        assert "Date" not in components
        for title, component in components.items():
            if "properties" in component:
                is_open = definitions[title].get("additionalProperties", True)
                assert component["additionalProperties"] is is_open, title
        schemas = [part for _, part in walk({"$defs": components})]
        assert all(each["type"] == "string" for each in schemas if "enum" in each)
        assert not any("const" in each for each in schemas)
        formats = {each["format"] for each in schemas if "format" in each}
        texts = {"date", "date-time", "uuid"} if profile == "strict" else {"date-time"}
        assert formats == {"double", "int64"} | texts
        for each in schemas:
            types = each.get("type", ())
            for kind, width in (("integer", "int64"), ("number", "double")):
                assert (kind in ([types] if isinstance(types, str) else types)) == (
                    each.get("format") == width
                )
        for event_type in contract.EVENT_TYPES:
            title = contract.shared_schemas()[f"events/{event_type}"]["title"]
            named = components[title]["properties"]["event_type"]
            assert (named["type"], named["enum"]) == ("string", [event_type])


def test_examples_are_fixtures() -> None:
    """Each event has examples in both kinds of documents: fixtures, as they are."""
    for profile in contract.PROFILES:
        openapi, asyncapi = (DOCUMENTS[name, profile] for name in NAMES)
        for event_type in contract.EVENT_TYPES:
            known = [each.payload for each in fixtures.valid(event_type)]
            body = openapi["webhooks"][event_type]["post"]["requestBody"]["content"]["application/json"]
            values = [each["value"] for each in body["examples"].values()]
            title = contract.shared_schemas()[f"events/{event_type}"]["title"]
            payloads = [each["payload"] for each in asyncapi["components"]["messages"][title]["examples"]]
            assert values == payloads
            assert values
            assert all(value in known for value in values)


def test_beta_events_are_marked() -> None:
    """Both documents say `x-stability: beta` for exactly the beta events, and their bundles say it as a comment."""
    beta = [each for each in contract.EVENT_TYPES if stability.of_event(each) == "beta"]
    assert len(beta) == 3
    for profile in contract.PROFILES:
        openapi, asyncapi = (DOCUMENTS[name, profile] for name in NAMES)
        webhooks, messages = openapi["webhooks"], asyncapi["components"]["messages"].values()
        assert [name for name, each in webhooks.items() if each["post"].get("x-stability") == "beta"] == beta
        assert [each["name"] for each in messages if each.get("x-stability") == "beta"] == beta
        for draft in contract.DRAFTS:
            bundles = {each: contract.bundle(profile, each, draft=draft) for each in contract.EVENT_TYPES}
            assert [each for each in bundles if stability.of_bundle(bundles[each]) == "beta"] == beta
            everything = contract.bundle(profile, draft=draft)
            assert stability.of_bundle(everything) == "stable"
            parts = (everything.get("$defs") or everything["definitions"]).values()
            assert sum(stability.of_bundle(part) == "beta" for part in parts) == len(beta)


def test_documents_have_the_version_of_the_contract() -> None:
    """`info.version` of every document is the contract's version."""
    assert {each["info"]["version"] for each in DOCUMENTS.values()} == {contract.version()}

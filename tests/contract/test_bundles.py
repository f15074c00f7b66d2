"""The bundles: self-contained, standard, and as strict or tolerant as they say."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import jsonschema_rs
import pytest
from support.tables import table

from junction_webhooks import contract, fixtures
from junction_webhooks._jsonschema.formats import SPELLED_OUT
from junction_webhooks.contract import bundler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import BundleName, EventType, Profile

STANDARD_KEYWORDS = {
    "$schema", "$id", "$ref", "$defs", "$comment", "title", "description", "examples", "type", "enum", "const", "anyOf",
    "oneOf", "items", "properties", "required", "additionalProperties", "pattern", "maxLength", "minimum",
    "maximum",
}  # fmt: skip

every_bundle = table("name", contract.BUNDLE_NAMES)
both_profiles = pytest.mark.parametrize("profile", contract.PROFILES)


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and every schema inside it."""
    yield schema
    for word in ("properties", "$defs"):
        for below in schema.get(word, {}).values():
            yield from parts(below)
    for word in ("anyOf", "oneOf"):
        for below in schema.get(word, []):
            yield from parts(below)
    if "items" in schema:
        yield from parts(schema["items"])


@both_profiles
@every_bundle
def test_only_standard_keywords(profile: Profile, name: BundleName) -> None:
    """A bundle has no words of our own, no `format`, and is valid JSON Schema 2020-12."""
    bundle = contract.bundle(profile, name)
    jsonschema.Draft202012Validator.check_schema(bundle)
    for part in parts(bundle):
        assert part.keys() <= STANDARD_KEYWORDS


@both_profiles
@every_bundle
def test_formats_are_added_next_to_their_patterns(profile: Profile, name: BundleName) -> None:
    """Every format of the hand-written schemas comes back, and nothing else changes."""
    bundle = contract.bundle(profile, name)
    added = bundler.with_formats(bundle)
    named = [part for part in parts(added) if "format" in part]
    assert named or profile == "tolerant"
    assert all(part.items() >= SPELLED_OUT[part["format"]].items() for part in named)
    without = json.loads(re.sub('"format": "[a-z-]+", ', "", json.dumps(added)))
    assert without == bundle


@both_profiles
@every_bundle
def test_self_contained(profile: Profile, name: BundleName) -> None:
    """A bundle refers to nothing outside itself, and holds nothing that it does not refer to."""
    bundle = contract.bundle(profile, name)
    references = {part["$ref"] for part in parts(bundle) if "$ref" in part}
    assert references == {f"#/$defs/{title}" for title in bundle["$defs"]}


@both_profiles
@every_bundle
def test_id_is_the_published_path(profile: Profile, name: BundleName) -> None:
    """A bundle's `$id` is the base URI and its path below `generated/`."""
    path = f"{profile}/{name}.json"
    assert contract.bundle(profile, name)["$id"] == f"{contract.BASE_URI}bundles/{path}"
    assert contract.bundle(profile, name, draft="07")["$id"] == f"{contract.BASE_URI}bundles/draft-07/{path}"


@table("fixture", [each for each in fixtures.valid() if each.event_type], ids=lambda each: each.name)
@both_profiles
def test_bundle_of_all_events_takes_each(profile: Profile, fixture: fixtures.Fixture) -> None:
    """The bundle of all events takes every event that conforms."""
    validator = jsonschema_rs.validator_for(contract.bundle(profile), validate_formats=True)
    assert validator.is_valid(fixture.payload)


@pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
def test_tolerant_covers_strict(event_type: EventType) -> None:
    """Proved by `covers`: what the strict profile takes, the tolerant profile takes too."""
    strict, tolerant = (
        jsonschema_rs.canonicalize(
            without_definitions(contract.bundle(profile, event_type)), validate_formats=True
        )
        for profile in contract.PROFILES
    )
    assert str(tolerant.covers(strict)) == "yes"
    assert str(strict.covers(tolerant)) != "yes"


def without_definitions(bundle: dict[str, Any]) -> Any:
    """The bundle with every `$ref` replaced by what it refers to."""
    dereferenced = jsonschema_rs.dereference(bundle)
    return {word: value for word, value in dereferenced.items() if word != "$defs"}


@table("event_type", contract.EVENT_TYPES)
def test_tolerant_demands_the_core_only(event_type: EventType) -> None:
    """The tolerant profile requires what is `x-core` and closes no object."""
    for part in parts(contract.bundle("tolerant", event_type)):
        assert "additionalProperties" not in part
        assert "enum" not in part
        if "properties" in part:
            source = next(
                each for each in contract.shared_schemas().values() if each["title"] == part["title"]
            )
            core = [name for name, below in source["properties"].items() if below.get("x-core")]
            assert part.get("required", []) == core


@pytest.mark.parametrize(
    "name", ["$defs", "$id", "$ref", "$comment", "format", "default", "enum", "x-core", "examples"]
)
def test_a_property_may_be_named_like_a_keyword(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No step from a hand-written schema to its bundles takes the name of a property for a keyword."""
    written = {
        "objects/thing": {
            "title": "Thing",
            "$comment": "gone",
            "properties": {
                name: {"type": "string", "format": "uuid", "x-core": True},
                "a": {"$ref": "../values/id.json"},
            },
        },
        "values/id": {"title": "Id", "type": "string"},
    }
    monkeypatch.setattr(bundler, "shared_schemas", lambda: written)
    monkeypatch.setattr(
        bundler, "resolve", lambda ref, _within: ref.removeprefix("../").removesuffix(".json")
    )
    assert bundler._reached(["objects/thing"]) == ["values/id"]  # noqa: SLF001  (a step that shows in no public one)
    for profile in contract.PROFILES:
        derived = bundler._derived(profile, "objects/thing")  # noqa: SLF001
        assert derived["properties"].keys() == {name, "a"}
        assert "$comment" not in derived
        assert "$ref" in str(derived["properties"]["a"])
    old = bundler.draft_07(bundler._derived("strict", "objects/thing"))  # noqa: SLF001
    assert old["properties"][name] == {"type": "string"} | dict(SPELLED_OUT["uuid"])
    assert old["properties"]["a"] == {"$ref": "#/definitions/Id"}
    assert old.keys() == {"title", "properties"}

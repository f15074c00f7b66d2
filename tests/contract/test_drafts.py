"""The bundles of draft-07 take what those of 2020-12 take."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain, cycle, islice
from typing import TYPE_CHECKING, Any

import jsonschema
import jsonschema_rs
import pytest
from support.sizes import every

from junction_webhooks import contract, fixtures
from junction_webhooks.contract.mutations import mutations
from junction_webhooks_dev import prove
from junction_webhooks_dev.agree import EDGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import BundleName, EventType, Profile

both_profiles = pytest.mark.parametrize("profile", contract.PROFILES)
every_event = pytest.mark.parametrize("event_type", contract.EVENT_TYPES)
every_bundle = pytest.mark.parametrize("name", contract.BUNDLE_NAMES)
ANNOTATIONS = {"title", "description", "examples"}


@both_profiles
@every_bundle
def test_the_difference_is_mechanical(profile: Profile, name: BundleName) -> None:
    """A draft-07 bundle differs in `$schema`, `$id` and `definitions` for `$defs`."""
    newer, older = (contract.bundle(profile, name, draft=draft) for draft in contract.DRAFTS)
    assert older["$schema"] == "http://json-schema.org/draft-07/schema#"
    text = json.dumps(newer).replace("#/$defs/", "#/definitions/").replace('"$defs": {', '"definitions": {')
    assert older == json.loads(text) | {"$schema": older["$schema"], "$id": older["$id"]}
    jsonschema.Draft7Validator.check_schema(older)


@both_profiles
def test_nothing_is_lost_beside_a_reference(profile: Profile) -> None:
    """Beside a `$ref`, where draft-07 reads nothing, a bundle has annotations only."""
    waiting: list[Any] = [contract.bundle(profile, draft="07")]
    references = 0
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
            if "$ref" in part:
                references += 1
                assert part.keys() - {"$ref"} <= ANNOTATIONS
        elif isinstance(part, list):
            waiting += part
    assert references > 50


@every(31)
@both_profiles
@every_event
def test_same_verdicts(profile: Profile, event_type: EventType, every: int) -> None:
    """On every fixture, every entry of `rules.json` and every mutation."""
    newer, older = validators(profile, event_type)
    said: Counter[bool] = Counter()
    for payload in chain(payloads(event_type), mutated(event_type, every)):
        verdict = newer.is_valid(payload)
        assert older.is_valid(payload) == verdict
        said[verdict] += 1
    assert min(said[True], said[False]) > 8


def validators(
    profile: Profile, event_type: EventType
) -> tuple[jsonschema_rs.Draft202012Validator, jsonschema_rs.Draft7Validator]:
    """A validator by each draft, at default options."""
    newer, older = (contract.bundle(profile, event_type, draft=draft) for draft in contract.DRAFTS)
    return jsonschema_rs.Draft202012Validator(newer), jsonschema_rs.Draft7Validator(older)


@every(23)
@both_profiles
@every_event
def test_same_verdicts_of_the_reference(profile: Profile, event_type: EventType, every: int) -> None:
    """The reference judges every fixture, and some entries of `rules.json`, the same by both drafts."""
    newer = jsonschema.Draft202012Validator(contract.bundle(profile, event_type))
    older = jsonschema.Draft7Validator(contract.bundle(profile, event_type, draft="07"))
    for payload in prove.positives(event_type) + prove.negatives()[event_type][::every]:
        assert older.is_valid(payload) == newer.is_valid(payload)


def payloads(event_type: EventType) -> list[Any]:
    """The payloads written by hand, those that conform and those that do not."""
    return prove.positives(event_type) + prove.negatives()[event_type]


def mutated(event_type: EventType, every: int) -> Iterator[Any]:
    """Mutations of every fixture, one of so many, and every one of the fullest with each value at an edge."""
    bundle = contract.bundle("strict", event_type)
    for fixture in fixtures.valid(event_type):
        for mutation in islice(mutations(bundle, fixture.payload), 0, None, every):
            yield mutation.applied_to(fixture.payload)
    fullest = max(fixtures.valid(event_type), key=lambda fixture: len(fixture.raw)).payload
    edges = cycle(EDGES)
    for mutation in mutations(bundle, fullest):
        if mutation.operation == "replace" and mutation.path:
            yield mutation._replace(value=next(edges)).applied_to(fullest)

"""The rules that every hand-written schema keeps."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import TYPE_CHECKING, Any, get_args

import jsonschema
import jsonschema_rs
from support.checkout import ROOT
from support.tables import table

from junction_webhooks import contract, lifecycle
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import stability
from junction_webhooks.contract.families import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMAS = contract.schemas()
META = contract.meta_schema()
HOUSE = jsonschema.Draft202012Validator(META)
OPEN_BY_NATURE = {"objects/appointment_event_data"}
CORE = {
    "events/labtest.order.created": {"event_type", "data"},
    "events/labtest.order.updated": {"event_type", "data"},
    "events/labtest.appointment.created": {"event_type", "data"},
    "events/labtest.appointment.updated": {"event_type", "data"},
    "events/labtest.result.critical": {"event_type", "data"},
    "objects/order": {"id", "user_id", "details", "events"},
    "objects/order_details": {"type"},
    "objects/order_event": {"created_at", "status"},
    "objects/appointment": {"id", "user_id", "order_id", "status", "event_status", "events"},
    "objects/appointment_event": {"created_at", "status"},
    "objects/order_transaction": {"id"},
    "objects/transaction_order": {"id"},
    "objects/critical_result": {"order_id"},
    "events/labtest.match_review.created": {"event_type", "data"},
    "events/labtest.match_review.updated": {"event_type", "data"},
    "events/labtest.order_tracking.updated": {"event_type", "data"},
    "objects/match_review": {"id"},
    "objects/order_tracking": {"order_id"},
}

BETA = " Beta: its sources are thin, so it can change in a minor version."
LIFECYCLE_FORM = json.loads((ROOT / "schemas/lifecycle.json").read_text())

every_lifecycle = table("name", contract.LIFECYCLES)
every_schema = table("name", SCHEMAS)
every_object = table("name", [name for name in SCHEMAS if "properties" in SCHEMAS[name]])
every_set = table("name", [name for name in SCHEMAS if "enum" in SCHEMAS[name]])


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """The schema and every schema inside it."""
    yield schema
    for below in schema.get("properties", {}).values():
        yield from parts(below)
    for below in schema.get("anyOf", []):
        yield from parts(below)
    if "items" in schema:
        yield from parts(schema["items"])


def shape(part: Any, within: str) -> Any:
    """The schema without what refuses nothing, each `$ref` by the name that it leads to."""
    if isinstance(part, list):
        return [shape(item, within) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        word: {name: shape(below, within) for name, below in value.items()}
        if word == "properties"
        else contract.resolve(value, within)
        if word == "$ref"
        else shape(value, within)
        for word, value in part.items()
        if word not in contract.ANNOTATIONS | {"$comment"} and not word.startswith("x-")
    }


@every_schema
def test_id_is_base_and_path(name: str) -> None:
    """A schema's `$id` is the base URI and its path, so that a URL says where the file is."""
    assert SCHEMAS[name]["$id"] == f"{contract.BASE_URI}{name}.json"


@every_schema
def test_follows_the_meta_schemas(name: str) -> None:
    """A schema is valid JSON Schema 2020-12, and says only what the meta-schema of this house allows."""
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert list(map(str, HOUSE.iter_errors(SCHEMAS[name]))) == []


def test_the_house_has_no_keyword_that_draft_07_lacks() -> None:
    """The meta-schema allows keywords of draft-07 and words of our own, nothing else."""
    jsonschema.Draft202012Validator.check_schema(META)
    standard = {word for word in META["properties"] if not word.startswith("x-")}
    assert standard <= jsonschema.Draft7Validator.META_SCHEMA["properties"].keys()
    assert META["additionalProperties"] is False


def test_every_word_is_used() -> None:
    """What the meta-schema allows occurs in some schema."""
    used = {word for name in SCHEMAS for part in parts(SCHEMAS[name]) for word in part}
    assert used == META["properties"].keys()


@table(
    "wrong",
    [
        {"x-secret": True},
        {"x-core": False},
        {"x-stability": "alpha"},
        {"x-provenance": {"since": "2026-01"}},
        {"x-provenance": {"sources": ["hearsay"]}},
        {"x-provenance": {"sources": ["docs"], "since": "2026-13"}},
        {"x-values": {"a": "Something."}},
        {"enum": ["a"], "title": "Letter"},
        {"enum": ["a"], "title": "Letter", "x-values": {"a": "Something."}, "type": "string"},
        {"enum": ["a"], "title": "Letter", "x-values": {"a": "no sentence"}},
        {"description": "no sentence"},
        {"properties": {"id": {"type": "string"}}},
        {"properties": {"a": {"x-secret": True}}, "additionalProperties": False, "type": "object"},
        {"items": {"$defs": {}}},
        {"anyOf": [{"type": "null"}, {"if": {}}]},
        {"pattern": "[0-9]"},
        {"format": "email"},
    ],
    ids=str,
)
def test_the_meta_schema_refuses(wrong: dict[str, Any]) -> None:
    """A slip in a word of our own, or a keyword that the house does not use, is refused."""
    assert not HOUSE.is_valid(wrong)


def test_nothing_is_defined_twice() -> None:
    """No two schemas refuse the same payloads by the same words: one thing has one name."""
    shapes = {name: json.dumps(shape(SCHEMAS[name], name), sort_keys=True) for name in SCHEMAS}
    twice = [names for names in combinations(SCHEMAS, 2) if shapes[names[0]] == shapes[names[1]]]
    assert twice == []


@every_schema
def test_references_resolve(name: str) -> None:
    """Every `$ref` leads to a schema of the contract."""
    for part in parts(SCHEMAS[name]):
        if "$ref" in part:
            assert contract.resolve(part["$ref"], name) in SCHEMAS


def test_every_schema_is_reached() -> None:
    """Every object and value set is reached from an event; only the set of event types stands alone."""
    reached = {
        contract.resolve(part["$ref"], name)
        for name in SCHEMAS
        for part in parts(SCHEMAS[name])
        if "$ref" in part
    }
    alone = {name for name in SCHEMAS if not name.startswith("events/")} - reached
    assert alone == {"values/event_type"}


def test_titles_are_unique_class_names() -> None:
    """Titles are class names, in the words of the file's name, and no two schemas share one."""
    titles = [schema["title"] for schema in SCHEMAS.values()]
    assert len(set(titles)) == len(titles)
    for name, schema in SCHEMAS.items():
        words = re.split(r"[._]", name.split("/", 1)[1])
        assert schema["title"] == "".join(word.capitalize() for word in words)


@every_object
def test_objects_are_closed(name: str) -> None:
    """Every object is closed, but for what providers fill as they like."""
    assert SCHEMAS[name]["additionalProperties"] is (name in OPEN_BY_NATURE)


@every_object
def test_properties_are_described(name: str) -> None:
    """Every object and property says what it is, and in other words than its neighbours."""
    texts = [part["description"] for part in [SCHEMAS[name], *SCHEMAS[name]["properties"].values()]]
    assert len(set(texts)) == len(texts)


@every_object
def test_properties_have_provenance(name: str) -> None:
    """Every object names its sources, which hold for the properties that name none, and sends none of its own always."""
    assert SCHEMAS[name]["x-provenance"].keys() == {"sources"}


@every_object
def test_required_properties_exist(name: str) -> None:
    """What is required is a property, and what is always sent is not required already."""
    schema = SCHEMAS[name]
    assert set(schema.get("required", [])) <= schema["properties"].keys()
    for property_name in schema.get("required", []):
        assert "always" not in schema["properties"][property_name].get("x-provenance", {})


@every_object
def test_core_properties(name: str) -> None:
    """The core is what code cannot do without, and no more."""
    properties = SCHEMAS[name]["properties"]
    assert {each for each in properties if properties[each].get("x-core")} == CORE.get(name, set())


@every_object
def test_core_is_required(name: str) -> None:
    """What even the tolerant profile demands, the strict profile demands too."""
    assert CORE.get(name, set()) <= set(SCHEMAS[name].get("required", []))


@every_set
def test_members_have_meanings(name: str) -> None:
    """Every member of a value set has a meaning, and no meaning lacks its member."""
    schema = SCHEMAS[name]
    assert list(schema["x-values"]) == schema["enum"]


def test_only_event_types_are_exhaustive() -> None:
    """Only `event_type` is closed in every profile."""
    marked = {name for name in SCHEMAS if any(part.get("x-exhaustive") for part in parts(SCHEMAS[name]))}
    assert marked == {"values/event_type", *(f"events/{each}" for each in contract.EVENT_TYPES)}


def test_beta_events_say_so() -> None:
    """Only events are beta, each says it in its description too, in the same words, and one beta family is wholly so."""
    marked = {name for name in SCHEMAS if any("x-stability" in part for part in parts(SCHEMAS[name]))}
    assert marked == {f"events/{each}" for each in contract.EVENT_TYPES if stability.of_event(each) == "beta"}
    assert {name for name in SCHEMAS if SCHEMAS[name]["description"].endswith(BETA)} == marked
    assert {name for name in SCHEMAS if "beta" in SCHEMAS[name]["description"].lower()} == marked
    for family in FAMILIES:
        assert len({stability.of_event(each) for each in family.event_types}) == 1


def test_event_types_agree() -> None:
    """The value set, the event schemas and the catalog name the same events."""
    assert tuple(SCHEMAS["values/event_type"]["enum"]) == contract.EVENT_TYPES
    for event_type in contract.EVENT_TYPES:
        assert SCHEMAS[f"events/{event_type}"]["properties"]["event_type"]["const"] == event_type
    assert {name for name in SCHEMAS if name.startswith("events/")} == {
        f"events/{event_type}" for event_type in contract.EVENT_TYPES
    }


@every_schema
def test_any_of_is_for_null_or_two_forms(name: str) -> None:
    """`anyOf` is only for a `$ref` and null, or for two forms."""
    for part in parts(SCHEMAS[name]):
        if "anyOf" in part:
            branches = [tuple(branch) for branch in part["anyOf"]]
            assert branches in ([("$ref",), ("type",)], [("$ref",), ("$ref",)])


@every_schema
def test_patterns_read_alike_everywhere(name: str) -> None:
    """A pattern has no shorthand whose meaning depends on the engine."""
    for part in parts(SCHEMAS[name]):
        assert not re.search(r"\\[dws]", part.get("pattern", ""), flags=re.IGNORECASE)


@every_schema
def test_examples_are_valid(name: str) -> None:
    """The examples in a schema conform to it."""
    schema = SCHEMAS[name]
    if "examples" in schema:
        validator = jsonschema_rs.validator_for(schema, validate_formats=True)
        assert all(map(validator.is_valid, schema["examples"]))


@every_lifecycle
def test_lifecycles_have_their_form(name: str) -> None:
    """A lifecycle is valid by the schema that it names."""
    machine = contract.lifecycle(name)
    assert (ROOT / "schemas/lifecycles" / machine["$schema"]).resolve() == ROOT / "schemas/lifecycle.json"
    jsonschema.Draft202012Validator(LIFECYCLE_FORM).validate(machine)


def test_the_form_of_lifecycles_is_a_schema_that_knows_the_events() -> None:
    """The schema of lifecycles is valid itself, and names the events that a lifecycle can send, and the words of `lifecycle`."""
    jsonschema.Draft202012Validator.check_schema(LIFECYCLE_FORM)
    sent = [each for family in FAMILIES if family.lifecycle for each in family.event_types]
    assert LIFECYCLE_FORM["$defs"]["event_type"]["enum"] == sent
    state = LIFECYCLE_FORM["properties"]["states"]["additionalProperties"]["properties"]
    transition = LIFECYCLE_FORM["properties"]["transitions"]["items"]["properties"]
    assert tuple(state["finality"]["enum"]) == get_args(lifecycle.Finality)
    assert tuple(transition["provenance"]["enum"]) == get_args(lifecycle.Provenance)


@every_lifecycle
def test_lifecycles_speak_of_their_value_set(name: str) -> None:
    """The states are the members of the value set, all of them reached, and no transition is listed twice."""
    machine = contract.lifecycle(name)
    assert list(machine["states"]) == SCHEMAS[f"values/{machine['value_set']}"]["enum"]
    ends = [(transition["from"], transition["to"]) for transition in machine["transitions"]]
    initial = {status for status, state in machine["states"].items() if state["initial"]}
    assert {target for _, target in ends} | initial == machine["states"].keys()
    assert {source for source, _ in ends} <= machine["states"].keys()
    assert len(set(ends)) == len(ends)


@every_lifecycle
def test_open_states_are_left(name: str) -> None:
    """A state is open exactly when its lifecycle leads on, but for corrections of a completed order."""
    machine = contract.lifecycle(name)
    left = {transition["from"] for transition in machine["transitions"]}
    open_states = {status for status, state in machine["states"].items() if state["finality"] == "open"}
    assert left - open_states <= {"completed.walk_in_test.completed", "completed.walk_in_test.corrected"}
    assert open_states <= left


def test_low_level_statuses_are_parts_of_order_statuses() -> None:
    """The HIGH and LOW parts of the order statuses are the two smaller sets, no more and no less."""
    statuses = [status.split(".") for status in SCHEMAS["values/order_status"]["enum"]]
    assert {high for high, _, _ in statuses} == set(SCHEMAS["values/order_high_level_status"]["enum"])
    assert [low for _, _, low in statuses] == SCHEMAS["values/order_low_level_status"]["enum"]
    assert {modality for _, modality, _ in statuses} == {"walk_in_test"}


def test_files_are_utf8_without_duplicate_keys() -> None:
    """No schema file gives a key twice."""

    def once(found: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(found)) == len(found)
        return dict(found)

    root = _data.checkout()
    assert root is not None
    for file in (root / "schemas").rglob("*.json"):
        json.loads(file.read_text("utf-8"), object_pairs_hook=once)

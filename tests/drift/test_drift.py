"""Junction's OpenAPI document, and every way in which it may move, compared with the contract."""

from __future__ import annotations

import copy
import json
import re
import time
from typing import TYPE_CHECKING, Any

import markdown
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.checkout import ROOT
from support.command import run
from support.hostile import PAIRS, ladder, mixed_ladder
from support.junction_document import (
    APPOINTMENT,
    COPY,
    DOCUMENT,
    ORDER,
    Components,
    adding,
    dropping,
    moved,
    setting,
    webhook,
    with_webhooks,
)
from support.sizes import examples

from junction_webhooks import contract, drift
from junction_webhooks.drift import _payloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def listed(report: drift.DriftReport) -> list[tuple[str, str, str, str | None, str]]:
    """What is unexplained: family, path, rule, subject and impact of each."""
    return [(each.family, each.path, each.rule, each.subject, each.impact) for each in report.unexplained]


def told(document: Any) -> list[tuple[str, str, str, str | None, str]]:
    """What is unexplained in the comparison with a document."""
    return listed(drift.compare(document))


def test_no_unexplained_difference() -> None:
    """The revision that the contract was checked against differs by decision only, and by every decision."""
    report = drift.compare(COPY.read_bytes())
    assert report.version == "0.4.687"
    assert report.unexplained == ()
    assert report.stale == ()
    reviewed = {entry for entry in drift.baseline() if "openapi" in entry.found_in}
    assert {each.baseline for each in report.baseline} == reviewed


def test_copy_has_no_sentence_of_junction() -> None:
    """The copy is structure: no words, and a note that says where it comes from."""

    def keywords(part: Any, *, names: bool = False) -> Iterator[str]:
        if isinstance(part, dict):
            for word, below in part.items():
                if not names:
                    yield word
                yield from keywords(below, names=not names and word in {"properties", "schemas"})
        elif isinstance(part, list):
            for item in part:
                yield from keywords(item)

    assert not {"description", "title", "example", "examples"} & set(keywords(DOCUMENT["components"]))
    assert "retrieved 2026-08" in DOCUMENT["info"]["x-source"]


CHANGES: dict[str, tuple[Callable[[Components], object], tuple[str, str, str, str | None, str]]] = {
    "new property": (
        setting("ClientFacingOrder", "properties", "specimen", to={"type": "string"}),
        (ORDER, "/data/specimen", "property_added", "specimen", "tolerated"),
    ),
    "new property of an object used twice": (
        setting("ClientFacingOrderEvent", "properties", "actor", to={"type": "string"}),
        (ORDER, "/data/last_event/actor", "property_added", "actor", "tolerated"),
    ),
    "removed property": (
        dropping("clinical_notes", from_="ClientFacingOrder"),
        (ORDER, "/data/clinical_notes", "property_removed", "clinical_notes", "tolerated"),
    ),
    "removed required property": (
        dropping("sample_id", from_="ClientFacingOrder"),
        (ORDER, "/data/sample_id", "property_removed", "sample_id", "tolerated"),
    ),
    "removed core property": (
        dropping("order_id", from_="ClientFacingAppointment"),
        (APPOINTMENT, "/data/order_id", "property_removed", "order_id", "breaking"),
    ),
    "new member": (
        adding("completed.walk_in_test.amended", to="OrderStatus"),
        (ORDER, "/data/last_event/status", "value_added", "completed.walk_in_test.amended", "tolerated"),
    ),
    "new member of a nullable set": (
        adding("inconclusive", to="Interpretation"),
        (ORDER, "/data/interpretation", "value_added", "inconclusive", "tolerated"),
    ),
    "removed member": (
        lambda components: components["AppointmentStatus"]["enum"].remove("reserved"),
        (APPOINTMENT, "/data/status", "value_removed", "reserved", "tolerated"),
    ),
    "new event type": (
        lambda components: components["ClientFacingOrderChanged"]["properties"]["event_type"]["enum"].append(
            "labtest.order.cancelled"
        ),
        (ORDER, "/event_type", "event_added", "labtest.order.cancelled", "breaking"),
    ),
    "set opened": (
        setting("OrderTopLevelStatus", to={"type": "string"}),
        (ORDER, "/data/status", "enum_removed", None, "tolerated"),
    ),
    "newly required": (
        lambda components: components["ClientFacingOrder"]["required"].append("passthrough"),
        (ORDER, "/data/passthrough", "required_added", "passthrough", "tolerated"),
    ),
    "no longer required": (
        lambda components: components["ClientFacingAppointment"]["required"].remove("can_reschedule"),
        (APPOINTMENT, "/data/can_reschedule", "required_removed", "can_reschedule", "tolerated"),
    ),
    "core no longer required": (
        lambda components: components["ClientFacingAppointment"]["required"].remove("events"),
        (APPOINTMENT, "/data/events", "required_removed", "events", "breaking"),
    ),
    "type changed": (
        setting("ClientFacingOrderEvent", "properties", "id", to={"type": "string"}),
        (ORDER, "/data/last_event/id", "type_changed", None, "breaking"),
    ),
    "number for an integer": (
        setting("ClientFacingLab", "properties", "id", to={"type": "number"}),
        (ORDER, "/data/lab_test/lab/id", "type_changed", None, "breaking"),
    ),
    "null added": (
        setting("ClientFacingOrder", "properties", "has_abn", to={"anyOf": [{"type": "boolean"}, {"type": "null"}]}),
        (ORDER, "/data/has_abn", "null_added", None, "tolerated"),
    ),
    "null added to the core": (
        setting("ClientFacingOrder", "properties", "id", to={"type": ["string", "null"], "format": "uuid"}),
        (ORDER, "/data/id", "null_added", None, "breaking"),
    ),
    "null removed": (
        setting("ClientFacingOrder", "properties", "passthrough", to={"type": "string"}),
        (ORDER, "/data/passthrough", "null_removed", None, "tolerated"),
    ),
    "format of a timestamp changed": (
        setting("ClientFacingOrder", "properties", "created_at", "format", to="date"),
        (ORDER, "/data/created_at", "format_changed", None, "breaking"),
    ),
    "format of a slot lost": (
        setting("ClientFacingAppointment", "properties", "start_at", to={"type": ["string", "null"]}),
        (APPOINTMENT, "/data/start_at", "format_removed", None, "breaking"),
    ),
    "format of a day changed": (
        setting(
            "ClientFacingOrder", "properties", "activate_by", "anyOf",
            to=[{"type": "string", "format": "date-time"}, {"type": "null"}],
        ),
        (ORDER, "/data/activate_by", "format_changed", None, "tolerated"),
    ),
    "limit loosened": (
        setting("LngLat", "properties", "lng", "maximum", to=360),
        (APPOINTMENT, "/data/location/lng", "limit_loosened", "maximum", "tolerated"),
    ),
    "limit added": (
        setting("ClientFacingPhysician", "properties", "npi", "maxLength", to=10),
        (ORDER, "/data/physician/npi", "limit_tightened", "maxLength", "tolerated"),
    ),
    "pattern changed": (
        setting("USAddress", "properties", "zip_code", "pattern", to=r"^\d{5}$"),
        (APPOINTMENT, "/data/address/zip_code", "pattern_changed", None, "tolerated"),
    ),
    "another modality": (
        lambda components: components["ClientFacingOrder"]["properties"]["details"]["anyOf"].append(
            {"type": "object", "properties": {"type": {"const": "drone"}}, "required": ["type"]}
        ),
        (ORDER, "/data/details", "branch_added", "drone", "tolerated"),
    ),
    "another modality whose details are text": (
        setting(
            "ClientFacingTestkitOrder", "properties", "created_at", to={"type": "integer"},
        ),
        (ORDER, "/data/details/data/created_at", "type_changed", None, "breaking"),
    ),
    "items of another type": (
        setting("ClientFacingLab", "properties", "sample_types", "items", to={"type": "integer"}),
        (ORDER, "/data/lab_test/lab/sample_types/*", "type_changed", None, "breaking"),
    ),
    "object opened": (
        setting("ClientFacingPhysician", "additionalProperties", to=True),
        (ORDER, "/data/physician", "object_opened", None, "tolerated"),
    ),
    "another keyword": (
        setting("ClientFacingLab", "properties", "slug", "contentEncoding", to="base64"),
        (ORDER, "/data/lab_test/lab/slug", "keyword_unknown", "contentEncoding", "tolerated"),
    ),
}  # fmt: skip


def test_changes_are_told_once() -> None:
    """Each change of the document is told once, where it shows, by its rule and with its impact."""

    def change(components: Components) -> None:
        for each, _ in CHANGES.values():
            each(components)

    found = told(moved(change))
    assert [name for name, (_, expected) in CHANGES.items() if found.count(expected) != 1] == []
    assert len(found) == len(CHANGES)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_alone_is_told_once(name: str) -> None:
    """So is a change without the others."""
    change, expected = CHANGES[name]
    assert told(moved(change)) == [expected]


def test_every_place_is_told() -> None:
    """One schema used at two places gives one difference that names both."""
    (found,) = drift.compare(moved(adding("new", to="OrderOrigin"))).unexplained
    assert {found.path, *found.also} == {"/data/origin", "/data/order_transaction/orders/*/origin"}


def test_known_difference_that_no_longer_occurs() -> None:
    """What was decided once and is there no more is told apart, and explains nothing else."""
    report = drift.compare(moved(setting("USAddress", "properties", "country", to={"type": "string"})))
    assert report.unexplained == ()
    (stale,) = report.stale
    assert (stale.pattern, stale.rule) == ("/data/address/country", "property_removed")


def test_no_longer_always_sent() -> None:
    """What `x-provenance` calls always sent is listed as stale when Junction no longer requires it."""
    report = drift.compare(
        moved(lambda components: components["ClientFacingOrder"]["required"].remove("has_abn"))
    )
    assert [(each.pattern, each.rule) for each in report.stale] == [("/data/has_abn", "required_added")]


def test_decision_explains_its_own_values_only() -> None:
    """A decision about the format of slots explains no other format there."""
    document = moved(
        setting(
            "ClientFacingAppointment",
            "properties",
            "start_at",
            to={"type": ["string", "null"], "format": "time"},
        )
    )
    assert told(document) == [(APPOINTMENT, "/data/start_at", "format_changed", None, "breaking")]


def as_3_0(part: Any) -> Any:
    """The document as OpenAPI 3.0 writes it: `nullable`, `allOf` around a `$ref`, no `const`."""
    if isinstance(part, list):
        return [as_3_0(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {word: as_3_0(below) for word, below in part.items()}
    if {"type": "null"} in part.get("anyOf", ()):
        branches = [each for each in part.pop("anyOf") if each != {"type": "null"}]
        (branch,) = branches
        alone = {"allOf": [branch]} if "$ref" in branch else branch
        return part | alone | {"nullable": True}
    if isinstance(part.get("const"), str):
        part["enum"] = [part.pop("const")]
    return part


def with_type_lists(part: Any) -> Any:
    """The document with `type: [x, "null"]` for `anyOf` with null, and `oneOf` of `const` for sets."""
    if isinstance(part, list):
        return [with_type_lists(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {word: with_type_lists(below) for word, below in part.items()}
    if {"type": "null"} in part.get("anyOf", ()):
        first, _ = part["anyOf"]
        if isinstance(first.get("type"), str):
            del part["anyOf"]
            return part | first | {"type": [first["type"], "null"]}
        part["oneOf"] = part.pop("anyOf")
    if isinstance(part.get("enum"), list):
        part["oneOf"] = [{"const": member} for member in part.pop("enum")]
    return part


def renamed(part: Any, *, names: bool = False) -> Any:
    """The document with another name for every component."""
    if isinstance(part, list):
        return [renamed(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        f"V2{word}" if names else word: re.sub("(.*)/", r"\1/V2", below)
        if word == "$ref"
        else renamed(below, names=word == "schemas")
        for word, below in part.items()
    }


def with_a_root_an_event(document: dict[str, Any]) -> dict[str, Any]:
    """The document with a component an event type, as other revisions may write it."""
    document = copy.deepcopy(document)
    components = document["components"]["schemas"]
    for root in ("ClientFacingOrderChanged", "ClientFacingAppointmentChanged"):
        whole = components.pop(root)
        for event_type in whole["properties"]["event_type"]["enum"]:
            one = copy.deepcopy(whole)
            one["properties"]["event_type"] = {"const": event_type}
            components[event_type.title().replace(".", "")] = one
    return document


def swagger(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its schemas where Swagger 2 has them."""
    text = json.dumps(document["components"]["schemas"]).replace("#/components/schemas/", "#/definitions/")
    return {"swagger": "2.0", "definitions": json.loads(text)}


_OF_ONE_TYPE = ("ClientFacingCriticalResultIdentified", "ClientFacingMatchReview")


def in_webhooks(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its events written under `webhooks`, beside a component that lists every event."""
    document = with_a_root_an_event(document)
    components = document["components"]["schemas"]
    document["webhooks"] = {}
    for name in [name for name in components if name.startswith(("Labtest", *_OF_ONE_TYPE))]:
        content = {"application/json": {"schema": components.pop(name)}}
        document["webhooks"][name] = {"post": {"requestBody": {"content": content}}}
    every = {"enum": ["labtest.order.created", "labtest.appointment.created", "daily.data.sleep.created"]}
    components["AnyEvent"] = {
        "type": "object",
        "properties": {"event_type": every, "data": {"type": "object"}},
    }
    return document


STYLES: dict[str, Callable[[Any], Any]] = {
    "3.0": as_3_0,
    "type lists": with_type_lists,
    "other names": renamed,
    "a root an event": with_a_root_an_event,
    "webhooks": in_webhooks,
    "definitions": swagger,
    "3.0 with other names": lambda document: renamed(as_3_0(document)),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("style", STYLES)
def test_styles_are_equal(style: str) -> None:
    """However the document is written, it differs from the contract in the same places only."""
    report = drift.compare(STYLES[style](copy.deepcopy(DOCUMENT)))
    assert report.unexplained == ()
    assert report.stale == ()


@pytest.mark.parametrize("style", STYLES)
def test_changes_are_seen_in_every_style(style: str) -> None:
    """Changes at several places are told once each in every style, and nothing else is."""
    names = ("new member", "null added to the core", "new property", "core no longer required")

    def change(components: Components) -> None:
        for name in names:
            CHANGES[name][0](components)

    report = drift.compare(STYLES[style](moved(change)))
    assert sorted(listed(report)) == sorted(CHANGES[name][1] for name in names)
    assert report.stale == ()


def test_root_without_name_or_event_types() -> None:
    """Roots that lost their names and their event types are found by what they carry."""
    document = renamed(
        moved(setting("ClientFacingOrderChanged", "properties", "event_type", to={"type": "string"}))
    )
    assert told(document) == [(ORDER, "/event_type", "enum_removed", None, "breaking")]


def test_cycles_end() -> None:
    """References that go round in a circle end, and are told as what they are: anything."""
    document = moved(setting("OrderOrigin", to={"$ref": "#/components/schemas/Race"}))
    document["components"]["schemas"]["Race"] = {"$ref": "#/components/schemas/OrderOrigin"}
    assert {(path, rule) for _, path, rule, _, _ in told(document)} == {
        ("/data/origin", "type_changed"),
        ("/data/patient_details/race", "type_changed"),
    }


UNUSABLE = {
    "a list": ([], "no components.schemas"),
    "no schemas": ({"openapi": "3.1.0", "components": {}}, "no components.schemas"),
    "no events": ({"components": {"schemas": {"Race": {"type": "string"}}}}, "labtest.order.* (ClientFacingOrderChanged)"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_document(name: str, tmp_path: Path) -> None:
    """What is no OpenAPI, or lacks the events, exits 2 with one line that names the file and what is missing."""
    document, message = UNUSABLE[name]
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    done = run("drift", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"junction-webhooks: {file}: it has no")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3) | st.sampled_from(["string", "#/components/schemas/Race", "null"]),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(st.sampled_from(["type", "$ref", "anyOf", "allOf", "enum", "properties", "required", "items", "nullable"]), inside, max_size=3),
    max_leaves=8,
)  # fmt: skip


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a document."""
    if path:
        yield path
    if isinstance(part, (dict, list)):
        for step, below in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(below, (*path, step))


PLACES = list(places(DOCUMENT))


@examples(7, exhaustive=200)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=4))
def test_damaged_documents_never_crash(damage: list[tuple[tuple[Any, ...], Any]]) -> None:
    """A document damaged anywhere gives a report, or an error that says what is missing."""
    document = copy.deepcopy(DOCUMENT)
    for path, value in damage:
        part: Any = document
        try:
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    try:
        drift.compare(document)
    except drift.DriftError:
        return


@given(JSON)
def test_any_json_never_crashes(document: Any) -> None:
    """What is no OpenAPI at all is refused as such."""
    with pytest.raises(drift.DriftError):
        drift.compare(json.dumps(document))


@given(st.binary(max_size=30))
def test_any_bytes_never_crash(body: bytes) -> None:
    """Bytes that are no JSON are refused as such."""
    with pytest.raises(drift.DriftError):
        drift.compare(body)


def test_command(tmp_path: Path) -> None:
    """The command exits 0 without and 1 with unexplained differences, as text, JSON and Markdown."""
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(moved(CHANGES["new event type"][0])))
    assert run("drift", COPY).returncode == 0
    text, markdown, parsed = (
        run("drift", file, *form) for form in ((), ("--format", "markdown"), ("--format", "json"))
    )
    assert {text.returncode, markdown.returncode, parsed.returncode} == {1}
    assert text.stdout.startswith("1 unexplained difference: Junction's OpenAPI, version 0.4.687")
    assert "\n  the event labtest.order.cancelled is new (event_added)\n" in text.stdout
    assert "\n- the event `labtest.order.cancelled` is new (event_added)\n" in markdown.stdout
    (record,) = json.loads(parsed.stdout)["reports"]
    assert record["unexplained"][0]["impact"] == "breaking"
    assert record["baseline"][0]["baseline"]["reason"]


def test_decisions_have_reasons() -> None:
    """Every decision names its sources and a reason, and none is written twice."""
    listed = json.loads((ROOT / "schemas/drift_baseline.json").read_text())["differences"]
    seen = set()
    for entry in listed:
        assert (
            {"events", "patterns", "rule", "reason", "sources", "found_in"}
            <= entry.keys()
            <= {"events", "patterns", "rule", "values", "reason", "sources", "found_in"}
        )
        assert set(entry["sources"]) <= {"page", "docs", "openapi", "recorded", "sdk", "catalog"}
        assert entry["found_in"]
        assert set(entry["found_in"]) <= {"openapi", "sdk", "events"}
        assert any(event_type.startswith(f"{entry['events']}.") for event_type in contract.EVENT_TYPES)
        for pattern in entry["patterns"]:
            key = (entry["events"], pattern, entry["rule"])
            assert key not in seen
            seen.add(key)


def test_example_job() -> None:
    """The example job runs on a schedule, pins what it runs, and gives its token to one step that runs none of that."""
    text = (ROOT / "docs/examples/drift.yml").read_text()
    job = yaml.safe_load(text)
    assert job["permissions"] == {}
    assert job[True]["schedule"]  # YAML 1.1 reads the word `on` so
    compare, report = job["jobs"]["compare"], job["jobs"]["report"]
    assert (compare["permissions"], report["permissions"]) == ({"contents": "read"}, {"issues": "write"})
    commands = " ".join(step.get("run", "") for step in compare["steps"])
    assert "junction-webhooks drift openapi.json --sdk-python sdk/bin/python --format markdown" in commands
    assert "pip install --require-hashes" in commands
    assert commands.count("pip install") == commands.count("--only-binary=:all:") == 2
    for step in compare["steps"]:
        assert re.search(r"@[0-9a-f]{40}$", step.get("uses", f"@{'0' * 40}"))
    assert "github.token" not in yaml.dump(compare)
    # Checking out and setting up take the token unless they are told not to.
    settings = [step["with"] for step in compare["steps"] if "with" in step]
    assert (settings[0]["persist-credentials"], settings[1]["token"]) == (False, "")
    assert "env" not in job
    assert "env" not in report
    (step,) = report["steps"]
    assert "github.token" in step["env"]["GH_TOKEN"]
    assert "pip" not in step["run"]
    # A report is never part of a script, where it could be code.
    assert not any("${{" in step.get("run", "") for each in (compare, report) for step in each["steps"])


NAMED_LIKE_KEYWORDS = ["definitions", "$defs", "default", "examples", "enum", "const", "pattern", "format"]


def test_a_property_may_be_named_like_a_keyword() -> None:
    """A property of that name is a difference like any other, and so is what lies below it."""
    names = [*NAMED_LIKE_KEYWORDS, "$id"]
    added = {name: {"type": "string"} for name in names}
    document = moved(lambda components: components["ClientFacingOrder"]["properties"].update(added))
    assert sorted(told(document)) == sorted(
        (ORDER, f"/data/{name}", "property_added", name, "tolerated") for name in names
    )


def test_a_property_of_the_contract_may_be_named_like_a_keyword(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formats replace patterns in such a property too, and it is a property itself: no difference is left."""
    named = {"type": "string", "format": "date-time", "pattern": "^2"}
    bundles: Any = {profile: copy.deepcopy(contract.bundle(profile)) for profile in contract.PROFILES}
    for bundle in bundles.values():
        bundle["$defs"]["Order"]["properties"].update({name: {**named} for name in NAMED_LIKE_KEYWORDS})
    monkeypatch.setattr(_payloads, "shared_bundle", bundles.__getitem__)

    def document(schema: dict[str, Any]) -> dict[str, Any]:
        added = {name: {**schema} for name in NAMED_LIKE_KEYWORDS}
        return moved(lambda components: components["ClientFacingOrder"]["properties"].update(added))

    assert told(document({"type": "string", "format": "date-time"})) == []
    assert sorted(each[:3] for each in told(document({"type": "integer"}))) == sorted(
        (ORDER, f"/data/{name}", "type_changed") for name in NAMED_LIKE_KEYWORDS
    )


@pytest.mark.parametrize(
    ("keyword", "value", "impact"),
    [
        ("propertyNames", {"minLength": 1}, "tolerated"),
        ("not", {"type": "null"}, "tolerated"),
        # These two can loosen other keywords.
        ("patternProperties", {"^x": {"type": "string"}}, "breaking"),
        ("prefixItems", [{"type": "string"}], "breaking"),
    ],
)
def test_keywords_that_the_contract_does_not_use(keyword: str, value: Any, impact: str) -> None:
    """A keyword that is not interpreted is a difference like any other."""
    assert told(moved(setting("ClientFacingOrder", keyword, to=value))) == [
        (ORDER, "/data", "keyword_unknown", keyword, impact)
    ]


HOSTILE_TEXTS = [
    "@everyone",
    "<img src=x onerror=alert(1)>",
    "[x](http://127.0.0.1/)",
    "http://127.0.0.1/",
    "`<img>` ``@everyone``",
    "`",
    "a | b",
    "one\ntwo\n# three",
    "\\`",
    " ",
    "x" * 500,
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_markdown_quotes_the_document_as_code(text: str, tmp_path: Path) -> None:
    """Names, values and the version of a document are code: no markup, no link and no mention."""
    document = moved(setting("ClientFacingOrder", "properties", text, to={"type": "string", "format": text}))
    document["components"]["schemas"]["ClientFacingOrder"]["properties"]["extra"] = {"enum": [text]}
    document["info"]["version"] = text
    events = document["components"]["schemas"]["ClientFacingOrderChanged"]["properties"]["event_type"]
    events["enum"] = ["labtest.order.created", text, f"{text}.{text}"]
    document["components"]["schemas"]["OrderOrigin"][f"x-{text}"] = text
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    report = run("drift", path, "--format", "markdown").stdout
    outside = markdown.markdown(report)
    outside = re.sub(r"<code>.*?</code>", "", outside, flags=re.DOTALL)
    for sign in ("@", "<img", "http:", "href", "three", "[", "xxx"):
        assert sign not in outside
    assert "\n# three" not in report
    assert max(map(len, report.splitlines())) < 3000


def test_hostile_document_ends_and_says_what_was_left_out(tmp_path: Path) -> None:
    """What is too large to compare is named, and never taken for no difference."""
    union = {"anyOf": PAIRS["20,000 objects in one union"]()[0]["anyOf"][:6_000]}
    document = moved(setting("ClientFacingOrder", "properties", "notes", to=union))
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    done = run("drift", path)
    assert done.returncode == 1
    assert "Given up: it would have taken too long:" in done.stdout
    # Levels that repeat themselves are no trouble: each is read once.
    document = moved(setting("ClientFacingOrder", "properties", "notes", to={"$ref": "#/x/$defs/d0"}))
    for levels in (ladder(30, "anyOf", "allOf"), mixed_ladder(30)):
        document["x"] = json.loads(json.dumps(levels).replace("#/$defs", "#/x/$defs"))
        assert drift.compare(document).given_up == ()


HOSTILE_EVENTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "very many wildcards": lambda document: document["webhooks"].update(
        {f"labtest.x{index}.*": webhook("ClientFacingShipment") for index in range(20_000)}
    ),
    "wildcards of many stars": lambda document: document["webhooks"].update(
        {f"labtest.*{'a*' * 50}{index}": webhook("ClientFacingShipment") for index in range(5_000)}
    ),
    "very many values of an event type": lambda document: document["components"]["schemas"][
        "ClientFacingOrderChanged"
    ]["properties"]["event_type"]["enum"].extend(f"labtest.order.{index}" for index in range(100_000)),
    "very many components": lambda document: document["components"]["schemas"].update(
        {
            f"C{index}": {"properties": {"event_type": {"const": f"a.b{index}"}, "data": {}}}
            for index in range(20_000)
        }
    ),
    "very many keywords": lambda document: document["components"]["schemas"]["OrderOrigin"].update(
        {f"x-{index}": 1 for index in range(50_000)}
    ),
    "very many deprecated values": lambda document: document["components"]["schemas"].update(
        OrderOrigin={"oneOf": [{"const": index, "deprecated": True} for index in range(20_000)]}
    ),
    "itself, very many times": lambda document: document["components"]["schemas"].update(
        OrderOrigin={"allOf": [{"$ref": "#/components/schemas/OrderOrigin"}] * 5_000}
    ),
}


@pytest.mark.exhaustive
def test_hostile_events_and_annotations_end() -> None:
    """What has too many events or keywords is compared as far as the bounds allow, and the report says so."""
    for name, change in HOSTILE_EVENTS.items():
        document = with_webhooks(DOCUMENT)
        change(document)
        began = time.process_time()
        report = drift.compare(document)
        assert report.given_up, name
        assert time.process_time() - began < 20, name


ODD_WEBHOOKS: list[Any] = [
    [],
    "x",
    {
        "a": [],
        "b": {"post": []},
        "c": {"post": {"requestBody": {"content": {"x": {"schema": 7}}}}},
        "d": {"post": {"requestBody": {"content": {"x": {"schema": {"$ref": "#/nope"}}}}}},
        "e": {"post": {"requestBody": {"content": {"x": {"schema": {"$ref": 7}}}}}},
    },
]


def test_webhooks_that_are_none() -> None:
    """Where the list of webhooks says nothing, the components say which events there are."""
    for webhooks in ODD_WEBHOOKS:
        assert drift.compare(DOCUMENT | {"webhooks": webhooks}).unexplained == (), webhooks

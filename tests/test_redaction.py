"""`redact` and `junction-webhooks redact`: captured payloads in, safe fixtures out."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sizes import every, examples
from support.tables import table

from junction_webhooks import check, cli, contract, fixtures, strategies
from junction_webhooks._jsonschema.formats import is_uuid
from junction_webhooks.cli.commands.redact import redact_files
from junction_webhooks.contract.annotations import place
from junction_webhooks.redaction import _LISTED, RedactionError, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from junction_webhooks import Report
    from junction_webhooks.contract import EventType, Schema

Way = tuple[str | int, ...]

KEY = b"a key that only these tests know"
OTHER_KEY = b"another key, of thirty-two bytes"
CANARY = "Canary-4711"
CANARIES: dict[str, Any] = {
    "text": CANARY,
    "long text": f"{CANARY} " * 200,
    "name": "Edith Everyman-4711",
    "digits": "4711471147",
    "date": "1941-04-07",
    "integer": 47114711,
    "number": 4711.4711,
    "list": [CANARY, 47114711],
    "object": {"first_name": CANARY, "id": CANARY, CANARY: CANARY},
}
SIGNS = re.compile("[Cc]anary|Everyman-4711|47114711|4711[.]4711|1941-04-07")
"""What is left of a canary wherever one survives."""

every_fixture = table("fixture", fixtures.valid(), ids=lambda each: each.name)
RICH = [
    "labtest.order.updated/everything",
    "labtest.appointment.updated/cancelled",
    "labtest.order.created/redraw",
    "labtest.result.critical/partial",
    "labtest.match_review.created/page",
    "labtest.match_review.updated/accepted",
    "labtest.order_tracking.updated/revised",
    "bare_order/recorded",
]
UNDATED = {
    "labtest.match_review.created",
    "labtest.match_review.updated",
    "labtest.order_tracking.updated/estimated",
    "labtest.order_tracking.updated/before_collection",
}
"""Events and fixtures without any date."""
FEW_SENSITIVE = {
    "labtest.result.critical": 2,
    "labtest.match_review.created": 0,
    "labtest.match_review.updated": 0,
    "labtest.order_tracking.updated": 1,
}
"""How many sensitive places an event has more than: a review names nobody, only its envelope does."""


def places(part: Any, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Each value of a payload, containers too, and the way to it."""
    if way:
        yield way, part
    if isinstance(part, (dict, list)):
        for step, below in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(below, (*way, step))


def at(payload: Any, way: Way) -> Any:
    """The value at the end of the way."""
    for step in way:
        payload = payload[step]
    return payload


def changed(payload: Any, way: Way, value: Any) -> Any:
    """The payload with another value at the end of the way."""
    payload = copy.deepcopy(payload)
    at(payload, way[:-1])[way[-1]] = value
    return payload


def judged_as(payload: dict[str, Any]) -> tuple[EventType, Way]:
    """The event that the payload is, and the way into it from its envelope."""
    report = check(payload)
    assert report.event_type
    return report.event_type, ("data",) if report.bare else ()


def known(payload: dict[str, Any]) -> list[tuple[Way, Any]]:
    """Each value at a place of the contract: event data may hold others, which redaction drops."""
    event_type, root = judged_as(payload)
    return [
        (way, value)
        for way, value in places(payload)
        if "?" not in place(event_type, (*root, *way)).pattern.split("/")
    ]


def sensitive_leaves(payload: dict[str, Any]) -> set[str]:
    """Each sensitive text, and each sensitive number as text."""
    event_type, root = judged_as(payload)
    return {
        str(part)
        for way, part in places(payload)
        if isinstance(part, (str, int, float)) and not isinstance(part, bool)
        if place(event_type, (*root, *way)).sensitive
    }


def told(report: Report) -> set[tuple[str, str, bool]]:
    """What is broken, without the unknown properties, which redaction drops."""
    return {
        (violation.path, violation.keyword, violation.breaking)
        for violation in report.violations
        if violation.keyword != "additionalProperties"
    }


def ids(payload: dict[str, Any]) -> dict[Way, str]:
    """Each id that is a string, by the way to it."""
    named = {"client_user_id", "sample_id", "external_id", "passthrough"}
    return {
        way: value
        for way, value in places(payload)
        if isinstance(value, str) and (is_uuid(value) or way[-1] in named)
    }


def full(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with null for each property of the contract that it lacks."""
    event_type, root = judged_as(payload)
    for way, part in [((), payload), *places(copy.deepcopy(payload))]:
        if isinstance(part, dict):
            for name in place(event_type, (*root, *way, "?")).siblings:
                at(payload, way).setdefault(name, None)
    return payload


def sensitive_patterns(
    schema: Schema, within: str, pattern: str = "", *, marked: bool = False
) -> Iterator[str]:
    """Each place below a schema that it marks as sensitive, or that stands in one that is."""
    marked = marked or schema.get("x-sensitive", False)
    if marked:
        yield pattern
    for branch in schema.get("anyOf", []):
        yield from sensitive_patterns(branch, within, pattern, marked=marked)
    if "$ref" in schema:
        name = contract.resolve(schema["$ref"], within)
        yield from sensitive_patterns(contract.shared_schemas()[name], name, pattern, marked=marked)
    if "items" in schema:
        yield from sensitive_patterns(schema["items"], within, f"{pattern}/*", marked=marked)
    for name, part in schema.get("properties", {}).items():
        yield from sensitive_patterns(part, within, f"{pattern}/{name}", marked=marked)


# What survives


@every_fixture
def test_fixtures_still_conform(fixture: fixtures.Fixture) -> None:
    """A redacted fixture conforms, has the same shape, and is another payload."""
    redacted = redact(fixture.raw, key=KEY)
    assert check(redacted).verdict == "conforms"
    assert [way for way, _ in places(redacted)] == [way for way, _ in known(fixture.payload)]
    assert redacted != fixture.payload


@every_fixture
def test_history_survives(fixture: fixtures.Fixture) -> None:
    """Statuses stay, times move together, and the numbers of entries keep order and gaps."""
    before, after = fixture.payload, redact(fixture.payload, key=KEY)
    moves, steps = set(), set()
    for way, value in known(before):
        name, now = str(way[-1]), at(after, way)
        if name.endswith(("_at", "_by_date", "_estimate")) or name == "activate_by":
            if isinstance(value, str):
                moves.add(datetime.fromisoformat(value) - datetime.fromisoformat(now))
                assert now[10:] == value[10:]
        elif name in {
            "status",
            "event_status",
            "status_detail",
            "low_level_status",
            "event_type",
            "is_reschedule",
            "decision_code",
            "resolution_action",
            "is_inferred",
            "source",
        }:
            assert now == value
        elif name == "id" and "events" in way:
            steps.add(now - value)
    assert len(moves) == (not UNDATED & {fixture.name, fixture.event_type})
    assert len(steps) <= 1
    for moved in moves:
        assert moved.days >= 365
        assert not moved.seconds


def test_equalities_between_ids_survive() -> None:
    """Over all fixtures with one key, equal ids stay equal, different ones different, and none remains."""
    pairs: set[tuple[str, str]] = set()
    for fixture in fixtures.valid():
        before, after = fixture.payload, redact(fixture.payload, key=KEY)
        for way, value in ids(before).items():
            pairs.add((value, at(after, way)))
    before_ids, after_ids = zip(*pairs, strict=True)
    assert len(pairs) == len(set(before_ids)) == len(set(after_ids))
    assert not set(before_ids) & set(after_ids)
    assert all(is_uuid(value) == is_uuid(now) for value, now in pairs)


def test_ids_keep_their_form() -> None:
    """A UUID keeps its version and its case, which tells nothing apart; digits stay digits."""
    order = fixtures.load("labtest.order.updated/page").payload
    order["user_id"] = "018F3C1E-7B1A-7C3D-9E4F-0A1B2C3D4E5F"
    order["data"]["user_id"] = order["user_id"].lower()
    order["client_user_id"] = "904"
    redacted = redact(order, key=KEY)
    assert redacted["user_id"] == redacted["data"]["user_id"].upper()
    assert redacted["user_id"][14] == "7"
    assert len(redacted["client_user_id"]) == 15
    assert redacted["client_user_id"].isdecimal()


def test_one_person_stays_one_person() -> None:
    """Equal names, addresses and phone numbers stay equal, and a receiver keeps the patient's name."""
    data = redact(fixtures.load("labtest.order.updated/everything").raw)["data"]
    patient, address, parcel = data["patient_details"], data["patient_address"], data["shipping_details"]
    assert address["receiver_name"] == f"{patient['first_name']} {patient['last_name']}"
    assert address["phone_number"] == patient["phone_number"]
    assert patient["medical_proxy"]["last_name"] == patient["last_name"]
    assert parcel["first_line"] == address["first_line"] == patient["medical_proxy"]["address"]["first_line"]


def test_both_forms_of_a_date_of_birth() -> None:
    """A date stays a date and a date-time a date-time at midnight; both name the same fictional day."""
    order = fixtures.load("labtest.order.updated/page").payload
    births = []
    for dob in ("1941-06-02", "1941-06-02T00:00:00+00:00", "1941-06-02T04:11:59.123Z"):
        order["data"]["patient_details"]["dob"] = dob
        births.append(redact(order, key=KEY)["data"]["patient_details"]["dob"])
    assert births == [births[0], births[0] + "T00:00:00+00:00", births[0] + "T00:00:00.000Z"]
    assert date(1950, 1, 1) <= date.fromisoformat(births[0]) < date(2000, 1, 1)


def test_null_missing_and_empty_stay() -> None:
    """Null stays null, missing stays missing, and an empty text stays empty."""
    order = fixtures.load("labtest.order.updated/everything").payload
    order["data"]["patient_details"]["email"] = None
    order["data"]["patient_address"]["receiver_name"] = ""
    del order["data"]["patient_details"]["phone_number"]
    data = redact(order)["data"]
    assert data["patient_details"]["email"] is None
    assert data["patient_address"]["receiver_name"] == ""
    assert "phone_number" not in data["patient_details"]


def test_catalogue_data_stays() -> None:
    """What is sold, by which laboratory, is no patient's: only the ids of the test change."""
    order = fixtures.load("labtest.order.updated/everything").payload
    before, after = order["data"]["lab_test"], redact(order)["data"]["lab_test"]
    ids = ("id", "source_sandbox_lab_test_id")
    assert after == before | {name: after[name] for name in ids}
    assert all(after[name] != before[name] for name in ids)


@pytest.mark.parametrize(
    ("zone", "now"), [("America/Phoenix", "America/Phoenix"), ("America/Indiana/Knox", "America/New_York")]
)
def test_only_zones_of_whole_states_stay(zone: str, now: str) -> None:
    """A time zone stays only where it covers a whole state: others are a few counties."""
    appointment = fixtures.load("labtest.appointment.updated/cancelled").payload
    appointment["data"]["iana_timezone"] = zone
    assert redact(appointment)["data"]["iana_timezone"] == now


@examples(15, exhaustive=500)
@given(strategies.events())
def test_every_conforming_payload_conforms(payload: dict[str, Any]) -> None:
    """A generated payload that conforms still does, whatever its texts and numbers are."""
    if check(payload).verdict == "conforms":
        assert check(redact(payload, key=KEY)).verdict == "conforms"


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@examples(20, exhaustive=1000)
@given(st.data(), st.sampled_from(RICH), JSON_VALUES)
def test_the_verdict_survives_any_change(data: st.DataObject, name: str, value: Any) -> None:
    """Whatever stands at whatever place: the same rules are broken afterwards, and as badly."""
    payload = fixtures.load(name).payload
    way = data.draw(st.sampled_from([way for way, _ in places(payload)]))
    broken = changed(payload, way, value)
    report = check(broken)
    if report.event_type is None:
        return
    after = check(redact(broken, event_type=report.event_type, key=KEY), event_type=report.event_type)
    assert told(after) == told(report)
    if after.verdict != report.verdict:
        assert (report.verdict, after.verdict) == ("drifts", "conforms")
        assert {violation.reason for violation in report.violations} <= {"new_property", "out_of_scope"}


def test_news_survive() -> None:
    """A new status or modality stays readable, since it is what the fixture may be wanted for."""
    order = fixtures.load("labtest.order.updated/page").payload
    order["data"]["events"][-1]["status"] = "completed.walk_in_test.archived"
    order["data"]["details"]["type"] = "testkit"
    data = redact(order)["data"]
    assert data["events"][-1]["status"] == "completed.walk_in_test.archived"
    assert data["details"]["type"] == "testkit"


@table("status", ["Jane Doe", "jane@example.com", "4155551234", "x" * 81, "completed\n"])
def test_what_looks_like_no_member_is_masked(status: str) -> None:
    """A status that is no word of small letters, dots and underscores is replaced, wherever alike."""
    appointment = fixtures.load("labtest.appointment.updated/cancelled").payload
    appointment["data"]["event_status"] = appointment["data"]["events"][-1]["status"] = status
    data = redact(appointment)["data"]
    assert data["event_status"] == data["events"][-1]["status"]
    assert data["event_status"].startswith("redacted-")


def test_a_bare_order_stays_bare() -> None:
    """A bare order is recognised as `check` does it, and any `data` where its event is named."""
    order = redact(fixtures.load("bare_order/page").raw)
    assert "event_type" not in order
    assert check(order).bare
    appointment = fixtures.load("labtest.appointment.updated/page").payload["data"]
    redacted = redact(appointment, event_type="labtest.appointment.updated")
    assert check(redacted, event_type="labtest.appointment.updated").verdict == "conforms"
    assert redacted["id"] != appointment["id"]


def test_dates_at_the_ends_of_the_calendar() -> None:
    """Days that cannot move further wrap around; time of day and offset stay."""
    for instant in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0004-02-29t01:02:03+05:45"):
        order = fixtures.load("labtest.order.updated/page").payload
        order["data"]["created_at"] = instant
        redacted = redact(order, key=KEY)
        assert check(redacted).verdict == "conforms"
        assert redacted["data"]["created_at"][:10] != instant[:10]
        assert redacted["data"]["created_at"][10:] == instant[10:]


# What does not


@every(53)
@pytest.mark.parametrize("name", RICH)
def test_no_canary_survives(name: str, every: int) -> None:
    """No value stays at a sensitive place, at an unknown one, or where its type or form is wrong."""
    payload = full(fixtures.load(name).payload)
    event_type, root = judged_as(payload)
    tried = 0
    for number, (way, _) in enumerate(places(payload)):
        if way == ("event_type",):
            continue
        sensitive = place(event_type, (*root, *way)).sensitive
        for kind, canary in list(CANARIES.items())[number % every :: every]:
            planted = changed(payload, way, canary)
            report = check(planted, event_type=event_type)
            pointer = "".join(f"/{step}" for step in way)
            if not sensitive and all(violation.path != pointer for violation in report.violations):
                # It is of the right form at a place that holds no patient data.
                continue
            tried += 1
            redacted = redact(planted, event_type=event_type, key=KEY)
            assert not SIGNS.search(json.dumps(redacted)), (way, kind)
            assert told(check(redacted, event_type=event_type)) == told(report), (way, kind)
    assert tried > 75 / every


@every_fixture
def test_unknown_properties_are_dropped(fixture: fixtures.Fixture) -> None:
    """A property outside the contract is dropped at every level; what then conforms, conforms."""
    payload = fixture.payload
    planted = copy.deepcopy(payload)
    objects = [planted, *(part for _, part in places(planted) if isinstance(part, dict))]
    for number, part in enumerate(objects):
        part[f"new_{number}"] = copy.deepcopy(CANARIES)
        part[CANARY] = CANARY
    redacted = redact(planted, key=KEY)
    assert redacted == redact(payload, key=KEY)
    assert check(redacted).verdict == "conforms"


@every_fixture
def test_no_sensitive_value_of_a_fixture_survives(fixture: fixtures.Fixture) -> None:
    """What is sensitive in a fixture is nowhere in what is made of it, but for what millions share."""
    sets = {member for schema in contract.shared_schemas().values() for member in schema.get("enum", [])}
    shared = sets | {"", "US", "United States", "male", "female", "patient", "provider"}
    before, after = (sensitive_leaves(each) for each in (fixture.payload, redact(fixture.payload, key=KEY)))
    household_sizes = set("123456")
    assert not (before & after) - shared - household_sizes


def test_canaries_were_everywhere() -> None:
    """The payloads that carried canaries have every place that the schemas mark as sensitive."""
    tried = {
        place(event_type, (*root, *way)).pattern
        for payload in (full(fixtures.load(name).payload) for name in RICH)
        for event_type, root in [judged_as(payload)]
        for way, _ in places(payload)
    }
    for name in contract.EVENT_TYPES:
        schema = f"events/{name}"
        marked = set(sensitive_patterns(contract.shared_schemas()[schema], schema))
        assert len(marked) > FEW_SENSITIVE.get(name, 10)
        assert marked <= tried


# The key


def test_the_same_key_gives_the_same_payload() -> None:
    """With a key the result is always the same; with another, or none, everything differs."""
    raw = fixtures.load("labtest.order.updated/everything").raw
    first = redact(raw, key=KEY)
    assert redact(raw, key=KEY) == redact(json.loads(raw), key=KEY) == redact(raw.decode(), key=KEY) == first
    for other in (redact(raw, key=OTHER_KEY), redact(raw), redact(raw)):
        assert not set(ids(first).values()) & set(ids(other).values())


def test_a_short_key_is_refused() -> None:
    """A key that could be guessed is refused."""
    with pytest.raises(ValueError, match="at least 16 bytes"):
        redact(fixtures.load("bare_order/page").raw, key=b"secret")


def test_the_payload_is_left_alone() -> None:
    """The payload given is not changed, and shares nothing with the result that could be."""
    payload = fixtures.load("labtest.order.updated/everything").payload
    redacted = redact(payload)
    for _, part in places(redacted):
        if isinstance(part, (dict, list)):
            part.clear()
    assert payload == fixtures.load("labtest.order.updated/everything").payload


# What cannot be redacted


@table(
    ("body", "message"),
    [
        (b"", "the payload is empty"),
        (b'{"first_name": "Canary-4711', "the payload is not JSON: see line 1, column 16"),
        (b'["Canary-4711"]', "expected an object"),
        (b'{"first_name": "Canary-4711"}', "/event_type is missing"),
        (b'{"event_type": 47114711}', "expected a string"),
        (b'{"event_type": "Canary-4711"}', "the event is outside the contract"),
        (
            b'{"event_type": "lab_report.parsing_job.created"}',
            "the event lab_report.parsing_job.created is outside the contract",
        ),
    ],
)
def test_refused(body: bytes, message: str) -> None:
    """Where nothing is known to be safe, the refusal says why and quotes nothing."""
    with pytest.raises(RedactionError) as refused:
        redact(body)
    assert message in str(refused.value)
    assert not SIGNS.search(repr(refused.value))
    assert refused.value.__cause__ is refused.value.__context__ is None


def test_it_is_a_value_error() -> None:
    """Callers may catch `ValueError`; a wrong call raises what `check` raises."""
    assert issubclass(RedactionError, ValueError)
    with pytest.raises(ValueError, match="unknown event_type"):
        redact(b"{}", event_type="lab_report.parsing_job.created")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        redact(4711)  # type: ignore[arg-type]


# The command

PAGE = fixtures.load("labtest.order.updated/page")
UNKNOWN = b'{"event_type": "lab_report.parsing_job.created", "first_name": "Canary-4711"}'


@pytest.fixture
def standard_input(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """What to give as standard input."""

    def give(body: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))

    return give


def one_line(fixture: fixtures.Fixture) -> bytes:
    """The fixture as one line."""
    return json.dumps(fixture.payload).encode()


def test_one_file_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file gives one payload, indented, and nothing else on standard output."""
    file = tmp_path / "captured.json"
    file.write_bytes(PAGE.raw)
    assert redact_files(str(file), key=KEY) == 0
    out, err = capsys.readouterr()
    assert out == json.dumps(redact(PAGE.raw, key=KEY), indent=2) + "\n"
    assert not err


def test_the_options(tmp_path: Path) -> None:
    """`junction-webhooks redact` takes the event, the output and `--force`."""
    captured, safe = tmp_path / "captured.json", tmp_path / "safe.json"
    captured.write_text(json.dumps(fixtures.load("labtest.appointment.updated/page").payload["data"]))
    command = ["redact", str(captured), "-o", str(safe)]
    event = ["--event", "labtest.appointment.updated"]
    assert cli.main(command) == 1
    assert [cli.main([*command, *event, *more]) for more in ([], [], ["--force"])] == [0, 2, 0]
    assert cli.main(["validate", str(safe), *event]) == 0


def test_standard_input_to_a_file(tmp_path: Path, standard_input: Callable[[bytes], None]) -> None:
    """Standard input can be written to a file, which is not overwritten unasked; its folder must be there."""
    target = tmp_path / "new" / "safe.json"
    standard_input(PAGE.raw)
    assert redact_files("-", output=str(target)) == 2
    assert not target.parent.exists()
    target.parent.mkdir()
    for force, code in ((False, 0), (False, 2), (True, 0)):
        standard_input(PAGE.raw)
        before = target.read_bytes() if target.exists() else None
        assert redact_files("-", output=str(target), force=force) == code
        assert (target.read_bytes() == before) == (code == 2)
        assert check(target.read_bytes()).verdict == "conforms"
    assert list(target.parent.iterdir()) == [target]


def test_lines_stay_lines(
    standard_input: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Newline-delimited JSON stays so, and what cannot be redacted is named by its line and left out."""
    other = fixtures.load("labtest.appointment.updated/page")
    standard_input(b"\n".join([one_line(PAGE), UNKNOWN, one_line(other)]))
    assert redact_files("-", key=KEY) == 1
    out, err = capsys.readouterr()
    assert [json.loads(line) for line in out.splitlines()] == [
        redact(each.raw, key=KEY) for each in (PAGE, other)
    ]
    assert err == (
        "junction-webhooks: standard input:2: not redacted: "
        "the event lab_report.parsing_job.created is outside the contract, so nothing in it is known to be safe\n"
    )


def test_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder is written under the same names, and ids stay equal from file to file."""
    captured, safe = tmp_path / "captured", tmp_path / "safe"
    (captured / "deep").mkdir(parents=True)
    (captured / "order.json").write_bytes(PAGE.raw)
    (captured / "deep" / "more.ndjson").write_bytes(b"\n\n".join([one_line(PAGE), one_line(PAGE)]))
    (captured / "unknown.json").write_bytes(UNKNOWN)
    (captured / "torn.json").write_bytes(PAGE.raw[:-3])
    assert redact_files(str(captured), output=str(safe)) == 1
    out, err = capsys.readouterr()
    assert not out
    assert [line.split(": ")[1] for line in err.splitlines()] == [
        str(captured / "torn.json"),
        str(captured / "unknown.json"),
    ]
    assert sorted(file for file in safe.rglob("*") if file.is_file()) == [
        safe / "deep" / "more.ndjson",
        safe / "order.json",
    ]
    order = json.loads((safe / "order.json").read_bytes())
    assert [json.loads(line) for line in (safe / "deep" / "more.ndjson").read_bytes().splitlines()] == [
        order,
        order,
    ]


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where one file exists, nothing is written at all; a folder can be redacted in place by force."""
    (tmp_path / "a.json").write_bytes(PAGE.raw)
    (tmp_path / "b.json").write_bytes(PAGE.raw)
    assert redact_files(str(tmp_path), output=str(tmp_path)) == 2
    assert (
        "a.json: already exists (and 1 more): nothing was written; overwrite with --force"
        in capsys.readouterr().err
    )
    assert (tmp_path / "a.json").read_bytes() == PAGE.raw
    assert redact_files(str(tmp_path), output=str(tmp_path), force=True) == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes() != PAGE.raw


@pytest.mark.parametrize("output", [None, "-"])
def test_a_folder_needs_a_folder(
    tmp_path: Path, output: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Many files do not go to standard output: their names would be lost."""
    (tmp_path / "a.json").write_bytes(PAGE.raw)
    assert redact_files(str(tmp_path), output=output) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "is a folder: use -o to name the folder to write to" in err


def test_what_cannot_be_read_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that is not there, or cannot be written, is named, and no partial file stays."""
    assert redact_files(str(tmp_path / "missing.json")) == 2
    file = tmp_path / "a.json"
    file.write_bytes(PAGE.raw)
    assert redact_files(str(file), output=str(file / "below.json")) == 2
    assert redact_files(str(file), output=str(tmp_path), force=True) == 2
    errors = capsys.readouterr().err.splitlines()
    assert [re.sub(".*: (cannot|is a)", r"\1", error).split(":")[0] for error in errors] == [
        "cannot be read",
        "cannot be written",
        "is a folder",
    ]
    assert list(tmp_path.iterdir()) == [file]


def test_without_extras() -> None:
    """The same payload comes of it where no extra is installed."""
    script = (
        "import sys\n"
        "for extra in ('jsonschema_rs', 'orjson', 'tqdm', 'msgspec'):\n"
        "    sys.modules[extra] = None\n"
        "from junction_webhooks.cli.commands.redact import redact_files\n"
        f"sys.exit(redact_files('-', key={KEY!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=PAGE.raw, capture_output=True, check=True)
    assert json.loads(done.stdout) == redact(PAGE.raw, key=KEY)


def replacements(payload: dict[str, Any], keys: list[bytes | None]) -> list[dict[Way, Any]]:
    """Every value of the redacted payload by its way, once for each key."""
    return [dict(places(redact(payload, key=key))) for key in keys]


KEYS: dict[str, list[bytes | None]] = {
    "with a key": [hashlib.sha256(str(number).encode()).digest() for number in range(500)],
    # Random, so a thousand: among 500, a year of birth is missing once in 500 times.
    "without": [None] * 1000,
}


@pytest.mark.parametrize("case", ["with a key", pytest.param("without", marks=pytest.mark.exhaustive)])
def test_many_runs_give_nothing_away(case: str) -> None:
    """Hundreds of redactions look the same whatever the original was: nothing is avoided and nothing is approached.

    Of each list every value appears, the original as often as the others. The least and the greatest replacement of a
    date or a number are those of its range, wherever in it the original is.
    """
    order = fixtures.load("labtest.order.updated/everything").payload
    patient = order["data"]["patient_details"]
    address = order["data"]["patient_address"]
    for name, values in _LISTED.items():
        for holder in (patient, address):
            if isinstance(holder.get(name), str):
                holder[name] = values[0]
    order["data"]["events"] = order["data"]["events"][:1]
    order["data"]["lab_test"]["markers"] = []
    order["data"]["order_transaction"]["orders"] = []
    entry: Way = ("data", "events", 0)
    order["data"]["icd_codes"] = ["Z00.00"]
    # What is looked at below, and what a handler needs: the rest would only take time.
    core = contract.bundle("tolerant", "labtest.order.updated")["$defs"]["Order"]["required"]
    looked_at = {"patient_details", "patient_address", "icd_codes", *core}
    order["data"] = {name: value for name, value in order["data"].items() if name in looked_at}
    runs = replacements(order, KEYS[case])
    listed: dict[Way, str] = {
        ("data", "patient_details", "first_name"): "first_name",
        ("data", "patient_details", "last_name"): "last_name",
        ("data", "patient_address", "city"): "city",
        ("data", "patient_address", "state"): "state",
        ("data", "icd_codes", 0): "icd_codes",
    }
    for way, name in listed.items():
        counts = Counter(run[way] for run in runs)
        choices = _LISTED[name]
        assert counts.keys() == set(choices)
        expected = len(runs) / len(choices)
        # The original is the first choice. Five standard deviations: one run in a million fails by chance.
        assert abs(counts[choices[0]] - expected) < 5 * expected**0.5
    days = [date.fromisoformat(run[(*entry, "created_at")][:10]) for run in runs]
    assert min(days) < date(2001, 4, 1)
    assert max(days) > date(2015, 9, 1)
    numbers = [run[(*entry, "id")] for run in runs]
    assert min(numbers) < 3 * 10**7
    assert max(numbers) > 97 * 10**7
    births = [run[("data", "patient_details", "dob")][:4] for run in runs]
    assert {int(year) for year in births} == set(range(1950, 2000))


def test_originals_that_differ_are_replaced_alike() -> None:
    """Over the same keys, two originals have replacements of the same distribution, also at the ends of a range."""
    order = fixtures.load("labtest.order.created/minimal").payload
    keys = KEYS["with a key"][:300]
    spreads = []
    for year, number in ((2001, 10**6), (2015, 999_999_990), (2026, 1)):
        order["data"]["events"][0] |= {"created_at": f"{year}-06-01T00:00:00Z", "id": number}
        runs = replacements(order, keys)
        dates = sorted(run["data", "events", 0, "created_at"] for run in runs)
        numbers = sorted(run["data", "events", 0, "id"] for run in runs)
        spreads.append((dates[150][:4], round(numbers[150] / 10**8)))
    assert all("2006" <= year <= "2010" for year, _ in spreads)
    assert all(4 <= number <= 6 for _, number in spreads)


def test_payloads_of_one_key_move_together() -> None:
    """Deliveries of one order keep their distance, and their entries their numbers, with any key."""
    first, *_, last = fixtures.scenario("no_appointment").deliveries
    for key in KEYS["with a key"][:50]:
        before, after = (redact(each.payload, key=key)["data"]["events"] for each in (first, last))
        assert after[: len(before)] == before


def test_a_payload_with_too_many_violations_is_refused() -> None:
    """What `check` does not list cannot be known to be safe."""
    order = fixtures.load("labtest.order.updated/everything").payload
    order["data"]["lab_test"]["markers"] = [{"name": 1}] * 5000
    order["data"]["status"] = "Ada Lovelace"
    with pytest.raises(RedactionError, match="too many rules"):
        redact(order)

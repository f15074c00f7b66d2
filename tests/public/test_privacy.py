"""Patient data stays private: canaries are planted, and looked for wherever something is shown."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import pprint
import re
import subprocess
import sys
import traceback
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis.vendor.pretty import pretty
from msgspec import Struct
from pydantic import BaseModel, ValidationError
from support.canaries import CANARY, NUMBER, is_quiet
from support.sizes import every

import junction_webhooks_models as models
from junction_webhooks import (
    InvalidPayload,
    InvalidSignature,
    UnknownEvent,
    Webhook,
    check,
    cli,
    contract,
    fixtures,
    parse_event,
    strategies,
)
from junction_webhooks._json.display import shown_pointer
from junction_webhooks.contract.annotations import event, place
from junction_webhooks.redaction import RedactionError, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from junction_webhooks.contract import EventType
    from junction_webhooks.fixtures import Journey

Way = tuple[str | int, ...]

PLANTS: dict[str, Any] = {
    "text": CANARY,
    "number": NUMBER,
    "list": [CANARY, NUMBER],
    "object": {"inner": CANARY},
}
KINDS = list(PLANTS)
RICH = (
    "labtest.order.updated/everything",
    "labtest.appointment.updated/cancelled",
    "labtest.match_review.created/page",
    "labtest.order_tracking.updated/revised",
)
FOR_PRINTERS: dict[str, tuple[Any, ...]] = {"__rich_repr__": (), "__pretty__": (repr,)}
both_kinds = pytest.mark.parametrize("as_struct", [False, True], ids=["model", "struct"])


def objects(part: Any, way: Way = ()) -> Iterator[tuple[Way, dict[str, Any]]]:
    """Each object of a payload, and the way to it."""
    if isinstance(part, dict):
        yield way, part
    if isinstance(part, (dict, list)):
        for step, below in part.items() if isinstance(part, dict) else enumerate(part):
            yield from objects(below, (*way, step))


def containers(part: Any, way: Way = ()) -> Iterator[Way]:
    """The way to each object and each array below the root."""
    if isinstance(part, (dict, list)):
        if way:
            yield way
        for step, below in part.items() if isinstance(part, dict) else enumerate(part):
            yield from containers(below, (*way, step))


def plantable(payload: dict[str, Any]) -> Iterator[Way]:
    """The way to each sensitive property, sent or not, and to an unknown one in each object."""
    for way, _ in objects(payload):
        for name in (*place(payload["event_type"], (*way, "?")).siblings, "new_property"):
            if place(payload["event_type"], (*way, name)).sensitive:
                yield (*way, name)


def planted(payload: dict[str, Any], way: Way, value: Any) -> dict[str, Any]:
    """The payload with another value at the end of the way."""
    payload = copy.deepcopy(payload)
    holder: Any = payload
    for step in way[:-1]:
        holder = holder[step]
    holder[way[-1]] = value
    return payload


@cache
def beds() -> list[tuple[dict[str, Any], Way, Any]]:
    """The payloads, each with a place and the canary to plant there.

    At every sensitive and every unknown place, of every JSON type; as text instead of each object and each
    array; and as the name of a property in each object.
    """
    rich = [fixtures.load(name).payload for name in RICH]
    values = [
        (payload, way, value) for payload in rich for way in plantable(payload) for value in PLANTS.values()
    ]
    texts = [
        (payload, way, text)
        for payload in rich
        for way in containers(payload)
        for text in (CANARY, f"Dr {CANARY}, NPI 1234567893", f"completed.walk_in_test.{CANARY}")
    ]
    names = [
        (payload, (*way, name), 5)
        for payload in rich
        for way, _ in objects(payload)
        for name in (CANARY, f"Ada {CANARY}", f"{CANARY}@example.com", f"notes/{CANARY}")
    ]
    return values + texts + names


def garden(every: int = 1) -> list[dict[str, Any]]:
    """Payloads with one canary each, those of one bed in so many."""
    return [planted(*bed) for bed in beds()[::every]]


def in_full_bloom(event_type: EventType) -> dict[str, Any]:
    """A payload that is not rejected, with a canary in each sensitive text and each unknown property."""
    payload = next(
        each for each in (fixtures.load(name).payload for name in RICH) if each["event_type"] == event_type
    )
    for way in list(plantable(payload)):
        grown = planted(payload, way, CANARY)
        payload = payload if check(grown).verdict == "rejected" else grown
    return payload


def test_the_garden_is_full() -> None:
    """There are canaries that drift and canaries that break, hundreds of each, and the check sees them."""
    full = garden()
    verdicts = [check(payload).verdict for payload in full]
    assert verdicts.count("drifts") > 100
    assert verdicts.count("rejected") > 100
    assert not any(is_quiet(json.dumps(payload)) for payload in full)
    assert {
        way[-1] for payload in (fixtures.load(name).payload for name in RICH) for way in plantable(payload)
    } > {
        "first_name",
        "zip_code",
        "cancelation_notes",
        "npi",
        "new_property",
    }


@every(13)
@pytest.mark.parametrize("engine", ["jsonschema", "jsonschema-rs"])
def test_reports(engine: Any, every: int, caplog: pytest.LogCaptureFixture) -> None:
    """A report and its violations show no value, printed, pretty-printed or logged at any level."""
    caplog.set_level(logging.DEBUG)
    logger = logging.getLogger("a handler")
    for payload in garden(every if engine == "jsonschema-rs" else every * 11):
        report = check(payload, engine=engine)
        shown = [f"{report}", repr(report), pprint.pformat(report)]
        for violation in report.violations:
            shown += [str(violation), repr(violation), pprint.pformat(violation)]
            shown += [violation.message, violation.hint, violation.path, violation.pattern]
        assert is_quiet("\n".join(shown)), payload["event_type"]
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        logger.log(level, "%s %r %s", report, report, report.violations)
    assert caplog.text
    assert is_quiet(caplog.text)


def captured(folder: Path, every: int) -> tuple[str, int]:
    """The file with the garden as newline-delimited JSON, and how many payloads it has."""
    file = folder / "garden.ndjson"
    payloads = garden(every)
    file.write_text("".join(json.dumps(payload) + "\n" for payload in payloads))
    return str(file), len(payloads)


@every(13)
@pytest.mark.parametrize("form", ["text", "ndjson"])
def test_validate(form: str, every: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`validate` shows no value, unless it is asked for."""
    file, number = captured(tmp_path, every)
    assert cli.main(["validate", file, "--format", form, "--all"]) == 1
    out, err = capsys.readouterr()
    assert out.count("\n") >= number
    assert is_quiet(out + err)
    cli.main(["validate", file, "--format", form, "--all", "--show-values"])
    assert not is_quiet(capsys.readouterr().out)


def test_names_of_repeated_properties(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`validate` lists properties that are repeated, but no name that does not look like one."""
    body = fixtures.load(RICH[0]).raw.replace(
        b'"data": {', f'"data": {{"{CANARY}": 1, "{CANARY}": 1, "new": 1, "new": 2,'.encode(), 1
    )
    file = tmp_path / "repeated.json"
    file.write_bytes(body)
    cli.main(["validate", str(file), "--format", "ndjson"])
    shown = capsys.readouterr().out
    assert json.loads(shown)["duplicate_keys"] == ["/data/?", "/data/new"]
    assert is_quiet(shown)


def test_known_names_and_plausible_new_ones_are_shown() -> None:
    """A property that Junction may add is named, so that drift can be understood."""
    for name in ("new_property", "newProperty", "address_line_2", "x-new", "$new", "icd10_codes", "v2"):
        payload = planted(fixtures.load(RICH[0]).payload, ("data", name), 5)
        assert check(payload).violations[0].path == f"/data/{name}"
    for place_ in every_known_path():
        assert "?" not in shown_pointer(place_)


def every_known_path() -> Iterator[str]:
    """The pointers of all known properties."""
    waiting = [event(event_type) for event_type in contract.EVENT_TYPES]
    while waiting:
        found = waiting.pop()
        yield found.pointer.replace("/*", "/0")
        waiting += [*found.properties(), *([found.item()] if found.has_items else [])]


@every(13)
def test_redact_command(every: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`redact` writes no canary, on neither stream, nor in a file."""
    file, number = captured(tmp_path, every)
    assert cli.main(["redact", file]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == number
    assert is_quiet(out + err)
    torn = tmp_path / "torn.json"
    torn.write_bytes(json.dumps(planted(*beds()[0])).encode()[:-2])
    assert cli.main(["redact", str(torn)]) == 1
    out, err = capsys.readouterr()
    assert err
    assert is_quiet(out + err)


def shown_by(value: Any) -> Iterator[str]:
    """What a model or a struct shows of itself, and all that are in it."""
    if isinstance(value, (BaseModel, Struct)):
        yield from (str(value), repr(value), f"{value}", pprint.pformat(value))
        names = type(value).model_fields if isinstance(value, BaseModel) else value.__struct_fields__
        for name in names:
            yield from shown_by(getattr(value, name))
    elif isinstance(value, list):
        yield repr([item for item in value if isinstance(item, (BaseModel, Struct))])
        for item in value:
            yield from shown_by(item)


@both_kinds
@pytest.mark.parametrize("event_type", ["labtest.order.updated", "labtest.appointment.updated"])
def test_events(event_type: EventType, *, as_struct: bool) -> None:
    """An event and everything in it shows ids, types and statuses only."""
    payload = in_full_bloom(event_type)
    assert json.dumps(payload).count(CANARY) > 30
    event = parse_event(payload, as_struct=as_struct)
    shown = list(shown_by(event))
    assert len(shown) > 40
    assert payload["data"]["id"] in shown[0]
    assert is_quiet("\n".join(shown))


@both_kinds
def test_events_are_frozen(*, as_struct: bool) -> None:
    """The refusal to set a field does not show the value that it was to have."""
    event = parse_event(fixtures.load(RICH[0]).payload, as_struct=as_struct)
    error = error_of(lambda: setattr(event.data, "notes", CANARY))
    assert isinstance(error, (AttributeError, ValidationError))
    assert is_quiet_error(error)


@both_kinds
@pytest.mark.parametrize("event_type", ["labtest.order.updated", "labtest.appointment.updated"])
def test_rich_and_its_kin(event_type: EventType, *, as_struct: bool) -> None:
    """What rich and devtools would print shows no more than `repr`."""
    event: Any = parse_event(in_full_bloom(event_type), as_struct=as_struct)
    parts = [event, event.data, *event.data.events]
    if event_type == "labtest.order.updated":
        parts += [event.data.patient_details, event.data.patient_address, event.data.physician]
    told = [
        list(getattr(part, way)(*given))
        for part in parts
        for way, given in FOR_PRINTERS.items()
        if hasattr(part, way)
    ]
    assert is_quiet(repr(told))


@every(13)
@both_kinds
def test_errors_of_parse_event(*, as_struct: bool, every: int) -> None:
    """What `parse_event` raises shows no value: not itself, its arguments, its causes or its traceback."""
    raised = [
        error
        for payload in garden(every)
        for body in [json.dumps(payload)]
        for given in (body, body[:-2], f"[{body}]")
        if (error := error_of(partial(parse_event, given, as_struct=as_struct)))
    ]
    assert len(raised) > 2 * len(garden(every))
    for error in raised:
        assert isinstance(error, InvalidPayload)
        assert is_quiet_error(error)


def error_of(call: Callable[[], object]) -> Exception | None:
    """What the call raises, if anything."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  (whatever it is, it must be quiet)
        return error
    return None


def is_quiet_error(error: BaseException | None) -> bool:
    """Whether no canary is in the error, its arguments, what caused it, or the traceback of all that."""
    while error is not None:
        shown = [str(error), repr(error), repr(error.args), *traceback.format_exception(error)]
        if not is_quiet("\n".join([*shown, *getattr(error, "__notes__", [])])):
            return False
        error = error.__cause__ or error.__context__
    return True


def test_errors_in_logs(caplog: pytest.LogCaptureFixture) -> None:
    """A logged exception shows no value, also after it was pickled for another process."""
    broken = planted(fixtures.load(RICH[0]).payload, ("data", "patient_details", "dob"), [CANARY])
    error = error_of(lambda: parse_event(broken))
    logging.getLogger("a handler").error("not parsed: %r", error, exc_info=error)
    assert is_quiet_error(pickle.loads(pickle.dumps(error)))  # noqa: S301  (our own)
    assert "InvalidPayload" in caplog.text
    assert is_quiet(caplog.text)


def test_deliveries() -> None:
    """A verified delivery shows no body, and the refusal of another neither."""
    webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = json.dumps(in_full_bloom("labtest.order.updated")).encode()
    delivery = webhook.verify(body, webhook.sign(body))
    assert delivery.event.event_type == "labtest.order.updated"
    assert delivery.report.verdict == "drifts"
    assert is_quiet(
        "\n".join([str(delivery), repr(delivery), pprint.pformat(delivery), f"{delivery.report}"])
    )
    for headers in (webhook.sign(body + b" "), {}, {"svix-id": CANARY}):
        error = error_of(partial(webhook.verify, body, headers))
        assert isinstance(error, InvalidSignature)
        assert is_quiet_error(error)


def test_unknown_events() -> None:
    """Of an event outside the contract only its type is shown."""
    body = {"event_type": "lab_report.parsing_job.created", "data": {"first_name": CANARY}, "user_id": CANARY}
    with pytest.raises(UnknownEvent) as unknown:
        parse_event(body)
    with pytest.raises(RedactionError) as refused:
        redact(body)
    for error in (unknown.value, refused.value):
        assert "lab_report.parsing_job.created" in str(error)
        assert is_quiet_error(error)


@every(13)
def test_errors_of_the_models(every: int) -> None:
    """The models' own errors do not quote their input."""
    raised = []
    for payload in garden(every):
        model = getattr(models, contract.shared_schemas()[f"events/{payload['event_type']}"]["title"])
        raised += [error_of(partial(model.model_validate, payload))]
    errors = [error for error in raised if error]
    assert len(errors) > 300 / every
    for error in errors:
        assert isinstance(error, ValidationError)
        assert is_quiet_error(error)


def test_errors_of_redact() -> None:
    """What `redact` raises quotes nothing of a body that cannot be read."""
    for payload in garden(7):
        body = json.dumps(payload)
        for text in (body[:-2], f"[{body}]", body.replace('"event_type"', '"type"'), "\ufeff" + body):
            with pytest.raises(RedactionError) as refused:
                redact(text)
            assert is_quiet_error(refused.value)


def test_journeys() -> None:
    """However a journey is shown, what a test puts into its payloads is not."""
    shown: list[str] = []

    @settings(max_examples=5, database=None, derandomize=True)
    @given(strategies.order_journeys(overrides={"/data/notes": CANARY, "/client_user_id": CANARY}))
    def show(journey: Journey) -> None:
        assert CANARY in journey.deliveries[0].raw.decode()
        for each in (journey, journey.deliveries):
            shown.extend([repr(each), str(each), pretty(each), pprint.pformat(each)])
        shown.append(journey.timeline())

    show()
    assert len(shown) > 5
    assert all(map(is_quiet, shown))


IN_A_SUITE = """
from pathlib import Path
from junction_webhooks import Webhook, check, parse_event
from junction_webhooks.redaction import redact

WEBHOOK = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
BEFORE, AFTER, BROKEN, WORSE = (
    Path(f"{name}.json").read_bytes() for name in ("before", "after", "broken", "worse")
)

def test_verdict():
    report = check(BEFORE)
    assert report.verdict == "conforms", report

def test_reports():
    one, other = check(BROKEN), check(WORSE)
    assert one == other

def test_violations():
    one, other = check(BROKEN).violations, check(WORSE).violations
    assert one == other

def test_violation():
    one, other = (
        next(each for each in check(body).violations if each.breaking) for body in (BROKEN, WORSE)
    )
    assert one == other

def test_models():
    one, other = parse_event(BEFORE), parse_event(AFTER)
    assert one == other

def test_patients():
    one, other = parse_event(BEFORE).data.patient_details, parse_event(AFTER).data.patient_details
    assert one == other

def test_structs():
    one, other = (parse_event(body, as_struct=True).data.patient_details for body in (BEFORE, AFTER))
    assert one == other

def test_lists():
    one, other = [parse_event(BEFORE), parse_event(AFTER)], [parse_event(AFTER)]
    assert one == other

def test_parsing():
    parse_event(BROKEN)

def test_parsing_a_struct():
    parse_event(BROKEN, as_struct=True)

def test_parsing_what_is_torn():
    parse_event(BEFORE[-400:])

def test_delivery():
    one, other = (WEBHOOK.verify(body, WEBHOOK.sign(body)) for body in (BEFORE, AFTER))
    assert one == other

def test_signature():
    WEBHOOK.verify(BEFORE, WEBHOOK.sign(AFTER))

def test_event_of_a_delivery():
    WEBHOOK.verify(BROKEN, WEBHOOK.sign(BROKEN)).event

def test_redacting():
    redact(BEFORE[-400:])
"""


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What pytest says of each failed test of a consumer's suite."""
    folder = tmp_path_factory.mktemp("suite")
    order = in_full_bloom("labtest.order.updated")
    first, last = (("data", "patient_details", name) for name in ("first_name", "last_name"))
    for file, payload in {
        "before": order,
        "after": planted(order, first, f"{CANARY}0"),
        "broken": planted(order, first, [CANARY]),
        "worse": planted(order, last, [CANARY, CANARY]),
    }.items():
        (folder / f"{file}.json").write_text(json.dumps(payload))
    (folder / "test_suite.py").write_text(IN_A_SUITE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-vv",
        "-rN",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "-p",
        "junction_webhooks.pytest_plugin",
        "test_suite.py",
    ]
    # The other plugins that happen to be installed take half of the time.
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False)
    _, *parts = re.split("^_{3,} (test_[a-z_]+) _{3,}$", done.stdout, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("test", re.findall("def (test_[a-z_]+)", IN_A_SUITE))
def test_messages_of_pytest(messages: dict[str, str], test: str) -> None:
    """When a test of a consumer fails, pytest's message shows no value, however much it is asked to say."""
    assert "Error" in messages[test] or "Invalid" in messages[test]
    assert is_quiet(messages[test])

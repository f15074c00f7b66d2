"""The page that validates in the browser gives the verdict, paths, keywords and hints of `check`."""

from __future__ import annotations

import copy
import json
import random
import re
import time
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest
from support.misspelled import NEWS, SLIPS
from support.sizes import every, sizes

from junction_webhooks import check, contract, fixtures
from junction_webhooks._json.display import shown_pointer
from junction_webhooks._json.patch import patched
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.mutations import mutations
from junction_webhooks_dev import agree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dev.docs.conftest import RunInNode

    from junction_webhooks.contract import EventType

    Body = tuple[str, str | None]
    CheckInBrowser = Callable[[list[Body]], list[dict[str, Any]]]

ROOT = _data.checkout()
assert ROOT is not None
PAGE = fixtures.load("labtest.order.updated/page")


@pytest.fixture
def check_in_browser(run_in_node: RunInNode) -> CheckInBrowser:
    """The reports of the page's own modules, run by Node."""
    return partial(run_in_node, "check")


def assert_same(check_in_browser: CheckInBrowser, bodies: list[Body]) -> None:
    """The page and `check` agree on each body."""
    for (text, event_type), shown in zip(bodies, check_in_browser(bodies), strict=True):
        report = check(text, event_type=cast("EventType | None", event_type))
        assert (shown["verdict"], shown["eventType"], shown["bare"]) == (
            report.verdict,
            report.event_type,
            report.bare,
        ), text
        # The page shows every name; Python shows those that look like names.
        assert [
            (shown_pointer(each["path"]), each["keyword"], each["breaking"]) for each in shown["violations"]
        ] == [(each.path, each.keyword, each.breaking) for each in report.violations], text
        for violation, in_browser in zip(report.violations, shown["violations"], strict=True):
            # Python never shows patient data, nor compares it with known values. The page does both.
            is_withheld = violation.message.startswith("is a string, not a known value of")
            assert in_browser["hint"] == violation.hint or (
                is_withheld and in_browser["hint"].startswith("did you mean")
            ), violation
            # The messages are the same too, unless Python withholds the value. It writes text beyond ASCII as escapes.
            names_a_type = re.match(
                r"is (?:a string|a number|a boolean|an array|an object),", violation.message
            )
            if not names_a_type:
                assert in_ascii(in_browser["message"]) == violation.message, violation


def in_ascii(message: str) -> str:
    """The message with escapes for text beyond ASCII, which the page leaves readable."""
    return re.sub("[^ -~]", lambda each: json.dumps(each[0])[1:-1], message)


def rules() -> Iterator[Body]:
    """The payloads of `fixtures/rules.json`."""
    written = json.loads(_data.folder("fixtures").joinpath("rules.json").read_bytes())
    for name, operations in written.items():
        fixture = fixtures.load(name)
        for operation in operations:
            payload = patched(fixture.payload, [operation])
            yield json.dumps(payload), fixture.event_type


def test_every_fixture_gets_the_same_report(check_in_browser: CheckInBrowser) -> None:
    """The page reports on each fixture, valid or invalid, as `check` does, with and without naming the event."""
    every = [*fixtures.valid(), *fixtures.invalid()]
    named: list[Body] = [(each.raw.decode(), each.event_type) for each in every]
    assert_same(check_in_browser, named + [(text, None) for text, _ in named])


def test_every_violation_gets_the_same_report(check_in_browser: CheckInBrowser) -> None:
    """The page reports on each payload that breaks one rule of the schemas as `check` does."""
    assert_same(check_in_browser, list(rules()))


@every(37)
@pytest.mark.parametrize("event_type", ["labtest.order.updated", "labtest.appointment.updated"])
def test_every_single_change_gets_the_same_report(
    check_in_browser: CheckInBrowser, event_type: EventType, every: int
) -> None:
    """The page reports on the fullest fixture with any value changed, also to edge cases, as `check` does."""
    fullest = max(fixtures.valid(event_type), key=lambda fixture: len(fixture.raw)).payload
    changes = mutations(contract.bundle("strict", event_type), fullest)
    changed = [change.applied_to(copy.deepcopy(fullest)) for change in changes if change.path][::every]
    for path in ("created_at", "id", "user_id", "start_at"):
        changed += [fullest | {"data": fullest["data"] | {path: edge}} for edge in agree.EDGES]
    if "patient_details" in fullest["data"]:
        patient = fullest["data"]["patient_details"]
        changed += [
            fullest | {"data": fullest["data"] | {"patient_details": patient | {"dob": edge}}}
            for edge in agree.EDGES
        ]
    assert_same(check_in_browser, [(json.dumps(payload), event_type) for payload in changed])


ODD = [
    "", " \n", "{", '{"a": 1,}', "[]", "null", "7", '"text"', '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', '{"\\udc00": 1}',
    "\ufeff{}", "{}", '{"data": {}}', '{"event_type": null}', '{"event_type": "lab_report.parsing_job.created"}', '{"a": "\\\\ud800"}',
    '{"event_type": "daily.data.sleep.created"}', '{"event_type": "daily.data.slep.created"}', '{"event_type": "toString"}',
    '{"event_type": "labtest.result.crtical"}', '{"event_type": "message.attempt.exhausted"}', '{"type": "toString"}',
    '{"type": "message.attempt.exhausted", "data": {}}', '{"type": ["message.attempt.exhausted"]}', '{"type": "labtest.order.updated"}',
    '{"event_type": null, "type": "message.attempt.exhausted"}', '{"type": "message.attempt.exhausted"}',
    '{"event_type": "labtest.order.updated"}', "[" * 129 + "]" * 129, "[" * 128 + "]" * 128, '{"events": [], "details": {}}',
    '{"event_type": "labtest.order.updated", "data": {"a/b": 1, "c~d": 2, "": 3, "__proto__": 4, "constructor": 5}}',
    '{"event_type": "labtest.order.updated", "event_type": "labtest.order.created", "data": 1}',
]  # fmt: skip


def test_odd_bodies_get_the_same_report(check_in_browser: CheckInBrowser) -> None:
    """The page can read exactly the bodies that `check` can read."""
    bodies = [(text, event_type) for text in ODD for event_type in (None, "labtest.order.updated")]
    assert_same(check_in_browser, bodies)


def test_misspellings_get_the_same_hints(check_in_browser: CheckInBrowser) -> None:
    """The page recognises the same misspellings and the same other modalities as `check`."""
    order = fixtures.load("labtest.order.updated/page").payload
    appointment = fixtures.load("labtest.appointment.updated/page").payload
    entry = order["data"]["events"][0]
    statuses = [written for written, *_ in (*SLIPS, *NEWS)]
    names = {name: None for name in statuses if name not in order["data"]}
    payloads = [
        order | {"data": order["data"] | {"events": [entry | {"status": each} for each in statuses]} | names}
    ]
    payloads += [
        {"event_type": name} for name in ("labtest.order.update", "labtest.orders.created", "labtest.result")
    ]
    payloads += [
        order | {"data": order["data"] | {"details": {"type": kind, "data": None, "new": 1}}}
        for kind in (*contract.schemas()["values/collection_method"]["enum"], "another", 5)
    ]
    payloads += [
        appointment | {"data": appointment["data"] | {"type": kind, "new": 1}}
        for kind in ("phlebotomy", "another")
    ]
    assert_same(check_in_browser, [(json.dumps(payload), None) for payload in payloads])


def test_violations_name_their_line(check_in_browser: CheckInBrowser) -> None:
    """A violation has the line of its value, or of the object that lacks it; repeated keys are listed."""
    text = (
        PAGE.raw.decode()
        .replace("walk_in_test.ordered", "walk_in_test.orderd", 1)
        .replace('"notes": ', '"id": 1, "nots": ', 1)
    )
    (report,) = check_in_browser([(text, None)])
    lines = text.splitlines()
    for violation in report["violations"]:
        name = violation["path"].rpartition("/")[2]
        at = "data" if violation["keyword"] == "required" else name
        assert f'"{at}"' in lines[violation["line"] - 1], violation
    assert report["repeated"] == ["/data/id"]


def test_values_are_located_in_one_line(check_in_browser: CheckInBrowser) -> None:
    """In a body without line breaks, every violation is on line 1."""
    (report,) = check_in_browser([('{"event_type":"labtest.order.updated","data":{"events":[1]}}', None)])
    assert {violation["line"] for violation in report["violations"]} == {1}


@pytest.mark.exhaustive
def test_many_violations_get_the_same_report(check_in_browser: CheckInBrowser) -> None:
    """Of a payload that violates the contract in a hundred thousand places, the first thousand are listed, in seconds."""
    body = json.dumps({"events": [{}] * 50_000, "details": {}})
    begun = time.monotonic()
    (shown,) = check_in_browser([(body, None)])
    assert time.monotonic() - begun < 30
    report = check(body)
    assert (shown["truncated"], report.truncated) == (True, True)
    assert_same(check_in_browser, [(body, None)])


PIECES = (
    '"', "\\", "{", "}", "[", "]", ",", ":", "\n", " ", "\\u12", "\\ud800", "true", "nul", "1e999", "-", "01", "NaN", "-Infinity", "𝄞",
    "\ud800", "\0", "\t", '"a": 1,', "//", "'", "\u2028", "é",
)  # fmt: skip
"""What is put into bodies to damage them."""


def damaged(generator: random.Random, text: str) -> str:
    """The text with up to four pieces put in, left out, or replaced."""
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(text) + 1)
        rest = text[at + generator.choice((0, 0, 1, 5, 50)) :]
        text = text[:at] + generator.choice(("", *PIECES)) + rest
    return text


@sizes(200, exhaustive=10_000)
def test_damaged_bodies_get_the_same_report(check_in_browser: CheckInBrowser, size: int) -> None:
    """The page says of a body that was damaged at random what `check` says: where it is not JSON, and why."""
    generator = random.Random(7)  # noqa: S311  (no secret)
    seeds = [
        fixtures.load(name).raw.decode() for name in ("labtest.result.critical/final", "bare_order/recorded")
    ]
    seeds += ['{"a": 1, "b": [true, null, -0.5e3, "x\\n\\u00e9𝄞"], "c": {}}', "[1, 2]", '"text"']
    texts = [damaged(generator, generator.choice(seeds)) for _ in range(size)]
    assert_same(check_in_browser, [(text, None) for text in texts])

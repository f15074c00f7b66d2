"""The modules behind the pages agree with Python: histories, what is inside a text, positions, numbers and secrets."""

from __future__ import annotations

import ast
import base64
import json
import random
import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from support import stored
from support.sizes import sizes

from junction_webhooks import Webhook, check, contract, fixtures, lifecycle
from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks.contract.mutations import mutations
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import Input
from junction_webhooks.vendoring import vendor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from dev.docs.conftest import RunInNode

    Findings = list[tuple[str, str, str, str]] | None

ORDER: Final = fixtures.load("labtest.order.updated/completed")
APPOINTMENT: Final = fixtures.load("labtest.appointment.updated/page")
REDRAW: Final = fixtures.load("labtest.order.updated/redraw_completed")
TIMES: Final = (
    "2026-03-10T18:05:11+00:00", "2026-03-11T10:20:44-05:00", "2026-03-11t10:20:44.1234567z", "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z", "2026-03-11T10:20:44-00:00",
    "2024-02-29T23:59:59+23:59", "2023-02-29T00:00:00Z", "2026-03-11", "", "2026-03-11T10:20:44", "2026-03-11T10:20:44Z\n",
)  # fmt: skip
VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, 1.0, -0.0, 2**53 + 1, float(2**53), 10**30, 1e-5, 1e16, 123456.789, "", "é" * 20, "x" * 90, "a.b.c",
    "constructor", "__proto__", [], {}, [{}], {"a": [1, {"b": None}]}, "redraw", "cancelled.walk_in_test.cancelled",
    "collecting_sample.walk_in_test.redraw_available", "completed", "scheduled", "walk_in_test", "testkit", *TIMES,
)  # fmt: skip
"""Values of all types that a property of a history can be changed to."""


def in_python(text: str) -> Findings:
    """The findings of `check_history`, or None if it cannot check the payload."""
    try:
        payload = read(text)
        findings = lifecycle.check_history(payload)
    except (UnreadableError, ValueError, TypeError):
        return None
    return [(each.path, each.rule, each.severity, each.message) for each in findings]


def assert_same_findings(run_in_node: RunInNode, texts: Sequence[str]) -> set[str]:
    """The page and `check_history` agree on each text. Returns the rules that were found."""
    rules = set()
    for text, found in zip(texts, run_in_node("history", texts), strict=True):
        shown = found and [
            (each["path"], each["rule"], each["severity"], in_ascii(each["message"])) for each in found
        ]
        expected = in_python(text)
        assert shown == expected, text
        rules |= {rule for _, rule, _, _ in expected or ()}
    return rules


def in_ascii(message: str) -> str:
    """The message with escapes for text beyond ASCII, which the page leaves readable."""
    return re.sub("[^ -~]", lambda each: json.dumps(each[0])[1:-1], message)


def test_vectors_of_histories_are_met(run_in_node: RunInNode, tmp_path: Path) -> None:
    """The page finds in the histories of the conformance kit what the kit says, which is every rule."""
    vendor(tmp_path / "kit", what=("lifecycles",))
    vectors = json.loads((tmp_path / "kit/lifecycles/history.json").read_bytes())["vectors"]
    texts = [json.dumps(each["payload"]) for each in vectors]
    for vector, found in zip(vectors, run_in_node("history", texts), strict=True):
        shown = [{name: each[name] for name in ("path", "rule", "severity")} for each in found]
        assert shown == vector["findings"], vector["name"]
    rules = assert_same_findings(run_in_node, texts)
    assert rules == {rule for vector in vectors for rule in (each["rule"] for each in vector["findings"])}


def test_histories_of_all_fixtures_and_scenarios_get_the_same_findings(run_in_node: RunInNode) -> None:
    """The page finds in every fixture, valid or invalid, and in every delivery of a scenario what Python finds."""
    bodies = [each.raw.decode() for each in (*fixtures.valid(), *fixtures.invalid())]
    bodies += [each.raw.decode() for scenario in fixtures.scenarios() for each in scenario.deliveries]
    assert assert_same_findings(run_in_node, bodies)


def mutated(generator: random.Random) -> str:
    """A payload whose history, or what repeats it, was changed in up to three places."""
    base = generator.choice((ORDER, REDRAW, APPOINTMENT, fixtures.load("bare_order/recorded")))
    payload = json.loads(base.raw)
    data = payload.get("data", payload)
    for _ in range(generator.randint(1, 3)):
        entries = data.get("events")
        if isinstance(entries, list) and entries:
            change_history(generator, data, entries)
    if generator.random() < 0.1:
        payload["event_type"] = generator.choice(("labtest.order.archived", "labtest.result.critical", None))
    if generator.random() < 0.1:
        payload = data
    return json.dumps(payload, ensure_ascii=generator.random() < 0.5)


def change_history(generator: random.Random, data: dict[str, Any], entries: list[Any]) -> None:
    """Change an entry, the order of entries, or a property that says the same as an entry."""
    number = generator.randrange(len(entries))
    statuses = [
        *lifecycle.order().states,
        *lifecycle.appointment().states,
        "collecting_sample.walk_in_test.new",
    ]
    entry = entries[number] if isinstance(entries[number], dict) else {}
    transaction = data.get("order_transaction")
    orders = transaction.get("orders") if isinstance(transaction, dict) else None
    match generator.randrange(8):
        case 0:
            del entries[number]
        case 1:
            entries.insert(generator.randrange(len(entries)), generator.choice((entry, 7, None, {})))
        case 2:
            entry["status"] = generator.choice(statuses)
        case 3:
            entry[generator.choice(("status", "created_at", "id", "status_detail"))] = generator.choice(
                VALUES
            )
        case 4:
            data[
                generator.choice(("status", "event_status", "last_event", "origin", "id", "events", "type"))
            ] = generator.choice((*VALUES, entry, *statuses))
        case 5 if isinstance(data.get("last_event"), dict):
            data["last_event"][generator.choice(("id", "status", "created_at", "new"))] = generator.choice(
                VALUES
            )
        case 6 if isinstance(orders, list) and orders and isinstance(orders[0], dict):
            orders[0][generator.choice(("id", "low_level_status"))] = generator.choice(VALUES)
        case _:
            data["details"] = generator.choice((*VALUES, {"type": generator.choice(VALUES)}))


@sizes(300, exhaustive=20_000)
def test_changed_histories_get_the_same_findings(run_in_node: RunInNode, size: int) -> None:
    """The page finds in histories that were changed at random what Python finds."""
    generator = random.Random(19)  # noqa: S311  (no secret)
    rules = assert_same_findings(run_in_node, [mutated(generator) for _ in range(size)])
    assert rules == {*lifecycle_rules()}


def lifecycle_rules() -> Iterator[str]:
    """The names of all rules for histories."""
    yield from lifecycle.Rule.__args__  # type: ignore[attr-defined]


@pytest.mark.exhaustive
@pytest.mark.parametrize("event_type", ["labtest.order.updated", "labtest.appointment.updated"])
def test_every_single_change_gets_the_same_findings(
    run_in_node: RunInNode, event_type: contract.EventType
) -> None:
    """The page finds in the fullest fixture with any one value changed what Python finds."""
    fullest = max(fixtures.valid(event_type), key=lambda fixture: len(fixture.raw)).payload
    changes = mutations(contract.bundle("strict", event_type), fullest)
    texts = [json.dumps(each.applied_to(json.loads(json.dumps(fullest)))) for each in changes if each.path]
    assert_same_findings(run_in_node, texts)


NUMBERS: Final = (
    "1e400", "-1e400", "12345678901234567890", "9007199254740993", "1.0", "1.5", "1E5", "1e16", "1e15", "1e-4", "1e-5", "-0", "-0.0",
    "0.1", "1e22", "123456789012345680000", "1" + "0" * 308, "1" + "0" * 309, "1e-400", "5e-324", "1.7976931348623157e308", "01", "1.",
    ".5", "+1", "0x1", "NaN", "-Infinity", "1_000", "--1", "12345678901234567890.5", '1e999, "a": }', "1" * 81,
)  # fmt: skip


def test_numbers_are_read_as_in_python(run_in_node: RunInNode) -> None:
    """The page gives a number, however it is written, the verdict and the words of Python."""
    inputs = [
        (ORDER.raw.decode().replace(before, after % number, 1), None)
        for number in NUMBERS
        for before, after in (
            ('"status_detail": null', '"status_detail": null, "id": %s'),
            ('"status": "completed"', '"status": %s'),
            ('"notes": "Annual check-up."', '"notes": %s'),
        )
    ]
    assert len({text for text, _ in inputs}) == len(inputs)
    for (text, _), shown in zip(inputs, run_in_node("check", inputs), strict=True):
        report = check(text)
        assert (shown["verdict"], [(each["path"], each["message"]) for each in shown["violations"]]) == (
            report.verdict,
            [(each.path, each.message) for each in report.violations],
        )


def part(text: str, start: int, end: int) -> str:
    """A part of a text by its places in JavaScript, which counts a character outside the basic plane twice."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def test_violations_have_exact_places(run_in_node: RunInNode) -> None:
    """A violation has the place of its property, also in one line and after characters outside the basic plane."""
    text = ORDER.raw.decode().replace('"notes": "Annual check-up."', '"notes": "𝄞", "odd": 1', 1)
    for body in (text, json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))):
        (report,) = run_in_node("check", [(body, None)])
        (violation,) = report["violations"]
        assert part(body, violation["start"], violation["end"]).replace(" ", "") == '"odd":1'
    broken = '{"a": "𝄞𝄞",\n "𝄞": x}'
    (report,) = run_in_node("check", [(broken, None)])
    assert report["violations"][0]["message"] == check(broken).violations[0].message
    assert report["violations"][0]["message"] == "is not JSON: see line 2, column 7"


BODIES: Final = {
    name: body for name, body in stored.BODIES.items() if name not in {"NaN", "an array", "null", "words"}
}
"""Bodies that the page finds in all forms. NaN makes a whole array unreadable there, and what is no object is no row."""


def test_stored_payloads_are_found_as_in_python(run_in_node: RunInNode, tmp_path: Path) -> None:
    """The page finds in every form in which people store payloads the bodies and pointers that Python finds, unchanged."""
    texts = {}
    for name, store in stored.FORMS.items():
        if "byte order mark" in name:  # pasted text has none
            continue
        every = [stored.BODIES["an order"], *BODIES.values()]
        texts[name] = store(every)
    results = run_in_node("unwrap", [text.decode() for text in texts.values()])
    for (name, text), result in zip(texts.items(), results, strict=True):
        file = tmp_path / "stored"
        file.write_bytes(text)
        expected = [each for each in records(str(file)) if isinstance(each, Input)]
        assert expected, name
        found = [(each["pointer"], each["text"]) for each in result["payloads"]]
        assert found == [(each.place.pointer, each.body.decode()) for each in expected], name


LARGE: Final = {
    number: json.dumps(ORDER.payload | {"n": 0}).replace('"n": 0', f'"n": {number}')
    for number in ("12345678901234567890", "1.0", "1e400", "1E5", "-0.0", "0.10")
}
"""Bodies with a number that a parser may write in another way."""


def test_unwrapped_bodies_keep_every_character(run_in_node: RunInNode) -> None:
    """A body in lines, in an array, in a row and in text is found as it was written, numbers and repeated keys included."""
    bodies = [
        *LARGE.values(),
        '{"event_type": "labtest.order.updated", "data": {"a": 1, "a": 2, "é": "\\u00e9\\n"}}',
    ]
    texts = {
        (name, body): text
        for body in bodies
        for name, text in {
            "lines": f"{body}\n  {body}",
            "documents": f"{body} {body}",
            "an array": f"[ {body} ,{body}]",
            "an object": f'{{"id": 1, "rows": [{{"value": {body}}}]}}',
            "text": json.dumps(body),
            "text in text": json.dumps({"body": json.dumps(json.dumps(body))}),
            "Python": repr({"body": body, "id": None}),
            "Python's bytes": repr(body.encode()),
        }.items()
    }
    results = run_in_node("unwrap", [*texts.values()])
    for ((name, body), text), result in zip(texts.items(), results, strict=True):
        assert {each["text"] for each in result["payloads"]} == {body}, name
        for each in result["payloads"]:
            start, end = each["place"]
            assert (text[start], text[end - 1]) == ("{", "}"), name


def test_places_lead_back_to_the_text(run_in_node: RunInNode) -> None:
    """Each property of a payload inside escaped text, or a Python literal, has the place where it was written."""
    body = json.dumps(
        {"event_type": "labtest.order.updated", "data": {"é\n𝄞": "\\\"'\t", "list": [1, "two", None, True]}},
        ensure_ascii=False,
    )
    literal = ast.literal_eval(repr(json.loads(body)))
    written_as: dict[str, Callable[[str], str]] = {
        json.dumps({"row": body}): lambda written: json.dumps(written)[1:-1],
        json.dumps({"row": json.dumps(body)}): lambda written: json.dumps(json.dumps(written)[1:-1])[1:-1],
        f"[{body}]": str,
        repr({"row": body}): lambda written: repr(written + "'\"")[1:-4],
    }
    *found, in_literal = run_in_node("places", [*written_as, repr(literal)])
    for (text, write), places in zip(written_as.items(), found, strict=True):
        assert {pointer for pointer, _, _ in places} >= {"/data/list/1", "/data/é\n𝄞", "/event_type"}
        for pointer, written, (start, end) in places:
            assert part(text, start, end) == write(written), (text, pointer)
    shown = {pointer: part(repr(literal), start, end).rstrip(", ") for pointer, _, (start, end) in in_literal}
    assert shown["/data/list/1"] == "'two'"
    assert shown["/event_type"] == "'labtest.order.updated'"


@sizes(300, exhaustive=10_000)
def test_damaged_texts_stop_nothing(run_in_node: RunInNode, size: int) -> None:
    """Whatever is pasted, finding what is inside it fails for nothing, and each payload has a place in the text."""
    generator = random.Random(7)  # noqa: S311  (no secret)
    bodies = [json.dumps(fixtures.load("labtest.result.critical/final").payload).encode()] * 2
    seeds = [store(bodies).decode() for store in stored.FORMS.values()]
    seeds += [
        repr({"a": ("x", 1), "b": bodies[0]}),
        repr(json.loads(bodies[0])),
        json.dumps(json.dumps(bodies[0].decode())),
    ]
    texts = []
    for _ in range(size):
        text = generator.choice(seeds)
        for _ in range(generator.randint(0, 3)):
            at = generator.randrange(len(text) + 1)
            piece = generator.choice(
                ("", '"', "'", "\\", "{", "]", "(", ")", ",", "\n", "b'", "\\UFFFFFFFF", "datetime(", "𝄞")
            )
            text = text[:at] + piece + text[at + generator.choice((0, 1, 30)) :]
        texts.append(text)
    results = run_in_node("unwrap", texts)
    assert size / 10 < sum(result is not None for result in results) < size
    for text, result in zip(texts, results, strict=True):
        for payload in result["payloads"] if result else ():
            start, end = payload["place"]
            assert 0 <= start < end <= len(text.encode("utf-16-le")) / 2


def base64_of(length: int) -> str:
    """A key of so many bytes in base64."""
    return base64.b64encode(bytes(range(length))).decode()


def test_cut_off_bodies_are_recognized(run_in_node: RunInNode) -> None:
    """Wherever a body is cut off, the page knows that its end is missing, and it says so of no other mistake."""
    whole = r"""{"a": [true, false, null, -1.5e3, 0.25, {}], "é\n\u00e9\"": "\\", "b": {"c": ""}}"""
    assert json.loads(whole)
    beginnings = [whole[:end] for end in range(1, len(whole))]
    others = [
        "{]",
        "{'a': 1}",
        '{"a":}',
        '{"a": tru}',
        "[1,]",
        '{"a" "b"',
        '{"a": "b\n"}',
        "hello",
        "[1 2]",
        " ",
    ]
    assert run_in_node("cut", beginnings) == [True] * len(beginnings)
    assert run_in_node("cut", others) == [False] * len(others)


SECRETS: Final = [
    *(f"whsec_{base64_of(length)}" for length in (0, 1, 15, 16, 17, 18, 24, 32, 64, 65)),
    *(f"whsec_{base64_of(length).rstrip('=')}" for length in (16, 17, 24)),
    *(f"whsec_{base64_of(24)}{end}" for end in ("=", "==", "===", "====", "A", "AA", "AA=", "AAA", "*", "\n", " ", "é")),
    *(f"whsec_{base64_of(17)}{end}" for end in ("=", "A", "====", "AAAA")),
    f"whsec_{base64_of(16)[:-1]}",
    f"whsec_{base64_of(16)[:-2]}",
    f"whsec_={base64_of(24)}", f"whsec_{base64_of(12)}={base64_of(12)}", f"whsec_{base64_of(16)}{base64_of(16)}",
    base64_of(24), f"WHSEC_{base64_of(24)}", f" whsec_{base64_of(24)}", f"whsec{base64_of(24)}", f"whsk_{base64_of(24)}", "whsec_", "", "abc",
    "whsec_" + "-_" * 16, "whsec_" + "+/" * 16, "whsec_" + "/" * 22, "whsec_" + "9" * 23, "whsec_" + "A" * 25, "whsec_" + "\u0661" * 24,
]  # fmt: skip


def test_secrets_are_checked_as_in_python(run_in_node: RunInNode) -> None:
    """The form that signs accepts exactly the secrets that `Webhook` accepts, with its words, and its signatures verify."""
    body = '{"a": "é"}\n'
    refused = 0
    for secret, result in zip(SECRETS, run_in_node("sign", [(body, each) for each in SECRETS]), strict=True):
        refusal = ""
        try:
            webhook = Webhook(secret)
        except ValueError as error:
            refusal = f"{str(error)[0].upper()}{str(error)[1:]}."
        if refusal:
            assert result == refusal, secret
            refused += 1
        else:
            assert webhook.verify(body.encode(), result).raw == body.encode(), secret
    assert 20 < refused < len(SECRETS) - 10

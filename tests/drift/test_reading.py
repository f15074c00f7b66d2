"""Reading documents in YAML, and lists of event types in the forms that people have them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.command import run
from support.junction_document import DOCUMENT

from junction_webhooks import contract, drift
from junction_webhooks.drift import _parsing
from junction_webhooks.drift._event_lists import event_types
from junction_webhooks.drift._parsing import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "openapi: 3.1.0\n"


def nested(levels: int) -> str:
    """YAML that contains itself so many times, doubling at each level."""
    lines = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, levels)]
    return HEAD + "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "\n".join(lines)


def test_yaml_has_the_types_of_json() -> None:
    """What YAML 1.1 reads as dates, octal numbers or truth values is text or a number, as in YAML 1.2."""
    body = (
        HEAD
        + "responses: {200: ok, no: on, true: 1}\ndate: 2026-09-26\nnumbers: [010, 1.5, -1e3, .5, 1_000, 12:30]"
    )
    assert parse(body) == {
        "openapi": "3.1.0",
        "responses": {"200": "ok", "no": "on", "true": 1},
        "date": "2026-09-26",
        "numbers": [10, 1.5, -1000.0, 0.5, "1_000", "12:30"],
    }
    assert parse(HEAD + "nothing: [~, null, '', yes]")["nothing"] == [None, None, "", "yes"]
    assert parse(HEAD + "base: &base {a: 1}\nmore: [*base, *base]")["more"] == [{"a": 1}, {"a": 1}]


def test_yaml_is_json_to_a_comparison() -> None:
    """A whole document in YAML has the same report as in JSON, also when PyYAML has no C library."""
    whole = yaml.dump(DOCUMENT, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
    assert parse(whole) == DOCUMENT
    assert drift.compare(whole.encode()) == drift.compare(DOCUMENT)


UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "neither": ("labtest.order.created", "it is not JSON: see line 1"),
    "broken": (HEAD + "a: [1, 2", "it is not valid JSON or YAML: line "),
    "two documents": (HEAD + "---\na: 1", "it is not valid JSON or YAML: line 2, column 1"),
    "code": (
        HEAD + "a: !!python/object/apply:os.system ['true']",
        "it is not valid JSON or YAML: line 2, column 4",
    ),
    "bytes": (HEAD + "a: !!binary aGk=", "it is YAML that JSON cannot express"),
    "a set": (HEAD + "a: !!set {b}", "it is YAML that JSON cannot express"),
    "not a number": (HEAD + "a: 1e999", "it is YAML that JSON cannot express"),
    "itself": (HEAD + "a: &a [*a]", "it is YAML whose aliases contain themselves"),
    "very many aliases": (nested(9), "it is YAML whose aliases add up to more than 1,000,000 values"),
    "very deep": (HEAD + "a: " + "[" * 150 + "]" * 150, "it is nested deeper than 128 levels"),
    "far too deep": (HEAD + "a: " + "[" * 5_000, "it is not valid JSON or YAML"),
    "a great number": (HEAD + "a: " + "1" * 10_000, "it is not valid JSON or YAML"),
    "not UTF-8": (b"openapi: \xff", "it is not UTF-8"),
    "no mapping": (HEAD + "? [a]\n: b", "it is not valid JSON or YAML: line 2, column 3"),
}


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_unreadable_yaml(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever JSON cannot express, or would take for ever, is refused with a sentence."""
    bodies = UNREADABLE
    if loader == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
        # In Python, the depth at which the parser gives up is reached in a tenth of the time.
        bodies = UNREADABLE | {"far too deep": (HEAD + "a: " + "[" * 1_000, UNREADABLE["far too deep"][1])}
    for name, (body, message) in bodies.items():
        with pytest.raises(drift.DriftError) as caught:
            parse(body)
        assert str(caught.value).startswith(message), name


def test_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyYAML, the error says which extra has it, and what to do without."""

    def absent(name: str) -> Any:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(_parsing, "import_module", absent)
    with pytest.raises(
        drift.DriftError, match=r"PyYAML is not installed: .*\[cli\].*; or convert it to JSON"
    ):
        parse(HEAD)


LISTS: dict[str, Callable[[list[str]], str]] = {
    "lines": "\n".join,
    "lines with remarks": lambda types: (
        "\ufeff# events\r\n\r\n" + "".join(f"{each}  # new\r\n" for each in types)
    ),
    "descriptions": lambda types: "".join(f"{each}: when something happens: {each}\n" for each in types),
    "pages": lambda types: "".join(f"docs/event-catalog/{each}.mdx\n" for each in types),
    "JSON": json.dumps,
    "YAML": yaml.safe_dump,
    "YAML with quotes": lambda types: "---\n" + "".join(f'  - "{each}"\n' for each in types),
}


def test_lists_of_events() -> None:
    """Every form of a list has the same event types, each once."""
    types = [*contract.EVENT_TYPES, "daily.data.steps.created"]
    for name, written in LISTS.items():
        assert event_types(written([*types, types[0]])) == tuple(types), name
        assert drift.compare_events(written(types).encode()).unexplained == (), name


UNLISTED: dict[str, tuple[str, str]] = {
    "nothing": ("\n# nothing\n", "it lists no event types"),
    "no list": ('{"events": []}', "it is JSON, but not an array of event types"),
    "broken": ("[1", "it is not JSON: see line 1"),
    "a number": ("[7]", "item 1 is not an event type such as labtest.order.created"),
    "words": (
        "labtest.order.created\nHello @everyone",
        "line 2 is not an event type such as labtest.order.created",
    ),
    "one word": ("labtest", 'line 1 is not an event type such as labtest.order.created: "labtest"'),
    "very many": (
        "\n".join(f"labtest.a{index}" for index in range(6000)),
        "it lists more than 5,000 event types",
    ),
}


def test_what_is_no_list_of_events(tmp_path: Path) -> None:
    """What is no list of event types is refused, with the line that is none."""
    for name, (body, message) in UNLISTED.items():
        with pytest.raises(drift.DriftError) as caught:
            drift.compare_events(body)
        assert str(caught.value).startswith(message), name
    path = tmp_path / "events.txt"
    path.write_text("labtest")
    done = run("drift", "--events", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"junction-webhooks: {path}: line 1 is not an event type")


def test_events_that_are_new_gone_and_renamed() -> None:
    """Wildcards stand for what the contract has; what it knows to be outside is not new, nor missed."""
    listing = [*contract.EVENT_TYPES, "checkout.session.updated", "labtest.sample.lost"]
    report = drift.compare_events("\n".join(listing))
    assert [(each.rule, each.subject, each.impact) for each in report.unexplained] == [
        ("event_added", "labtest.sample.lost", "breaking")
    ]
    assert (report.source, report.version, report.stale, report.remarks) == ("events", None, (), ())
    listing = [each for each in contract.EVENT_TYPES if not each.startswith("labtest.order.")]
    listing.remove("labtest.result.critical")
    renamed = drift.compare_events("\n".join([*listing, "labtest.order.*", "labtest.results.critical"]))
    assert [each.what for each in renamed.unexplained] == [
        "the event labtest.result.critical is gone, and labtest.results.critical may be its new name"
    ]
    listing = [each for each in contract.EVENT_TYPES if each != "labtest.result.critical"]
    gone = drift.compare_events(json.dumps(listing)).unexplained
    assert [(each.rule, each.subject, each.impact) for each in gone] == [
        ("event_removed", "labtest.result.critical", "tolerated")
    ]


def test_many_events_are_compared_quickly() -> None:
    """The longest list there may be, of names that are alike, has all of them as findings."""
    names = [f"labtest.order.{'x' * 150}{index}" for index in range(4990)]
    report = drift.compare_events("\n".join([*contract.EVENT_TYPES, *names]))
    assert len(report.unexplained) == 4990

"""The conformance kit: what is in it is complete, consistent, and what this package says."""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import jsonschema_rs
import pytest
from support.vendoring import ALL, contents

from junction_webhooks import Webhook, contract, fixtures, lifecycle
from junction_webhooks import check as validate
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import families
from junction_webhooks.lifecycle import Age, Rule
from junction_webhooks.vendoring import LOCK, check, vendor

if TYPE_CHECKING:
    from pathlib import Path

ROOT = _data.checkout()
assert ROOT is not None
LARGEST = 500_000


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything."""
    folder = tmp_path_factory.mktemp("kit")
    vendor(folder, what=ALL)
    return folder


def read(file: Path) -> Any:
    """The value in a JSON file."""
    return json.loads(file.read_bytes())


def test_files_are_small_json_with_a_license(kit: Path) -> None:
    """No file is large, each is JSON or a text that says how to read it, and the license is there."""
    there = contents(kit)
    assert ROOT is not None
    assert there["LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert {path for path, content in there.items() if len(content) >= LARGEST} == set()
    suffixes = {path.rpartition(".")[2] for path in there}
    assert suffixes == {"json", "ndjson", "md", "ts", "LICENSE", "gitattributes"}
    for path, content in there.items():
        assert content.endswith(b"\n"), path
        assert not content.endswith(b"\n\n"), path
        assert b"\r" not in content, path
        for text in [content] if path.endswith(".json") else []:
            json.loads(text)
        assert all(line == line.rstrip() for line in content.split(b"\n")), path


def entropy(text: str) -> float:
    """The entropy of a text in bits per character, as scanners compute it."""
    return -sum(many / len(text) * math.log2(many / len(text)) for many in Counter(text).values())


def test_scanners_find_no_secrets(kit: Path) -> None:
    """By the rules of detect-secrets, nothing is a key: values of ids excepted, and nothing follows "secret"."""
    rules = {r"[0-9a-fA-F]{20,}": 3.0, r"[A-Za-z0-9+/=_-]{20,}": 4.5}
    for path, content in contents(kit).items():
        text = content.decode()
        assert not re.search(r'(?i)(?:secret|password|api_?key)"?\s*[:=]\s*"', text), path
        for rule, limit in rules.items():
            found = {each for each in re.findall(rf'(?<!id": )"({rule})"', text) if entropy(each) > limit}
            assert found == set(), path


def test_every_part_is_updated_and_removed_like_any_other(tmp_path: Path) -> None:
    """`check` notices an edit in each part, and a part that is not wanted any more goes."""
    vendor(tmp_path, what=ALL)
    first = {what: min(path for path in contents(tmp_path) if path.startswith(f"{what}/")) for what in ALL}
    for path in first.values():
        with (tmp_path / path).open("a") as file:
            file.write(" \n")
    assert {(each.path, each.state) for each in check(tmp_path)} == {
        (path, "edited") for path in first.values()
    }
    for path in first.values():
        (tmp_path / path).unlink()
    vendor(tmp_path, what=["schemas"])
    assert {path.split("/")[0] for path in contents(tmp_path)} == {
        "schemas",
        "README.md",
        "LICENSE",
        ".gitattributes",
        LOCK,
    }


def test_files_of_ones_own_stay(tmp_path: Path) -> None:
    """A folder may have its own license and attributes."""
    own = {"LICENSE": b"ours\n", ".gitattributes": b"* text\n"}
    for name, content in own.items():
        (tmp_path / name).write_bytes(content)
    vendor(tmp_path)
    assert own.items() <= contents(tmp_path).items()
    assert check(tmp_path) == []
    vendor(tmp_path, what=["values"])
    assert own.items() <= contents(tmp_path).items()


def reached(order: list[dict[str, Any]]) -> dict[tuple[str, str], Any]:
    """The newest data of each object for a handler that compares what it gets in some order."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for delivery in order:
        family = families.of(delivery["event_type"])
        payload = json.loads(delivery["body"])
        key = (family.name, payload["data"][family.identity])
        before = newest.get(key)
        if before is None or lifecycle.compare(json.loads(before["body"]), payload) == "newer":
            newest[key] = delivery
    return {key: json.loads(delivery["body"])["data"] for key, delivery in newest.items()}


def test_scenarios_are_the_stories(kit: Path) -> None:
    """Each delivery is that of the package, signed at its time, and the final state is what a handler reaches."""
    chance = random.Random(1)  # noqa: S311  (no secret)
    assert {path.stem for path in (kit / "scenarios").iterdir()} == {
        each.name for each in fixtures.scenarios()
    }
    undecidable = set()
    for story in fixtures.scenarios():
        written = read(kit / f"scenarios/{story.name}.json")
        start = datetime.fromisoformat(written["start"])
        bodies = {each["id"]: json.loads(each["body"])["data"] for each in written["deliveries"]}
        for delivery, each in zip(story.deliveries, written["deliveries"], strict=True):
            assert (each["body"].encode(), each["event_type"]) == (delivery.raw, delivery.event_type)
            at = (start + timedelta(seconds=each["offset"])).timestamp()
            hook = Webhook(written["signed_with"], now=partial(datetime.fromtimestamp, at, UTC))
            assert hook.verify(each["body"].encode(), each["headers"]).id == delivery.id
        shuffled = written["deliveries"] * 2
        chance.shuffle(shuffled)
        found = reached(shuffled)
        assert found.keys() == {(each["object"], each["id"]) for each in written["final"]}
        for each in written["final"]:
            if each["decidable"]:
                assert found[each["object"], each["id"]] == bodies[each["delivery"]], story.name
            else:
                undecidable.add(each["object"])
    assert undecidable <= {"match_review", "order_tracking"}


def test_lifecycle_tables_are_the_lifecycles(kit: Path) -> None:
    """Every state and every transition is in its table."""
    for machine in lifecycle.machines():
        table = read(kit / f"lifecycles/{machine.subject}.json")
        assert list(table["states"]) == list(machine.states)
        assert [(each["from"], each["to"]) for each in table["transitions"]] == [
            (each.source, each.target) for each in machine.transitions
        ]


def test_lifecycle_vectors_show_every_rule_and_answer(kit: Path) -> None:
    """Each rule for histories has a vector, and so has each answer, for an order and for what has no history."""
    histories = read(kit / "lifecycles/history.json")
    assert set(histories["rules"]) == set(get_args(Rule))
    found = {finding["rule"] for vector in histories["vectors"] for finding in vector["findings"]}
    assert found == set(get_args(Rule))
    for vector in histories["vectors"]:
        findings = lifecycle.check_history(vector["payload"])
        assert [(each.path, each.rule, each.severity) for each in findings] == [
            (each["path"], each["rule"], each["severity"]) for each in vector["findings"]
        ]
    vectors = read(kit / "lifecycles/newer.json")["vectors"]
    assert {vector["answer"] for vector in vectors} == set(get_args(Age))
    opposite = {"newer": "older", "older": "newer"}
    for vector in vectors:
        answer = vector["answer"]
        assert lifecycle.compare(vector["old"], vector["new"]) == answer
        assert lifecycle.compare(vector["new"], vector["old"]) == opposite.get(answer, answer)
        for payload in (vector["old"], vector["new"]):
            assert validate(payload).verdict != "rejected", vector["name"]


def test_values_are_those_of_open_sets(kit: Path) -> None:
    """Every known value that the tolerant profile lets pass has a meaning; other sets are not there."""
    sets = read(kit / "values/known_values.json")["sets"]
    definitions = contract.bundle("tolerant")["$defs"]
    assert sets.keys() == {
        name
        for name, schema in definitions.items()
        if "examples" in schema and "enum" in contract.shared_bundle("strict")["$defs"].get(name, {})
    }
    for name, about in sets.items():
        assert list(about["values"]) == contract.shared_bundle("strict")["$defs"][name]["enum"]
        assert all(about["values"].values())


@pytest.mark.parametrize("draft", contract.DRAFTS)
def test_suite_has_the_verdicts_of_the_profile(tmp_path: Path, draft: contract.Draft) -> None:
    """A runner of the JSON Schema Test Suite finds each verdict, and as many tests as there are payloads."""
    classes = {"2020-12": jsonschema_rs.Draft202012Validator, "07": jsonschema_rs.Draft7Validator}
    for profile in contract.PROFILES:
        folder = tmp_path / profile
        vendor(folder, profile=profile, draft=draft, what=["fixtures", "suite"])
        index = read(folder / "fixtures/index.json")
        wanted = len(index["payloads"]) + sum(
            len((folder / path).read_text().splitlines()) for path in index["rules"]
        )
        tests = 0
        for file in (folder / "suite").rglob("*.json"):
            for group in read(file):
                assert group.keys() == {"description", "schema", "tests"}
                validator = classes[draft](group["schema"])
                for test in group["tests"]:
                    assert test.keys() == {"description", "data", "valid"}
                    assert validator.is_valid(test["data"]) == test["valid"], test["description"]
                    tests += 1
        assert tests == wanted

"""What changes between two versions, by a table of cases, on the contract, and on the command line."""

from __future__ import annotations

import copy
import json
import lzma
import os
import random
import re
import shutil
import subprocess
import sys
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.checkout import ROOT
from support.command import run
from support.sizes import sizes
from support.tables import table

from junction_webhooks import cli, compatibility, contract, fixtures, vendoring
from junction_webhooks._jsonschema.branches import Node
from junction_webhooks._jsonschema.diff import differences
from junction_webhooks._jsonschema.engines import validator
from junction_webhooks._jsonschema.instances import likely_values
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.rules import RULES
from junction_webhooks._jsonschema.subsume import inlined
from junction_webhooks.cli import _revisions
from junction_webhooks.cli._verdict_line import Impact, verdict_line
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import releases as _releases
from junction_webhooks_dev import release_check as check_release
from junction_webhooks_dev.codegen import changes as release_changes
from junction_webhooks_dev.codegen import release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from junction_webhooks.cli._verdict_line import Role

    Within = Callable[[Callable[[], Any]], tuple[Any, str]]

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases.json").read_text())
CURRENT = _revisions.installed()

every_case = table("case", CASES, ids=lambda case: case["name"])


@cache
def proven(name: str) -> compatibility.Comparison:
    """The comparison of the case of that name, which several tests look at."""
    (case,) = (case for case in CASES if case["name"] == name)
    return compatibility.compare({"": case["old"]}, {"": case["new"]})


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The bundles after a change to the strict bundle of updated orders."""
    bundles = copy.deepcopy(dict(CURRENT))
    change(bundles["strict/labtest.order.updated"]["$defs"])
    return bundles


@every_case
def test_case(case: dict[str, Any]) -> None:
    """One change is named once, at its place, with a verdict for each side."""
    comparison = proven(case["name"])
    found = [
        (each.rule, each.path, each.consumer.verdict, each.producer.verdict) for each in comparison.changes
    ]
    expected = (case["rule"], case["path"], case["consumer"], case["producer"])
    assert found == ([expected] if case["rule"] else [])
    assert (comparison.consumer, comparison.producer) == (case["consumer"], case["producer"])


@every_case
def test_breaking_is_shown(case: dict[str, Any]) -> None:
    """A breaking verdict comes with a payload that one version takes and the other refuses."""
    accepts_old, accepts_new = validator(case["old"]), validator(case["new"])
    for change in proven(case["name"]).changes:
        if change.consumer.verdict == "breaking":
            assert accepts_new(change.consumer.payload)
            assert not accepts_old(change.consumer.payload)
        if change.producer.verdict == "breaking":
            assert accepts_old(change.producer.payload)
            assert not accepts_new(change.producer.payload)


@every_case
def test_what_is_seen_agrees_with_what_is_proven(case: dict[str, Any]) -> None:
    """What a difference is said to widen or narrow, without any proof, agrees with the verdicts."""
    old, new = case["old"], case["new"]
    for found in differences((Reader(old), Node(old, "#")), (Reader(new), Node(new, "#"))):
        for seen, verdict in ((found.widens, case["consumer"]), (found.narrows, case["producer"])):
            if seen is not None:
                assert verdict != ("compatible" if seen else "breaking"), found


def test_cases_are_many_and_name_every_rule() -> None:
    """There are at least 60 cases, none twice, and only what needs several schemas is left out."""
    assert len({case["name"] for case in CASES}) == len(CASES) >= 60
    assert set(RULES) - {case["rule"] for case in CASES} == {"event_added", "event_removed", "unnamed"}


@sizes(60, exhaustive=1000)
def test_compatible_is_never_contradicted(size: int) -> None:
    """Of any two schemas of the table: where the whole is compatible, no payload at hand shows otherwise."""
    schemas = [side for case in CASES for side in (case["old"], case["new"])]
    chance = random.Random(7)  # noqa: S311  (a choice of tests)
    for _ in range(size):
        old, new = chance.choice(schemas), chance.choice(schemas)
        comparison = compatibility.compare({"": old}, {"": new})
        accepts_old, accepts_new = validator(old), validator(new)
        for value in likely_values(inlined(old, old, cut=True), inlined(new, new, cut=True)):
            if comparison.consumer == "compatible":
                assert accepts_old(value) or not accepts_new(value), (old, new, value)
            if comparison.producer == "compatible":
                assert accepts_new(value) or not accepts_old(value), (old, new, value)


NAMES = ["definitions", "$defs", "$id", "$ref", "default", "examples", "enum", "const", "items", "properties"]
"""Names of properties that are keywords too."""


@table("name", NAMES)
def test_a_property_may_be_named_like_a_keyword(name: str) -> None:
    """A change below such a property is found and proven, also behind a reference."""
    text, number = ({"type": kind} for kind in ("string", "integer"))
    for old, new in (
        ({"properties": {name: text}}, {"properties": {name: number}}),
        (
            {"properties": {name: {"$ref": "#/$defs/A"}}, "$defs": {"A": text}},
            {"properties": {name: {"$ref": "#/$defs/A"}}, "$defs": {"A": number}},
        ),
    ):
        (change,) = compatibility.compare({"": old}, {"": new}).changes
        assert (change.rule, change.path) == ("type_changed", f"/{name}")
        assert (change.consumer.verdict, change.producer.verdict) == ("breaking", "breaking")
        assert isinstance(change.consumer.payload[name], int)


@every_case
def test_without_proofs(case: dict[str, Any]) -> None:
    """The same changes are found without a proof, and no verdict contradicts the proven one."""
    changes = proven(case["name"]).changes
    seen = compatibility.compare({"": case["old"]}, {"": case["new"]}, prove=False).changes
    assert [(each.rule, each.path, each.also) for each in seen] == [
        (each.rule, each.path, each.also) for each in changes
    ]
    for one, other in zip(seen, changes, strict=True):
        for direction in ("consumer", "producer"):
            verdict = getattr(one, direction).verdict
            assert verdict in {"unproven", getattr(other, direction).verdict}
            assert getattr(one, direction).payload is None


def test_numbers_and_booleans_are_not_the_same() -> None:
    """1 is not true and 0 is not false, although Python takes them for equal."""
    comparison = compatibility.compare({"": {"enum": [0, 1]}}, {"": {"enum": [False, True]}})
    assert (comparison.consumer, comparison.producer) == ("breaking", "breaking")


def test_contract_does_not_differ_from_itself() -> None:
    """The contract compared with itself, and with what is generated, has no change."""
    assert compatibility.compare(CURRENT, CURRENT).changes == ()
    assert (
        compatibility.compare(_revisions.load(str(ROOT / "generated/bundles")).schemas, CURRENT).changes == ()
    )
    assert len(CURRENT) == len(contract.PROFILES) * len(contract.EVENT_TYPES)


LEVELS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "words": (lambda defs: defs["Order"].update(description="Another."), "patch"),
    "member new": (lambda defs: defs["OrderOrigin"]["enum"].append("retry"), "minor"),
    "property new": (lambda defs: defs["Order"]["properties"].update(specimen={"type": "string"}), "minor"),
    "no longer required": (lambda defs: defs["Order"]["required"].remove("notes"), "minor"),
    "null added": (lambda defs: defs["Order"]["properties"]["has_abn"].update(type=["boolean", "null"]), "minor"),
    "member gone": (lambda defs: defs["OrderOrigin"]["enum"].remove("recreation"), "major"),
    "property gone": (lambda defs: defs["Order"]["properties"].pop("passthrough"), "major"),
    "newly required": (lambda defs: defs["Order"]["required"].append("passthrough"), "major"),
    "another pattern": (lambda defs: defs["Timestamp"].update(pattern="^(?=2).*$"), "major"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEVELS)
def test_level_of_the_strict_profile(name: str) -> None:
    """What the strict profile takes more is minor, what it takes less is major, words are a patch."""
    change, level = LEVELS[name]
    comparison = compatibility.compare(CURRENT, changed(change))
    assert comparison.version_bump == level
    assert [each.schemas for each in comparison.changes] == [("strict/labtest.order.updated",)]


def test_level_of_the_tolerant_profile() -> None:
    """Any change of the tolerant profile is major, but for words and new properties."""
    name = "tolerant/labtest.order.updated"

    def level(change: Callable[[dict[str, Any]], object]) -> str:
        bundle = copy.deepcopy(CURRENT[name])
        change(bundle["$defs"]["Order"])
        return compatibility.compare({name: CURRENT[name]}, {name: bundle}).version_bump

    assert level(lambda order: order["properties"].update(specimen={"type": ["string", "null"]})) == "minor"
    assert level(lambda order: order["properties"].pop("passthrough")) == "major"
    assert level(lambda order: order["properties"].update(priority={"type": ["string", "null"]})) == "major"
    assert level(lambda order: order["required"].remove("events")) == "major"
    assert level(lambda order: order.update(description="Another.")) == "patch"


def test_one_change_in_many_schemas_is_told_once() -> None:
    """A member that arrives in a set of several events is one change of each profile, with all its places."""
    bundles = copy.deepcopy(dict(CURRENT))
    for name in ("created", "updated"):
        bundles[f"strict/labtest.order.{name}"]["$defs"]["OrderOrigin"]["enum"].append("retry")
    (change,) = compatibility.compare(CURRENT, bundles).changes
    assert change.schemas == ("strict/labtest.order.created", "strict/labtest.order.updated")
    assert (change.path, change.also) == ("/data/order_transaction/orders/*/origin", ("/data/origin",)) or (
        change.path, change.also) == ("/data/origin", ("/data/order_transaction/orders/*/origin",))  # fmt: skip
    assert change.consumer.verdict == "breaking"
    assert "retry" in json.dumps(change.consumer.payload)


def test_events_come_and_go() -> None:
    """An event on one side only is new for a consumer, or gone for a producer."""
    fewer = {name: schema for name, schema in CURRENT.items() if name != "strict/labtest.order.created"}
    (gone,) = compatibility.compare(CURRENT, fewer).changes
    (come,) = compatibility.compare(fewer, CURRENT).changes
    assert (gone.rule, gone.producer.verdict, gone.version_bump) == (
        "event_removed",
        "breaking",
        "major",
    )
    assert (come.rule, come.consumer.verdict, come.version_bump) == (
        "event_added",
        "breaking",
        "minor",
    )


diff = partial(run, "diff")


def test_files(tmp_path: Path) -> None:
    """Two files are compared; each change names pointer, rule, both meanings, and the payload when asked for."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text('{"type": "object", "properties": {"status": {"enum": ["a"]}}}')
    new.write_text('{"type": "object", "properties": {"status": {"enum": ["a", "b"]}}}')
    done = diff(old, new, "--show-payloads")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        f"from the file {old} to the file {new}",
        "/status: the value b is new (value_added)",
        "  consumer: breaking: may receive a value that it does not know",
        '    {"status": "b"}',
        "  producer: compatible",
        "consumer: breaking, producer: compatible, release: minor",
        "The change breaks readers of the schemas until they update: /status",
    ]
    assert (diff(old, old).returncode, diff(old, old).stdout) == (
        0,
        f"no change from the file {old} to the file {old}\n",
    )
    record = json.loads(diff(old, new, "--format", "json").stdout)
    assert (record["old"], record["new"]) == (f"the file {old}", f"the file {new}")
    assert record["changes"][0]["consumer"] == {"verdict": "breaking", "payload": {"status": "b"}}


def test_one_side_can_be_judged_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--for` judges, tells and exits for one side; without it the last line says whom the exit code is for."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text('{"enum": ["a", "b"]}')
    new.write_text('{"enum": ["a"]}')
    told: dict[str, tuple[int, list[str]]] = {}
    for arguments in ((), ("--for", "consumer"), ("--for", "producer")):
        code = cli.main(["diff", str(old), str(new), *arguments])
        told[" ".join(arguments)] = (code, capsys.readouterr().out.splitlines()[2:])
    assert told == {
        "": (
            1,
            [
                "  consumer: compatible",
                "  producer: breaking: may send a value that is gone",
                "consumer: compatible, producer: breaking, release: major",
                "The change does not break readers of the schemas; exit code 1 is because of senders: --for consumer leaves them out",
            ],
        ),
        "--for consumer": (
            0,
            [
                "  consumer: compatible",
                "consumer: compatible",
                "The change does not break readers of the schemas",
            ],
        ),
        "--for producer": (
            1,
            [
                "  producer: breaking: may send a value that is gone",
                "producer: breaking",
                "The change breaks senders of payloads for the schemas: /",
            ],
        ),
    }
    cli.main(["diff", str(old), str(new), "--for", "consumer", "--format", "json"])
    record = json.loads(capsys.readouterr().out)
    assert record["consumer"] == "compatible"
    assert all("producer" not in each for each in (record, *record["changes"]))


VERDICTS: list[tuple[list[Impact], set[str], Role, str]] = [
    (
        [Impact("strict", "/a", "breaking"), Impact("tolerant", "/a", "compatible")],
        {"strict", "tolerant"},
        "consumer",
        "None of the 2 changes breaks readers of the tolerant schemas; the strict schemas reject new payloads until you update",
    ),
    (
        [
            Impact("strict", "/a", "unproven"),
            Impact("tolerant", "/b", "breaking"),
            Impact("tolerant", "/c", "unproven"),
        ],
        {"strict", "tolerant"},
        "consumer",
        "1 of the 3 changes breaks readers of the tolerant schemas until they update: /b; unproven at /c; the strict schemas may reject new payloads until you update",
    ),
    (
        [Impact("tolerant", "/b", "breaking"), Impact("tolerant", "", "breaking")],
        {"strict", "tolerant"},
        "producer",
        "Both changes break senders of payloads for the tolerant schemas: /b, /; the strict schemas accept all earlier payloads too",
    ),
    (
        [Impact("strict", "/a", "unproven"), Impact("strict", "/b", "compatible")],
        {"strict"},
        "consumer",
        "None of the 2 changes is known to break readers of the strict schemas; unproven at /a",
    ),
    (
        [Impact("strict", f"/{name}", "breaking") for name in "abcdefgh"],
        {"strict"},
        "producer",
        "All 8 changes break senders of payloads for the strict schemas: /a, /b, /c, /d, /e, /f and 2 more",
    ),
]


@table(("changes", "profiles", "role", "line"), VERDICTS)
def test_the_last_line_says_whom_it_breaks(
    changes: list[Impact], profiles: set[str], role: Role, line: str
) -> None:
    """Production first, which reads with the tolerant profile, and where each break shows; then the strict one."""
    assert verdict_line(changes, profiles, role=role) == line


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "not JSON"), ("[]", "not a JSON Schema"), ('{"type": 7}', "it is not a JSON Schema: 7 is not valid"), (None, "no such file, folder, released version or git revision (released: ")],
    ids=["no JSON", "no schema", "wrong schema", "not there"],
)  # fmt: skip
def test_unusable_side(content: str | None, message: str, tmp_path: Path) -> None:
    """What cannot be compared exits 2, with one line that names it."""
    file = tmp_path / "schema.json"
    if content is not None:
        file.write_text(content)
    done = diff(file, file)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(file) in done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the parts of the checkout that versions are about, committed."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("schemas", "src", "fixtures", "generated"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, root / name)
    git(root, "init", "-q", "-b", "main")
    commit(root)
    return root


def git(root: Path, *arguments: str) -> None:
    """Run git in a checkout, as somebody."""
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)  # noqa: S607


def commit(root: Path) -> None:
    """Commit everything."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "Change")


@pytest.fixture
def within(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Within]:
    """Runs a function as if this process ran from the checkout; gives its result and what it printed."""
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(_data, "_PACKAGE", checkout / "src/junction_webhooks")
    monkeypatch.setattr(check_release, "ROOT", checkout)

    def run(function: Callable[[], Any]) -> tuple[Any, str]:
        forget()
        return function(), capsys.readouterr().out

    yield run
    forget()


def forget() -> None:
    """Read again what was read of the schemas."""
    contract.shared_schemas.cache_clear()
    contract.version.cache_clear()


def replace(file: Path, before: str, after: str) -> None:
    """Replace a text in a file, where it must be."""
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after, 1))


@pytest.mark.exhaustive
def test_one_member_more(checkout: Path, within: Within) -> None:
    """A member added to a schema: `diff` names it, and the changelog and the version must follow before a release."""

    def gate() -> tuple[int, str]:
        return within(lambda: check_release.main([]))

    def diff(old: str, new: str) -> tuple[int, str]:
        return within(lambda: cli.main(["diff", old, new]))

    published = checkout / "generated/releases/0.9.0.json.xz"
    before = published.read_bytes()
    assert within(release.release)[0] == published
    assert gate() == (0, "since 0.9.0: 0 changes, release: none\nversions and changelog: nothing is wrong\n")

    replace(checkout / "schemas/values/order_origin.json", '"recreation"]', '"recreation", "retry"]')
    origin = checkout / "schemas/values/order_origin.json"
    schema = json.loads(origin.read_text())
    schema["x-values"]["retry"] = "Ordered once more."
    origin.write_text(json.dumps(schema))
    code, differs = diff("HEAD", ".")
    assert code == 1
    assert differs.startswith("from git revision HEAD to the schemas of this checkout\n")
    assert "the value retry is new (value_added); also at" in differs
    assert "release: minor" in differs

    code, silent = gate()
    assert code == 1
    assert "schemas/VERSION: 0.9.0 is published: these changes need a minor release" in silent
    assert "CHANGELOG.md: no new line under [Unreleased]" in silent
    assert "schemas/values/order_origin.json" in silent
    with pytest.raises(release.ReleasedError, match=r"0\.9\.0 is already published, with other bundles"):
        within(release.release)
    assert published.read_bytes() == before
    replace(checkout / "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- A new origin of orders.\n")
    assert "CHANGELOG.md" not in gate()[1]

    replace(checkout / "schemas/VERSION", "0.9.0", "0.9.1")
    code, low = gate()
    assert code == 1
    assert "0.9.1 after 0.9.0 breaks the policy: these changes need a minor release" in low
    assert "the value retry is new (value_added)" in low
    replace(origin, '"OrderOrigin"', '"Origin"')
    assert "OrderOrigin: the class is gone" in gate()[1]
    replace(origin, '"Origin"', '"OrderOrigin"')
    replace(checkout / "schemas/VERSION", "0.9.1", "0.10.0")
    assert gate()[0] == 0
    commit(checkout)
    within(release.release)
    newest, oldest = json.loads(within(release_changes.file)[0][1])
    assert (newest["version"], newest["since"], newest["released"]) == ("0.10.0", "0.9.0", True)
    assert "value_added" in {each["rule"] for each in newest["changes"]}
    assert (oldest["version"], oldest["since"], oldest["changes"]) == ("0.9.0", None, [])
    told = diff("0.9.0", "0.10.0")[1].splitlines()
    assert told == ["from release 0.9.0 to release 0.10.0", *differs.splitlines()[1:]]
    commit(checkout)

    # Cutting the changelog moves lines from one heading to another. It needs no new ones.
    replace(checkout / "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n## [0.10.0] - 2026-12-01\n")
    replace(checkout / "pyproject.toml", 'version = "0.9.0"', 'version = "0.10.0"')
    assert gate()[0] == 0
    commit(checkout)


@pytest.mark.exhaustive
def test_a_published_release_never_changes(checkout: Path) -> None:
    """A published file that changed is found by the last commit, by the index, and after all that by its tag."""
    git(checkout, "tag", "v0.9.0")
    file = checkout / "generated/releases/0.9.0.json.xz"
    script = [sys.executable, "-m", "junction_webhooks_dev.release_check"]
    environment = {"PYTHONPATH": f"{checkout / 'src'}", "PATH": os.defpath}

    def gate(*arguments: str) -> tuple[int, str]:
        command = [*script, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        return done.returncode, done.stdout.splitlines()[-1]

    assert gate() == (0, "versions and changelog: nothing is wrong")
    assert gate("--base", "0" * 40) == (0, "versions and changelog: nothing is wrong")
    assert gate("--base", "elsewhere") == (
        1,
        "elsewhere: not a commit of this repository; in a shallow clone, fetch the rest",
    )
    changed = {**_releases.unpacked(file.read_bytes()), "strict/events": {}}
    file.write_bytes(lzma.compress(json.dumps(changed).encode()))
    refused = (1, "generated/releases/0.9.0.json.xz: it is published, and never changes")
    assert gate() == refused
    (checkout / "generated/releases/index.json").unlink()
    commit(checkout)
    commit(checkout)
    assert gate() == refused


BETA = "labtest.match_review.updated"
STABLE = "labtest.result.critical"
FEW = {name: schema for name, schema in CURRENT.items() if name.partition("/")[2] in {BETA, STABLE}}
"""The bundles of one event of each stability, both small, so that they are compared quickly."""


def broken(event_type: str) -> dict[str, Any]:
    """The bundles after a required property of an event's data became another."""
    bundles = copy.deepcopy(FEW)
    name, id_ = ("MatchReview", "id") if event_type == BETA else ("CriticalResult", "order_id")
    for profile in contract.PROFILES:
        data = bundles[f"{profile}/{event_type}"]["$defs"][name]
        data["properties"]["number"] = data["properties"].pop(id_)
        data["required"] = [each for each in data["required"] if each != id_] + ["number"]
    return bundles


@pytest.mark.parametrize("prove", [True, False])
def test_a_beta_event_may_break_in_a_minor_version(prove: bool) -> None:
    """What breaks a beta event breaks it for everyone who is told, and raises only the minor version."""
    for event_type, bump in ((BETA, "minor"), (STABLE, "major")):
        comparison = compatibility.compare(FEW, broken(event_type), prove=prove)
        assert (comparison.producer, comparison.version_bump) == ("breaking", bump)
        stability = "beta" if event_type == BETA else "stable"
        assert {change.stability for change in comparison.changes} == {stability}
    gone = {name: schema for name, schema in FEW.items() if not name.endswith(BETA)}
    assert compatibility.compare(FEW, gone, prove=prove).version_bump == "minor"
    gone = {name: schema for name, schema in FEW.items() if not name.endswith(STABLE)}
    assert compatibility.compare(FEW, gone, prove=prove).version_bump == "major"


def test_the_same_change_of_a_stable_and_a_beta_event_is_two() -> None:
    """A change that breaks both needs a major version, and each is named with its stability."""
    old = {"strict/a": {"type": "string"}, "strict/b": {"$comment": "stability: beta", "type": "string"}}
    new = {"strict/a": {"type": "integer"}, "strict/b": {"$comment": "stability: beta", "type": "integer"}}
    comparison = compatibility.compare(old, new)
    assert [(each.schemas, each.stability, each.version_bump) for each in comparison.changes] == [
        (("strict/a",), "stable", "major"),
        (("strict/b",), "beta", "minor"),
    ]


def without_mark(bundles: dict[str, Any]) -> dict[str, Any]:
    """The bundles with a stable event instead of the beta one."""
    return {
        name: {word: part for word, part in schema.items() if word != "$comment" or not name.endswith(BETA)}
        for name, schema in bundles.items()
    }


@pytest.mark.parametrize(
    ("old", "new", "level", "named"),
    [
        (FEW, broken(BETA), "minor", f"strict/{BETA} /data/id"),
        (FEW, broken(STABLE), "major", f"strict/{STABLE} /data/order_id"),
        (FEW, without_mark(FEW), "minor", f"{BETA}: was beta, and is stable"),
        (without_mark(FEW), FEW, "major", f"{BETA}: was stable, and is beta"),
        # In the old version it was stable: what it promised counts.
        (without_mark(FEW), broken(BETA), "major", f"{BETA}: was stable, and is beta"),
        (without_mark(FEW), without_mark(broken(BETA)), "major", f"strict/{BETA} /data/id"),
    ],
    ids=["beta breaks", "stable breaks", "promoted", "demoted", "demoted and breaks", "stable review breaks"],
)
def test_the_gate_knows_beta_events(
    monkeypatch: pytest.MonkeyPatch, old: dict[str, Any], new: dict[str, Any], level: str, named: str
) -> None:
    """A release may break a beta event in a minor version, but no stable one, and an event is not made beta later."""
    monkeypatch.setattr(_releases, "versions", lambda: ("1.2.3",))
    monkeypatch.setattr(_revisions, "load", lambda _: _revisions.Revision(old, "the last release"))
    monkeypatch.setattr(_revisions, "installed", lambda: new)
    enough = {"minor": "1.3.0", "major": "2.0.0"}
    monkeypatch.setattr(contract, "version", lambda: enough[level])
    assert check_release.version_mistakes() == []
    monkeypatch.setattr(contract, "version", lambda: {"minor": "1.2.4", "major": "1.3.0"}[level])
    first, *others = check_release.version_mistakes()
    assert f"need a {level} release" in first
    assert any(named in line for line in others)


def test_classes_of_beta_events_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class that only beta events reach may be renamed in a minor version."""
    text = json.dumps(FEW)
    for name, level in (("MatchReviewStatus", "minor"), ("ResultStatus", "major")):
        assert f'"{name}"' in text
        renamed = json.loads(re.sub(rf'(/|")({name})"', r'\1Other\2"', text))
        monkeypatch.setattr(_releases, "versions", lambda: ("1.2.3",))
        monkeypatch.setattr(_revisions, "load", lambda _: _revisions.Revision(FEW, "the last release"))
        monkeypatch.setattr(_revisions, "installed", lambda renamed=renamed: renamed)
        monkeypatch.setattr(contract, "version", lambda: "1.3.0")
        assert bool(check_release.version_mistakes()) is (level == "major")


@table(
    ("last", "version", "enough"),
    [
        ("0.9.0", "0.9.0", False),
        ("0.9.0", "0.9.1", False),
        ("0.9.0", "0.10.0", True),
        ("0.9.0", "1.0.0", True),
        ("0.9.0", "0.8.0", False),
        ("1.2.3", "1.3.0", False),
        ("1.2.3", "2.0.0", True),
    ],
)
def test_before_1_0_a_minor_version_may_break(last: str, version: str, enough: bool) -> None:
    """Before 1.0 a breaking change needs a minor version, and from then on a major one."""
    renamed = json.loads(
        json.dumps(FEW).replace('"ResultStatus"', '"Outcome"').replace("/ResultStatus", "/Outcome")
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_releases, "versions", lambda: (last,))
        patched.setattr(_revisions, "load", lambda _: _revisions.Revision(FEW, "the last release"))
        patched.setattr(_revisions, "installed", lambda: renamed)
        patched.setattr(contract, "version", lambda: version)
        patched.setattr(release, "differs", lambda: True)
        assert (check_release.version_mistakes() == []) is enough


def test_release_is_published_once() -> None:
    """A release is small, has its own `$id`s, and gives back the bundles that went in."""
    bundles = [
        (file.relative_to(ROOT / "generated").as_posix(), file.read_bytes())
        for file in sorted((ROOT / "generated/bundles").rglob("*.json"))
    ]
    packed = _releases.packed("1.1.0", bundles)
    assert len(packed) < 15_000
    published = _releases.unpacked(packed)
    assert len(published) == len(contract.PROFILES) * len(contract.BUNDLE_NAMES)
    for name, schema in published.items():
        assert schema["$id"] == f"https://junction-webhooks.example/schemas/1.1.0/bundles/{name}.json"
    assert compatibility.compare(CURRENT, {name: published[name] for name in CURRENT}).changes == ()


def test_sides_that_do_not_belong_together(tmp_path: Path) -> None:
    """A file against a folder, and a folder without schemas, are refused; one profile alone is compared alone."""
    shutil.copytree(ROOT / "generated/bundles/strict", tmp_path / "vendored/strict")
    (tmp_path / "vendored/payloads.json").write_text("[]")
    assert diff(tmp_path / "vendored", ROOT).stdout.startswith("no change from ")
    vendoring.vendor(tmp_path / "service", draft="07")
    (tmp_path / "service/schemas/own.json").write_text(
        '{"$schema": "https://json-schema.org/draft/2020-12/schema"}'
    )
    version = contract.version()
    service = diff(tmp_path / "service", version).stdout
    here = f"{version}, which is not released: the schemas of this checkout"
    assert service == (
        f"no change from what was vendored in {tmp_path / 'service'} (version {version}, tolerant profile) "
        f"to {f'release {version}' if version in _releases.versions() else here}\n"
    )
    (tmp_path / "empty").mkdir()
    single = tmp_path / "vendored/strict/labtest.order.updated.json"
    for sides, message in (
        ((single, ROOT), "a single file"),
        ((tmp_path / "empty", ROOT), "nor one with JSON Schemas"),
    ):
        done = diff(*sides)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr


def test_a_folder_named_by_mistake_is_refused_at_once(tmp_path: Path) -> None:
    """Only a folder itself is looked at, and no schema of settings is taken for one of payloads."""
    (tmp_path / "settings.json").write_text('{"$schema": "https://example.com/settings.json"}')
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "below").mkdir()
    (tmp_path / "below/schema.json").write_text('{"$schema": "https://json-schema.org/draft/2020-12/schema"}')
    (tmp_path / "below/broken.json").write_text("{")
    done = diff(".", "1.0.0", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "junction-webhooks: .: not a checkout of junction-webhooks, nor a folder that `vendor` wrote"
    )


def test_a_broken_file_next_to_schemas_is_named(tmp_path: Path) -> None:
    """In a folder with schemas, a file that cannot be read may be one that changed, so it is the reason."""
    (tmp_path / "a.json").write_text('{"$schema": "https://json-schema.org/draft/2020-12/schema"}')
    (tmp_path / "b.json").write_text("{")
    done = diff(tmp_path, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path / 'b.json'}: is not JSON" in done.stderr


def test_payloads_are_not_schemas(tmp_path: Path) -> None:
    """Any object is a schema that allows everything, so two payloads would be compatible: they are refused."""
    event = fixtures.load("labtest.order.updated/page").payload
    payload, schema = tmp_path / "payload.json", tmp_path / "schema.json"
    for value in (event, event["data"], {"event_typ": "labtest.order.updated"}):
        payload.write_text(json.dumps(value))
        for is_schema in (True, False, {}, {"type": "object"}, {"$ref": "#/$defs/a", "$defs": {"a": {}}}):
            schema.write_text(json.dumps(is_schema))
            assert diff(schema, schema).returncode == 0, is_schema
            for sides in ((payload, schema), (schema, payload), (payload, payload), (payload,)):
                done = diff(*sides)
                assert (done.returncode, done.stdout) == (2, ""), (value, sides)
                assert done.stderr.startswith(f"junction-webhooks: {payload}: not a JSON Schema: ")


def test_one_file_without_another_names_only_that(tmp_path: Path) -> None:
    """A message does not name `installed`, which nobody typed."""
    (tmp_path / "a.json").write_text("{}")
    done = diff("a.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("junction-webhooks: a.json: is a single file, and without NEW ")


@pytest.mark.parametrize("lock", ["{", "[]", '{"contract": "1.0.0", "options": {"profile": "lenient"}}'])
def test_a_damaged_lock_is_told(lock: str, tmp_path: Path) -> None:
    """A vendored folder whose lock file is damaged is named: its profile cannot be known."""
    (tmp_path / vendoring.LOCK).write_text(lock)
    with pytest.raises(_revisions.RevisionError, match=re.escape(vendoring.LOCK)):
        _revisions.load(str(tmp_path))


def test_a_vendored_folder_without_schemas_is_told(tmp_path: Path) -> None:
    """Types alone cannot be compared."""
    vendoring.vendor(tmp_path / "types", what=["types"])
    with pytest.raises(_revisions.RevisionError, match="no schemas were vendored here"):
        _revisions.load(str(tmp_path / "types"))


def test_versions_in_order() -> None:
    """Versions compare as numbers, not as text."""
    assert _releases.numbers("1.10.0") > _releases.numbers("1.9.3")


def test_page_names_every_rule() -> None:
    """The page about versions explains every rule."""
    page = (ROOT / "docs/versions.md").read_text()
    assert [rule for rule in RULES if f"`{rule}`" not in page] == []

"""Comparing schemas that somebody hostile wrote: bounded work, nothing fetched, and honest verdicts."""

from __future__ import annotations

import http.server
import io
import json
import os
import subprocess
import sys
import threading
from functools import partial
from itertools import combinations_with_replacement
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.command import run
from support.hostile import PAIRS, chain, ladder
from support.sizes import sizes
from support.tables import table

from junction_webhooks import cli, compatibility
from junction_webhooks._jsonschema import guard
from junction_webhooks._jsonschema.engines import reference_validator, validator
from junction_webhooks._jsonschema.instances import instance, likely_values

if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SECONDS, MEGABYTES = 5, 500

compare_in_process = """
import json, sys, time
from pathlib import Path
from support.hostile import PAIRS
from junction_webhooks import compatibility
old, new = PAIRS[sys.argv[1]]()
before = time.process_time()
found = compatibility.compare({"": old}, {"": new}, prove=sys.argv[2] == "prove")
spent = time.process_time() - before
# Not `ru_maxrss`, in which a new process starts with the peak of the one that started it.
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
verdicts = [found.consumer, found.producer]
print(json.dumps([spent, peak, verdicts, len(found.changes), found.given_up]))
"""


def measured(name: str, *, prove: bool) -> tuple[float, float, list[str], int, list[str]]:
    """Processor time in seconds, peak memory in MB, verdicts, number of changes and what was given up."""
    done = subprocess.run(
        [sys.executable, "-c", compare_in_process, name, "prove" if prove else "see"],
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    spent, peak, verdicts, count, given_up = json.loads(done.stdout)
    return spent, peak, verdicts, count, given_up


SAMPLE = ("anyOf and allOf of two references each", "a pattern that backtracks")


def check(name: str, *, prove: bool) -> None:
    """Time and memory are bounded, and what differs is never called compatible without saying what is left out."""
    spent, peak, verdicts, count, _ = measured(name, prove=prove)
    assert spent < SECONDS
    assert peak < MEGABYTES
    assert count > 0
    if name not in EQUIVALENT:
        assert verdicts != ["compatible", "compatible"]


EQUIVALENT = {"unknown keywords", "allOf of anyOf"}
"""Pairs that accept the same values: unknown keywords mean nothing, and of two types one is always satisfied."""


@pytest.mark.parametrize("name", SAMPLE)
def test_sample_of_hostile_schemas(name: str) -> None:
    """A few hostile pairs take at most some seconds and megabytes."""
    check(name, prove=True)


@pytest.mark.exhaustive
@pytest.mark.parametrize("prove", [True, False])
@pytest.mark.parametrize("name", PAIRS)
def test_all_hostile_schemas(name: str, prove: bool) -> None:
    """So do all of them, with proofs and without."""
    check(name, prove=prove)


@sizes(1, exhaustive=2)
@pytest.mark.parametrize("name", PAIRS)
def test_values_of_hostile_schemas_are_small(name: str, size: int) -> None:
    """No value that is made of a schema is large, whatever the schema asks for."""
    if name == "a long text":
        return  # a value that the schema itself lists
    for side in PAIRS[name]()[:size]:
        assert len(json.dumps(instance(side, full=True))) < 400_000


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """The URL of a server that answers every request with a schema, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *_arguments: Any) -> None:  # noqa: A002  (its name in the base class)
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}", asked
    listening.shutdown()
    listening.server_close()
    thread.join()


def references(url: str) -> dict[str, tuple[Any, str]]:
    """Schemas that refer to a URL, each with the place of the reference."""
    return {
        "$ref": ({"$schema": DIALECT, "properties": {"data": {"$ref": url}}}, "$ref at /properties/data"),
        "$dynamicRef": ({"items": {"$dynamicRef": url}}, "$dynamicRef at /items"),
        "$schema": ({"$schema": url}, "$schema at the root"),
        "$schema within": ({"$defs": {"a": {"$id": "a", "$schema": url}}}, "$schema at /$defs/a"),
        "relative": ({"$id": f"{url}/a", "anyOf": [{"$ref": "b"}]}, "$ref at /anyOf/0"),
        "behind an unknown keyword": (
            {"$ref": "#/x/y", "x": {"y": {"$ref": url}}},
            "$ref at /x/y refers to",
        ),
    }


@pytest.mark.parametrize("kind", references(""))
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_nothing_is_fetched(
    kind: str,
    scheme: str,
    server: tuple[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`diff` opens no URL, and no file that was not named, and says where the reference is."""
    url, asked = server
    target = tmp_path / "target.json"
    target.write_text("{}")
    schema, place = references(f"{url}/x" if scheme == "http" else target.as_uri())[kind]
    (tmp_path / "old.json").write_text(json.dumps(schema))
    (tmp_path / "new.json").write_text('{"type": "object"}')
    opened: list[str] = []
    real_open = io.open

    def spying_open(file: Any, *arguments: Any, **options: Any) -> Any:
        opened.append(str(file))
        return real_open(file, *arguments, **options)

    monkeypatch.setattr("io.open", spying_open)
    monkeypatch.setattr("builtins.open", spying_open)
    for order in (("old.json", "new.json"), ("new.json", "old.json")):
        code = cli.main(["diff", *(str(tmp_path / name) for name in order)])
        message = capsys.readouterr().err
        assert code == 2
        assert message.startswith(f"junction-webhooks: {tmp_path / 'old.json'}: ")
        assert place in message
    for prove in (True, False):
        with pytest.raises(ValueError, match="nothing is fetched"):
            compatibility.compare({"": schema}, {"": {"type": "object"}}, prove=prove)
    assert asked == []
    assert str(target) not in opened


def test_references_within_the_document_are_followed() -> None:
    """A reference to the `$id` of the document itself, or to an anchor, needs nothing from outside."""
    for ref in ("https://a.example/s", "https://a.example/s#/$defs/a", "#", "#a"):
        schema = {
            "$id": "https://a.example/s",
            "$defs": {"a": {"$anchor": "a", "type": "string"}},
            "properties": {"a": {"$ref": ref}},
        }
        guard.check_references(schema)
        assert compatibility.compare({"": schema}, {"": {}}).changes
    for dialect in (DIALECT, f"{DIALECT}#", "http://json-schema.org/draft-07/schema#"):
        guard.check_references({"$schema": dialect})


def test_an_anchor_is_not_the_root() -> None:
    """A schema that only an anchor leads to is not compared as if it were the whole document."""
    old: Any = {"$ref": "#a", "$defs": {"a": {"$anchor": "a", "type": "string"}}}
    new: Any = {"$ref": "#a", "$defs": {"a": {"$anchor": "a", "type": "integer"}}}
    comparison = compatibility.compare({"": old}, {"": new})
    assert "compatible" not in {comparison.consumer, comparison.producer}


def test_what_was_given_up_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command names each thing that it left out, in text and in JSON, and the verdict is unproven."""
    for name, schema in (("old", ladder(30, "anyOf")), ("new", chain(2_000, lambda ref: {"allOf": [ref]}))):
        (tmp_path / f"{name}.json").write_text(json.dumps(schema))
    paths = [str(tmp_path / f"{name}.json") for name in ("old", "new")]
    assert cli.main(["diff", *paths]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(
        line.startswith("given up: the schema has no proofs: more than 20,000 of its parts") for line in lines
    )
    assert any(line.startswith("consumer: unproven, producer: unproven") for line in lines)
    assert cli.main(["diff", *paths, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["given_up"]


def test_large_diff_does_not_show_every_payload(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All payloads together are bounded; how many are not shown is said."""
    old, new = (
        {"properties": {"text": {"const": letter * 600_000}, "kind": {"enum": [*letter]}}} for letter in "ab"
    )
    for name, schema in (("old", old), ("new", new)):
        (tmp_path / f"{name}.json").write_text(json.dumps(schema))
    paths = [str(tmp_path / f"{name}.json") for name in ("old", "new")]
    cli.main(["diff", *paths, "--show-payloads"])
    shown = capsys.readouterr().out
    assert len(shown) < 1_100_000
    assert "given up: " in shown
    assert "beyond 1,000,000 characters: not shown" in shown


def test_unreadable_side_is_named(tmp_path: Path) -> None:
    """Which of the two files holds no JSON Schema is said."""
    (tmp_path / "good.json").write_text("{}")
    (tmp_path / "bad.json").write_text('{"type": "obj"}')
    for order in (("good.json", "bad.json"), ("bad.json", "good.json")):
        done = run("diff", *(tmp_path / name for name in order))
        assert done.returncode == 2
        assert done.stderr.startswith(f"junction-webhooks: {tmp_path / 'bad.json'}: it is not a JSON Schema")


@table(
    "schema",
    [
        {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]},
        {"prefixItems": [{"type": "string"}]},
        {"propertyNames": {"pattern": "^a"}},
        {"patternProperties": {"^a": {"type": "string"}}},
        {"not": {"type": "string"}},
        {"if": {"type": "string"}, "then": {"minLength": 3}},
        {"dependentRequired": {"a": ["b"]}},
        {"contains": {"type": "string"}, "minContains": 2},
        {"items": {"$ref": "#"}, "type": "array"},
    ],
    ids=lambda schema: list(schema)[-1],
)
def test_keywords_without_a_rule(schema: dict[str, Any]) -> None:
    """Any keyword may come and go: both directions are found, and no verdict is wrong."""
    dialect = {"$schema": schema["$schema"]} if "$schema" in schema else {}
    accepts = validator(schema)
    for old, new in ((schema, dialect), (dialect, schema)):
        comparison = compatibility.compare({"": old}, {"": new})
        assert comparison.changes
        # Compared with a schema that accepts anything, one direction is always compatible.
        narrowed = comparison.producer if new is schema else comparison.consumer
        assert narrowed != "compatible"
        assert (comparison.consumer if new is schema else comparison.producer) == "compatible"
        for change in comparison.changes:
            for direction in (change.consumer, change.producer):
                if direction.verdict == "breaking":
                    assert not accepts(direction.payload)


def test_shortest_path_of_a_recursive_schema_comes_first() -> None:
    """A change within a recursive schema is shown at its shortest path, and the longer ones are few."""

    def tree(kind: str) -> dict[str, Any]:
        names = [f"n{index}" for index in range(8)]
        each = {f"to_{name}": {"$ref": f"#/$defs/{name}"} for name in names}
        definitions = {name: {"properties": each} for name in names[:-1]}
        definitions["n7"] = {"properties": {"value": {"type": kind}}}
        return {"$ref": "#/$defs/n0", "$defs": definitions}

    (change,) = compatibility.compare({"": tree("string")}, {"": tree("integer")}).changes
    assert change.path == "/to_n7/value"
    assert len(change.also) < 50
    lengths = [path.count("/") for path in (change.path, *change.also)]
    assert lengths == sorted(lengths)
    assert (change.consumer.verdict, change.producer.verdict) == ("breaking", "breaking")


def test_required_properties_under_nested_all_of_are_shown() -> None:
    """A payload shows a newly required property, however deep the `allOf` is that requires it."""
    for depth in range(4):

        def nested(schema: dict[str, Any], depth: int = depth) -> dict[str, Any]:
            for _ in range(depth):
                schema = {"allOf": [schema, {"properties": {"b": {"type": "integer"}}}], "required": ["b"]}
            return schema

        inner = {"type": "object", "properties": {"a": {"type": "string"}}}
        old, new = nested(inner), nested(inner | {"required": ["a"]})
        comparison = compatibility.compare({"": old}, {"": new})
        assert (comparison.consumer, comparison.producer) == ("compatible", "breaking")


CONSTANTS = [0, 1, 1.0, -0.0, True, False, "1", None, [0], [False], {"a": 1}, {"a": True}]


# One order of each pair: the other has the same two verdicts, exchanged.
@table(("one", "other"), combinations_with_replacement(CONSTANTS, 2))
def test_equality_is_that_of_json(one: Any, other: Any) -> None:
    """Constants are the same exactly if an engine takes them for the same, whatever Python thinks."""
    are_same = validator({"const": one})(other)
    for old, new in (({"const": one}, {"const": other}), ({"enum": [one, "x"]}, {"enum": ["x", other]})):
        comparison = compatibility.compare({"": old}, {"": new})
        assert (comparison.consumer == "compatible") is are_same
        assert (comparison.producer == "compatible") is are_same
        assert bool(comparison.changes) is not are_same


PATTERN_PAIRS = [
    ({"pattern": "^(?:a$|b)$"}, {"pattern": "^[ab]$"}),
    ({"pattern": "^(?:a$|b)"}, {"pattern": "^(?:a|b)"}),
    ({"pattern": "^a+$", "minLength": 3}, {"pattern": "^a*$", "maxLength": 7}),
    ({"pattern": "^.{2}$"}, {"minLength": 2, "maxLength": 2}),
    ({"format": "date", "pattern": "^2"}, {"format": "date", "pattern": "^20"}),
    ({"format": "uuid", "pattern": "^[0-9a-f-]+$"}, {"format": "uuid", "pattern": "-4[0-9a-f]{3}-"}),
    ({"pattern": r"^\s$"}, {"pattern": r"^[ \t]$"}),
    ({"pattern": r"^\d$"}, {"pattern": "^[0-9]$"}),
    ({"pattern": "^(a+)+$"}, {"pattern": "^(a|aa)+b$"}),
]


@table(("old", "new"), PATTERN_PAIRS)
def test_payloads_of_patterns_convince_both_engines(old: dict[str, Any], new: dict[str, Any]) -> None:
    """A text is reported as breaking only if both engines accept and reject it; no verdict contradicts a sample."""
    old, new = ({"type": "string"} | side for side in (old, new))
    comparison = compatibility.compare({"": old}, {"": new})
    engines = [[make(side) for make in (validator, reference_validator)] for side in (old, new)]
    for change in comparison.changes:
        for direction, sent, read in ((change.consumer, 1, 0), (change.producer, 0, 1)):
            if direction.verdict == "breaking":
                assert all(is_valid(direction.payload) for is_valid in engines[sent])
                assert not any(is_valid(direction.payload) for is_valid in engines[read])
    for text in likely_values(old, new):
        valid = [each[0](text) for each in engines]
        assert valid[0] or not valid[1] or comparison.consumer != "compatible"
        assert valid[1] or not valid[0] or comparison.producer != "compatible"


def test_wide_pattern_with_an_optional_part_is_proven() -> None:
    """An optional dash in a zip code, and a time zone that is dropped, are decided both ways."""
    zip_code = {"type": "string", "pattern": "^[0-9]{5}(?:-[0-9]{4})?$"}
    wider = {"type": "string", "pattern": "^[0-9]{5}(?:-?[0-9]{4})?$"}
    (change,) = compatibility.compare({"": zip_code}, {"": wider}).changes
    assert (change.consumer.payload, change.producer.verdict) == ("000000000", "compatible")


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S607  (the user's git)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A shallow clone of a repository of two commits."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "--quiet")
    for number in range(2):
        (origin / "a.json").write_text(str({"minimum": number}).replace("'", '"'))
        git(origin, "add", ".")
        git(origin, "commit", "--quiet", "--message", "a")
    git(tmp_path, "clone", "--quiet", "--depth", "1", origin.as_uri(), "clone")
    return tmp_path / "clone"


def test_git_that_refuses_is_quoted(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A shallow clone, another owner, no repository and no git are named as such."""
    monkeypatch.chdir(clone)
    main = partial(cli.main, ["diff", "HEAD~1", "a.json"])
    assert main() == 2
    assert "fetch-depth: 0" in capsys.readouterr().err
    assert cli.main(["diff", "HEAD", "a.json"]) == 2
    assert "HEAD: this git revision is none of junction-webhooks: " in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        patch.setenv("HOME", str(tmp_path))
        assert main() == 2
        assert "git refused: detected dubious ownership" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        assert main() == 2
        assert "git is not installed" in capsys.readouterr().err
    (tmp_path / "a.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert main() == 2
    assert "in no git repository" in capsys.readouterr().err


def test_command_of_the_docs_works_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `docs/versions.md` prints for a vendored folder runs there."""
    page = (Path(__file__).parents[2] / "docs/versions.md").read_text()
    command = "diff contracts/junction --for consumer"
    assert f"$ junction-webhooks {command}\n" in page
    monkeypatch.chdir(tmp_path)
    assert cli.main(["vendor", "contracts/junction"]) == 0
    assert cli.main(command.split()) == 0

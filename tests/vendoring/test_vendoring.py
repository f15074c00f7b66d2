"""Vendoring, as another repository sees it: copies, updates, checks, and everything that goes wrong."""

from __future__ import annotations

import errno
import json
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from support.command import run as run_command

from junction_webhooks import cli, contract, vendoring
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import releases as _releases
from junction_webhooks.vendoring import LOCK, VendorError, _transaction, check, vendor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALL = vendoring.WHAT
HERE = _releases.told(f"version {contract.version()} of the contract")
EDITED = "it was edited since `vendor` wrote it, by hand or by a formatter"
ORDER = "schemas/labtest.order.updated.json"
STEPS = ("open", "rename", "replace", "unlink")
"""What is done to files, by the names of the methods that do it."""
VALIDATORS = {"2020-12": jsonschema_rs.Draft202012Validator, "07": jsonschema_rs.Draft7Validator}


@pytest.fixture(autouse=True)
def memory_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def untold() -> Iterator[None]:
    """Do not tell what changed, which takes longer than to write it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vendoring, "_changes", lambda *_: ())
        yield


class Crash(BaseException):
    """The machine stops."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder below a repository that holds files of its owner."""
    folder = tmp_path / "contracts" / "junction"
    vendor(folder)
    (folder / "NOTES.md").write_text("ours")
    (folder / "schemas" / "own.json").write_text("{}")
    return folder


def test_a_readme_of_ones_own_stays(tmp_path: Path) -> None:
    """Where the folder has a README already, `vendor` writes none, and `check` misses none."""
    (tmp_path / "README.md").write_text("ours")
    assert "README.md" not in vendor(tmp_path).written
    assert (tmp_path / "README.md").read_text() == "ours"
    assert check(tmp_path) == []
    assert vendor(tmp_path).written == ()


def restore(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what was patched, but still do not wait for the disk."""
    monkeypatch.undo()
    monkeypatch.setattr("os.fsync", lambda _: None)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


run = partial(run_command, "vendor")


def age(folder: Path, change: Callable[[dict[str, Any]], None], *, version: str = "0.9.0") -> None:
    """Make the folder one that an older release vendored: other schemas, and a lock that fits them."""
    lock = json.loads((folder / LOCK).read_bytes())
    for path in lock["files"]:
        if path.startswith("schemas/labtest.order"):
            schema = json.loads((folder / path).read_bytes())
            change(schema["$defs"])
            (folder / path).write_text(json.dumps(schema))
            lock["files"][path] = _transaction.digest((folder / path).read_bytes())
    (folder / LOCK).write_text(json.dumps(lock | {"contract": version}))


def less(definitions: dict[str, Any]) -> None:
    """The definitions of a release that knew less."""
    definitions["OrderStatus"]["examples"].remove("completed.walk_in_test.corrected")
    del definitions["Order"]["properties"]["priority"]
    definitions["Order"]["properties"]["bygone"] = {"description": "Gone.", "type": "string"}
    definitions["Order"]["required"].remove("details")
    definitions["LabTest"]["properties"]["price"]["type"] = "number"
    definitions["Lab"]["properties"]["name"]["description"] = "Something else."
    definitions["Order"]["description"] = "Something else."


@pytest.mark.parametrize("draft", contract.DRAFTS)
@pytest.mark.parametrize("profile", contract.PROFILES)
def test_copies_are_the_bundles(tmp_path: Path, profile: contract.Profile, draft: contract.Draft) -> None:
    """The schemas are the bundles of the profile and the draft, byte for byte, and nothing else is there."""
    vendor(tmp_path / "new", profile=profile, draft=draft)
    there = contents(tmp_path / "new")
    assert there.keys() == {LOCK, "README.md", *(f"schemas/{name}.json" for name in contract.BUNDLE_NAMES)}
    for name in contract.BUNDLE_NAMES:
        bundle = _data.generated(contract.bundle_path(profile, name, draft=draft))
        assert there[f"schemas/{name}.json"] == bundle.read_bytes()


def test_lock_has_version_options_and_hashes(tmp_path: Path) -> None:
    """The lock file has the contract's version, every option, and the sha256 of every other file."""
    vendor(
        tmp_path / "new",
        profile="strict",
        draft="07",
        what=["types", "schemas"],
        base_uri="https://acme.example/a",
    )
    there = contents(tmp_path / "new")
    lock = json.loads(there.pop(LOCK))
    assert lock["contract"] == contract.version()
    assert lock["options"] == {
        "profile": "strict",
        "draft": "07",
        "what": ["schemas", "types"],
        "base_uri": "https://acme.example/a/",
    }
    assert lock["files"] == {path: _transaction.digest(content) for path, content in there.items()}


@pytest.mark.parametrize("draft", contract.DRAFTS)
def test_base_uri_is_where_the_folder_is_served(tmp_path: Path, draft: contract.Draft) -> None:
    """With a base URI each `$id` is that and the path of the file; nothing else changes."""
    vendor(tmp_path / "ours", draft=draft, base_uri="https://acme.example/contracts")
    vendor(tmp_path / "plain", draft=draft)
    for name in contract.BUNDLE_NAMES:
        ours, plain = (
            json.loads((tmp_path / each / f"schemas/{name}.json").read_bytes()) for each in ("ours", "plain")
        )
        assert ours.pop("$id") == f"https://acme.example/contracts/schemas/{name}.json"
        assert plain.pop("$id").startswith(contract.BASE_URI)
        assert ours == plain


@pytest.mark.parametrize(
    "base_uri", ["acme.example", "/here", "https://acme.example/?a", 'https://a"b', "https://a#b"]
)
def test_base_uri_must_be_one(tmp_path: Path, base_uri: str) -> None:
    """What is no absolute URI, or has a query or a fragment, is refused, and nothing is written."""
    with pytest.raises(VendorError, match="--base-uri"):
        vendor(tmp_path / "new", base_uri=base_uri)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("draft", contract.DRAFTS)
def test_fixtures_are_judged_as_their_index_says(tmp_path: Path, draft: contract.Draft) -> None:
    """Another language needs no JSON Patch: each whole payload is judged by the schema that the index names."""
    for profile in contract.PROFILES:
        folder = tmp_path / profile
        vendor(folder, profile=profile, draft=draft, what=["schemas", "fixtures"])
        index = json.loads((folder / "fixtures/index.json").read_bytes())["payloads"]
        payloads = [(each, json.loads((folder / "fixtures" / each["file"]).read_bytes())) for each in index]
        rules = (folder / "fixtures/rules.ndjson").read_text().splitlines()
        payloads += [(rule, rule["payload"]) for rule in map(json.loads, rules)]
        files = {f"fixtures/{each['file']}" for each in index} | {
            "fixtures/index.json",
            "fixtures/rules.ndjson",
        }
        assert files == {path for path in contents(folder) if path.startswith("fixtures/")}
        validators: dict[str, Any] = {}
        for expected, payload in payloads:
            name, _, pointer = expected["schema"].partition("#")
            schema = json.loads((folder / name).read_bytes())
            if expected["schema"] not in validators:
                part = schema | {"oneOf": [{"$ref": f"#{pointer}"}]} if pointer else schema
                validators[expected["schema"]] = VALIDATORS[draft](part, validate_formats=True)
            assert validators[expected["schema"]].is_valid(payload) == expected[profile], expected
            assert bool(expected["violations"]) == (not expected["strict"])


def test_the_readme_keeps_the_folder_up_to_date(tmp_path: Path) -> None:
    """The README has version, options and what is there, and its commands, run in the folder, update and check it."""
    folder = tmp_path / "new"
    vendor(folder, profile="strict", draft="07", what=["schemas", "documents"])
    readme = (folder / "README.md").read_text()
    assert f"V{HERE[1:]}: strict profile, JSON Schema draft-07." in readme
    assert set(re.findall(r"^\| `([^`]+)/` ", readme, re.MULTILINE)) == {"schemas", "documents"}
    assert ("extra `test`" in readme, "pip install" in readme) == (False, False)
    (folder / "README.md").unlink()
    commands = [line.split()[1:] for line in readme.splitlines() if line.startswith("junction-webhooks ")]
    for command in (commands[0][:2], commands[1][:3]):
        done = subprocess.run(
            [sys.executable, "-m", "junction_webhooks.cli", *command], check=False, cwd=folder
        )
        assert done.returncode == 0, command
    assert (folder / "README.md").read_text() == readme
    (folder / "README.md").write_text("ours")
    assert [(finding.path, finding.state) for finding in check(folder)] == [("README.md", "edited")]


def test_a_second_run_changes_nothing(folder: Path) -> None:
    """What is up to date stays untouched, and its options are kept."""
    vendor(folder, profile="strict", what=ALL)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    update = vendor(folder)
    assert (update.written, update.deleted) == ((), ())
    assert (update.options.profile, update.options.what) == ("strict", ALL)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert check(folder) == []


def test_an_update_says_what_is_new(folder: Path) -> None:
    """An update tells each change by event and JSON pointer, and writes what changed."""
    age(folder, less)
    done = run(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        _releases.told(f"updated {folder}: version 0.9.0 to {contract.version()} of the contract"),
        "labtest.order.created, labtest.order.updated",
        "  /data/bygone: the property bygone is gone (property_removed)",
        "  /data/details: details is required now (required_added)",
        (
            "  /data/events/*/status: the known value completed.walk_in_test.corrected is new (known_value_added); "
            "also at /data/last_event/status"
        ),
        "  /data/lab_test/price: it may be null now (null_added)",
        "  /data/priority: the property priority is new: boolean or null (property_added)",
        "  /data: only words changed (words_changed); also at /data/lab_test/lab/name",
        "written: schemas/labtest.order.created.json",
        "written: schemas/labtest.order.updated.json",
        (
            "2 of the 5 changes break readers of the tolerant schemas until they update: /data/bygone, /data/lab_test/price; "
            "once updated, the schemas reject some earlier payloads: /data/details"
        ),
    ]
    assert check(folder) == []
    assert run(folder).stdout == f"{folder} is up to date: {HERE}\n"


@pytest.mark.parametrize("released", [(), (contract.version(),)], ids=["not released", "released"])
def test_what_is_not_released_says_so(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    released: tuple[str, ...],
) -> None:
    """Wherever a version is told, it says whether it is released; a release makes the README new, and nothing else."""
    folder = tmp_path / "new"
    vendor(folder)
    monkeypatch.setattr(
        "junction_webhooks.contract.releases.is_released", lambda version: version in released
    )
    here = f"version {contract.version()} of the contract{'' if released else ', not released yet'}"
    assert set(vendor(folder).written) <= {"README.md", LOCK}
    assert f"V{here[1:]}: tolerant profile" in (folder / "README.md").read_text()
    for arguments in ([str(tmp_path / "other")], [str(folder)], [str(folder), "--check"]):
        assert cli.main(["vendor", *arguments]) == 0
        assert f": {here}" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    told = f"(contract {contract.version()}{'' if released else ', not released'})\n"
    assert capsys.readouterr().out.endswith(told)


@pytest.mark.parametrize(
    ("change", "profile", "told"),
    [
        (
            lambda part: part["Order"]["properties"].pop("priority"),
            "tolerant",
            "The change does not break readers of the tolerant schemas",
        ),
        (
            lambda part: part["Order"].update(description="Another."),
            "tolerant",
            "Only descriptions changed: nothing breaks readers",
        ),
        (
            lambda part: part["Order"]["properties"]["id"].update(format="date"),
            "strict",
            (
                "The change is not known to break readers of the strict schemas; unproven at /data/id; "
                f"`junction-webhooks diff {{}} {contract.version()} --for consumer` on the folder as it was may prove it (extra `fast`)"
            ),
        ),
    ],
    ids=["nothing breaks", "words", "unproven"],
)
def test_an_update_ends_with_what_it_means_for_a_reader(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], None],
    profile: contract.Profile,
    told: str,
) -> None:
    """The last line says whether a change breaks a reader, and where only a proof can tell how to get one."""
    folder = tmp_path / "new"
    vendor(folder, profile=profile)
    age(folder, change)
    assert cli.main(["vendor", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == told.replace("{}", str(folder))


def test_an_update_across_profiles_says_how_to_compare(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the old files cannot be compared with the new ones, two releases can."""
    age(folder, less)
    monkeypatch.setattr("junction_webhooks.contract.releases.versions", lambda: ("0.9.0", contract.version()))
    assert cli.main(["vendor", str(folder), "--profile", "strict"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"`junction-webhooks diff 0.9.0 {contract.version()} --for consumer` shows whether it breaks readers (extra `fast`)"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda part: part["Order"]["properties"]["id"].update(format="date"),
            ("format_changed", "/data/id", "the format date became uuid"),
        ),
        (
            lambda part: part["OrderOrigin"]["enum"].append("x"),
            ("value_removed", "/data/origin", "the value x is gone"),
        ),
        (
            lambda part: part["OrderEvent"].update(additionalProperties=True),
            ("object_closed", "/data/events/*", "properties besides the listed ones are rejected"),
        ),
        (
            lambda part: part["Order"]["required"].append("origin"),
            ("required_removed", "/data/origin", "origin is no longer required"),
        ),
        (
            lambda part: part.update(
                OrderOrigin=part["OrderOrigin"]
                | {"type": "string", "examples": part["OrderOrigin"].pop("enum")}
            ),
            ("enum_added", "/data/origin", "the values are listed now"),
        ),
    ],
)
def test_rules_that_changed_are_told(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], told: tuple[str, str, str]
) -> None:
    """In the strict profile formats, members, closedness and requiredness are told too, each once."""
    vendor(tmp_path / "new", profile="strict")
    age(tmp_path / "new", change)
    (found,) = vendor(tmp_path / "new").changes
    assert (found.rule, found.path or found.also, found.what) == told
    assert found.events == ("labtest.order.created", "labtest.order.updated")


def test_events_that_come_and_go_are_told(folder: Path) -> None:
    """An event that the older release did not have, or that is gone since, is one change of its own."""
    lock = json.loads((folder / LOCK).read_bytes())
    del lock["files"][ORDER]
    (folder / ORDER).rename(folder / "schemas/labtest.order.deleted.json")
    old = (folder / "schemas/labtest.order.deleted.json").read_bytes()
    lock["files"]["schemas/labtest.order.deleted.json"] = _transaction.digest(old)
    (folder / LOCK).write_text(json.dumps(lock))
    update = vendor(folder)
    assert {(each.rule, each.events) for each in update.changes} == {
        ("event_added", ("labtest.order.updated",)),
        ("event_removed", ("labtest.order.deleted",)),
    }
    assert update.deleted == ("schemas/labtest.order.deleted.json",)


def test_what_was_deleted_by_hand_is_no_change(folder: Path) -> None:
    """A schema that is missing tells nothing of what it said, and one that was not wanted before is none that came."""
    (folder / ORDER).unlink()
    assert vendor(folder).changes == ()
    assert vendor(folder, what=["types"]).changes == ()
    assert vendor(folder, what=["schemas"]).changes == ()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (
            lambda folder: (folder / ORDER).write_text("{}"),
            f"edited: {{}}/{ORDER}: {EDITED}: restore it, or delete it and run `junction-webhooks vendor {{}}`",
        ),
        (
            lambda folder: (folder / ORDER).unlink(),
            f"missing: {{}}/{ORDER}: run `junction-webhooks vendor {{}}`",
        ),
        (lambda folder: (folder / "types").mkdir(), None),
        (
            lambda folder: (folder / _transaction.JOURNAL).mkdir(),
            f"interrupted: {{}}/{_transaction.JOURNAL}: an update was interrupted: run `junction-webhooks vendor {{}}`",
        ),
    ],
)
def test_check_names_what_is_wrong(folder: Path, harm: Callable[[Path], object], told: str | None) -> None:
    """`--check` exits 1, names each file and what to do, and writes nothing."""
    harm(folder)
    before = contents(folder)
    done = run(folder, "--check")
    assert done.stderr == ""
    if told is None:
        assert done.returncode == 0
    else:
        assert done.returncode == 1
        assert done.stdout.startswith(told.replace("{}", str(folder)))
        assert len(done.stdout.splitlines()) == 1
    assert contents(folder) == before


def test_check_names_what_lags_behind(folder: Path) -> None:
    """A folder of an older release is behind, in one line with both versions and the command; what is missing has its own."""
    age(folder, less)
    (folder / "schemas/events.json").unlink()
    done = run(folder, "--check")
    assert done.returncode == 1
    update = f"run `junction-webhooks vendor {folder}`"
    assert done.stdout.splitlines() == [
        f"behind: {folder}: version 0.9.0 of the contract, and this package has {contract.version()}: {update}",
        f"missing: {folder}/schemas/events.json: {update}",
    ]


def test_an_older_package_leaves_a_newer_folder_alone(folder: Path) -> None:
    """A folder that a newer package made is ahead, in one line; it is only taken back with `--force`."""
    age(folder, less, version="99.0.0")
    before = contents(folder)
    versions = f"{folder}: version 99.0.0 of the contract, and this package has {contract.version()}"
    checked = run(folder, "--check")
    assert (checked.returncode, checked.stderr) == (1, "")
    assert checked.stdout.splitlines() == [
        f"ahead: {versions}: upgrade the package, or replace the copy with `junction-webhooks vendor {folder} --force`"
    ]
    refused = run(folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines() == [
        f"junction-webhooks: {versions}: upgrade the package, or replace the copy with --force",
        "junction-webhooks: nothing was written",
    ]
    assert contents(folder) == before
    forced = run(folder, "--force").stdout.splitlines()
    assert forced[0] == f"updated {folder}: version 99.0.0 to {HERE.removeprefix('version ')}"
    assert forced[-1] == "These schemas reject payloads of version 99.0.0: /data/details, /data/priority"
    assert check(folder) == []


def test_going_back_says_what_is_only_likely(folder: Path) -> None:
    """Where no rule tells whether an older version refuses what the newer one took, it is not said to."""

    def conditional(definitions: dict[str, Any]) -> None:
        definitions["Order"]["properties"]["priority"] |= {"if": {"const": True}, "else": {"const": None}}

    age(folder, conditional, version="99.0.0")
    told = run(folder, "--force").stdout.splitlines()
    assert told[-1] == "These schemas may reject payloads of version 99.0.0: /data/priority"


def test_check_finds_edits_in_a_newer_folder(folder: Path) -> None:
    """Of what a newer package made, the lock file still says what was edited and what is missing."""
    age(folder, less, version="99.0.0")
    (folder / ORDER).write_text("{}")
    (folder / "schemas/events.json").unlink()
    assert [(finding.path, finding.state) for finding in check(folder)] == [
        ("", "ahead"),
        ("schemas/events.json", "missing"),
        (ORDER, "edited"),
    ]


def test_options_that_change_are_named(folder: Path) -> None:
    """An update names every option that is not the lock file's, what goes with it, and what strict is for."""
    command = (
        "--profile",
        "strict",
        "--draft",
        "07",
        "--what",
        "types",
        "--base-uri",
        "https://acme.example/a",
    )
    first, *others = run(folder, *command).stdout.splitlines()
    assert first.split("; ") == [
        f"updated {folder}: {HERE}",
        "profile: tolerant -> strict",
        "draft: 2020-12 -> 07",
        "what: schemas -> types",
        "base-uri: (none) -> https://acme.example/a/",
    ]
    assert others[0] == "removed: schemas"
    assert others[1].startswith(
        "the strict profile is for tests: in production it rejects what Junction adds later"
    )
    assert f"deleted: {ORDER}" in others
    assert run(folder, "--profile", "strict").stdout == f"{folder} is up to date: {HERE}\n"


def test_check_tells_other_options(folder: Path) -> None:
    """With options that are not those of the lock file, `--check` names the command that brings them."""
    findings = check(folder, profile="strict", what=["schemas", "types"])
    options = "profile: tolerant -> strict; what: schemas -> schemas,types"
    command = f"junction-webhooks vendor {folder} --profile strict --what schemas,types"
    assert [(finding.path, finding.state, finding.todo) for finding in findings] == [
        (
            "",
            "behind",
            f"it was vendored with other options ({options}): run `{command}`",
        )
    ]
    assert vendor(folder, profile="strict", what=["schemas", "types"]).changes == ()
    assert check(folder) == []


def test_check_names_what_is_in_the_way(folder: Path) -> None:
    """A file that `vendor` would have to overwrite, and did not write, is named as such."""
    (folder / "types").mkdir()
    (folder / "types/junction-webhooks.ts").write_text("mine")
    behind, finding = check(folder, what=["schemas", "types"])
    assert (behind.path, behind.state) == ("", "behind")
    assert (finding.path, finding.state) == ("types/junction-webhooks.ts", "in the way")
    assert finding.todo.startswith(
        "it was not written by `vendor`: move it elsewhere and run `junction-webhooks vendor "
    )


def test_check_sees_an_option_that_no_file_shows(folder: Path) -> None:
    """An option that no file shows is still one of the lock file."""
    vendor(folder, what=["types"])
    findings = check(folder, base_uri="https://acme.example/a")
    assert [(finding.path, finding.state) for finding in findings] == [("", "behind")]


def test_check_without_a_lock_says_so(tmp_path: Path) -> None:
    """A folder where nothing was vendored, or none at all, is a usage error."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        done = run(folder, "--check")
        assert (done.returncode, done.stdout) == (2, "")
        assert "nothing was vendored here" in done.stderr


def test_line_ends_of_windows_are_no_edit(folder: Path) -> None:
    """Git may check the files out with CRLF: they still hold, and are not written anew."""
    for path, content in contents(folder).items():
        (folder / path).write_bytes(content.replace(b"\n", b"\r\n"))
    assert check(folder) == []
    assert vendor(folder).written == ()


def test_nothing_of_others_is_touched(folder: Path) -> None:
    """Files that `vendor` did not write stay, in every folder; its own go when they are wanted no more."""
    vendor(folder, what=["schemas", "types", "documents"])
    (folder / "types" / "own.ts").write_text("ours")
    update = vendor(folder, what=["schemas"])
    assert update.deleted == (
        "types/junction-webhooks.ts",
        "documents/asyncapi.json",
        "documents/openapi.json",
    )
    assert (folder / "NOTES.md").read_text() == "ours"
    assert (folder / "schemas" / "own.json").read_text() == "{}"
    assert [path.name for path in (folder / "types").iterdir()] == ["own.ts"]
    assert not (folder / "documents").exists()


def test_edits_are_not_overwritten(folder: Path) -> None:
    """A file that was edited by hand is neither replaced nor deleted: nothing is written, and each is named."""
    vendor(folder, what=["schemas", "types"])
    age(folder, less)
    (folder / ORDER).write_text("{}")
    (folder / "types" / "junction-webhooks.ts").write_text("mine")
    before = contents(folder)
    done = run(folder, "--what", "schemas")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"junction-webhooks: {folder}/{ORDER}: {EDITED}: restore it, or delete it and run this again",
        f"junction-webhooks: {folder}/types/junction-webhooks.ts: {EDITED}: restore it, or delete it and run this again",
        "junction-webhooks: nothing was written",
    ]
    assert contents(folder) == before
    (folder / ORDER).unlink()
    (folder / "types" / "junction-webhooks.ts").unlink()
    vendor(folder)
    assert check(folder) == []


def test_what_is_in_the_way_stays(tmp_path: Path) -> None:
    """A file or folder with a name that `vendor` needs is named, and stays as it is; the same content is fine."""
    folder = tmp_path / "new"
    (folder / "schemas").mkdir(parents=True)
    (folder / "schemas/events.json").write_text("{}")
    (folder / ORDER).mkdir()
    with pytest.raises(VendorError) as raised:
        vendor(folder)
    assert [line.split(":")[0] for line in str(raised.value).splitlines()[:-1]] == [
        f"{folder}/schemas/events.json",
        f"{folder}/{ORDER}",
    ]
    assert contents(folder) == {"schemas/events.json": b"{}"}
    (folder / "schemas/events.json").write_bytes(_data.generated("bundles/tolerant/events.json").read_bytes())
    (folder / ORDER).rmdir()
    vendor(folder)
    assert check(folder) == []


def test_symbolic_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    """Below the folder no link is written through; the folder itself may be one."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "types").symlink_to(elsewhere)
    with pytest.raises(VendorError, match=r"types: is a symbolic link"):
        vendor(folder, what=["schemas", "types"])
    (folder / ORDER).rename(elsewhere / "order.json")
    (folder / ORDER).symlink_to(elsewhere / "order.json")
    with pytest.raises(VendorError, match=r"order.updated.json: is a symbolic link"):
        vendor(folder, what=["schemas"])
    assert [path.name for path in elsewhere.iterdir()] == ["order.json"]
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(VendorError, match="is not a folder"):
        vendor(tmp_path / "link")
    (tmp_path / "target").mkdir()
    vendor(tmp_path / "link")
    assert check(tmp_path / "target") == []


def test_destination_must_be_a_folder(tmp_path: Path) -> None:
    """A file is refused as a folder, and so is a path below one."""
    (tmp_path / "file").write_text("ours")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        done = run(path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"junction-webhooks: {tmp_path}/file: is not a folder")
    assert contents(tmp_path) == {"file": b"ours"}


@pytest.mark.parametrize(
    "harm",
    [
        {"files": {"../../precious": _transaction.digest(b"ours")}},
        {"files": {"/etc/hosts": "0" * 64}},
        {"files": {"schemas/../../precious": "0" * 64}},
        {"files": {"schemas\\..\\precious": "0" * 64}},
        {"files": {"NOTES.md": _transaction.digest(b"ours")}},
        {"files": ["schemas/events.json"]},
        {"files": {"schemas/events.json": None}},
        {"options": {"profile": "lenient", "draft": "07", "what": ["schemas"], "base_uri": ""}},
        {"options": {"profile": "strict", "draft": "07", "what": ["everything"], "base_uri": ""}},
        {"options": {"profile": "strict"}, "contract": "one"},
        {"options": []},
    ],
)
def test_a_wrong_lock_is_refused(folder: Path, tmp_path: Path, harm: dict[str, Any]) -> None:
    """A lock file that names paths outside the folder, or is none, is refused; nothing is written or deleted."""
    (tmp_path / "precious").write_text("ours")
    (folder / LOCK).write_text(json.dumps(json.loads((folder / LOCK).read_bytes()) | harm))
    before = contents(tmp_path)
    for command in (vendor, check):
        with pytest.raises(VendorError, match="cannot read the lock file"):
            command(folder)
    assert contents(tmp_path) == before
    (folder / LOCK).write_text("<<<<<<< ours")
    assert run(folder, "--check").returncode == 2
    (folder / LOCK).unlink()
    (folder / LOCK).symlink_to(tmp_path / "precious")
    assert run(folder).returncode == 2
    assert (folder / LOCK).is_symlink()


def steps_of_an_update(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, bytes], dict[str, bytes], int]:
    """An update of the folder: its files before and after, and how many steps it takes. Leaves it before."""
    age(folder, less)
    vendor(folder, what=["schemas", "documents"])
    age(folder, less)
    (folder / "schemas/events.json").unlink()
    before = contents(folder)
    taken = counted(monkeypatch, never=True)
    vendor(folder, what=["schemas", "types"])
    restore(monkeypatch)
    after = contents(folder)
    for path in after.keys() - before.keys():
        (folder / path).unlink()
    for path, content in before.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
    (folder / "types").rmdir()
    return before, after, len(taken)


def counted(
    monkeypatch: pytest.MonkeyPatch, *, stop: int = 0, error: BaseException | None = None, never: bool = False
) -> list[str]:
    """Make the step of that number raise; returns the list in which the steps are noted."""
    taken: list[str] = []

    def wrapped(name: str) -> Callable[..., Any]:
        original = getattr(Path, name)

        def step(self: Path, *arguments: Any, **options: Any) -> Any:
            taken.append(name)
            if not never and len(taken) == stop:
                assert error
                raise error
            return original(self, *arguments, **options)

        return step

    for name in STEPS:
        monkeypatch.setattr(Path, name, wrapped(name))
    return taken


@pytest.mark.usefixtures("untold")
def test_an_error_at_any_step_leaves_all_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or a missing permission, wherever it strikes: every file is as before, and the error is told."""
    before, after, steps = steps_of_an_update(folder, monkeypatch)
    assert steps > 20
    unchanged = 0
    for stop in range(1, steps + 1):
        counted(monkeypatch, stop=stop, error=OSError(errno.ENOSPC, "No space left on device"))
        with pytest.raises(
            VendorError, match=r"no space left on device; (nothing was changed|.* start over)"
        ):
            vendor(folder, what=["schemas", "types"])
        restore(monkeypatch)
        if _transaction.unfinished(folder):
            _transaction.recover(folder)
        there = contents(folder)
        assert there in (before, after)
        unchanged += there == before
        if there == after:
            break
    assert unchanged > steps / 2
    vendor(folder, what=["schemas", "types"])
    assert contents(folder) == after


@pytest.mark.usefixtures("untold")
def test_a_crash_at_any_step_is_mended_by_the_next_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine stops between two steps, `--check` says so, and the next run ends as if nothing had been."""
    before, after, steps = steps_of_an_update(folder, monkeypatch)
    interrupted = 0
    for stop in range(1, steps + 1):
        counted(monkeypatch, stop=stop, error=Crash())
        monkeypatch.setattr(_transaction, "recover", lambda _: None)
        monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(Crash):
            vendor(folder, what=["schemas", "types"])
        restore(monkeypatch)
        if _transaction.unfinished(folder):
            interrupted += 1
            assert "interrupted" in {finding.state for finding in check(folder)}
        _transaction.recover(folder)
        assert contents(folder) in (before, after)
        vendor(folder, what=["schemas", "types"])
        assert contents(folder) == after
        assert check(folder) == []
        for path in after.keys() - before.keys():
            (folder / path).unlink()
        for path, content in before.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content)
    assert interrupted > steps / 2


def test_an_edit_after_a_crash_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody wrote between the crash and the next run is not undone with the rest."""
    age(folder, less)
    monkeypatch.setattr(_transaction, "_close", lambda *_: (_ for _ in ()).throw(Crash()))
    with pytest.raises(Crash):
        vendor(folder)
    restore(monkeypatch)
    (folder / ORDER).write_text("mine")
    with pytest.raises(VendorError, match="it was edited"):
        vendor(folder)
    assert (folder / ORDER).read_text() == "mine"


def test_a_damaged_journal_is_told(folder: Path) -> None:
    """A journal that cannot be read is named, and nothing is undone by guessing."""
    (folder / _transaction.JOURNAL).mkdir()
    (folder / _transaction.JOURNAL / "steps.json").write_text("{")
    before = contents(folder)
    with pytest.raises(VendorError, match=r"steps\.json: .* it is damaged: remove its folder"):
        vendor(folder)
    assert contents(folder) == before


def test_the_first_run_is_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there was no folder there is a whole one or none, and no folders made for it stay behind."""
    steps = counted(monkeypatch, never=True)
    vendor(tmp_path / "a" / "b")
    restore(monkeypatch)
    for stop in range(1, len(steps) + 1):
        counted(monkeypatch, stop=stop, error=OSError(errno.EACCES, "Permission denied"))
        with pytest.raises(VendorError, match="permission denied; nothing was changed"):
            vendor(tmp_path / "c" / "d")
        restore(monkeypatch)
        assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """A real refusal of the system: files may not grow beyond 20 kB."""
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        "from junction_webhooks.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "vendor", str(tmp_path / "new")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written: file too large; nothing was changed" in done.stderr
    assert contents(tmp_path) == {}


def test_no_extra_is_needed(tmp_path: Path) -> None:
    """Everything can be vendored and updated with the package alone."""
    blocker = (
        "import sys; extras = ('hypothesis', 'jsonpatch', 'jsonschema_rs', 'msgspec', 'orjson', 'pytest', 'tqdm');"
        "sys.modules.update(dict.fromkeys(extras));"
        "from junction_webhooks.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    for what in ("schemas,types,documents", "schemas,fixtures,types,documents"):
        done = subprocess.run(
            [sys.executable, "-c", blocker, "vendor", str(tmp_path / "new"), "--what", what],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "new/fixtures/rules.ndjson").is_file()


@pytest.mark.parametrize("what", ["", ",", "schema", "schemas,models"])
def test_what_must_be_known(tmp_path: Path, what: str) -> None:
    """Another word after `--what` is a usage error that lists the words."""
    done = run(tmp_path / "new", "--what", what)
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected one or more of schemas, fixtures, types, documents" in done.stderr


def test_pre_commit_hook_checks_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The hook's entry with a folder for its argument is `vendor --check` of that folder."""
    root = _data.checkout()
    assert root is not None
    hook = dict(
        re.findall(r"^[ -] ([a-z_]+): (.*)$", (root / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE)
    )
    program, *arguments = hook["entry"].split()
    assert program == "junction-webhooks"
    assert cli.main([*arguments, str(folder)]) == 0
    (folder / ORDER).unlink()
    assert cli.main([*arguments, str(folder)]) == 1
    assert "missing: " in capsys.readouterr().out
    # The package alone is enough: what hooks install is not what the team tests with.
    assert "additional_dependencies" not in hook

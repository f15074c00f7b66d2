"""What an update changes, and what it says about that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.vendoring import ALL, HERE, ORDER, age, contents, less, run

from junction_webhooks import cli, contract
from junction_webhooks.contract import releases as _releases
from junction_webhooks.vendoring import LOCK, check, vendor
from junction_webhooks.vendoring._lock import digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
        _releases.told(f"updated {folder}: version 0.8.0 to {contract.version()} of the contract"),
        "labtest.order.created, labtest.order.updated",
        "  /data/bygone: the property bygone is gone (property_removed)",
        "  /data/details: details is now required (required_added)",
        "  /data/lab_test/price: it may now be null (null_added)",
        (
            "  /data/last_event/status: the known value completed.walk_in_test.corrected is new (known_value_added); "
            "also at /data/events/*/status"
        ),
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
            "Only descriptions changed: nothing breaks consumers",
        ),
        (
            lambda part: part["Order"]["properties"]["id"].update(pattern="^[0-9a-f-]+$"),
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
    monkeypatch.setattr("junction_webhooks.contract.releases.versions", lambda: ("0.8.0", contract.version()))
    assert cli.main(["vendor", str(folder), "--profile", "strict"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"`junction-webhooks diff 0.8.0 {contract.version()} --for consumer` shows whether it breaks readers (extra `fast`)"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda part: part["Order"]["properties"]["id"].update(format="date"),
            ("format_removed", "/data/id", "it no longer has the format date"),
        ),
        (
            lambda part: part["OrderOrigin"]["enum"].append("x"),
            ("value_removed", "/data/origin", "the value x is gone"),
        ),
        (
            lambda part: part["OrderEvent"].update(additionalProperties=True),
            ("object_closed", "/data/last_event", "properties besides the listed ones are rejected"),
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
            ("enum_added", "/data/origin", "the values are now listed"),
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
    lock["files"]["schemas/labtest.order.deleted.json"] = digest(old)
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


def test_going_back_says_what_is_only_likely(folder: Path) -> None:
    """Where no rule tells whether an older version refuses what the newer one took, it is not said to."""

    def conditional(definitions: dict[str, Any]) -> None:
        definitions["Order"]["properties"]["priority"] |= {"if": {"const": True}, "else": {"const": None}}

    age(folder, conditional, version="99.0.0")
    told = run(folder, "--downgrade").stdout.splitlines()
    assert told[-1] == "These schemas may reject payloads of version 99.0.0: /data/priority"


def test_an_older_package_leaves_a_newer_folder_alone(folder: Path) -> None:
    """A folder that a newer package made is ahead, in one line; it is only taken back with `--downgrade`."""
    age(folder, less, version="99.0.0")
    before = contents(folder)
    versions = f"{folder}: version 99.0.0 of the contract, and this package has {contract.version()}"
    checked = run(folder, "--check")
    assert (checked.returncode, checked.stderr) == (1, "")
    assert checked.stdout.splitlines() == [
        f"ahead: {versions}: upgrade the package, or replace the copy with `junction-webhooks vendor {folder} --downgrade`"
    ]
    refused = run(folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines() == [
        f"junction-webhooks: {versions}: upgrade the package, or replace the copy with --downgrade",
        "junction-webhooks: nothing was written",
    ]
    assert contents(folder) == before
    forced = run(folder, "--downgrade").stdout.splitlines()
    assert forced[0] == f"updated {folder}: version 99.0.0 to {HERE.removeprefix('version ')}"
    assert forced[-1] == "These schemas reject payloads of version 99.0.0: /data/details, /data/priority"
    assert check(folder) == []

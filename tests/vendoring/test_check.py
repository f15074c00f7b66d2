"""What `vendor --check` finds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.vendoring import EDITED, ORDER, age, contents, less, run

from junction_webhooks import cli, contract
from junction_webhooks.contract import _files as _data
from junction_webhooks.vendoring import check, vendor
from junction_webhooks.vendoring._update import STAGING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
            lambda folder: (folder / STAGING).mkdir(),
            f"interrupted: {{}}/{STAGING}: an update was interrupted: run `junction-webhooks vendor {{}}`",
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
        f"behind: {folder}: version 0.8.0 of the contract, and this package has {contract.version()}: {update}",
        f"missing: {folder}/schemas/events.json: {update}",
    ]


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
        "is in the way, and was not written by `vendor`: move it elsewhere and run `junction-webhooks vendor "
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

"""Folders that somebody prepared to make `vendor` write, delete or read elsewhere, or to make it hang."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.vendoring import ORDER, run, tree

from junction_webhooks.vendoring import LOCK, VendorError, check, vendor
from junction_webhooks.vendoring._lock import digest, is_ours
from junction_webhooks.vendoring._update import STAGING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINK: Final = "is a symbolic link, and `vendor` follows none"
TYPES: Final = "types/junction-webhooks.ts"


def git(folder: Path, *arguments: str) -> None:
    """Run git without the user's settings."""
    names = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *names, *arguments], cwd=folder, env=environment, check=True)  # noqa: S607  (any git)


def test_a_cloned_repository_plants_no_hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal of an update that leads through a link into `.git/hooks` makes `vendor` move nothing there."""
    origin, clone, proof = tmp_path / "origin", tmp_path / "clone", tmp_path / "proof"
    folder = origin / "contracts/junction"
    vendor(folder)
    (folder / "hooked").symlink_to("../../.git/hooks")
    (folder / STAGING / "old/hooked").mkdir(parents=True)
    (folder / STAGING / "steps.json").write_text(
        '{"hooked/pre-commit": null, "hooked/pre-push.sample": null}'
    )
    hook = folder / STAGING / "old/hooked/pre-commit"
    hook.write_text(f"#!/bin/sh\ntouch '{proof}'\n")
    hook.chmod(0o755)
    for command in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "Add the contract"]):
        git(origin, *command)
    git(tmp_path, "clone", "-q", str(origin), str(clone))
    monkeypatch.chdir(clone)
    hooks = tree(clone / ".git")
    assert run("contracts/junction").returncode == 0
    assert tree(clone / ".git") == hooks
    assert (clone / "contracts/junction/hooked").is_symlink()
    git(clone, "commit", "-q", "--allow-empty", "-m", "Run the hooks")
    assert not proof.exists()


@pytest.mark.parametrize("place", ["types", TYPES, ORDER, "README.md", LOCK, STAGING])
@pytest.mark.parametrize("target", ["folder", "file", "nothing"])
def test_no_link_below_the_folder_is_followed(folder: Path, tmp_path: Path, place: str, target: str) -> None:
    """Wherever a link is in the way, it is named, and nothing changes: not the link, not what it points to."""
    outside = tmp_path / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "folder" / "junction-webhooks.ts").write_text("ours")
    (outside / "file").write_bytes((folder / place).read_bytes() if (folder / place).exists() else b"ours")
    if (folder / place).exists():
        (folder / place).unlink()
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).symlink_to(outside / target)
    before = tree(tmp_path)
    done = run(folder, "--what", "schemas,types")
    assert (done.returncode, done.stdout) == (2, "")
    wanted = "this version cannot read the lock file" if place == LOCK else LINK
    assert f"{folder / place}: {wanted}" in done.stderr
    assert run(folder, "--what", "schemas,types", "--check").returncode == (2 if place == LOCK else 1)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("command", [vendor, check])
def test_the_folder_itself_may_be_no_link(tmp_path: Path, command: Callable[[Path], object]) -> None:
    """A link, even a broken one, is refused in the place of the folder; what it points to is to be named."""
    vendor(tmp_path / "target")
    before = tree(tmp_path)
    for target in ("target", "nowhere"):
        (tmp_path / "link").symlink_to(tmp_path / target)
        with pytest.raises(VendorError, match=f"link: {LINK}: name the folder it points to"):
            command(tmp_path / "link")
        (tmp_path / "link").unlink()
    assert tree(tmp_path) == before


def test_links_on_the_way_belong_to_the_checkout_or_to_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the working directory, or in a Git checkout, no part of the path may be a link; above it may."""
    (tmp_path / "outside").mkdir()
    repository = tmp_path / "machine" / "repository"
    (repository / "sub").mkdir(parents=True)
    (repository / "contracts").symlink_to(tmp_path / "outside")
    (tmp_path / "home").symlink_to(tmp_path / "machine")
    monkeypatch.chdir(repository)
    for name in ("contracts/junction", "./contracts/junction", "sub/../contracts/junction", "contracts/a/b"):
        done = run(name)
        assert (done.returncode, done.stdout) == (2, ""), name
        assert f"contracts: {LINK}" in done.stderr
    monkeypatch.chdir(tmp_path / "outside")
    # A worktree and a submodule have a file of that name.
    (repository / ".git").write_text("gitdir: elsewhere")
    for top in (tmp_path / "machine", tmp_path / "home"):
        assert run(top / "repository/contracts/junction").returncode == 2
    assert run("../machine/repository/contracts/junction").returncode == 2
    assert tree(tmp_path / "outside") == {}
    assert run(tmp_path / "home/repository/junction").returncode == 0
    assert check(repository / "junction") == []


@pytest.mark.parametrize(
    "path",
    [
        "../../precious",
        "/etc/hosts",
        "C:/precious",
        "schemas",
        "schemas/",
        "schemas//events.json",
        "schemas/./events.json",
        "schemas/../../precious",
        "schemas/..",
        "schemas\\..\\precious",
        "schemas/.git/config",
        "schemas/EVENTS.json",
        "Schemas/events.json",
        "schemas/events.json.",
        "schemas/events.json ",
        "schemas/events~1.jso",
        "schemas/events.json\n",
        "schemas/events.json\0",
        "schemas/events.json:stream",
        "schemas/nul",
        "schemas/con.json",
        "schemas/com1/events.json",
        "schemas/évènement.json",
        "NOTES.md",
        "README.md/a",
        LOCK,
        f"{STAGING}/written.json",
        "",
    ],
)
def test_a_lock_cannot_name_what_vendor_would_not_write(folder: Path, tmp_path: Path, path: str) -> None:
    """A lock with such a path is refused, and a record of an update with one is ignored; no file changes."""
    (tmp_path / "precious").write_text("ours")
    assert not is_ours(path)
    lock = json.loads((folder / LOCK).read_bytes())
    (folder / LOCK).write_text(json.dumps(lock | {"files": lock["files"] | {path: digest(b"ours")}}))
    before = tree(tmp_path)
    for command in (vendor, check):
        with pytest.raises(VendorError, match="cannot read the lock file"):
            command(folder)
    assert tree(tmp_path) == before
    (folder / LOCK).write_text(json.dumps(lock))
    (folder / STAGING).mkdir()
    (folder / STAGING / "written.json").write_text(json.dumps({path: [digest(b"ours")]}))
    assert vendor(folder).deleted == ()
    assert (tmp_path / "precious").read_text() == (folder / "NOTES.md").read_text() == "ours"


@pytest.mark.parametrize(
    "harm",
    [
        {"files": ["schemas/events.json"]},
        {"files": {"schemas/events.json": None}},
        {"files": {"schemas/events.json": "0" * 63}},
        {"options": {"profile": "lenient", "draft": "07", "what": ["schemas"], "base_uri": ""}},
        {"options": {"profile": "strict", "draft": "07", "what": ["everything"], "base_uri": ""}},
        {"options": {"profile": "strict", "draft": "07", "what": [], "base_uri": ""}},
        {"options": {"profile": "strict", "draft": "07", "what": ["schemas"], "base_uri": "\x1b[2J"}},
        {"options": {"profile": "strict", "draft": [], "what": ["schemas"], "base_uri": ""}},
        {"options": {"profile": "strict"}, "contract": "one"},
        {"options": []},
        {"contract": "1.0"},
        {"contract": "1.\n0.0"},
        {"contract": "1.0." + "9" * 5000},
        {"contract": 1},
    ],
)
def test_a_wrong_lock_is_refused(folder: Path, tmp_path: Path, harm: dict[str, Any]) -> None:
    """A lock file that `vendor` cannot have written is refused by both commands; nothing changes."""
    (folder / LOCK).write_text(json.dumps(json.loads((folder / LOCK).read_bytes()) | harm))
    before = tree(tmp_path)
    for command in (vendor, check):
        with pytest.raises(VendorError, match="cannot read the lock file"):
            command(folder)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "text", [b"", b"<<<<<<< ours", b"[" * 100_000, b"\xff\xfe", b"null", b'"a"', b"[]", b"1" * 5000, b"NaN"]
)
def test_text_that_is_no_lock_is_refused(folder: Path, text: bytes) -> None:
    """So is any other text; as the record of an update it is ignored."""
    lock = (folder / LOCK).read_bytes()
    (folder / LOCK).write_bytes(text)
    for command in (vendor, check):
        with pytest.raises(VendorError, match="cannot read the lock file"):
            command(folder)
    (folder / LOCK).write_bytes(lock)
    (folder / STAGING).mkdir()
    (folder / STAGING / "written.json").write_bytes(text)
    assert [finding.state for finding in check(folder)] == ["interrupted"]
    vendor(folder)
    assert check(folder) == []


@pytest.mark.parametrize("place", ["README.md", ORDER, LOCK, TYPES, "types", STAGING])
def test_a_pipe_makes_nobody_wait(folder: Path, place: str) -> None:
    """A named pipe is never opened; where is in the way it stays, and is named."""
    if (folder / place).exists():
        (folder / place).unlink()
    (folder / place).parent.mkdir(exist_ok=True)
    os.mkfifo(folder / place)
    assert run(folder, "--what", "schemas,types").returncode == 2
    assert run(folder, "--what", "schemas,types", "--check").returncode == (2 if place == LOCK else 1)
    assert stat.S_ISFIFO((folder / place).lstat().st_mode)


def test_a_hard_link_is_replaced_and_never_written_through(folder: Path, tmp_path: Path) -> None:
    """Another name of a vendored file keeps its content: files are replaced, not overwritten."""
    before = (folder / ORDER).read_bytes()
    os.link(folder / ORDER, tmp_path / "outside")
    vendor(folder, profile="strict")
    assert (folder / ORDER).read_bytes() != before
    assert (tmp_path / "outside").read_bytes() == before


def test_a_huge_file_is_not_read_into_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is far larger than any of ours counts as edited, and as no lock file."""
    monkeypatch.setattr("junction_webhooks.vendoring._folder._MOST_BYTES", 1_000_000)
    os.truncate(folder / ORDER, 1_000_001)
    assert [(each.path, each.state) for each in check(folder)] == [(ORDER, "edited")]
    os.truncate(folder / LOCK, 1_000_001)
    with pytest.raises(VendorError, match="cannot read the lock file"):
        vendor(folder)


@pytest.mark.parametrize(
    "schema",
    [
        "no JSON",
        "3",
        "[]",
        '{"$ref": "#"}',
        '{"$ref": "#/nowhere"}',
        '{"$defs": [], "properties": 3, "required": {}, "enum": null}',
        '{"allOf": [{"$ref": "#"}, {"$ref": "#"}], "items": [1], "type": {}}',
        "[" * 100_000,
    ],
)
def test_an_old_schema_may_be_anything(folder: Path, schema: str) -> None:
    """What the lock lists as an old schema is compared as far as it is one, and replaced."""
    lock = json.loads((folder / LOCK).read_bytes())
    (folder / ORDER).write_text(schema)
    lock["files"][ORDER] = digest(schema.encode())
    (folder / LOCK).write_text(json.dumps(lock))
    assert run(folder).returncode == 0
    assert check(folder) == []


def test_what_is_in_the_staging_folder_goes_but_not_what_it_points_to(folder: Path, tmp_path: Path) -> None:
    """The reserved name is cleared with everything in it, and no link in it is followed."""
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "file").write_text("ours")
    staging = folder / STAGING
    (staging / "new" / "deep").mkdir(parents=True)
    for link in (staging / "0", staging / "written.json", staging / "new" / "deep" / "link"):
        link.symlink_to(outside)
    (staging / "1").symlink_to(outside / "deep" / "file")
    before = tree(outside)
    vendor(folder, profile="strict")
    assert (tree(outside), staging.exists()) == (before, False)
    assert check(folder) == []

"""What Git can do to a vendored folder is named for what it is."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.vendoring import ORDER, contents, run

from junction_webhooks.vendoring import LOCK, VendorError, check, vendor

if TYPE_CHECKING:
    from pathlib import Path

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 46209\n".format("0" * 64)


def git(folder: Path, *arguments: str) -> None:
    """Run Git in a folder."""
    name = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
    command = ["git", *name, *arguments]
    subprocess.run(command, cwd=folder, check=False, capture_output=True)


@pytest.mark.parametrize("path", [ORDER, LOCK])
def test_a_merge_that_was_not_resolved(tmp_path: Path, path: str) -> None:
    """After `git merge` with a conflict, `check` and `vendor` name the markers and what to do about them."""
    vendor(tmp_path, what=["schemas"])
    git(tmp_path, "init", "--quiet", "-b", "main")
    for branch in ("main", "other"):
        if branch == "other":
            git(tmp_path, "checkout", "--quiet", "-b", "other", "HEAD~0")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "-m", branch)
    for branch in ("other", "main"):
        git(tmp_path, "checkout", "--quiet", branch)
        lines = (tmp_path / path).read_text().splitlines(keepends=True)
        (tmp_path / path).write_text("".join([lines[0], f'  "{branch}": 1,\n', *lines[1:]]))
        git(tmp_path, "commit", "--quiet", "-am", "change")
    git(tmp_path, "merge", "other")
    assert b"<<<<<<<" in (tmp_path / path).read_bytes()
    before = contents(tmp_path)
    done = run(tmp_path)
    assert done.returncode == 2
    assert (
        f"{tmp_path / path}: has the conflict markers of a merge: take one side with `git checkout"
        in done.stderr
    )
    assert contents(tmp_path) == before
    if path == ORDER:
        (finding,) = check(tmp_path)
        assert (finding.path, finding.state) == (ORDER, "damaged")
        assert finding.todo.startswith("has the conflict markers of a merge: take one side")
    else:
        with pytest.raises(VendorError, match="has the conflict markers of a merge"):
            check(tmp_path)
    git(tmp_path, "checkout", "--theirs", path)
    assert b"<<<<<<<" not in (tmp_path / path).read_bytes()


def test_pointers_of_lfs(tmp_path: Path) -> None:
    """A pointer is no edit: the files have to be fetched. The same for the lock, and for a newer version."""
    vendor(tmp_path)
    (tmp_path / ORDER).write_text(POINTER)
    (finding,) = check(tmp_path)
    assert (finding.path, finding.state) == (ORDER, "damaged")
    assert finding.todo.startswith(
        "is a pointer of Git LFS, not the file: fetch the file with `git lfs pull` and run"
    )
    lock = json.loads((tmp_path / LOCK).read_bytes())
    (tmp_path / LOCK).write_text(json.dumps(lock | {"contract": "99.0.0"}))
    ahead, finding = check(tmp_path)
    assert (ahead.state, finding.state) == ("ahead", "damaged")
    (tmp_path / LOCK).write_text(POINTER)
    for arguments in ([], ["--check"]):
        done = run(tmp_path, *arguments)
        assert done.returncode == 2
        assert f"{tmp_path / LOCK}: is a pointer of Git LFS, not the file: fetch" in done.stderr


def test_a_text_that_only_mentions_markers_is_an_edit(tmp_path: Path) -> None:
    """Something else in a file is an edit."""
    vendor(tmp_path)
    (tmp_path / ORDER).write_text("<<<<<<< is how a conflict starts\n")
    assert [each.state for each in check(tmp_path)] == ["edited"]


@pytest.mark.parametrize("below", ["", "/junction"])
def test_an_empty_submodule(tmp_path: Path, below: str) -> None:
    """Nothing is written into a submodule that was not checked out, and `check` says that it is one."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitmodules").write_text(
        '[submodule "contracts"]\n\tpath = contracts\n\turl = ../contracts\n'
    )
    (tmp_path / "contracts").mkdir()
    for arguments in ([], ["--check"]):
        done = run(f"{tmp_path}/contracts{below}", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert (
            f"{tmp_path}/contracts: is a submodule that is not checked out: run `git submodule update"
            in done.stderr
        )
    assert contents(tmp_path / "contracts") == {}
    (tmp_path / "contracts/.git").write_text("gitdir: ../.git/modules/contracts")
    assert run(f"{tmp_path}/contracts{below}").returncode == 0
    assert run(f"{tmp_path}/contracts{below}", "--check").returncode == 0
    assert run(f"{tmp_path}/other").returncode == 0


def test_line_ends_of_git_stay(tmp_path: Path) -> None:
    """With `core.autocrlf`, a clone of the folder has the same bytes, and Git finds nothing to complain about."""
    origin = tmp_path / "origin"
    vendor(origin / "contract", what=["schemas", "fixtures"])
    git(origin, "init", "--quiet")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "vendored")
    git(tmp_path, "-c", "core.autocrlf=true", "clone", "--quiet", "origin", "clone")
    assert contents(tmp_path / "clone/contract") == contents(origin / "contract")
    said = subprocess.run(
        ["git", "check-attr", "linguist-vendored", "text", "--", "contract/schemas/events.json"],  # noqa: S607
        cwd=origin,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.splitlines() == [
        "contract/schemas/events.json: linguist-vendored: set",
        "contract/schemas/events.json: text: unset",
    ]

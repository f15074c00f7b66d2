"""Folders filled with odd things at random: whatever they hold, `vendor` harms nobody."""

from __future__ import annotations

import json
import os
import random
import stat
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.vendoring import ALL, ORDER, contents, tree

from junction_webhooks.vendoring import LOCK, VendorError, check, vendor
from junction_webhooks.vendoring._files import TOP_LEVEL
from junction_webhooks.vendoring._lock import digest, is_ours
from junction_webhooks.vendoring._update import STAGING

if TYPE_CHECKING:
    from pathlib import Path


QUICK: Final = ("schemas", "types", "documents", "lifecycles", "values")
"""Parts that take little time to make."""
TYPES: Final = "types/junction-webhooks.ts"


def plant(chance: random.Random, folder: Path, outside: Path) -> None:
    """Put something odd at a place that `vendor` cares about."""
    owned = [*TOP_LEVEL, LOCK, STAGING, *(f"{each}/a.json" for each in ALL), ORDER, TYPES, *ALL]
    owned += [f"{STAGING}/{each}" for each in ("0", "5", "written.json", "written.json.new", "x/y")]
    path = folder / chance.choice(owned)
    if chance.random() < 0.3:
        path = folder.joinpath(*chance.choices(["a", "schemas", ".git", "types"], k=2))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path) and not stat.S_ISDIR(path.lstat().st_mode):
            path.unlink()
        match chance.randrange(6):
            case 0:
                path.symlink_to(
                    chance.choice([outside, outside / "file", outside / "nowhere", folder.parent])
                )
            case 1:
                os.link(outside / "file", path)
            case 2:
                os.mkfifo(path)
            case 3:
                path.mkdir()
            case 4:
                path.write_text("ours")
            case _:
                lock = {name: digest(b"ours") for name in chance.sample(owned, 4)}
                path.write_text(
                    json.dumps(chance.choice([lock, {name: [each] for name, each in lock.items()}]))
                )
    except OSError:
        pass  # something else is there already


def read_object(file: Path) -> dict[str, Any]:
    """The JSON object in a file, or an empty one."""
    try:
        return dict(json.loads(file.read_bytes())) if file.is_file() else {}
    except ValueError:
        return {}


def rewrite_lock(chance: random.Random, folder: Path) -> None:
    """List some of what is there, whoever wrote it, and some of what is not, in the lock."""
    lock = read_object(folder / LOCK)
    if "contract" not in lock or chance.random() < 0.5:
        return
    there = [path for path in contents(folder) if is_ours(path)]
    for path in chance.sample(there, min(3, len(there))):
        lock["files"][path] = digest((folder / path).read_bytes())
    lock["files"]["schemas/gone.json"] = "0" * 64
    (folder / LOCK).write_text(json.dumps(lock))


def owned(folder: Path) -> set[str]:
    """What `vendor` may replace and delete: what the lock or a record lists with the content that is there."""
    listed: dict[str, set[str]] = {}
    for path, locked in read_object(folder / LOCK).get("files", {}).items():
        listed.setdefault(path, set()).add(locked)
    for path, digests in read_object(folder / STAGING / "written.json").items():
        listed.setdefault(path, set()).update(digests if isinstance(digests, list) else [])
    there = {path for path, content in contents(folder).items() if digest(content) in listed.get(path, ())}
    return there | {LOCK}


def harm_nobody(seed: int, tmp_path: Path) -> None:
    """Run `vendor` in a folder with odd things in it, and see that it minds its own business."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    folder, outside = tmp_path / "repository" / "contracts", tmp_path / "outside"
    outside.mkdir(parents=True)
    (outside / "file").write_text("ours")
    if chance.random() < 0.8:
        vendor(folder, what=chance.sample(QUICK, 2))
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(chance.randint(1, 6)):
        plant(chance, folder, outside)
    rewrite_lock(chance, folder)
    mine = owned(folder)
    before = tree(tmp_path)
    try:
        vendor(folder, profile=chance.choice(["strict", None]), what=chance.sample(QUICK, 2))
    except VendorError:
        mine = set()
    else:
        assert check(folder) == [], seed
    after = tree(tmp_path)
    prefix = "repository/contracts/"
    for path, content in before.items():
        name = path.removeprefix(prefix)
        if path.startswith(prefix) and (name in mine or name.split("/")[0] == STAGING):
            continue
        # A folder may go when the last of our files in it does.
        if content is None and path not in after:
            assert name.split("/")[0] in ALL, (seed, path)
            continue
        assert path in after, (seed, path)
        assert after[path] == content, (seed, path)
    assert all(path in before or path.startswith(prefix) for path in after), seed


@pytest.mark.parametrize("seed", range(40))
def test_odd_folders_are_left_as_they_are(tmp_path: Path, seed: int) -> None:
    """Whatever a folder holds: nothing outside changes, and inside nothing that `vendor` did not write."""
    harm_nobody(seed, tmp_path)


@pytest.mark.exhaustive
def test_many_odd_folders_are_left_as_they_are(tmp_path: Path) -> None:
    """The same for hundreds of folders."""
    for seed in range(40, 1000):
        harm_nobody(seed, tmp_path / str(seed))

"""The published versions of the contract: they never change, and the package has all of them."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from junction_webhooks import contract
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import releases
from junction_webhooks_dev.codegen import outputs, release

if TYPE_CHECKING:
    from pathlib import Path

PUBLISHED = {"0.9.0": "5580cc6dcdbf712329fc95a7009b0bdcbe0bcd2995995bbca32493f4f99f2d8a"}
"""The hash of each published file. Add new versions; never change a line."""


def test_published_files_never_change() -> None:
    """Each published version is still there, with the bytes that it was published with, and in the index."""
    files = {version: _data.generated(releases.path_of(version)) for version in releases.versions()}
    hashes = {version: sha256(file.read_bytes()).hexdigest() for version, file in files.items()}
    assert hashes == PUBLISHED
    index = json.loads(_data.generated(releases.INDEX).read_bytes())
    assert {version: entry["sha256"] for version, entry in index.items()} == PUBLISHED


def test_the_contract_is_what_was_published() -> None:
    """A version that is published has the bundles of the schemas. Other bundles need another version."""
    assert not release.differs(), f"{contract.version()} is published: raise the version in schemas/VERSION"


def test_the_build_refuses_a_damaged_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A published file that was changed or removed stops the build, which would otherwise record its new hash."""
    shutil.copytree(str(_data.generated("releases")), tmp_path / "releases")
    monkeypatch.setattr(release, "generated_folder", lambda: tmp_path)
    release.check_published()
    file = tmp_path / releases.path_of("0.9.0")
    for damage in (lambda: file.write_bytes(file.read_bytes() + b"\0"), file.unlink):
        damage()
        assert release.damaged() == ["generated/releases/0.9.0.json.xz"]
        with pytest.raises(release.ReleasedError, match=r"never change, .*0\.9\.0"):
            outputs.outputs()


def test_other_bundles_need_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """One word more in a schema is noticed, and published under no version that exists."""
    assert not release.differs()
    published = releases.find("0.9.0")
    assert published is not None
    changed = json.loads(json.dumps(published).replace("An order", "One order", 1))
    monkeypatch.setattr(releases, "find", lambda _: changed)
    assert release.differs()
    with pytest.raises(release.ReleasedError, match="raise the version in schemas/VERSION"):
        release.release()

"""What the tests of vendored folders start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from junction_webhooks.vendoring import vendor

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def memory_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A vendored folder in a repository, with two files of its owner in it."""
    folder = tmp_path / "contracts" / "junction"
    vendor(folder)
    (folder / "NOTES.md").write_text("ours")
    (folder / "schemas" / "own.json").write_text("{}")
    return folder

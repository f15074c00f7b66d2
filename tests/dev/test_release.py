"""`make release`: what it refuses, and what it prints. `.ci/run` rehearses it on the checkout itself."""

from __future__ import annotations

import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from support.checkout import ROOT
from support.tables import table

from junction_webhooks import contract
from junction_webhooks_dev import release_check
from junction_webhooks_dev.codegen import release as publishing
from junction_webhooks_dev.release import __main__ as command
from junction_webhooks_dev.release import building, metadata, state

if TYPE_CHECKING:
    from pathlib import Path

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [0.9.0] - 2026-11-26\n\n### Added\n\n- Things.\n\n## [0.8.0] - 2026-01-01\n\n- Old.\n"


def git(root: Path, *arguments: str) -> None:
    """Run git in a checkout, as somebody."""
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of what a release is about, ready to be released, in which the modules work."""
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "junction-webhooks"\nversion = "0.9.0"\n')
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Release")
    for module in (release_check, state, building, metadata):
        monkeypatch.setattr(module, "ROOT", root)
    monkeypatch.setattr(publishing, "differs", lambda: False)  # tests/contract/test_releases.py compares them
    return root


def test_a_checkout_that_is_ready(checkout: Path) -> None:
    """Nothing is missing before the tag, nor after it."""
    assert state.mistakes(None) == []
    assert state.notes() == ["### Added", "", "- Things."]
    git(checkout, "tag", "--annotate", "v0.9.0", "--message", "Release 0.9.0")
    assert state.mistakes("v0.9.0") == []


def test_what_is_not_committed(checkout: Path) -> None:
    """Changed and new files are named."""
    (checkout / "new.txt").write_text("new")
    assert state.mistakes(None) == ["uncommitted changes: new.txt"]


def test_branches_and_tags(checkout: Path) -> None:
    """A release is made on main, once, and its tag is the version and on main."""
    git(checkout, "tag", "v0.9.0")
    assert state.mistakes(None) == ["the tag v0.9.0 exists already: raise the version in pyproject.toml"]
    assert state.mistakes("v0.9.1") == [
        "the tag is v0.9.1, but pyproject.toml has version 0.9.0",
        "the tag v0.9.1 is not the commit that is checked out",
    ]
    git(checkout, "tag", "--delete", "v0.9.0")
    git(checkout, "switch", "-q", "--create", "feature")
    git(checkout, "commit", "-q", "--allow-empty", "-m", "Change")
    assert state.mistakes(None) == ["the branch is feature, not main"]
    git(checkout, "tag", "v0.9.0")
    assert state.mistakes("v0.9.0") == ["the commit is not on main"]


@table(
    ("before", "after", "mistake"),
    [
        ("\n## [0.9.0] - 2026-11-26\n", "", "the newest release is not `## [0.9.0] - ` and a date"),
        (" - 2026-11-26", "", "the newest release is not `## [0.9.0] - ` and a date"),
        ("2026-11-26", "2026-11-31", "2026-11-31, the date of 0.9.0, is not a date, or is in the future"),
        ("2026-11-26", "9999-11-26", "9999-11-26, the date of 0.9.0, is not a date, or is in the future"),
        ("\n\n### Added\n\n- Things.", "", "nothing is listed for 0.9.0"),
        ("## [Unreleased]\n", "", "it does not begin with [Unreleased]"),
        ("[Unreleased]\n", "[Unreleased]\n\n- More.\n", "there are lines under [Unreleased]"),
    ],
)
def test_the_changelog_is_cut(before: str, after: str, mistake: str, checkout: Path) -> None:
    """The newest heading is that of the version, with a date, and everything is below it."""
    assert before in CHANGELOG
    (checkout / "CHANGELOG.md").write_text(CHANGELOG.replace(before, after, 1))
    assert any(f"CHANGELOG.md: {mistake}" in each for each in state.mistakes(None))


def test_the_contract_is_published(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of the contract that is not published, or that differs from what is published, stops a release."""
    assert checkout
    monkeypatch.setattr(contract, "version", lambda: "0.9.7")
    assert "version 0.9.7 of the contract is not published" in state.mistakes(None)[0]
    monkeypatch.setattr(contract, "version", lambda: "0.9.0")
    monkeypatch.setattr(publishing, "differs", lambda: True)
    assert "version 0.9.0 of the contract is published with other bundles" in state.mistakes(None)[0]


@table(
    ("markdown", "left"),
    [
        ("A [link](docs/cli.md), `a](b` and **bold**.", []),
        ("| a | b |\n|---|---|\n| 1 | `x | y` |", []),
        ("```sh\n**kept** ](\n```", []),
        (
            "A [link] (docs/cli.md), [another](docs/my file.md)",
            ["A [link] (docs/cli.md), [another](docs/my file.md)"],
        ),
        ("Text\n| a | b |\n| 1 | 2 |", ["| a | b |", "| 1 | 2 |"]),
        ("This is ** bold **.", ["This is ** bold **."]),
    ],
)
def test_what_a_renderer_leaves(markdown: str, left: list[str]) -> None:
    """Markdown that is shown as it was typed is found, and code is not."""
    assert metadata.unrendered(markdown) == left


def wheel(folder: Path, **changes: str | None) -> Path:
    """Write a wheel with nothing but metadata: that of this package, except for the changes."""
    fields: dict[str, Any] = {
        "Metadata-Version": "2.4",
        "Name": "junction-webhooks",
        "Version": release_check.package_version(),
        "Summary": "Webhooks.",
        "Keywords": "webhooks",
        "License-Expression": "MIT",
        "License-File": "LICENSE",
        "Requires-Python": ">=3.11",
        "Classifier": "Typing :: Typed",
        "Description-Content-Type": "text/markdown",
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    text = "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)
    file = folder / "junction_webhooks-0.9.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(
            "junction_webhooks-0.9.0.dist-info/METADATA", f"{text}\n{(ROOT / 'README.md').read_text()}"
        )
    return file


@table(
    ("changes", "mistake"),
    [
        ({}, None),
        ({"License_Expression": "MIT-ish"}, "license"),
        ({"Requires_Python": "three"}, "requires"),
        ({"Version": "0.8.0"}, "the version is 0.8.0"),
        ({"Classifier": "Typing :: Sometimes"}, "not a classifier: Typing :: Sometimes"),
        ({"Description_Content_Type": "text/plain"}, "the description is not README.md"),
        ({"Summary": None}, "summary is missing"),
    ],
)
def test_metadata_is_checked(changes: dict[str, str | None], mistake: str | None, tmp_path: Path) -> None:
    """What an index would refuse is found, and so is what would only look wrong there."""
    found = metadata.mistakes(wheel(tmp_path, **changes))
    assert (found == []) if mistake is None else any(mistake in each for each in found), found


def test_it_stops_early_or_says_what_is_left(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A checkout that is not ready builds nothing, unless it is a rehearsal. A ready one ends with what a person does."""
    built = [wheel(checkout)]
    builds: list[str] = []

    def build() -> tuple[list[Path], list[str]]:
        builds.append("built")
        return built, []

    monkeypatch.setattr(building, "build", build)
    monkeypatch.setattr(release_check, "version_mistakes", list)
    monkeypatch.setattr(command, "_tried_out", list)
    monkeypatch.setattr(metadata, "mistakes", lambda _: [])
    (checkout / "README.md").write_text("[How](docs/how.md)")
    assert command.main([]) == 1
    assert (builds, "uncommitted changes" in capsys.readouterr().out) == ([], True)
    assert command.main(["--rehearse"]) == 0
    assert (builds, "not yet  the checkout" in capsys.readouterr().out) == (["built"], True)
    git(checkout, "add", "-A")
    git(checkout, "commit", "-q", "-m", "Add a README")
    assert (command.main(["--only-state"]), command.main([])) == (0, 0)
    shown = capsys.readouterr().out
    for words in (
        "[project.urls]",
        "docs/how.md",
        "git push origin main v0.9.0",
        "Approve `publish`",
        "dist/junction",
    ):
        assert words in shown
    monkeypatch.setattr(building, "build", lambda: (built, ["a.whl: a second build gives other bytes"]))
    assert command.main([]) == 1
    assert "a.whl: a second build" in capsys.readouterr().out

"""Whether the checkout is in the state that a release is made from."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from junction_webhooks import contract
from junction_webhooks.contract import releases
from junction_webhooks_dev.codegen import release as published
from junction_webhooks_dev.release_check import ROOT, git, package_version, section, section_text

if TYPE_CHECKING:
    from collections.abc import Iterator

BRANCH = "main"
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def mistakes(tag: str | None) -> list[str]:
    """Return what is not ready, for a release that is tagged already or, without a tag, will be."""
    return [*_git_mistakes(tag), *_contract_mistakes(), *_changelog_mistakes()]


def notes() -> list[str]:
    """Return the lines of the changelog about the release, as they are."""
    changelog = (ROOT / "CHANGELOG.md").read_text()
    return section_text(changelog, package_version()).splitlines()


def urls() -> dict[str, str]:
    """Return the addresses in pyproject.toml by their names."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return dict(project.get("urls", {}))


def _git_mistakes(tag: str | None) -> Iterator[str]:
    version = package_version()
    expected = f"v{version}"
    if not VERSION.fullmatch(version):
        yield f"pyproject.toml: the version {version} is not three numbers"
    if changed := (git("status", "--porcelain") or "").splitlines():
        yield f"uncommitted changes: {', '.join(line[3:] for line in changed[:5])}"
    head = git("rev-parse", "HEAD")
    if tag is None:
        branch = (git("rev-parse", "--abbrev-ref", "HEAD") or "").strip()
        if branch != BRANCH:
            yield f"the branch is {branch or 'unknown'}, not {BRANCH}"
        if git("rev-parse", "--verify", "--quiet", f"refs/tags/{expected}") is not None:
            yield f"the tag {expected} exists already: raise the version in pyproject.toml"
        return
    if tag != expected:
        yield f"the tag is {tag}, but pyproject.toml has version {version}"
    if head is None or git("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}") != head:
        yield f"the tag {tag} is not the commit that is checked out"
    # A runner that checked out a tag has the branch only as one of the remote.
    branches = (f"origin/{BRANCH}", BRANCH)
    if all(git("merge-base", "--is-ancestor", "HEAD", branch) is None for branch in branches):
        yield f"the commit is not on {BRANCH}"


def _contract_mistakes() -> Iterator[str]:
    version = contract.version()
    if not releases.is_released(version):
        yield (
            f"version {version} of the contract is not published: "
            "run `python -m junction_webhooks_dev.codegen --release`"
        )
    elif published.differs():
        yield f"version {version} of the contract is published with other bundles: raise schemas/VERSION"


def _changelog_mistakes() -> Iterator[str]:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    version = package_version()
    if section(changelog, "Unreleased"):
        yield f"CHANGELOG.md: there are lines under [Unreleased]: move them below a heading for {version}"
    first, second, *_ = [*re.findall(r"^## (.*)$", changelog, re.MULTILINE), "", ""]
    if first != "[Unreleased]":
        yield "CHANGELOG.md: it does not begin with [Unreleased]"
    heading = re.fullmatch(rf"\[{re.escape(version)}\] - (\d{{4}}-\d\d-\d\d)", second)
    if heading is None:
        yield f"CHANGELOG.md: the newest release is not `## [{version}] - ` and a date"
    elif not section(changelog, version):
        yield f"CHANGELOG.md: nothing is listed for {version}"
    elif not _is_past(heading[1]):
        yield f"CHANGELOG.md: {heading[1]}, the date of {version}, is not a date, or is in the future"


def _is_past(date: str) -> bool:
    try:
        return datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC) <= datetime.now(UTC)
    except ValueError:
        return False

"""Check versions, published releases and CHANGELOG.md against the policy of docs/versions.md.

    python -m junction_webhooks_dev.release_check [--base REVISION]

git lists what changed since the base, which is the revision that a pull request goes to. The default is the last
commit if there are uncommitted changes, or else the one before it. Without git or a base, only the policy and the
hashes of the published releases are checked.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from junction_webhooks import compatibility, contract
from junction_webhooks.cli import _revisions
from junction_webhooks.contract import releases as _releases
from junction_webhooks.contract import stability as _stability
from junction_webhooks_dev.codegen import release as _release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import Schema
    from junction_webhooks.contract.stability import Stability

ROOT = Path(__file__).resolve().parents[2]
WATCHED = "schemas"
RELEASES = "generated/releases"
PARTS = {"major": 1, "minor": 2, "patch": 3}
"""How many parts of the version have to differ, from the left, for a change of that level."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command: print what is wrong, and return 1 if anything is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", metavar="REVISION")
    base = parser.parse_args(arguments).base
    if not base or not base.strip("0"):  # GitHub gives zeros for what was pushed to a new branch
        base = default_base()
    elif git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None:
        sys.stdout.write(f"{base}: not a commit of this repository; in a shallow clone, fetch the rest\n")
        return 1
    wrong = [*version_mistakes(), *release_mistakes(base), *changelog_mistakes(base)]
    sys.stdout.write("".join(f"{each}\n" for each in wrong) or "versions and changelog: nothing is wrong\n")
    return 1 if wrong else 0


def version_mistakes() -> list[str]:
    """Return how the version in schemas/VERSION breaks the policy, given the last release."""
    version = contract.version()
    released = _releases.versions()
    if not released:
        return []
    last = released[-1]
    published, current = _revisions.load(last).schemas, _revisions.installed()
    comparison = compatibility.compare(published, current)
    gone = sorted(classes(published, "stable") - (classes(current, "stable") | classes(current, "beta")))
    demoted = sorted(events(published, "stable") & events(current, "beta"))
    promoted = events(published, "beta") & events(current, "stable")
    level = "major" if gone or demoted else comparison.version_bump
    if promoted and level in ("none", "patch"):
        level = "minor"
    # Before 1.0, a minor version may break: see docs/versions.md.
    needed = "minor" if level == "major" and _releases.numbers(last)[0] == 0 else level
    sys.stdout.write(f"since {last}: {len(comparison.changes)} changes, release: {needed}\n")
    if _releases.numbers(version) < _releases.numbers(last):
        return [f"schemas/VERSION: {version} is older than {last}, which is published"]
    if version == last and not _release.differs():
        return []
    if version == last and needed == "none":
        return [
            f"schemas/VERSION: {last} is published with other bundles: these changes need a patch release"
        ]
    parts = PARTS.get(needed, 0)
    if needed == "none" or _releases.numbers(version)[:parts] > _releases.numbers(last)[:parts]:
        return []
    problem = "is published" if version == last else f"after {last} breaks the policy"
    because = [change for change in comparison.changes if change.version_bump == level]
    return [
        f"schemas/VERSION: {version} {problem}: these changes need a {needed} release",
        *(f"  {name}: the class is gone, or has another name" for name in gone),
        *(f"  {name}: was stable, and is beta" for name in demoted),
        *(f"  {name}: was beta, and is stable" for name in sorted(promoted)),
        *(
            f"  {change.schemas[0]} {change.path or '/'}: {change.what} ({change.rule})"
            for change in because[:20]
        ),
    ]


def classes(bundles: Mapping[str, Schema], stability: Stability) -> set[str]:
    """Return the names of the classes that are generated from the bundles of events of that stability."""
    found = [schema for schema in bundles.values() if _stability.of_bundle(schema) == stability]
    return {title for schema in found for title in (schema["title"], *schema["$defs"])}


def events(bundles: Mapping[str, Schema], stability: Stability) -> set[str]:
    """Return the event types of that stability."""
    return {
        name.partition("/")[2]
        for name, schema in bundles.items()
        if _stability.of_bundle(schema) == stability
    }


def release_mistakes(base: str | None) -> list[str]:
    """Return the published releases that changed: since the index recorded them, since the base, or since their tag."""
    changed = set(_release.damaged())
    if base is not None:
        listed = (git("diff", "--name-only", base, "--", RELEASES) or "").splitlines()
        changed |= {path for path in listed if path.endswith(".xz") and exists(base, path)}
    for tag in (git("tag", "--list", "v*") or "").split():
        for path in (git("ls-tree", "--name-only", tag, f"{RELEASES}/") or "").splitlines():
            file = ROOT / path
            there = git("rev-parse", f"{tag}:{path}")
            here = git("hash-object", "--", str(file)) if file.is_file() else None
            if path.endswith(".xz") and there != here:
                changed.add(path)
    return [f"{path}: it is published, and never changes" for path in sorted(changed)]


def changelog_mistakes(base: str | None) -> list[str]:
    """Return a mistake if schemas changed since the base without a new line in the changelog.

    The line may be under [Unreleased], or under the version of the package, which the release commit cuts.
    """
    if base is None:
        return []
    changed = (git("diff", "--name-only", base, "--", WATCHED) or "").splitlines()
    changed += (git("ls-files", "--others", "--exclude-standard", "--", WATCHED) or "").splitlines()
    schemas = [path for path in changed if path != f"{WATCHED}/VERSION"]
    before = git("show", f"{base}:CHANGELOG.md") or ""
    after = (ROOT / "CHANGELOG.md").read_text()
    if not schemas or set(newest(after)) - set(newest(before)):
        return []
    return [f"CHANGELOG.md: no new line under [Unreleased], though these changed: {', '.join(schemas)}"]


def newest(changelog: str) -> list[str]:
    """Return the lines under [Unreleased], and under the version of the package if it has a heading."""
    version = package_version()
    return [*section(changelog, "Unreleased"), *section(changelog, version)]


def section(changelog: str, name: str) -> list[str]:
    """Return the lines of the changelog under the heading of a version, without blank ones."""
    return [line.strip() for line in section_text(changelog, name).splitlines() if line.strip()]


def section_text(changelog: str, name: str) -> str:
    """Return what the changelog has under the heading of a version, as it is; empty without that heading."""
    heading = rf"^## \[{re.escape(name)}\][^\n]*\n"
    found = re.search(rf"{heading}(.*?)(?=^## |\Z)", changelog, flags=re.MULTILINE | re.DOTALL)
    return found[1].strip("\n") if found else ""


def package_version() -> str:
    """Return the version of the package, from pyproject.toml."""
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return version


def default_base() -> str | None:
    """Return the last commit if there are uncommitted changes, or else the one before it; None without one."""
    dirty = git("status", "--porcelain", "--", WATCHED, RELEASES, "CHANGELOG.md")
    base = "HEAD" if dirty else "HEAD~1"
    return None if git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None else base


def exists(revision: str, path: str) -> bool:
    """Return whether a revision has a file."""
    return git("cat-file", "-e", f"{revision}:{path}") is not None


def git(*arguments: str) -> str | None:
    """Return the output of git on the checkout, or None if it fails or is not installed."""
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)  # noqa: S607  (the developer's git)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())

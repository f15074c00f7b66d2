"""Check that the version follows the policy of docs/versions.md, and that CHANGELOG.md mentions changed schemas.

    python -m junction_webhooks_dev.release_check [--base REVISION]

git lists what changed since the base, which is the revision that a pull request goes to. The default is the last
commit if there are uncommitted changes, or else the one before it. Without git or a base, only the policy is checked.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from junction_webhooks import compatibility, contract
from junction_webhooks.cli import _revisions
from junction_webhooks.contract import releases as _releases
from junction_webhooks.contract import stability as _stability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import Schema
    from junction_webhooks.contract.stability import Stability

ROOT = Path(__file__).resolve().parents[2]
WATCHED = "schemas"
RELEASES = "generated/releases"
PARTS = {"major": 1, "minor": 2, "patch": 3}


def main(arguments: list[str] | None = None) -> int:
    """Run the command: print what is wrong, and return 1 if anything is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", metavar="REVISION")
    base = parser.parse_args(arguments).base or default_base()
    wrong = [*version_mistakes(), *changelog_mistakes(base)]
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
    sys.stdout.write(f"since {last}: {len(comparison.changes)} changes, release: {level}\n")
    if _releases.numbers(version) < _releases.numbers(last):
        return [f"schemas/VERSION: {version} is older than {last}, which is published"]
    if version == last or level == "none":
        return []
    parts = PARTS[level]
    if _releases.numbers(version)[:parts] > _releases.numbers(last)[:parts]:
        return []
    because = [change for change in comparison.changes if change.version_bump == level]
    return [
        f"schemas/VERSION: {version} after {last} breaks the policy: these changes need a {level} release",
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


def changelog_mistakes(base: str | None) -> list[str]:
    """Return what changed since the base without a line under [Unreleased], and published releases that changed."""
    if base is None:
        return []
    mistakes = []
    changed = (git("diff", "--name-only", base, "--", WATCHED, RELEASES) or "").splitlines()
    changed += (git("ls-files", "--others", "--exclude-standard", "--", WATCHED) or "").splitlines()
    schemas = [path for path in changed if path.startswith(f"{WATCHED}/")]
    before = git("show", f"{base}:CHANGELOG.md") or ""
    after = (ROOT / "CHANGELOG.md").read_text()
    if schemas and not set(unreleased(after)) - set(unreleased(before)):
        mistakes.append(
            f"CHANGELOG.md: no new line under [Unreleased], though these changed: {', '.join(schemas)}"
        )
    released = [path for path in changed if path.endswith(".xz")]
    published = [path for path in released if git("cat-file", "-e", f"{base}:{path}") is not None]
    return [*mistakes, *(f"{path}: it is published, and never changes" for path in published)]


def unreleased(changelog: str) -> list[str]:
    """Return the lines under [Unreleased]."""
    section = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", changelog, flags=re.MULTILINE | re.DOTALL)
    return [line.strip() for line in section[1].splitlines() if line.strip()] if section else []


def default_base() -> str | None:
    """Return the last commit if there are uncommitted changes, or else the one before it; None without one."""
    dirty = git("status", "--porcelain", "--", WATCHED, RELEASES, "CHANGELOG.md")
    base = "HEAD" if dirty else "HEAD~1"
    return None if git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None else base


def git(*arguments: str) -> str | None:
    """Return the output of git on the checkout, or None if it fails or is not installed."""
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)  # noqa: S607  (the developer's git)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())

"""`releases/changes.json`: what changed from each release to the next, and since then in the schemas.

It is generated because the verdicts need jsonschema-rs, which the site is built without. The strict profile
shows all changes. If the tolerant profile has the same change, its verdicts are added; other changes of the
tolerant profile are listed by themselves.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import compatibility
from junction_webhooks._jsonschema.rules import RULES
from junction_webhooks.cli import _revisions
from junction_webhooks.contract import releases as _releases
from junction_webhooks.contract import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.compatibility import Change, Comparison
    from junction_webhooks.contract import Schema

PATH: Final = "releases/changes.json"


def file() -> tuple[str, bytes]:
    """The path below `generated/` and the content.

    Raises `ModuleNotFoundError` when there are releases to compare and jsonschema-rs is not installed.
    """
    released = {each: _revisions.load(each).schemas for each in _releases.versions()}
    made = list(versions(released, version(), _revisions.installed())) if released else []
    return PATH, (json.dumps(made, indent=2) + "\n").encode()


def versions(
    released: Mapping[str, Mapping[str, Schema]], working: str, schemas: Mapping[str, Schema]
) -> Iterator[dict[str, Any]]:
    """Each version with its changes, newest first, given the releases oldest first.

    The working schemas come before them when they differ from the newest release, or have another version.
    """
    newest = [*released][-1]
    changes = _changes(compatibility.compare(released[newest], schemas))
    if changes or working != newest:
        yield _version(working, newest, changes, is_released=False)
    for older, newer in reversed(list(pairwise(released))):
        found = _changes(compatibility.compare(released[older], released[newer]))
        yield _version(newer, older, found, is_released=True)
    yield _version(next(iter(released)), None, [], is_released=True)


def _version(
    version: str, since: str | None, changes: Sequence[Mapping[str, Any]], *, is_released: bool
) -> dict[str, Any]:
    return {"version": version, "released": is_released, "since": since, "changes": changes}


def _changes(comparison: Comparison) -> list[dict[str, Any]]:
    """The changes of both profiles, by path."""
    found: dict[tuple[Any, ...], list[dict[str, Change]]] = defaultdict(list)
    for profile in ("strict", "tolerant"):
        for change in comparison.changes:
            if change.profile == profile:
                # A value of the strict profile is a known value of the tolerant one.
                rule = RULES[change.rule]
                about = (change.subject, change.path, change.also, change.events)
                alike = found[rule.aspect, rule.kind, *about]
                waiting = (each for each in alike if profile not in each)
                partner = next(waiting, None)
                if partner is None:
                    alike.append({profile: change})
                else:
                    partner[profile] = change
    return sorted(
        (_entry(each) for alike in found.values() for each in alike),
        key=lambda entry: (entry["path"], entry["rule"]),
    )


def _entry(profiles: Mapping[str, Change]) -> dict[str, Any]:
    change = next(iter(profiles.values()))
    return {
        "events": change.events,
        "path": change.path,
        "also": change.also,
        "rule": change.rule,
        "what": change.what,
        "verdicts": {
            profile: {"consumer": each.consumer.verdict, "producer": each.producer.verdict}
            for profile, each in profiles.items()
        },
    }

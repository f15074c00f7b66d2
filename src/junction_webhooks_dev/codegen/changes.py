"""`releases/changes.json`: what changed from each release to the next, and since then in the schemas.

Made here and not where it is shown, as the verdicts need jsonschema-rs, and pages are written without it. The
strict profile says all that changed. Where the tolerant profile shows the same change it adds its verdicts;
what it alone shows is a change of its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import compatibility
from junction_webhooks.cli import _revisions as _sides
from junction_webhooks.contract import releases as _releases
from junction_webhooks.contract import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.compatibility import Change, Comparison
    from junction_webhooks.contract import Schema

PATH: Final = "releases/changes.json"
_KNOWN: Final = "known_"
"""Before the name of a rule in the tolerant profile, where the strict one has it without."""


def file() -> tuple[str, bytes]:
    """The path below `generated/` and the content.

    Raises `ModuleNotFoundError` when there are releases to compare and jsonschema-rs is not installed.
    """
    released = {each: _sides.load(each).schemas for each in _releases.versions()}
    told = list(versions(released, version(), _sides.installed())) if released else []
    return PATH, (json.dumps(told, indent=2) + "\n").encode()


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
            if change.schemas[0].startswith(f"{profile}/"):
                rule = change.rule.removeprefix(_KNOWN)
                alike = found[rule, change.subject, change.path, change.also, _events(change)]
                waiting = (each for each in alike if profile not in each)
                partner = next(waiting, None)
                if partner is None:
                    alike.append({profile: change})
                else:
                    partner[profile] = change
    return sorted(
        (_told(each) for alike in found.values() for each in alike),
        key=lambda told: (told["path"], told["rule"]),
    )


def _events(change: Change) -> tuple[str, ...]:
    return tuple(name.partition("/")[2] for name in change.schemas)


def _told(profiles: Mapping[str, Change]) -> dict[str, Any]:
    change = next(iter(profiles.values()))
    return {
        "events": _events(change),
        "path": change.path,
        "also": change.also,
        "rule": change.rule,
        "what": change.what,
        "verdicts": {
            profile: {"consumer": each.consumer.verdict, "producer": each.producer.verdict}
            for profile, each in profiles.items()
        },
    }

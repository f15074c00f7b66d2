"""Self-contained schemas: one an event, one for all events, in each profile and draft."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract import (
    ALL_EVENTS,
    BASE_URI,
    DRAFTS,
    EVENT_TYPES,
    PROFILES,
    bundle_path,
    profiles,
    resolve,
    schemas,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from junction_webhooks.contract import BundleName, Draft, Profile, Schema

_DIALECTS: Final[Mapping[Draft, str]] = {
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
    "07": "http://json-schema.org/draft-07/schema#",
}
_UUID: Final = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
_DERIVE: Final = {"strict": profiles.strict, "tolerant": profiles.tolerant}


def files() -> Iterator[tuple[str, bytes]]:
    """The path below `generated/` and the content of every bundle."""
    for profile in PROFILES:
        made: dict[BundleName, Schema] = {
            event_type: event_bundle(profile, event_type) for event_type in EVENT_TYPES
        }
        made[ALL_EVENTS] = all_events_bundle(profile)
        for draft in DRAFTS:
            for name, bundle in made.items():
                path = bundle_path(profile, name, draft=draft)
                head = {"$schema": _DIALECTS[draft], "$id": BASE_URI + path}
                yield path, as_json(head | (bundle if draft == "2020-12" else draft_07(bundle)))


def event_bundle(profile: Profile, event_type: str) -> Schema:
    """The bundle of one event: its schema with all that it reaches under `$defs`."""
    root = f"events/{event_type}"
    return _derived(profile, root) | {"$defs": _definitions(profile, _reached([root]))}


def all_events_bundle(profile: Profile) -> Schema:
    """The bundle that takes every event: one of the event schemas, told apart by `event_type`."""
    roots = [f"events/{event_type}" for event_type in EVENT_TYPES]
    titles = [schemas()[root]["title"] for root in roots]
    return {
        "title": "LabtestEvent",
        "description": "Any event of the contract; `event_type` tells which.",
        "oneOf": [{"$ref": f"#/$defs/{title}"} for title in titles],
        "$defs": {title: _derived(profile, root) for title, root in zip(titles, roots, strict=True)}
        | _definitions(profile, _reached(roots)),
    }


def as_json(value: Any) -> bytes:
    """The bytes of a generated JSON file."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def draft_07(bundle: Schema) -> Schema:
    """The bundle in the words of draft-07.

    Definitions stand in another place there. Draft-07 has no `uuid`, so that a pattern spells that out.
    Beside a `$ref`, which is all that draft-07 reads of its object, stand annotations only.
    """
    reworded: Schema = _uuids_spelled_out(relocated(bundle, "#/definitions/"))
    return {"definitions" if word == "$defs" else word: part for word, part in reworded.items()}


def _uuids_spelled_out(part: Any) -> Any:
    if isinstance(part, list):
        return [_uuids_spelled_out(item) for item in part]
    if not isinstance(part, dict):
        return part
    spelled = {"pattern": _UUID} if part.get("format") == "uuid" else {}
    return {word: _uuids_spelled_out(value) for word, value in part.items()} | spelled


def relocated(part: Any, home: str) -> Any:
    """The part of a bundle with each `$ref` to a definition leading to `home`, such as `#/definitions/`."""
    if isinstance(part, list):
        return [relocated(item, home) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        word: home + value.removeprefix("#/$defs/") if word == "$ref" else relocated(value, home)
        for word, value in part.items()
    }


def _definitions(profile: Profile, names: Iterable[str]) -> Schema:
    return {schemas()[name]["title"]: _derived(profile, name) for name in names}


def _derived(profile: Profile, name: str) -> Schema:
    derived: Schema = _localised(_DERIVE[profile](schemas()[name]), name)
    return derived


def _localised(part: Any, within: str) -> Any:
    """The part with each relative `$ref` turned into one to `$defs`."""
    if isinstance(part, list):
        return [_localised(item, within) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        word: f"#/$defs/{schemas()[resolve(value, within)]['title']}"
        if word == "$ref"
        else _localised(value, within)
        for word, value in part.items()
    }


def _reached(roots: Iterable[str]) -> list[str]:
    """All schemas that the roots refer to, directly or not, sorted by name; the roots left out."""
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        for ref in _references(schemas()[name]):
            target = resolve(ref, name)
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return sorted(reached)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for item in part:
            yield from _references(item)

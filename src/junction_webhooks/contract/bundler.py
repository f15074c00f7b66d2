"""Self-contained schemas: one per event type and one for all events, in each profile and draft.

They contain no `format`, whose effect depends on the validator and its options. A `pattern` spells it out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema.formats import SPELLED_OUT, format_of
from junction_webhooks._jsonschema.visit import rewrite, walk
from junction_webhooks.contract import (
    ALL_EVENTS,
    BASE_URI,
    DRAFTS,
    EVENT_TYPES,
    PROFILES,
    bundle_path,
    profiles,
    resolve,
    shared_schemas,
    stability,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from junction_webhooks.contract import BundleName, Draft, Profile, Schema

_DIALECTS: Final[Mapping[Draft, str]] = {
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
    "07": "http://json-schema.org/draft-07/schema#",
}
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
    """The bundle of one event type: its schema, with everything that it refers to under `$defs`."""
    root = f"events/{event_type}"
    return _derived(profile, root) | {"$defs": _definitions(profile, _reached([root]))}


def all_events_bundle(profile: Profile) -> Schema:
    """The bundle that accepts every event: `oneOf` the event schemas, chosen by `event_type`."""
    roots = [f"events/{event_type}" for event_type in EVENT_TYPES]
    titles = [shared_schemas()[root]["title"] for root in roots]
    return {
        "title": "LabtestEvent",
        "description": "Any event of the contract; `event_type` says which.",
        "oneOf": [{"$ref": f"#/$defs/{title}"} for title in titles],
        "$defs": {title: _derived(profile, root) for title, root in zip(titles, roots, strict=True)}
        | _definitions(profile, _reached(roots)),
    }


def as_json(value: Any) -> bytes:
    """The bytes of a generated JSON file."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def draft_07(bundle: Schema) -> Schema:
    """The bundle in draft-07.

    It has `definitions` instead of `$defs`. Draft-07 ignores everything next to a `$ref`. In the contract,
    only annotations are there.
    """
    moved: Schema = relocated(bundle, "#/definitions/")
    return {"definitions" if word == "$defs" else word: part for word, part in moved.items()}


def with_formats(schema: Schema) -> Schema:
    """The schema with each format next to the pattern that spells it out, for code generators.

    It accepts the same values, whether or not formats are asserted.
    """
    named: Schema = rewrite(schema, _with_format)
    return named


def _with_format(schema: Schema) -> Schema:
    name = format_of(schema)
    if name is None:
        return schema
    return {
        word: value
        for keyword, part in schema.items()
        for word, value in ([("format", name)] if keyword == "pattern" else []) + [(keyword, part)]
    }


def _spelled_out(schema: Schema) -> Schema:
    return {
        word: value
        for keyword, part in schema.items()
        for word, value in (SPELLED_OUT[part].items() if keyword == "format" else [(keyword, part)])
    }


def relocated(schema: Any, home: str) -> Any:
    """A schema of a bundle with each `$ref` to a definition pointing below `home`: `#/definitions/`."""
    return _with_references(schema, lambda reference: home + reference.removeprefix("#/$defs/"))


def _with_references(schema: Any, change: Callable[[str], str]) -> Any:
    """The schema with each `$ref` in it replaced by what `change` returns for it."""

    def changed(part: Schema) -> Schema:
        if "$ref" in part:
            part["$ref"] = change(part["$ref"])
        return part

    return rewrite(schema, changed)


def _definitions(profile: Profile, names: Iterable[str]) -> Schema:
    return {shared_schemas()[name]["title"]: _derived(profile, name) for name in names}


def _derived(profile: Profile, name: str) -> Schema:
    """A schema in a profile, with each `$ref` to a file turned into one to `$defs`."""
    schemas = shared_schemas()
    derived: Schema = _with_references(
        _DERIVE[profile](schemas[name]), lambda ref: f"#/$defs/{schemas[resolve(ref, name)]['title']}"
    )
    spelled_out: Schema = rewrite(derived, _spelled_out)
    return stability.comment(schemas[name]) | spelled_out


def _reached(roots: Iterable[str]) -> list[str]:
    """All schemas that the roots refer to, directly or not, sorted by name, without the roots."""
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        references = [part["$ref"] for _, part in walk(shared_schemas()[name]) if "$ref" in part]
        for target in {resolve(ref, name) for ref in references} - reached:
            reached.add(target)
            waiting.append(target)
    return sorted(reached)

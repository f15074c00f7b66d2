"""The catalog of events, and the registry of schemas and bundles.

A *schema* is a file under `schemas/`, named by its path without the ending (`objects/order`).
A *bundle* is a self-contained schema made from them by `make build`, one per event type
and one for all events, in two profiles: `strict` is what Junction documents and nothing else,
`tolerant` is what production runs. Each is there in two drafts of JSON Schema, which take the same payloads.
"""

from __future__ import annotations

import json
import posixpath
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from junction_webhooks.contract import _files as _data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "ALL_EVENTS",
    "BASE_URI",
    "BUNDLE_NAMES",
    "DRAFTS",
    "EVENT_TYPES",
    "LIFECYCLES",
    "PROFILES",
    "BundleName",
    "Draft",
    "EventType",
    "Profile",
    "Schema",
    "SchemaError",
    "bundle",
    "bundle_path",
    "lifecycle",
    "lifecycle_schema",
    "meta_schema",
    "resolve",
    "schemas",
    "version",
]

Profile: TypeAlias = Literal["strict", "tolerant"]
"""The name of a profile."""
Draft: TypeAlias = Literal["2020-12", "07"]
"""A draft of JSON Schema."""
EventType: TypeAlias = Literal[
    "labtest.order.created",
    "labtest.order.updated",
    "labtest.appointment.created",
    "labtest.appointment.updated",
]
"""An event type of the contract."""
BundleName: TypeAlias = EventType | Literal["events"]
"""An event type, or `events` for the bundle of all events."""
Schema: TypeAlias = dict[str, Any]
"""A JSON Schema."""

BASE_URI: Final = "https://junction-webhooks.example/schemas/v1/"
"""Every `$id` starts with it."""
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)
"""Both profiles, `strict` first."""
DRAFTS: Final[tuple[Draft, ...]] = get_args(Draft)
"""The drafts of JSON Schema that bundles are there in."""
EVENT_TYPES: Final[tuple[EventType, ...]] = get_args(EventType)
"""Every event type of the contract."""
ALL_EVENTS: Final = "events"
"""The name of the bundle that takes every event of the contract."""
BUNDLE_NAMES: Final[tuple[BundleName, ...]] = (*EVENT_TYPES, ALL_EVENTS)
"""The names of all bundles: one per event type, and `events`."""
ANNOTATIONS: Final = frozenset({"$schema", "$id", "$defs", "title", "description", "examples"})
"""The keywords of a bundle that refuse no payload by themselves."""
LIFECYCLES: Final = ("walk_in_order", "walk_in_appointment")
"""The names of the lifecycles."""


class SchemaError(ValueError):
    """A schema cannot be used. The message names the file, the place in it, and what is wrong."""


class UnknownKeywordError(SchemaError):
    """A bundle has a keyword that its reader does not understand: nothing may be passed over."""


@cache
def schemas() -> Mapping[str, Schema]:
    """Every hand-written schema of events, objects and values, by its path without `.json`, sorted.

    Raises `SchemaError` for a file that is no JSON object.
    """
    root = _data.folder("schemas")
    found = {
        f"{room}/{file.name.removesuffix('.json')}": _read(file)
        for room in ("events", "objects", "values")
        for file in root.joinpath(room).iterdir()
        if file.name.endswith(".json")
    }
    return dict(sorted(found.items()))


def meta_schema() -> Schema:
    """What a hand-written schema may say: the standard keywords in use, and the project's own words."""
    return _read(_data.folder("schemas") / "meta.json")


def _read(file: Path) -> Schema:
    name = f"schemas/{file.relative_to(_data.folder('schemas')).as_posix()}"
    try:
        schema = json.loads(file.read_bytes())
    except json.JSONDecodeError as error:
        message = f"{name}: line {error.lineno}, column {error.colno}: it is no JSON: {error.msg.lower()}"
        raise SchemaError(message) from None
    except UnicodeDecodeError as error:
        message = f"{name}: it is not UTF-8: see the byte at offset {error.start}"
        raise SchemaError(message) from None
    if not isinstance(schema, dict):
        message = f"{name}: it is no JSON object"
        raise SchemaError(message)
    return schema


def lifecycle(name: str) -> Mapping[str, Any]:
    """One of `LIFECYCLES` as its file has it, in the form of `schemas/lifecycle.json`.

    Raises `SchemaError` for a file that is no JSON object.
    """
    return _read(_data.folder("schemas").joinpath("lifecycles", f"{name}.json"))


def lifecycle_schema() -> Schema:
    """What the file of a lifecycle may say."""
    return _read(_data.folder("schemas") / "lifecycle.json")


def resolve(ref: str, within: str) -> str:
    """The name of the schema that `$ref` points to from the schema named `within`.

    Raises `SchemaError` when there is no such schema.
    """
    name = posixpath.normpath(posixpath.join(posixpath.dirname(within), ref)).removesuffix(".json")
    if name not in schemas():
        message = f"schemas/{within}.json: $ref {ref!r} points to no file below schemas/"
        raise SchemaError(message)
    return name


def bundle(profile: Profile, name: BundleName = ALL_EVENTS, *, draft: Draft = "2020-12") -> Schema:
    """The bundle of one event type, or of all events. Shared: do not change it."""
    return _bundle(bundle_path(profile, name, draft=draft))


def bundle_path(profile: Profile, name: BundleName, *, draft: Draft = "2020-12") -> str:
    """The path of a bundle below `generated/` and, with `BASE_URI` before it, its `$id`."""
    return f"bundles/{'' if draft == '2020-12' else f'draft-{draft}/'}{profile}/{name}.json"


@cache
def _bundle(path: str) -> Schema:
    bundle: Schema = json.loads(_data.generated(path).read_bytes())
    return bundle


@cache
def version() -> str:
    """The semantic version of the contract, which stands in `schemas/VERSION` and nowhere else by hand.

    It moves when what the schemas say moves, and not with the Python code: whoever vendored the schemas
    is behind only when there is news for them. Its major is the one in `BASE_URI`.
    """
    return _data.folder("schemas").joinpath("VERSION").read_text("ascii").strip()

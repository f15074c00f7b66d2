"""The catalog of events, and the registry of schemas and bundles.

A *schema* is a file below `schemas/`, named by its path without `.json`: `objects/order`.
A *bundle* is a self-contained schema that `make build` makes from them. There is one per event type
and one for all events, in two profiles: `strict` accepts what Junction documents and nothing else,
`tolerant` is for production and also accepts what Junction may add. Each comes in two drafts of JSON Schema,
which accept the same payloads.

Examples:
    >>> from junction_webhooks import contract
    >>> contract.EVENT_TYPES[0]
    'labtest.order.created'
    >>> contract.schemas()["values/order_origin"]["enum"]
    ['initial', 'redraw', 'recreation']
    >>> contract.bundle("tolerant", "labtest.order.updated")["title"]
    'LabtestOrderUpdated'
    >>> contract.lifecycle("walk_in_order")["subject"]
    'order'
"""

from __future__ import annotations

import copy
import json
import posixpath
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal, TypeAlias, get_args

from junction_webhooks._jsonschema.visit import ANNOTATIONS as ANNOTATIONS
from junction_webhooks._jsonschema.visit import UnknownKeywordError as UnknownKeywordError
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import families as _families

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
EventType: TypeAlias = _families.EventType
"""An event type of the contract."""
BundleName: TypeAlias = EventType | Literal["events"]
"""An event type, or `events` for the bundle of all events."""
Schema: TypeAlias = dict[str, Any]
"""A JSON Schema."""

BASE_URI: Final = "https://junction-webhooks.example/schemas/v0/"
"""Every `$id` starts with it."""
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)
"""Both profiles, `strict` first."""
DRAFTS: Final[tuple[Draft, ...]] = get_args(Draft)
"""The drafts of JSON Schema in which every bundle is available."""
EVENT_TYPES: Final[tuple[EventType, ...]] = tuple(
    event_type for family in _families.FAMILIES for event_type in family.event_types
)
"""Every event type of the contract."""
ALL_EVENTS: Final = "events"
"""The name of the bundle that accepts every event of the contract."""
BUNDLE_NAMES: Final[tuple[BundleName, ...]] = (*EVENT_TYPES, ALL_EVENTS)
"""The names of all bundles: one per event type, and `events`."""
LIFECYCLES: Final = tuple(family.lifecycle for family in _families.FAMILIES if family.lifecycle)
"""The names of all lifecycles."""


class SchemaError(ValueError):
    """A schema cannot be used. The message names the file, the place in it, and what is wrong.

    Examples:
        >>> try:
        ...     resolve("../values/colour.json", "objects/order")
        ... except SchemaError as error:
        ...     print(error)
        schemas/objects/order.json: $ref '../values/colour.json' points to no file below schemas/
    """


def schemas() -> Mapping[str, Schema]:
    """Return every hand-written schema of events, objects and values, by its path without `.json`, sorted.

    A new copy each time: yours to change. Raises `SchemaError` for a file that is not a JSON object.
    """
    return copy.deepcopy(shared_schemas())


@cache
def shared_schemas() -> dict[str, Schema]:
    """Return what `schemas` returns a copy of, for use in this package. Do not change it."""
    root = _data.folder("schemas")
    found = {
        f"{kind}/{file.name.removesuffix('.json')}": _read(kind, file.name)
        for kind in ("events", "objects", "values")
        for file in root.joinpath(kind).iterdir()
        if file.name.endswith(".json")
    }
    return dict(sorted(found.items()))


def meta_schema() -> Schema:
    """Return the schema of hand-written schemas: the standard keywords in use, and the project's own.

    Examples:
        >>> sorted(word for word in meta_schema()["properties"] if word.startswith("x-"))[:2]
        ['x-core', 'x-deprecated']
    """
    return _read("meta.json")


def _read(*path: str) -> Schema:
    name = "/".join(["schemas", *path])
    try:
        schema = json.loads(_data.folder("schemas").joinpath(*path).read_bytes())
    except json.JSONDecodeError as error:
        message = f"{name}: line {error.lineno}, column {error.colno}: not JSON: {error.msg.lower()}"
        raise SchemaError(message) from None
    except UnicodeDecodeError as error:
        message = f"{name}: not UTF-8: see the byte at offset {error.start}"
        raise SchemaError(message) from None
    if not isinstance(schema, dict):
        message = f"{name}: not a JSON object"
        raise SchemaError(message)
    return schema


def lifecycle(name: str) -> Mapping[str, Any]:
    """Return the file of one of `LIFECYCLES`, which has the form of `lifecycle_schema()`.

    Raises `SchemaError` for a file that is not a JSON object.
    """
    return _read("lifecycles", f"{name}.json")


def lifecycle_schema() -> Schema:
    """Return the schema of the files of lifecycles.

    Examples:
        >>> lifecycle_schema()["title"]
        'Lifecycle'
    """
    return _read("lifecycle.json")


def resolve(ref: str, within: str) -> str:
    """Return the name of the schema that a `$ref` in the schema named `within` points to.

    Raises `SchemaError` if there is no such schema.

    Examples:
        >>> resolve("../values/order_status.json", within="objects/order_event")
        'values/order_status'
    """
    name = posixpath.normpath(posixpath.join(posixpath.dirname(within), ref)).removesuffix(".json")
    if name not in shared_schemas():
        message = f"schemas/{within}.json: $ref {ref!r} points to no file below schemas/"
        raise SchemaError(message)
    return name


def bundle(profile: Profile, name: BundleName = ALL_EVENTS, *, draft: Draft = "2020-12") -> Schema:
    """Return the bundle of one event type, or of all events. A new copy each time: yours to change."""
    return copy.deepcopy(shared_bundle(profile, name, draft=draft))


def shared_bundle(profile: Profile, name: BundleName = ALL_EVENTS, *, draft: Draft = "2020-12") -> Schema:
    """Return what `bundle` returns a copy of, for use in this package. Do not change it."""
    return _bundle(bundle_path(profile, name, draft=draft))


def bundle_path(profile: Profile, name: BundleName, *, draft: Draft = "2020-12") -> str:
    """Return the path of a bundle below `generated/`. Its `$id` is `BASE_URI` followed by that path.

    Examples:
        >>> bundle_path("tolerant", "events", draft="07")
        'bundles/draft-07/tolerant/events.json'
    """
    return f"bundles/{'' if draft == '2020-12' else f'draft-{draft}/'}{profile}/{name}.json"


@cache
def _bundle(path: str) -> Schema:
    bundle: Schema = json.loads(_data.generated(path).read_bytes())
    return bundle


@cache
def version() -> str:
    """Return the semantic version of the contract, read from `schemas/VERSION`.

    It changes only when the schemas change, not when the Python code does, so an older vendored copy is
    really out of date. Its major version is the one in `BASE_URI`.

    Examples:
        >>> f"schemas/v{version().partition('.')[0]}/" in BASE_URI
        True
    """
    return _data.folder("schemas").joinpath("VERSION").read_text("ascii").strip()

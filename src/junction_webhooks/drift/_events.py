"""Comparing the event types: which are new, gone, renamed or deprecated."""

from __future__ import annotations

from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from junction_webhooks._jsonschema.rules import EVENT_ADDED, EVENT_REMOVED
from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks.contract.known_events import known_events
from junction_webhooks.drift._report import Drift
from junction_webhooks.drift._rules import EVENT_DEPRECATED, EVENT_RENAMED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from junction_webhooks._jsonschema.rules import Rule
    from junction_webhooks.drift._openapi import UpstreamEvent
    from junction_webhooks.drift._report import Impact

EVENT_TYPE: Final = "/event_type"
"""Where payloads have the type of their event."""
_SIMILAR: Final = 0.8
"""The minimum similarity, from 0 to 1, of two event types of which one may be the new name of the other."""
_MAX_NEW: Final = 300
"""So many new event types are considered as new names of old ones."""
_MAX_LENGTH: Final = 100
"""Longer event types are similar to nothing; the longest of Junction's has 52 characters."""


def event_drifts(
    upstream: Mapping[str, UpstreamEvent],
    *,
    unlisted: Collection[str] = (),
    schemas: Mapping[str, frozenset[str]] | None = None,
) -> Iterator[Drift]:
    """How the event types of a source differ from those of the contract.

    `unlisted` are event types of the contract that are there, although the source does not list them.
    `schemas` are pointers to the schemas of each family, by its prefix. Event types that the contract lists
    as outside its scope are not new.
    """
    outside = known_events()
    wildcards = [each for each, event in upstream.items() if "*" in each and event.is_listed]
    here = {*unlisted, *(each for each, event in upstream.items() if event.is_listed)}
    gone: list[str] = [
        each
        for each in EVENT_TYPES
        if each not in here and not any(fnmatchcase(each, pattern) for pattern in wildcards)
    ]
    known = (*EVENT_TYPES, *outside)
    new = [
        each
        for each in upstream
        if each not in outside
        and each not in EVENT_TYPES
        and not ("*" in each and any(fnmatchcase(one, each) for one in known))
    ]
    for old, name in list(_renamed(gone, new, upstream, schemas or {})):
        gone.remove(old)
        new.remove(name)
        yield _drift(EVENT_RENAMED, old, "breaking", name=name)
    yield from (_drift(EVENT_ADDED, each, "breaking") for each in new)
    yield from (_drift(EVENT_REMOVED, each, "tolerated") for each in gone)
    for event_type, event in upstream.items():
        if event.is_deprecated and event_type not in outside:
            yield _drift(EVENT_DEPRECATED, event_type, "tolerated")


def _renamed(
    gone: list[str],
    new: list[str],
    upstream: Mapping[str, UpstreamEvent],
    schemas: Mapping[str, frozenset[str]],
) -> Iterator[tuple[str, str]]:
    """Pairs of a gone event type and what may be its new name: of the same schema, or of a similar name."""
    pairs = []
    for old in gone:
        own = schemas.get(old.rpartition(".")[0], frozenset())
        for name in new[:_MAX_NEW]:
            has_its_schema = not own.isdisjoint(upstream[name].schemas)
            pairs.append((has_its_schema, _similarity(old, name), old, name))
    taken: set[str] = set()
    for has_its_schema, similarity, old, name in sorted(pairs, key=lambda pair: pair[:2], reverse=True):
        if (has_its_schema or similarity >= _SIMILAR) and taken.isdisjoint({old, name}):
            taken |= {old, name}
            yield old, name


def _similarity(one: str, other: str) -> float:
    if max(len(one), len(other)) > _MAX_LENGTH:
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _drift(rule: Rule, event_type: str, impact: Impact, *, name: str | None = None) -> Drift:
    family = event_type.rpartition(".")[0] or event_type
    is_rename = name is not None
    return Drift(
        family,
        EVENT_TYPE,
        (),
        rule.id,
        name or event_type,
        event_type if is_rename else None,
        name,
        impact,
    )

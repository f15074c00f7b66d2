"""The baseline: reviewed differences between Junction's sources and the contract."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks._json.equality import canonical
from junction_webhooks._jsonschema.rules import REQUIRED_ADDED
from junction_webhooks.contract import EVENT_TYPES, families
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.annotations import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract.annotations import Place

Source: TypeAlias = Literal["openapi", "sdk", "events"]
"""What the contract is compared with: the OpenAPI document, the types of the SDK or a list of events."""

_WHY_ALWAYS: Final = "Currently always sent, but the contract requires only what every source has."


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """A reviewed difference: the contract differs from one of Junction's sources on purpose."""

    family: str
    """The prefix of its event types, such as `labtest.order`."""
    pattern: str
    """Where it appears in payloads: a JSON pointer with `*` for any index."""
    rule: str
    values: tuple[str, ...]
    """The values that may differ, with `*` for any text. Empty for any value."""
    reason: str
    sources: tuple[str, ...]
    """The sources of the decision: `page`, `docs`, `openapi`, `recorded`, `sdk`."""
    found_in: tuple[Source, ...]
    """The sources that differ so. In the others, it explains nothing and is never stale."""

    def explains(self, rule: str, value: object) -> bool:
        """Whether a difference with this path, rule and value was reviewed."""
        text = value if isinstance(value, str) else canonical(value)
        return rule == self.rule and (not self.values or any(_matches(each, text) for each in self.values))


@cache
def baseline() -> tuple[BaselineEntry, ...]:
    """All entries: those in `schemas/drift_baseline.json`, and those for properties that are always sent.

    Examples:
        >>> from junction_webhooks import drift
        >>> entry = drift.baseline()[0]
        >>> entry.pattern, entry.rule, entry.values, entry.found_in
        ('/client_user_id', 'format_added', ('uuid',), ('openapi',))
        >>> entry.explains("format_added", "date")
        False
    """
    path = _data.folder("schemas") / "drift_baseline.json"
    listed = json.loads(path.read_bytes())["differences"]
    return (*(_from_entry(entry, pattern) for entry in listed for pattern in entry["patterns"]), *_always())


def _from_entry(entry: dict[str, Any], pattern: str) -> BaselineEntry:
    return BaselineEntry(
        entry["events"],
        pattern,
        entry["rule"],
        tuple(entry.get("values", ())),
        entry["reason"],
        tuple(entry["sources"]),
        tuple(entry["found_in"]),
    )


def _always() -> Iterator[BaselineEntry]:
    entries: dict[BaselineEntry, None] = {}
    for event_type in EVENT_TYPES:
        family = families.of(event_type)
        if not family.components:
            continue  # not compared, so each entry would be stale
        for each in _always_within(event(event_type)):
            sources = tuple(each.provenance["sources"])
            # The types of the SDK cannot tell a property that may be null from one that may be missing.
            found_in: tuple[Source, ...] = ("openapi",) if is_nullable(each) else ("openapi", "sdk")
            entry = BaselineEntry(
                family.prefix, each.pattern, REQUIRED_ADDED.id, (), _WHY_ALWAYS, sources, found_in
            )
            entries[entry] = None
    yield from entries


def _always_within(place: Place) -> Iterator[Place]:
    for each in place.properties():
        if each.provenance.get("always"):
            yield each
        yield from _always_within(each)
    if place.has_items:
        yield from _always_within(place.item())


def is_nullable(place: Place) -> bool:
    """Whether a property may be null, according to the contract."""
    schemas = [place.schema, place.written or {}, *(place.written or {}).get("anyOf", ())]
    return any(schema.get("type") == "null" or "null" in schema.get("type", ()) for schema in schemas)


def _matches(pattern: str, text: str) -> bool:
    return (
        re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.DOTALL) is not None
    )

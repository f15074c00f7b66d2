"""The baseline: reviewed differences between Junction's OpenAPI document and the contract."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.pointer import escape
from junction_webhooks._jsonschema.rules import REQUIRED_ADDED
from junction_webhooks.contract import EVENT_TYPES, schemas
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.annotations import target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import Schema

_WHY_ALWAYS: Final = "Sent every time today, but the contract requires only what every source has."


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """A reviewed difference: the contract differs from the OpenAPI document on purpose."""

    family: str
    """The start of its event types: `labtest.order` or `labtest.appointment`."""
    pattern: str
    """Where it shows in payloads: a JSON pointer with `*` for any index."""
    rule: str
    values: tuple[str, ...]
    """The values that may differ, with `*` for any text. Empty for any value."""
    reason: str
    sources: tuple[str, ...]
    """The sources of the decision: `page`, `docs`, `openapi`, `recorded`."""

    def explains(self, rule: str, value: object) -> bool:
        """Whether a difference at this place, by this rule and with this value, was reviewed."""
        text = str(value)
        return rule == self.rule and (not self.values or any(_matches(each, text) for each in self.values))


@cache
def baseline() -> tuple[BaselineEntry, ...]:
    """All entries: those of `schemas/drift_baseline.json`, and what `x-provenance` says is always sent.

    >>> from junction_webhooks import drift
    >>> drift.baseline()[0].pattern
    '/client_user_id'
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
    )


def _always() -> Iterator[BaselineEntry]:
    listed = set()
    for event_type in EVENT_TYPES:
        family = event_type.rpartition(".")[0]
        name = f"events/{event_type}"
        for pattern, sources in _always_within(schemas()[name], name, ""):
            entry = BaselineEntry(family, pattern, REQUIRED_ADDED.id, (), _WHY_ALWAYS, sources)
            if entry not in listed:
                listed.add(entry)
                yield entry


def _always_within(schema: Schema, within: str, pattern: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, part in schema.get("properties", {}).items():
        here = f"{pattern}/{escape(name)}"
        provenance = part.get("x-provenance", {})
        if provenance.get("always"):
            yield here, tuple(provenance["sources"])
        yield from _always_within(*target(part, within), here)
    if "items" in schema:
        yield from _always_within(*target(schema["items"], within), f"{pattern}/*")


def _matches(pattern: str, text: str) -> bool:
    return (
        re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.DOTALL) is not None
    )

"""The differences between Junction's OpenAPI document and the contract that were decided."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract import EVENT_TYPES, families
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.annotations import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract.annotations import Place

_WHY_ALWAYS: Final = "Sent every time today, but the contract requires only what every source has."


@dataclass(frozen=True, slots=True)
class Known:
    """A difference that was decided: the contract says otherwise than OpenAPI on purpose."""

    family: str
    """What the event types start with: `labtest.order` or `labtest.appointment`."""
    pattern: str
    """Where it shows in payloads: a JSON pointer with `*` for any index."""
    rule: str
    values: tuple[str, ...]
    """What may come, go or be there instead, with `*` for any text; empty where it does not matter."""
    reason: str
    sources: tuple[str, ...]
    """The sources that the decision rests on: `page`, `docs`, `openapi`, `recorded`."""

    def explains(self, rule: str, value: object) -> bool:
        """Whether a difference at this place, by this rule and with this value, was decided."""
        text = str(value)
        return rule == self.rule and (not self.values or any(_matches(each, text) for each in self.values))


@cache
def known_differences() -> tuple[Known, ...]:
    """All of them: those of `schemas/known_differences.json`, and what `x-provenance` says is always sent."""
    path = _data.folder("schemas") / "known_differences.json"
    listed = json.loads(path.read_bytes())["differences"]
    return (*(_from_entry(entry, pattern) for entry in listed for pattern in entry["patterns"]), *_always())


def _from_entry(entry: dict[str, Any], pattern: str) -> Known:
    return Known(
        entry["events"],
        pattern,
        entry["rule"],
        tuple(entry.get("values", ())),
        entry["reason"],
        tuple(entry["sources"]),
    )


def _always() -> Iterator[Known]:
    found: dict[Known, None] = {}
    for event_type in EVENT_TYPES:
        family = families.of(event_type).prefix
        for each in _always_within(event(event_type)):
            sources = tuple(each.provenance["sources"])
            found[Known(family, each.pattern, "required_added", (), _WHY_ALWAYS, sources)] = None
    yield from found


def _always_within(place: Place) -> Iterator[Place]:
    for each in place.properties():
        if each.provenance.get("always"):
            yield each
        yield from _always_within(each)
    if place.has_items:
        yield from _always_within(place.item())


def _matches(form: str, text: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in form.split("*")), text, re.DOTALL) is not None

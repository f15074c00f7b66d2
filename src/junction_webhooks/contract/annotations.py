"""What the hand-written schemas say about the places of a payload.

A `Place` is a cursor: it starts at the root of an event or an object and goes from property to property,
through references and arrays.

Examples:
    >>> from junction_webhooks.contract.annotations import event, place
    >>> patient = event("labtest.order.updated").property("data").property("patient_details")
    >>> patient.sensitive
    True
    >>> patient.property("dob").provenance["sources"]
    ['page', 'docs', 'openapi', 'recorded']
    >>> place("labtest.order.updated", ("data", "events", 3, "new_property")).pattern
    '/data/events/*/?'
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.pointer import escape
from junction_webhooks.contract import resolve, shared_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import EventType, Schema
    from junction_webhooks.contract.families import Family

_UNKNOWN: Final = "?"
_ANY_ITEM: Final = "*"


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a payload, and what the contract says about it."""

    schema: Schema
    """The schema of its value, with references followed; empty for a place outside the contract."""
    within: str
    """The file that `schema` is part of, such as `objects/order`."""
    pointer: str = ""
    """The JSON pointer to it, with `*` for any item."""
    pattern: str = ""
    """The JSON pointer with `*` for each index and `?` for each name outside the contract."""
    name: str = ""
    """The property that contains it, or that contains the array of which it is an item."""
    written: Schema | None = None
    """The schema of the property as written, before references are followed."""
    sensitive: bool = False
    """Whether its value may be patient data; always so outside the contract."""
    parent: Place | None = field(default=None, repr=False)
    """The place of the object or array that contains it; None at the root."""

    def item(self, index: int | None = None) -> Place:
        """Return the place of an item: the one with that index, or any."""
        return self._below(
            self.schema.get("items"),
            pointer=f"{self.pointer}/{_ANY_ITEM if index is None else index}",
            pattern=f"{self.pattern}/{_ANY_ITEM}",
            name=self.name,
        )

    def properties(self) -> Iterator[Place]:
        """Return the places of all known properties, in the order of the schema."""
        return map(self.property, self._properties)

    @property
    def known_names(self) -> tuple[str, ...]:
        """The names of all known properties; empty if the place is not an object."""
        return tuple(self._properties)

    @property
    def siblings(self) -> tuple[str, ...]:
        """The known properties of the object that contains it, or the array that it is an item of."""
        if self.parent is None:
            return ()
        return self.parent.siblings if self.parent.has_items else self.parent.known_names

    @property
    def holder(self) -> str:
        """The file of the schema that defines its property."""
        return self.within if self.parent is None else self.parent.within

    @property
    def is_known(self) -> bool:
        """Whether it is part of the contract."""
        return self.parent is None or self.written is not None

    @property
    def has_items(self) -> bool:
        """Whether it is an array."""
        return "items" in self.schema

    @property
    def is_open(self) -> bool:
        """Whether it is an object that accepts any further properties, in both profiles."""
        return self.schema.get("additionalProperties") is True

    @property
    def may_be_quoted(self) -> bool:
        """Whether a message may quote what is there.

        Never patient data, and never a value where an object or an array belongs: it may be the text of all
        that belongs below, and below every object there may be patient data.
        """
        holds_more = bool(self.known_names) or self.has_items or self.is_open
        return not self.sensitive and not holds_more

    @property
    def core(self) -> bool:
        """Whether it is present and not null whenever its parent is present, even in the tolerant profile."""
        return self.written is not None and bool(self.written.get("x-core"))

    @property
    def provenance(self) -> Mapping[str, Any]:
        """How it is known: its own `x-provenance`, or else that of the object that contains it."""
        own = self.written.get("x-provenance") if self.written else None
        found: Mapping[str, Any] = own or shared_schemas().get(self.holder, {}).get("x-provenance", {})
        return found

    def as_root(self) -> Place:
        """Return the same place, as the root of a payload without an envelope."""
        return replace(self, pointer="", pattern="")

    @property
    def _properties(self) -> Mapping[str, Schema]:
        known: Mapping[str, Schema] = self.schema.get("properties", {})
        return known

    # Below what is decorated with the builtin of that name, which it hides from here on.
    def property(self, name: str) -> Place:
        """Return the place of a property, known or not."""
        below = self._properties.get(name)
        part = _UNKNOWN if below is None else escape(name)
        return self._below(
            below,
            pointer=f"{self.pointer}/{escape(name)}",
            pattern=f"{self.pattern}/{part}",
            name=name,
        )

    def _below(self, written: Schema | None, *, pointer: str, pattern: str, name: str) -> Place:
        if written is None:
            return Place({}, self.within, pointer, pattern, name, sensitive=True, parent=self)
        schema, within = _followed(written, self.within)
        marked = any(part.get("x-sensitive", False) for part in (written, schema))
        return Place(schema, within, pointer, pattern, name, written, self.sensitive or marked, self)


@cache
def root(name: str) -> Place:
    """Return the place at the root of a schema, such as `objects/order`."""
    schema = shared_schemas()[name]
    return Place(schema, name, sensitive=bool(schema.get("x-sensitive")))


def event(event_type: EventType) -> Place:
    """Return the place at the root of an event, envelope included."""
    return root(f"events/{event_type}")


def data_of(family: Family) -> Place:
    """Return the place of the `data` of a family's events, as the root of a payload."""
    return event(family.event_types[0]).property("data").as_root()


def place(event_type: EventType, path: Path) -> Place:
    """Return the place at the end of a path in an event. An int in the path is the index of an item."""
    found = event(event_type)
    for part in path:
        found = found.item(part) if isinstance(part, int) else found.property(part)
    return found


def _followed(schema: Schema, within: str) -> tuple[Schema, str]:
    """Return the schema that a property refers to, nullable or not, and its file."""
    references = [part["$ref"] for part in [schema, *schema.get("anyOf", [])] if "$ref" in part]
    if len(references) != 1:
        return schema, within
    name = resolve(references[0], within)
    return shared_schemas()[name], name

"""Comparing the payloads of one family with the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from junction_webhooks._jsonschema import rules
from junction_webhooks._jsonschema.branches import Node
from junction_webhooks._jsonschema.diff import Difference, differences
from junction_webhooks._jsonschema.formats import with_format_only
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.visit import rewrite
from junction_webhooks.contract import Profile, Schema, shared_bundle
from junction_webhooks.drift._events import EVENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks._jsonschema.effort import Effort
    from junction_webhooks.contract.families import Family
    from junction_webhooks.drift._baseline import Source
    from junction_webhooks.drift._openapi import Document, Upstream
    from junction_webhooks.drift._report import Impact

_SLOT_TIME: Final = "slot-time"
_ACCEPTED: Final = ((_SLOT_TIME, "date-time"),)
"""(ours, upstream) pairs of formats where ours accepts every value of upstream's: no drift."""
_SPELLINGS: Final = ((r"\d", "[0-9]"), ("(?:", "("), (r"\/", "/"), (r"\-", "-"))
"""(theirs, ours) in a pattern, with the same meaning."""
_DATA: Final = "/data"
_FORMATS_OF_TYPES: Final = ("date", "date-time", _SLOT_TIME)
"""The formats that the types of the SDK can have."""
_PAIRED: Final = {
    rules.NULL_REMOVED: rules.REQUIRED_ADDED,
    rules.NULL_ADDED: rules.REQUIRED_REMOVED,
}
"""What one annotation of the SDK, `Optional`, says twice: the first follows from the second."""


@dataclass(slots=True)
class Comparison:
    """The comparison of one family with its schema in one of Junction's documents."""

    family: Family
    upstream: Upstream
    document: Document
    source: Source
    effort: Effort

    def drifts(self) -> Iterator[tuple[Difference, Impact]]:
        """Each difference from the strict profile.

        The tolerant profile decides whether it is breaking. Differences from only the tolerant profile, in
        alternatives outside the contract, come last.
        """
        refused = [each for each in self._differences("tolerant") if _widens(each)]
        listed: set[int] = set()
        for difference in self._differences("strict"):
            because = [each for each in refused if _widens(difference) and _same(difference, each)]
            listed |= {id(each) for each in because}
            yield difference, "breaking" if because else "tolerated"
        for difference in refused:
            if id(difference) not in listed:
                yield difference, "breaking"

    def _differences(self, profile: Profile) -> list[Difference]:
        contract = contract_of(profile, self.family)
        if self.source == "sdk":
            contract = rewrite(contract, _with_optional)
        old = (Reader(contract, effort=self.effort), Node(contract, "#"))
        reader = Reader(self.document.content, lenient=True, effort=self.effort)
        found: dict[str, Difference] = {}
        for root in self._roots():
            for each in differences(old, (reader, root), equal_patterns=_spelled, effort=self.effort):
                if not each.rule.is_annotation and not self._says_nothing(each):
                    # Roots that share a schema have the same differences.
                    key = (each.rule.id, each.subject, each.old, each.new, each.widens, each.paths)
                    found.setdefault(repr(key), each)
        return self._without_pairs(list(found.values()))

    def _roots(self) -> Iterator[Node]:
        """The roots in the form of the contract: each with the event types of all of them."""
        roots = self.upstream.roots
        if len(roots) == 1 and not self.upstream.is_data:
            yield roots[0]
            return
        if self.upstream.is_data:
            (root,) = roots
            yield Node({"type": "object", "properties": {"data": {"$ref": root.pointer}}}, "#")
            return
        event_type = {"enum": sorted({each for root in roots for each in self.document.listed_types(root)})}
        for root in roots:
            all_types = {"type": "object", "properties": {"event_type": event_type}}
            yield Node({"allOf": [{"$ref": root.pointer}, all_types]}, "#")

    def _says_nothing(self, difference: Difference) -> bool:
        """Whether it is compared elsewhere, or follows from what this source cannot say."""
        path = difference.paths[0]
        if self.upstream.is_data and not path.startswith(f"{_DATA}/"):
            return True
        if path == EVENT_TYPE and difference.rule in {rules.VALUE_ADDED, rules.VALUE_REMOVED}:
            return True
        if self.source != "sdk":
            return False
        return (
            difference.rule is rules.PATTERN_REMOVED
            or (difference.rule is rules.FORMAT_REMOVED and difference.old not in _FORMATS_OF_TYPES)
            or (difference.rule is rules.LIMIT_LOOSENED and difference.new is None)
        )

    def _without_pairs(self, found: list[Difference]) -> list[Difference]:
        if self.source != "sdk":
            return found
        places = {(each.rule, path) for each in found for path in each.paths}
        return [
            each
            for each in found
            if each.rule not in _PAIRED
            or not all((_PAIRED[each.rule], path) in places for path in each.paths)
        ]


def properties_of_data(family: Family) -> frozenset[str]:
    """The properties of `data` in the contract."""
    contract = Node(contract_of("strict", family), "#")
    carried = Reader(contract.schema).normalize(contract.below("properties", "data")).branches[0]
    return frozenset(carried.properties)


def contract_of(profile: Profile, family: Family) -> Schema:
    """The events of a family as one schema, as in OpenAPI, with formats instead of patterns."""
    definitions = shared_bundle(profile)["$defs"]
    first, *others = (
        each
        for each in definitions.values()
        if each.get("properties", {}).get("event_type", {}).get("const") in family.event_types
    )
    event_types = [each["properties"]["event_type"]["const"] for each in (first, *others)]
    properties = first["properties"] | {"event_type": {"enum": event_types}}
    schema = first | {"properties": properties, "$defs": definitions}
    with_formats: Schema = rewrite(schema, _with_format)
    return with_formats


def _with_format(schema: Schema) -> Schema:
    """The schema with only a format, instead of a pattern that spells it out."""
    if schema.get("title") == "SlotTime":
        return {"type": "string", "format": _SLOT_TIME}
    return with_format_only(schema)


def _with_optional(schema: Schema) -> Schema:
    """The schema as types in Python can write it: what may be null may be missing, and vice versa."""
    if "properties" not in schema:
        return schema
    required = {name for name in schema.get("required", ()) if not _is_nullable(schema["properties"][name])}
    properties = {
        name: below if name in required or _is_nullable(below) else {"anyOf": [below, {"type": "null"}]}
        for name, below in schema["properties"].items()
    }
    return schema | {"properties": properties, "required": sorted(required)}


def _is_nullable(schema: Schema) -> bool:
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())


def _widens(difference: Difference) -> bool:
    """Whether Junction may send something that the profile rejects."""
    if (difference.old, difference.new) in _ACCEPTED:
        return False
    return difference.widens is not False


def _same(strict: Difference, tolerant: Difference) -> bool:
    """Whether both profiles show the same difference. An alternative may appear under another rule."""
    is_alike = strict.rule.aspect == tolerant.rule.aspect and strict.subject == tolerant.subject
    return (is_alike or strict.rule is rules.BRANCH_ADDED) and not set(strict.paths).isdisjoint(
        tolerant.paths
    )


def _spelled(pattern: str) -> str:
    """A pattern as the contract would write it."""
    for spelling, ours in _SPELLINGS:
        pattern = pattern.replace(spelling, ours)
    return pattern

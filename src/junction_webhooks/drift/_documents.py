"""Comparing one of Junction's documents with the contract: its events, its payloads and its annotations."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema import rules
from junction_webhooks._jsonschema.effort import Effort
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.visit import walk
from junction_webhooks.contract.annotations import event
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.drift._annotations import EXHAUSTIVE, Annotations
from junction_webhooks.drift._baseline import is_nullable
from junction_webhooks.drift._events import EVENT_TYPE, event_drifts
from junction_webhooks.drift._openapi import Document
from junction_webhooks.drift._payloads import Comparison, properties_of_data
from junction_webhooks.drift._report import Drift, DriftError, DriftReport, report
from junction_webhooks.drift._rules import KEYWORD_UNKNOWN, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks._jsonschema.diff import Difference
    from junction_webhooks.contract.annotations import Place
    from junction_webhooks.contract.families import Family
    from junction_webhooks.drift._baseline import BaselineEntry, Source
    from junction_webhooks.drift._openapi import Upstream
    from junction_webhooks.drift._report import Impact

_DATA: Final = "/data/"
_NO_EVENTS: Final = (
    "it lists no event types: an event counts as gone only if nothing describes its data, "
    "and nothing outside data is compared"
)
_OLDER: Final = "it lacks much that the contract has, and has little that is new: it may be an older revision"
_MUCH: Final = 10
_OF_TYPES: Final = (
    "its types say nothing about UUIDs, patterns and limits, nor whether what may be null may be missing: "
    "this is not compared"
)
_NO_EXHAUSTIVE: Final = f"it has no {EXHAUSTIVE}: which value sets are exhaustive is not compared"


def compare_document(content: Any, source: Source) -> DriftReport:
    """Compare a parsed document with the contract.

    Raises `DriftError` if it has no schemas, or none of any of the events.
    """
    finding = Effort()
    document = Document(content, finding)
    if not document.components:
        message = "it has no components.schemas: is it an OpenAPI document?"
        raise DriftError(message)
    families = {
        family: document.find(family, properties_of_data(family)) for family in FAMILIES if family.components
    }
    if not any(families.values()):
        names = " and ".join(f"{family.prefix}.* ({', '.join(family.components)})" for family in families)
        message = (
            f"it has no schema of the events {names}: "
            "none has that name, lists these event types or has similar data"
        )
        raise DriftError(message)
    exhaustive = any(
        EXHAUSTIVE in schema for node in document.components.values() for _, schema in walk(node.schema)
    )
    remarks = [_OF_TYPES] if source == "sdk" else []
    remarks += [] if document.events else [_NO_EVENTS]
    remarks += [] if exhaustive else [_NO_EXHAUSTIVE]
    found = list(_event_drifts(document, families))
    given_up = dict.fromkeys(finding.given_up)
    for family, upstream in families.items():
        if upstream:
            # Each family has bounds of its own, so that one more takes nothing from the others.
            effort = Effort()
            comparison = Comparison(family, upstream, document, source, effort)
            drifts = [_drift(family, each, impact) for each, impact in comparison.drifts()]
            drifts += _annotation_drifts(comparison, compares_exhaustive=exhaustive)
            drifts, remark = _without_optional(family, drifts, source)
            found += drifts
            remarks += [remark] if remark else []
            given_up |= dict.fromkeys(effort.given_up)
    info = content.get("info")
    version = info.get("version") if isinstance(info, dict) else None
    result = report(
        source,
        version if isinstance(version, str) else None,
        found,
        remarks=remarks,
        given_up=tuple(given_up),
        compared=lambda entry: _is_compared(entry, families),
    )
    return replace(result, remarks=(_OLDER, *result.remarks)) if _is_older(result) else result


def _is_older(result: DriftReport) -> bool:
    kinds = Counter(RULES[each.rule].kind for each in result.unexplained)
    return kinds["removed"] >= _MUCH and kinds["removed"] > 2 * kinds["added"]


def _event_drifts(document: Document, families: Mapping[Family, Upstream | None]) -> Iterator[Drift]:
    unlisted: set[str] = set()
    schemas: dict[str, frozenset[str]] = {}
    for family in FAMILIES:
        upstream = families.get(family)
        if upstream is None:
            # Without a component, this contract never expects it in a document.
            unlisted.update(() if family.components else family.event_types)
            continue
        schemas[family.prefix] = frozenset(root.pointer for root in upstream.roots)
        lists_none = not any(document.listed_types(root) for root in upstream.roots)
        if not document.events if upstream.is_data else lists_none:
            unlisted.update(family.event_types)
    return event_drifts(document.events, unlisted=unlisted, schemas=schemas)


def _annotation_drifts(comparison: Comparison, *, compares_exhaustive: bool) -> list[Drift]:
    family, upstream = comparison.family, comparison.upstream
    reader = Reader(comparison.document.content, lenient=True, effort=comparison.effort)
    place = event(family.event_types[0])
    annotations = Annotations(family.prefix, reader, comparison.effort, compares_exhaustive)
    annotations.compare(place.property("data") if upstream.is_data else place, upstream.roots)
    return list(annotations.found.values())


def _drift(family: Family, difference: Difference, impact: Impact) -> Drift:
    path, *also = difference.paths
    # The contract has no keyword that this comparison does not know, so it comes from the document.
    rule = KEYWORD_UNKNOWN if difference.rule is rules.KEYWORD_CHANGED else difference.rule
    return Drift(
        family.prefix,
        path,
        tuple(also),
        rule.id,
        difference.subject,
        None if rule is KEYWORD_UNKNOWN else difference.old,
        None if rule is KEYWORD_UNKNOWN else difference.new,
        impact,
    )


def _without_optional(family: Family, found: list[Drift], source: Source) -> tuple[list[Drift], str | None]:
    """The differences without those of optional properties, if most are optional."""
    optional = {
        path for each in found if each.rule == rules.REQUIRED_REMOVED.id for path in (each.path, *each.also)
    }
    required = set(_required(event(family.event_types[0]), source))
    if 2 * len(optional & required) <= len(required):
        return found, None
    left = [each for each in found if each.rule != rules.REQUIRED_REMOVED.id]
    remark = (
        f"{family.prefix}.*: {len(optional):,} of the {len(required):,} properties that the contract "
        "requires are optional: that they are required is not compared"
    )
    return left, remark


def _required(place: Place, source: Source) -> Iterator[str]:
    """The properties that the contract requires, and that the source can say are required."""
    for each in place.properties():
        if each.name in place.schema.get("required", ()) and not (source == "sdk" and is_nullable(each)):
            yield each.pointer
        yield from _required(each, source)
    if place.has_items:
        yield from _required(place.item(), source)


def _is_compared(entry: BaselineEntry, families: Mapping[Family, Upstream | None]) -> bool:
    """Whether a document has what the entry is about, so that the entry is stale if nothing differs."""
    if entry.pattern == EVENT_TYPE:
        return True
    for family, upstream in families.items():
        if family.prefix == entry.family:
            return upstream is not None and (not upstream.is_data or entry.pattern.startswith(_DATA))
    return False

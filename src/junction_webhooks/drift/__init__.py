"""How Junction's OpenAPI document differs from the contract.

`compare(document)` lists each difference once and says whether it is safe in production. Reviewed
differences, which are in the baseline, are listed separately, with the reason. The baseline consists of
`schemas/drift_baseline.json` and the properties that are always sent, according to `x-provenance`, but not
required.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks._json.decode import Body, UnreadableError, read
from junction_webhooks._jsonschema.branches import Node
from junction_webhooks._jsonschema.diff import differences
from junction_webhooks._jsonschema.effort import Effort
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.rules import BRANCH_ADDED, RULES
from junction_webhooks._jsonschema.visit import rewrite
from junction_webhooks.contract import Profile, Schema, shared_bundle
from junction_webhooks.contract.families import FAMILIES, Family
from junction_webhooks.drift._baseline import BaselineEntry, baseline
from junction_webhooks.drift._openapi import Upstream, components, find, listed_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks._jsonschema.diff import Difference


__all__ = ["BaselineEntry", "Drift", "DriftError", "DriftReport", "Impact", "baseline", "compare"]

Impact: TypeAlias = Literal["tolerated", "breaking"]
"""What a difference means for a handler that uses the tolerant profile."""

_SLOT_TIME: Final = "slot-time"
_ACCEPTED: Final = ((_SLOT_TIME, "date-time"),)
"""(ours, upstream) pairs of formats where ours accepts every value of upstream's: no drift."""
_SPELLINGS: Final = ((r"\d", "[0-9]"), ("(?:", "("), (r"\/", "/"), (r"\-", "-"))
"""(theirs, ours) in a pattern, with the same meaning."""


_YAML: Final = (
    "it is YAML: convert it to JSON first, with PyYAML: python -c 'import json, sys, yaml; "
    "json.dump(yaml.safe_load(sys.stdin), sys.stdout, default=str)' < openapi.yaml > openapi.json"
)


class DriftError(ValueError):
    """The document cannot be compared. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between Junction's document and the contract."""

    family: str
    """What the event types start with: `labtest.order` or `labtest.appointment`."""
    path: str
    """Where it appears in payloads: a JSON pointer with `*` for any index."""
    also: tuple[str, ...]
    """Further places of the same difference, where one schema is used more than once."""
    rule: str
    subject: str | None
    """The value, property, keyword or alternative that was added, removed or changed."""
    contract: Any
    """What the contract says, if that is a single value: a type, a format, a limit."""
    upstream: Any
    """What the document says instead."""
    impact: Impact
    """`breaking` if the tolerant profile may reject what Junction sends according to the document."""
    baseline: BaselineEntry | None = None
    """The baseline entry that explains it."""

    @property
    def what(self) -> str:
        """What differs, in words: from the contract to the document."""
        return self.describe(str)

    def describe(self, quote: Callable[[str], str]) -> str:
        """The same, with each part that comes from a document as `quote` writes it.

        Examples:
            >>> new = Drift("order", "/data/status", (), "value_added", "paused", None, None, "tolerated")
            >>> new.describe(lambda text: f"`{text}`")
            'the value `paused` is new'
        """
        subject, *sides = (
            None if each is None else quote(str(each))
            for each in (self.subject, self.contract, self.upstream)
        )
        return RULES[self.rule].describe(subject, *sides)


@dataclass(frozen=True, slots=True)
class DriftReport:
    """How a document differs from the contract."""

    version: str | None
    """The version in the document's `info`."""
    unexplained: tuple[Drift, ...]
    """The breaking ones first."""
    baseline: tuple[Drift, ...]
    """The differences that a baseline entry explains."""
    stale: tuple[BaselineEntry, ...]
    """Entries of the baseline that no longer occur: the contract can follow, or the entry can be removed."""
    given_up: tuple[str, ...] = ()
    """What was left out because it would have taken too long: one line for each thing."""


def compare(document: Body | dict[str, Any]) -> DriftReport:
    """Compare an OpenAPI document, 3.0 or 3.1, with the contract. `document` is bytes, text or a parsed dict.

    Raises `DriftError` if it is not JSON or not OpenAPI, or if it lacks the order or the appointment events.

    Examples:
        >>> from junction_webhooks import drift
        >>> try:
        ...     report = drift.compare(b"openapi: 3.1.0")
        ... except drift.DriftError as error:
        ...     print(error)
        it is YAML: convert it to JSON first, ...
    """
    if not isinstance(document, dict):
        document = _parsed(document)
    if not components(document):
        message = "it has no components.schemas: is it an OpenAPI document?"
        raise DriftError(message)
    upstreams = [(family, _upstream(document, family)) for family in FAMILIES if family.components]
    missing = [
        f"{family.prefix}.* ({', '.join(family.components)})" for family, found in upstreams if found is None
    ]
    if missing:
        message = (
            f"it has no schema of the events {' and '.join(missing)}: "
            "none has that name, lists these event types or has similar data"
        )
        raise DriftError(message)
    found: list[Drift] = []
    given_up: dict[str, None] = {}
    for family, upstream in upstreams:
        if upstream:
            # Each family has bounds of its own, so that one more takes nothing from the others.
            effort = Effort()
            found += _drifts(family, upstream, effort)
            given_up |= dict.fromkeys(effort.given_up)
    return _report(document, found, tuple(given_up))


def _parsed(body: Body) -> Any:
    try:
        return read(body)
    except UnreadableError as error:
        text = body if isinstance(body, str) else bytes(body).decode(errors="replace")
        is_yaml = re.search(r"^(?:openapi|swagger) *:", text, re.MULTILINE) is not None
        message = _YAML if is_yaml else f"it {error}"
        raise DriftError(message) from None


def _report(document: Any, found: Sequence[Drift], given_up: tuple[str, ...]) -> DriftReport:
    info = document.get("info")
    version = info.get("version") if isinstance(info, dict) else None
    used = {each.baseline for each in found}
    unexplained = [each for each in found if each.baseline is None]
    return DriftReport(
        version if isinstance(version, str) else None,
        tuple(sorted(unexplained, key=lambda each: each.impact != "breaking")),
        tuple(each for each in found if each.baseline is not None),
        tuple(entry for entry in baseline() if entry not in used),
        given_up,
    )


def _upstream(document: Any, family: Family) -> Upstream | None:
    contract = Node(_contract("strict", family), "#")
    carried = Reader(contract.schema).normalize(contract.below("properties", "data")).branches[0]
    types = frozenset(json.dumps(event_type) for event_type in family.event_types)
    return find(document, family, types, frozenset(carried.properties))


def _drifts(family: Family, upstream: Upstream, effort: Effort) -> Iterator[Drift]:
    """Each difference from the strict profile.

    The tolerant profile decides whether it is breaking. Differences from only the tolerant profile, in
    alternatives outside the contract, come last.
    """
    refused = [each for each in _differences("tolerant", family, upstream, effort) if _widens(each)]
    listed: set[int] = set()
    for difference in _differences("strict", family, upstream, effort):
        because = [each for each in refused if _widens(difference) and _same(difference, each)]
        listed |= {id(each) for each in because}
        yield _drift(family, difference, "breaking" if because else "tolerated")
    for difference in refused:
        if id(difference) not in listed:
            yield _drift(family, difference, "breaking")


def _differences(profile: Profile, family: Family, upstream: Upstream, effort: Effort) -> list[Difference]:
    contract = _contract(profile, family)
    old = (Reader(contract, effort=effort), Node(contract, "#"))
    reader = Reader(upstream.reader.document, lenient=True, effort=effort)
    found: dict[str, Difference] = {}
    for root in _roots(upstream):
        for each in differences(old, (reader, root), equal_patterns=_spelled, effort=effort):
            if not each.rule.is_annotation:
                # Roots that share a schema have the same differences.
                key = (each.rule.id, each.subject, each.old, each.new, each.widens, each.paths)
                found.setdefault(repr(key), each)
    return list(found.values())


def _roots(upstream: Upstream) -> Iterator[Node]:
    """The roots in the form of the contract: each with the event types of all of them."""
    if len(upstream.roots) == 1:
        yield upstream.roots[0]
        return
    types = sorted({each for root in upstream.roots for each in listed_types(upstream.reader, root)})
    event_type = {"enum": [json.loads(each) for each in types]}
    for root in upstream.roots:
        all_types = {"type": "object", "properties": {"event_type": event_type}}
        yield Node({"allOf": [{"$ref": root.pointer}, all_types]}, "#")


def _contract(profile: Profile, family: Family) -> Schema:
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
    if "format" in schema:
        schema.pop("pattern", None)
    return schema


def _widens(difference: Difference) -> bool:
    """Whether Junction may send something that the profile rejects."""
    if (difference.old, difference.new) in _ACCEPTED:
        return False
    return difference.widens is not False


def _same(strict: Difference, tolerant: Difference) -> bool:
    """Whether both profiles show the same difference. An alternative may appear under another rule."""
    is_alike = strict.rule.aspect == tolerant.rule.aspect and strict.subject == tolerant.subject
    return (is_alike or strict.rule is BRANCH_ADDED) and not set(strict.paths).isdisjoint(tolerant.paths)


def _spelled(pattern: str) -> str:
    """A pattern as the contract would write it."""
    for spelling, ours in _SPELLINGS:
        pattern = pattern.replace(spelling, ours)
    return pattern


def _drift(family: Family, difference: Difference, impact: Impact) -> Drift:
    path, *also = difference.paths
    value = difference.subject if difference.subject is not None else difference.new
    entries = (
        entry
        for entry in baseline()
        if entry.family == family.prefix
        and entry.pattern in difference.paths
        and entry.explains(difference.rule.id, value)
    )
    return Drift(
        family.prefix,
        path,
        tuple(also),
        difference.rule.id,
        difference.subject,
        difference.old,
        difference.new,
        impact,
        next(entries, None),
    )

"""What Junction's OpenAPI document says, compared with the contract.

`compare(document)` names each difference once, says whether production is safe from it, and lists those apart
that were decided: `schemas/known_differences.json` holds them with their reasons, and `x-provenance` says
what is sent every time though the contract does not require it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks._jsonschema.diff import differences
from junction_webhooks._jsonschema.normalize import Node, Reader
from junction_webhooks._jsonschema.rules import TELLING
from junction_webhooks.contract import EVENT_TYPES, bundle
from junction_webhooks.drift._baseline import Known, known_differences
from junction_webhooks.drift._openapi import Family, Upstream, components, find, listed_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks._json.decode import Body
    from junction_webhooks._jsonschema.diff import Difference
    from junction_webhooks.contract import Profile, Schema

__all__ = ["Drift", "DriftError", "DriftReport", "Impact", "Known", "compare", "known_differences"]

Impact: TypeAlias = Literal["tolerated", "breaking"]
"""What a difference means for a handler that uses the tolerant profile."""

_FAMILIES: Final = (
    Family("labtest.order", "ClientFacingOrderChanged"),
    Family("labtest.appointment", "ClientFacingAppointmentChanged"),
)
_SLOT_TIME: Final = "slot-time"
_TAKEN: Final = frozenset({(_SLOT_TIME, "date-time")})
"""Formats of the contract, each with another whose every value it takes."""
_SPELLINGS: Final = ((r"\d", "[0-9]"), ("(?:", "("), (r"\/", "/"), (r"\-", "-"))


_YAML: Final = (
    "it is YAML: make JSON of it first, with PyYAML: python -c 'import json, sys, yaml; "
    "json.dump(yaml.safe_load(sys.stdin), sys.stdout, default=str)' < openapi.yaml > openapi.json"
)


class DriftError(ValueError):
    """The document cannot be compared. The message says what is missing in it."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between Junction's document and the contract."""

    family: str
    """What the event types start with: `labtest.order` or `labtest.appointment`."""
    path: str
    """Where it shows in payloads: a JSON pointer with `*` for any index."""
    also: tuple[str, ...]
    """Further places of the same difference, where one schema is used more than once."""
    rule: str
    subject: str | None
    """The member, property, keyword or alternative that came or went."""
    contract: Any
    """What the contract says, where that is one value: a type, a format, a limit."""
    upstream: Any
    """What the document says instead."""
    impact: Impact
    """`breaking` when the tolerant profile may refuse what Junction then sends."""
    known: Known | None = None
    """The decision that explains it."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """How a document differs from the contract."""

    version: str | None
    """What the document calls its version, in `info`."""
    unexplained: tuple[Drift, ...]
    """The breaking ones first."""
    known: tuple[Drift, ...]
    settled: tuple[Known, ...]
    """Known differences that no longer occur: the contract can follow, or the entry can go."""


def compare(document: Body | dict[str, Any]) -> DriftReport:
    """Compare an OpenAPI document, 3.0 or 3.1, with the contract; `document` is bytes, text or parsed.

    Raises `DriftError` when it is no JSON or no OpenAPI, or when the order or the appointment events are
    not in it.
    """
    if not isinstance(document, dict):
        document = _parsed(document)
    if not components(document):
        message = "it has no components.schemas: it is no OpenAPI document, or one without schemas"
        raise DriftError(message)
    upstreams = [(family, _upstream(document, family)) for family in _FAMILIES]
    missing = [f"{family.name}.* ({family.component})" for family, upstream in upstreams if upstream is None]
    if missing:
        message = (
            f"it has no schema of the events {' and '.join(missing)}: "
            "none has that name, lists these event types or carries what they carry"
        )
        raise DriftError(message)
    found = [each for family, upstream in upstreams if upstream for each in _drifts(family, upstream)]
    return _report(document, found)


def _parsed(body: Body) -> Any:
    try:
        return read(body)
    except UnreadableError as error:
        text = body if isinstance(body, str) else bytes(body).decode(errors="replace")
        is_yaml = re.search(r"^(?:openapi|swagger) *:", text, re.MULTILINE) is not None
        message = _YAML if is_yaml else f"it {error}"
        raise DriftError(message) from None


def _report(document: Any, found: Sequence[Drift]) -> DriftReport:
    info = document.get("info")
    version = info.get("version") if isinstance(info, dict) else None
    used = {each.known for each in found}
    unexplained = [each for each in found if each.known is None]
    return DriftReport(
        version if isinstance(version, str) else None,
        tuple(sorted(unexplained, key=lambda each: each.impact != "breaking")),
        tuple(each for each in found if each.known is not None),
        tuple(known for known in known_differences() if known not in used),
    )


def _upstream(document: Any, family: Family) -> Upstream | None:
    contract = Node(_contract("strict", family), "#")
    carried = Reader(contract.schema).shape(contract.below("properties", "data")).variants[0]
    types = frozenset(json.dumps(event_type) for event_type in _event_types(family))
    return find(document, family, types, frozenset(carried.properties))


def _drifts(family: Family, upstream: Upstream) -> Iterator[Drift]:
    """Each difference to the strict profile; the tolerant profile says whether it is breaking.

    What only the tolerant profile shows, within an alternative outside the contract, comes last.
    """
    refused = [each for each in _differences("tolerant", family, upstream) if _widens(each)]
    told: set[int] = set()
    for difference in _differences("strict", family, upstream):
        because = [each for each in refused if _widens(difference) and _same(difference, each)]
        told |= {id(each) for each in because}
        yield _drift(family, difference, "breaking" if because else "tolerated")
    for difference in refused:
        if id(difference) not in told:
            yield _drift(family, difference, "breaking")


def _differences(profile: Profile, family: Family, upstream: Upstream) -> list[Difference]:
    contract = _contract(profile, family)
    old = (Reader(contract), Node(contract, "#"))
    found: dict[str, Difference] = {}
    for root in _roots(upstream):
        for difference in differences(old, (upstream.reader, root), equal_patterns=_spelled):
            if difference.rule not in TELLING:
                found.setdefault(repr(difference), difference)
    return list(found.values())


def _roots(upstream: Upstream) -> Iterator[Node]:
    """The roots as the contract has them: each with the event types of all."""
    if len(upstream.roots) == 1:
        yield upstream.roots[0]
        return
    types = sorted({each for root in upstream.roots for each in listed_types(upstream.reader, root)})
    event_type = {"enum": [json.loads(each) for each in types]}
    for root in upstream.roots:
        all_types = {"type": "object", "properties": {"event_type": event_type}}
        yield Node({"allOf": [{"$ref": root.pointer}, all_types]}, "#")


def _contract(profile: Profile, family: Family) -> Schema:
    """The events of a family as one schema, as OpenAPI has them, with formats where they have patterns."""
    definitions = bundle(profile)["$defs"]
    first, *others = (
        each
        for each in definitions.values()
        if each.get("properties", {}).get("event_type", {}).get("const") in _event_types(family)
    )
    members = [each["properties"]["event_type"]["const"] for each in (first, *others)]
    properties = first["properties"] | {"event_type": {"enum": members}}
    schema = first | {"properties": properties, "$defs": definitions}
    formats: Schema = _with_formats(schema)
    return formats


def _with_formats(part: Any) -> Any:
    """The schema with a format alone where a pattern spells it out, or stands for one."""
    if isinstance(part, list):
        return [_with_formats(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part.get("title") == "SlotTime":
        return {"type": "string", "format": _SLOT_TIME}
    return {
        word: _with_formats(value)
        for word, value in part.items()
        if word != "pattern" or "format" not in part
    }


def _event_types(family: Family) -> list[str]:
    return [event_type for event_type in EVENT_TYPES if event_type.startswith(f"{family.name}.")]


def _widens(difference: Difference) -> bool:
    """Whether Junction may send what the profile refuses."""
    if (difference.old, difference.new) in _TAKEN:
        return False
    return difference.widens is not False


def _same(strict: Difference, tolerant: Difference) -> bool:
    """Whether the tolerant profile shows the same difference; an alternative may show by another rule."""
    same_kind = _kind(strict) == _kind(tolerant) and strict.subject == tolerant.subject
    return (same_kind or strict.rule == "variant_added") and not set(strict.paths).isdisjoint(tolerant.paths)


def _kind(difference: Difference) -> str:
    return difference.rule.rpartition("_")[0].replace("enum", "member")


def _spelled(pattern: str) -> str:
    """A pattern in one of its spellings."""
    for spelling, ours in _SPELLINGS:
        pattern = pattern.replace(spelling, ours)
    return pattern


def _drift(family: Family, difference: Difference, impact: Impact) -> Drift:
    path, *also = difference.paths
    value = difference.subject if difference.subject is not None else difference.new
    decided = [
        known
        for known in known_differences()
        if known.family == family.name
        and known.pattern in difference.paths
        and known.explains(difference.rule, value)
    ]
    return Drift(
        family.name,
        path,
        tuple(also),
        difference.rule,
        difference.subject,
        difference.old,
        difference.new,
        impact,
        decided[0] if decided else None,
    )

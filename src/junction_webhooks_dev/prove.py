"""Prove every rule of the strict schemas: `python -m junction_webhooks_dev.prove`, or `make prove`.

Removes each constraint from the bundle of its event, one at a time. A looser bundle must be noticed by a negative
payload that it now accepts, a tighter one by a valid fixture that it now rejects. Both are validated against the
event's own bundle, without the dispatch on `event_type`. The negative payloads are written by hand: those of
`fixtures/invalid/`, and of `fixtures/rules.json`, which has one for each rule that those leave out.
Exits with 1 if a constraint goes unnoticed, and prints a payload that would notice it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import jsonschema_rs

from junction_webhooks import contract, fixtures
from junction_webhooks._json.patch import patched
from junction_webhooks._json.pointer import edited, pointer
from junction_webhooks._jsonschema.visit import subschemas
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import families
from junction_webhooks.contract.mutations import mutations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import EventType, Schema

EVENT_TYPES: Final[Sequence[EventType]] = sorted(
    contract.EVENT_TYPES, key=lambda event_type: -len(fixtures.valid(event_type))
)
"""The event types with the most fixtures first: those notice soonest."""
Effect = Literal["looser", "tighter"]
WHOLE: Final = (
    "type",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "items",
    "pattern",
    "maxLength",
    "minimum",
    "maximum",
)
"""Keywords that make a bundle looser when they are removed."""
ONE_BY_ONE: Final = ("required", "properties", "enum", "type", "anyOf")
"""Keywords whose entries can be removed one by one."""


class Constraint(NamedTuple):
    """What can be removed from a bundle."""

    event_types: tuple[EventType, ...]
    """The events with this constraint in their bundles."""
    keyword: str
    rule: Path
    """The path to it in the bundle; after `required`, `enum`, `type` and `anyOf`, the entry to remove."""
    effect: Effect

    def __str__(self) -> str:
        """The constraint as a place in the strict bundle."""
        return f"{self.event_types[0]} #{pointer(self.rule)}"


@dataclass
class Proof:
    """Which constraints were noticed, and which were not."""

    noticed: list[Constraint] = field(default_factory=list)
    equivalent: list[Constraint] = field(default_factory=list)
    """Without it the bundle accepts the same payloads: proven in both directions."""
    survivors: list[Constraint] = field(default_factory=list)


def negatives() -> dict[EventType, list[Any]]:
    """The negative payloads written by hand, by event type."""
    found: dict[EventType, list[Any]] = {event_type: [] for event_type in contract.EVENT_TYPES}
    for fixture in fixtures.invalid():
        if fixture.event_type:
            found[fixture.event_type].append(fixture.payload)  # type: ignore[index]
    for base, operation in rules():
        found[base.split("/")[0]].append(broken(base, operation))  # type: ignore[index]
    return found


@cache
def positives(event_type: EventType) -> list[Any]:
    """The payloads that conform, with bare orders in an envelope."""
    bare_form = families.of(event_type).bare_form
    bare = [
        {"event_type": event_type, "data": each.payload}
        for each in fixtures.valid()
        if bare_form and each.kind == bare_form.name
    ]
    return [each.payload for each in fixtures.valid(event_type)] + bare


def rules() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each entry of `fixtures/rules.json`: the name of a valid fixture and an operation that breaks one rule."""
    for base, operations in json.loads(_data.folder("fixtures").joinpath("rules.json").read_bytes()).items():
        for operation in operations:
            yield base, operation


def broken(base: str, operation: Mapping[str, Any]) -> Any:
    """The valid fixture after the operation of JSON Patch; without its key `breaks`."""
    return patched(fixtures.load(base).payload, [{k: v for k, v in operation.items() if k != "breaks"}])


def constraints() -> list[Constraint]:
    """Every constraint of the strict bundles. One in a shared definition is listed once."""
    sharing: dict[str, tuple[EventType, ...]] = {}
    found = []
    for event_type in EVENT_TYPES:
        bundle = contract.bundle("strict", event_type)
        found += [Constraint((event_type,), *each) for each in _within(bundle, ())]
        for title in bundle["$defs"]:
            sharing[title] = (*sharing.get(title, ()), event_type)
    for title, event_types in sharing.items():
        definition = contract.bundle("strict", event_types[0])["$defs"][title]
        found += [Constraint(event_types, *each) for each in _within(definition, ("$defs", title))]
    return found


def _within(schema: Schema, way: Path) -> Iterator[tuple[str, Path, Effect]]:
    for keyword, value in schema.items():
        here = (*way, keyword)
        # Such a maximum is only for engines whose `$` matches before a final newline, and there is none here.
        is_implied = keyword == "maxLength" and "pattern" in schema
        if (keyword in WHOLE and not is_implied) or (keyword == "additionalProperties" and value is False):
            yield keyword, here, "looser"
        if keyword in ONE_BY_ONE and not isinstance(value, str):
            effect: Effect = "looser" if keyword == "required" else "tighter"
            for entry in range(len(value)) if keyword == "anyOf" else value:
                yield keyword, (*here, entry), effect
    for steps, part in subschemas(schema):
        # Definitions are tried once for all events; true and false have no keywords.
        if steps[0] != "$defs" and isinstance(part, dict):
            yield from _within(part, (*way, *steps))


def without(constraint: Constraint, event_type: EventType) -> Schema:
    """The strict bundle of the event without the constraint."""

    def remove(holder: Any, last: Any) -> None:
        if isinstance(holder, list) and not isinstance(last, int):
            holder.remove(last)
        else:
            del holder[last]

    bundle: Schema = edited(contract.bundle("strict", event_type), constraint.rule, remove)
    return bundle


def prove(checked: Iterable[Constraint]) -> Proof:
    """Remove each constraint, and find out whether a payload notices.

    Raises `ValueError` if a valid fixture does not conform: its rejection would then prove nothing.
    """
    for event_type in EVENT_TYPES:
        if not all(map(_takes(contract.bundle("strict", event_type)), positives(event_type))):
            message = f"a valid fixture of {event_type} does not conform: see `junction-webhooks validate fixtures/valid`"
            raise ValueError(message)
    proof = Proof()
    bad = negatives()
    refused = {}
    for event_type, payloads in bad.items():
        takes = _takes(contract.bundle("strict", event_type))
        refused[event_type] = [payload for payload in payloads if not takes(payload)]
    for constraint in checked:
        if any(
            _is_noticed(constraint, event_type, refused[event_type]) for event_type in constraint.event_types
        ):
            proof.noticed.append(constraint)
        elif _is_equivalent(constraint):
            proof.equivalent.append(constraint)
        else:
            proof.survivors.append(constraint)
    return proof


def _is_noticed(constraint: Constraint, event_type: EventType, refused: list[Any]) -> bool:
    takes = _takes(without(constraint, event_type))
    if constraint.effect == "looser":
        return any(map(takes, refused))
    return not all(map(takes, positives(event_type)))


def _takes(bundle: Schema) -> Callable[[Any], bool]:
    return jsonschema_rs.Draft202012Validator(bundle).is_valid


def _is_equivalent(constraint: Constraint) -> bool:
    event_type = constraint.event_types[0]
    original, mutant = (
        jsonschema_rs.canonicalize(_without_definitions(bundle))
        for bundle in (contract.bundle("strict", event_type), without(constraint, event_type))
    )
    return str(original.covers(mutant)) == str(mutant.covers(original)) == "yes"


def _without_definitions(bundle: Schema) -> Any:
    return {word: part for word, part in jsonschema_rs.dereference(bundle).items() if word != "$defs"}


def suggestion(constraint: Constraint) -> str:
    """A line for `fixtures/rules.json` that would notice the constraint, if one can be derived."""
    for event_type in constraint.event_types if constraint.effect == "looser" else ():
        bundle = contract.bundle("strict", event_type)
        takes, takes_after = _takes(bundle), _takes(without(constraint, event_type))
        for fixture in fixtures.valid(event_type):
            for mutation in mutations(bundle, fixture.payload):
                payload = mutation.applied_to(fixture.payload)
                if takes_after(payload) and not takes(payload):
                    operation = {"op": mutation.operation, "path": pointer(mutation.path)}
                    if mutation.operation != "remove":
                        operation["value"] = mutation.value
                    return f'"{fixture.name}": {json.dumps(operation | {"breaks": mutation.keyword})}'
    return "a fixture must need it"


def table(proof: Proof) -> str:
    """How many constraints of each kind were noticed."""
    noticed = Counter((each.keyword, each.effect) for each in proof.noticed)
    others = Counter((each.keyword, each.effect) for each in proof.equivalent + proof.survivors)
    lines = [f"{'taken out':22}{'the bundle is':>14}{'tried':>8}{'noticed':>9}"]
    for keyword, effect in sorted(noticed | others):
        one_of = effect == "tighter" and keyword != "properties"
        name = f"one of {keyword}" if one_of else "one property" if keyword == "properties" else keyword
        count = noticed[keyword, effect]
        lines.append(f"{name:22}{effect:>14}{count + others[keyword, effect]:>8}{count:>9}")
    return "\n".join(lines)


def main() -> int:
    """Prove, and print the table, the equivalent constraints and every survivor."""
    try:
        proof = prove(constraints())
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    lines = [table(proof), ""]
    lines += [f"no constraint, as is proven: {each}" for each in proof.equivalent]
    for survivor in proof.survivors:
        lines += [f"unnoticed: {survivor}", f"  {suggestion(survivor)}"]
    proven = len(proof.noticed)
    total = proven + len(proof.survivors)
    lines.append(f"{proven} of {total} constraints are noticed when they go: {100 * proven / total:.1f} %")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if proof.survivors else 0


if __name__ == "__main__":
    sys.exit(main())

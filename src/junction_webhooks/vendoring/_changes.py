"""What an update of a vendored folder changes for whoever reads payloads, by the rules of `compatibility`.

Without its proofs, which need the extra `fast`: each change is judged as far as its rule tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from junction_webhooks._jsonschema.diff import differences
from junction_webhooks._jsonschema.normalize import Node, Reader
from junction_webhooks._jsonschema.rules import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.compatibility import Verdict
    from junction_webhooks.contract import Schema

    _Found: TypeAlias = tuple[str, tuple[str, ...], str, str, tuple[Verdict, Verdict]]

_VERDICTS: Final[Mapping[bool | None, Verdict]] = {
    True: "breaking",
    False: "compatible",
    None: "unproven",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change for the reader of payloads."""

    events: tuple[str, ...]
    """The event types whose payloads it is in."""
    rule: str
    path: str
    """Where it shows in payloads: a JSON pointer with `*` for any index."""
    also: tuple[str, ...]
    """Further places of the same change."""
    what: str
    """What changed, in words."""
    consumer: Verdict
    """For whoever reads payloads with the old version, as far as the rule tells; else `unproven`."""
    producer: Verdict
    """For whoever sends payloads made for the old version, as `consumer`."""


def changes(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> tuple[Change, ...]:
    """Each change between the schemas of two versions, given by event type, sorted by path."""
    found: dict[_Found, list[str]] = {}
    for event_type in dict.fromkeys((*old, *new)):
        for change in _changes(event_type, old.get(event_type), new.get(event_type)):
            found.setdefault(change, []).append(event_type)
    return tuple(
        Change(tuple(events), rule, path, also, what, *verdicts)
        for (path, also, rule, what, verdicts), events in sorted(found.items())
    )


def _changes(event_type: str, old: Schema | None, new: Schema | None) -> Iterator[_Found]:
    if old is None or new is None:
        rule = "event_added" if old is None else "event_removed"
        verdicts = _verdicts(old is None, new is None)
        yield "", (), rule, sentence(rule, event_type, None, None), verdicts
        return
    for each in differences((Reader(old), Node(old, "#")), (Reader(new), Node(new, "#"))):
        path, *also = sorted(each.paths)
        what = sentence(each.rule, each.subject, each.old, each.new)
        yield path, tuple(also), each.rule, what, _verdicts(each.widens, each.narrows)


def _verdicts(*effects: bool | None) -> tuple[Verdict, Verdict]:
    """For a consumer what widens breaks, for a producer what narrows."""
    consumer, producer = (_VERDICTS[effect] for effect in effects)
    return consumer, producer

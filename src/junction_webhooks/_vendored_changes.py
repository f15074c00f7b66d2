"""What an update of a vendored folder changes for whoever reads payloads, by the rules of `compatibility`.

Without its proofs, which need the extra `fast`: each change is named, and not judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from junction_webhooks._differences import differences
from junction_webhooks._rules import sentence
from junction_webhooks._shapes import Node, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract import Schema


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


def changes(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> tuple[Change, ...]:
    """Each change between the schemas of two versions, given by event type, sorted by path."""
    found: dict[tuple[str, tuple[str, ...], str, str], list[str]] = {}
    for event_type in dict.fromkeys((*old, *new)):
        for change in _changes(event_type, old.get(event_type), new.get(event_type)):
            found.setdefault(change, []).append(event_type)
    return tuple(
        Change(tuple(events), rule, path, also, what)
        for (path, also, rule, what), events in sorted(found.items())
    )


def _changes(
    event_type: str, old: Schema | None, new: Schema | None
) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    if old is None or new is None:
        rule = "event_added" if old is None else "event_removed"
        yield "", (), rule, sentence(rule, event_type, None, None)
        return
    for each in differences((Reader(old), Node(old, "#")), (Reader(new), Node(new, "#"))):
        path, *also = sorted(each.paths)
        yield path, tuple(also), each.rule, sentence(each.rule, each.subject, each.old, each.new)

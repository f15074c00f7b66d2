"""The events that Junction documents outside this contract. The same endpoint can receive them.

Examples:
    >>> from junction_webhooks.contract import known_events
    >>> lost = known_events.find("message.attempt.exhausted")
    >>> lost.phrase, lost.urgency
    ('a message that could not be delivered', 'high')
    >>> known_events.find("labtest.order.updated") is None  # it is in the contract
    True
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from junction_webhooks.contract import _files as _data

if TYPE_CHECKING:
    from collections.abc import Mapping

Urgency: TypeAlias = Literal["none", "low", "medium", "high"]
"""How soon a person should look at an event."""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event that Junction documents, and this contract leaves out."""

    event_type: str
    family: str
    """The product that it is of, such as `wearable`."""
    phrase: str
    """What an event of the family is, such as `a wearable event`."""
    about: str
    """What happened, in one sentence."""
    urgency: Urgency


@cache
def known_events() -> Mapping[str, KnownEvent]:
    """Return all of them by event type, from `schemas/known_events.json`. Shared: do not change it."""
    listed = json.loads(_data.folder("schemas").joinpath("known_events.json").read_bytes())
    return {
        each["event_type"]: KnownEvent(phrase=listed["families"][each["family"]], **each)
        for each in listed["events"]
    }


def find(event_type: str) -> KnownEvent | None:
    """Return the event of that type, or None if Junction does not document it or the contract has it."""
    return known_events().get(event_type)

"""Values that a user sets in deliveries, by JSON pointer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from junction_webhooks._json import pointer
from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks.contract.annotations import event
from junction_webhooks.journeys.model import body

if TYPE_CHECKING:
    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract.annotations import Place
    from junction_webhooks.journeys.model import JourneyDelivery


@dataclass(frozen=True, slots=True)
class Setting:
    """A value for one place of a payload."""

    pointer: str
    path: Path
    value: Any

    def applies_to(self, payload: Any) -> bool:
        """Return whether the payload can have the value.

        A place that the contract knows is set only in the events that have it. A place that no event has is
        new, and is set in every payload that has its parent.
        """
        try:
            parent = pointer.get(payload, self.path[:-1])
        except LookupError:
            return False
        if not isinstance(parent, (dict, list)):
            return False
        own = {payload.get("event_type")} if isinstance(payload, dict) else set()
        having = {each for each in EVENT_TYPES if _has(event(each), self.path)}
        return not having or bool(having & own) or not own & {*EVENT_TYPES}


def read_setting(text: str) -> Setting:
    """Return the setting in a text such as `/data/interpretation=critical`.

    A value that is JSON has its type; any other text is a string.
    Raises `ValueError` for a text without a pointer below the root, or without a value.

    Examples:
        >>> from junction_webhooks.live.settings import read_setting
        >>> read_setting("/data/has_missing_results=true").value
        True
        >>> read_setting("/data/interpretation=critical").value
        'critical'
    """
    written, equals, value = text.partition("=")
    if not equals or not written.startswith("/"):
        message = f"{text!r} is not a JSON pointer, an equals sign and a value: /data/interpretation=critical"
        raise ValueError(message)
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = value
    return Setting(written, pointer.split(written), parsed)


def with_settings(
    deliveries: Sequence[JourneyDelivery], settings: Iterable[Setting]
) -> tuple[tuple[JourneyDelivery, ...], set[str]]:
    """Return the deliveries with all values set, and the pointers that at least one of them has."""
    applied: set[str] = set()
    chosen = tuple(settings)
    made = []
    for delivery in deliveries:
        try:
            payload = before = delivery.payload
        except (ValueError, RecursionError):
            made.append(delivery)
            continue
        for setting in chosen:
            if setting.applies_to(payload):
                try:
                    payload = pointer.put(payload, setting.path, setting.value)
                except LookupError:
                    continue
                applied.add(setting.pointer)
        made.append(delivery if payload is before else replace(delivery, raw=body(payload)))
    return tuple(made), applied


def _has(place: Place, path: Path) -> bool:
    """Return whether an event has a place."""
    for step in path:
        place = place.item() if place.has_items else place.property(str(step))
        if not place.is_known:
            return False
    return True

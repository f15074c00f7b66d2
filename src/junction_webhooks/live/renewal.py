"""Fresh ids and current times for the payloads of one story, so that it can be sent again and again.

The same id in two payloads stays the same id, and all times move by the same duration, so the story stays
consistent. Catalog data and the team stay as they are.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks._jsonschema.formats import is_uuid
from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks.contract.annotations import data_of, event
from junction_webhooks.contract.families import of
from junction_webhooks.journeys.model import body
from junction_webhooks.validation._envelope import recognize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from junction_webhooks.contract import EventType
    from junction_webhooks.contract.annotations import Place
    from junction_webhooks.journeys.model import JourneyDelivery

PATIENT_PREFIX: Final = "junction-webhooks-test-"
"""How the `client_user_id` of every synthetic patient starts."""
_Kind: TypeAlias = Literal["patient", "time", "date", "laboratory", "entry", "id"]
_KEY_BYTES: Final = 32
_TIMESTAMP: Final = "values/timestamp"
_RECORDED: Final = ("created_at", "updated_at", "collected_at")
"""How the names of properties end that say when something happened."""
_TIMES: Final = frozenset({_TIMESTAMP, "values/slot_time"})
_DATE: Final = "values/calendar_date"
_CATALOG: Final = frozenset({"objects/lab", "objects/lab_test", "objects/marker"})
_LABORATORY_IDS: Final = frozenset({"sample_id", "external_id"})
_STEP: Final = timedelta(minutes=15)
"""Times move by a multiple of this, because slots start at every quarter of an hour."""
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(_DAY.pattern + "[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}")
"""A time up to its seconds. The fraction and the offset after them stay."""
_ENTRY_NUMBERS: Final = range(10**6, 10**9)
"""How far the numbers of history entries move: the sums still fit 32 bits."""


def as_recorded(deliveries: Sequence[JourneyDelivery]) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries unchanged, except that each patient is recognizable as a synthetic one."""
    return tuple(_changed(each, _recognizable) for each in deliveries)


def fresh(
    deliveries: Sequence[JourneyDelivery], *, key: bytes | None = None, end: datetime | None = None
) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries of one story with fresh ids and current times.

    The ids depend on the key, which is random by default. The newest time in any payload becomes `end`, or up
    to 15 minutes less; by default, `end` is the current time. Appointments may start later.

    Examples:
        >>> from junction_webhooks import fixtures, live
        >>> story = fixtures.scenario("redraw").deliveries
        >>> one, other = live.fresh(story), live.fresh(story)
        >>> one[0].payload["data"]["id"] == other[0].payload["data"]["id"]
        False
        >>> one[0].payload["data"]["id"] == one[1].payload["data"]["id"]
        True
    """
    found = [time for each in deliveries for time in _recorded_times(each)]
    end = datetime.now(UTC) if end is None else end
    moved = timedelta() if not found else (end - max(found)) // _STEP * _STEP
    renewal = _Renewal(secrets.token_bytes(_KEY_BYTES) if key is None else key, moved)
    return tuple(
        replace(_changed(each, renewal.renewed), id=f"msg_{renewal.digest('delivery', each.id)[:24]}")
        for each in deliveries
    )


class _Node:
    """A place of the contract: what kind of value is there, and the places below it.

    The places are looked up once for all payloads, which makes a long story many times faster.
    """

    def __init__(self, place: Place) -> None:
        self.kind = _kind(place)
        self.is_recorded = place.within == _TIMESTAMP and place.name.endswith(_RECORDED)
        """Whether it is the time at which something happened, and not a slot or an estimate."""
        self._place = place
        self._properties: dict[str, _Node] = {}

    def property(self, name: str) -> _Node | None:
        """Return the place of a property, or None if the contract does not know it."""
        if name not in self._properties:
            if name not in self._place.known_names:
                return None
            self._properties[name] = _Node(self._place.property(name))
        return self._properties[name]

    @cached_property
    def item(self) -> _Node | None:
        """The place of any item, or None if the contract knows no array here."""
        return _Node(self._place.item()) if self._place.has_items else None


def _kind(place: Place) -> _Kind | None:
    """Return what kind of value is at a place, or None for what stays as it is."""
    kind: _Kind | None = None
    if place.name == "client_user_id":
        kind = "patient"
    elif place.within in _TIMES:
        kind = "time"
    elif place.within == _DATE:
        kind = "date"
    elif place.name in _LABORATORY_IDS:
        kind = "laboratory"
    elif place.holder == "objects/order_event" and place.name == "id":
        kind = "entry"
    elif place.schema.get("format") == "uuid" and place.holder not in _CATALOG and place.name != "team_id":
        kind = "id"
    return kind


@cache
def _event(event_type: EventType) -> _Node:
    return _Node(event(event_type))


@cache
def _data(prefix: str) -> _Node:
    return _Node(data_of(of(f"{prefix}.any")))


def _opened(delivery: JourneyDelivery) -> tuple[Any, _Node | None]:
    """Return the payload and its place, with or without an envelope; None if it is not a known event."""
    try:
        payload = json.loads(delivery.raw)
    except ValueError:
        return None, None
    if not isinstance(payload, dict):
        return payload, None
    event_type = payload.get("event_type")
    if event_type in EVENT_TYPES:
        return payload, _event(event_type)
    family = recognize(payload)
    return payload, _data(family.prefix) if family else None


def _changed(delivery: JourneyDelivery, change: Callable[[Any, _Kind], Any]) -> JourneyDelivery:
    """Return the delivery with another body. A body that is not a known event stays as it is."""
    payload, node = _opened(delivery)
    return delivery if node is None else replace(delivery, raw=body(_walked(payload, node, change)))


def _walked(value: Any, node: _Node | None, change: Callable[[Any, _Kind], Any]) -> Any:
    """Return the value with `change` applied to everything of a kind that may change."""
    if node is None:
        return value
    if isinstance(value, dict):
        return {name: _walked(part, node.property(name), change) for name, part in value.items()}
    if isinstance(value, list):
        return [_walked(item, node.item, change) for item in value]
    return value if node.kind is None else change(value, node.kind)


def _recorded_times(delivery: JourneyDelivery) -> Iterator[datetime]:
    """Yield the times at which something happened, according to a payload."""
    for value, node in _leaves(*_opened(delivery)):
        if node.is_recorded and isinstance(value, str):
            try:
                time = datetime.fromisoformat(value)
            except ValueError:
                continue
            yield time if time.tzinfo else time.replace(tzinfo=UTC)


def _leaves(value: Any, node: _Node | None) -> Iterator[tuple[Any, _Node]]:
    """Yield each value that is neither an object nor an array, with its place."""
    if node is None:
        return
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, node.property(name))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, node.item)
    else:
        yield value, node


def _recognizable(value: Any, kind: _Kind) -> Any:
    if kind != "patient" or not isinstance(value, str) or value.startswith(PATIENT_PREFIX):
        return value
    return PATIENT_PREFIX + value


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What changes in the payloads of one story."""

    key: bytes
    moved: timedelta

    def renewed(self, value: Any, kind: _Kind) -> Any:
        """Return the new value of a place of that kind."""
        if isinstance(value, str):
            return self._text(value, kind)
        if kind == "entry" and isinstance(value, (int, float)) and not isinstance(value, bool):
            return value + _ENTRY_NUMBERS[int(self.digest("entries", ""), 16) % len(_ENTRY_NUMBERS)]
        return value

    def _text(self, value: str, kind: _Kind) -> str:
        match kind:
            case "patient":
                return PATIENT_PREFIX + self.digest("patient", value)[:12]
            case "time":
                return _moved(value, self.moved)
            case "date":
                return _moved_day(value, self.moved)
            case "laboratory":
                return self._same_form(value)
            case "id" if is_uuid(value):
                digest = self.digest("id", value.lower())
                parts = (digest[:8], digest[8:12], f"4{digest[13:16]}", f"a{digest[17:20]}", digest[20:32])
                return "-".join(parts)
            case _:
                return value

    def _same_form(self, text: str) -> str:
        """Return a text with other digits and other capital letters in the same places."""
        numbers = bytes.fromhex(self.digest("laboratory", text) * (len(text) // 32 + 1))
        return "".join(
            chr(ord("0") + number % 10)
            if char.isdigit()
            else chr(ord("A") + number % 26)
            if char.isupper()
            else char
            for char, number in zip(text, numbers, strict=False)
        )

    def digest(self, kind: str, original: str) -> str:
        """Return 64 hexadecimal digits that depend on the key and the original."""
        return hmac.digest(self.key, f"{kind}\0{original}".encode(), "sha256").hex()


def _moved(text: str, duration: timedelta) -> str:
    """Return a time moved by a duration of whole seconds, in the same form. Other texts stay."""
    match = _TIME.match(text)
    if match is None:
        return text
    try:
        moved = datetime.fromisoformat(match[0]) + duration
    except (ValueError, OverflowError):
        return text
    return moved.isoformat(sep=text[10]) + text[match.end() :]


def _moved_day(text: str, duration: timedelta) -> str:
    try:
        return (date.fromisoformat(text) + duration).isoformat() if _DAY.fullmatch(text) else text
    except (ValueError, OverflowError):
        return text

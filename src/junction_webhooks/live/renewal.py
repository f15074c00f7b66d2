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
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema.formats import is_uuid
from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks.contract.annotations import data_of, event
from junction_webhooks.journeys.model import body
from junction_webhooks.validation._envelope import recognize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from junction_webhooks.contract.annotations import Place
    from junction_webhooks.journeys.model import JourneyDelivery

PATIENT_PREFIX: Final = "junction-webhooks-test-"
"""How the `client_user_id` of every synthetic patient starts."""
_KEY_BYTES: Final = 32
_TIMESTAMP: Final = "values/timestamp"
_TIMES: Final = frozenset({_TIMESTAMP, "values/slot_time"})
_DATE: Final = "values/date"
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
    payloads = [_parsed(each) for each in deliveries]
    found = [time for payload in payloads for time in _recorded_times(payload)]
    end = datetime.now(UTC) if end is None else end
    moved = timedelta() if not found else (end - max(found)) // _STEP * _STEP
    renewal = _Renewal(secrets.token_bytes(_KEY_BYTES) if key is None else key, moved)
    return tuple(
        replace(_changed(each, renewal.renewed), id=f"msg_{renewal.digest('delivery', each.id)[:24]}")
        for each in deliveries
    )


def _changed(delivery: JourneyDelivery, change: Callable[[Any, Place], Any]) -> JourneyDelivery:
    """Return the delivery with another body. A body that is not a known event stays as it is."""
    payload = _parsed(delivery)
    place = _root(payload)
    return delivery if place is None else replace(delivery, raw=body(_walked(payload, place, change)))


def _parsed(delivery: JourneyDelivery) -> Any:
    try:
        return json.loads(delivery.raw)
    except ValueError:
        return None


def _root(payload: Any) -> Place | None:
    """Return the place at the root of a payload, with or without an envelope; None if it is unknown."""
    if not isinstance(payload, dict):
        return None
    event_type = payload.get("event_type")
    if event_type in EVENT_TYPES:
        return event(event_type)
    family = recognize(payload)
    return data_of(family) if family else None


def _walked(value: Any, place: Place, change: Callable[[Any, Place], Any]) -> Any:
    """Return the value with `change` applied to everything that is neither an object nor an array."""
    if isinstance(value, dict):
        return {name: _walked(part, place.property(name), change) for name, part in value.items()}
    if isinstance(value, list):
        return [_walked(item, place.item(), change) for item in value]
    return change(value, place)


def _recorded_times(payload: Any) -> Iterator[datetime]:
    """Yield the times at which something happened; slots, which may be in the future, are not among them."""
    place = _root(payload)
    found: list[datetime] = []

    def note(value: Any, place: Place) -> Any:
        if place.within == _TIMESTAMP and isinstance(value, str):
            try:
                time = datetime.fromisoformat(value)
            except ValueError:
                return value
            found.append(time if time.tzinfo else time.replace(tzinfo=UTC))
        return value

    if place is not None:
        _walked(payload, place, note)
    yield from found


def _recognizable(value: Any, place: Place) -> Any:
    if place.name != "client_user_id" or not isinstance(value, str) or value.startswith(PATIENT_PREFIX):
        return value
    return PATIENT_PREFIX + value


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What changes in the payloads of one story."""

    key: bytes
    moved: timedelta

    def renewed(self, value: Any, place: Place) -> Any:
        """Return the new value of a place."""
        if isinstance(value, str):
            return self._text(value, place)
        if _is_entry_number(place) and isinstance(value, (int, float)) and not isinstance(value, bool):
            return value + _ENTRY_NUMBERS[int(self.digest("entries", ""), 16) % len(_ENTRY_NUMBERS)]
        return value

    def _text(self, value: str, place: Place) -> str:
        if place.name == "client_user_id":
            return PATIENT_PREFIX + self.digest("patient", value)[:12]
        if place.within in _TIMES:
            return _moved(value, self.moved)
        if place.within == _DATE:
            return _moved_day(value, self.moved)
        if place.name in _LABORATORY_IDS:
            return self._same_form(value)
        is_own = place.holder not in _CATALOG and place.name != "team_id"
        if is_own and place.schema.get("format") == "uuid" and is_uuid(value):
            digest = self.digest("id", value.lower())
            return "-".join(
                (digest[:8], digest[8:12], f"4{digest[13:16]}", f"a{digest[17:20]}", digest[20:32])
            )
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


def _is_entry_number(place: Place) -> bool:
    return place.holder == "objects/order_event" and place.name == "id"


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

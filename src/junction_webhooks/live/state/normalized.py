"""Views of a service in a form that two plays of the same story share, whatever their ids and times are.

A play has fresh ids and times. `Renaming` has the value of the story for each of them, so it can put that
back into the service's answer. What only the service knows, such as its own row numbers, becomes `<id>` or
`<time>`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks.journeys.model import JourneyDelivery

ID: Final = "<id>"
TIME: Final = "<time>"
_UUID: Final = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DELIVERY_ID: Final = re.compile("msg_[A-Za-z0-9_-]+")
_LOOKS_LIKE_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}")
_ID_NAMES: Final = re.compile(
    r"(?!.*(?:stat|type|code|kind))(?:(?:.*[_-])?(?:id|ID|Id|pk|uuid|rowid)|.*[a-z]Id)", re.ASCII
)
"""Names of ids, except of those that say what something is: `status_id` counts."""
_NEAR: Final = timedelta(days=400).total_seconds()
"""A number this close to the current time, in seconds, is taken for a time."""
_MILLISECONDS: Final = 1000


@dataclass(slots=True)
class Renaming:
    """The ids and times of a play, with the values that they have in the story."""

    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    instants: dict[datetime, str] = field(default_factory=dict)
    seconds: dict[datetime, str] = field(default_factory=dict)
    """The same without fractions of a second, which a service may drop."""

    @classmethod
    def of(cls, original: Sequence[JourneyDelivery], played: Sequence[JourneyDelivery]) -> Renaming:
        """Return what turns the values of a play back into those of the story."""
        made = cls()
        for one, other in zip(original, played, strict=True):
            for before, after in _pairs(json.loads(one.raw), json.loads(other.raw)):
                made._add(before, after)
        return made

    def undone(self, view: Any, name: str = "") -> Any:
        """Return a view with the ids and times of the story. `name` is the property that contains it."""
        if isinstance(view, dict):
            return {self._text(key): self.undone(value, key) for key, value in view.items()}
        if isinstance(view, list):
            return [self.undone(item, name) for item in view]
        if isinstance(view, str):
            found = self._text(view)
            is_id = found == view and _ID_NAMES.fullmatch(name) and any(map(str.isdigit, view))
            return ID if is_id else found
        if isinstance(view, int | float) and not isinstance(view, bool):
            return self._number(view, name)
        return view

    def _add(self, before: Any, after: Any) -> None:
        if isinstance(after, str) and isinstance(before, str):
            time = _time(after)
            if time is None:
                self.texts[after.lower()] = before
            else:
                self.instants.setdefault(time, before)
                self.seconds.setdefault(time.replace(microsecond=0), before)
        elif isinstance(after, int) and isinstance(before, int) and not isinstance(after, bool):
            self.numbers[after] = before

    def _text(self, text: str) -> str:
        exact = self.texts.get(text.lower())
        if exact is not None:
            return exact
        time = _time(text)
        if time is not None:
            return self.instants.get(time) or self.seconds.get(time.replace(microsecond=0)) or TIME
        text = _UUID.sub(lambda match: self.texts.get(match[0].lower(), ID), text)
        return _DELIVERY_ID.sub(ID, text)

    def _number(self, number: float, name: str) -> Any:
        if number in self.numbers:
            return self.numbers[int(number)]
        now = datetime.now(UTC).timestamp()
        if any(abs(number / unit - now) < _NEAR for unit in (1, _MILLISECONDS)):
            return TIME
        return ID if _ID_NAMES.fullmatch(name) else number


def differences(expected: Any, found: Any, pointer: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each place where two values differ: its JSON pointer and both values. None means missing."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in dict.fromkeys([*expected, *found]):
            yield from differences(expected.get(name), found.get(name), f"{pointer}/{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, pair in enumerate(zip(expected, found, strict=True)):
            yield from differences(*pair, f"{pointer}/{number}")
    elif expected != found or isinstance(expected, bool) is not isinstance(found, bool):
        yield pointer, expected, found


def _pairs(before: Any, after: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the values at the same place of two payloads that have the same places, if they differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before:
            yield from _pairs(before[name], after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        for pair in zip(before, after, strict=False):
            yield from _pairs(*pair)
    elif before != after:
        yield before, after


def _time(text: str) -> datetime | None:
    if not _LOOKS_LIKE_TIME.match(text):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)

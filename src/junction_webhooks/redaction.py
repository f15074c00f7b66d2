"""Making a safe fixture of a captured delivery: `redact()`.

What the schemas mark as `x-sensitive` becomes fiction of the same form, and ids become other ids. What the
contract does not know is dropped. Statuses, catalogue data and the shape stay, so that verdict, history and
equalities survive. Every replacement is derived from the original with a secret key (HMAC-SHA256): the same
original gives the same fiction, and nobody without the key can try originals until one fits.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from junction_webhooks import contract
from junction_webhooks._json.decode import Body, read
from junction_webhooks._json.pointer import escape
from junction_webhooks._jsonschema.formats import is_uuid
from junction_webhooks.contract.annotations import target
from junction_webhooks.validation import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from junction_webhooks.contract import EventType, Schema
    from junction_webhooks.validation import Violation

MINIMUM_KEY_LENGTH: Final = 16
_REDACTED: Final = "redacted"
_MEMBER: Final = re.compile(r"[a-z][a-z_.]{0,79}")
"""What a member of a set looks like. No digits, which would let phone numbers and dates of birth pass."""

_OPAQUE_IDS: Final = frozenset({"client_user_id", "sample_id", "external_id", "passthrough"})
_DAYS: Final = frozenset({"values/date", "values/timestamp", "values/slot_time"})
_APPOINTMENT: Final = "objects/appointment"
_EVENT_DATA: Final = "objects/appointment_event_data"
_ORDER_EVENT: Final = "objects/order_event"
_ORIGINS: Final = frozenset({"patient", "provider"})
_ZONES: Final = re.compile(
    "America/(?:Anchorage|Chicago|Denver|Los_Angeles|New_York|Phoenix)|Pacific/Honolulu"
)
"""The zones that cover a whole state or more; America/Indiana/Knox is one county."""
_ZONE: Final = "America/New_York"

_LISTED: Final[Mapping[str, Sequence[str]]] = {
    "first_name": ["Ada", "Basil", "Clara", "Dexter", "Elodie", "Fergus", "Greta", "Hugo", "Kezia", "Linus"],
    "last_name": ["Ashgrove", "Birchall", "Cobbler", "Dunmore", "Eastley", "Fairwood", "Hawthorn", "Juniper"],
    "city": ["Exampleton", "Inventown", "Mockbury", "Sampleville", "Storyford", "Talebridge", "Testfield"],
    "state": ["CA", "CO", "FL", "GA", "IL", "MA", "MI", "NY", "OH", "PA", "TX", "WA"],
    "country": ["US"],
    "gender": ["female", "male"],
    "icd_codes": ["Z00.00", "Z00.01", "Z13.0", "Z13.1", "Z13.220", "Z13.29", "Z13.6", "Z13.88"],
}
_ENOUGH: Final = 8
"""Of so many choices the original can be left out; of fewer, that would give it away."""
_NUMBERED: Final[Mapping[str, tuple[str, int]]] = {
    "phone_number": ("+155555501{:02}", 100),  # 555-0100 to 555-0199 are kept for fiction
    "email": ("person-{:08x}@example.com", 16**8),
    "first_line": ("{} Example Street", 10_000),
    "second_line": ("Unit {}", 1_000),
    "unit": ("Unit {}", 1_000),
    "zip": ("00{:03}", 500),  # the lowest of all is 00501
    "zip_code": ("00{:03}", 500),
    "npi": ("00000{:05}", 10**5),  # a real one starts with 1 or 2
    "requisition_form_url": ("https://example.com/redacted/{:012x}", 16**12),
}
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "lat": (26, 48),
    "lng": (-123, -70),
    "household_income": (20_000, 120_000),
    "household_size": (1, 6),
}
_BIRTHS: Final = (date(1950, 1, 1).toordinal(), date(2000, 1, 1).toordinal())


class RedactionError(ValueError):
    """A payload in which nothing is known to be safe. The message never quotes its content."""


def redact(
    payload: Body | Mapping[str, Any], *, event_type: EventType | None = None, key: bytes | None = None
) -> dict[str, Any]:
    """A new payload of the same shape, without patient data; takes what `check` takes.

    With the same `key` the same original gives the same fiction in every payload; without one, a random
    key is made for this payload alone. Keep the key as secret as the originals: 32 random bytes are good.
    All days but those of birth move into the past by one number of days, and the numbers of history entries,
    which would give the day away, grow by one number; both follow from the key. Times of day stay.
    The verdict survives, but `drifts` becomes `conforms` where the only news was unknown properties.
    Raises `RedactionError` for an unreadable payload or an event outside the contract, `ValueError` for
    an unknown `event_type` or a key shorter than `MINIMUM_KEY_LENGTH`, `TypeError` for what is no payload.
    """
    __tracebackhide__ = True  # pytest prints the arguments of the frames it shows
    if key is not None and len(key) < MINIMUM_KEY_LENGTH:
        message = f"a key needs at least {MINIMUM_KEY_LENGTH} bytes: make one with secrets.token_bytes(32)"
        raise ValueError(message)
    report = check(payload, event_type=event_type)
    if report.event_type is None:
        raise RedactionError(_refusal(report.violations[0]))
    value = payload if isinstance(payload, dict) else read(cast("Body", payload))
    within = f"events/{report.event_type}"
    event = _Spot("", "", "", within, contract.schemas()[within])
    broken = {violation.path: violation.keyword for violation in report.violations}
    redactor = _Redactor(_Fiction(key or secrets.token_bytes(32)), broken)
    return redactor.properties(value, event.below("data", path="") if report.bare else event)


def _refusal(violation: Violation) -> str:
    if violation.reason != "unknown_event":
        return f"{violation.path or 'the payload'} {violation.message}"
    named = f" {violation.value}" if _MEMBER.fullmatch(violation.value) else ""
    return f"the event{named} is outside the contract, so nothing in it is known to be safe"


@dataclass(frozen=True, slots=True)
class _Spot:
    """One place of a payload, and what the contract says about it."""

    path: str
    name: str
    """The property, also for the items of its array."""
    holder: str
    """The schema in which the property stands."""
    within: str
    """The schema that the property refers to, or else the one in which it stands."""
    schema: Schema
    sensitive: bool = False

    def below(self, name: str, *, path: str | None = None) -> _Spot:
        """The place of a known property."""
        path = f"{self.path}/{escape(name)}" if path is None else path
        return self._inside(self.schema["properties"][name], path, name)

    def item(self, index: int) -> _Spot:
        """The place of an item."""
        return self._inside(self.schema["items"], f"{self.path}/{index}", self.name)

    def _inside(self, schema: Schema, path: str, name: str) -> _Spot:
        referred, within = target(schema, self.within)
        sensitive = self.sensitive or any(part.get("x-sensitive", False) for part in (schema, referred))
        return _Spot(path, name, self.within, within, referred, sensitive)


class _Redactor:
    """Walks one payload along its schema.

    A value that breaks a rule is replaced by one that breaks the same rule: so the verdict survives.
    """

    def __init__(self, fiction: _Fiction, broken: Mapping[str, str]) -> None:
        self._fiction = fiction
        self._broken = broken
        """The keyword of the rule that is broken at each place, by JSON pointer."""

    def properties(self, value: dict[str, Any], spot: _Spot) -> dict[str, Any]:
        """The known properties of an object, redacted."""
        known = spot.schema.get("properties", {})
        return {name: self._value(part, spot.below(name)) for name, part in value.items() if name in known}

    def _value(self, value: Any, spot: _Spot) -> Any:
        if spot.path in self._broken:
            return self._unlawful(value, spot, self._broken[spot.path])
        if isinstance(value, dict):
            return self.properties(value, spot)
        if isinstance(value, list) and "items" in spot.schema:
            return [self._value(item, spot.item(index)) for index, item in enumerate(value)]
        if spot.holder == _EVENT_DATA:
            return self._said(value, spot.name)
        if isinstance(value, str):
            return self._text(value, spot)
        return self._number(value, spot) if isinstance(value, (int, float)) else _harmless(value)

    def _unlawful(self, value: Any, spot: _Spot, keyword: str) -> Any:
        match keyword:
            case "minimum":
                return spot.schema[keyword] - 1
            case "maximum":
                return spot.schema[keyword] + 1
            case "maxLength":
                return "x" * (spot.schema[keyword] + 1)
            case "enum" | "const" if isinstance(value, str):
                # A new status is what a fixture may be wanted for; what may be anything else is masked.
                is_safe = _MEMBER.fullmatch(value) and not spot.sensitive
                return value if is_safe else self._fiction.token(value)
            case "format" if spot.schema.get(keyword) == "uuid":
                return self._fiction.identifier(value)
            case _:
                return _harmless(value)

    def _said(self, value: Any, name: str) -> Any:
        """What stands for a value of an appointment's event data, where the contract fixes no type."""
        if name == "is_reschedule" and isinstance(value, bool):
            return value
        if not isinstance(value, str):
            return _harmless(value)
        return value if name == "origin" and value in _ORIGINS else self._fiction.token(value)

    def _text(self, value: str, spot: _Spot) -> str:
        if not value:
            # Emptiness tells nothing about anybody, and handlers treat it unlike a text.
            return value
        if _is_id(spot):
            return self._fiction.identifier(value)
        if spot.within in _DAYS:
            return self._fiction.earlier(value)
        if spot.holder == _APPOINTMENT and spot.name == "iana_timezone":
            return value if _ZONES.fullmatch(value) else _ZONE
        return self._fiction.text(value, spot.name, spot.schema) if spot.sensitive else value

    def _number(self, value: float, spot: _Spot) -> float:
        if spot.holder == _ORDER_EVENT and spot.name == "id":
            return value + self._fiction.later
        if not spot.sensitive:
            return value
        return self._fiction.number(spot.name, value) if spot.name in _RANGES else _harmless(value)


def _is_id(spot: _Spot) -> bool:
    # The provider's id of an appointment's place says as much as its address; that of a marker is catalogue.
    is_place = spot.holder == _APPOINTMENT and spot.name == "provider_id"
    return is_place or spot.schema.get("format") == "uuid" or spot.name in _OPAQUE_IDS


def _harmless(value: Any) -> Any:
    """A value of the same JSON type that tells nothing; a number stays whole or not."""
    if isinstance(value, float) and not value.is_integer():
        return 0.5
    nothing: Mapping[type, Any] = {bool: False, int: 0, float: 0, str: _REDACTED, list: [], dict: {}}
    return next((nothing[kind] for kind in nothing if isinstance(value, kind)), None)


class _Fiction:
    """What stands for the originals, derived from them with the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._days = 365 + self._drawn("days", "") % 3650
        self.later: Final = 10**6 + self._drawn("history", "") % 10**9
        """What the number of a history entry grows by: order and gaps stay."""

    def earlier(self, text: str) -> str:
        """The date or time, moved by whole days; offset and form stay."""
        try:
            day = date.fromisoformat(text[:10]).toordinal()
        except ValueError:
            # The year 0, which RFC 3339 has and Python has not.
            day = 1
        moved = date.fromordinal((day - 1 - self._days) % date.max.toordinal() + 1)
        return moved.isoformat() + text[10:]

    def identifier(self, text: str) -> str:
        """Another id: a UUID of the same version and case, fifteen digits, or a word."""
        if is_uuid(text):
            drawn = self._digest("id", text.lower()).hex()
            made = (drawn[:8], drawn[8:12], text[14] + drawn[13:16], "a" + drawn[17:20], drawn[20:32])
            return "-".join(made).upper() if text.isupper() else "-".join(made)
        if text.isascii() and text.isdecimal():
            return str(10**14 + self._drawn("id", text) % (9 * 10**14))
        return self.token(text)

    def token(self, text: str) -> str:
        """A word that says it is redacted, another for each original."""
        return f"{_REDACTED}-{self._digest('id', text).hex()[:16]}"

    def number(self, name: str, number: float) -> float:
        """A number in the range of the property, with four decimals unless the original is whole."""
        low, high = _RANGES[name]
        drawn = low + self._drawn(name, repr(number)) % ((high - low) * 10_000) / 10_000
        return type(number)(round(drawn)) if number == int(number) else drawn

    def text(self, text: str, name: str, schema: Schema) -> str:
        """A text such as the property holds."""
        if "enum" in schema:
            return self._one_of(schema["enum"], name, text)
        if name == "dob":
            first, end = _BIRTHS
            born = date.fromordinal(first + self._drawn(name, text[:10]) % (end - first))
            return born.isoformat() + re.sub("[0-9]", "0", text[10:])
        if name == "receiver_name":
            words = text.split()
            names = [("first_name", words[0]), ("last_name", words[-1])][: len(words)] if words else []
            return " ".join(self._one_of(_LISTED[each], each, word) for each, word in names)
        if name in _LISTED:
            return self._one_of(_LISTED[name], name, text)
        form, count = _NUMBERED.get(name, (_REDACTED + "-{:016x}", 16**16))
        longer = "-0000" if name == "zip_code" and "-" in text else ""
        return (form.format(self._drawn(name, text) % count) + longer)[: schema.get("maxLength")]

    def _one_of(self, choices: Sequence[str], name: str, text: str) -> str:
        others = [each for each in choices if each != text] if len(choices) >= _ENOUGH else choices
        return others[self._drawn(name, text) % len(others)]

    def _drawn(self, kind: str, original: str) -> int:
        return int.from_bytes(self._digest(kind, original))

    def _digest(self, kind: str, original: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\0{original}".encode(), "sha256")

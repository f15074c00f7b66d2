"""Redaction: `redact()` makes a safe fixture of a captured delivery.

Values that the schemas mark as `x-sensitive` become fictional values of the same form, and ids become other
ids. Unknown properties are dropped. Statuses, catalog data and the shape stay the same, and so do the
verdict, the history and which values are equal. Every replacement is derived from the original with a secret
key (HMAC-SHA256): the same original always becomes the same fictional value, and without the key, nobody can
guess originals and test them.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from junction_webhooks._json.decode import Body, normalized, read
from junction_webhooks._jsonschema.formats import format_of, is_uuid
from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.contract import EventType
from junction_webhooks.contract.annotations import event
from junction_webhooks.validation import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from junction_webhooks.contract import Schema
    from junction_webhooks.contract.annotations import Place
    from junction_webhooks.validation import Violation

MINIMUM_KEY_LENGTH: Final = 16
_REDACTED: Final = "redacted"
_VALUE: Final = re.compile(r"[a-z][a-z_.:]{0,79}")
"""The form of values in a value set. It has no digits, so phone numbers and dates of birth cannot pass."""

_OPAQUE_IDS: Final = frozenset({"client_user_id", "sample_id", "external_id", "passthrough"})
_DAYS: Final = frozenset({"values/calendar_date", "values/timestamp", "values/slot_time"})
_APPOINTMENT: Final = "objects/appointment"
_EVENT_DATA: Final = "objects/appointment_event_data"
_ORDER_EVENT: Final = "objects/order_event"
_ORIGINS: Final = frozenset({"patient", "provider"})
_ZONES: Final = re.compile(
    "America/(?:Anchorage|Chicago|Denver|Los_Angeles|New_York|Phoenix)|Pacific/Honolulu"
)
"""Time zones that cover at least one state. America/Indiana/Knox would reveal a county."""
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
_NUMBERED: Final[Mapping[str, tuple[str, int]]] = {
    "phone_number": ("+155555501{:02}", 100),  # 555-0100 to 555-0199 are reserved for fiction
    "email": ("person-{:08x}@example.com", 16**8),
    "first_line": ("{} Example Street", 10_000),
    "second_line": ("Unit {}", 1_000),
    "unit": ("Unit {}", 1_000),
    "zip": ("00{:03}", 500),  # the lowest real one is 00501
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
_MOVED_DAYS: Final = range(date(2001, 1, 1).toordinal(), date(2016, 1, 1).toordinal())
_MOVED_NUMBERS: Final = range(10**6, 10**9)
_BIRTHS: Final = (date(1950, 1, 1).toordinal(), date(2000, 1, 1).toordinal())


class RedactionError(ValueError):
    """Nothing in the payload is known to be safe. The message never quotes its content.

    Examples:
        >>> try:
        ...     redact(b'{"event_type": "provider.connection.created", "data": {}}')
        ... except RedactionError:
        ...     print("kept out of the fixtures")
        kept out of the fixtures
    """


@clears_locals
def redact(
    payload: Body | Mapping[str, Any], *, event_type: EventType | None = None, key: bytes | None = None
) -> dict[str, Any]:
    """Return a new payload of the same shape, without patient data. Takes what `check` takes.

    With the same `key`, the same original becomes the same fictional value in every payload. Without a key, a
    random one is generated for this payload. Keep the key as secret as the originals; 32 random bytes are a
    good key. All dates except dates of birth move by the same number of days, so that the earliest one falls
    into the years 2001 to 2015. The numbers of history entries, which would reveal the day, move together
    too. Both depend on the key, and are the same for all payloads with that key unless a cycle of fifteen
    years begins between them. Times of day stay the same. The verdict stays the same, except that `drifts`
    becomes `conforms` if unknown properties were the only violations. Raises `RedactionError` for an
    unreadable payload, an event outside the contract, or a payload with so many violations that `check` does
    not list them all. Raises `ValueError` for an unknown `event_type` or a key shorter than
    `MINIMUM_KEY_LENGTH`,
    `TypeError` for a value that is not a payload.

    Examples:
        >>> from junction_webhooks import fixtures, redact
        >>> order = fixtures.load("labtest.order.updated/completed").payload
        >>> redacted = redact(order)
        >>> redacted["data"]["patient_details"] == order["data"]["patient_details"]
        False
        >>> redacted["data"]["status"]
        'completed'
    """
    if key is not None and len(key) < MINIMUM_KEY_LENGTH:
        message = f"a key needs at least {MINIMUM_KEY_LENGTH} bytes: make one with secrets.token_bytes(32)"
        raise ValueError(message)
    report = check(payload, event_type=event_type)
    if report.event_type is None:
        raise RedactionError(_refusal(report.violations[0]))
    if report.truncated:
        message = "too many rules are broken to list them all, so nothing in it is known to be safe"
        raise RedactionError(message)
    value = normalized(payload) if isinstance(payload, dict) else read(cast("Body", payload))
    root = event(report.event_type)
    broken = {violation.path: violation.keyword for violation in report.violations}
    start = root.property("data").as_root() if report.bare else root
    fiction = _Fiction(key or secrets.token_bytes(32))
    fiction.move(_anchors(value, start, broken))
    return _Redactor(fiction, broken).properties(value, start)


def _refusal(violation: Violation) -> str:
    if violation.reason != "unknown_event":
        return f"{violation.path or 'the payload'} {violation.message}"
    named = f" {violation.value}" if _VALUE.fullmatch(violation.value) else ""
    return f"the event{named} is outside the contract, so nothing in it is known to be safe"


def _anchors(value: Any, place: Place, broken: Mapping[str, str]) -> Iterator[date | int]:
    """Yield each date that moves and each number of a history entry, but those that break a rule."""
    if place.pointer in broken:
        return
    if isinstance(value, dict):
        for name in value.keys() & set(place.known_names):
            yield from _anchors(value[name], place.property(name), broken)
    elif isinstance(value, list) and place.has_items:
        for index, item in enumerate(value):
            yield from _anchors(item, place.item(index), broken)
    elif isinstance(value, str) and place.within in _DAYS:
        yield _day(value)
    elif isinstance(value, (int, float)) and _is_entry_number(place):
        yield int(value)


def _day(text: str) -> date:
    """Return the day of a date or time."""
    return date.fromisoformat(text[:10])


class _Redactor:
    """Redacts one payload, following its schema.

    A value that breaks a rule is replaced by one that breaks the same rule, so the verdict stays the same.
    """

    def __init__(self, fiction: _Fiction, broken: Mapping[str, str]) -> None:
        self._fiction = fiction
        self._broken = broken
        """The keyword of the broken rule at each path, by JSON pointer."""

    def properties(self, value: dict[str, Any], place: Place) -> dict[str, Any]:
        """Return the known properties of an object, redacted."""
        known = place.known_names
        return {
            name: self._value(part, place.property(name)) for name, part in value.items() if name in known
        }

    def _value(self, value: Any, place: Place) -> Any:
        if place.pointer in self._broken:
            return self._invalid(value, place, self._broken[place.pointer])
        if isinstance(value, dict):
            return self.properties(value, place)
        if isinstance(value, list) and place.has_items:
            return [self._value(item, place.item(index)) for index, item in enumerate(value)]
        if place.holder == _EVENT_DATA:
            return self._event_data(value, place.name)
        if isinstance(value, str):
            return self._text(value, place)
        return self._number(value, place) if isinstance(value, (int, float)) else _harmless(value)

    def _invalid(self, value: Any, place: Place, keyword: str) -> Any:
        match keyword:
            case "minimum":
                return place.schema[keyword] - 1
            case "maximum":
                return place.schema[keyword] + 1
            case "maxLength":
                return "x" * (place.schema[keyword] + 1)
            case "enum" | "const" if isinstance(value, str):
                # A fixture may be wanted because of its new status: keep it. Anything else is masked.
                is_safe = _VALUE.fullmatch(value) and not place.sensitive
                return value if is_safe else self._fiction.token(value)
            case "pattern" if format_of(place.schema) == "uuid":
                return self._fiction.identifier(value)
            case _:
                return _harmless(value)

    def _event_data(self, value: Any, name: str) -> Any:
        """Return the replacement for a value in an appointment's event data, whose types are left open."""
        if name == "is_reschedule" and isinstance(value, bool):
            return value
        if not isinstance(value, str):
            return _harmless(value)
        return value if name == "origin" and value in _ORIGINS else self._fiction.token(value)

    def _text(self, value: str, place: Place) -> str:
        if not value:
            # An empty string says nothing about anybody, and handlers may treat it differently.
            return value
        if _is_id(place):
            return self._fiction.identifier(value)
        if place.within in _DAYS:
            return self._fiction.moved(value)
        if place.holder == _APPOINTMENT and place.name == "iana_timezone":
            return value if _ZONES.fullmatch(value) else _ZONE
        return self._fiction.text(value, place.name, place.schema) if place.sensitive else value

    def _number(self, value: float, place: Place) -> float:
        if _is_entry_number(place):
            # As an integer, since the sum of floats might not be exact.
            return type(value)(int(value) + self._fiction.steps)
        if not place.sensitive:
            return value
        return self._fiction.number(place.name, value) if place.name in _RANGES else _harmless(value)


def _is_entry_number(place: Place) -> bool:
    return place.holder == _ORDER_EVENT and place.name == "id"


def _is_id(place: Place) -> bool:
    # The provider's id of a site says as much as the address of the site; that of a marker is catalog data.
    is_site = place.holder == _APPOINTMENT and place.name == "provider_id"
    return is_site or format_of(place.schema) == "uuid" or place.name in _OPAQUE_IDS


def _harmless(value: Any) -> Any:
    """Return a value of the same JSON type that reveals nothing. A whole number stays whole."""
    if isinstance(value, float) and not value.is_integer():
        return 0.5
    nothing: Mapping[type, Any] = {bool: False, int: 0, float: 0, str: _REDACTED, list: [], dict: {}}
    return next((nothing[kind] for kind in nothing if isinstance(value, kind)), None)


class _Fiction:
    """The fictional values, derived from the originals with the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._days = 0
        self.steps = 0
        """What is added to the number of a history entry. The same for all, so order and gaps stay."""

    def move(self, anchors: Iterable[date | int]) -> None:
        """Choose how far dates and numbers of history entries move, given all those of a payload.

        The least of each moves to a place that depends on the key alone, evenly distributed. Were it moved by
        an even distribution instead, the extremes of many runs would give the original away.
        """
        found = list(anchors)
        days = [each.toordinal() for each in found if isinstance(each, date)]
        numbers = [each for each in found if isinstance(each, int)]
        if days:
            self._days = self._moved(min(days), "days", _MOVED_DAYS) - min(days)
        if numbers:
            self.steps = self._moved(min(numbers), "history", _MOVED_NUMBERS) - min(numbers)

    def _moved(self, number: int, kind: str, target: range) -> int:
        return target[(number + self._derived(kind, "")) % len(target)]

    def moved(self, text: str) -> str:
        """Return the date or time, moved by whole days; offset and form stay."""
        day = _day(text).toordinal()
        moved = date.fromordinal((day - 1 + self._days) % date.max.toordinal() + 1)
        return moved.isoformat() + text[10:]

    def identifier(self, text: str) -> str:
        """Return another id: a UUID of the same version and case, fifteen digits, or a word."""
        if is_uuid(text):
            digest = self._digest("id", text.lower()).hex()
            parts = (digest[:8], digest[8:12], text[14] + digest[13:16], "a" + digest[17:20], digest[20:32])
            return "-".join(parts).upper() if text.isupper() else "-".join(parts)
        if text.isascii() and text.isdecimal():
            return str(10**14 + self._derived("id", text) % (9 * 10**14))
        return self.token(text)

    def token(self, text: str) -> str:
        """Return a word that says it is redacted, a different one for each original."""
        return f"{_REDACTED}-{self._digest('id', text).hex()[:16]}"

    def number(self, name: str, number: float) -> float:
        """Return a number in the range of the property: whole if the original is, or with four decimals."""
        low, high = _RANGES[name]
        derived = low + self._derived(name, repr(number)) % ((high - low) * 10_000) / 10_000
        return type(number)(round(derived)) if number == int(number) else derived

    def text(self, text: str, name: str, schema: Schema) -> str:
        """Return a text in the form of the property."""
        if "enum" in schema:
            return self._one_of(schema["enum"], name, text)
        if name == "dob":
            first, end = _BIRTHS
            born = date.fromordinal(first + self._derived(name, text[:10]) % (end - first))
            return born.isoformat() + re.sub("[0-9]", "0", text[10:])
        if name == "receiver_name":
            words = text.split()
            names = [("first_name", words[0]), ("last_name", words[-1])][: len(words)] if words else []
            return " ".join(self._one_of(_LISTED[each], each, word) for each, word in names)
        if name in _LISTED:
            return self._one_of(_LISTED[name], name, text)
        form, count = _NUMBERED.get(name, (_REDACTED + "-{:016x}", 16**16))
        longer = "-0000" if name == "zip_code" and "-" in text else ""
        return (form.format(self._derived(name, text) % count) + longer)[: schema.get("maxLength")]

    def _one_of(self, choices: Sequence[str], name: str, text: str) -> str:
        # The original is one of the choices: what never appears in many runs would be the original.
        return choices[self._derived(name, text) % len(choices)]

    def _derived(self, kind: str, original: str) -> int:
        return int.from_bytes(self._digest(kind, original))

    def _digest(self, kind: str, original: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\0{original}".encode(), "sha256")

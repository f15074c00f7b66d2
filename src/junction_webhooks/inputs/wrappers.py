"""Finding the payload in a row that wraps it, as queues and event buses do, and wrapping another one."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks._json.display import shown_pointer
from junction_webhooks._json.pointer import get, pointer, put, split
from junction_webhooks.contract import EVENT_TYPES, known_events
from junction_webhooks.inputs.presets import PRESETS, Preset
from junction_webhooks.inputs.scan import BLANK, locate
from junction_webhooks.validation._envelope import recognize

if TYPE_CHECKING:
    from collections.abc import Iterator

Encoding: TypeAlias = Literal["value", "text", "base64"]
MAX_STEPS: Final = 3
"""The most steps from a row to the payload in it."""
_MOST_SEARCHED: Final = 1000
"""The most values of a row in which a payload is looked for."""
_BEGINS_WITH_EVENT_TYPE: Final = re.compile(
    rb'\{\s*"event_type"\s*:\s*"(?:' + b"|".join(re.escape(each.encode()) for each in EVENT_TYPES) + rb')"'
)
_BASE64_OF_OBJECT: Final = re.compile(r"e[w-z0-9+/_-][A-Za-z0-9+/_-]+={0,2}")
"""`{` in base64 is always `e` and one of the last 16 characters of its alphabet."""
_URL_SAFE: Final = str.maketrans("-_", "+/")


class Wrapping(NamedTuple):
    """What a payload was wrapped in."""

    path: tuple[str, ...]
    encoding: Encoding
    preset: Preset | None

    @property
    def shown_pointer(self) -> str:
        """JSON pointer from the row to the payload, without names that may be patient data."""
        return shown_pointer(pointer(self.path))

    def wrap(self, payload: Mapping[str, Any]) -> Any:
        """Wrap another payload in the same way.

        Of the original row, only what leads to the payload is kept, and of a wrapper with a preset what marks
        it, with neutral values: the rest may be patient data.
        """
        body: Any = payload
        if self.encoding != "value":
            body = json.dumps(payload, separators=(",", ":"))
        if self.encoding == "base64":
            body = base64.b64encode(body.encode()).decode()
        if self.preset is not None:
            row = put(self.preset.skeleton, self.path, body)
            flag = self.preset.base64_flag
            return row | {flag: self.encoding == "base64"} if flag else row
        for step in reversed(self.path):
            is_safe = shown_pointer(pointer([step])) == pointer([step])
            body = {step if is_safe else "redacted": body}
        return body


class Unwrapper:
    """Finds the payload in each row of one file."""

    def __init__(self, body_at: str | None = None) -> None:
        """With `body_at`, the payload of a row that is not an event itself is at that JSON pointer.

        Otherwise, the first row of the file shows where damaged payloads are to be expected.
        """
        self._given = None if body_at is None else split(body_at)
        self.usual: tuple[str, ...] | None = None
        """The path to the payload in the first row, None if that is the payload."""
        self.is_new = True
        """Whether it has not seen a row yet."""

    @classmethod
    def like(cls, first: Unwrapper) -> Unwrapper:
        """Return one for further rows of a file whose first row another one has seen."""
        further = copy(first)
        further.is_new = False
        return further

    def __call__(self, raw: bytes) -> tuple[bytes, Wrapping | None] | str | None:
        """Return the payload of a row and what wraps it.

        Returns None if the wrapped body is blank, or a message that says why there is no payload.
        """
        if _BEGINS_WITH_EVENT_TYPE.match(raw):
            self.is_new = False
            return raw, None
        try:
            row = read(raw)
        except UnreadableError:
            row = None
        path, preset = self._path(row) if isinstance(row, dict) else (None, None)
        if self.is_new:
            self.is_new = False
            self.usual = path
        if path is None:
            return raw, None
        return _body(raw, row, path, preset)

    def _path(self, row: dict[str, Any]) -> tuple[tuple[str, ...] | None, Preset | None]:
        """Where the payload is in a row; None if the row is the payload itself."""
        if _is_event(row):
            return None, None
        if self._given is not None:
            preset = next((each for each in PRESETS if each.path == self._given and each.fits(row)), None)
            return self._given, preset
        for preset in PRESETS:
            if preset.fits(row):
                return preset.path, preset
        if recognize(row):
            return None, None
        if self.usual is not None and _has(row, self.usual):
            return self.usual, None
        return next((path for path, value in _parts(row) if _holds_event(value)), None), None


def checked_pointer(text: str) -> str:
    """The text, if it is a JSON pointer that a payload can be at. Raises `ValueError` otherwise."""
    if not 1 <= len(split(text)) <= MAX_STEPS:
        message = f"{text!r} is not a JSON pointer of one to {MAX_STEPS} steps, such as /detail"
        raise ValueError(message)
    return text


def _is_event(row: Mapping[str, Any]) -> bool:
    """True if a row is an event that Junction sends, so whatever it contains does not wrap another one."""
    event_type = row.get("event_type")
    return isinstance(event_type, str) and (
        event_type in EVENT_TYPES or known_events.find(event_type) is not None
    )


def _has(row: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    try:
        get(row, path)
    except LookupError:
        return False
    return True


def _parts(row: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The values of a row up to `MAX_STEPS` below it, those with few steps first."""
    level: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), row)]
    budget = _MOST_SEARCHED
    for _ in range(MAX_STEPS):
        below: list[tuple[tuple[str, ...], Mapping[str, Any]]] = []
        for path, part in level:
            for name, value in part.items():
                budget -= 1
                if budget < 0:
                    return
                yield (*path, name), value
                if isinstance(value, dict):
                    below.append(((*path, name), value))
        level = below


def _holds_event(value: Any) -> bool:
    """True if a value of a row is an event that Junction sends, as an object or in text.

    An order without its envelope is not enough: it may be the `data` of an event that is not known.
    """
    if isinstance(value, str):
        body, encoding = _decoded(value)
        if encoding == "text" and not body.lstrip(BLANK).startswith(b"{"):
            return False
        try:
            value = read(body)
        except UnreadableError:
            return False
    return isinstance(value, dict) and _is_event(value)


def _decoded(text: str) -> tuple[bytes, Encoding]:
    """The body in a text: decoded if it is an object in base64, or else the text itself."""
    compact = "".join(text.split()) if text[:1] != "{" else ""
    if _BASE64_OF_OBJECT.fullmatch(compact):
        compact = compact.rstrip("=").translate(_URL_SAFE)
        try:
            return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True), "base64"
        except binascii.Error:
            pass
    return text.encode(), "text"


def _body(
    raw: bytes, row: dict[str, Any], path: tuple[str, ...], preset: Preset | None
) -> tuple[bytes, Wrapping] | str | None:
    try:
        value = get(row, path)
    except LookupError:
        if preset is not None:
            # Such as a recorded GET, which has no body.
            return None
        return f"has no value at {shown_pointer(pointer(path))}, where the payload should be"
    if value is None:
        return None
    if isinstance(value, str):
        body, encoding = _decoded(value)
        return (body, Wrapping(path, encoding, preset)) if body.strip(BLANK) else None
    # The bytes of the row, so that nothing of them is lost: repeated keys, and how numbers are written.
    start, end = locate(raw, path)
    return raw[start:end], Wrapping(path, "value", preset)

"""The fast paths from the bytes of a delivery to an event, and None for a body that needs the slow path.

The slow path accepts whatever a fast path accepts, and returns an equal event.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal

from junction_webhooks._json.decode import (
    HAS_ORJSON,
    UnreadableError,
    as_bytes,
    orjson_loads,
)
from junction_webhooks._json.guards import is_shallow, may_have_odd_numbers
from junction_webhooks.contract import EVENT_TYPES, EventType, families
from junction_webhooks.validation import _instants
from junction_webhooks.validation._engines import default_engine

if TYPE_CHECKING:
    from collections.abc import Callable

_EVENT_TYPE: Final = re.compile(rb'"event_type"[ \t\r\n]*:[ \t\r\n]*"([a-z_.]+)"')
"""The event type, nearly always. If it is that of an object further down, the model rejects it."""
_BY_NAME: Final = {event_type.encode(): event_type for event_type in EVENT_TYPES}


def model(body: bytes | str) -> object | None:
    """Return the model of an event in a body, read by pydantic.

    pydantic accepts what `read` accepts, and more: NaN, infinities, numbers that are too great for a double,
    and up to 200 levels.
    """
    try:
        raw = body if type(body) is bytes else as_bytes(body)
    except UnreadableError:
        return None
    found = _EVENT_TYPE.search(raw)
    if found is None or may_have_odd_numbers(raw) or not is_shallow(raw):
        return None
    try:
        return _MODELS[found[1]](raw)
    except (LookupError, ValueError):
        return None


def struct(body: bytes | str) -> object | None:
    """Return the struct of an event in a body, if its instants are plain. It needs msgspec, and orjson."""
    if not HAS_ORJSON:
        return None
    try:
        raw = body if type(body) is bytes else as_bytes(body)
        value = orjson_loads(raw)
        is_plain, convert, struct_class = _STRUCTS[value["event_type"]]
        if not is_plain(value) or not is_shallow(raw):
            return None
        found: object = convert(value, struct_class)
    except (LookupError, ValueError, TypeError):
        # Refused JSON, another event, or no object; what the struct class refuses is a ValueError too.
        return None
    return found


@cache
def event_class(module: Literal["models", "structs"], event_type: EventType) -> Any:
    """Return the class of an event."""
    return getattr(import_module(f"junction_webhooks_models.{module}"), families.class_name(event_type))


class _Models(dict[bytes, "Callable[[bytes], object]"]):
    """What reads the model of each event, made when it is first looked up: it loads pydantic."""

    def __missing__(self, name: bytes) -> Callable[[bytes], object]:
        """Make it. Raises `LookupError` for an event outside the contract."""
        event_type = _BY_NAME[name]
        from junction_webhooks_models._errors import json_validator  # noqa: PLC0415  (slow to import)

        self[name] = json_validator(event_class("models", event_type))
        return self[name]


class _Structs(dict[str, tuple["Callable[[object], bool]", Any, Any]]):
    """Of each event: whether a payload is plain, msgspec's `convert`, and the struct class."""

    def __missing__(self, event_type: EventType) -> tuple[Callable[[object], bool], Any, Any]:
        """Make them. Raises `LookupError` for an event outside the contract, or without msgspec."""
        if event_type not in EVENT_TYPES or not find_spec("msgspec"):
            raise LookupError
        import msgspec  # noqa: PLC0415  (an extra)

        validator = _instants.plain_validator(default_engine(), event_type)
        self[event_type] = validator.is_valid, msgspec.convert, event_class("structs", event_type)
        return self[event_type]


_MODELS: Final = _Models()
_STRUCTS: Final = _Structs()

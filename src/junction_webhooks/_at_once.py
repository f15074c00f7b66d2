"""The fast ways from the bytes of a delivery to an event; None if a body needs the slow way.

A body that one of them accepts, the slow way accepts too, and both return equal events.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
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
    event_type = _BY_NAME.get(found[1]) if found else None
    if event_type is None or may_have_odd_numbers(raw) or not is_shallow(raw):
        return None
    try:
        return _model_reader(event_type)(raw)
    except ValueError:
        return None


def struct(body: bytes | str) -> object | None:
    """Return the struct of an event in a body, if its instants are plain. It needs msgspec, and orjson."""
    try:
        raw = body if type(body) is bytes else as_bytes(body)
        value = orjson_loads(raw) if HAS_ORJSON else None
    except ValueError:
        return None
    event_type = value.get("event_type") if type(value) is dict else None
    if event_type not in EVENT_TYPES:
        return None
    is_plain, convert, struct_class, error_class = _struct_reader(event_type)
    if not is_plain(value) or not is_shallow(raw):
        return None
    try:
        found: object = convert(value, struct_class)
    except error_class:
        return None
    return found


@cache
def event_class(module: Literal["models", "structs"], event_type: EventType) -> Any:
    """Return the class of an event."""
    return getattr(import_module(f"junction_webhooks_models.{module}"), families.class_name(event_type))


@cache
def _model_reader(event_type: EventType) -> Callable[[bytes], object]:
    from junction_webhooks_models._errors import json_validator  # noqa: PLC0415  (pydantic is slow to import)

    reader: Callable[[bytes], object] = json_validator(event_class("models", event_type))
    return reader


@cache
def _struct_reader(event_type: EventType) -> tuple[Callable[[object], bool], Any, Any, type[Exception]]:
    import msgspec  # noqa: PLC0415  (an extra)

    validator = _instants.plain_validator(default_engine(), event_type)
    return validator.is_valid, msgspec.convert, event_class("structs", event_type), msgspec.ValidationError

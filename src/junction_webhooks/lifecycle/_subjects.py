"""What a payload is about: the family of its event, its data, and the entries of its history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from junction_webhooks._json.decode import normalized
from junction_webhooks._json.display import some
from junction_webhooks._jsonschema.formats import parse_timestamp
from junction_webhooks.contract import families
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.validation._envelope import recognize, split, why_no_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract.families import Family


class Subject(NamedTuple):
    """The object that a payload carries."""

    family: Family
    data: dict[str, Any]
    pointer: str
    """The JSON pointer to `data` in the payload."""

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The entries of its history, oldest first; none for a family without histories."""
        history = self.family.history
        entries = self.data.get(history.entries) if history else None
        return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def subject(payload: object) -> Subject:
    """Return what a payload is about: an event, or what belongs under its `data`, as a dict or typed.

    The event type decides. Without one, the type of a typed object or the properties of a dict decide. Raises
    `ValueError` for an event of an unknown family, and `TypeError` for anything that is neither a dict nor
    typed.
    """
    value = _as_dict(payload)
    family = _of_type(type(payload))
    if family is not None:
        return Subject(family, value, "")
    envelope = split(value)
    if envelope.bare:
        family = recognize(value)
        if family is None:
            message = "/event_type is missing, and this is not the data of an event in the contract"
            raise ValueError(message)
        return Subject(family, value, "")
    family = families.find(envelope.event_type)
    if family is None:
        # What `check` says.
        violation = why_no_event(value)
        message = f"{violation.path} {violation.message}"
        raise ValueError(message)
    if not isinstance(envelope.data, dict):
        is_missing = "data" not in value
        message = f"/data is {'missing' if is_missing else f'{some(envelope.data)}, expected an object'}"
        raise ValueError(message)  # noqa: TRY004  (of a dict, what it holds is wrong, not its type)
    return Subject(family, envelope.data, "/data")


def instant(text: object) -> datetime | None:
    """Return the instant of a timestamp, or None if Python cannot represent it."""
    try:
        return parse_timestamp(text) if isinstance(text, str) else None
    except ValueError:
        return None


def comparable_time(entry: Mapping[str, Any]) -> object:
    """Return the instant of an entry, or its text if Python cannot represent that instant."""
    text = entry.get("created_at")
    return instant(text) or text


def _of_type(class_: type) -> Family | None:
    """Return the family whose `data` has that model or struct, or None for an event or a dict."""
    names = {each.__name__ for each in class_.__mro__}
    return next((family for family in FAMILIES if data_of(family).schema["title"] in names), None)


def _text(value: object) -> str:
    """Return a value in a dict that JSON cannot express: the `model_dump()` of an event has datetimes."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return str(value)


def _as_dict(payload: object) -> dict[str, Any]:
    if isinstance(payload, dict):
        return cast("dict[str, Any]", normalized(payload, default=_text))
    if hasattr(payload, "model_dump"):
        return cast("dict[str, Any]", payload.model_dump(mode="json", exclude_unset=True))
    if hasattr(payload, "__struct_fields__"):
        import msgspec  # noqa: PLC0415  (an extra; installed if there is a struct)

        return cast("dict[str, Any]", msgspec.to_builtins(payload))
    message = f"expected a parsed dict or a typed event, not {type(payload).__name__}"
    raise TypeError(message)

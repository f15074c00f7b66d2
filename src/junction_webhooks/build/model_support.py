"""What the generated models need by hand: their base classes, and types for instants and integers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from junction_webhooks_models._formats import parse_slot_time, parse_timestamp
from junction_webhooks_models._shown import SHOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Model(BaseModel):
    """The base of every model: frozen, keeps unknown properties, and shows no patient data.

    `repr` and `str` give ids, types and statuses only, and validation errors never quote their input.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, hide_input_in_errors=True)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse, without quoting the value as pydantic does. Raises `AttributeError`."""
        message = f"{type(self).__name__} is frozen: {name} cannot be set"
        raise AttributeError(message)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """The ids, types and statuses that were sent."""
        for name in type(self).model_fields:
            if name in SHOWN and name in self.model_fields_set:
                yield name, getattr(self, name)


class HistoryModel(Model):
    """What an order or an appointment can tell of itself."""

    if TYPE_CHECKING:
        events: list[Any]

    @property
    def current_status(self) -> str | None:
        """The status of the newest entry of the history, None when it is empty."""
        return self.events[-1].status if self.events else None


def _instant(parse: Callable[[str], datetime]) -> Callable[[object], object]:
    def validate(value: object) -> object:
        if isinstance(value, str):
            return parse(value)
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return value

    return validate


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Timestamp: TypeAlias = Annotated[datetime, BeforeValidator(_instant(parse_timestamp))]
"""An aware datetime in UTC, from an RFC 3339 date-time."""

SlotTime: TypeAlias = Annotated[datetime, BeforeValidator(_instant(parse_slot_time))]
"""An aware datetime in UTC, from an ISO 8601 date-time whose offset may be missing."""

Integer: TypeAlias = Annotated[
    int | Annotated[int, BeforeValidator(_whole)], Field(union_mode="left_to_right")
]
"""A whole number, also one that JSON writes as `1.0`."""

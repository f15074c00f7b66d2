"""Hand-written support of the models: their base classes, and types for instants and integers."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import core_schema

from junction_webhooks_models._errors import without_input
from junction_webhooks_models._formats import (
    COMMON,
    COMMON_NAIVE,
    EPOCH,
    parse_slot_time,
    parse_timestamp,
)
from junction_webhooks_models._shown import SHOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
else:
    # Not the name in the module `datetime`: a test that freezes the clock may have replaced it.
    datetime = type(EPOCH)

_INSIDE_A_MODEL: Final = ContextVar("inside a model", default=False)
"""Whether the schema that pydantic builds now is part of another model of ours."""


class Model(BaseModel):
    """The base of every model: frozen, keeps unknown properties, and shows no patient data.

    `repr` and `str` show only ids, types and statuses. Validation errors do not contain their input, wherever
    the model is used: in a `TypeAdapter`, in a model of yours, as the body of a FastAPI route. There is one
    exception: `errors()` and `json()` quote a text that `model_validate_json` or `validate_json` cannot read
    as JSON.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, hide_input_in_errors=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Take the input out of errors, where `hide_input_in_errors` only hides it from their text.

        Once, around the outermost model: it would take longer than the validation of a small object.
        """
        inside = _INSIDE_A_MODEL.get()
        token = _INSIDE_A_MODEL.set(True)
        try:
            schema = handler(source)
        finally:
            _INSIDE_A_MODEL.reset(token)
        # pydantic may return what this method made of the class before.
        if schema["type"] == "function-wrap" and schema["function"]["function"] is without_input:
            return schema["schema"] if inside else schema
        return schema if inside else core_schema.no_info_wrap_validator_function(without_input, schema)

    def __setattr__(self, name: str, value: object) -> None:
        """Raise `AttributeError`, without the value: pydantic would quote it.

        A subclass may have private attributes, and be no longer frozen.
        """
        if name.startswith("_") or not self.model_config.get("frozen"):
            super().__setattr__(name, value)
            return
        # Test runners and error trackers show the local variables of this frame.
        del value
        message = f"{type(self).__name__} is frozen: {name} cannot be set"
        raise AttributeError(message)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yield the ids, types and statuses that were sent."""
        for name in type(self).model_fields:
            if name in SHOWN and name in self.model_fields_set:
                yield name, getattr(self, name)


class HistoryModel(Model):
    """An order or an appointment: something with a history."""

    if TYPE_CHECKING:
        events: list[Any]

    @property
    def current_status(self) -> str | None:
        """The status of the newest entry of the history. None if the history is empty."""
        return self.events[-1].status if self.events else None


class ByEventType:
    """Validates a union of events as the one that `event_type` names. Its errors contain no input.

    One annotation, since frameworks take `Annotated` apart: FastAPI applies a discriminator after all
    validators.
    """

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return a tagged union, with its input taken out of the errors."""
        schema = handler.generate_schema(Annotated[source, Field(discriminator="event_type")])
        return core_schema.no_info_wrap_validator_function(without_input, schema)


class _Instant:
    """Reads the text of an instant as a datetime in UTC, and converts a datetime to UTC."""

    def __init__(self, parse: Callable[[str], datetime], *, naive: bool = False) -> None:
        self._parse = parse
        self._naive = naive

    def __get_pydantic_core_schema__(
        self, _source: type[datetime], _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read the formats that Junction sends in C, and all others with our own parser, which is slower."""
        ways: list[core_schema.CoreSchema | tuple[core_schema.CoreSchema, str]]
        ways = [_in_c(COMMON, EPOCH.fromisoformat)]
        if self._naive:
            # First: slots are sent without an offset, and a choice that refuses takes longer than another.
            ways.insert(0, _in_c(COMMON_NAIVE, "%sZ".__mod__, EPOCH.fromisoformat))
        ways.append(
            core_schema.no_info_before_validator_function(self._slowly, core_schema.datetime_schema())
        )
        return core_schema.union_schema(
            ways,
            mode="left_to_right",
            custom_error_type="instant",
            custom_error_message="Input should be an instant as RFC 3339 writes it, which Python can hold",
            serialization=core_schema.simple_ser_schema("datetime"),
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe it as a datetime."""
        return {"type": "string", "format": "date-time"}

    def _slowly(self, value: object) -> object:
        if isinstance(value, str):
            return self._parse(value)
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return value


def _in_c(form: str, *steps: Callable[[str], object]) -> core_schema.CoreSchema:
    """Return a schema that reads strings of this form with functions written in C: no Python frame runs."""
    schema: core_schema.CoreSchema = core_schema.str_schema(pattern=f"^{form}$", strict=True)
    for step in steps:
        schema = core_schema.no_info_after_validator_function(step, schema)
    return schema


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Timestamp: TypeAlias = Annotated[datetime, _Instant(parse_timestamp)]
"""An aware datetime in UTC, from an RFC 3339 date-time."""

SlotTime: TypeAlias = Annotated[datetime, _Instant(parse_slot_time, naive=True)]
"""An aware datetime in UTC, from an ISO 8601 date-time whose offset may be missing."""

Integer: TypeAlias = Annotated[
    int | Annotated[int, BeforeValidator(_whole)], Field(union_mode="left_to_right")
]
"""A whole number, including one that JSON writes as `1.0`."""

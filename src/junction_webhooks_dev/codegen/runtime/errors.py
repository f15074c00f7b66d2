"""Hand-written support of the models: errors without the value that was validated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, SchemaValidator, core_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

T = TypeVar("T")

HIDDEN: Final = "(hidden)"
"""What the errors have as their input."""
_PYDANTIC_ERRORS: Final = frozenset(get_args(core_schema.ErrorType))
"""The types of error that pydantic defines itself."""


def without_input(value: object, handler: Callable[[object], T]) -> T:
    """Validate a value, and raise the same errors without any part of it: it may be patient data."""
    try:
        return handler(value)
    except ValidationError as error:
        found = error
    lines = map(_without_input, found.errors(include_url=False, include_input=False))
    raise ValidationError.from_exception_data(found.title, list(lines), hide_input=True)


def _without_input(details: ErrorDetails) -> InitErrorDetails:
    kind = details["type"]
    return InitErrorDetails(
        type=kind if kind in _PYDANTIC_ERRORS else PydanticCustomError(kind, details["msg"]),
        loc=details["loc"],
        input=HIDDEN,
        ctx=details.get("ctx", {}),
    )


def json_validator(model: type[BaseModel]) -> Callable[[bytes], Any]:
    """Return the `validate_json` of a model without `without_input` around it.

    It is much faster: pydantic converts the whole JSON to Python objects before it calls a Python function.
    Its errors contain the input, so nobody may see them.
    """
    schema: Any = model.__pydantic_core_schema__
    if schema["type"] == "definitions":
        return SchemaValidator({**schema, "schema": _inside(schema["schema"])}).validate_json
    return SchemaValidator(_inside(schema)).validate_json


def _inside(schema: Any) -> Any:
    is_around = schema["type"] == "function-wrap" and schema["function"]["function"] is without_input
    return schema["schema"] if is_around else schema

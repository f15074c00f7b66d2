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
_OPAQUE: Final = frozenset({"cls", "default", "function", "metadata", "serialization"})
"""What a core schema contains besides schemas, and must keep as it is."""

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
    """Return a `validate_json` for most bodies of a model: it may refuse what the model accepts.

    It has no `without_input` around it and is much faster: pydantic converts the whole JSON to Python objects
    before it calls a Python function. Its errors contain the input, so nobody may see them.
    """
    return SchemaValidator(_for_most(model.__pydantic_core_schema__)).validate_json


def _for_most(schema: Any) -> Any:
    """Return a schema without `without_input`, and without what is tried last and hardly ever needed.

    Those are the last choices of unions that are tried from left to right: `1.0` for an integer, and rare
    forms of instants. Where one choice is left, it replaces the union.
    """
    if isinstance(schema, list):
        return [_for_most(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    if kind == "function-wrap" and schema["function"]["function"] is without_input:
        return _for_most(schema["schema"])
    if kind == "union" and schema.get("mode") == "left_to_right":
        likely = [_for_most(choice) for choice in schema["choices"][:-1]]
        return likely[0] if len(likely) == 1 else {**schema, "choices": likely}
    return {word: part if word in _OPAQUE else _for_most(part) for word, part in schema.items()}

"""Typed events: `parse_event()` takes a body and gives an event."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from junction_webhooks._extras import missing
from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract.annotations import place
from junction_webhooks.validation import Opened, Violation, _engines, check, open_payload

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel, ValidationError

    import junction_webhooks_models
    import junction_webhooks_models.structs
    from junction_webhooks._json.decode import Body
    from junction_webhooks.contract import EventType


class InvalidPayload(ValueError):  # noqa: N818  (read as a sentence: except InvalidPayload)
    """The body is no event that the contract takes, not even in the tolerant profile.

    Its text names paths and rules, and never patient data.
    """

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        """Every breaking violation."""
        first, *rest = map(str, self.violations)
        super().__init__(first + (f" (and {len(rest)} more)" if rest else ""))

    def __reduce__(self) -> tuple[type[InvalidPayload], tuple[tuple[Violation, ...]]]:
        """Pickle with the violations, as test runners and task queues do."""
        return type(self), (self.violations,)


class UnknownEvent(InvalidPayload):
    """The body is an event outside the contract: store it and answer 2xx, or it comes again."""

    @property
    def event_type(self) -> str:
        """The event type as the body gives it."""
        return str(self.violations[0].value)


@overload
def parse_event(
    payload: Body | Mapping[str, Any],
    *,
    event_type: EventType | None = None,
    as_struct: Literal[False] = False,
) -> junction_webhooks_models.LabtestEvent: ...
@overload
def parse_event(
    payload: Body | Mapping[str, Any],
    *,
    event_type: EventType | None = None,
    as_struct: Literal[True],
) -> junction_webhooks_models.structs.LabtestEvent: ...
@overload
def parse_event(
    payload: Body | Mapping[str, Any],
    *,
    event_type: EventType | None = None,
    as_struct: bool,
) -> junction_webhooks_models.LabtestEvent | junction_webhooks_models.structs.LabtestEvent: ...
def parse_event(
    payload: Body | Mapping[str, Any],
    *,
    event_type: EventType | None = None,
    as_struct: bool = False,
) -> object:
    """The event that a payload holds: the body in bytes or str, or a parsed dict.

    Accepts what `check` does not reject; a bare order, or what else belongs under `data`, only when
    `event_type` says which event it is. With `as_struct` the event is a msgspec struct (extra `fast`):
    the same names and fields, sooner, without unknown properties and with timestamps in the offset sent.
    Raises `InvalidPayload` for any other body, also where a timestamp names an instant that Python
    cannot hold (a leap second, the year 0), and its subclass `UnknownEvent` for an event outside the
    contract. Raises `ValueError` for an unknown `event_type`, `TypeError` for what is no payload,
    `ModuleNotFoundError` for a struct without msgspec.
    """
    __tracebackhide__ = True  # pytest prints the arguments of the frames it shows
    opened = open_payload(payload, event_type, may_be_bare=lambda _: False)
    if isinstance(opened, Violation):
        raise UnknownEvent([opened]) if opened.reason == "unknown_event" else InvalidPayload([opened])
    return _struct(opened) if as_struct else _model(opened)


def is_missing(model: BaseModel, field: str) -> bool:
    """Whether the payload did not have the field, which then reads as None just as null does.

    Takes an event of `parse_event` or any object inside it. Raises `AttributeError` when it has no such
    field, `TypeError` for a struct, which does not know.
    """
    fields = getattr(type(model), "model_fields", None)
    if fields is None:
        message = f"{type(model).__name__} does not keep what was missing: parse without as_struct"
        raise TypeError(message)
    if field not in fields:
        message = f"{type(model).__name__} has no field {field!r}"
        raise AttributeError(message)
    return field not in model.model_fields_set


def _model(opened: Opened) -> BaseModel:
    __tracebackhide__ = True
    try:
        return _class("models", opened.event_type).model_validate(opened.payload)  # type: ignore[no-any-return]
    except ValueError as error:  # of pydantic, which is slow to load: to name its class would take an import
        violations = _why(opened, cast("ValidationError", error))
    raise InvalidPayload(violations)


def _struct(opened: Opened) -> object:
    __tracebackhide__ = True
    try:
        import msgspec  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        message = f"as_struct: {missing('msgspec', 'fast')}"
        raise ModuleNotFoundError(message, name="msgspec") from None
    # msgspec reads more timestamps than the contract has, and fewer integers.
    if _engines.judge_of_forms(_engines.default_engine(), opened.event_type).holds(opened.payload):
        struct = _class("structs", opened.event_type)
        try:
            return msgspec.convert(opened.payload, struct)
        except msgspec.ValidationError:
            with suppress(msgspec.ValidationError):
                return msgspec.convert(_with_integers(opened.payload), struct)
    # The model refuses it too, and says why.
    return _model(opened)


def _with_integers(part: Any) -> Any:
    """The payload with each whole number as an int, which JSON may write as `1.0`."""
    if isinstance(part, dict):
        return {name: _with_integers(below) for name, below in part.items()}
    if isinstance(part, list):
        return [_with_integers(below) for below in part]
    return int(part) if isinstance(part, float) and part.is_integer() else part


def _why(opened: Opened, error: ValidationError) -> list[Violation]:
    report = check(opened.payload, event_type=opened.event_type)
    breaking = [violation for violation in report.violations if violation.breaking]
    return breaking or [
        Violation(
            path=pointer(details["loc"]),
            keyword="format",
            message="is an instant that Python cannot hold",
            hint="store the body, and ask for the current object",
            reason="bad_format",
            pattern=place(opened.event_type, details["loc"]).pattern,
            breaking=True,
            schema_path="",
            value=None,
        )
        for details in error.errors(include_url=False, include_context=False, include_input=False)
    ]


@cache
def _class(module: Literal["models", "structs"], event_type: EventType) -> Any:
    # The title of its schema, which need not be read for that.
    title = "".join(word.capitalize() for word in event_type.split("."))
    return getattr(import_module(f"junction_webhooks_models.{module}"), title)

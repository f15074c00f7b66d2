"""Typed events: `parse_event()` takes a body and returns an event."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, Literal, cast, overload

from junction_webhooks import _fast_path
from junction_webhooks._extras import missing
from junction_webhooks._fast_path import event_class
from junction_webhooks._json.decode import Body
from junction_webhooks._json.pointer import pointer
from junction_webhooks._lazy import lazy
from junction_webhooks._tracebacks import clear
from junction_webhooks.contract import EVENT_TYPES, EventType, known_events
from junction_webhooks.contract.annotations import place
from junction_webhooks.contract.known_events import KnownEvent, Urgency
from junction_webhooks.validation import Violation, _instants, check
from junction_webhooks.validation._engines import default_engine
from junction_webhooks.validation._envelope import as_event
from junction_webhooks.validation._folding import MOST_VIOLATIONS
from junction_webhooks.validation._suggestions import meant

if TYPE_CHECKING:
    import pydantic

    import junction_webhooks_models
    import junction_webhooks_models.structs
    from junction_webhooks.validation._envelope import Event
else:
    pydantic = lazy("pydantic")
    junction_webhooks_models = lazy("junction_webhooks_models")

_CLINICAL: Final = "labtest."


class InvalidPayload(ValueError):  # noqa: N818  (read as a sentence: except InvalidPayload)
    """The body is not an event that the contract accepts, not even in the tolerant profile.

    Its text names paths and rules, never patient data.

    Examples:
        >>> try:
        ...     parse_event(b'{"event_type": "labtest.order.updated", "data": null}')
        ... except InvalidPayload as error:
        ...     print(error.violations[0].path, error.violations[0].keyword)
        /data type
    """

    def __init__(self, violations: Iterable[Violation | Mapping[str, Any]]) -> None:
        self.violations = tuple(
            each if isinstance(each, Violation) else Violation(**each) for each in violations
        )
        """Every breaking violation."""
        # Task queues write `args` as JSON and rebuild the exception from them: no patient data here.
        super().__init__([_without_value(each) for each in self.violations])

    def __str__(self) -> str:
        """The first violation, and how many more there are."""
        first, *rest = map(str, self.violations)
        return first + (f" (and {len(rest)} more)" if rest else "")

    def __repr__(self) -> str:
        """The same text with the name of the class."""
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the violations, for test runners and task queues."""
        return type(self), (self.violations,), self.__dict__


def _without_value(violation: Violation) -> dict[str, Any]:
    return {each.name: getattr(violation, each.name) for each in fields(violation) if each.name != "value"}


class UnknownEvent(InvalidPayload):
    """The body is an event outside the contract.

    Store it and answer 2xx; otherwise, Junction sends it again.
    """

    def __init__(
        self, violations: Iterable[Violation | Mapping[str, Any]], event_type: str | None = None
    ) -> None:
        super().__init__(violations)
        self.event_type = str(self.violations[0].value) if event_type is None else event_type
        """The event type, as it is in the body."""
        self.args = (*self.args, self.event_type)

    @property
    def known(self) -> KnownEvent | None:
        """What Junction documents about it; None for a new or misspelled event type."""
        return known_events.find(self.event_type)

    @property
    def meant(self) -> str | None:
        """The event type that this one misspells; None for a known or a new one."""
        known = self.known
        return None if known else meant(self.event_type, (*EVENT_TYPES, *known_events.known_events()))

    @property
    def urgency(self) -> Urgency:
        """How soon a person should look at it.

        That is listed for a known event. Any other is `high` if it may be one of a laboratory test, by its
        name or by what it misspells: nobody knows what it says. The rest is `low`.
        """
        known = self.known
        may_be_clinical = self.event_type.startswith(_CLINICAL) or self.meant in EVENT_TYPES
        return known.urgency if known else "high" if may_be_clinical else "low"


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
    """Return the event in a payload: a body in bytes or str, or a parsed dict.

    Accepts what `check` does not reject. A bare order, or any other payload without its envelope, is accepted
    only if `event_type` says which event it is. With `as_struct` the event is a msgspec struct (extra
    `fast`): faster, with the same names and fields, but without unknown properties, and with timestamps in
    the offset sent. Raises `InvalidPayload` for any other body, including one with an instant that Python
    cannot represent (a leap second, the year 0), and its subclass `UnknownEvent` for an event outside the
    contract. Raises `ValueError` for an unknown `event_type`, `TypeError` for a value that is not a payload,
    and `ModuleNotFoundError` for a struct without msgspec.

    Examples:
        >>> from junction_webhooks import fixtures, parse_event
        >>> event = parse_event(fixtures.load("labtest.order.updated/completed").raw)
        >>> event.event_type, event.data.current_status
        ('labtest.order.updated', 'completed.walk_in_test.completed')
        >>> from junction_webhooks import UnknownEvent
        >>> try:
        ...     parse_event(b'{"event_type": "labtest.invented", "data": {}}')
        ... except UnknownEvent as error:
        ...     error.event_type
        'labtest.invented'
    """
    # What the decorator `clears_locals` does, in half the time.
    __tracebackhide__ = True
    handled = sys.exception()
    try:
        if event_type is None and isinstance(payload, (bytes, str)):
            found = _fast_path.struct(payload) if as_struct else _fast_path.model(payload)
            if found is not None:
                return found
        return _parsed(payload, event_type, as_struct=as_struct)
    except BaseException as error:
        del payload, event_type
        clear(error, handled)
        del handled
        raise


def _parsed(payload: Body | Mapping[str, Any], event_type: EventType | None, *, as_struct: bool) -> object:
    event = as_event(payload, event_type, recognize_bare=False)
    if isinstance(event, Violation):
        raise UnknownEvent([event]) if event.reason == "unknown_event" else InvalidPayload([event])
    return _struct(event) if as_struct else _model(event)


def is_missing(model: pydantic.BaseModel, field: str) -> bool:
    """Return whether a field was missing from the payload. A missing field reads as None, as null does.

    Takes an event of `parse_event` or any object inside it. Raises `AttributeError` if it has no such
    field, `TypeError` for a struct, which does not keep what was missing.

    Examples:
        >>> from junction_webhooks import fixtures, is_missing, parse_event
        >>> event = parse_event(fixtures.load("labtest.order.created/minimal").raw)
        >>> event.data.notes, is_missing(event.data, "notes")
        (None, False)
        >>> event.data.priority, is_missing(event.data, "priority")
        (None, True)
    """
    fields = getattr(type(model), "model_fields", None)
    if fields is None:
        message = f"{type(model).__name__} does not keep what was missing: parse without as_struct"
        raise TypeError(message)
    if field not in fields:
        message = f"{type(model).__name__} has no field {field!r}"
        raise AttributeError(message)
    return field not in model.model_fields_set


def _model(event: Event) -> pydantic.BaseModel:
    try:
        return event_class("models", event.event_type).model_validate(event.payload)  # type: ignore[no-any-return]
    except ValueError as error:  # pydantic's ValidationError: naming it would need an import, which is slow
        violations = _why(event, cast("pydantic.ValidationError", error))
    raise InvalidPayload(violations)


def _struct(event: Event) -> object:
    try:
        import msgspec  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        message = f"as_struct: {missing('msgspec', 'fast')}"
        raise ModuleNotFoundError(message, name="msgspec") from None
    payload = event.payload
    if not _instants.plain_validator(default_engine(), event.event_type).is_valid(payload):
        # The model rejects an instant that the contract or Python does not have, and says why.
        _model(event)
        payload = _instants.without_too_fine_digits(event)
    struct = event_class("structs", event.event_type)
    try:
        return msgspec.convert(payload, struct)
    except msgspec.ValidationError:
        with suppress(msgspec.ValidationError):
            return msgspec.convert(_with_integers(payload), struct)
    # The model rejects it too, and says why.
    return _model(event)


def _with_integers(part: Any) -> Any:
    """Return the payload with each whole number as an int, even if JSON has it as `1.0`."""
    if isinstance(part, dict):
        return {name: _with_integers(below) for name, below in part.items()}
    if isinstance(part, list):
        return [_with_integers(below) for below in part]
    return int(part) if isinstance(part, float) and part.is_integer() else part


def _why(event: Event, error: pydantic.ValidationError) -> list[Violation]:
    report = check(event.payload, event_type=event.event_type)
    breaking = [violation for violation in report.violations if violation.breaking]
    return breaking or [
        Violation(
            path=pointer(details["loc"]),
            keyword="pattern",
            message="is an instant that Python cannot represent",
            hint="store the body, and fetch the current object",
            reason="bad_format",
            pattern=place(event.event_type, details["loc"]).pattern,
            breaking=True,
            schema_path="",
            value=None,
        )
        for details in error.errors(include_url=False, include_context=False, include_input=False)[
            :MOST_VIOLATIONS
        ]
    ]

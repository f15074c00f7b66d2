"""Turns the errors of an engine into violations: one violation per mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.display import shown_pointer
from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract import PROFILES, bundle, families
from junction_webhooks.contract.annotations import place
from junction_webhooks.validation import _engines, _messages
from junction_webhooks.validation._report import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import Schema
    from junction_webhooks.validation._engines import Engine, ValidationError
    from junction_webhooks.validation._envelope import Event
    from junction_webhooks.validation._report import Reason

_REASONS: Final[Mapping[str, Reason]] = {
    "required": "missing",
    "additionalProperties": "new_property",
    "format": "bad_format",
    "pattern": "bad_format",
    "minimum": "out_of_range",
    "maximum": "out_of_range",
    "maxLength": "out_of_range",
}


def violations(event: Event, engine: Engine) -> tuple[Violation, ...]:
    """Return every violation of an event that does not conform, the breaking ones first."""
    strict, tolerant = (
        _folded(
            _engines.validator(engine, profile, event.event_type).iter_errors(event.payload),
            bundle(profile, event.event_type),
        )
        for profile in PROFILES
    )
    breaking = {error.path for error in tolerant}
    explained = _explained_by_modality(event)
    strict.sort(key=lambda error: error.path not in breaking)
    return tuple(
        _described(error, event, breaking=error.path in breaking, explained=explained) for error in strict
    )


def _folded(found: Iterable[ValidationError], bundle: Schema) -> list[ValidationError]:
    """Return one error per mistake, each with the path of the affected property, ordered by path."""
    singles = {(error.path, error.keyword): error for single in found for error in _singles(single, bundle)}
    return sorted(
        singles.values(), key=lambda error: ([_sortable(part) for part in error.path], error.keyword)
    )


def _singles(error: ValidationError, bundle: Schema) -> Iterator[ValidationError]:
    if error.names:
        for name in error.names:
            yield error._replace(path=(*error.path, name), names=())
    elif error.keyword == "anyOf":
        left = [branch for branch in error.branches if not _fails_on_type(branch, error.path)]
        if len(left) == 1:
            for inner in left[0]:
                yield from _singles(inner, bundle)
        else:
            yield error
    elif error.keyword == "pattern" and "format" in _located(bundle, error.schema_path)[0]:
        # A pattern next to a format only spells that format out.
        yield error._replace(keyword="format", schema_path=(*error.schema_path[:-1], "format"))
    else:
        yield error


def _fails_on_type(branch: tuple[ValidationError, ...], path: Path) -> bool:
    return any(error.keyword == "type" and error.path == path for error in branch)


def _sortable(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (-1, part)


def _located(bundle: Schema, schema_path: Path) -> tuple[Schema, Path]:
    """Return the schema that has the keyword at the end of the path, and its path with `$ref`s resolved."""
    schema: Any = bundle
    resolved: Path = ()
    for part in schema_path[:-1]:
        if isinstance(schema, dict) and part not in schema:
            schema, resolved = _target(bundle, schema["$ref"])
        schema = schema[part]
        resolved = (*resolved, part)
    if schema_path[-1] not in schema:
        schema, resolved = _target(bundle, schema["$ref"])
    return schema, (*resolved, schema_path[-1])


def _target(bundle: Schema, reference: str) -> tuple[Schema, Path]:
    title = reference.removeprefix("#/$defs/")
    return bundle["$defs"][title], ("$defs", title)


def _value_at(payload: Any, path: Path) -> Any:
    """Return the value at the end of the path, or None if there is none."""
    for part in path:
        if isinstance(payload, dict):
            payload = payload.get(part)
        elif isinstance(payload, list) and isinstance(part, int):
            payload = payload[part]
        else:
            return None
    return payload


def _explained_by_modality(event: Event) -> tuple[str, ...]:
    """Return the patterns of the places that a modality other than walk-in explains; none for a walk-in."""
    modality = families.of(event.event_type).modality
    if modality and _value_at(event.payload, ("data", *modality.path)) in modality.others:
        return modality.explains
    return ()


def _described(
    error: ValidationError, event: Event, *, breaking: bool, explained: tuple[str, ...]
) -> Violation:
    """Return the violation of an error; `explained` are the places that the payload's modality explains."""
    found = place(event.event_type, error.path)
    value = _value_at(event.payload, error.path)
    elsewhere = found.pattern in explained and not breaking
    name = str(error.path[-1]) if error.path else ""
    schema, schema_path = _located(bundle("strict", event.event_type), error.schema_path)
    holder = _value_at(event.payload, error.path[:-1])
    present = holder if isinstance(holder, dict) else ()
    message, hint = _messages.describe(
        error.keyword, schema, value, name, found, present=present, other_modality=elsewhere
    )
    prefix = "/data" if event.bare else ""
    return Violation(
        path=shown_pointer(pointer(error.path)).removeprefix(prefix),
        keyword=error.keyword,
        message=message,
        hint=hint,
        reason="out_of_scope" if elsewhere else _reason(error.keyword, value),
        pattern=found.pattern.removeprefix(prefix),
        breaking=breaking,
        schema_path=pointer(schema_path),
        value=value,
    )


def _reason(keyword: str, value: object) -> Reason:
    if keyword in _REASONS:
        return _REASONS[keyword]
    if value is None:
        return "unexpected_null"
    if not isinstance(value, str) or keyword == "type":
        return "wrong_type"
    return "bad_format" if keyword == "anyOf" else "new_value"

"""The two validation engines, behind a common validator and error type.

`jsonschema` is the reference and always installed; `jsonschema-rs`, the accelerator, is used if it is
installed. The two must always agree.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from junction_webhooks import contract
from junction_webhooks._jsonschema import formats as _formats
from junction_webhooks._jsonschema.ecma import compiled
from junction_webhooks._jsonschema.visit import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import EventType, Profile, Schema

Engine: TypeAlias = Literal["jsonschema", "jsonschema-rs"]
REFERENCE: Final[Engine] = "jsonschema"
ACCELERATOR: Final[Engine] = "jsonschema-rs"


class ValidationError(NamedTuple):
    """One error of an engine."""

    path: Path
    schema_path: Path
    """The path through the bundle, without the `$ref`s on the way."""
    keyword: str
    names: tuple[str, ...] = ()
    """The properties that are missing (`required`) or unknown (`additionalProperties`)."""
    branches: tuple[tuple[ValidationError, ...], ...] = ()
    """The errors of each branch of an `anyOf`."""


@cache
def default_engine() -> Engine:
    """Return the accelerator if it is installed, or else the reference."""
    return ACCELERATOR if find_spec("jsonschema_rs") else REFERENCE


class Validator(NamedTuple):
    """An engine with the bundle of one event. Payloads must have an envelope."""

    is_valid: Callable[[object], bool]
    iter_errors: Callable[[object], Iterable[ValidationError]]
    closed: bool
    """True if no part of the bundle accepts arbitrary values.

    A valid payload is then no deeper than the bundle, so its depth need not be checked. False if unknown.
    """


@cache
def validator(engine: Engine, profile: Profile, event_type: EventType) -> Validator:
    """Return the validator of an event in one profile."""
    return validator_of(contract.shared_bundle(profile, event_type), engine)


def validator_of(bundle: Schema, engine: Engine) -> Validator:
    """Return the validator of a bundle."""
    return _reference(bundle) if engine == REFERENCE else _accelerator(bundle)


def _accelerator(bundle: Schema) -> Validator:
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    # Without references it is faster.
    whole = {word: part for word, part in jsonschema_rs.dereference(bundle).items() if word != "$defs"}
    flat = rewrite(rewrite(whole, _with_quick_format), _without_null_branch)
    fast = jsonschema_rs.Draft202012Validator(flat, validate_formats=True)

    @cache
    def complete() -> Any:
        # The mask leaves the values out of the engine's own messages, which nobody reads: a quarter faster.
        return jsonschema_rs.Draft202012Validator(whole, mask="")

    return Validator(
        fast.is_valid,
        lambda payload: map(_from_accelerator, complete().iter_errors(payload)),
        closed=_is_closed(flat),
    )


def _with_quick_format(schema: Schema) -> Schema:
    """Return the schema with a format instead of its pattern, where that is the same and three times as fast.

    Only UUIDs: the engine's formats of dates and times accept more than the contract.
    """
    is_uuid = _formats.format_of(schema) == "uuid"
    return _formats.with_format_only(schema) if is_uuid else schema


def _without_null_branch(schema: Schema) -> Schema:
    """Return the schema with null among its types, if it had a branch for it: that is faster to validate."""
    branches = schema.get("anyOf", ())
    if len(branches) != 2 or {"type": "null"} not in branches:  # noqa: PLR2004
        return schema
    (other,) = (branch for branch in branches if branch != {"type": "null"})
    shared = schema.keys() & other.keys() - {"title", "description", "examples"}
    if not {"type", "enum"} & other.keys() or not isinstance(other.get("type", ""), str):
        return schema
    if {"const", "anyOf", "allOf", "oneOf", "not", "if"} & other.keys():
        return schema
    if any(not word.startswith("x-") for word in shared):
        return schema
    flat: Schema = {word: part for word, part in schema.items() if word != "anyOf"} | other
    # No other keyword of the contract's bundles says anything about null.
    if "type" in other:
        flat["type"] = [other["type"], "null"]
    if "enum" in other:
        flat["enum"] = [*other["enum"], None]
    return flat


def _is_closed(schema: Schema) -> bool:
    """Return whether a schema without references leaves no part of a value open."""
    if "enum" in schema or "const" in schema:
        return True
    if "anyOf" in schema:
        return all(map(_is_closed, schema["anyOf"]))
    if "properties" in schema:
        return schema.get("additionalProperties") is False and all(
            map(_is_closed, schema["properties"].values())
        )
    if "items" in schema:
        return _is_closed(schema["items"])
    # Without a type it accepts objects too.
    types = schema.get("type", "object")
    return not {"object", "array"} & set([types] if isinstance(types, str) else types)


def _from_accelerator(error: Any) -> ValidationError:
    kind = error.kind
    keyword = kind.name
    path = tuple(error.instance_path)
    schema_path = tuple([part for part in error.evaluation_path if part != "$ref"])
    if keyword == "required":
        return ValidationError(path, schema_path, keyword, (kind.property,))
    if keyword == "additionalProperties":
        return ValidationError(path, schema_path, keyword, tuple(kind.unexpected))
    if keyword == "anyOf":
        branches = tuple([tuple(map(_from_accelerator, branch)) for branch in kind.context])
        return ValidationError(path, schema_path, keyword, (), branches)
    return ValidationError(path, schema_path, keyword)


def _reference(bundle: Schema) -> Validator:
    import jsonschema  # noqa: PLC0415  (slow to load, and not needed with the accelerator)

    validator_class = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        jsonschema.Draft202012Validator, {"pattern": _pattern_rule(jsonschema.ValidationError)}
    )
    validator = validator_class(bundle)
    return Validator(
        validator.is_valid,
        lambda payload: map(_from_reference, validator.iter_errors(payload)),
        closed=False,
    )


def _pattern_rule(error_class: Any) -> Callable[[Any, str, object, Schema], Iterator[Any]]:
    def pattern(_validator: Any, pattern: str, instance: object, _schema: Schema) -> Iterator[Any]:
        if isinstance(instance, str) and not compiled(pattern).search(instance):
            yield error_class("does not match the pattern")

    return pattern


def _from_reference(error: Any) -> ValidationError:
    keyword = error.validator
    names: Iterable[str] = ()
    branches: dict[int, list[ValidationError]] = {}
    if keyword == "required":
        names = [name for name in error.validator_value if name not in error.instance]
    elif keyword == "additionalProperties":
        names = [name for name in error.instance if name not in error.schema.get("properties", {})]
    elif keyword == "anyOf":
        branches = {index: [] for index in range(len(error.validator_value))}
        for inner in error.context:
            branches[inner.relative_schema_path[0]].append(_from_reference(inner))
    return ValidationError(
        tuple(error.absolute_path),
        tuple(part for part in error.absolute_schema_path if part != "$ref"),
        keyword,
        tuple(names),
        tuple(map(tuple, branches.values())),
    )

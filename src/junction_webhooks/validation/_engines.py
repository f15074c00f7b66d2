"""The two engines that judge a payload by a bundle, behind one shape of error.

`jsonschema` is the reference and always there; `jsonschema-rs` is used when it is installed.
They must always agree.
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
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import EventType, Profile, Schema

Engine: TypeAlias = Literal["jsonschema", "jsonschema-rs"]
REFERENCE: Final[Engine] = "jsonschema"
ACCELERATOR: Final[Engine] = "jsonschema-rs"
_NO_DATE_TIME: Final = "2020-0+-01T00:00:00Z"
"""Until 0.61 jsonschema-rs took it for a `date-time`, and needs the `pattern` beside that format."""


class Breach(NamedTuple):
    """One error as an engine gives it."""

    path: Path
    schema_path: Path
    """The way through the bundle, with no step for a `$ref`."""
    keyword: str
    names: tuple[str, ...] = ()
    """The properties that are missing (`required`) or unknown (`additionalProperties`)."""
    branches: tuple[tuple[Breach, ...], ...] = ()
    """The errors of each branch of an `anyOf`."""


@cache
def default_engine() -> Engine:
    """The accelerator when it is installed, else the reference."""
    return ACCELERATOR if find_spec("jsonschema_rs") else REFERENCE


class Judge(NamedTuple):
    """An engine with the bundle of one event, for enveloped payloads."""

    holds: Callable[[object], bool]
    """Whether a payload conforms."""
    breaches: Callable[[object], Iterable[Breach]]
    """All errors of a payload."""
    closed: bool
    """Whether the bundle is known to leave nothing open: what conforms is then no deeper than the bundle."""


@cache
def judge_of_forms(engine: Engine, event_type: EventType) -> Judge:
    """The judge of nothing but the form of strings, which in the tolerant profile are the timestamps.

    That is all of this profile that the structs leave unasserted.
    """
    bundle = contract.bundle("tolerant", event_type)
    return _maker(engine)(_forms(bundle, bundle["$defs"]))


@cache
def judge(engine: Engine, profile: Profile, event_type: EventType) -> Judge:
    """The judge of an event's payloads by one profile."""
    return _maker(engine)(contract.bundle(profile, event_type))


def _maker(engine: Engine) -> Callable[[Schema], Judge]:
    return _reference if engine == REFERENCE else _accelerator


def _forms(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """The words of a tolerant schema about the form of strings, with those that lead to them."""
    if "$ref" in schema:
        return _forms(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "anyOf" in schema:
        # The other branch takes null, to which these words do not apply.
        (part,) = (branch for branch in schema["anyOf"] if branch != {"type": "null"})
        return _forms(part, definitions)
    forms: Schema = {word: schema[word] for word in ("format", "pattern") if word in schema}
    below = {name: _forms(part, definitions) for name, part in schema.get("properties", {}).items()}
    if any(below.values()):
        forms["properties"] = {name: part for name, part in below.items() if part}
    if "items" in schema and (items := _forms(schema["items"], definitions)):
        forms["items"] = items
    return forms


def _accelerator(bundle: Schema) -> Judge:
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    # Without references the verdict comes sooner; the errors need the way through them.
    flat = {word: part for word, part in jsonschema_rs.dereference(bundle).items() if word != "$defs"}
    by_format = jsonschema_rs.Draft202012Validator({"format": "date-time"}, validate_formats=True)
    if not by_format.is_valid(_NO_DATE_TIME):
        flat = rewrite(flat, _without_format_pattern)
    quick = jsonschema_rs.Draft202012Validator(flat, validate_formats=True)
    thorough = jsonschema_rs.Draft202012Validator(bundle, validate_formats=True)
    return Judge(
        quick.is_valid,
        lambda payload: map(_from_accelerator, thorough.iter_errors(payload)),
        closed=_is_closed(flat),
    )


def _without_format_pattern(schema: Schema) -> Schema:
    """The schema without a `pattern` that only spells out its `format`."""
    if "format" in schema:
        schema.pop("pattern", None)
    return schema


def _is_closed(schema: Schema) -> bool:
    """Whether a schema without references says of every part of a value what it may be."""
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
    # What has no type may be an object too.
    types = schema.get("type", "object")
    return not {"object", "array"} & set([types] if isinstance(types, str) else types)


def _from_accelerator(error: Any) -> Breach:
    keyword = error.kind.name
    names: Iterable[str] = ()
    branches: Iterable[Iterable[Any]] = ()
    if keyword == "required":
        names = (error.kind.property,)
    elif keyword == "additionalProperties":
        names = error.kind.unexpected
    elif keyword == "anyOf":
        branches = error.kind.context
    return Breach(
        tuple(error.instance_path),
        tuple(part for part in error.evaluation_path if part != "$ref"),
        keyword,
        tuple(names),
        tuple(tuple(map(_from_accelerator, branch)) for branch in branches),
    )


def _reference(bundle: Schema) -> Judge:
    import jsonschema  # noqa: PLC0415  (slow to load, and not needed beside the accelerator)

    formats = jsonschema.FormatChecker(formats=())
    for name, holds in (
        ("date", _formats.is_date),
        ("date-time", _formats.is_date_time),
        ("uuid", _formats.is_uuid),
    ):
        formats.checks(name)(_for_strings(holds))
    validator_class = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        jsonschema.Draft202012Validator, {"pattern": _pattern_rule(jsonschema.ValidationError)}
    )
    validator = validator_class(bundle, format_checker=formats)
    return Judge(
        validator.is_valid,
        lambda payload: map(_from_reference, validator.iter_errors(payload)),
        closed=False,
    )


def _for_strings(holds: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or holds(value)


def _pattern_rule(error_class: Any) -> Callable[[Any, str, object, Schema], Iterator[Any]]:
    def pattern(_validator: Any, pattern: str, instance: object, _schema: Schema) -> Iterator[Any]:
        if isinstance(instance, str) and not compiled(pattern).search(instance):
            yield error_class("does not match the pattern")

    return pattern


def _from_reference(error: Any) -> Breach:
    keyword = error.validator
    names: Iterable[str] = ()
    branches: dict[int, list[Breach]] = {}
    if keyword == "required":
        names = [name for name in error.validator_value if name not in error.instance]
    elif keyword == "additionalProperties":
        names = [name for name in error.instance if name not in error.schema.get("properties", {})]
    elif keyword == "anyOf":
        branches = {index: [] for index in range(len(error.validator_value))}
        for inner in error.context:
            branches[inner.relative_schema_path[0]].append(_from_reference(inner))
    return Breach(
        tuple(error.absolute_path),
        tuple(part for part in error.absolute_schema_path if part != "$ref"),
        keyword,
        tuple(names),
        tuple(map(tuple, branches.values())),
    )

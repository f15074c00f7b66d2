"""Validators of schemas that somebody else wrote, by both engines, without reading anything else.

`jsonschema-rs` finds candidates quickly; `jsonschema`, the reference, confirms what is reported.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema import formats
from junction_webhooks._jsonschema.ecma import compiled
from junction_webhooks._jsonschema.patterns import UnsupportedPatternError, is_quick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    IsValid = Callable[[Any], bool]

_OUR_FORMATS: Final = {"date": formats.is_date, "date-time": formats.is_date_time, "uuid": formats.is_uuid}
_OTHER_FORMATS: Final = (
    *("time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri"),
    *(
        "uri-reference",
        "iri",
        "iri-reference",
        "uri-template",
        "json-pointer",
        "relative-json-pointer",
        "regex",
    ),
)
"""Formats that only jsonschema-rs knows without further packages."""


_KEYWORDS: Final = frozenset(
    {
        *("$schema", "$vocabulary", "$id", "$anchor", "$dynamicAnchor", "$ref", "$dynamicRef", "$defs"),
        *("definitions", "dependencies", "additionalItems", "$recursiveAnchor", "$recursiveRef", "$comment"),
        *("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependentRequired"),
        *("prefixItems", "items", "contains", "unevaluatedItems", "maxItems", "minItems", "uniqueItems"),
        *("maxContains", "minContains", "properties", "patternProperties", "additionalProperties"),
        *("propertyNames", "unevaluatedProperties", "maxProperties", "minProperties", "required"),
        *("type", "enum", "const", "nullable", "multipleOf", "maximum", "exclusiveMaximum", "minimum"),
        *("exclusiveMinimum", "maxLength", "minLength", "pattern", "format", "contentEncoding"),
        *("contentMediaType", "contentSchema", "title", "description", "default", "deprecated"),
        *("readOnly", "writeOnly", "examples"),
    }
)
"""The keywords of JSON Schema 2020-12, of the drafts from 06 on, and `nullable` of OpenAPI 3.0."""


def looks_like_a_schema(value: Any) -> bool:
    """Return whether a JSON value may be meant as a schema: any object without keywords is a valid one.

    Examples:
        >>> looks_like_a_schema({"type": "string"}), looks_like_a_schema({"event_type": "x", "data": {}})
        (True, False)
    """
    return isinstance(value, bool) or (
        isinstance(value, dict) and (not value or not _KEYWORDS.isdisjoint(value))
    )


def check_schema(schema: Any) -> None:
    """Raise `ValueError` if it is not a JSON Schema, and `ModuleNotFoundError` without jsonschema-rs."""
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    jsonschema_rs.meta.validate(schema)


def validator(schema: Any) -> IsValid:
    """A function that says whether a value is valid by jsonschema-rs, formats asserted.

    It opens no URL and no file. Raises `ValueError` if it is not a schema, and `ModuleNotFoundError` if
    jsonschema-rs is not installed.
    """
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    try:
        is_valid: IsValid = jsonschema_rs.validator_for(schema, validate_formats=True, offline=True).is_valid
    except jsonschema_rs.ReferencingError as error:
        raise ValueError(str(error)) from None
    return is_valid


def reference_validator(schema: Any) -> IsValid:
    """The same by jsonschema, for a valid schema. False for a value too deep for it."""
    import jsonschema  # noqa: PLC0415  (slow to load)
    import referencing  # noqa: PLC0415

    base = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    rule = _pattern_rule(jsonschema.ValidationError)
    made = jsonschema.validators.extend(base, {"pattern": rule})  # type: ignore[no-untyped-call]
    # A registry of its own: the default one fetches what it does not know.
    reference = made(schema, format_checker=_format_checker(), registry=referencing.Registry())
    return lambda value: _decides(reference.is_valid, value)


def _decides(is_valid: IsValid, value: Any) -> bool:
    try:
        return is_valid(value)
    except RecursionError:
        return False


@cache
def _format_checker() -> Any:
    import jsonschema  # noqa: PLC0415

    checker = jsonschema.FormatChecker(formats=())
    for name, is_valid in _OUR_FORMATS.items():
        checker.checks(name)(_for_strings(is_valid))
    for name in _OTHER_FORMATS:
        checker.checks(name)(validator({"format": name}))
    return checker


def _for_strings(is_valid: Callable[[str], bool]) -> IsValid:
    return lambda value: not isinstance(value, str) or is_valid(value)


def _pattern_rule(error_class: Any) -> Callable[[Any, str, object, Any], Iterator[Any]]:
    def pattern(_validator: Any, pattern: str, instance: object, _schema: Any) -> Iterator[Any]:
        if isinstance(instance, str) and not _matcher(pattern)(instance):
            yield error_class("does not match the pattern")

    return pattern


@cache
def _matcher(pattern: str) -> Callable[[str], Any]:
    """Python's search for the pattern, unless it may take forever: then that of jsonschema-rs."""
    try:
        if is_quick(pattern):
            return compiled(pattern).search
    except (UnsupportedPatternError, ValueError):
        pass
    return validator({"pattern": pattern})

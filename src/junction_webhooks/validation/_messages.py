"""The message and the hint of a violation.

`docs/assets/js/contract/messages.js` has the same words: change both.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.display import quoted, some
from junction_webhooks._jsonschema.formats import format_of
from junction_webhooks.validation._suggestions import extended, meant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from junction_webhooks.contract import Schema
    from junction_webhooks.contract.annotations import Place

_FEW = 6
"""The most values that a hint lists. More would fill the screen."""
_FORMATS = {
    "date": "a calendar date",
    "date-time": "an RFC 3339 date-time with an offset",
    "uuid": "a UUID",
}
_FORMAT_EXAMPLES = {
    "date": "2026-09-26",
    "date-time": "2026-09-26T01:08:18+00:00",
    "uuid": "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
}
_OTHER_MODALITY: Final = (
    "from another modality, which this contract does not cover; a tolerant handler is fine"
)
_UNKNOWN: Final = "if Junction sent it, a tolerant handler is fine and this package needs an update"


def describe(  # noqa: C901, PLR0911  (one case per keyword)
    keyword: str,
    schema: Schema,
    value: object,
    name: str,
    place: Place,
    *,
    present: Collection[str],
    other_modality: bool,
) -> tuple[str, str]:
    """The message and the hint for a value that violates `keyword` in `schema`.

    The message continues a sentence that starts with the JSON pointer. `name` is the affected property and
    `present` are the names of all properties of its object. `other_modality` says that the
    payload is about another kind of test, which differs in many places. A value that may be patient data is
    not quoted.
    """
    limit: Any = schema.get(keyword)
    unknown = _OTHER_MODALITY if other_modality else _UNKNOWN
    match keyword:
        case "type":
            expected = _types(limit)
            return f"is {some(value)}, expected {expected}", f"send {expected}"
        case "enum":
            hint = _value_hint(tuple(limit), value, place, unknown)
            return f"is {_shown(value, place)}, not a known value of {schema['title']}", hint
        case "const":
            return f"is {_shown(value, place)}, expected {json.dumps(limit)}", _const_hint(
                name, schema, value, unknown
            )
        case "pattern" if form := format_of(schema):
            return (
                f"is {_shown(value, place)}, not {_FORMATS[form]}",
                f"write it like {_FORMAT_EXAMPLES[form]}",
            )
        case "pattern":
            return (
                f"is {_shown(value, place)}, which does not match the pattern of {schema.get('title', name)}",
                _example_hint(schema),
            )
        case "required":
            return "is missing", f"expected {_expected(schema['properties'][name])}"
        case "additionalProperties":
            return "is not in the contract", _property_hint(name, schema, place, present, unknown)
        case "minimum" | "maximum":
            than = "less than the minimum" if keyword == "minimum" else "greater than the maximum"
            return f"is {_shown(value, place)}, {than} of {limit}", f"send a number {_range(schema)}"
        case "maxLength":
            return f"is longer than {limit} characters", f"shorten it to {limit} characters"
        case "anyOf":
            return f"is {_shown(value, place)}, not one of the allowed types", f"expected {_expected(schema)}"
        case _:
            return f"violates the keyword {keyword}", "see the schema"


def _shown(value: object, place: Place) -> str:
    return quoted(value) if place.may_be_quoted else some(value)


def did_you_mean(name: str, known: tuple[str, ...], present: Collection[str] = ()) -> str | None:
    """The hint for a name that misspells a known one that is not present, None for any other."""
    near = meant(name, known, present)
    return f"did you mean {json.dumps(near)}?" if near else None


def _value_hint(values: tuple[str, ...], value: object, place: Place, unknown: str) -> str:
    listed = ", ".join(values[:_FEW]) + (f" and {len(values) - _FEW} more" if len(values) > _FEW else "")
    if not isinstance(value, str):
        return f"expected one of {listed}"
    near = did_you_mean(value, values) if place.may_be_quoted else None
    return (
        near or f"{unknown}; if you wrote it, use a known value{'' if len(values) > _FEW else f': {listed}'}"
    )


def _const_hint(name: str, schema: Schema, value: object, unknown: str) -> str:
    if name == "event_type":
        return "the payload was checked as that event"
    if isinstance(value, str):
        return f"{unknown}; if you wrote it, use the known value: {schema['const']}"
    return f"expected {_expected(schema)}"


def _example_hint(schema: Schema) -> str:
    return (
        f"write it like {schema['examples'][0]}" if "examples" in schema else "see the property's description"
    )


def _property_hint(name: str, schema: Schema, place: Place, present: Collection[str], unknown: str) -> str:
    misspelled = did_you_mean(name, place.siblings, present)
    if misspelled:
        return misspelled
    missing = extended(name, tuple(schema.get("required", ())), present)
    if missing:
        return f"did you mean {json.dumps(missing)}, which is missing?"
    return f"{unknown}; if you wrote it, remove it"


def _range(schema: Schema) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f"from {schema['minimum']} to {schema['maximum']}"
    return f"of {schema['minimum']} or more" if "minimum" in schema else f"of {schema['maximum']} or less"


def _expected(schema: Schema) -> str:
    """What a schema accepts, in a few words."""
    if "const" in schema:
        return f"the value {json.dumps(schema['const'])}"
    if "type" in schema:
        return _types(schema["type"])
    return _any_of(
        branch["$ref"].rsplit("/", 1)[-1] if "$ref" in branch else branch["type"]
        for branch in schema.get("anyOf", [schema])
    )


def _types(limit: str | list[str]) -> str:
    return _any_of([limit] if isinstance(limit, str) else limit)


def _any_of(nouns: Iterable[str]) -> str:
    """Types, or titles of schemas, with their articles: "an AppointmentAddress or null"."""
    return " or ".join(
        noun if noun == "null" else f"{'an' if noun[0] in 'aeioAEIO' else 'a'} {noun}" for noun in nouns
    )

"""What a violation says: the message, and the hint that says what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.display import quoted, some
from junction_webhooks.validation._suggestions import extended, meant

if TYPE_CHECKING:
    from collections.abc import Collection

    from junction_webhooks.contract import Schema
    from junction_webhooks.contract.annotations import Place

_FEW = 6
_FORM = {
    "date": "a calendar date",
    "date-time": "an RFC 3339 date-time with an offset",
    "uuid": "a UUID",
}
_LIKE = {
    "date": "2026-09-26",
    "date-time": "2026-09-26T01:08:18+00:00",
    "uuid": "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
}
_ELSEWHERE: Final = "of another modality, which the contract leaves out: the tolerant profile takes it"
_NEW: Final = (
    "if Junction sent it, it is new, and the tolerant profile takes it: update the contract or report it"
)


def words(  # noqa: C901, PLR0911  (one case a keyword)
    keyword: str,
    schema: Schema,
    value: object,
    name: str,
    place: Place,
    *,
    beside: Collection[str],
    elsewhere: bool,
) -> tuple[str, str]:
    """The message and the hint for one breach of `keyword` in `schema` by `value`.

    The message is what follows the pointer in a sentence. `name` is the property concerned, `beside`
    are the names of all properties of its object; `elsewhere` says that the payload is of another modality,
    in which much is known to differ.
    A value that may be patient data is not quoted.
    """
    limit: Any = schema.get(keyword)
    shown = _shown(value, place)
    new = _ELSEWHERE if elsewhere else _NEW
    match keyword:
        case "type":
            return (
                f"is {some(value)}, expected {' or '.join(_types(limit))}",
                f"{_wanted(schema)} belongs here",
            )
        case "enum":
            known = tuple(limit)
            return f"is {shown}, no known member of {schema['title']}", _member_hint(known, value, place, new)
        case "const":
            return f"is {shown}, expected {json.dumps(limit)}", _const_hint(name, schema, value, new)
        case "format":
            return f"is {shown}, not {_FORM[limit]}", f"write it like {_LIKE[limit]}"
        case "pattern":
            return f"is {shown}, not of the form of {schema.get('title', name)}", _example_hint(schema)
        case "required":
            return "is missing", f"{_wanted(schema['properties'][name])} belongs here"
        case "additionalProperties":
            return "is not in the contract", _stranger_hint(name, schema, place, beside, new)
        case "minimum" | "maximum":
            than = "less than the minimum" if keyword == "minimum" else "greater than the maximum"
            return f"is {shown}, {than} of {limit}", f"send a number from {_range(schema)}"
        case "maxLength":
            return f"is longer than {limit} characters", f"shorten it to {limit} characters"
        case "anyOf":
            return f"is {shown}, of none of the allowed forms", f"{_wanted(schema)} belongs here"
        case _:
            return f"breaks the rule {keyword}", "see the schema"


def _shown(value: object, place: Place) -> str:
    return some(value) if place.sensitive else quoted(value)


def did_you_mean(name: str, known: tuple[str, ...]) -> str | None:
    """The hint for a name that misspells a known one, None for any other."""
    near = meant(name, known)
    return f"did you mean {json.dumps(near)}?" if near else None


def _member_hint(members: tuple[str, ...], value: object, place: Place, new: str) -> str:
    listed = ", ".join(members[:_FEW]) + (f" and {len(members) - _FEW} more" if len(members) > _FEW else "")
    if not isinstance(value, str):
        return f"one of {listed} belongs here"
    near = None if place.sensitive else did_you_mean(value, members)
    return near or (new if len(members) > _FEW else f"{new}; known are {listed}")


def _const_hint(name: str, schema: Schema, value: object, new: str) -> str:
    if name == "event_type":
        return "the payload was to be checked as this event"
    return (
        f"{new}; known is {schema['const']}" if isinstance(value, str) else f"{_wanted(schema)} belongs here"
    )


def _example_hint(schema: Schema) -> str:
    return (
        f"write it like {schema['examples'][0]}" if "examples" in schema else "see the property's description"
    )


def _stranger_hint(name: str, schema: Schema, place: Place, beside: Collection[str], new: str) -> str:
    slip = did_you_mean(name, tuple(each for each in place.siblings if each not in beside))
    if slip:
        return slip
    missing = extended(name, tuple(each for each in schema.get("required", ()) if each not in beside))
    return f"did you mean {json.dumps(missing)}, which is missing?" if missing else f"{new}; else drop it"


def _range(schema: Schema) -> str:
    return f"{schema.get('minimum', 'below')} to {schema.get('maximum', 'above')}"


def _wanted(schema: Schema) -> str:
    """What a schema takes, as far as fits into a sentence."""
    if "const" in schema:
        return f"the value {json.dumps(schema['const'])}"
    if "type" in schema:
        return f"a value of the type {' or '.join(_types(schema['type']))}"
    branches = schema.get("anyOf", [schema])
    return f"a value of the form {' or '.join(_kind(branch) for branch in branches)}"


def _types(limit: str | list[str]) -> list[str]:
    return [limit] if isinstance(limit, str) else limit


def _kind(branch: Schema) -> str:
    return str(branch["$ref"].rsplit("/", 1)[-1] if "$ref" in branch else branch["type"])

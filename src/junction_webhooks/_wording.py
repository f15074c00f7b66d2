"""What a violation says: the message, and the hint that says what to do."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from junction_webhooks._annotations import Place
    from junction_webhooks.contract import Schema

_LONGEST_SHOWN = 80
_FEW = 6
_ARTICLES = {
    "null": "null",
    "boolean": "a boolean",
    "string": "a string",
    "number": "a number",
    "array": "an array",
    "object": "an object",
}
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


def some(value: object) -> str:
    """The JSON type of a value with its article, as a message names a value that it does not show."""
    return _ARTICLES[_type_name(value)]


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    names = ((bool, "boolean"), (str, "string"), ((int, float), "number"), (list, "array"), (dict, "object"))
    return next(name for kind, name in names if isinstance(value, kind))


def words(  # noqa: C901, PLR0911  (one case a keyword)
    keyword: str, schema: Schema, value: object, name: str, place: Place
) -> tuple[str, str]:
    """The message and the hint for one breach of `keyword` in `schema` by `value`.

    The message is what follows the pointer in a sentence. `name` is the property concerned.
    A value that may be patient data is not quoted.
    """
    limit: Any = schema.get(keyword)
    shown = _shown(value, place)
    match keyword:
        case "type":
            wanted = " or ".join([limit] if isinstance(limit, str) else limit)
            return f"is {some(value)}, expected {wanted}", f"a value of the type {wanted} belongs here"
        case "enum":
            known = tuple(limit)
            return f"is {shown}, no known member of {schema['title']}", _member_hint(known, value, place)
        case "const":
            return f"is {shown}, expected {json.dumps(limit)}", _const_hint(name, limit)
        case "format":
            return f"is {shown}, not {_FORM[limit]}", f"write it like {_LIKE[limit]}"
        case "pattern":
            return f"is {shown}, not of the form {_form(schema, limit)}", _example_hint(schema)
        case "required":
            return "is missing", "every source of the contract sends it"
        case "additionalProperties":
            return "is not in the contract", _stranger_hint(name, place)
        case "minimum" | "maximum":
            than = "less than the minimum" if keyword == "minimum" else "greater than the maximum"
            return f"is {shown}, {than} of {limit}", f"send a number from {_range(schema)}"
        case "maxLength":
            return f"is longer than {limit} characters", f"shorten it to {limit} characters"
        case "anyOf":
            return f"is {shown}, of none of the allowed forms", _branches_hint(limit)
        case _:
            return f"breaks the rule {keyword}", "see the schema"


def quoted(value: object) -> str:
    """The value as JSON, or only its type where that would be long."""
    text = "" if isinstance(value, (dict, list)) else json.dumps(value)
    return text if 0 < len(text) <= _LONGEST_SHOWN else some(value)


def _shown(value: object, place: Place) -> str:
    return some(value) if place.sensitive else quoted(value)


def _member_hint(members: tuple[str, ...], value: object, place: Place) -> str:
    near = _nearest(value, members) if isinstance(value, str) and not place.sensitive else None
    if near:
        return f"did you mean {json.dumps(near)}?"
    listed = ", ".join(members[:_FEW])
    return f"known are {listed}" + (f" and {len(members) - _FEW} more" if len(members) > _FEW else "")


@lru_cache
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    import difflib  # noqa: PLC0415  (only a mistake needs it)

    near = difflib.get_close_matches(word[:_LONGEST_SHOWN], known, n=1)
    return near[0] if near else None


def _const_hint(name: str, limit: str) -> str:
    if name == "event_type":
        return "the payload was to be checked as this event"
    return f"the contract closes over {limit}: other values pass the tolerant profile"


def _form(schema: Schema, pattern: str) -> str:
    return str(schema.get("title", pattern))


def _example_hint(schema: Schema) -> str:
    return (
        f"write it like {schema['examples'][0]}" if "examples" in schema else "see the property's description"
    )


def _stranger_hint(name: str, place: Place) -> str:
    near = _nearest(name, place.siblings)
    if near:
        return f"did you mean {near}?"
    return "drop it, or take it as new: unknown properties pass the tolerant profile"


def _range(schema: Schema) -> str:
    return f"{schema.get('minimum', 'below')} to {schema.get('maximum', 'above')}"


def _branches_hint(branches: Iterable[Schema]) -> str:
    forms = [part["$ref"].rsplit("/", 1)[-1] for part in branches if "$ref" in part]
    return f"a value of the form {' or '.join(forms)} belongs here"

"""Every way to break exactly one rule of a bundle in a payload that conforms to it.

What a mutation says is what `check` reports of the payload: one violation, at its path and by its keyword.
A keyword that is not known here raises, so that no rule is ever passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from junction_webhooks._jsonschema import formats as _formats
from junction_webhooks.contract import ANNOTATIONS, EVENT_TYPES, UnknownKeywordError
from junction_webhooks.validation._engines import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from junction_webhooks._json.pointer import Path
    from junction_webhooks.contract import Schema

_NULL: Final = {"type": "null"}
_STRANGER: Final = "stranger"
_OF_EACH_TYPE: Final[Mapping[str, tuple[Any, ...]]] = {
    "null": (None,),
    "boolean": (True,),
    "integer": (7,),
    "number": (7, 7.5),
    "string": ("text",),
    "array": ([],),
    "object": ({},),
}
_OTHER_STRINGS: Final = ("", "?", "other", "84d96c03", "2026-09-26 01:08:18Z", "2022-02-29T00:00:00Z")
_FORMATS: Final[Mapping[str, tuple[Callable[[str], bool], tuple[str, ...]]]] = {
    "date": (_formats.is_date, ("2026-02-30", "26.09.2026", "2026-9-26", "2026-09-26\n")),
    "date-time": (
        _formats.is_date_time,
        (
            "2026-02-30T00:00:00Z",
            "2026-09-26",
            "2026-09-26T01:08:18",
            "2026-09-26T24:00:00Z",
            "2026-09-26T01:08:18+0000",
            "2026-09-26T01:08:18Z\n",
            "2020-0+-01T00:00:00Z",
            "1790384898",
        ),
    ),
    "uuid": (
        _formats.is_uuid,
        (
            "84d96c036b1c4226ad8fef44a6bc08af",
            "{84d96c03-6b1c-4226-ad8f-ef44a6bc08af}",
            "84d96c03-6b1c-4226-ad8f-ef44a6bc08ag",
            "84d96c03-6b1c-4226-ad8f-ef44a6bc08af\n",
        ),
    ),
}
_VALUE_KEYWORDS: Final = frozenset(
    {"type", "enum", "const", "format", "pattern", "maxLength", "minimum", "maximum", "anyOf"}
)
_PART_KEYWORDS: Final = frozenset({"items", "properties", "required", "additionalProperties"})


class Mutation(NamedTuple):
    """One change to a payload that breaks one rule."""

    operation: Literal["add", "remove", "replace"]
    path: Path
    """Where it changes the payload, and where the violation is."""
    keyword: str
    rule: Path
    """The way to the rule in the bundle, each `$ref` followed to its definition."""
    value: Any = None

    def applied_to(self, payload: Any) -> Any:
        """The payload after the change; what does not change is shared with the original."""
        return _changed(payload, self.path, self)


def mutations(bundle: Schema, payload: Any) -> Iterator[Mutation]:
    """Every mutation of a payload that conforms to the bundle of its event, in the bundle's order.

    Raises `UnknownKeywordError` for a keyword outside the subset that the contract uses.
    """
    definitions = bundle.get("$defs", {})
    waiting: list[tuple[Schema, Path, Any, Path]] = [(bundle, (), payload, ())]
    while waiting:
        schema, rule, value, path = waiting.pop(0)
        for keyword, way, other in _breaking(schema, rule, definitions):
            if path != ("event_type",) or other in EVENT_TYPES:
                yield Mutation("replace", path, keyword, way, other)
        schema, rule = _governing(schema, rule, definitions)
        if isinstance(value, list) and "items" in schema:
            waiting += [
                (schema["items"], (*rule, "items"), item, (*path, index)) for index, item in enumerate(value)
            ]
        elif isinstance(value, dict):
            yield from _of_object(schema, rule, value, path)
            waiting += [
                (part, (*rule, "properties", name), value[name], (*path, name))
                for name, part in schema.get("properties", {}).items()
                if name in value
            ]


def _of_object(schema: Schema, rule: Path, value: Mapping[str, Any], path: Path) -> Iterator[Mutation]:
    for name in schema.get("required", ()):
        if name in value:
            yield Mutation("remove", (*path, name), "required", (*rule, "required", name))
    if schema.get("additionalProperties") is False:
        yield Mutation("add", (*path, _STRANGER), "additionalProperties", (*rule, "additionalProperties"), 7)


def _breaking(
    schema: Schema, rule: Path, definitions: Mapping[str, Schema]
) -> Iterator[tuple[str, Path, Any]]:
    """Values that break one rule of the schema each: the keyword, the way to the rule, and the value."""
    schema, rule = _resolved(schema, rule, definitions)
    unknown = schema.keys() - _VALUE_KEYWORDS - _PART_KEYWORDS - ANNOTATIONS
    if unknown:
        message = f"no mutation for the keyword {min(unknown)!r}"
        raise UnknownKeywordError(message)
    if "anyOf" in schema:
        branches = [
            [] if branch == _NULL else list(_breaking(branch, (*rule, "anyOf", index), definitions))
            for index, branch in enumerate(schema["anyOf"])
        ]
        yield from _breaking_any_of(
            rule, [branch for branch in branches if branch], nullable=_NULL in schema["anyOf"]
        )
    else:
        for keyword in schema:
            if keyword in _VALUE_KEYWORDS:
                for value in _against(keyword, schema):
                    yield keyword, (*rule, keyword), value


def _breaking_any_of(
    rule: Path, branches: list[list[tuple[str, Path, Any]]], *, nullable: bool
) -> Iterator[tuple[str, Path, Any]]:
    first, *others = branches
    refused_by_others = [{repr(value) for _, _, value in branch} for branch in others]
    for keyword, way, value in first:
        if nullable and value is None:
            continue
        if not all(repr(value) in refused for refused in refused_by_others):
            continue
        # A branch that fails on the type itself is not what was meant; where all do, none is left to report.
        if others or keyword == "type":
            yield "anyOf", (*rule, "anyOf"), value
        else:
            yield keyword, way, value


def _against(keyword: str, schema: Schema) -> Iterator[Any]:
    """Values that break this keyword of the schema and no other."""
    limit = schema[keyword]
    match keyword:
        case "type":
            allowed = {limit} if isinstance(limit, str) else set(limit)
            taken = {repr(value) for name in allowed for value in _OF_EACH_TYPE[name]}
            yield from (value for value in _anything() if repr(value) not in taken)
        case "enum" | "const":
            members = limit if keyword == "enum" else [limit]
            likely = [str(member).upper() for member in members[:1]] + list(EVENT_TYPES)
            yield from (value for value in [*likely, *_OTHER_STRINGS, *_anything()] if value not in members)
        case "format":
            holds, forms = _FORMATS[limit]
            yield from (text for text in (*forms, *_OTHER_STRINGS) if not holds(text))
        case "pattern" if "format" not in schema:
            # A pattern beside a format only spells that format out.
            texts = (*_OTHER_STRINGS, *(f"{example}\n" for example in schema.get("examples", ())))
            yield from (text for text in texts if not compiled(limit).search(text))
        case "maxLength":
            yield "x" * (limit + 1)
        case "minimum":
            yield from (limit - 1, limit - 0.5)
        case "maximum":
            yield from (limit + 1, limit + 0.5)


def _anything() -> Iterator[Any]:
    for name, values in _OF_EACH_TYPE.items():
        if name != "integer":
            yield from values


def _resolved(schema: Schema, rule: Path, definitions: Mapping[str, Schema]) -> tuple[Schema, Path]:
    if "$ref" in schema:
        title = schema["$ref"].removeprefix("#/$defs/")
        return definitions[title], ("$defs", title)
    return schema, rule


def _governing(schema: Schema, rule: Path, definitions: Mapping[str, Schema]) -> tuple[Schema, Path]:
    """The schema of a value that is not null."""
    schema, rule = _resolved(schema, rule, definitions)
    for index, branch in enumerate(schema.get("anyOf", ())):
        if branch != _NULL:
            return _resolved(branch, (*rule, "anyOf", index), definitions)
    return schema, rule


def _changed(part: Any, path: Path, mutation: Mutation) -> Any:
    if not path:
        return mutation.value
    step, *rest = path
    part = part.copy()
    if rest:
        part[step] = _changed(part[step], tuple(rest), mutation)
    elif mutation.operation == "remove":
        del part[step]
    else:
        part[step] = mutation.value
    return part

"""Every way to break exactly one rule of a schema in a value that conforms to it.

A mutation names the violation that it causes: the only one, at its path and by its keyword.
An unknown keyword raises, so that no rule is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from junction_webhooks._json.equality import canonical
from junction_webhooks._json.patch import patched
from junction_webhooks._json.pointer import pointer, put
from junction_webhooks._jsonschema import formats as _formats
from junction_webhooks._jsonschema.ecma import compiled
from junction_webhooks._jsonschema.visit import ANNOTATIONS, UnknownKeywordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence

    from junction_webhooks._json.pointer import Path

    Schema: TypeAlias = dict[str, Any]
    Broken: TypeAlias = tuple[str, Path, Any]
    """A keyword, the path to it in the bundle, and a value that breaks it."""

_NULL: Final = {"type": "null"}
UNKNOWN_PROPERTY: Final = "unknown_property"
"""A property name that no schema has."""
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
            "2016-12-31T23:59:60Z",
            "0000-01-01T00:00:00Z",
            "1790384898",
        ),
    ),
    "uuid": (
        _formats.is_uuid,
        (
            "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
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
    """Where it changes the payload, which is where the violation is."""
    keyword: str
    rule: Path
    """The path to the rule in the bundle, with each `$ref` followed to its definition."""
    value: Any = None

    def applied_to(self, payload: Any) -> Any:
        """The payload after the change. It shares the unchanged parts with the original."""
        if self.operation == "remove":
            return patched(payload, [{"op": "remove", "path": pointer(self.path)}])
        return put(payload, self.path, self.value)


def mutations(
    bundle: Schema,
    payload: Any,
    *,
    alternatives: Mapping[Path, Sequence[Any]] | None = None,
    known: MutableMapping[Path, list[Broken]] | None = None,
) -> Iterator[Mutation]:
    """All mutations of a payload that conforms to a bundle, in the bundle's order.

    `alternatives` lists, by path, the only values to try there, because others would change what the payload
    is. `known` remembers what breaks each rule of the bundle for the next payload: it is most of the work.
    Raises `UnknownKeywordError` for a keyword that is not handled here.
    """
    alternatives = alternatives or {}
    known = {} if known is None else known
    likely = [value for values in alternatives.values() for value in values]
    definitions = bundle.get("$defs", {})
    waiting: list[tuple[Schema, Path, Any, Path]] = [(bundle, (), payload, ())]
    while waiting:
        schema, rule, value, path = waiting.pop(0)
        if rule not in known:
            known[rule] = list(_breaking(schema, rule, definitions, likely))
        for keyword, way, other in known[rule]:
            if path not in alternatives or other in alternatives[path]:
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
        yield Mutation(
            "add", (*path, UNKNOWN_PROPERTY), "additionalProperties", (*rule, "additionalProperties"), 7
        )


def _breaking(
    schema: Schema, rule: Path, definitions: Mapping[str, Schema], likely: Sequence[Any]
) -> Iterator[Broken]:
    """Values that each break one rule of the schema."""
    schema, rule = _resolved(schema, rule, definitions)
    unknown = schema.keys() - _VALUE_KEYWORDS - _PART_KEYWORDS - ANNOTATIONS
    if unknown:
        message = f"no mutation for the keyword {min(unknown)!r}"
        raise UnknownKeywordError(message)
    if "anyOf" in schema:
        branches = [
            [] if branch == _NULL else list(_breaking(branch, (*rule, "anyOf", index), definitions, likely))
            for index, branch in enumerate(schema["anyOf"])
        ]
        yield from _breaking_any_of(
            rule, [branch for branch in branches if branch], nullable=_NULL in schema["anyOf"]
        )
    else:
        for keyword in schema:
            if keyword in _VALUE_KEYWORDS:
                for value in _against(keyword, schema, likely):
                    yield keyword, (*rule, keyword), value


def _breaking_any_of(rule: Path, branches: list[list[Broken]], *, nullable: bool) -> Iterator[Broken]:
    """Values that break every branch, taken from the candidates of the first."""
    first, *others = branches
    refused_by_others = [{repr(value) for _, _, value in branch} for branch in others]
    for keyword, way, value in first:
        if nullable and value is None:
            continue
        if not all(repr(value) in refused for refused in refused_by_others):
            continue
        # A validator reports the one branch that takes this type; if none does, it reports the anyOf.
        if others or keyword == "type":
            yield "anyOf", (*rule, "anyOf"), value
        else:
            yield keyword, way, value


def _against(keyword: str, schema: Schema, likely: Sequence[Any]) -> Iterator[Any]:
    """Values that break this keyword of the schema and no other."""
    limit = schema[keyword]
    match keyword:
        case "type":
            allowed = {limit} if isinstance(limit, str) else set(limit)
            taken = {repr(value) for name in allowed for value in _OF_EACH_TYPE[name]}
            yield from (value for value in _anything() if repr(value) not in taken)
        case "enum" | "const":
            listed = limit if keyword == "enum" else [limit]
            in_capitals = [str(value).upper() for value in listed[:1]]
            tried = [*in_capitals, *likely, *_OTHER_STRINGS, *_anything()]
            known = {canonical(value) for value in listed}
            yield from (value for value in tried if canonical(value) not in known)
        case "pattern" if form := _formats.format_of(schema):
            is_valid, near_misses = _FORMATS[form]
            yield from (text for text in (*near_misses, *_OTHER_STRINGS) if not is_valid(text))
        case "pattern":
            texts = (*_OTHER_STRINGS, *(f"{example}\n" for example in schema.get("examples", ())))
            yield from (text for text in texts if not compiled(limit).search(text))
        case "maxLength" if "pattern" not in schema:
            # A text that is too long does not match the pattern either.
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

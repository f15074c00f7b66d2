"""Whether one schema takes all that another one does: proven, or disproved by a payload.

Only a yes of `covers` is a proof. Everything else is a search for a value that one takes and the other
refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema.mutate import mutations
from junction_webhooks._jsonschema.normalize import WORDS, Reader
from junction_webhooks.contract import UnknownKeywordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_ANY: Final = "*"
_MAX_DEPTH: Final = 40
_DEEPEST_VALUES: Final = 4
_VALUES: Final = ("enum", "const", "examples", "default")
_STRANGER: Final = "stranger"
_SCALARS: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 0.5, 7, 7.5, "", "?", "text", "Text 7", "12345", "12345-6789", [], {}),
    *(
        "2026-09-26",
        "2026-02-30",
        "2026-09-26T01:08:18Z",
        "2026-09-26T01:08:18",
        "2026-09-26T01:08:18.140153+00:00",
    ),
    *(
        "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
        "84d96c036b1c4226ad8fef44a6bc08af",
        "a@b.example",
        "America/New_York",
    ),
    *([7], ["text"], ["text", "text"], [1, 2, 3], {_STRANGER: 7}),
)
_OF_A_FORMAT: Final = {
    "date": "2026-09-26",
    "date-time": "2026-09-26T01:08:18Z",
    "uuid": "84d96c03-6b1c-4226-ad8f-ef44a6bc08af",
    "email": "a@b.example",
}


class CyclicError(ValueError):
    """A schema refers to itself: it cannot be written without references."""


def inlined(schema: Any, document: Any, *, cut: bool = False) -> Any:
    """The schema with every `$ref` replaced by what it refers to in its document, and without definitions.

    With `cut`, what refers to itself may be anything there. Else it raises `CyclicError`, as it does for a
    `$ref` that refers to nothing.
    """
    return _inlined(schema, Reader(document), frozenset(), cut=cut)


def _inlined(part: Any, reader: Reader, followed: frozenset[str], *, cut: bool) -> Any:
    if isinstance(part, list):
        return [_inlined(item, reader, followed, cut=cut) for item in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str):
        return _followed(part, reader, followed, cut=cut)
    return {
        word: value if word in _VALUES else _inlined(value, reader, followed, cut=cut)
        for word, value in part.items()
        if word not in {"$defs", "definitions", "$id"}
    }


def _followed(part: Any, reader: Reader, followed: frozenset[str], *, cut: bool) -> Any:
    target = reader.resolve(part["$ref"])
    if target is None or target.pointer in followed:
        if cut:
            return True
        raise CyclicError
    resolved = _inlined(target.schema, reader, followed | {target.pointer}, cut=cut)
    beside = {word: value for word, value in part.items() if word not in {"$ref", *WORDS}}
    if not beside.keys() - {"$defs", "$id", "$schema"}:
        return resolved
    return {"allOf": [resolved, _inlined(beside, reader, followed, cut=cut)]}


def covers(wide: Any, narrow: Any) -> bool:
    """Whether it is proven that `wide` takes all that `narrow` takes; both without references.

    Raises `ModuleNotFoundError` when jsonschema-rs is not installed.
    """
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    try:
        one, other = (jsonschema_rs.canonicalize(side, validate_formats=True) for side in (wide, narrow))
        return str(one.covers(other)) == "yes"
    except (ValueError, TypeError, jsonschema_rs.ReferencingError):
        return False


def judge(schema: Any) -> Callable[[Any], bool]:
    """Whether a schema takes a value, formats asserted.

    Raises `ValueError` for what is no schema, and `ModuleNotFoundError` when jsonschema-rs is not installed.
    """
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    return jsonschema_rs.validator_for(schema, validate_formats=True).is_valid


def values(*schemas: Any) -> list[Any]:
    """Values at and around the borders of schemas without references."""
    found = [*_SCALARS, *(value for schema in schemas for value in _of(schema))]
    for schema in schemas:
        found += _broken(schema, found)
    return found


def _broken(schema: Any, found: Sequence[Any]) -> list[Any]:
    """Values that break one rule of the schema each, as far as its keywords are those of the contract."""
    if not isinstance(schema, dict):
        return []
    takes = judge(schema)
    try:
        return [
            mutation.applied_to(value)
            for value in [each for each in found if takes(each)][-5:]
            for mutation in mutations(schema, value)
        ]
    except (UnknownKeywordError, KeyError, TypeError, ValueError):
        return []


def _of(schema: Any, depth: int = 0) -> Iterator[Any]:
    if not isinstance(schema, dict) or depth > _DEEPEST_VALUES:
        return
    yield from (instance(schema, full=full) for full in (False, True))
    for word in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(word, ()):
            yield from _of(branch, depth + 1)
    yield from schema.get("enum", ())
    yield from schema.get("examples", ())
    yield from _at_limits(schema)
    if isinstance(schema.get("items"), dict):
        yield from ([value] for value in _of(schema["items"], depth + 1))
    whole = instance(schema, full=True)
    if isinstance(whole, dict):
        yield from (whole | {_STRANGER: stranger} for stranger in (7, "text"))
        for name in whole:
            yield {other: value for other, value in whole.items() if other != name}
        for name, part in schema.get("properties", {}).items():
            yield from (whole | {name: value} for value in (*_of(part, depth + 1), *_SCALARS))


def _at_limits(schema: Any) -> Iterator[Any]:
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        if isinstance(limit := schema.get(word), (int, float)):
            yield from (limit - 1, limit - 0.5, limit, limit + 0.5, limit + 1, limit * 1.5)
    for word in ("minLength", "maxLength"):
        if isinstance(limit := schema.get(word), int):
            yield from ("x" * max(0, limit + by) for by in (-1, 0, 1))
    for word in ("minItems", "maxItems"):
        if isinstance(limit := schema.get(word), int):
            item = instance(schema.get("items", {}), full=True)
            yield from ([item] * max(0, limit + by) for by in (-1, 0, 1))


def instance(schema: Any, *, full: bool, depth: int = 0) -> Any:
    """A value that the schema likely takes, with all that it lists or only with what it requires."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return "text"
    if "const" in schema:
        return schema["const"]
    for word in ("enum", "examples"):
        if schema.get(word):
            return schema[word][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if schema.get(word):
            parts = [instance(part, full=full, depth=depth + 1) for part in schema[word]]
            objects = [part for part in parts if isinstance(part, dict)]
            whole = word == "allOf" and objects
            return {name: value for part in objects for name, value in part.items()} if whole else parts[0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return _of_kind(kind if isinstance(kind, str) else kind[0], schema, full=full, depth=depth)


def _of_kind(kind: str, schema: Any, *, full: bool, depth: int) -> Any:
    match kind:
        case "object":
            properties = schema.get("properties", {})
            names = [*properties, *schema.get("required", ())] if full else schema.get("required", ())
            return {name: instance(properties.get(name, {}), full=full, depth=depth + 1) for name in names}
        case "array":
            count = max(schema.get("minItems", 0), 1 if full else 0)
            return [instance(schema.get("items", {}), full=full, depth=depth + 1)] * count
        case "integer" | "number":
            return schema.get("minimum", schema.get("maximum", 7))
        case "boolean" | "null":
            return True if kind == "boolean" else None
    if schema.get("format") in _OF_A_FORMAT:
        return _OF_A_FORMAT[schema["format"]]
    texts = [*(text for text in _SCALARS if isinstance(text, str) and text), "x" * schema.get("minLength", 0)]
    takes = judge(schema)
    return next((text for text in texts if takes(text)), "text"[: schema.get("maxLength")])


def witness(
    takes: Callable[[Any], bool],
    refuses: Callable[[Any], bool],
    bases: Iterable[Any],
    paths: Sequence[str],
    put: Callable[[Any], Iterable[Any]],
) -> tuple[Any] | None:
    """A payload that one version takes and the other refuses: a base, changed at one of the paths.

    `put` gives what may stand there instead of what does, which is None where nothing does. None when no
    payload shows it.
    """
    for base in bases:
        for path in paths:
            steps = [raw.replace("~1", "/").replace("~0", "~") for raw in path.split("/")[1:]]
            for payload in _changed(base, steps, put):
                if takes(payload) and refuses(payload):
                    return (payload,)
    return None


def _changed(base: Any, steps: Sequence[str], put: Callable[[Any], Iterable[Any]]) -> Iterator[Any]:
    """The base with something else where the steps lead; nothing where they lead nowhere."""
    if not steps:
        yield from put(base)
        return
    step, *rest = steps
    if step == _ANY and isinstance(base, list):
        first, others = (base[0], base[1:]) if base else (None, [])
        yield from ([inside, *others] for inside in _changed(first, rest, put))
    elif isinstance(base, dict):
        if step == _ANY:
            step = next(iter(base), _STRANGER)
        if not rest or step in base:
            yield from (base | {step: inside} for inside in _changed(base.get(step), rest, put))

"""Whether one schema accepts everything that another one accepts: a proof, or a counterexample.

Only True from `is_subschema` is a proof. Everything else is a search for a value that one schema accepts and
the other rejects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.pointer import split
from junction_webhooks._jsonschema.branches import DESCRIPTIVE
from junction_webhooks._jsonschema.mutate import UNKNOWN_PROPERTY
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.visit import with_subschemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_ANY: Final = "*"
"""Matches any index or name in a path."""
_DEFINITIONS: Final = frozenset({"$defs", "definitions", "$id"})
"""Keywords that are needed only for references."""


class CyclicError(ValueError):
    """A schema refers to itself, so it cannot be written without references."""


def inlined(schema: Any, document: Any, *, cut: bool = False) -> Any:
    """The schema without definitions, with every `$ref` replaced by what it refers to in its document.

    With `cut`, a reference back to the same schema accepts anything. Without `cut`, it raises `CyclicError`,
    as does a `$ref` that refers to nothing.
    """
    return _inlined(schema, Reader(document), frozenset(), cut=cut)


def _inlined(schema: Any, reader: Reader, followed: frozenset[str], *, cut: bool) -> Any:
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return _followed(schema, reader, followed, cut=cut)
    needed = {word: value for word, value in schema.items() if word not in _DEFINITIONS}
    return with_subschemas(needed, lambda part: _inlined(part, reader, followed, cut=cut))


def _followed(schema: Any, reader: Reader, followed: frozenset[str], *, cut: bool) -> Any:
    target = reader.resolve(schema["$ref"])
    if target is None or target.pointer in followed:
        if cut:
            return True
        raise CyclicError
    resolved = _inlined(target.schema, reader, followed | {target.pointer}, cut=cut)
    siblings = {word: value for word, value in schema.items() if word not in {"$ref", *DESCRIPTIVE}}
    if not siblings.keys() - _DEFINITIONS - {"$schema"}:
        return resolved
    return {"allOf": [resolved, _inlined(siblings, reader, followed, cut=cut)]}


def is_subschema(narrow: Any, wide: Any) -> bool:
    """True if it is proven that `wide` accepts all that `narrow` accepts. Neither may have references.

    Raises `ModuleNotFoundError` if jsonschema-rs is not installed.
    """
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    try:
        one, other = (jsonschema_rs.canonicalize(side, validate_formats=True) for side in (wide, narrow))
        return str(one.covers(other)) == "yes"
    except (ValueError, TypeError, jsonschema_rs.ReferencingError):
        return False


def validator(schema: Any) -> Callable[[Any], bool]:
    """A function that says whether a value is valid, with formats asserted.

    Raises `ValueError` if it is not a schema, and `ModuleNotFoundError` if jsonschema-rs is not installed.
    """
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    return jsonschema_rs.validator_for(schema, validate_formats=True).is_valid


def counterexample(
    is_accepted: Callable[[Any], bool],
    is_rejected: Callable[[Any], bool],
    bases: Iterable[Any],
    paths: Sequence[str],
    replacements: Callable[[Any], Iterable[Any]],
) -> tuple[Any] | None:
    """The first payload that one schema accepts and another one rejects, or None.

    Each candidate is one of the bases, changed at one of the paths. `replacements` takes the current value,
    or None if there is none, and yields what to try instead.
    """
    for base in bases:
        for path in paths:
            for payload in _changed(base, split(path), replacements):
                if is_accepted(payload) and is_rejected(payload):
                    return (payload,)
    return None


def _changed(base: Any, steps: Sequence[str], replacements: Callable[[Any], Iterable[Any]]) -> Iterator[Any]:
    """The base with each replacement at the end of the steps; nothing if that place does not exist."""
    if not steps:
        yield from replacements(base)
        return
    step, *rest = steps
    if step == _ANY and isinstance(base, list):
        first, others = (base[0], base[1:]) if base else (None, [])
        yield from ([inside, *others] for inside in _changed(first, rest, replacements))
    elif isinstance(base, dict):
        if step == _ANY:
            step = next(iter(base), UNKNOWN_PROPERTY)
        if not rest or step in base:
            yield from (base | {step: inside} for inside in _changed(base.get(step), rest, replacements))

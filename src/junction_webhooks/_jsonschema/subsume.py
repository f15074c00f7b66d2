"""Whether one schema accepts everything that another one accepts: a proof, or a counterexample.

Only True from `is_subschema` is a proof. Everything else is a search for a value that one schema accepts and
the other rejects.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.pointer import split
from junction_webhooks._jsonschema.branches import DESCRIPTIVE
from junction_webhooks._jsonschema.effort import TooComplexError
from junction_webhooks._jsonschema.mutate import UNKNOWN_PROPERTY
from junction_webhooks._jsonschema.normalize import Reader
from junction_webhooks._jsonschema.patterns import (
    GaveUp,
    Included,
    UnsupportedPatternError,
    counted,
    differing_text,
    parse,
)
from junction_webhooks._jsonschema.visit import rewrite, walk, with_subschemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from junction_webhooks._jsonschema.effort import Effort

_ANY: Final = "*"
"""Matches any index or name in a path."""
_DEFINITIONS: Final = frozenset({"$defs", "definitions", "$id"})
"""Keywords that are needed only for references."""


_OF_TEXT: Final = ("format", "pattern", "minLength", "maxLength")
_LONGEST_SHOWN: Final = 100
_MAX_STEPS: Final = 100_000
"""To compare two patterns: 0.1 s. Those of the contract take some hundreds of steps."""
_STEPS_OF_READING: Final = 500
_MAX_PAIRS: Final = 1_000
"""Pairs of patterns of two schemas."""
_LONGEST_PATTERN: Final = 20_000
"""Characters of two patterns that are compared; reading them takes 0.1 s."""
_MAX_PARTS: Final = 20_000
"""A schema without references may have so many parts. The bundles of the contract have up to 250."""
_MAX_DEPTH: Final = 100
"""So deep its references may lead. jsonschema-rs needs a stack of that depth, and Python too."""


class CyclicError(ValueError):
    """A schema refers to itself, so it cannot be written without references."""


def inlined(schema: Any, document: Any, *, cut: bool = False) -> Any:
    """The schema without definitions, with every `$ref` replaced by what it refers to in its document.

    With `cut`, a schema that refers to itself accepts anything there. Without it this raises `CyclicError`,
    as it does for a `$ref` that refers to nothing. Raises `TooComplexError` if the result would be too large.
    """
    return _Inlining(document, cut=cut).inlined(schema, frozenset())


class _Inlining:
    def __init__(self, document: Any, *, cut: bool) -> None:
        self._reader = Reader(document)
        self._cut = cut
        self._parts = 0

    def inlined(self, schema: Any, followed: frozenset[str]) -> Any:
        self._parts += 1
        if self._parts > _MAX_PARTS:
            message = f"has more than {_MAX_PARTS:,} parts once each $ref is replaced by what it refers to"
            raise TooComplexError(message)
        if not isinstance(schema, dict):
            return schema
        if isinstance(schema.get("$ref"), str):
            return self._followed(schema, followed)
        needed = {word: value for word, value in schema.items() if word not in _DEFINITIONS}
        return with_subschemas(needed, lambda part: self.inlined(part, followed))

    def _followed(self, schema: Any, followed: frozenset[str]) -> Any:
        target = self._reader.resolve(schema["$ref"])
        if target is None or target.pointer in followed:
            if self._cut:
                return True
            raise CyclicError
        if len(followed) >= _MAX_DEPTH:
            message = f"nests more than {_MAX_DEPTH} references"
            raise TooComplexError(message)
        resolved = self.inlined(target.schema, followed | {target.pointer})
        siblings = {word: value for word, value in schema.items() if word not in {"$ref", *DESCRIPTIVE}}
        if not siblings.keys() - _DEFINITIONS - {"$schema"}:
            return resolved
        return {"allOf": [resolved, self.inlined(siblings, followed)]}


def parts(schema: Any) -> int:
    """How many parts a schema without references has; each listed value counts as one."""
    return sum(
        1 + len(part["enum"] if isinstance(part.get("enum"), list) else ()) for _, part in walk(schema)
    )


def is_subschema(narrow: Any, wide: Any, effort: Effort) -> bool:
    """True if it is proven that `wide` accepts all that `narrow` accepts. Neither may have references.

    Raises `ModuleNotFoundError` if jsonschema-rs is not installed.
    """
    import jsonschema_rs  # noqa: PLC0415  (an extra)

    if not effort.spend("parts", parts(narrow) + parts(wide)):
        return False
    sides = (wide, with_implied_patterns(narrow, wide, effort))
    try:
        one, other = (jsonschema_rs.canonicalize(side, validate_formats=True, offline=True) for side in sides)
        return str(one.covers(other)) == "yes"
    except (ValueError, TypeError, jsonschema_rs.ReferencingError):
        return False


def with_implied_patterns(narrow: Any, wide: Any, effort: Effort) -> Any:
    """The narrow schema, equivalent, with each pattern of the wide one that its own patterns imply.

    jsonschema-rs compares patterns as texts only.
    """
    wanted = sorted(_patterns(wide))
    if len(wanted) * len(_patterns(narrow)) > _MAX_PAIRS:
        return narrow

    def spelled_out(schema: dict[str, Any]) -> Any:
        own = schema.get("pattern")
        if not isinstance(own, str):
            return schema
        implied = [
            {"pattern": one}
            for one in wanted
            if one != own and isinstance(compared_patterns(own, one, effort), Included)
        ]
        return schema | {"allOf": [*schema.get("allOf", ()), *implied]} if implied else schema

    return rewrite(narrow, spelled_out) if wanted else narrow


def uncompared_pattern(narrow: Any, wide: Any, effort: Effort) -> str | None:
    """Why two patterns of the schemas cannot be compared, in words that name the pattern, or None."""
    pairs = product(sorted(_patterns(narrow)) or [""], sorted(_patterns(wide)))
    for one, other in islice(pairs, _MAX_PAIRS):
        found = compared_patterns(one, other, effort)
        if isinstance(found, GaveUp):
            shown = (
                found.pattern
                if len(found.pattern) <= _LONGEST_SHOWN
                else f"{found.pattern[:_LONGEST_SHOWN]}…"
            )
            return f"the pattern {shown} {found.reason}"
    return None


def compared_patterns(narrow: str, wide: str, effort: Effort) -> object:
    """Whether every text that one pattern matches is matched by the other one, or why that is not known."""
    if narrow == wide:
        return Included()
    key = (narrow, wide)
    if key not in effort.compared:
        effort.compared[key] = _compared(narrow, wide, effort)
    return effort.compared[key]


def _compared(narrow: str, wide: str, effort: Effort) -> object:
    longest = max((narrow, wide), key=len)
    if len(longest) > _LONGEST_PATTERN:
        return GaveUp(longest, "is too long to compare")
    if not effort.spend("patterns", _STEPS_OF_READING):
        return GaveUp(longest, "was not compared")
    try:
        languages = parse(narrow), parse(wide)
    except UnsupportedPatternError as error:
        return GaveUp(error.pattern, f"has {error.construct}")
    found, steps = counted(*languages, min(_MAX_STEPS, effort.left("patterns")))
    effort.spend("patterns", steps)
    return found


def _patterns(schema: Any) -> set[str]:
    return {part["pattern"] for _, part in walk(schema) if isinstance(part.get("pattern"), str)}


def differing_texts(narrow: Any, wide: Any, effort: Effort) -> Iterator[str]:
    """Texts that a schema of strings in the narrow schema accepts, and one in the wide schema rejects."""
    sides = []
    for schema, words in ((narrow, _OF_TEXT), (wide, _OF_TEXT[1:])):
        found = [
            {word: part[word] for word in words if word in part}
            for _, part in walk(schema)
            if any(word in part for word in words)
        ]
        sides.append({repr(each): each for each in found})
    for one, other in product(list(sides[0].values()) or [{}], list(sides[1].values())):
        if not effort.spend("patterns", _STEPS_OF_READING):
            return
        text, steps = differing_text(one, other, max_steps=min(_MAX_STEPS, effort.left("patterns")))
        effort.spend("patterns", steps)
        if text is not None:
            yield text


def counterexample(
    is_shown: Callable[[Any], bool],
    bases: Iterable[Any],
    paths: Sequence[str],
    replacements: Callable[[Any], Iterable[Any]],
) -> tuple[Any] | None:
    """The first payload that shows something, such as that only one of two schemas accepts it, or None.

    Each candidate is one of the bases, changed at one of the paths. `replacements` takes the current value,
    or None if there is none, and yields what to try instead.
    """
    for base in bases:
        for path in paths:
            for payload in _changed(base, split(path), replacements):
                if is_shown(payload):
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

"""Turns a bundle into a Hypothesis strategy for the payloads that it accepts.

hypothesis-jsonschema generates the leaves. Objects, arrays, references and the string formats of the contract
are generated here: its object strategies fail with Hypothesis 6.170.10 and newer, are some thirty times
slower, and lack `uuid`. An unknown keyword raises, so that no rule is ever skipped.

Values that may be null or empty rarely are, even when they shrink. Objects and times use `builds`, because
Hypothesis distinguishes strategies made with it by their arguments. When it mutates examples, it replaces one
part with a copy of another part of the same kind. It considers everything that is `composite` or mapped the
same kind. If the copy does not fit, the rest of the payload gets the simplest values.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from junction_webhooks._jsonschema.ecma import compiled
from junction_webhooks.contract import ANNOTATIONS, UnknownKeywordError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from hypothesis.strategies import SearchStrategy

    from junction_webhooks.contract import Schema

_LEAF_KEYWORDS: Final[Mapping[object, frozenset[str]]] = {
    "string": frozenset({"maxLength"}),
    "integer": frozenset({"minimum", "maximum"}),
    "number": frozenset({"minimum", "maximum"}),
    "boolean": frozenset(),
}
_NULL: Final[Schema] = {"type": "null"}
_CHARACTERS: Final = st.characters(exclude_categories=["Cs"])
"""All characters except surrogates. Hypothesis would need a second to find what UTF-8 can encode."""
_LARGEST_INTEGER: Final = 2**53
_MOST_ITEMS: Final = 2
_FIRST_MIDNIGHT: Final = datetime(2020, 1, 1)  # noqa: DTZ001  (the offset is appended)
_DAYS: Final = 16 * 365
_SECONDS: Final = 24 * 60 * 60
_MISSING: Final = object()

T = TypeVar("T")


def from_bundle(bundle: Schema) -> SearchStrategy[Any]:
    """Return a strategy for the values that a self-contained bundle accepts.

    Raises `UnknownKeywordError` for a keyword outside the subset that the contract uses.
    """
    return _Generator(bundle.get("$defs", {})).strategy(bundle)


class _Generator:
    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._by_title: dict[str, SearchStrategy[Any]] = {}

    def strategy(self, schema: Schema) -> SearchStrategy[Any]:
        words = {word: value for word, value in schema.items() if word not in ANNOTATIONS}
        if words.keys() == {"$ref"}:
            return self._definition(words["$ref"].removeprefix("#/$defs/"))
        if words.keys() in ({"anyOf"}, {"oneOf"}):
            (branches,) = words.values()
            return _one_of(branches, self.strategy)
        if words.keys() == {"enum"}:
            return st.sampled_from(words["enum"])
        if words.keys() == {"const"}:
            return st.just(words["const"])
        if not words:
            return _anything()
        return self._typed(words)

    def _definition(self, title: str) -> SearchStrategy[Any]:
        if title not in self._by_title:
            own = _BY_TITLE.get(title)
            self._by_title[title] = own() if own else self.strategy(self._definitions[title])
        return self._by_title[title]

    def _typed(self, words: Schema) -> SearchStrategy[Any]:
        words = dict(words)
        kind = words.pop("type", None)
        if isinstance(kind, list):
            return _one_of([{"type": one} for one in kind], lambda branch: self._typed(words | branch))
        match kind:
            case "object":
                return self._object(words)
            case "array":
                items = self.strategy(words.pop("items"))
                most = words.pop("maxItems", _MOST_ITEMS)
                _refuse_rest(words)
                return _list(items, most)
            case _:
                return _leaf(kind, words)

    def _object(self, words: Schema) -> SearchStrategy[dict[str, Any]]:
        properties = {name: self.strategy(part) for name, part in words.pop("properties", {}).items()}
        required = words.pop("required", [])
        is_open = words.pop("additionalProperties", True)
        _refuse_rest(words)
        known = _dictionary(properties, required)
        if is_open is False:
            return known
        unknown = st.dictionaries(
            st.text(_CHARACTERS, max_size=10).filter(lambda name: name not in properties),
            _anything(),
            max_size=2,
        )
        return st.builds(lambda known, unknown: known | unknown, known, unknown)


def _one_of(branches: list[Schema], make: Callable[[Schema], SearchStrategy[Any]]) -> SearchStrategy[Any]:
    others = st.one_of([make(branch) for branch in branches if branch != _NULL])
    return st.one_of(st.none(), *_often(others, 2)) if _NULL in branches else others


def _list(items: SearchStrategy[T], most: int) -> SearchStrategy[list[T]]:
    """Return lists of at most that many items, rarely empty."""
    empty: SearchStrategy[list[T]] = st.builds(list)
    return st.one_of(empty, *_often(st.lists(items, min_size=1, max_size=most), 9)) if most else empty


def _often(usual: SearchStrategy[T], times: int) -> list[SearchStrategy[T]]:
    """Return that many distinct copies of the strategy, because `one_of` drops repeated ones."""
    return [usual, *[st.builds(lambda same: same, usual) for _ in range(times - 1)]]


def _dictionary(
    properties: Mapping[str, SearchStrategy[Any]], required: Container[str]
) -> SearchStrategy[dict[str, Any]]:
    """Return dictionaries in the order of the properties.

    `fixed_dictionaries` would shuffle them, and omit optional ones too often.
    """
    values = [
        properties[name] if name in required else st.just(_MISSING) | properties[name] for name in properties
    ]

    def dictionary(generated: tuple[Any, ...]) -> dict[str, Any]:
        pairs = zip(properties, generated, strict=True)
        return {name: value for name, value in pairs if value is not _MISSING}

    return st.builds(dictionary, st.tuples(*values))


def _leaf(kind: Any, words: Schema) -> SearchStrategy[Any]:
    if kind == "string" and words.get("format") in _BY_FORMAT:
        # A pattern next to a format only spells that format out.
        _refuse_rest(words.keys() - {"format", "pattern"})
        return _BY_FORMAT[words["format"]]()
    if kind == "string" and "pattern" in words:
        _refuse_rest(words.keys() - {"pattern"})
        return st.from_regex(compiled(words["pattern"]), fullmatch=True, alphabet=_CHARACTERS)
    if kind not in _LEAF_KEYWORDS:
        message = f"no strategy for the type {kind!r}"
        raise UnknownKeywordError(message)
    _refuse_rest(words.keys() - _LEAF_KEYWORDS[kind])
    if kind == "string":
        return st.text(_CHARACTERS, max_size=words.get("maxLength"))
    bounds = {"minimum": -_LARGEST_INTEGER, "maximum": _LARGEST_INTEGER} if kind == "integer" else {}
    leaf: SearchStrategy[Any] = from_schema({"type": kind, **bounds, **words}, codec=None)
    return leaf


def _refuse_rest(words: Any) -> None:
    if words:
        message = f"no strategy for the keyword {min(words)!r} here"
        raise UnknownKeywordError(message)


def _anything() -> SearchStrategy[Any]:
    scalars = (
        st.none()
        | st.booleans()
        | st.integers(-_LARGEST_INTEGER, _LARGEST_INTEGER)
        | st.text(_CHARACTERS, max_size=10)
    )
    return scalars | st.lists(scalars, max_size=2)


# Not `st.uuids`: the first one in a payload consumes other choices than the rest, so copies of it do not fit
# in their places.
def _uuids() -> SearchStrategy[str]:
    return st.builds(_uuid, st.binary(min_size=16, max_size=16))


def _uuid(generated: bytes) -> str:
    return str(UUID(bytes=generated, version=4))


def _dates() -> SearchStrategy[str]:
    return st.integers(0, _DAYS - 1).map(
        lambda day: (_FIRST_MIDNIGHT + timedelta(days=day)).date().isoformat()
    )


def _timestamps() -> SearchStrategy[str]:
    return _times(["+00:00", "Z"], more=[_offset(quarters) for quarters in range(-12 * 4, 14 * 4 + 1)])


def _slot_times() -> SearchStrategy[str]:
    return _times(["", "+00:00", "Z"], more=[])


def _times(usual: list[str], *, more: list[str]) -> SearchStrategy[str]:
    """Return times with an offset from `usual` or, about half of the time, from `more`."""
    offsets = [*usual, *more, *usual * (len(more) // len(usual))]
    return st.builds(lambda generated: _time(generated, offsets), st.binary(min_size=12, max_size=12))


def _time(generated: bytes, offsets: list[str]) -> str:
    """Return the time that twelve bytes encode. Half of the times have no microseconds.

    Generating the bytes is one choice instead of four, and a payload has many times.
    """
    day, second, offset, fraction = (int.from_bytes(generated[at : at + 3]) for at in (0, 3, 6, 9))
    passed = timedelta(
        days=day % _DAYS, seconds=second % _SECONDS, microseconds=max(0, fraction - 2**23) % 1_000_000
    )
    return (_FIRST_MIDNIGHT + passed).isoformat() + offsets[offset % len(offsets)]


def _offset(quarters: int) -> str:
    """Return the offset of that many quarter-hours, such as `-12:00` or `+05:45`."""
    return f"{'-' if quarters < 0 else '+'}{abs(quarters) // 4:02}:{abs(quarters) % 4 * 15:02}"


_BY_FORMAT: Final[Mapping[str, Callable[[], SearchStrategy[str]]]] = {
    "date": _dates,
    "date-time": _timestamps,
    "uuid": _uuids,
}
_BY_TITLE: Final[Mapping[str, Callable[[], SearchStrategy[str]]]] = {"SlotTime": _slot_times}

"""From a bundle to a Hypothesis strategy of the payloads that it takes.

hypothesis-jsonschema makes the leaves. Objects, arrays, references and our forms of strings are made
here: its object strategies fail with Hypothesis 6.170.10 and newer, are some thirty times slower, and
know no `uuid`. A keyword that is not known here raises, so that no rule is ever passed over.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from junction_webhooks._engines import compiled
from junction_webhooks.contract import ANNOTATIONS, UnknownKeywordError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import SearchStrategy

    from junction_webhooks.contract import Schema

_LEAF_KEYWORDS: Final[Mapping[object, frozenset[str]]] = {
    "string": frozenset({"maxLength"}),
    "integer": frozenset({"minimum", "maximum"}),
    "number": frozenset({"minimum", "maximum"}),
    "boolean": frozenset(),
}
_LARGEST_INTEGER: Final = 2**53
_MOST_ITEMS: Final = 4
_FIRST_DAY: Final = datetime(2020, 1, 1)  # noqa: DTZ001  (Hypothesis wants naive bounds)
_LAST_DAY: Final = datetime(2035, 12, 31, 23, 59, 59)  # noqa: DTZ001


def from_bundle(bundle: Schema) -> SearchStrategy[Any]:
    """A strategy of the values that the self-contained bundle takes.

    Raises `UnknownKeywordError` for a keyword outside the subset that the contract uses.
    """
    return _Maker(bundle.get("$defs", {})).make(bundle)


class _Maker:
    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._made: dict[str, SearchStrategy[Any]] = {}

    def make(self, schema: Schema) -> SearchStrategy[Any]:
        words = {word: value for word, value in schema.items() if word not in ANNOTATIONS}
        if words.keys() == {"$ref"}:
            return self._definition(words["$ref"].removeprefix("#/$defs/"))
        if words.keys() in ({"anyOf"}, {"oneOf"}):
            (branches,) = words.values()
            return st.one_of([self.make(branch) for branch in _null_first(branches)])
        if words.keys() == {"enum"}:
            return st.sampled_from(words["enum"])
        if words.keys() == {"const"}:
            return st.just(words["const"])
        if not words:
            return _anything()
        return self._typed(words)

    def _definition(self, title: str) -> SearchStrategy[Any]:
        if title not in self._made:
            own = _BY_TITLE.get(title)
            self._made[title] = own() if own else self.make(self._definitions[title])
        return self._made[title]

    def _typed(self, words: Schema) -> SearchStrategy[Any]:
        words = dict(words)
        kind = words.pop("type", None)
        if isinstance(kind, list):
            return st.one_of(
                [self._typed(words | each) for each in _null_first([{"type": one} for one in kind])]
            )
        match kind:
            case "null":
                return st.none()
            case "object":
                return self._object(words)
            case "array":
                items = self.make(words.pop("items"))
                most = words.pop("maxItems", _MOST_ITEMS)
                _refuse_rest(words)
                return st.lists(items, max_size=most)
            case _:
                return _leaf(kind, words)

    def _object(self, words: Schema) -> SearchStrategy[dict[str, Any]]:
        properties = {name: self.make(part) for name, part in words.pop("properties", {}).items()}
        required = words.pop("required", [])
        is_open = words.pop("additionalProperties", True)
        _refuse_rest(words)
        made = st.fixed_dictionaries(
            {name: properties[name] for name in properties if name in required},
            optional={name: part for name, part in properties.items() if name not in required},
        )
        if is_open is False:
            return made
        strangers = st.dictionaries(
            st.text(max_size=10).filter(lambda name: name not in properties), _anything(), max_size=2
        )
        return st.builds(lambda known, unknown: known | unknown, made, strangers)


def _leaf(kind: Any, words: Schema) -> SearchStrategy[Any]:
    if kind == "string" and words.get("format") in _BY_FORMAT:
        # A pattern beside a format only spells that format out.
        _refuse_rest(words.keys() - {"format", "pattern"})
        return _BY_FORMAT[words["format"]]()
    if kind == "string" and "pattern" in words:
        _refuse_rest(words.keys() - {"pattern"})
        return st.from_regex(compiled(words["pattern"]), fullmatch=True)
    if kind not in _LEAF_KEYWORDS:
        message = f"no strategy for the type {kind!r}"
        raise UnknownKeywordError(message)
    _refuse_rest(words.keys() - _LEAF_KEYWORDS[kind])
    bounds = {"minimum": -_LARGEST_INTEGER, "maximum": _LARGEST_INTEGER} if kind == "integer" else {}
    leaf: SearchStrategy[Any] = from_schema({"type": kind, **bounds, **words})
    return leaf


def _null_first(branches: list[Schema]) -> list[Schema]:
    """The branches in the order in which a failing payload should be simplified."""
    return sorted(branches, key=lambda branch: branch != {"type": "null"})


def _refuse_rest(words: Any) -> None:
    if words:
        message = f"no strategy for the keyword {min(words)!r} here"
        raise UnknownKeywordError(message)


def _anything() -> SearchStrategy[Any]:
    scalars = (
        st.none() | st.booleans() | st.integers(-_LARGEST_INTEGER, _LARGEST_INTEGER) | st.text(max_size=10)
    )
    return scalars | st.lists(scalars, max_size=2)


def _dates() -> SearchStrategy[str]:
    return st.dates(_FIRST_DAY.date(), _LAST_DAY.date()).map(lambda day: day.isoformat())


def _timestamps() -> SearchStrategy[str]:
    return st.builds(_written, _instants(), _offsets())


def _slot_times() -> SearchStrategy[str]:
    return st.builds(_written, _instants(), st.sampled_from(["", "+00:00", "Z"]))


def _instants() -> SearchStrategy[datetime]:
    whole = st.datetimes(_FIRST_DAY, _LAST_DAY).map(lambda instant: instant.replace(microsecond=0))
    return whole | st.datetimes(_FIRST_DAY, _LAST_DAY)


def _offsets() -> SearchStrategy[str]:
    others = st.integers(-12 * 4, 14 * 4).map(_offset)
    return st.sampled_from(["+00:00", "Z"]) | others


def _offset(quarters: int) -> str:
    """The offset of so many quarters of an hour: `-12:00`, `+05:45`."""
    return f"{'-' if quarters < 0 else '+'}{abs(quarters) // 4:02}:{abs(quarters) % 4 * 15:02}"


def _written(instant: datetime, offset: str) -> str:
    return instant.isoformat() + offset


_BY_FORMAT: Final[Mapping[str, Callable[[], SearchStrategy[str]]]] = {
    "date": _dates,
    "date-time": _timestamps,
    "uuid": lambda: st.uuids().map(str),
}
_BY_TITLE: Final[Mapping[str, Callable[[], SearchStrategy[str]]]] = {"SlotTime": _slot_times}

"""Builds single payloads from a bundle, whatever the source of the choices.

A bundle is compiled once, into nested functions that each make one part. An unknown keyword raises, so that
no rule is ever skipped. Values that may be null or empty rarely are.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from junction_webhooks._jsonschema.formats import SPELLED_OUT, format_of
from junction_webhooks._jsonschema.patterns import UnsupportedPatternError
from junction_webhooks.contract import ANNOTATIONS, UnknownKeywordError, families, shared_bundle
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.journeys import _texts
from junction_webhooks.journeys.choices import Choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import EventType, Profile, Schema

Maker: TypeAlias = Callable[[Choices], Any]
"""Makes one value."""

_LONGEST_HISTORY: Final = 4
_MOST_ITEMS: Final = 2
_LEAF_KEYWORDS: Final[Mapping[object, frozenset[str]]] = {
    "string": frozenset({"maxLength"}),
    "integer": frozenset({"minimum", "maximum"}),
    "number": frozenset({"minimum", "maximum"}),
    "boolean": frozenset(),
}
_NULL: Final[Schema] = {"type": "null"}
_INTEGERS: Final = (1, 2**31 - 1)
"""What an integer without limits can be: all ids are, and these fit into a 32-bit column of a database."""
_NUMBERS: Final = (-(10**9), 10**9)
_PATTERN_BYTES: Final = 48
"""Enough for a text of any pattern in the contract. Beyond it, the simplest parts are chosen."""
_SHORT: Final = 10
_UUID_BYTES: Final = 16
_TIME_BYTES: Final = 12
_LAST_DAY: Final = 2**16 - 1
_EMPTY_IN: Final = 10
"""One list in ten is empty."""
_NULL_IN: Final = 3
"""One nullable value in three is null."""
_ARRAY_IN: Final = 3
"""One unknown value in three is an array."""
_MOST_WEIGHT: Final = 5
"""The weight of another item in a list, if it can be long, against that of its end."""


def event_maker(
    event_type: EventType, profile: Profile, *, max_events: int | None = None, allow_nul: bool = False
) -> Maker:
    """Return a function that makes events of one type, from a source of choices.

    Their history has at most `max_events` entries, by default 4. Their texts have no U+0000 unless
    `allow_nul`.
    """
    return _compiled(event_type, profile, max_events, allow_nul).make


def event_parts(
    event_type: EventType, profile: Profile, *, max_events: int | None = None, allow_nul: bool = False
) -> tuple[tuple[str, Maker], ...]:
    """Return all that the maker with the same arguments passes to `Choices.part`."""
    return _compiled(event_type, profile, max_events, allow_nul).parts


class _Compiled(NamedTuple):
    make: Maker
    parts: tuple[tuple[str, Maker], ...]


@cache
def _compiled(event_type: EventType, profile: Profile, max_events: int | None, allow_nul: bool) -> _Compiled:  # noqa: FBT001
    schema = shared_bundle(profile, event_type)
    family = families.of(event_type)
    if family.history:
        schema = copy.deepcopy(schema)
        data = schema["$defs"][data_of(family).schema["title"]]
        entries = data["properties"][family.history.entries]
        entries["maxItems"] = _LONGEST_HISTORY if max_events is None else max_events
    compiler = _Compiler(schema.get("$defs", {}), allow_nul=allow_nul)
    return _Compiled(compiler.maker(schema), tuple(compiler.parts))


def maker(bundle: Schema, *, allow_nul: bool = False) -> Maker:
    """Return a function that makes values that a self-contained bundle accepts.

    Raises `UnknownKeywordError` for a keyword outside the subset that the contract uses.
    """
    return _Compiler(bundle.get("$defs", {}), allow_nul=allow_nul).maker(bundle)


class _Compiler:
    def __init__(self, definitions: Mapping[str, Schema], *, allow_nul: bool) -> None:
        self._definitions = definitions
        self._allow_nul = allow_nul
        self._by_title: dict[str, Maker] = {}
        self.parts: list[tuple[str, Maker]] = []

    def maker(self, schema: Schema) -> Maker:
        words = {word: value for word, value in schema.items() if word not in ANNOTATIONS}
        examples = schema.get("examples", [])
        if words.keys() == {"$ref"}:
            return self._definition(words["$ref"].removeprefix("#/$defs/"))
        if words.keys() in ({"anyOf"}, {"oneOf"}):
            (branches,) = words.values()
            return self._any_of(branches)
        if words.keys() == {"enum"}:
            values = words["enum"]
            return lambda choices: choices.one_of(values)
        if words.keys() == {"const"}:
            value = words["const"]
            return lambda _: value
        if not words:
            return self._anything
        return self._typed(words, examples)

    def _definition(self, title: str) -> Maker:
        if title not in self._by_title:
            self._by_title[title] = _BY_TITLE.get(title) or self._defined(title)
        return self._by_title[title]

    def _defined(self, title: str) -> Maker:
        schema = self._definitions[title]
        make = self.maker(schema)
        if "properties" not in schema:
            return make
        self.parts.append((title, make))
        return lambda choices: choices.part(title, make)

    def _any_of(self, branches: list[Schema]) -> Maker:
        return _one_of(
            [self.maker(each) for each in branches if each != _NULL], may_be_null=_NULL in branches
        )

    def _typed(self, words: Schema, examples: list[Any]) -> Maker:
        words = dict(words)
        kind = words.pop("type", None)
        if isinstance(kind, list):
            types = [{"type": each} | words for each in kind if each != "null"]
            return _one_of([self._typed(each, examples) for each in types], may_be_null="null" in kind)
        match kind:
            case "object":
                return self._object(words)
            case "array":
                items = self.maker(words.pop("items"))
                most = words.pop("maxItems", _MOST_ITEMS)
                _refuse_rest(words)
                return _list(items, most)
            case "string":
                return self._string(words, examples)
            case _:
                return _scalar(kind, words)

    def _object(self, words: Schema) -> Maker:
        properties = {name: self.maker(part) for name, part in words.pop("properties", {}).items()}
        required = words.pop("required", [])
        is_open = words.pop("additionalProperties", True)
        _refuse_rest(words)
        parts = [(name, make, name in required) for name, make in properties.items()]

        def closed(choices: Choices) -> dict[str, Any]:
            return {
                name: make(choices) for name, make, is_required in parts if is_required or choices.boolean()
            }

        def opened(choices: Choices) -> dict[str, Any]:
            made = closed(choices)
            while len(made) - len(parts) < _MOST_ITEMS and choices.boolean():
                made.setdefault(self._short_text(choices), self._anything(choices))
            return made

        return opened if is_open else closed

    def _string(self, words: Schema, examples: list[str]) -> Maker:
        form = format_of(words)
        if form:
            # Never from the pattern that spells it out, which is long and also has times that nobody sends.
            _refuse_rest(words.keys() - {"format", *SPELLED_OUT[form]})
            return _BY_FORMAT[form]
        if "pattern" in words:
            _refuse_rest(words.keys() - {"pattern"})
            free = _matching(words["pattern"])
        else:
            _refuse_rest(words.keys() - _LEAF_KEYWORDS["string"])
            free = self._text(words.get("maxLength"))
        return _with_examples(free, examples) if examples else free

    def _text(self, most: int | None) -> Maker:
        return lambda choices: _texts.text(choices.some_bytes(most), allow_nul=self._allow_nul)[:most]

    def _short_text(self, choices: Choices) -> str:
        return _texts.text(choices.some_bytes(_SHORT), allow_nul=self._allow_nul)

    def _anything(self, choices: Choices) -> Any:
        if choices.integer(1, _ARRAY_IN) == _ARRAY_IN:
            return [self._any_scalar(choices) for _ in range(choices.integer(0, _MOST_ITEMS))]
        return self._any_scalar(choices)

    def _any_scalar(self, choices: Choices) -> Any:
        return choices.one_of([_none, _boolean, _any_integer, self._short_text])(choices)


def _none(_: Choices) -> None:
    return None


def _boolean(choices: Choices) -> bool:
    return choices.boolean()


def _any_integer(choices: Choices) -> int:
    return choices.integer(-(2**52), 2**52)


def _one_of(makers: list[Maker], *, may_be_null: bool) -> Maker:
    first = makers[0]

    def value(choices: Choices) -> Any:
        return first(choices) if len(makers) == 1 else choices.one_of(makers)(choices)

    if not may_be_null:
        return value
    return lambda choices: None if choices.integer(1, _NULL_IN) == 1 else value(choices)


def _with_examples(make: Maker, examples: list[Any]) -> Maker:
    return lambda choices: make(choices) if choices.boolean() else choices.one_of(examples)


def _list(make: Maker, most: int) -> Maker:
    """Return a maker of lists of at most that many items, rarely empty."""
    weight = min(max(most // 2, 1), _MOST_WEIGHT)

    def items(choices: Choices) -> list[Any]:
        if most == 0 or choices.integer(1, _EMPTY_IN) == 1:
            return []
        made = [make(choices)]
        while len(made) < most and choices.integer(0, weight):
            made.append(make(choices))
        return made

    return items


def _matching(pattern: str) -> Maker:
    try:
        make = _texts.matching(pattern)
    except UnsupportedPatternError as error:
        raise UnknownKeywordError(str(error)) from None
    return lambda choices: make(choices.fixed_bytes(_PATTERN_BYTES))


def _scalar(kind: Any, words: Schema) -> Maker:
    if kind not in _LEAF_KEYWORDS:
        message = f"nothing generates the type {kind!r}"
        raise UnknownKeywordError(message)
    _refuse_rest(words.keys() - _LEAF_KEYWORDS[kind])
    if kind == "boolean":
        return _boolean
    usual = _INTEGERS if kind == "integer" else _NUMBERS
    least, most = words.get("minimum", usual[0]), words.get("maximum", usual[1])
    if least >= most:
        # One of the limits is outside of the usual range.
        least, most = words.get("minimum", most - usual[1]), words.get("maximum", least + usual[1])
    makers: list[Maker] = []
    if ceil(least) <= floor(most):
        makers.append(lambda choices: choices.integer(ceil(least), floor(most)))
    if kind == "number":
        # JSON writes a number with a fraction or without.
        makers.append(lambda choices: choices.number(least, most))
    return _one_of(makers, may_be_null=False)


def _refuse_rest(words: Any) -> None:
    if words:
        message = f"nothing generates the keyword {min(words)!r} here"
        raise UnknownKeywordError(message)


def _offset(quarters: int) -> str:
    """Return the offset of that many quarter-hours, such as `-12:00` or `+05:45`."""
    return f"{'-' if quarters < 0 else '+'}{abs(quarters) // 4:02}:{abs(quarters) % 4 * 15:02}"


_USUAL_OFFSETS: Final = ["+00:00", "Z"]
_ALL_OFFSETS: Final = [_offset(quarters) for quarters in range(-12 * 4, 14 * 4 + 1)]
_OFFSETS: Final = [*_USUAL_OFFSETS, *_ALL_OFFSETS, *_USUAL_OFFSETS * (len(_ALL_OFFSETS) // 2)]
"""About half of all times have one of the usual offsets."""
_SLOT_OFFSETS: Final = ["", *_USUAL_OFFSETS]


def _uuid(choices: Choices) -> str:
    return _texts.uuid(choices.fixed_bytes(_UUID_BYTES))


def _date(choices: Choices) -> str:
    return _texts.date(choices.integer(0, _LAST_DAY))


def _timestamp(choices: Choices) -> str:
    return _texts.time(choices.fixed_bytes(_TIME_BYTES), _OFFSETS)


def _slot_time(choices: Choices) -> str:
    return _texts.time(choices.fixed_bytes(_TIME_BYTES), _SLOT_OFFSETS)


_BY_FORMAT: Final[Mapping[str, Maker]] = {"date": _date, "date-time": _timestamp, "uuid": _uuid}
_BY_TITLE: Final[Mapping[str, Maker]] = {"SlotTime": _slot_time}

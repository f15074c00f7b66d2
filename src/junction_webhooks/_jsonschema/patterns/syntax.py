"""The `pattern` keyword as a syntax tree, by the grammar of ECMA-262 with the flag `u`.

Only patterns that describe a regular language are supported. A pattern that engines read differently, such as
`a{,3}`, is refused. A pattern that the flag forbids is read if all engines that allow it agree, such as an
escaped `-` outside a class.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NoReturn, TypeAlias

from junction_webhooks._jsonschema.patterns import characters
from junction_webhooks._jsonschema.patterns.characters import complement, union

if TYPE_CHECKING:
    from junction_webhooks._jsonschema.patterns.characters import Ranges


@dataclass(frozen=True, slots=True)
class Characters:
    """One of these characters."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Assertion:
    """A condition on the position in the text. It consumes nothing."""

    kind: Literal["start", "end", "boundary", "no_boundary"]


@dataclass(frozen=True, slots=True)
class Concatenation:
    """All of the parts, one after another."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """Any one of the options."""

    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """The part, repeated at least `low` and at most `high` times; None means no maximum."""

    part: Expression
    low: int
    high: int | None


Expression: TypeAlias = Characters | Assertion | Concatenation | Alternation | Repetition


class UnsupportedPatternError(ValueError):
    """A pattern that is invalid, not regular, or read differently by different engines."""

    def __init__(self, pattern: str, construct: str) -> None:
        self.pattern = pattern
        self.construct = construct
        """What is not supported, in words, such as `a lookahead`."""
        super().__init__(f"{construct} in the pattern {pattern} is not supported")


_MAX_NESTING: Final = 100
"""How deep groups may be nested.

The parser and the compiler recurse, and Python allows a depth of 1,000 calls.
"""
_COUNTS: Final = re.compile(r"\{([0-9]{1,15})(?:(,)([0-9]{1,15})?)?\}")
_GROUP_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*>")
_ASSERTIONS: Final[dict[str, Assertion]] = {
    "^": Assertion("start"),
    "$": Assertion("end"),
    r"\b": Assertion("boundary"),
    r"\B": Assertion("no_boundary"),
}
_HEX_ESCAPE: Final = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{0*([0-9A-Fa-f]{1,6})\}")
_LETTER: Final = re.compile("[A-Za-z]")
_LOW_ESCAPE: Final = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_UNSUPPORTED_GROUPS: Final = {
    "(?=": "a lookahead",
    "(?!": "a negative lookahead",
    "(?<=": "a lookbehind",
    "(?<!": "a negative lookbehind",
}
_UNSUPPORTED_ESCAPES: Final = {
    "p": "a Unicode property",
    "P": "a Unicode property",
    "k": "a backreference",
    **dict.fromkeys("123456789", "a backreference"),
}
_ESCAPES: Final[dict[str, int | Ranges]] = {
    "t": ord("\t"),
    "n": ord("\n"),
    "v": ord("\v"),
    "f": ord("\f"),
    "r": ord("\r"),
    "d": characters.DIGIT,
    "w": characters.WORD,
    "s": characters.SPACE,
    "D": complement(characters.DIGIT),
    "W": complement(characters.WORD),
    "S": complement(characters.SPACE),
}


def parse(pattern: str) -> Expression:
    """The syntax tree of a pattern.

    Raises `UnsupportedPatternError` if the pattern is invalid, not regular, or read differently by different
    engines.
    """
    return _Parser(pattern).whole()


class _Parser:
    """A recursive-descent parser; each method reads one rule of the grammar at the current position."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0

    def whole(self) -> Expression:
        found = self._alternation()
        if self._at < len(self._pattern):
            self._refuse("an unopened group")
        return found

    def _refuse(self, construct: str) -> NoReturn:
        raise UnsupportedPatternError(self._pattern, construct)

    def _next(self) -> str:
        """The character at the current position, or an empty string at the end."""
        return self._pattern[self._at : self._at + 1]

    def _skip(self, text: str) -> bool:
        """Skip the text if it comes next."""
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _match(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        """Skip whatever the expression matches, if anything."""
        found = expression.match(self._pattern, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def _alternation(self) -> Expression:
        options = [self._concatenation()]
        while self._skip("|"):
            options.append(self._concatenation())
        return options[0] if len(options) == 1 else Alternation(tuple(options))

    def _concatenation(self) -> Expression:
        parts = []
        while self._next() not in {"", "|", ")"}:
            parts.append(self._quantified())
        return Concatenation(tuple(parts))

    def _quantified(self) -> Expression:
        part = self._atom()
        counts = self._quantifier()
        if counts is None:
            return part
        self._skip("?")  # lazy or greedy, the language is the same
        if isinstance(part, Assertion):
            self._refuse("a repeated assertion")
        return Repetition(part, *counts)

    def _quantifier(self) -> tuple[int, int | None] | None:
        for symbol, low, high in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self._skip(symbol):
                return low, high
        counts = self._match(_COUNTS)
        if counts is None:
            return None
        low = int(counts[1])
        high = low if counts[2] is None else None if counts[3] is None else int(counts[3])
        if high is not None and high < low:
            self._refuse("a repetition whose upper count is below the lower one")
        return low, high

    def _atom(self) -> Expression:
        symbol = self._next()
        if symbol in {"*", "+", "?"}:
            self._refuse("a quantifier that follows nothing to repeat")
        if symbol == "{":
            self._refuse("a brace that is not a quantifier")
        if symbol == "(":
            return self._group()
        for text, assertion in _ASSERTIONS.items():
            if self._skip(text):
                return assertion
        if self._skip("["):
            return Characters(self._class())
        if self._skip("."):
            return Characters(characters.NOT_LINE_END)
        found = self._character()
        return Characters(found if isinstance(found, tuple) else ((found, found),))

    def _group(self) -> Expression:
        for opening, construct in _UNSUPPORTED_GROUPS.items():
            if self._skip(opening):
                self._refuse(construct)
        if self._skip("(?<"):
            if self._match(_GROUP_NAME) is None:
                self._refuse("the name of a group")
        elif not self._skip("(?:"):
            self._skip("(")
            if self._next() == "?":
                self._refuse("a group of another kind than ( ), (?: ) and (?<name> )")
        self._depth += 1
        if self._depth > _MAX_NESTING:
            self._refuse(f"a group in more than {_MAX_NESTING} others")
        found = self._alternation()
        self._depth -= 1
        if not self._skip(")"):
            self._refuse("an unclosed group")
        # A group stays a part of its own: `(^)*` is allowed, `^*` is not.
        return Concatenation((found,))

    def _class(self) -> Ranges:
        negated = self._skip("^")
        ranges: list[tuple[int, int]] = []
        if self._next() == "]":
            self._refuse("an empty character class")
        while not self._skip("]"):
            low = self._character(in_class=True)
            # A dash before the closing bracket is a plain dash.
            is_range = self._next() == "-" and self._pattern[self._at + 1 : self._at + 2] != "]"
            high = low
            if is_range:
                self._skip("-")
                high = self._character(in_class=True)
            if isinstance(low, int) and isinstance(high, int):
                if high < low:
                    self._refuse("a range from a higher to a lower character")
                ranges.append((low, high))
            elif is_range or not isinstance(low, tuple):
                self._refuse("a range that begins or ends with a class")
            else:
                ranges += low
        return complement(union(ranges)) if negated else union(ranges)

    def _character(self, *, in_class: bool = False) -> int | Ranges:
        r"""The code point that comes next, or the ranges of an escape such as `\d`."""
        symbol = self._next()
        if not symbol:
            self._refuse("an unclosed character class")
        self._at += 1
        if symbol == "\\":
            return self._escape(in_class=in_class)
        if ord(symbol) in characters.SURROGATES:
            self._refuse("a surrogate")
        return ord(symbol)

    def _escape(self, *, in_class: bool) -> int | Ranges:
        if (found := self._match(_HEX_ESCAPE)) is not None:
            return self._code_point(int(found[1] or found[2] or found[3], 16), paired=found[2] is not None)
        symbol = self._next()
        self._at += 1
        if (known := _ESCAPES.get(symbol)) is not None:
            return known
        if symbol == "b" and in_class:
            return ord("\b")
        if symbol == "0" and not self._next().isdecimal():
            return 0
        if symbol == "c" and (letter := self._match(_LETTER)) is not None:
            return ord(letter[0]) % 32
        if not symbol.isascii() or symbol.isalnum():
            self._refuse(_UNSUPPORTED_ESCAPES.get(symbol, f"the escape \\{symbol}"))
        if not symbol:
            self._refuse("a backslash at the end")
        return ord(symbol)

    def _code_point(self, value: int, *, paired: bool) -> int:
        """The code point of an escape; two escapes of a surrogate pair are one."""
        if paired and value in characters.HIGH_SURROGATES and (low := self._match(_LOW_ESCAPE)) is not None:
            return 0x10000 + ((value - 0xD800) << 10) + (int(low[1], 16) - 0xDC00)
        if value in characters.SURROGATES or value > characters.LAST:
            self._refuse("a surrogate" if value in characters.SURROGATES else "an escape beyond U+10FFFF")
        return value

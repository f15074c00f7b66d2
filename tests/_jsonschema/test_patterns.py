"""Inclusion of patterns, held against regular-expression engines over all short texts."""

from __future__ import annotations

import re
import subprocess
import sys
import tracemalloc
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.sizes import examples
from support.tables import table

from junction_webhooks import contract
from junction_webhooks._jsonschema.patterns import (
    Counterexample,
    GaveUp,
    Included,
    Language,
    UnsupportedPatternError,
    included,
    parse,
    pattern_included,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORT_TEXTS: Final = ["".join(text) for length in range(6) for text in product("ab-", repeat=length)]
ASSERTIONS: Final = ("^", "$", r"\b", r"\B")
CHARACTERS: Final = ("a", "b", "-", ".", "[ab]", "[^a]", "[^-a]", r"\w", r"\W", r"\d", r"[\s\S]", r"\u0061")
QUANTIFIERS: Final = ("", "*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,2}?", "*?", "{0}")


def repeated(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The part, with a quantifier or without."""
    return st.builds(str.__add__, part, st.sampled_from(QUANTIFIERS))


def grouped(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A group of alternatives made of the part, with a quantifier or without."""
    inside = st.lists(part, max_size=3).map("".join)
    options = st.lists(inside, min_size=1, max_size=3).map("|".join)
    group = st.sampled_from(["({})", "(?:{})"])
    return st.builds(str.format, group, options).flatmap(lambda text: repeated(st.just(text)))


PARTS: Final = st.recursive(
    st.sampled_from(ASSERTIONS) | repeated(st.sampled_from(CHARACTERS)), grouped, max_leaves=5
)


def is_read(pattern: str) -> bool:
    """Whether jsonschema-rs reads the pattern: unlike all others it refuses `(?:)*`."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except jsonschema_rs.ValidationError:
        return False
    return True


PATTERNS: Final = (
    st.lists(st.lists(PARTS, max_size=4).map("".join), min_size=1, max_size=2).map("|".join).filter(is_read)
)
BOUNDS: Final = st.integers(0, 4), st.none() | st.integers(0, 4)
LANGUAGES: Final = st.tuples(st.lists(PATTERNS, max_size=2), *BOUNDS)


@cache
def finds(pattern: str) -> Callable[[str], bool]:
    """Whether a text has a match, by jsonschema-rs and, with its anchors spelt for Python, by `re`."""
    accelerated = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    translated = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    # Before Python 3.14, `\B` never matches the empty text.
    both_agree = r"\B" not in pattern

    def found(text: str) -> bool:
        verdict = accelerated.is_valid(text)
        assert not both_agree or verdict == (translated.search(text) is not None)
        return verdict

    return found


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches, by inclusion of the language that has only that text."""
    exactly = "".join(f"\\u{{{ord(character):x}}}" for character in text)
    return included(parse(f"^{exactly}$"), parse(pattern)) == Included()


def language(patterns: list[str], min_length: int, max_length: int | None) -> Language:
    """The language of all the patterns and both bounds."""
    found = Language(min_length=min_length, max_length=max_length)
    for pattern in patterns:
        found &= parse(pattern)
    return found


def accepts(language: tuple[list[str], int, int | None], text: str) -> bool:
    """Whether a text is in the language, given as for `language`, by the engines."""
    patterns, low, high = language
    return low <= len(text) and (high is None or len(text) <= high) and all(finds(p)(text) for p in patterns)


@examples(25, exhaustive=1500)
@given(PATTERNS, PATTERNS)
@example("a", "^a")
@example("(^a|b$)*", r"a\b")
@example("^$", r"\B")
@example("(a|(^)*b)$", "[ab]$")
def test_agrees_with_engines_over_all_short_texts(narrow: str, wide: str) -> None:
    """No short text contradicts an inclusion, and every counterexample is true and a shortest one."""
    counterexample = next(
        (text for text in SHORT_TEXTS if finds(narrow)(text) and not finds(wide)(text)), None
    )
    match included(parse(narrow), parse(wide)):
        case Counterexample(text):
            assert finds(narrow)(text)
            assert not finds(wide)(text)
            assert counterexample is None or len(text) <= len(counterexample)
        case found:
            assert found == Included()
            assert counterexample is None


@examples(15, exhaustive=1000)
@given(LANGUAGES, LANGUAGES)
@example(([], 0, None), (["a"], 0, None))
@example((["^a*$"], 2, None), ([], 0, 3))
@example((["^a*$", "^(aa)*$", "b|aaa"], 0, None), (["^(aaaa)*$"], 0, None))
def test_agrees_for_several_patterns_and_bounds(
    narrow: tuple[list[str], int, int | None], wide: tuple[list[str], int, int | None]
) -> None:
    """The same holds where several patterns and bounds on the length apply at once."""
    counterexample = next((t for t in SHORT_TEXTS if accepts(narrow, t) and not accepts(wide, t)), None)
    match included(language(*narrow), language(*wide)):
        case Counterexample(text):
            assert accepts(narrow, text)
            assert not accepts(wide, text)
            assert counterexample is None or len(text) <= len(counterexample)
        case found:
            assert found == Included()
            assert counterexample is None


@examples(30, exhaustive=1000)
@given(PATTERNS)
def test_every_pattern_includes_itself_in_another_spelling(pattern: str) -> None:
    """A group around a pattern changes nothing."""
    assert included(parse(pattern), parse(f"(?:{pattern})")) == Included()
    assert included(parse(f"(?<n>{pattern})"), parse(pattern)) == Included()


@table(
    ("pattern", "taken", "refused"),
    [
        ("^a$", "a", "a\n"),
        ("b", "abc", "ac"),
        ("^a|b$", "ac", "ca"),
        (r"^\d$", "7", "\u0667"),
        (r"^\w$", "_", "é"),
        (r"^\W$", "é", "A"),
        (r"^\s$", "\ufeff", "\x85"),
        (r"^\S$", "\x1c", "\u2028"),
        ("^.$", "😀", "\u2028"),
        ("^.$", "\x85", "\r"),
        (r"^\D{2}$", "a-", "a7"),
        (r"^[^\d-]$", "a", "-"),
        (r"^[\w-]$", "-", "."),
        ("^[a-]$", "-", "b"),
        ("^[-a]$", "-", "b"),
        ("^[]a]?$".replace("[]", r"[\]"), "]", "b"),
        ("^[[^]$", "[", "a"),
        (r"^[\b]$", "\b", "b"),
        (r"^\b", "a", "-a"),
        (r"a\b.", "a-", "ab"),
        (r"a\Bb", "ab", "a b"),
        (r"^\t\n\v\f\r$", "\t\n\v\f\r", "tnvfr"),
        (r"^\cJ\0$", "\n\0", "J0"),
        (r"^\x41\u0042$", "AB", "41"),
        (r"^\u{1F600}$", "😀", "u"),
        (r"^\ud83d\ude00$", "😀", "u"),
        (r"^[\ud83d\ude00-\u{1F64F}]$", "😃", "a"),
        (r"^[^\u{0}-\u{FFFF}]$", "😀", "a"),
        (r"^\.\-\/\_$", ".-/_", "a-/_"),
        ("^(?:a{2}){1,2}$", "aaaa", "aaa"),
        ("^(?<year>a{2,})$", "aaaaaaa", "a"),
        ("^(?:a+?|b*?|c??|d{1,2}?)$", "dd", "ddd"),
        ("^(?:)$", "", "a"),
        ("^a{0}$", "", "a"),
        ("(?:^|,)a(?:,|$)", "b,a", "ba"),
        ("a$b|c", "c", "ab"),
        ("^]}$", "]}", "]"),
    ],
)
def test_reads_patterns_as_ecma_262_does(pattern: str, taken: str, refused: str) -> None:
    """Each construct takes and refuses what ECMA-262 says, also where Python differs."""
    assert matches(pattern, taken)
    assert not matches(pattern, refused)


@table(
    ("pattern", "construct"),
    [
        ("(a)\\1", "a backreference"),
        (r"(?<n>a)\k<n>", "a backreference"),
        ("a(?=b)", "a lookahead"),
        ("(?!b)a", "a negative lookahead"),
        ("(?<=b)a", "a lookbehind"),
        ("(?<!b)a", "a negative lookbehind"),
        (r"\p{L}", "a Unicode property"),
        (r"[\P{L}]", "a Unicode property"),
        ("(?P<n>a)", "a group of another kind than ( ), (?: ) and (?<name> )"),
        ("(?i:a)", "a group of another kind than ( ), (?: ) and (?<name> )"),
        ("(?<1>a)", "the name of a group"),
        ("(a", "an unclosed group"),
        ("a)", "an unopened group"),
        ("[a", "an unclosed character class"),
        ("[]", "an empty character class"),
        ("[^]", "an empty character class"),
        ("[b-a]", "a range from a higher to a lower character"),
        (r"[\d-z]", "a range that begins or ends with a class"),
        (r"[a-\d]", "a range that begins or ends with a class"),
        ("*a", "a quantifier that follows nothing to repeat"),
        ("a++", "a quantifier that follows nothing to repeat"),
        ("a{2}{3}", "a brace that is not a quantifier"),
        ("a{,3}", "a brace that is not a quantifier"),
        ("a{3,2}", "a repetition whose upper count is below the lower one"),
        ("^*", "a repeated assertion"),
        (r"\A", r"the escape \A"),
        (r"\x4", r"the escape \x"),
        (r"\u{110000}", "an escape beyond U+10FFFF"),
        (r"\ud83d", "a surrogate"),
        ("\ud83d", "a surrogate"),
        ("a\\", "a backslash at the end"),
        (r"\00", r"the escape \0"),
        ("(" * 101 + ")" * 101, "a group in more than 100 others"),
    ],
)
def test_names_what_it_does_not_support(pattern: str, construct: str) -> None:
    """What is invalid, not regular or ambiguous is refused by name."""
    with pytest.raises(UnsupportedPatternError) as raised:
        parse(pattern)
    assert raised.value.construct == construct
    assert raised.value.pattern == pattern


def test_reads_groups_in_as_many_others_as_it_says() -> None:
    """The deepest nesting that is allowed does not exhaust Python's stack."""
    assert matches("(?:" * 100 + "a" + ")*" * 100, "aaa")
    assert matches("(a)" * 200, "a" * 200)


def patterns_in(schema: Any) -> Iterator[str]:
    """All values of the keyword `pattern` in a schema."""
    for word, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if word == "pattern" and isinstance(value, str):
            yield value
        elif isinstance(value, (dict, list)):
            yield from patterns_in(value)


CONTRACT: Final = sorted(
    {pattern for profile in contract.PROFILES for pattern in patterns_in(contract.bundle(profile))}
)
TIME_ZONE, ZIP_CODE, SLOT_TIME = (
    next(pattern for pattern in CONTRACT if part in pattern) for part in ("HST", "{5}(?:-", "T(?:[01]")
)


def test_decides_all_pairs_of_the_contract() -> None:
    """No pattern of the contract is out of reach; both engines confirm each counterexample."""
    for narrow, wide in product(CONTRACT, repeat=2):
        match included(parse(narrow), parse(wide)):
            case Counterexample(text):
                assert text.isascii()
                assert text.isprintable()
                for pattern, verdict in ((narrow, True), (wide, False)):
                    schema = {"pattern": pattern}
                    assert jsonschema_rs.Draft202012Validator(schema).is_valid(text) is verdict
                    assert jsonschema.Draft202012Validator(schema).is_valid(text) is verdict
            case found:
                assert found == Included()
                assert narrow == wide


@pytest.mark.parametrize(
    ("narrow", "wide", "counterexample"),
    [
        (TIME_ZONE.replace("|HST", ""), TIME_ZONE, "HST"),
        (ZIP_CODE, "^[0-9]{5}(?:-?[0-9]{4})?$", "000000000"),
        (ZIP_CODE, "^[0-9]{5}", "00000a"),
        (ZIP_CODE, r"^\d{5}(-[\dA-F]{4})?$", "00000-AAAA"),
        (SLOT_TIME, SLOT_TIME.replace("|30)", "|3[01])"), "0100-04-31T00:00:00"),
        (SLOT_TIME, SLOT_TIME.replace("-02-29", "-02-(?:29|30)"), "0004-02-30T00:00:00"),
        (SLOT_TIME, SLOT_TIME.replace("[0-5][0-9](?:[.]", "(?:[0-5][0-9]|60)(?:[.]"), "0100-01-01T00:00:60"),
        (SLOT_TIME.replace("[0-9]+", "[0-9]{1,6}"), SLOT_TIME, "0100-01-01T00:00:00.0000000"),
    ],
)
def test_decides_changes_of_the_contract(narrow: str, wide: str, counterexample: str) -> None:
    """Likely changes of the contract's patterns are decided in both directions."""
    assert narrow != wide
    assert included(parse(narrow), parse(wide)) == Included()
    assert included(parse(wide), parse(narrow)) == Counterexample(counterexample)
    assert jsonschema_rs.Draft202012Validator({"pattern": wide}).is_valid(counterexample)
    assert not jsonschema_rs.Draft202012Validator({"pattern": narrow}).is_valid(counterexample)


def test_bounds_on_the_length_count_as_part_of_a_language() -> None:
    """`minLength` and `maxLength` restrict either side."""
    letters = "^[a-z]+$"
    assert included(parse(letters, max_length=5), parse("^[a-z]{1,5}$")) == Included()
    assert included(parse("^[a-z]{1,5}$"), parse(letters, max_length=5)) == Included()
    assert included(parse(letters), parse(letters, max_length=3)) == Counterexample("aaaa")
    assert included(parse(letters), parse(letters, min_length=2)) == Counterexample("a")
    assert included(parse(letters, min_length=4, max_length=3), parse("^$")) == Included()
    # The bound gives a shorter counterexample than the pattern, or the other way round.
    assert included(parse("^a+$"), parse("^a{0,4}$", max_length=2)) == Counterexample("aaa")
    assert included(parse("^a+$"), parse("^a{0,2}$", max_length=4)) == Counterexample("aaa")
    # A code point beyond the Basic Multilingual Plane counts once.
    assert included(parse("^😀{2}$"), parse("", max_length=2)) == Included()


def test_prefers_printable_ascii_and_shows_the_same_text_in_every_run() -> None:
    """Witnesses are fit to read and to compare."""
    assert included(parse(""), parse("^$")) == Counterexample("a")
    assert included(parse("^[^a-z]$"), parse("[,;]")) == Counterexample("A")
    assert included(parse("^[^ -~]$"), parse("^[\u0000-\u001f]$")) == Counterexample("é")
    assert included(parse("^[\u0000-\u001f€-₿]$"), parse("a")) == Counterexample("€")
    code = (
        "from junction_webhooks._jsonschema.patterns import included, parse\n"
        f"print(included(parse({SLOT_TIME!r}), parse('^[0-9][02468][0-9T:.-]*$')))"
    )
    runs = {
        subprocess.check_output([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}) for seed in "123"
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("narrow", "wide", "named"),
    [
        ("^(a|b)*a(a|b){18}$", "^(a|b)*b(a|b){17}a?$", 0),
        ("^([a-z]*x?){0,1000}$", "^([a-z]*y?){0,1000}$", 0),
        ("^(a{1,1000}){1,1000}$", "^a+$", 0),
        ("a", "((b{0,100}){0,100}){0,100}", 1),
        ("a", "(){999999999}", 1),
        ("|".join(f"[{chr(0x100 + i)}-{chr(0x1000 - i)}]" for i in range(1000)), "a", 0),
    ],
)
def test_gives_up_where_automata_grow_without_end(narrow: str, wide: str, named: int) -> None:
    """What grows without end stops early, with the pattern that does so."""
    assert included(parse(narrow), parse(wide)) == GaveUp(
        (narrow, wide)[named], "needs more than 200,000 steps to compare"
    )


@pytest.mark.exhaustive
def test_takes_little_memory_before_it_gives_up() -> None:
    """The bound on the steps bounds the memory as well."""
    tracemalloc.start()
    try:
        found = included(parse("^(a|b)*a(a|b){18}$"), parse("^(a|b)*b(a|b){17}a?$"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(found, GaveUp)
    assert peak < 50_000_000


def test_decides_counted_repetitions_that_are_large_but_plain() -> None:
    """Counts up to a thousand are no reason to give up."""
    assert included(parse("^[a-z]{0,999}$"), parse("^[a-z]{0,1000}$")) == Included()
    assert included(parse("^[a-z]{0,1000}$"), parse("^[a-z]{0,999}$")) == Counterexample("a" * 1000)
    # Only the wide side is made deterministic: that the narrow one would grow does not matter.
    assert included(parse("[ab]*a[ab]{40}$"), parse("b")) == Counterexample("a" * 41)


def test_follows_no_text_that_can_no_longer_match() -> None:
    """A narrow pattern with an anchor ends the search soon, however large the wide one is."""
    assert included(parse("^ab$"), parse("[ab]*b[ab]{20}$|^ab"), max_steps=1000) == Included()


def test_steps_bound_the_search() -> None:
    """A smaller bound on the steps gives up earlier."""
    assert included(parse(ZIP_CODE), parse(TIME_ZONE), max_steps=20) == GaveUp(
        ZIP_CODE, "needs more than 20 steps to compare"
    )


def test_compares_patterns_by_their_texts() -> None:
    """What is not supported is no error here, but a reason that names the pattern."""
    assert pattern_included("^a$", "a") == Included()
    assert pattern_included("a", "^a$") == Counterexample("aa")
    assert pattern_included("a", "a(?=b)") == GaveUp("a(?=b)", "has a lookahead")
    assert pattern_included(r"(a)\1", "a") == GaveUp(r"(a)\1", "has a backreference")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"pattern": "^Q[0-9]+z$"}, "Q0z"),
        ({"pattern": "^[a-c]{2,}$", "minLength": 3}, "aaa"),
        ({"pattern": "^a{2}$", "minLength": 3}, None),
        ({"pattern": "^(?=a)"}, None),
    ],
)
def test_text_of_a_schema(schema: dict[str, Any], expected: str | None) -> None:
    """A schema of texts has a shortest text, unless none matches or its pattern cannot be read."""
    assert text_of(schema) == expected

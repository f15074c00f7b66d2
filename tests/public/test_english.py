"""Everything that people read is in plain English: no habit of the table below is in docs, help or messages.

A habit that is banned here reads like a translation or is used with a meaning of its own. To ban another, add a row.
"""

from __future__ import annotations

import io
import re
import tokenize
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from support.tables import table

from junction_webhooks import cli
from junction_webhooks.contract import _files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

ROOT = _files.checkout()
assert ROOT is not None


class Habit(NamedTuple):
    """Words that are not used, and what to write instead."""

    pattern: str
    """A regular expression; a space in it also matches a line break, but no empty line."""
    instead: str
    bad: str
    """A sentence with the habit."""
    good: str
    """The same in plain English, or a sentence that only looks like the habit."""


HABITS: Final = (
    Habit(r"\bst(?:ands?|ood|anding) (?:in|under|below|above|beside|for|at|here|there|on|alone|next to)\b", "is, are; means", "What to do stands below.", "See below for what to do."),
    Habit(r"\bas (?:it|they) stands?\b", "unchanged, as is", "The lines run as they stand.", "The lines run unchanged."),
    Habit(r"(?<!be\s)\btold\b|\btells\b|\btelling\b|(?<!cannot\s)(?<!always\s)\btell\b", "list, say, show", "An update tells each change.", "An update lists each change, and you cannot tell which one."),
    Habit(r"\bwho(?:so)?ever\b", "if you …; a reader who …; anyone who …", "Whoever wants both takes two folders.", "If you want both, use two folders."),
    Habit(r"\bjudg(?:e[sd]?|ing|e?ments?)\b", "check, validate", "The payload is judged.", "The payload is checked."),
    Habit(r"(?<!blood\s)(?<!-)\bdraw(?:s|n|ing)?\b(?!\()", "generate, choose (a draw is a blood draw here)", "A seed is drawn.", "After a blood draw or a redraw, `draw(strategy)`."),
    Habit(r"(?<!\.)\bnews\b", "something new, new values", "It has news that a handler survives.", "It has new values."),
    Habit(r"(?<!team\s)(?<!-)\bmembers?\b", "value (of an enum), property (of an object)", "It is no known member.", "It is not a known value."),
    Habit(r"\bbeside\b", "next to; besides", "Files beside the copies", "Files next to the copies; besides, …"),
    Habit(r"\ban? \w+ each\b", "one … per …", "They are written a line each.", "They are written one per line, with one mistake each."),
    Habit(r"\b(?:one|a line|a row|a test|a page|a file|a folder|a word) an? (?!time\b|day\b|week\b)\w+", "one … per …", "One schema, one an event", "One schema per event, one at a time"),
    Habit(r"\b(?:schema|report|line|test|slip|one) an? (?:event|payload|delivery|scenario|violation|body|word|case|rule|status)\b", "one … per …", "Writes one report a body.", "Writes one report per body."),
    Habit(r"\b(?:HIGH|LOW|high|low) part\b", "the first or last part of a status", "The HIGH part of a status", "The part before the first dot"),
    Habit(r"\btomorrow\b", "later", "What may be new tomorrow", "What may be added later"),
    Habit(r"(?<!there\s)\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|earlier\b|later\b|deeper\b|older\b|newer\b)\w+", "is not …", "It is no JSON.", "It is not JSON, and there is no other; it is no longer."),
    Habit(r"\bknown (?:are|is)\b", "known values: …; expected one of …", "Unknown event; known are a, b", "Unknown event: expected one of a, b"),
    Habit(r"\bbelongs? here\b", "expected …", "A string belongs here.", "Expected a string."),
    Habit(r"\bvalue of the form\b", "an AppointmentAddress", "A value of the form Address", "An Address, of the form shown"),
    Habit(r"\bbroken rules\b", "violation", "1 of 2 broken rules", "1 of 2 violations"),
    Habit(r"\bbreach(?:es)?\b", "violation, error", "Each breach has a path.", "Each violation has a path."),
    Habit(r"\bwitness(?:es)?\b", "counterexample", "A witness of the change", "A counterexample"),
    Habit(r"\bstrangers?\b", "unknown property", "Strangers are dropped.", "Unknown properties are dropped."),
    Habit(r"\bmishaps?\b", "delivery fault", "Mishaps of a delivery", "Delivery faults"),
    Habit(r"\bovert(?:akes?|aken|ook)\b", "arrive out of order", "Deliveries overtake one another.", "Deliveries can arrive out of order."),
    Habit(r"\banew\b", "again; re-created", "An order is placed anew.", "An order is created again."),
    Habit(r"\bbut for\b", "except for", "terminal but for corrected", "terminal, except for corrected"),
    Habit(r"\bcancelled by itself\b", "cancelled automatically", "Cancelled by itself", "Cancelled automatically"),
    Habit(r"\bmade up for\b", "the next one makes up for it", "A lost one is made up for by the next.", "The next one makes up for it."),
    Habit(r"\bat the click\b", "when you click", "Signed at the click", "Signed when you click"),
    Habit(r"\btakes an unlisted turn\b", "has an unlisted transition", "It takes an unlisted turn.", "It has an unlisted transition."),
    Habit(r"\broom of\b", "kind of, area of", "One room of this house", "One area of the code"),
    Habit(r"\bthe truth\b", "source of truth", "The truth, written by hand", "The source of truth"),
    Habit(r"\bword when\b", "know when", "Word when Junction moves", "Know when Junction changes"),
    Habit(r"[,;:.] else\b", "otherwise", "Raise the error; else answer 2xx.", "Raise the error; otherwise answer 2xx. Or else."),
    Habit(r"\bwalks through\b", "goes through; passes", "It walks through the states.", "It goes through the states of a walk-in test."),
)  # fmt: skip
SPACE: Final = r"(?:[ \t]+|[ \t]*\n[ \t]*)"
COMPILED: Final = [(habit, re.compile(habit.pattern.replace(" ", SPACE), re.IGNORECASE)) for habit in HABITS]
ANY: Final = re.compile("|".join(pattern.pattern for _, pattern in COMPILED), re.IGNORECASE)
"""All patterns as one: most texts have no habit, and one search shows it."""
ALLOWED: Final[dict[tuple[str, str], str]] = {}
"""Words that stay, by file and the words themselves, each with the reason."""

JS_PROSE: Final = re.compile(
    r"""//(?P<line>[^\n]*)|/\*(?P<block>.*?)\*/"""
    r"""|"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>(?:[^'\\\n]|\\.)*)'|`(?P<template>(?:[^`\\]|\\.)*)`""",
    re.DOTALL,
)
Prose = tuple[str, int, str]
"""A place such as a file, the line where a text starts there, and the text."""


def whole(*patterns: str) -> Iterator[Prose]:
    """The files that match, each as one text."""
    assert ROOT is not None
    for pattern in patterns:
        for file in sorted(ROOT.glob(pattern)):
            if file.is_file() and not file.is_symlink():
                yield str(file.relative_to(ROOT)), 1, file.read_text()


def pages() -> Iterator[Prose]:
    """The README, the changelog, the site, and the files that it shows."""
    yield from whole("README.md", "docs/*.md", "docs/quickstart/*.md", "docs/events/*.md")
    yield from whole(
        "Makefile",
        "mkdocs.yml",
        ".pre-commit-hooks.yaml",
        "docs/python-api/**/*.md",
        "docs/examples/**/*.md",
        "docs/examples/*.yml",
    )


def changelog() -> Iterator[Prose]:
    """The changelog without its inline code, which also has names from before they were renamed."""
    for place, start, text in whole("CHANGELOG.md"):
        yield place, start, re.sub(r"`[^`\n]*`", "`…`", text)


def command_help() -> Iterator[Prose]:
    """The help of all commands, and of the command line itself."""
    for name in ("", *cli.COMMANDS):
        shown = io.StringIO()
        with redirect_stdout(shown), pytest.raises(SystemExit):
            cli.main([name, "--help"] if name else ["--help"])
        yield f"junction-webhooks {name}".strip(), 1, shown.getvalue()


def python() -> Iterator[Prose]:
    """Messages, docstrings and comments of the code, its templates and its examples."""
    assert ROOT is not None
    yield from whole("src/**/*.jinja*", "src/**/*.j2")
    for pattern in ("src/**/*.py", "docs/examples/**/*.py"):
        for file in sorted(ROOT.glob(pattern)):
            yield from python_prose(file, str(file.relative_to(ROOT)))


def python_prose(file: Path, place: str) -> Iterator[Prose]:
    """The strings and comments of a module. Comments on consecutive lines are one text."""
    middle = getattr(tokenize, "FSTRING_MIDDLE", None)
    comment: list[str] = []
    start = 0
    with tokenize.open(file) as lines:
        for token in tokenize.generate_tokens(lines.readline):
            if token.type == tokenize.COMMENT:
                start = start if comment else token.start[0]
                comment.append(token.string.lstrip("# "))
                continue
            if token.type in {tokenize.STRING, middle}:
                yield place, token.start[0], token.string
            if comment and token.type != tokenize.NL:
                yield place, start, "\n".join(comment)
                comment = []


def javascript() -> Iterator[Prose]:
    """Messages and comments of the scripts of the site and of the examples for Node."""
    for place, _, text in whole("docs/assets/js/**/*.js", "docs/examples/*.mjs"):
        for found in JS_PROSE.finditer(text):
            yield place, text.count("\n", 0, found.start()) + 1, found[found.lastgroup or 0]


def data() -> Iterator[Prose]:
    """Titles and descriptions of schemas, fixtures and scenarios: all that is in these files but names and ids."""
    yield from whole("schemas/**/*.json", "fixtures/index.json", "fixtures/scenarios/*.json")


def habits_in(texts: Iterable[Prose]) -> list[str]:
    """Each habit in the texts, with its place and what to write."""
    found = []
    for place, start, text in texts:
        for habit, pattern in COMPILED if ANY.search(text) else ():
            for match in pattern.finditer(text):
                words = " ".join(match[0].split())
                if (place, words) not in ALLOWED:
                    line = start + text.count("\n", 0, match.start())
                    found.append(f"{place}:{line}: {words!r}: write {habit.instead!r}")
    return found


@pytest.mark.parametrize("texts", [pages, changelog, command_help, python, javascript, data])
def test_everything_is_in_plain_english(texts: Callable[[], Iterator[Prose]]) -> None:
    """No banned habit is in the README, the site, help, messages, docstrings, comments, schemas or titles."""
    read = list(texts())
    assert read, "nothing was read: did the files move?"
    found = habits_in(read)
    assert not found, "\n".join([f"{len(found)} places to rewrite:", *found])


@table("habit", HABITS, ids=lambda habit: habit.bad)
def test_each_habit_is_found_and_plain_english_is_not(habit: Habit) -> None:
    """The pattern of a habit finds its bad sentence, also across a line break; no pattern finds the good one."""
    (pattern,) = (compiled for each, compiled in COMPILED if each is habit)
    assert pattern.search(habit.bad)
    assert pattern.search(habit.bad.replace(" ", "\n"))
    assert habits_in([("here", 1, habit.good)]) == []


def test_what_is_allowed_is_still_there() -> None:
    """An exception whose words are gone is removed, so that it hides nothing later."""
    sources = (pages, changelog, command_help, python, javascript, data) if ALLOWED else ()
    texts = [text for source in sources for text in source()]
    for place, words in ALLOWED:
        pattern = re.compile(re.escape(words).replace(r"\ ", r"\s+"))
        assert any(where == place and pattern.search(text) for where, _, text in texts), (place, words)

"""The help of a command, as HTML elements: what is aligned for a terminal breaks badly on a narrow screen."""

from __future__ import annotations

import os
import re
from contextlib import redirect_stdout, suppress
from io import StringIO
from textwrap import dedent
from typing import TYPE_CHECKING, Final

from junction_webhooks.cli import main
from junction_webhooks_dev.docs.html import append, code, el, inline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_SECTION: Final = re.compile(r"([a-z][a-z ]*):\n((?:  .*\n?)+)")
"""A heading such as `options:`, and indented lines below it."""
_ENTRY: Final = re.compile(r"  (\S.*?)(?:  +(.*)|)")
"""A term such as `--format FORMAT`, and what follows it in the same line."""


def command(name: str) -> Iterator[Element]:
    """Yield the help of a command: its usage, what it does, its options, and examples."""
    # Not a `div`: the end of one inside, such as a block of code, would end what the search leaves out.
    shown = el("section.jw-help", data_search_exclude="")
    for block in shown_help(name).strip("\n").split("\n\n"):
        append(shown, *_block(block))
    yield shown


def shown_help(name: str) -> str:
    """Return the help of a command, as a terminal of 80 columns shows it."""
    columns = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with redirect_stdout(StringIO()) as shown, suppress(SystemExit):
            main([name, "--help"])
    finally:
        del os.environ["COLUMNS"]
        if columns is not None:
            os.environ["COLUMNS"] = columns
    return shown.getvalue()


def _block(block: str) -> Iterator[Element]:
    """Yield what a paragraph of a help is: a usage, a section, or prose."""
    if block.startswith("usage:"):
        yield el("pre", code(" ".join(block.removeprefix("usage:").split())))
    elif (section := _SECTION.fullmatch(block)) is None:
        # Indented lines below prose are commands, unless they continue an exit code.
        prose, mark, commands = block.partition("\n  ")
        if block.startswith("exit code:"):
            prose, commands = block, ""
        text = " ".join(prose.split())
        yield el("p", *inline(text[:1].upper() + text[1:]))
        if commands:
            yield el("pre", code(dedent(mark.strip("\n") + commands)))
    else:
        heading, body = section.groups()
        yield el("p", el("strong", heading.capitalize()))
        yield el("pre", code(dedent(body).strip("\n"))) if heading == "examples" else _entries(body)


def _entries(body: str) -> Element:
    """Return terms and what they mean. Lines that are indented further continue the meaning."""
    found: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry is None or line.startswith("   "):
            found[-1][1].append(line.strip())
        else:
            found.append((entry[1], [entry[2] or ""]))
    entries = el("dl.jw-members")
    for term, meaning in found:
        append(entries, el("dt", code(term)), el("dd", *inline(" ".join(meaning).strip())))
    return entries

"""Print a random sample of the prose that users read, for an editor to read aloud.

    python -m junction_webhooks_dev.sample_prose --words 2000 --seed 1

Each paragraph, list item, table row, docstring, message and description is printed whole, with its place.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import subprocess
import sys
from pathlib import Path

from junction_webhooks import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CHANGELOG.md", "docs/**/*.md")
DATA = ("schemas/**/*.json", "fixtures/index.json", "fixtures/scenarios/*.json")
CODE = re.compile(r"^ *```.*?^ *```|^ *>>>.*?(?=\n\s*\n|\Z)", re.DOTALL | re.MULTILINE)
PARAGRAPH = re.compile(r"[^\s:][^\n]*(?:\n(?! *(?:[-*|#:]|\d+[.]) ?) *[^\s][^\n]*)*")
STRING = re.compile(r'"([^"]*)": ("(?:[^"\\]|\\.)*")')
FEWEST_WORDS = 5


def main() -> None:
    """Print random texts until there are enough words."""
    parser = argparse.ArgumentParser()
    for option, default in {"--words": 2000, "--seed": 1}.items():
        parser.add_argument(option, type=int, default=default)
    options, texts = parser.parse_args(), []
    for name in cli.COMMANDS:
        command = [sys.executable, "-m", "junction_webhooks", name, "--help"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        texts += [(f"{name} --help", *found) for found in paragraphs(shown)]
    for pattern in (*PAGES, *DATA, "src/junction_webhooks/**/*.py"):
        texts_of = {"md": paragraphs, "py": literals, "json": descriptions}[pattern.rpartition(".")[2]]
        for file in (file for file in ROOT.glob(pattern) if not file.is_symlink()):
            texts += [(str(file.relative_to(ROOT)), *found) for found in texts_of(file.read_text())]
    for place, line, words in random.Random(options.seed).sample(sorted(texts), len(texts)):  # noqa: S311
        if options.words > 0:
            sys.stdout.write(f"{place}:{line}\n    {words}\n")
            options.words -= len(words.split())


def paragraphs(text: str) -> list[tuple[int, str]]:
    """Return the paragraphs, list items, table rows and headings of a text, each after its line."""
    text = CODE.sub(lambda code: "\n" * code[0].count("\n"), text)
    found = PARAGRAPH.finditer(text)
    return [(text.count("\n", 0, each.start()) + 1, " ".join(each[0].split())) for each in found]


def literals(text: str) -> list[tuple[int, str]]:
    """Return the docstrings and messages of a module, with `{}` for what an f-string inserts."""
    found, inner = [], set[ast.AST]()
    for node in ast.walk(ast.parse(text)):  # parents come before their children
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        words = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        if node not in inner and len(words.split()) >= FEWEST_WORDS:
            found.append((getattr(node, "lineno", 0), " ".join(CODE.sub("", words).split())))
        inner.update(parts)
    return found


def descriptions(text: str) -> list[tuple[int, str]]:
    """Return the titles in a JSON document, and its other strings of several words."""
    lines = enumerate(text.splitlines(), start=1)
    found = [(at, key, json.loads(words)) for at, line in lines for key, words in STRING.findall(line)]
    return [each[::2] for each in found if each[1] == "title" or len(each[2].split()) >= FEWEST_WORDS]


if __name__ == "__main__":
    main()

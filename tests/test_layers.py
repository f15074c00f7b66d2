"""What import-linter cannot see: imports from the face, and folders whose listing is too long to read."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from support.tables import table

import junction_webhooks

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(junction_webhooks.__file__).parent
FACE = "junction_webhooks"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def from_the_face(source: str) -> Iterator[str]:
    """The names that a module imports from the root package and that are no packages or modules of it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == FACE and node.level == 0:
            yield from (
                each.name
                for each in node.names
                if not (PACKAGE / each.name).is_dir() and not (PACKAGE / f"{each.name}.py").is_file()
            )
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "." * node.level


@table("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_imports_from_the_face(path: Path) -> None:
    """The root package imports lazily, so a cycle through it would show only when the program runs."""
    assert list(from_the_face(path.read_text("utf-8"))) == []


@table(
    ("source", "found"),
    [
        ("from junction_webhooks import check, contract", ["check"]),
        ("def f():\n    from junction_webhooks import Webhook", ["Webhook"]),
        ("if TYPE_CHECKING:\n    from junction_webhooks import Report as R", ["Report"]),
        ("from . import check", ["."]),
        ("from junction_webhooks.validation import check\nimport junction_webhooks.contract", []),
    ],
)
def test_the_search_sees_every_import(source: str, found: list[str]) -> None:
    """Imports inside functions, for type checkers only, and relative ones are seen."""
    assert list(from_the_face(source)) == found


def test_no_folder_lists_more_than_fifteen_modules() -> None:
    """The listing of a folder says what is in it. A longer one needs a package of its own for some of its modules."""
    counts = Counter(path.parent for path in PACKAGE.parent.rglob("*.py") if path.name != "__init__.py")
    assert PACKAGE / "validation" in counts
    assert {path.as_posix(): count for path, count in counts.items() if count > 15} == {}

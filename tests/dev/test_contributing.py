"""The page for contributors names what there is."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec

from support.tables import table

from junction_webhooks.contract import _files

ROOT = _files.checkout()
assert ROOT is not None
PAGE = (ROOT / "docs/contributing.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_picture_shows_the_layers_that_the_linter_enforces() -> None:
    """The picture has the layers of `pyproject.toml` in the same order, those to come included."""
    enforced = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    picture = PAGE.partition("┌─ src/junction_webhooks ─")[2].partition("└")[0]
    shown = re.findall(r"^│ ((?:[a-z_]+, )*[a-z_]+)  ", picture, flags=re.MULTILINE)
    assert [set(line.split(", ")) for line in shown] == [
        set(re.findall(r"[a-z_]+", each)) for each in enforced
    ]


@table(
    "path",
    sorted(set(re.findall(r"`((?:docs|fixtures|generated|schemas|src|tests|\.ci)/[a-z_0-9./-]*)`", PAGE))),
)
def test_paths_exist(path: str) -> None:
    """Every file and folder that the page names is there."""
    assert ROOT is not None
    assert (ROOT / path).exists()


def test_commands_exist() -> None:
    """Every target of make, and every module that the page runs, is there; no tool is left out."""
    assert ROOT is not None
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", PAGE)) <= targets
    modules = set(re.findall(r"`python -m (junction_webhooks_dev[.][a-z_]+)", PAGE))
    assert all(find_spec(module) for module in modules)
    files = (ROOT / "src/junction_webhooks_dev").glob("*.py")
    tools = {f"junction_webhooks_dev.{path.stem}" for path in files if path.stem != "__init__"}
    assert modules == tools | {"junction_webhooks_dev.codegen"}

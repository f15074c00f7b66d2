"""The examples in docstrings run, and every public entry point has one."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import pkgutil
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from support.sizes import sizes
from support.tables import table

import junction_webhooks

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = [
    "junction_webhooks",
    *sorted(
        module.name
        for module in pkgutil.walk_packages(junction_webhooks.__path__, "junction_webhooks.")
        # Importing a `__main__` runs the command, and the hook needs PyInstaller.
        if not module.name.endswith(("__main__", "hook-junction_webhooks"))
    ),
]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public_modules() -> Iterator[Any]:
    """Yield the modules whose names users import: those with `__all__`, and none below a private package."""
    for name in MODULES:
        module = import_module(name)
        if hasattr(module, "__all__") and not any(part.startswith("_") for part in name.split(".")):
            yield module


def methods(cls: type) -> Iterator[str]:
    """Yield the names of the public methods that a class defines itself, without its properties."""
    for name, member in vars(cls).items():
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, classmethod)):
            yield name


def is_result(cls: type) -> bool:
    """Say whether the class is a dataclass or a named tuple."""
    return dataclasses.is_dataclass(cls) or issubclass(cls, tuple)


def examples_of(module: Any) -> str:
    """Return the source and the output of every example of a module, and of where its names come from."""
    homes = {getattr(getattr(module, name), "__module__", "") for name in module.__all__} & {*MODULES}
    found = doctest.DocTestFinder(exclude_empty=True)
    return "\n".join(
        each.source + each.want
        for home in sorted(homes | {module.__name__})
        for test in found.find(import_module(home))
        for each in test.examples
    )


def without_example() -> Iterator[str]:
    """Yield each public function, class and method that no example of its module names.

    Results, which are dataclasses and named tuples, are shown by the functions that return them.
    """
    for module in public_modules():
        examples = examples_of(module)
        for name in module.__all__:
            subject = getattr(module, name)
            if getattr(subject, "_is_protocol", False):
                continue  # It describes what a fixture returns, and is never made or caught.
            if inspect.isclass(subject):
                used = [method for method in methods(subject) if re.search(rf"[.]{method}\b", examples)]
                yield from (
                    f"{module.__name__}.{name}.{method}" for method in methods(subject) if method not in used
                )
                shown = used or is_result(subject) or re.search(rf"\b{name}\b", examples)
            else:
                shown = not inspect.isroutine(inspect.unwrap(subject)) or re.search(rf"\b{name}[(]", examples)
            if not shown:
                yield f"{module.__name__}.{name}"


@pytest.fixture
def tried(size: int) -> Iterator[None]:
    """Tests of Hypothesis that are defined meanwhile try so many examples."""
    usual = settings.get_current_profile_name()
    settings.register_profile("docstrings", settings.get_profile(usual), max_examples=size)
    settings.load_profile("docstrings")
    yield
    settings.load_profile(usual)


@sizes(4, exhaustive=100)
@pytest.mark.usefixtures("tried")
@table("name", MODULES)
def test_examples_run(name: str, size: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Every example in the docstrings of the module prints what it says, without a warning."""
    assert settings.default
    assert settings.default.max_examples == size
    result = doctest.testmod(import_module(name), optionflags=FLAGS)
    assert result.failed == 0, capsys.readouterr().out


def test_every_public_entry_point_has_an_example() -> None:
    """Each function, class and method in the `__all__` of a public module is named in an example there."""
    assert sorted(set(without_example())) == []


def test_public_modules_are_found() -> None:
    """The modules that users import are among those that are looked at, and private ones are not."""
    names = {module.__name__ for module in public_modules()}
    assert {"junction_webhooks", "junction_webhooks.contract", "junction_webhooks.lifecycle"} <= names
    assert not {name for name in names if "._" in name}

"""Modules that are imported when they are first used.

Annotations can then be resolved at run time, as FastAPI and pydantic do, though importing this package does
not load the models.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class _LazyModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        # pytest and inspect look for private names in whatever they find: that must not import anything.
        if name.startswith("_"):
            message = f"module {self.__name__!r} is not imported yet, and {name!r} does not import it"
            raise AttributeError(message)
        return getattr(import_module(self.__name__), name)


def lazy(name: str) -> ModuleType:
    """Return a stand-in for a module, which imports it when one of its public names is first used."""
    return _LazyModule(name)

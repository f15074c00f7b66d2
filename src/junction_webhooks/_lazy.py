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
        return getattr(import_module(self.__name__), name)


def lazy(name: str) -> ModuleType:
    """Return a stand-in for a module, which imports it when one of its attributes is first used."""
    return _LazyModule(name)

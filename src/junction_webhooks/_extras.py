"""What to say if an extra is not installed.

It never suggests a command that installs this package by name, because anybody can own that name on an index.
"""

from __future__ import annotations


def missing(module: str | None, *extras: str) -> str:
    """A message that a module of an extra is not installed, and what to do."""
    names = ",".join(extras)
    return f"{module} is not installed: install junction-webhooks[{names}] from where you have that package"

"""What to say where an extra is not installed.

No command is named that fetches this package by its name: on an index that name may be anybody's.
"""

from __future__ import annotations


def missing(module: str | None, *extras: str) -> str:
    """That a module of an extra is not installed, and what to do."""
    names = ",".join(extras)
    return f"{module} is not installed: install junction-webhooks[{names}] from where you have that package"

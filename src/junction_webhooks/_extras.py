"""What to say if an extra is not installed.

It never suggests a command that installs this package by name, because anybody can own that name on an index.
"""

from __future__ import annotations


def missing(module: str | None, *extras: str) -> str:
    """A message that a module of an extra is not installed, and what to do."""
    names = ",".join(extras)
    return (
        f"{module} is not installed: pip install '/path/to/junction-webhooks[{names}]', "
        "with the path of your checkout or wheel"
    )

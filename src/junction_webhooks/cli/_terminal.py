"""What all commands do in a terminal: exit codes, complaints, colours and bars."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

FAILED: Final = 1
UNUSABLE: Final = 2
_COLOURS: Final = {"conforms": "32", "drifts": "33", "rejected": "31", "faint": "2", "bold": "1"}


def complain(message: str) -> int:
    """Say on standard error why nothing can be done, line by line; returns the exit code for it."""
    for line in message.splitlines():
        sys.stderr.write(f"junction-webhooks: {printable(line)}\n")
    return UNUSABLE


def printable(text: str) -> str:
    """The text with control characters escaped, so that what was read cannot steer the terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def count(number: int, noun: str) -> str:
    """A number of things, in words."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def coloured(name: str, text: str) -> str:
    """The text in that colour, or weight, where standard output is a terminal that wants any."""
    wanted = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return f"\033[{_COLOURS[name]}m{text}\033[0m" if wanted else text


def progress(things: Iterable[Any], *, total: int, unit: str = "file") -> Iterable[Any]:
    """The things, with a bar on a terminal once they take longer than a second."""
    if total > 1 and sys.stderr.isatty() and find_spec("tqdm"):
        from tqdm import tqdm  # noqa: PLC0415  (an extra)

        return tqdm(things, total=total, delay=1, leave=False, unit=unit)
    return things

"""What is read from a file: payloads with their places, and records that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from junction_webhooks.inputs.wrappers import Wrapping

MAX_RECORD: Final = 64 * 2**20
"""The largest record in bytes. A payload of a lab test is a few kilobytes."""
TOO_LARGE: Final = "is larger than 64 MiB, the most for one record: split the file into one record per line"


class InputError(Exception):
    """A path has no payloads or cannot be read. The message names the path, the reason and what to do."""


class Layout(NamedTuple):
    """How the rows of a file are laid out."""

    form: str
    """`document`: a row is a whole document; `lines`: one row per line; `rows`: the rows are in an array."""
    path: tuple[str, ...] = ()
    """The properties that lead to the array of `rows`; empty if the array is the document."""
    document: int = 0
    """The number of the document in its file, counted from 0. Few files have a second one."""


class Row(NamedTuple):
    """One JSON value of a file, not yet unwrapped."""

    line: int | None
    """The line it starts on, counted from 1; None if it is the whole file."""
    offset: int
    """The byte it starts at, counted from 0, after decompression."""
    pointer: str
    """Its JSON pointer in its document."""
    raw: bytes | None
    """None if it is larger than `MAX_RECORD`."""
    layout: Layout


class Place(NamedTuple):
    """Where a record was found."""

    source: str
    """The file, or `standard input`."""
    line: int | None
    """The line that its row starts on, counted from 1; None if the row is the whole file."""
    offset: int
    """The byte that its row starts at, counted from 0, after decompression."""
    pointer: str = ""
    """JSON pointer to the payload in its document: through arrays and whatever wraps the payload."""

    def __str__(self) -> str:
        """Return the place as messages name it, such as `dump.json:12 /Messages/3/Body`."""
        line = "" if self.line is None else f":{self.line}"
        return f"{self.source}{line} {self.pointer}".rstrip()


class Input(NamedTuple):
    """The body of one payload, and where it was found."""

    place: Place
    body: bytes
    layout: Layout
    wrapping: Wrapping | None = None
    """What the payload was wrapped in, with everything that is needed to wrap another one the same way."""


class Unreadable(NamedTuple):
    """A record that cannot be read. The records after it can."""

    place: Place
    reason: str
    """What is wrong and what to do about it, as a sentence that continues the place."""

    def __str__(self) -> str:
        """Return the place and the reason, without patient data."""
        return f"{self.place}: {self.reason}"


Record: TypeAlias = Input | Unreadable

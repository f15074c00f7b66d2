"""Options that several commands share. Each has the same name and the same meaning everywhere."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks._similar import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS: Final[Mapping[str, str]] = {
    "text": "",
    "json": "",
    "ndjson": "one JSON object per line",
    "markdown": "",
    "junit": "",
    "curl": "",
}
"""All formats of output, with an explanation where the name is not enough.

A command supports some of them. `text` is for people, and `json` is one JSON document.
"""


def add_event_option(parser: argparse.ArgumentParser, help: str) -> None:  # noqa: A002  (the name that argparse uses)
    """Add `--event TYPE`, an event type of the contract."""
    parser.add_argument("--event", choices=contract.EVENT_TYPES, metavar="TYPE", help=help)


def add_format_option(parser: argparse.ArgumentParser, *formats: str, default: str | None = "text") -> None:
    """Add `--format FORMAT`, with some of the `FORMATS`: the default first, one that is explained last."""
    first, *others = formats
    meaning = FORMATS.get(others[-1], "")
    parser.add_argument(
        "--format",
        choices=formats,
        default=default,
        metavar="FORMAT",
        help=in_words([f"{first} (default)", *others]) + (f": {meaning}" if meaning else ""),
    )


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add `-o FILE` and `--force`. `cli.main` then writes what the command prints to that file."""
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file; default: standard output")
    add_force_option(parser)


def add_force_option(parser: argparse.ArgumentParser) -> None:
    """Add `--force`, which overwrites what `-o` names."""
    parser.add_argument("--force", action="store_true", help="with -o, overwrite an existing file")


BODY_AT_UNUSED: Final = "--body-at was not needed: every row is an event itself"
"""What to say if an option had no effect, because nothing was wrapped."""


def add_body_option(parser: argparse.ArgumentParser) -> None:
    """Add `--body-at POINTER`, where rows have the payload that they wrap."""
    parser.add_argument(
        "--body-at",
        type=_body_pointer,
        metavar="POINTER",
        help="where rows have the payload; detected by default",
    )


def _body_pointer(text: str) -> str:
    from junction_webhooks.inputs.wrappers import checked_pointer  # noqa: PLC0415  (only two commands need it)

    try:
        return checked_pointer(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def positive_integer(text: str) -> int:
    """The number in the text, for `type=` of an argument. Raises `ArgumentTypeError` if it is less than 1."""
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        message = f"{text!r} is not a whole number of 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def whole_number(text: str) -> int:
    """The number in the text, which may be negative. Raises `ArgumentTypeError` for any other text."""
    try:
        return int(text)
    except ValueError:
        message = f"{text!r} is not a whole number"
        raise argparse.ArgumentTypeError(message) from None

"""What the parsers of all commands share: the layout of their help, and common arguments."""

from __future__ import annotations

import argparse
import shutil
from typing import Final

from junction_webhooks import contract

_WIDTH: Final = 79
"""The longest line in any help. It fits a terminal of 80 columns, and the command-line page of the site."""


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Lays out help in lines of at most 79 characters, or narrower on a narrow terminal.

    Descriptions and epilogs keep their line breaks, which are written by hand for that width.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(_WIDTH, shutil.get_terminal_size().columns - 1))


def describe(parser: argparse.ArgumentParser, description: str, epilog: str) -> None:
    """Set what a command's help says before and after its options."""
    parser.description = description
    parser.epilog = epilog


def add_event_option(parser: argparse.ArgumentParser, help: str) -> None:  # noqa: A002  (the name that argparse uses)
    """Add `--event TYPE`, an event type of the contract."""
    parser.add_argument("--event", choices=contract.EVENT_TYPES, metavar="TYPE", help=help)


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

"""`junction-webhooks newer`: which of two payloads is newer."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

from junction_webhooks import lifecycle
from junction_webhooks.cli._one_payload import read_one
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_format_option, add_output_options
from junction_webhooks.cli._terminal import FAILED, complain, printable
from junction_webhooks.inputs.records import InputError

if TYPE_CHECKING:
    import argparse

    from junction_webhooks.lifecycle import Age

_DESCRIPTION: Final = """\
Say which of two payloads about the same order or appointment is newer,
whatever the order of their arrival.
"""
_EXIT_CODES: Final = """\
0 one is newer, or both are the same; 1 the payloads do not decide
           it: fetch the current object; 2 unreadable input, payloads about
           different objects, or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks newer stored.json received.json",
    "cat received.json | junction-webhooks newer stored.json - --format json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `newer`."""
    describe(parser, _DESCRIPTION, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument("first", metavar="A", help='a file with one payload, or "-" for standard input')
    parser.add_argument("second", metavar="B", help="another one, about the same object")
    add_format_option(parser, "text", "json")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Compare the two payloads and write which is newer. Return the exit code."""
    try:
        age = lifecycle.compare(read_one(options.first), read_one(options.second))
    except (InputError, ValueError) as error:
        return complain(str(error))
    if options.format == "json":
        newer = {"newer": options.second, "older": options.first}.get(age)
        sys.stdout.write(json.dumps({"result": age, "newer": newer}) + "\n")
    else:
        sys.stdout.write(_sentence(age, printable(options.first), printable(options.second)) + "\n")
    return FAILED if age == "undecided" else 0


def _sentence(age: Age, first: str, second: str) -> str:
    match age:
        case "newer":
            return f"{second} is newer"
        case "older":
            return f"{first} is newer"
        case "same":
            return "the same: nothing differs under data"
        case _:
            return "undecided: fetch the current object from Junction's API"

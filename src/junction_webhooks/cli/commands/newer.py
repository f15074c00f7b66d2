"""`junction-webhooks newer`: which of two payloads is newer."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import lifecycle
from junction_webhooks._jsonschema.formats import is_uuid
from junction_webhooks.cli._one_payload import read_one
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_format_option, add_output_options
from junction_webhooks.cli._terminal import FAILED, complain, printable
from junction_webhooks.inputs.paths import STANDARD_INPUT
from junction_webhooks.inputs.records import InputError
from junction_webhooks.lifecycle._subjects import subject

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
        first, second = read_one(options.first), read_one(options.second)
        objects = _object(options.first, first), _object(options.second, second)
        if objects[0] != objects[1]:
            return complain(f"these are two objects, so neither is newer: {objects[0]} and {objects[1]}")
        age = lifecycle.compare(first, second)
    except (InputError, ValueError) as error:
        return complain(str(error))
    if options.format == "json":
        newer = {"newer": options.second, "older": options.first}.get(age)
        sys.stdout.write(json.dumps({"result": age, "newer": newer}) + "\n")
    else:
        sys.stdout.write(_sentence(age, printable(options.first), printable(options.second)) + "\n")
    return FAILED if age == "undecided" else 0


def _object(path: str, payload: dict[str, Any]) -> str:
    """Return what a payload is about, such as an order and its id. Raises `InputError` for no event."""
    try:
        family, data, _ = subject(payload)
    except ValueError as error:
        message = f"{'standard input' if path == STANDARD_INPUT else path}: {error}"
        raise InputError(message) from None
    id_ = data.get(family.identity)
    # Anything else in its place may be patient data.
    return f"{family.name} {id_}" if isinstance(id_, str) and is_uuid(id_) else family.name


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

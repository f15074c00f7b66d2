"""`junction-webhooks verify`: verify a captured delivery, or find out why its signature is not valid."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.cli import _live
from junction_webhooks.cli._one_payload import read_bytes
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_format_option, add_output_options
from junction_webhooks.cli._terminal import FAILED, coloured, complain
from junction_webhooks.inputs.records import InputError
from junction_webhooks.live.verification import explain

if TYPE_CHECKING:
    import argparse

    from junction_webhooks.live.verification import Explanation

_DESCRIPTION: Final = """\
Verify the signature of a captured delivery. If it is not valid, find out why:
another secret, a body that was parsed and written again, or the clock.
"""
_NOTES: Final = """\
The headers are a file with "Name: value" lines, such as curl and proxies
write, or with a JSON object. --header adds single ones.
"""
_EXIT_CODES: Final = """\
0 valid; 1 not valid; 2 unreadable input, no usable secret, or
           usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks verify body.json --headers headers.txt --any-time",
    "junction-webhooks verify - --headers headers.json < body.json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `verify`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument("file", metavar="FILE", help='the body as it arrived, or "-" for standard input')
    parser.add_argument("--headers", metavar="FILE", help="the headers of the delivery")
    parser.add_argument(
        "-H", "--header", type=_header, action="append", default=[], metavar="HEADER",
        help="one header, 'NAME: VALUE'; repeatable",
    )  # fmt: skip
    parser.add_argument("--any-time", action="store_true", help="accept a signature of any age")
    _live.add_secret_options(parser)
    add_format_option(parser, "text", "json")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Verify the delivery and write the result. Return the exit code."""
    if not options.headers and not options.header:
        return complain("which headers? use --headers FILE or -H 'NAME: VALUE'")
    try:
        secrets = _live.secrets(options)
        headers = _headers(read_bytes(options.headers)) if options.headers else []
        headers += _headers("\n".join(options.header).encode())
        found = explain(read_bytes(options.file), headers, secrets, any_time=options.any_time)
    except (_live.OptionError, InputError) as error:
        return complain(str(error))
    sys.stdout.write(_as_json(found) if options.format == "json" else _as_text(found))
    return 0 if found.is_valid else FAILED


def _header(text: str) -> str:
    """Return a header as it was given. Raises `ArgumentTypeError` if it has no name or no colon."""
    name, colon, _ = text.partition(":")
    if not colon or not name.strip():
        # It may be a part of a secret, so it is not shown.
        message = "expected 'NAME: VALUE', with a colon"
        raise ArgumentTypeError(message)
    return text


def _headers(written: bytes) -> list[tuple[str, str]]:
    """Return the headers in lines or in a JSON object. Lines without a name are skipped."""
    text = written.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return [(name, each) for name, given in value.items() for each in _values(given)]
    pairs = (line.strip().removeprefix("< ").partition(":") for line in text.splitlines())
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon]


def _values(given: Any) -> list[str]:
    return [str(each) for each in given] if isinstance(given, list) else [str(given)]


def _as_json(found: Explanation) -> str:
    delivery = found.delivery
    record = {
        "valid": found.is_valid,
        "verdict": found.verdict,
        "message": found.message,
        "id": delivery.id if delivery else None,
        "sent_at": delivery.sent_at.isoformat() if delivery else None,
    }
    return json.dumps(record, indent=2) + "\n"


def _as_text(found: Explanation) -> str:
    if found.is_valid and found.delivery:
        when = f"{found.delivery.sent_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"{coloured('conforms', 'valid')}: {found.delivery.id}, signed at {when}\n"
    return f"{coloured('rejected', 'not valid')}: {found.message} ({found.verdict})\n"

"""`junction-webhooks sign`: sign a body, and print the headers or a curl command."""

from __future__ import annotations

import json
import os
import shlex
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Final

from junction_webhooks.cli import _live
from junction_webhooks.cli._one_payload import read_bytes
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_format_option, add_output_options
from junction_webhooks.cli._terminal import complain
from junction_webhooks.inputs.records import InputError
from junction_webhooks.live.guard import DestinationError, check_url

if TYPE_CHECKING:
    import argparse

_DESCRIPTION: Final = """\
Sign a body as Junction would, and print the headers, or a curl command that
sends it. The bytes of the file are signed as they are: a line break at the
end counts.
"""
_EXIT_CODES: Final = "0; 2 unreadable input, no usable secret, or usage error"
_EXAMPLES: Final = (
    "junction-webhooks sign body.json",
    "junction-webhooks sign body.json --format curl > post.sh",
    "junction-webhooks sign body.json --at 2026-01-01T00:00:00Z --id msg_1",
)
_EXAMPLE_URL: Final = "http://localhost:8000/webhooks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `sign`."""
    describe(parser, _DESCRIPTION, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument("file", metavar="FILE", help='the body, or "-" for standard input')
    _live.add_secret_options(parser)
    parser.add_argument("--id", metavar="ID", help="the id of the delivery; default: a new one")
    _live.add_checked(
        parser, "--at", _time, metavar="TIME", help="when it is signed, with an offset; default: now"
    )
    parser.add_argument("--standard", action="store_true", help="use the names webhook-id and so on")
    parser.add_argument("--to", metavar="URL", help=f"with --format curl; default: ${_live.URL_VARIABLE}")
    add_format_option(parser, "text", "json", "curl")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Sign the body and write the headers. Return the exit code."""
    if options.to and options.format != "curl":
        return complain("--to is the URL of the curl command: use it with --format curl")
    try:
        body = read_bytes(options.file)
        webhook, _ = _live.webhook(options)
        headers = webhook.sign(body, id=options.id, sent_at=options.at, standard=options.standard)
        url = options.to or os.environ.get(_live.URL_VARIABLE) or _EXAMPLE_URL
        if options.format == "curl":
            check_url(url)
    except DestinationError as error:
        return complain(f"--to: {error}")
    except (_live.OptionError, InputError) as error:
        return complain(str(error))
    except ValueError as error:
        return complain(f"--id or --at: {error}")
    if options.format == "curl":
        sys.stdout.write(_curl(url, options.file, headers))
    elif options.format == "json":
        sys.stdout.write(json.dumps(headers, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{name}: {value}\n" for name, value in headers.items()))
    return 0


def _curl(url: str, file: str, headers: dict[str, str]) -> str:
    """Return a command for a shell. With `--data-binary`, curl sends the file byte for byte."""
    every = {"content-type": "application/json", **headers}
    parts = [
        f"curl --include {shlex.quote(url)}",
        *(f"--header {shlex.quote(f'{name}: {value}')}" for name, value in every.items()),
        f"--data-binary {shlex.quote(f'@{file}')}",
    ]
    return " \\\n  ".join(parts) + "\n"


def _time(text: str) -> datetime:
    """Return a time with an offset. Raises `ValueError` for any other text."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        message = f"{text!r} is not a time with an offset, such as 2026-01-01T00:00:00Z"
        raise ValueError(message)
    return time

"""Options of all commands that send or sign: the destination and the secret."""

from __future__ import annotations

import argparse
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.cli._terminal import complain
from junction_webhooks.live.guard import DestinationError, Guard
from junction_webhooks.live.sending import MOST_RETRIES
from junction_webhooks.signing import BENCH_SECRET, Webhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from junction_webhooks.live.guard import Destination

URL_VARIABLE: Final = "JUNCTION_WEBHOOKS_URL"
SECRET_VARIABLE: Final = "JUNCTION_WEBHOOK_SECRET"  # noqa: S105  (the name of a variable)


class OptionError(ValueError):
    """An option has no usable value. The message never contains a secret."""


def add_destination_options(parser: argparse.ArgumentParser) -> None:
    """Add `--to` and `--allow-host`."""
    parser.add_argument("--to", metavar="URL", help=f"default: ${URL_VARIABLE}")
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="also send to this host; repeatable"
    )


def add_secret_options(parser: argparse.ArgumentParser) -> None:
    """Add `--secret-file` and `--secret`."""
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--secret-file", metavar="FILE", help=f"default: ${SECRET_VARIABLE}, or the bench secret"
    )
    chosen.add_argument("--secret", metavar="SECRET", help="the secret itself, visible in process lists")


def add_checked(parser: Any, name: str, read: Callable[[str], Any], **options: Any) -> None:
    """Add an option whose value `read` parses. Usage errors show the message of its `ValueError`."""

    def checked(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    parser.add_argument(name, type=checked, **options)


def destination(options: argparse.Namespace, guard: Guard | None = None) -> Destination:
    """Return where to send. Raises `OptionError`."""
    url = options.to or os.environ.get(URL_VARIABLE)
    if not url:
        message = f"where to? use --to http://localhost:8000/webhooks, or set {URL_VARIABLE}"
        raise OptionError(message)
    try:
        return (guard or Guard(options.allow_host)).check(url)
    except DestinationError as error:
        message = f"--to: {error}"
        raise OptionError(message) from None


def webhook(options: argparse.Namespace) -> tuple[Webhook, bool]:
    """Return what signs, and whether it signs with the public bench secret. Raises `OptionError`."""
    chosen = secrets(options)
    return Webhook(chosen), BENCH_SECRET in chosen


def secrets(options: argparse.Namespace) -> list[str]:
    """Return the secret, or several during a rotation, separated by white space.

    Raises `OptionError` for a malformed secret and for a file that cannot be read.
    """
    text, source = _secret(options)
    chosen = text.split()
    try:
        Webhook(chosen)
    except ValueError as error:
        message = f"{source}: {error}"
        raise OptionError(message) from None
    return chosen


def _secret(options: argparse.Namespace) -> tuple[str, str]:
    """Return the text with the secrets, and where it comes from. Raises `OptionError`."""
    if options.secret is not None:
        complain("--secret shows in process lists and shell histories: use --secret-file")
        return options.secret, "--secret"
    if options.secret_file is not None:
        try:
            return Path(options.secret_file).read_text("utf-8"), "--secret-file"
        except (OSError, UnicodeDecodeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "it is not text"
            message = f"--secret-file: {options.secret_file}: cannot be read: {reason.lower()}"
            raise OptionError(message) from None
    own = os.environ.get(SECRET_VARIABLE)
    return (own, SECRET_VARIABLE) if own else (BENCH_SECRET, "")


def explain_bench_secret() -> None:
    """Say which secret signed, for an endpoint that refuses the signature."""
    complain(
        "if your endpoint refuses the signature: it needs the public bench secret, or you need its own "
        f"(--secret-file FILE)\n  {BENCH_SECRET}"
    )


def read_number(text: str) -> float:
    """Return a positive number. Raises `ValueError` for any other text."""
    if not re.fullmatch(r"[0-9]+([.][0-9]+)?", text) or not float(text):
        message = f"{text!r} is not a number above 0"
        raise ValueError(message)
    return float(text)


def read_seconds(text: str) -> timedelta:
    """Return a duration such as `2s`, `500ms` or `1m`. Raises `ValueError` for any other text."""
    match = re.fullmatch(r"([0-9]+(?:[.][0-9]+)?)(ms|s|m|)", text)
    if match is None:
        message = f"{text!r} is not a duration, such as 2s or 500ms"
        raise ValueError(message)
    return timedelta(seconds=float(match[1]) * {"ms": 0.001, "m": 60}.get(match[2], 1))


def read_retries(text: str) -> int:
    """Return how often to send again. Raises `ValueError` for more than Junction does."""
    if not text.isdecimal() or int(text) > MOST_RETRIES:
        message = f"{text!r} is not a number of retries, from 0 to {MOST_RETRIES}"
        raise ValueError(message)
    return int(text)

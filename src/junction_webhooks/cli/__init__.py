"""The command line, `junction-webhooks`: builds the parser and runs the chosen command.

A command is one module in `cli.commands` with two functions:

* `add_arguments(parser)` adds its arguments, description and examples to its parser;
* `run(options)` does the work and returns the exit code.

A new command needs its module and a line in `COMMANDS`. Only the module of the chosen command is imported, so
`junction-webhooks --help` stays fast.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from junction_webhooks.cli._parser import HelpFormatter
from junction_webhooks.cli._terminal import cannot_write, prepare_streams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import SupportsWrite

COMMANDS: Final[Mapping[str, str]] = {
    "validate": "check payloads against the contract",
    "redact": "turn captured payloads into safe fixtures",
    "scenarios": "list scenarios, show one, or print its payloads",
    "generate": "generate payloads to test a parser with",
    "show": "print a fixture, or a delivery of a scenario",
    "send": "send deliveries to your endpoint",
    "test": "test your endpoint against the rules of delivery",
    "sign": "sign a body, and print the headers or a curl command",
    "verify": "verify a signature, or find out why it is not valid",
    "history": "find anything unusual in the histories of payloads",
    "newer": "say which of two payloads is newer",
    "vendor": "copy the contract into another repository, and update it there",
    "diff": "show what changed between two versions, and what it can break",
    "drift": "compare Junction's API with the contract",
}
"""Each command with its line in `junction-webhooks --help`, in that order."""
_INTERRUPTED: Final = 130
"""The exit code that shells use for a process stopped by Ctrl-C: 128 + SIGINT."""


class Command(Protocol):
    """A module in `cli.commands`."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments, the description and the examples to the parser of the command."""

    def run(self, options: argparse.Namespace) -> int:
        """Do the work and return the exit code."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    if getattr(sys, "frozen", False):
        # The processes of `validate -j` start as this program again.
        import_module("multiprocessing").freeze_support()
    try:
        prepare_streams()
        try:
            options = build_parser().parse_args(arguments)
            code = _load(options.command).run(options)
        finally:
            # Also what argparse printed before it exits.
            sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        return cannot_write(error)
    return code


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line. A command's arguments are added when that command is parsed."""
    parser = _Parser(
        prog="junction-webhooks",
        description="The contract of Junction's walk-in lab-test webhooks. Independent of Junction.",
        epilog="junction-webhooks COMMAND --help lists the options of a command, with examples.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("-V", "--version", action=_Version, nargs=0, help="show the versions and exit")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_CommandParser
    )
    for name, summary in COMMANDS.items():
        command: Any = commands.add_parser(name, help=summary, formatter_class=HelpFormatter)
        command.command = name
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser whose help raises `OSError` if it cannot be written; argparse would ignore that."""

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        (file or sys.stdout).write(self.format_help())


class _CommandParser(_Parser):
    """The parser of one command. It imports the command's module only when it has something to parse."""

    command: str

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        _load(self.command).add_arguments(self)
        found, rest = super().parse_known_args(args, namespace)
        for action in self._actions:
            given = getattr(found, action.dest, None)
            if given == "" or (isinstance(given, list) and "" in given):
                # Often a variable of a shell script that is not set. As a path, it would be this folder.
                self.error(f"argument {action.metavar or action.dest}: expected a value, not an empty text")
        return found, rest


def _load(command: str) -> Command:
    return cast("Command", import_module(f"junction_webhooks.cli.commands.{command}"))


class _Version(argparse.Action):
    """Print the versions of the package and of the contract in it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  (only --version needs these)

        from junction_webhooks import contract  # noqa: PLC0415
        from junction_webhooks.contract import releases  # noqa: PLC0415

        released = "" if releases.is_released(contract.version()) else ", not released"
        try:
            own = version("junction-webhooks")
        except PackageNotFoundError:
            # Archives and frozen programs often have the package without its metadata.
            own = "of unknown version"
        versions = f"{own} (contract {contract.version()}{released})"
        sys.stdout.write(f"{parser.prog} {versions}\n")
        parser.exit()

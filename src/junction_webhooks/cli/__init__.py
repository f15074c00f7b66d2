"""The command line, `junction-webhooks`: builds the parser and runs the chosen command.

A command is one module in `cli.commands` with two functions:

* `add_arguments(parser)` adds its arguments, description and examples to its parser;
* `run(options)` does the work and returns the exit code. It prints to standard output, which `-o` redirects.

A new command needs its module and a line in `GROUPS`. Only the module of the chosen command is imported, so
`junction-webhooks --help` stays fast.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Container, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from junction_webhooks.cli._parsing.help import listed, overview
from junction_webhooks.cli._parsing.parser import Parser
from junction_webhooks.cli._terminal import INTERRUPTED, cannot_write, prepare_streams

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "see what Junction sends": {
        "scenarios": "list scenarios, show one, or print its payloads",
        "show": "list fixtures, print one, or print a delivery of a scenario",
        "generate": "generate payloads or whole journeys from a seed",
    },
    "look into what you received": {
        "validate": "check payloads against the contract",
        "history": "find anything unusual in the histories of payloads",
        "newer": "say which of two payloads is newer",
        "redact": "turn captured payloads into safe fixtures",
    },
    "try your endpoint": {
        "send": "send deliveries to your endpoint",
        "test": "test your endpoint against the rules of delivery",
        "sign": "sign a body, and print the headers or a curl command",
        "verify": "verify a signature, or find out why it is not valid",
    },
    "keep up with changes": {
        "vendor": "copy the contract into another repository, and update it",
        "diff": "show what changed between two versions, and what it can break",
        "drift": "compare Junction's API with the contract",
    },
    "in your shell": {
        "completion": "complete commands, options and names with the Tab key",
    },
}
"""The commands with their lines in `junction-webhooks --help`, in the order in which people meet them."""
COMMANDS: Final[Mapping[str, str]] = {
    name: line for commands in GROUPS.values() for name, line in commands.items()
}
"""Each command with its line in the help, in that order."""
_DESCRIPTION: Final = "Work with Junction's walk-in lab-test webhooks. Independent of Junction."
_EXAMPLES: Final = (
    "junction-webhooks scenarios redraw",
    "junction-webhooks validate payload.json",
    "junction-webhooks send redraw --to http://localhost:8000/webhooks",
    "junction-webhooks COMMAND --help      options and examples of a command",
)


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
            if "_ARGCOMPLETE" in os.environ:
                # A shell asks what may come next: this exits.
                import_module("junction_webhooks.cli._parsing.completers").answer(build_parser)
            parser = build_parser()
            options = parser.parse_args(_without_help_command(arguments))
            code = _run(options) if options.command else _show_help(parser)
        finally:
            # Also what argparse printed before it exits.
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return cannot_write(error)
    return code


def build_parser(ready: Container[str] = ()) -> argparse.ArgumentParser:
    """The parser of the whole command line.

    A command's arguments are added when that command is parsed, or now if it is among those to be ready.
    """
    parser = _MainParser(
        prog="junction-webhooks",
        usage="%(prog)s COMMAND [options]",
        description=f"{_DESCRIPTION}\n\n{overview(GROUPS)}",
        epilog=listed(_EXAMPLES),
    )
    parser.add_argument("-V", "--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(
        dest="command",
        prog=parser.prog,
        metavar="COMMAND",
        parser_class=_CommandParser,
        help=argparse.SUPPRESS,
    )
    for name, line in COMMANDS.items():
        # The help is what shells show next to a command that they complete.
        command: Any = commands.add_parser(name, help=line)
        command.command = name
        if name in ready:
            command.add_own_arguments()
    return parser


class _MainParser(Parser):
    """The parser of the whole command line."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            self.refuse(rest)
        return found


class _CommandParser(Parser):
    """The parser of one command. It imports the command's module only when it has something to parse."""

    command: str
    _is_ready = False

    def add_own_arguments(self) -> None:
        """Add the arguments of the command, unless they were added before."""
        if not self._is_ready:
            self._is_ready = True
            _load(self.command).add_arguments(self)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self.add_own_arguments()
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.refuse(rest)
        for action in self._actions:
            given = getattr(found, action.dest, None)
            if given == "" or (isinstance(given, list) and "" in given):
                # Often a variable of a shell script that is not set. As a path, it would be this folder.
                name = "/".join(action.option_strings) or action.metavar or action.dest
                self.error(f"{name}: expected a value, not an empty text")
        return found, rest


def _without_help_command(arguments: Sequence[str] | None) -> Sequence[str]:
    """Return the arguments with `help COMMAND` written as `COMMAND --help`, since many programs have both."""
    given = sys.argv[1:] if arguments is None else arguments
    return [*given[1:], "--help"] if [*given[:1]] == ["help"] else given


def _show_help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 0


def _run(options: argparse.Namespace) -> int:
    """Run the chosen command, with its output where `-o` says. Return the exit code."""
    run = _load(options.command).run
    if getattr(options, "output", None) is None:
        return run(options)
    from junction_webhooks.cli._output import run_into  # noqa: PLC0415  (only -o needs it)

    return run_into(options, run)


def _load(command: str) -> Command:
    return cast("Command", import_module(f"junction_webhooks.cli.commands.{command}"))


class _Version(argparse.Action):
    """Print the versions of the package and of the contract in it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  (only --version needs these)

        from junction_webhooks import contract  # noqa: PLC0415

        try:
            own = version("junction-webhooks")
        except PackageNotFoundError:
            # Archives and frozen programs often have the package without its metadata.
            own = "of unknown version"
        sys.stdout.write(f"{parser.prog} {own} (contract {contract.version()})\n")
        parser.exit()

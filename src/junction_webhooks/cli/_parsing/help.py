"""The layout of all help: of a command, and of the whole command line."""

from __future__ import annotations

import argparse
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDTH: Final = 79
"""The longest line in any help. It fits a terminal of 80 columns, and the command-line page of the site."""


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Lays out help in lines of at most 79 characters, or narrower on a narrow terminal.

    Descriptions and epilogs keep their line breaks, which are written by hand for that width.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(_WIDTH, shutil.get_terminal_size().columns - 1))

    def _format_action_invocation(self, action: argparse.Action) -> str:
        """Write `-o, --output FILE`, and not `-o FILE, --output FILE`, as Python 3.13 does."""
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"


def describe(
    parser: argparse.ArgumentParser,
    description: str,
    *,
    notes: str = "",
    exit_codes: str,
    examples: Sequence[str],
) -> None:
    """Set what a command's help says before and after its options. It ends with the examples."""
    parser.description = description
    parts = [notes.rstrip("\n"), f"exit code: {exit_codes.rstrip()}", listed(examples)]
    parser.epilog = "\n\n".join(part for part in parts if part) + "\n"


def usage(positionals: Sequence[argparse.Action]) -> str:
    """Return the usage of a command. Its options are listed below, with what each is for."""
    forms = {None: "{}", "?": "[{}]", "+": "{}...", "*": "[{}...]"}
    names = [forms[None if each.nargs is None else str(each.nargs)] for each in positionals]
    shown = [form.format(each.metavar) for form, each in zip(names, positionals, strict=True)]
    return " ".join(["%(prog)s", *shown, "[options]"])


def overview(groups: Mapping[str, Mapping[str, str]]) -> str:
    """Return the list of all commands under the titles of their groups."""
    width = max(len(name) for commands in groups.values() for name in commands)
    blocks = [
        "\n".join([f"{title}:", *(f"  {name:<{width}}  {line}" for name, line in commands.items())])
        for title, commands in groups.items()
    ]
    return "\n\n".join(blocks)


def listed(examples: Sequence[str]) -> str:
    """Return command lines as the last part of a help."""
    return "\n".join(["examples:", *(f"  {line}" for line in examples)])

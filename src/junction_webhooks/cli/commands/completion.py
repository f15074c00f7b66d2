"""`junction-webhooks completion`: a script for a shell that completes this command with the Tab key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from junction_webhooks._extras import missing
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_output_options
from junction_webhooks.cli._terminal import complain

if TYPE_CHECKING:
    import argparse

_DESCRIPTION: Final = """\
Print a script for your shell. With it, the Tab key completes commands,
options, event types, fixtures, scenarios, checks, formats and files.
"""
_NOTES: Final = """\
Needs the extra `cli`. To have it in every new shell, add the line to the
startup file of your shell:
  bash, ~/.bashrc:  eval "$(junction-webhooks completion bash)"
  zsh, ~/.zshrc:    autoload -Uz compinit && compinit
                    eval "$(junction-webhooks completion zsh)"
  fish, ~/.config/fish/config.fish:
                    junction-webhooks completion fish | source
"""
_EXIT_CODES: Final = "0; 2 argcomplete is not installed, or usage error"
_EXAMPLES: Final = (
    'eval "$(junction-webhooks completion bash)"',
    "junction-webhooks completion fish -o junction-webhooks.fish",
)
_SHELLS: Final = ("bash", "zsh", "fish")
_PROGRAM: Final = "junction-webhooks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `completion`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help="bash, zsh or fish")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Write the script for a shell. Return the exit code."""
    try:
        from argcomplete.shell_integration import shellcode  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        return complain(missing("argcomplete", "cli"))
    sys.stdout.write(shellcode([_PROGRAM], shell=options.shell))
    return 0

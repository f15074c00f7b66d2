"""A parser whose errors are one sentence that says what to do."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn

from junction_webhooks._similar import did_you_mean, in_words
from junction_webhooks.cli._parsing.help import HelpFormatter, usage
from junction_webhooks.cli._terminal import UNUSABLE, complain

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_MISSING: Final = "the following arguments are required: "
_MOST_LISTED: Final = 10


class Parser(argparse.ArgumentParser):
    """A parser for this command line.

    Its errors are one sentence on standard error, with what may have been meant, and the exit code is 2.
    Options cannot be abbreviated: an abbreviation would stop working when another option is added.
    Its help raises `OSError` if it cannot be written; argparse would ignore that.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=HelpFormatter, allow_abbrev=False, **options)
        self._positionals.title = "arguments"

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Write the help, to standard output by default."""
        (file or sys.stdout).write(self.format_help())

    def format_help(self) -> str:
        """Return the help, with a usage of one line."""
        self.usage = self.usage or usage([each for each in self._actions if not each.option_strings])
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Write what is wrong and what to do, and exit with 2."""
        if message.startswith(_MISSING):
            names = message.removeprefix(_MISSING).split(", ")
            message = f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} missing"
        text = message.removeprefix("argument ")
        says_what_to_do = text.endswith("?") or ": use " in text
        complain(text if says_what_to_do else f"{text}; see `{self.prog} --help`")
        sys.exit(UNUSABLE)

    def refuse(self, rest: list[str]) -> NoReturn:
        """Write which argument nobody expected, and exit with 2."""
        option = next((each for each in rest if each.startswith("-") and each != "-"), None)
        if option is None:
            self.error(f"unexpected argument {rest[0]!r}")
        name = option.partition("=")[0]
        known = [each for action in self._actions for each in action.option_strings]
        self.error(_sentence(f"there is no option {name}", did_you_mean(name, known)))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise `ArgumentError` for a value that is not among the choices, with what may have been meant."""
        if action.choices is None or value in action.choices:
            return
        names = [str(each) for each in action.choices]
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  (argparse has no public name)
            raise argparse.ArgumentError(
                None, _sentence(f"there is no command {value!r}", did_you_mean(value, names))
            )
        listed = f"use {in_words(names)}" if len(names) <= _MOST_LISTED else ""
        message = _sentence(f"there is no {value!r}", did_you_mean(str(value), names) or listed)
        raise argparse.ArgumentError(action, message)


def _sentence(what: str, hint: str) -> str:
    return f"{what}: {hint}" if hint else what

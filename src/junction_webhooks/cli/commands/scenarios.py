"""`junction-webhooks scenarios`: list the scenarios, show the timeline of one, or print its payloads."""

from __future__ import annotations

import sys
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Final

from junction_webhooks import fixtures
from junction_webhooks.cli._parsing.completers import offer
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_format_option, add_output_options
from junction_webhooks.cli._terminal import complain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from junction_webhooks.fixtures import Scenario

_DESCRIPTION: Final = """\
List the scenarios, show one, or print its payloads. A scenario is the whole
story of an order: every delivery from the first to the last.
"""
_NOTES: Final = """\
Without NAME, all scenarios are listed by story. A timeline has one line per
delivery: the time since the first one, the event type, and a summary. With
--format ndjson, the payloads are printed in the order they are sent.
"""
_EXIT_CODES: Final = "0; 2 there is no scenario NAME, or usage error"
_EXAMPLES: Final = (
    "junction-webhooks scenarios",
    "junction-webhooks scenarios redraw",
    "junction-webhooks scenarios redraw --format ndjson -o redraw.ndjson",
)
_WIDTH: Final = 100
"""Characters per line of prose: wider than help, to match the timeline below it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `scenarios`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    name = parser.add_argument("name", nargs="?", metavar="NAME", help="the scenario to show")
    offer(name, "scenarios")
    add_format_option(parser, "text", "ndjson")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Write all scenarios, or the one of that name, as text or as payloads. Return the exit code."""
    try:
        chosen = fixtures.scenarios() if options.name is None else (fixtures.scenario(options.name),)
    except KeyError as error:
        return complain(error.args[0])
    if options.format == "ndjson":
        sys.stdout.flush()
        for scenario in chosen:
            for delivery in scenario.deliveries:
                # The bytes that Junction would POST, whatever the terminal's encoding.
                sys.stdout.buffer.write(delivery.raw + b"\n")
    else:
        sys.stdout.write(_list(chosen) if options.name is None else _timeline(*chosen))
    return 0


def _list(scenarios: Sequence[Scenario]) -> str:
    """One line per scenario, under the title of its story."""
    width = max(len(each.name) for each in scenarios)
    lines = []
    for story, variants in groupby(scenarios, key=lambda each: each.story):
        lines += [story, *(f"  {each.name:<{width}}  {each.title}" for each in variants)]
    return "\n".join([*lines, ""])


def _timeline(scenario: Scenario) -> str:
    about = textwrap.fill(scenario.about, _WIDTH)
    return f"{scenario.title}\n\n{about}\n\n{scenario.timeline()}\n"

"""`junction-webhooks show`: print a fixture, or a delivery of a scenario."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

from junction_webhooks import fixtures
from junction_webhooks._similar import MOST, did_you_mean, inside
from junction_webhooks.cli._parsing.completers import offer
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_output_options, positive_integer
from junction_webhooks.cli._terminal import complain, count
from junction_webhooks.journeys.model import body as compact

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from junction_webhooks.fixtures import JourneyDelivery, Scenario

_DESCRIPTION: Final = """\
Print the payload of a fixture, or of a delivery of a scenario. Fixtures are
single payloads, and scenarios are whole stories.
"""
_NOTES: Final = """\
Without NAME, all fixtures are listed; `scenarios` lists scenarios. Without
NUMBER, the deliveries of a scenario are listed.
"""
_EXIT_CODES: Final = """\
0; 2 there is no such fixture, scenario or delivery, or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks show labtest.order.updated/completed",
    "junction-webhooks show redraw",
    "junction-webhooks show redraw 12 --compact -o body.json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `show`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    name = parser.add_argument("name", nargs="?", metavar="NAME", help="a fixture or a scenario")
    offer(name, "fixtures", "mistakes", "scenarios")
    number = parser.add_argument(
        "number",
        nargs="?",
        type=positive_integer,
        metavar="NUMBER",
        help="which delivery of the scenario, counted from 1",
    )
    offer(number, "deliveries")
    parser.add_argument("--compact", action="store_true", help="print exactly what Junction would POST")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Write the payload, or the list of deliveries. Return the exit code."""
    if options.name is None:
        sys.stdout.write(_fixtures())
        return 0
    scenarios = [each.name for each in fixtures.scenarios()]
    valid = [each.name for each in fixtures.valid()]
    known = [*valid, *_mistakes(), *scenarios]
    if options.name not in known:
        below = inside(options.name, valid)
        near = _first(below) if below else did_you_mean(options.name, known)
        hint = near or "`junction-webhooks show` lists fixtures, and `junction-webhooks scenarios` scenarios"
        return complain(f"there is no fixture or scenario {options.name!r}: {hint}")
    try:
        body = _delivery(options) if options.name in scenarios else _fixture(options)
    except LookupError as error:
        return complain(error.args[0])
    sys.stdout.flush()
    # The bytes that Junction would POST, whatever the terminal's encoding.
    sys.stdout.buffer.write(body)
    if not options.compact or sys.stdout.isatty():
        sys.stdout.buffer.write(b"\n")
    return 0


def _first(names: Sequence[str]) -> str:
    """Return the first fixtures of an event, in words, and how to see the others."""
    more = f" and {len(names) - MOST} more: `junction-webhooks show` lists them" if len(names) > MOST else ""
    return f"its fixtures are {', '.join(names[:MOST])}{more}"


def _fixtures() -> str:
    """One line per fixture: those that conform by event, then those with a mistake."""
    valid, invalid = fixtures.valid(), fixtures.invalid()
    groups: dict[str, list[fixtures.Fixture]] = {}
    for each in valid:
        groups.setdefault(each.kind, []).append(each)
    groups["with a mistake"] = [*invalid]
    width = max(len(each.name) for each in (*valid, *invalid))
    lines = []
    for title, chosen in groups.items():
        lines += [title, *(f"  {each.name:<{width}}  {each.title}" for each in chosen)]
    return "\n".join([*lines, ""])


def _mistakes() -> dict[str, fixtures.InvalidFixture]:
    return {each.name: each for each in fixtures.invalid()}


def _fixture(options: argparse.Namespace) -> bytes:
    """Return the payload of a fixture. Raises `LookupError` with a message."""
    if options.number is not None:
        message = "a fixture is a single payload: leave out the number"
        raise LookupError(message)
    found: fixtures.Fixture | None = _mistakes().get(options.name)
    fixture = found or fixtures.load(options.name)
    raw: bytes = compact(fixture.payload) if options.compact else fixture.raw.rstrip()
    return raw


def _delivery(options: argparse.Namespace) -> bytes:
    """Return the payload of a delivery, or the list of all. Raises `LookupError` with a message."""
    scenario = fixtures.scenario(options.name)
    if options.number is None:
        return _list(scenario)
    if options.number > len(scenario.deliveries):
        has = count(len(scenario.deliveries), "delivery", "deliveries")
        message = f"there is no delivery {options.number}: {scenario.name} has {has}"
        raise LookupError(message)
    delivery: JourneyDelivery = scenario.deliveries[options.number - 1]
    if options.compact:
        return delivery.raw
    return json.dumps(delivery.payload, ensure_ascii=False, indent=2).encode()


def _list(scenario: Scenario) -> bytes:
    lines = scenario.timeline().splitlines()
    width = len(str(len(lines)))
    return "\n".join(f"{number:>{width}}  {line}" for number, line in enumerate(lines, start=1)).encode()

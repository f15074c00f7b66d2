"""`junction-webhooks scenarios`: what there is, the timeline of one, or its payloads."""

from __future__ import annotations

import sys
import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Final

from junction_webhooks import fixtures
from junction_webhooks.cli._terminal import complain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from junction_webhooks.fixtures import Scenario

_WIDTH: Final = 100


def run(name: str | None, *, as_payloads: bool) -> int:
    """List all scenarios or tell the one of that name, as text or as its payloads; returns the exit code."""
    try:
        chosen = fixtures.scenarios() if name is None else (fixtures.scenario(name),)
    except KeyError as error:
        return complain(error.args[0])
    if as_payloads:
        sys.stdout.flush()
        for scenario in chosen:
            for delivery in scenario.deliveries:
                # The bytes as Junction would POST them, whatever the terminal's encoding.
                sys.stdout.buffer.write(delivery.raw + b"\n")
    else:
        sys.stdout.write(_listed(chosen) if name is None else _told(*chosen))
    return 0


def _listed(scenarios: Sequence[Scenario]) -> str:
    """A line a scenario, under the title of its story."""
    width = max(len(each.name) for each in scenarios)
    lines = []
    for story, variants in groupby(scenarios, key=lambda each: each.story):
        lines += [story, *(f"  {each.name:<{width}}  {each.title}" for each in variants)]
    return "\n".join([*lines, ""])


def _told(scenario: Scenario) -> str:
    about = textwrap.fill(scenario.about, _WIDTH)
    return f"{scenario.title}\n\n{about}\n\n{scenario.timeline()}\n"

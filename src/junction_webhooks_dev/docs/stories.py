"""Scenarios as HTML elements: folded timelines, and one that plays."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract, fixtures
from junction_webhooks.contract import families
from junction_webhooks.journeys.model import format_duration
from junction_webhooks_dev.docs.html import append, code, dotted, el, inline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from junction_webhooks.fixtures import Scenario

_ENDPOINT: Final = "http://localhost:8000/webhooks"
_WORDS: Final = {
    "order": "order",
    "appointment": "appointment",
    "result": "critical result",
    "match_review": "match review",
    "order_tracking": "order tracking",
}
"""What the events of each family are about."""


def scenarios() -> Iterator[Element]:
    """Yield every scenario as a folded timeline, grouped by story, after a legend."""
    yield legend(fixtures.scenarios())
    for story, variants in groupby(fixtures.scenarios(), key=lambda each: each.story):
        yield el("h3", story, id=story.lower().replace(" ", "-"))
        for each in variants:
            yield el(
                "details.jw-fold.jw-scenario",
                el("summary", each.title, " ", code(each.name)),
                el("p", *inline(each.about)),
                _actions(each),
                _timeline(each),
                id=f"scenario.{each.name}",
            )


def legend(shown: Sequence[Scenario]) -> Element:
    """Return what the colours in the timelines of these scenarios mean."""
    kinds = dict.fromkeys(families.of(event_type).name for event_type in contract.EVENT_TYPES)
    used = {families.of(each.event_type).name for one in shown for each in one.deliveries}
    legend = el("ul.jw-kinds", aria_label="Colours", data_search_exclude="")
    for kind in kinds:
        if kind in used:
            legend.append(el(f"li.jw-of-{kind}", _WORDS[kind]))
    return legend


def _actions(scenario: Scenario) -> Element:
    """Return how to play a scenario, and its payloads as a file. The page's script adds to it."""
    command = f"junction-webhooks send {scenario.name} --to {_ENDPOINT}"
    file = el("a.jw-ndjson", "Download as NDJSON", href=f"/scenarios/{scenario.name}.ndjson", download="")
    return el("p.jw-actions", code(command), " ", file, data_search_exclude="", data_send=_ENDPOINT)


def playing(name: str) -> Iterator[Element]:
    """Yield one scenario as a timeline that the page's script plays, and a link to all others."""
    scenario = fixtures.scenario(name)
    count = len(fixtures.scenarios())
    yield el(
        "figure.jw-story",
        el("figcaption", el("strong", scenario.title), " ", el("span.jw-note", "one story of many")),
        legend([scenario]),
        _timeline(scenario, links=False),
        el("p.jw-more", el("a", f"All {count} stories", href="/fixtures.md#scenarios")),
        data_search_exclude="",
    )


def _timeline(scenario: Scenario, *, links: bool = True) -> Element:
    timeline = el("ol.jw-timeline", data_search_exclude="")
    for delivery in scenario.deliveries:
        kind = families.of(delivery.event_type).name
        time = el("span.jw-offset", f"+{format_duration(delivery.offset)}")
        line = el(f"li.jw-of-{kind}", time, " ", el("strong", delivery.summary), title=delivery.event_type)
        if links:
            append(line, " ", el("a", dotted(delivery.event_type), href=f"/events/{delivery.event_type}.md"))
        timeline.append(line)
    return timeline

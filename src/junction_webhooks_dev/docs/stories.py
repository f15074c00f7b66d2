"""Scenarios as HTML elements: folded timelines, and one that plays."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from junction_webhooks import fixtures
from junction_webhooks.contract import families
from junction_webhooks.journeys.model import format_duration
from junction_webhooks_dev.docs.html import append, code, dotted, el, inline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from junction_webhooks.fixtures import Scenario


def scenarios() -> Iterator[Element]:
    """Yield every scenario as a folded timeline, grouped by story."""
    for story, variants in groupby(fixtures.scenarios(), key=lambda each: each.story):
        yield el("h3", story, id=story.lower().replace(" ", "-"))
        for each in variants:
            yield el(
                "details.jw-fold.jw-scenario",
                el("summary", each.title, " ", code(each.name)),
                el("p", *inline(each.about)),
                _timeline(each),
                id=f"scenario.{each.name}",
            )


def playing(name: str) -> Iterator[Element]:
    """Yield one scenario as a timeline that the page's script plays, and a link to all others."""
    scenario = fixtures.scenario(name)
    count = len(fixtures.scenarios())
    yield el(
        "figure.jw-story",
        el("figcaption", el("strong", scenario.title), " ", el("span.jw-note", "one story of many")),
        _timeline(scenario, links=False),
        el("p.jw-more", el("a", f"All {count} stories", href=f"/fixtures.md#scenario.{name}")),
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

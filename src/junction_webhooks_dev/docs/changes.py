"""The changes of an event, as HTML elements: between versions of the contract, and at Junction by month."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract
from junction_webhooks._json.pointer import split
from junction_webhooks._jsonschema.rules import REWORDED
from junction_webhooks.contract import _files as _data
from junction_webhooks_dev.docs.html import dotted, el, table
from junction_webhooks_dev.docs.property_tree import anchors, dated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from junction_webhooks_dev.docs.html import Cell, Child

_ABOUT: Final = "/versions.md"
_MOST_REWORDED: Final = 8
"""How many places of changed descriptions are listed before "and N more"."""
_PAYLOADS: Final = {
    "consumer": "new payloads until you update",
    "producer": "some earlier payloads once you update",
}
_REFUSE: Final = {"breaking": "refuse", "unproven": "may refuse"}


def changes(event_type: str) -> Iterator[Element]:
    """Yield the changes of an event per version of the contract, then what Junction added per month."""
    yield el("h3", "In this contract", id="changes.contract")
    versions = _versions()
    if versions:
        yield el(
            "p",
            "Newest first: everything above your version is new to you. ",
            el("a", "Versions and compatibility", href=_ABOUT),
            " says how to find your version. Use tolerant schemas in production and strict ones in tests.",
        )
        paths = anchors(event_type)
        for each in versions:
            name = each["version"] if each["released"] else "unreleased"
            yield el("h4", _name(each), id=f"changes.{name}")
            yield from _version(each, event_type, paths)
    else:
        first = f"Version {contract.version()} is the first, and not released yet: nothing has changed."
        yield el("p", first)
    yield el("h3", "At Junction", id="changes.junction")
    yield from _at_junction(event_type)


def _versions() -> Sequence[Mapping[str, Any]]:
    versions: list[Mapping[str, Any]] = json.loads(_data.generated("releases/changes.json").read_bytes())
    return versions


def _name(version: Mapping[str, Any]) -> str:
    if version["released"]:
        return str(version["version"])
    # Schemas that changed before their version was raised.
    after = "after " if version["version"] == version["since"] else ""
    return f"{after}{version['version']}, not released"


def _version(version: Mapping[str, Any], event_type: str, anchors: Collection[str]) -> Iterator[Element]:
    found = [each for each in version["changes"] if event_type in each["events"]]
    items = [
        el(
            "li", *_place(each["path"], anchors), f": {each['what']}", *_also(each["also"], anchors),
            f" ({_effect(each['verdicts'])})",
        )
        for each in found if each["rule"] != REWORDED.id
    ]  # fmt: skip
    reworded = [
        path for each in found if each["rule"] == REWORDED.id for path in (each["path"], *each["also"])
    ]
    if reworded:
        paths = list(dict.fromkeys(reworded))
        more = len(paths) - _MOST_REWORDED
        places = list(_places(paths[:_MOST_REWORDED], anchors))
        rest = f" and {more} more" if more > 0 else ""
        items.append(el("li", "only the description changed: ", *places, rest))
    if items:
        yield el("ul", *items)
    else:
        since = version["since"]
        yield el("p", f"No change to this event since {since}." if since else "The first release.")


def _also(paths: Sequence[str], anchors: Collection[str]) -> Iterator[Child]:
    if paths:
        yield "; also at "
        yield from _places(paths, anchors)


def _places(paths: Sequence[str], anchors: Collection[str]) -> Iterator[Child]:
    for number, path in enumerate(paths):
        yield ", " if number else ""
        yield from _place(path, anchors)


def _place(path: str, anchors: Collection[str]) -> Iterator[Child]:
    """Yield the property at a JSON pointer, as a link if the page still has it."""
    name = ".".join(step for step in split(path) if step != "*")
    if not name:
        yield "the payload"
    elif name in anchors:
        yield el("a", dotted(name), href=f"#{name}")
    else:
        yield dotted(name)


def _effect(verdicts: Mapping[str, Mapping[str, str]]) -> str:
    """Say what a change means for a receiver of payloads, per profile: before an update and after it."""
    effects = []
    for side, payloads in _PAYLOADS.items():
        for verdict, refuse in _REFUSE.items():
            profiles = [profile for profile, each in verdicts.items() if each[side] == verdict]
            if profiles:
                effects.append(f"{' and '.join(profiles)} schemas {refuse} {payloads}")
    return "; ".join(effects) or "nothing is refused, before or after you update"


def _at_junction(event_type: str) -> Iterator[Element]:
    """Yield a table of what Junction added to an event, by month, newest first."""
    months: dict[str, list[str]] = defaultdict(list)
    for month, path in dated(event_type):
        months[month].append(path)
    rows: list[Sequence[Cell]] = []
    for month, paths in sorted(months.items(), reverse=True):
        links: list[Child] = []
        for path in paths:
            links += [", " if links else "", el("a", dotted(path), href=f"#{path}")]
        rows.append([[month], ["Junction added ", *links, "."]])
    if rows:
        yield table(("Since", "Change"), rows)
    else:
        yield el("p", "No source mentions an addition since the event was first described.")

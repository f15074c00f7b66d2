"""A lifecycle as HTML elements: its diagram next to the meanings of its statuses, and its transitions."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import families
from junction_webhooks_dev.codegen.diagrams import ROW, UNITS, ordered
from junction_webhooks_dev.docs.html import append, code, dotted, el, inline, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any
    from xml.etree.ElementTree import Element

    from junction_webhooks_dev.docs.examples import Stash
    from junction_webhooks_dev.docs.html import Cell, Child

_DOCUMENTED: Final = ("diagram", "prose")
_POINTING: Final = (
    "Point at a status, or tap it, to see only what can follow it. At an end, you see what leads to it."
)


def lifecycle(name: str, stash: Stash) -> Iterator[Element]:
    """Yield the diagram of a lifecycle, its statuses with their meanings, and a caption."""
    machine = contract.lifecycle(name)
    diagram = _data.generated(f"diagrams/{name}.svg").read_text(encoding="utf-8")
    figure = el(
        "figure.jw-lifecycle",
        el("div.jw-drawing", stash(diagram), data_search_exclude=""),
        el("ol.jw-statuses", *(_status(machine, status) for status in ordered(machine))),
        el(
            "figcaption",
            el("p", " ".join(_legend(machine))),
            el("p.jw-pointing", _POINTING),
            data_search_exclude="",
        ),
        # The rows of the list are as high as those of the diagram.
        style=f"--jw-row: {ROW / UNITS:g}rem",
    )
    yield el("div.jw-lifecycle-room", figure)


def transitions(name: str) -> Iterator[Element]:
    """Yield the rule for the transitions of a lifecycle, and a table of them that marks the exceptions.

    The rule: a transition sends the webhook that most send, and Junction's documentation shows it.
    """
    machine = contract.lifecycle(name)
    webhook = Counter(each["webhook"] for each in machine["transitions"]).most_common(1)[0][0]
    yield el(
        "p",
        "Each transition sends ",
        dotted(webhook),
        ", and Junction's documentation shows it. The last column lists the exceptions.",
    )
    rows: list[Sequence[Cell]] = []
    for source, found in groupby(machine["transitions"], key=lambda each: each["from"]):
        anchor = {"id": f"after.{source}"}
        for each in found:
            row = [_link(machine, source, **anchor), _link(machine, each["to"]), inline(each["cause"])]
            rows.append([*row, list(_exceptions(each, webhook))])
            anchor = {}
    yield table(("From", "To", "Cause", "Exceptions"), rows)


def _exceptions(transition: Mapping[str, Any], webhook: str) -> Iterator[Child]:
    """Yield what sets a transition apart from the rule."""
    if transition["webhook"] is None:
        yield el("span.jw-badge.jw-may-be-missing", "no webhook")
    elif transition["webhook"] != webhook:
        yield dotted(transition["webhook"])
    if transition["provenance"] not in _DOCUMENTED:
        yield " "
        yield el("span.jw-badge", transition["provenance"])


def _legend(machine: Mapping[str, Any]) -> Iterator[str]:
    yield "Lines join where there is a dot. The arrow points at the status that follows."
    if not all(each["webhook"] for each in machine["transitions"]):
        yield "Dashed: no webhook, unless the team asked for it."
    yield "A double frame marks an end: nothing follows except what an arrow shows."
    goal = families.of(machine["created_webhook"]).goal
    if goal:
        yield f"Green leads to {goal}, red or orange to another end."


def _status(machine: Mapping[str, Any], status: str) -> Element:
    value_set = machine["value_set"]
    meaning = contract.shared_schemas()[f"values/{value_set}"]["x-values"][status]
    # The heading is a direct child of the item, so that a search finds the status itself.
    heading = el("h3", dotted(status), id=f"{value_set}.{status}")
    about = el("p", *inline(meaning))
    return el("li", heading, *_begins_or_ends(machine, status), about, data_status=status)


def _begins_or_ends(machine: Mapping[str, Any], status: str) -> Iterator[Child]:
    state = machine["states"][status]
    after = [each["to"] for each in machine["transitions"] if each["from"] == status]
    if state["initial"]:
        yield " "
        yield append(el("span.jw-note", "initial: sends "), dotted(machine["created_webhook"]))
    if state["finality"] != "open":
        yield " "
        ended = el("span.jw-note", state["finality"], ", except for " if after else "")
        yield append(ended, *(child for each in after for child in _link(machine, each)))
    elif after:
        yield " "
        yield el("a.jw-after", "what follows", href=f"#after.{status}")


def _link(machine: Mapping[str, Any], status: str, **attributes: str) -> Cell:
    low = status.rpartition(".")[2]
    return [el("a", code(low), href=f"#{machine['value_set']}.{status}", title=status, **attributes)]

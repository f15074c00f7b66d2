"""The diagrams of the lifecycles, as SVG that takes its colours from the page around it.

Statuses are listed from top to bottom, like the stops of a bus line. All changes to one status share a lane
next to the boxes: a dot where a status joins the lane, an arrow where the lane ends. Lines that cross without
a dot have nothing to do with each other. Lanes forward are on the right, lanes back on the left. So a
lifecycle with forty changes stays as narrow as a phone. Each change is a group of its own with `data-from`
and `data-to`, so that the page can show those of one status alone.

This module computes where everything goes; `templates/diagram.svg.jinja` has the shapes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from junction_webhooks.contract import LIFECYCLES, lifecycle
from junction_webhooks_dev.codegen.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    Machine = Mapping[str, Any]

FOLDER: Final = "diagrams"
ROW: Final = 64
"""From one status to the next, in units of the diagram."""
UNITS: Final = 20
"""How many units make one `rem`: the diagram grows with the text next to it."""
_BOX: Final = 30
"""The height of a status."""
_LANE: Final = 13
"""From one lane to the next."""
_LETTER: Final = 7.3
"""The width of a letter of the monospaced face at 12 units, generously."""
_PADDING: Final = 14
_IN: Final = 9
"""How far below the top of its box a lane ends. A line leaves a box as far above its bottom."""
_MARGIN_LEFT: Final = 14
_MARGIN_RIGHT: Final = 6
_LOOP_INSET: Final = 24
"""How far left of the right edge of its box a loop starts."""
_TIP_GAP: Final = 1.5
"""Between the tip of an arrow and the box that it points at."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change from one row to another, or to the same."""

    source: int
    target: int
    webhook: str | None


@dataclass(frozen=True, slots=True)
class _Lane:
    """All changes to one status from one side, at a distance from the boxes."""

    changes: tuple[_Change, ...]
    number: int

    @property
    def span(self) -> tuple[int, int]:
        rows = [row for each in self.changes for row in (each.source, each.target)]
        return min(rows), max(rows)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the path below `generated/` and the content of each diagram."""
    for name in LIFECYCLES:
        yield f"{FOLDER}/{name}.svg", diagram(name).encode()


def diagram(name: str) -> str:
    """Return the lifecycle as SVG. Each status links to its description, `#value_set.status`."""
    machine = lifecycle(name)
    statuses = ordered(machine)
    places = {status: row for row, status in enumerate(statuses)}
    changes = [
        _Change(places[each["from"]], places[each["to"]], each["webhook"]) for each in machine["transitions"]
    ]
    width = max(len(_label(status)) for status in statuses) * _LETTER + 2 * _PADDING
    # A change to the next status is a plain arrow between the two, and needs no lane.
    right = _lanes([each for each in changes if each.target > each.source + 1])
    left = _lanes([each for each in changes if each.target < each.source])
    start = _span(left) + _MARGIN_LEFT
    end = start + width
    lines = [
        # Those that reach furthest first, so that no stub crosses the dot of another lane.
        *((change, _by_lane(change, lane, end, 1)) for lane in reversed(right) for change in lane.changes),
        *((change, _by_lane(change, lane, start, -1)) for lane in reversed(left) for change in lane.changes),
        *((each, _step(each, start + width / 2)) for each in changes if each.target == each.source + 1),
        *((each, _loop(each, end)) for each in changes if each.target == each.source),
    ]
    return render(
        "diagram.svg",
        name=name,
        title=machine["title"],
        value_set=machine["value_set"],
        width=end + _span(right) + _MARGIN_RIGHT,
        height=len(statuses) * ROW,
        units=UNITS,
        box={"x": start, "width": width, "height": _BOX},
        changes=[
            {
                "source": statuses[change.source],
                "target": statuses[change.target],
                "kind": _kind(machine, statuses[change.target]),
                "on_request": not change.webhook,
                "line": line,
            }
            for change, line in lines
        ],
        statuses=[
            {
                "name": status,
                "label": _label(status),
                "kind": _kind(machine, status),
                "top": _top(row),
                "ends": not _is_open(machine, status),
                "initial": machine["states"][status]["initial"],
            }
            for status, row in places.items()
        ],
    )


def ordered(machine: Machine) -> list[str]:
    """Return the statuses in the order of their file, those that end without success last."""
    return sorted(machine["states"], key=lambda status: _kind(machine, status) == "ended")


def _label(status: str) -> str:
    return status.rpartition(".")[2]


def _kind(machine: Machine, status: str) -> str:
    if _label(status) in {"completed", "corrected"}:
        return "done"
    return "open" if _is_open(machine, status) else "ended"


def _is_open(machine: Machine, status: str) -> bool:
    is_open: bool = machine["states"][status]["finality"] == "open"
    return is_open


def _lanes(changes: Sequence[_Change]) -> list[_Lane]:
    """Return one lane per status that is reached, each as near to the boxes as the lanes before it allow."""
    reached: dict[int, list[_Change]] = defaultdict(list)
    for change in changes:
        reached[change.target].append(change)
    lanes: list[_Lane] = []
    for found in sorted(reached.values(), key=_reach):
        low, high = _Lane(tuple(found), 0).span
        taken = {lane.number for lane in lanes if lane.span[0] < high and low < lane.span[1]}
        number = next(each for each in range(len(lanes) + 1) if each not in taken)
        lanes.append(_Lane(tuple(found), number))
    return lanes


def _span(lanes: Sequence[_Lane]) -> int:
    return (max((lane.number for lane in lanes), default=0) + 1) * _LANE


def _reach(changes: Sequence[_Change]) -> tuple[int, int]:
    return max(abs(each.target - each.source) for each in changes), changes[0].target


def _by_lane(change: _Change, lane: _Lane, edge: float, side: int) -> dict[str, object]:
    """Place a change in its lane, to the right (`side` 1) or left (-1) of the boxes, which end at `edge`."""
    return {
        "shape": "lane",
        "edge": edge,
        "side": side,
        "x": edge + side * (lane.number + 1) * _LANE,
        "tip": edge + side * _TIP_GAP,
        "start": _top(change.source) + _BOX - _IN,
        "end": _top(change.target) + _IN,
    }


def _step(change: _Change, x: float) -> dict[str, object]:
    """Place an arrow to the next status."""
    return {"shape": "step", "x": x, "start": _top(change.source) + _BOX, "end": _top(change.target)}


def _loop(change: _Change, edge: float) -> dict[str, object]:
    """Place a change of a status to itself: a loop at the lower corner of its box."""
    return {"shape": "loop", "x": edge - _LOOP_INSET, "start": _top(change.source) + _BOX}


def _top(row: int) -> int:
    return row * ROW + (ROW - _BOX) // 2

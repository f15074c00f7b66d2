"""The diagrams of the lifecycles, as SVG that takes its colours from the page around it.

Statuses stand below one another, like the stops of a line. All changes to one status share a lane beside
them: a dot where a status joins the lane, an arrow where the lane ends. Lines that cross without a dot have
nothing to do with each other. Lanes forward are on the right, lanes back on the left. So a lifecycle with
forty changes stays as narrow as a phone. Each change is a group of its own with `data-from` and `data-to`,
so that the page can show those of one status alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from junction_webhooks.contract import LIFECYCLES, lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    Machine = Mapping[str, Any]

FOLDER: Final = "diagrams"
ROW: Final = 64
"""From one status to the next, in units of the drawing."""
UNITS: Final = 20
"""So many make one `rem`: the drawing grows with the text beside it."""
_BOX: Final = 30
"""The height of a status."""
_LANE: Final = 13
_LETTER: Final = 7.3
"""The width of a letter of the monospaced face at 12 units, generously."""
_PADDING: Final = 14
_IN: Final = 9
"""How far below the top of its box a lane ends; what leaves a box does so as far above its bottom."""


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
    """The path below `generated/` and the content of each diagram."""
    for name in LIFECYCLES:
        yield f"{FOLDER}/{name}.svg", diagram(name).encode()


def diagram(name: str) -> str:
    """The lifecycle as SVG; each status links to what is said of it, `#value_set.status`."""
    machine = lifecycle(name)
    statuses = ordered(machine)
    places = {status: row for row, status in enumerate(statuses)}
    changes = [
        _Change(places[each["from"]], places[each["to"]], each["webhook"]) for each in machine["transitions"]
    ]
    width = max(len(_low(status)) for status in statuses) * _LETTER + 2 * _PADDING
    # A change to the next status is a plain arrow between the two, and needs no lane.
    right = _lanes([each for each in changes if each.target > each.source + 1])
    left = _lanes([each for each in changes if each.target < each.source])
    start = (max((lane.number for lane in left), default=0) + 1) * _LANE + 14
    end = start + width
    whole = end + (max((lane.number for lane in right), default=0) + 1) * _LANE + 6
    height = len(statuses) * ROW
    drawn = [
        # Those that reach furthest first, so that the stubs of none cross the dots of another.
        *(
            (change, _by_lane(change, lane.number, end, 1))
            for lane in reversed(right)
            for change in lane.changes
        ),
        *(
            (change, _by_lane(change, lane.number, start, -1))
            for lane in reversed(left)
            for change in lane.changes
        ),
        *((each, _step(each, start + width / 2)) for each in changes if each.target == each.source + 1),
        *((each, _loop(each, end)) for each in changes if each.target == each.source),
    ]
    parts = [
        *(_change(machine, statuses, change, lines) for change, lines in drawn),
        *(_status(machine, status, row, start, width) for status, row in places.items()),
    ]
    title = escape(
        f"{machine['title']}: the statuses and the changes between them. The table lists them all."
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'class="jw-diagram" viewBox="0 0 {whole:.0f} {height}" '
        f'width="{whole / UNITS:.2f}rem" height="{height / UNITS:.2f}rem" '
        f'role="group" aria-labelledby="diagram.{name}">\n'
        f'<title id="diagram.{name}">{title}</title>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def ordered(machine: Machine) -> list[str]:
    """The statuses in the order of their file, those that end all but a success last."""
    return sorted(machine["states"], key=lambda status: _kind(machine, status) == "ended")


def _low(status: str) -> str:
    return status.rpartition(".")[2]


def _kind(machine: Machine, status: str) -> str:
    if _low(status) in {"completed", "corrected"}:
        return "done"
    return "open" if _is_open(machine, status) else "ended"


def _is_open(machine: Machine, status: str) -> bool:
    is_open: bool = machine["states"][status]["finality"] == "open"
    return is_open


def _lanes(changes: Sequence[_Change]) -> list[_Lane]:
    """A lane for each status that is reached, each as near to the boxes as those before it allow."""
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


def _reach(changes: Sequence[_Change]) -> tuple[int, int]:
    return max(abs(each.target - each.source) for each in changes), changes[0].target


def _change(machine: Machine, statuses: Sequence[str], change: _Change, lines: str) -> str:
    source, target = statuses[change.source], statuses[change.target]
    classes = f"jw-way jw-{_kind(machine, target)}" + ("" if change.webhook else " jw-on-request")
    return f'<g class="{classes}" data-from={quoteattr(source)} data-to={quoteattr(target)}>{lines}</g>'


def _by_lane(change: _Change, number: int, edge: float, side: int) -> str:
    x = edge + side * (number + 1) * _LANE
    start, end = _top(change.source) + _BOX - _IN, _top(change.target) + _IN
    tip = edge + side * 1.5
    # From its end, so that the dashes of all that share the lane fall on each other.
    return (
        f'<path class="jw-stub" d="M{edge:.1f} {start}H{x - side * 2:.1f}"/>'
        f'<path d="M{tip + side * 5:.1f} {end}H{x:.1f}V{start}"/><circle cx="{x:.1f}" cy="{start}" r="2.4"/>'
        f'<path class="jw-tip" d="M{tip:.1f} {end}l{side * 6} -3.6v7.2z"/>'
    )


def _step(change: _Change, x: float) -> str:
    start, end = _top(change.source) + _BOX, _top(change.target)
    return f'<path d="M{x:.1f} {start}V{end - 6}"/><path class="jw-tip" d="M{x:.1f} {end - 1}l-3.6 -6h7.2z"/>'


def _loop(change: _Change, edge: float) -> str:
    """A status that follows itself: a bow at the lower corner of its box."""
    x, y = edge - 24, _top(change.source) + _BOX
    return (
        f'<path d="M{x:.1f} {y}v3a6 6 0 0 0 12 0v-1"/>'
        f'<path class="jw-tip" d="M{x + 12:.1f} {y + 1}l-3.2 5.4h6.4z"/>'
    )


def _status(machine: Machine, status: str, row: int, x: float, width: float) -> str:
    kind = _kind(machine, status)
    top, is_first = _top(row), machine["states"][status]["initial"]
    link = quoteattr(f"#{machine['value_set']}.{status}")
    ring = f'<rect x="{x + 3:.1f}" y="{top + 3}" width="{width - 6:.1f}" height="{_BOX - 6}" rx="4"/>'
    start = f'<circle class="jw-start" cx="{x + 11:.1f}" cy="{top + _BOX / 2:.0f}" r="3.5"/>'
    # `xlink:`, as Material's instant navigation takes every plain `href` for one of an HTML link.
    return (
        f'<a xlink:href={link} class="jw-status jw-{kind}" data-status={quoteattr(status)}>'
        f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{_BOX}" rx="6"/>'
        f"{'' if _is_open(machine, status) else ring}{start if is_first else ''}"
        f'<text x="{x + width / 2:.1f}" y="{top + _BOX / 2 + 4:.0f}">{escape(_low(status))}</text></a>'
    )


def _top(row: int) -> int:
    return row * ROW + (ROW - _BOX) // 2

"""The diagrams of the lifecycles, as SVG that takes its colours from the page around it.

Statuses stand below one another, like the stops of a line. All changes to one status share a lane beside
them: a dot where a status joins the lane, an arrow where the lane ends. Lines that cross without a dot have
nothing to do with each other. Lanes forward are on the right, lanes back on the left. So a lifecycle with
forty changes stays as narrow as a phone.
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

FOLDER: Final = "diagrams"
_BOX: Final = 30
"""The height of a status, in pixels."""
_ROW: Final = 50
_LANE: Final = 13
_LETTER: Final = 7.3
"""The width of a letter of the monospaced face at 12 px, generously."""
_PADDING: Final = 14
_IN: Final = 9
"""How far below the top of its box a lane ends; what leaves a box does so as far above its bottom."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """All changes to one status from one side, at a distance from the boxes."""

    target: int
    sources: tuple[int, ...]
    number: int
    on_request: bool
    """Whether none of the changes sends a webhook by itself."""

    @property
    def span(self) -> tuple[int, int]:
        return min(self.target, *self.sources), max(self.target, *self.sources)


def files() -> Iterator[tuple[str, bytes]]:
    """The path below `generated/` and the content of each diagram."""
    for name in LIFECYCLES:
        yield f"{FOLDER}/{name}.svg", diagram(name).encode()


def diagram(name: str) -> str:
    """The lifecycle as SVG; each status links to the row of its table, `#value_set.status`."""
    machine = lifecycle(name)
    statuses = _ordered(machine)
    places = {status: row for row, status in enumerate(statuses)}
    changes = [(places[each["from"]], places[each["to"]], each["webhook"]) for each in machine["transitions"]]
    width = max(len(_low(status)) for status in statuses) * _LETTER + 2 * _PADDING
    # A change to the next status is a plain arrow between the two, and needs no lane.
    right = _lanes([each for each in changes if each[1] > each[0] + 1])
    left = _lanes([each for each in changes if each[1] < each[0]])
    start = (max((lane.number for lane in left), default=0) + 1) * _LANE + 14
    end = start + width
    whole = end + (max((lane.number for lane in reversed(right)), default=0) + 1) * _LANE + 6
    height = len(statuses) * _ROW + 8
    drawn = [
        # Those that reach furthest first, so that the stubs of none cross the dots of another.
        *(_lane(lane, end, 1, machine, statuses) for lane in reversed(right)),
        *(_lane(lane, start, -1, machine, statuses) for lane in reversed(left)),
        *(
            _step(source, webhook, start + width / 2)
            for source, target, webhook in changes
            if target == source + 1
        ),
        *(_loop(source, webhook, end) for source, target, webhook in changes if target == source),
        *(_status(machine, status, row, start, width) for status, row in places.items()),
    ]
    title = escape(
        f"{machine['title']}: the statuses and the changes between them. The tables list them all."
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'class="jw-diagram" viewBox="0 0 {whole:.0f} {height}" '
        f'width="{whole:.0f}" height="{height}" role="group" aria-labelledby="diagram.{name}">\n'
        f'<title id="diagram.{name}">{title}</title>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def _low(status: str) -> str:
    return status.rpartition(".")[2]


def _ordered(machine: Mapping[str, Any]) -> list[str]:
    """The statuses in the order of their file, those that end all but a success last."""
    return sorted(machine["states"], key=lambda status: _kind(machine, status) == "ended")


def _kind(machine: Mapping[str, Any], status: str) -> str:
    if _low(status) in {"completed", "corrected"}:
        return "done"
    return "open" if _is_open(machine, status) else "ended"


def _is_open(machine: Mapping[str, Any], status: str) -> bool:
    is_open: bool = machine["states"][status]["finality"] == "open"
    return is_open


def _lanes(changes: Sequence[tuple[int, int, str | None]]) -> list[_Lane]:
    """A lane for each status that is reached, each as near to the boxes as those before it allow."""
    reached: dict[int, list[tuple[int, str | None]]] = defaultdict(list)
    for source, target, webhook in changes:
        reached[target].append((source, webhook))
    lanes: list[_Lane] = []
    for target, sources in sorted(reached.items(), key=lambda each: _reach(*each)):
        rows = tuple(sorted(source for source, _ in sources))
        on_request = all(webhook is None for _, webhook in sources)
        low, high = min(target, *rows), max(target, *rows)
        taken = {lane.number for lane in lanes if lane.span[0] < high and low < lane.span[1]}
        number = next(each for each in range(len(lanes) + 1) if each not in taken)
        lanes.append(_Lane(target, rows, number, on_request))
    return lanes


def _reach(target: int, sources: Sequence[tuple[int, str | None]]) -> tuple[int, int]:
    return max(abs(target - source) for source, _ in sources), target


def _lane(lane: _Lane, edge: float, side: int, machine: Mapping[str, Any], statuses: Sequence[str]) -> str:
    x = edge + side * (lane.number + 1) * _LANE
    end = _top(lane.target) + _IN
    starts = [_top(source) + _BOX - _IN for source in lane.sources]
    low, high = min(*starts, end), max(*starts, end)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y}" r="2.4"/>' for y in starts)
    stubs = "".join(f"M{edge:.1f} {y}H{x - side * 2:.1f}" for y in starts)
    classes = f"jw-lane jw-{_kind(machine, statuses[lane.target])}" + (
        " jw-on-request" if lane.on_request else ""
    )
    tip = edge + side * 1.5
    return (
        f'<path class="jw-stub" d="{stubs}"/>'
        f'<g class="{classes}"><path d="M{x:.1f} {low}V{high}M{x:.1f} {end}H{tip + side * 5:.1f}"/>'
        f'{dots}<path class="jw-tip" d="{_arrow(tip, end, -side)}"/></g>'
    )


def _arrow(x: float, y: float, way: int) -> str:
    return f"M{x:.1f} {y}l{-way * 6} -3.6v7.2z"


def _step(source: int, webhook: str | None, x: float) -> str:
    start, end = _top(source) + _BOX, _top(source + 1)
    classes = "jw-lane" + ("" if webhook else " jw-on-request")
    return (
        f'<g class="{classes}"><path d="M{x:.1f} {start}V{end - 6}"/>'
        f'<path class="jw-tip" d="M{x:.1f} {end - 1}l-3.6 -6h7.2z"/></g>'
    )


def _loop(row: int, webhook: str | None, edge: float) -> str:
    """A status that follows itself: a bow at the lower corner of its box."""
    x, y = edge - 24, _top(row) + _BOX
    classes = "jw-lane" + ("" if webhook else " jw-on-request")
    return (
        f'<g class="{classes}"><path d="M{x:.1f} {y}v3a6 6 0 0 0 12 0v-1"/>'
        f'<path class="jw-tip" d="M{x + 12:.1f} {y + 1}l-3.2 5.4h6.4z"/></g>'
    )


def _status(machine: Mapping[str, Any], status: str, row: int, x: float, width: float) -> str:
    kind = _kind(machine, status)
    top, is_first = _top(row), machine["states"][status]["initial"]
    link = quoteattr(f"#{machine['value_set']}.{status}")
    ring = f'<rect x="{x + 3:.1f}" y="{top + 3}" width="{width - 6:.1f}" height="{_BOX - 6}" rx="4"/>'
    start = f'<circle class="jw-start" cx="{x + 11:.1f}" cy="{top + _BOX / 2:.0f}" r="3.5"/>'
    # `xlink:`, as Material's instant navigation takes every plain `href` for one of an HTML link.
    return (
        f'<a xlink:href={link} class="jw-status jw-{kind}">'
        f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{_BOX}" rx="6"/>'
        f"{'' if _is_open(machine, status) else ring}{start if is_first else ''}"
        f'<text x="{x + width / 2:.1f}" y="{top + _BOX / 2 + 4:.0f}">{escape(_low(status))}</text></a>'
    )


def _top(row: int) -> int:
    return row * _ROW + 4

"""The results as text for a terminal, and as a page and a picture for the docs."""

# ruff: noqa: RUF001  (the multiplication sign is meant)

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

INTRODUCTION: Final = """\
# Speed

What it costs to judge and to parse a delivery, beside Junction's own SDKs and beside `orjson.loads`,
which only reads the JSON: what looks at every value takes longer than that.
{conclusion}

![Bars: the time of each way with the recorded order, and of a process to its first event. The tables below hold the numbers.](assets/speed.svg)"""
METHOD: Final = """\
## How it is measured

```sh
make bench
```

Each sample is divided by a sample of `orjson.loads` taken right before it in the same process. The ways
take turns in random order, in several processes, and the median of all samples counts; half of them lie
in the *middle half*. New processes take turns likewise: their time runs from their start, the
interpreter's own included, and their memory is the most that they held. All times are processor time, so
that what else the machine does counts for little. Each result is compared with the payload once before
it is timed.

`check` and the structs run with the extra `fast`. An SDK's way is what its users call. The payloads are
sent without white space, in an envelope with the ids that the SDKs demand."""
LIMITS: Final = """\
## Where the time goes

A body is read before it is judged, so that the same bytes are accepted whatever is installed. For a
model that means `orjson.loads` and then pydantic: the row `model_validate(orjson.loads(body))` is what
the two take alone, for an object of each part, unknown properties kept and timestamps in UTC. The SDKs'
`model_validate_json` reads the bytes with pydantic, which also takes NaN and numbers that no double
holds.

For a struct it means `orjson.loads` and then `msgspec.convert`, whose row is these two alone. msgspec
decodes the bytes themselves in less time than `orjson.loads`, but it takes timestamps that the contract
refuses, and passes over unknown values unread. In a small body, such as the appointment, the calls
between these steps weigh as much as a step.

The SDKs are made of pydantic too, and most of their time is gone once it has made a model of one field:
see that row. Only structs, which do without pydantic, start in about half of the time."""
TARGETS: Final = """\
What the package aims at, for those who work on it."""
SHOWN: Final = {
    "orjson": "orjson.loads(body)",
    "check": "check(body)",
    "check_reference": 'check(body, engine="jsonschema")',
    "parse_event": "parse_event(body)",
    "struct": "parse_event(body, as_struct=True)",
    "vital_object": "vital: parse_obj_as(…, json.loads(body))",
    "vital_json": "vital: model_validate_json(body)",
    "junction_object": "junction: parse_obj_as(…, json.loads(body))",
    "junction_json": "junction: model_validate_json(body)",
    "model_floor": "model_validate(orjson.loads(body))",
    "struct_floor": "msgspec.convert(orjson.loads(body), …)",
    "interpreter": "the bare interpreter",
    "import": "import junction_webhooks",
    "pydantic": "pydantic, with a model of one field",
    "vital": "vital: parse_obj_as(…, json.loads(body))",
    "junction": "junction: parse_obj_as(…, json.loads(body))",
}
OURS: Final = frozenset({"check", "parse_event", "struct"})


@dataclass(frozen=True)
class Timing:
    """How long one way takes with a body."""

    name: str
    ratio: float
    """Over `orjson.loads` of the same body: the median."""
    low: float
    """The lower quartile."""
    high: float
    """The upper quartile."""
    microseconds: float


@dataclass(frozen=True)
class Start:
    """How long a process takes from its start to what it does first, and its peak of memory."""

    name: str
    milliseconds: float
    megabytes: float | None
    """None for a process too small to tell."""


@dataclass(frozen=True)
class Target:
    """One thing aimed at."""

    what: str
    measured: str
    wanted: str
    met: bool


@dataclass(frozen=True)
class Results:
    """Everything that was measured."""

    machine: str
    versions: dict[str, str]
    sizes: dict[str, int]
    timings: dict[str, list[Timing]]
    starts: list[Start]
    targets: list[Target]
    notes: list[str]


class Table(NamedTuple):
    """A table, the first column being words and the others numbers."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def text(results: Results) -> str:
    """The results for a terminal."""
    parts = [f"{results.machine}\n{_versions(results)}"]
    parts += [_text(table) for table in (*_tables(results), _target_table(results))]
    parts += results.notes
    return "\n\n".join(parts) + "\n"


def write(results: Results, docs: Path) -> None:
    """Write the page and its picture."""
    docs.joinpath("speed.md").write_text(_markdown(results), encoding="utf-8")
    docs.joinpath("assets", "speed.svg").write_text(_picture(results), encoding="utf-8")


def _versions(results: Results) -> str:
    return ", ".join(f"{name} {number}" for name, number in results.versions.items())


def _tables(results: Results) -> list[Table]:
    tables = [
        Table(
            f"{title[0].upper()}{title[1:]}, {results.sizes[title]:,} bytes",
            ("", "× orjson.loads", "middle half", "µs"),
            [
                (
                    SHOWN[timing.name],
                    f"{timing.ratio:.2f}",
                    f"{timing.low:.2f} to {timing.high:.2f}",
                    f"{timing.microseconds:,.1f}",
                )
                for timing in timings
            ],
        )
        for title, timings in results.timings.items()
    ]
    starts = [
        (SHOWN[start.name], f"{start.milliseconds:.0f}", f"{start.megabytes:.1f}" if start.megabytes else "")
        for start in results.starts
    ]
    return [*tables, Table("A new process, up to its first event", ("", "ms", "MiB at most"), starts)]


def _target_table(results: Results) -> Table:
    rows = [
        (target.what, target.measured, target.wanted, "met" if target.met else "not met")
        for target in results.targets
    ]
    return Table("Targets", ("", "measured", "wanted", ""), rows)


def _text(table: Table) -> str:
    lines = [table.header, *table.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = [
        "  ".join(
            [
                line[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for line in lines
    ]
    return "\n".join([table.title, *shown])


def _markdown(results: Results) -> str:
    parts = [INTRODUCTION.format(conclusion=_conclusion(results))]
    for table in _tables(results):
        parts += [f"## {table.title}", _rows(table, code=True)]
    parts += [LIMITS, METHOD]
    parts.append(f"Measured on {results.machine}, with {_versions(results)}.")
    if results.notes:
        parts.append("\n".join(f"- {note}." for note in results.notes))
    parts += ["## Targets", TARGETS, _rows(_target_table(results), code=False)]
    return "\n\n".join(parts) + "\n"


def _conclusion(results: Results) -> str:
    title, timings = next(iter(results.timings.items()))
    taken = {timing.name: timing.microseconds for timing in timings}
    ours = f"`check(body)` takes {taken['check']:.1f} µs, `parse_event(body)` {taken['parse_event']:.1f} µs"
    told = f"With {title}, {ours}, and {taken['struct']:.1f} µs as a struct"
    sdks = [time for name, time in taken.items() if name.startswith(("vital", "junction"))]
    return f"{told}; the SDKs take {min(sdks):.1f} to {max(sdks):.1f} µs." if sdks else f"{told}."


def _rows(table: Table, *, code: bool) -> str:
    def row(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    ruler = ["---", *("---:" for _ in table.header[1:])]
    rows = [(f"`{first}`" if code and "(" in first else first, *rest) for first, *rest in table.rows]
    return "\n".join([row(table.header), row(ruler), *map(row, rows)])


LABELLED: Final = 'role="img" aria-labelledby="title desc"'
WIDTH: Final = 720
BARS_FROM: Final = 320
BARS_TO: Final = 650
LINE: Final = 26
STYLE: Final = """
    svg { color: #1f2933; font: 13px system-ui, sans-serif; }
    text { fill: currentColor; }
    .title { font-weight: 600; }
    .ground { fill: #ffffff; }
    .ours { fill: #0f766e; }
    .other { fill: #94a3b8; }
    @media (prefers-color-scheme: dark) {
      svg { color: #e5e9f0; }
      .ground { fill: #1e2129; }
      .ours { fill: #2dd4bf; }
      .other { fill: #64748b; }
    }
  """


def _picture(results: Results) -> str:
    title, timings = next(iter(results.timings.items()))
    # The reference engine would leave the others no room.
    warm = [
        (SHOWN[timing.name], timing.ratio, f"{timing.ratio:.1f} ×", timing.name in OURS)
        for timing in timings
        if timing.name not in {"check_reference", "model_floor", "struct_floor"}
    ]
    cold = [
        (SHOWN[start.name], start.milliseconds, f"{start.milliseconds:.0f} ms", start.name in OURS)
        for start in results.starts
        if start.name not in {"interpreter", "import", "pydantic"}
    ]
    first, end = _bars(f"Time with {title}, in that of orjson.loads", warm, top=28)
    second, end = _bars("From the start of a process to its first event", cold, top=end + 34)
    told = "; ".join(f"{name} {shown}" for name, _, shown, _ in warm + cold)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end}" {LABELLED}>',
            '  <title id="title">Speed beside orjson and Junction\'s SDKs</title>',
            f'  <desc id="desc">{escape(told, quote=False)}</desc>',
            f"  <style>{STYLE}</style>",
            f'  <rect class="ground" width="{WIDTH}" height="{end}" rx="6"/>',
            *first,
            *second,
            "</svg>\n",
        ]
    )


def _bars(title: str, bars: list[tuple[str, float, str, bool]], *, top: int) -> tuple[list[str], int]:
    longest = max(value for _, value, _, _ in bars)
    lines = [f'  <text class="title" x="16" y="{top}">{escape(title)}</text>']
    for number, (name, value, shown, ours) in enumerate(bars, start=1):
        middle = top + number * LINE
        width = (BARS_TO - BARS_FROM) * value / longest
        kind = "ours" if ours else "other"
        lines += [
            f'  <text x="{BARS_FROM - 10}" y="{middle}" text-anchor="end">{escape(name, quote=False)}</text>',
            f'  <rect class="{kind}" x="{BARS_FROM}" y="{middle - 13}" width="{width:.1f}" height="17" rx="2"/>',
            f'  <text x="{BARS_FROM + width + 6:.1f}" y="{middle}">{shown}</text>',
        ]
    return lines, top + len(bars) * LINE + 18

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

How long it takes to check and to parse a delivery, compared with Junction's own SDKs and with `orjson.loads`. `orjson.loads`
only reads the JSON, so anything that looks at every value takes longer.
{conclusion}

![Bar chart: the time of each method with the recorded order, and the time from process start to the first event. The tables below have the numbers.](assets/speed.svg)"""
METHOD: Final = """\
## How it is measured

```sh
make bench
```

Each sample is divided by a sample of `orjson.loads` taken immediately before it in the same process. The
methods alternate in random order, in several processes. The tables show the median of all samples, and
half of the samples are within the *middle half*. New processes alternate in the same way. Their time
starts when the process starts and includes the interpreter's own start. Their memory is the peak. All
times are processor time, so other work on the machine has little effect. Each result is compared with
the payload once before it is timed.

`check` and the structs use the extra `fast`. For an SDK, the method is the one that its users call. The
payloads have no white space and are in an envelope with the ids that the SDKs require."""
LIMITS: Final = """\
## Where the time goes

The package reads a body before it checks it, so that it accepts the same bytes whatever is installed. For
a model, this means `orjson.loads` and then pydantic. The row `model_validate(orjson.loads(body))` shows
these two steps alone: they create an object for each part, keep unknown properties, and convert timestamps
to UTC. The SDKs' `model_validate_json` reads the bytes with pydantic, which also accepts NaN and numbers
that a double cannot represent.

For a struct, this means `orjson.loads` and then `msgspec.convert`. The row with `msgspec.convert` shows
these two steps alone. msgspec can decode the bytes directly in less time than `orjson.loads`, but it
accepts timestamps that the contract rejects, and skips unknown values without reading them. For a small
body, such as the appointment, the calls between these steps take as long as a step.

The SDKs use pydantic too. Most of their start-up time has passed once pydantic has created a model with one
field: see that row. Only structs, which do not need pydantic, start in about half the time."""
TARGETS: Final = """\
The package's own targets, for contributors."""
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
    "interpreter": "the interpreter alone",
    "import": "import junction_webhooks",
    "pydantic": "pydantic, with a model with one field",
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
    return [*tables, Table("From process start to the first event", ("", "ms", "peak MiB"), starts)]


def _target_table(results: Results) -> Table:
    rows = [
        (target.what, target.measured, target.wanted, "met" if target.met else "not met")
        for target in results.targets
    ]
    return Table("Targets", ("", "measured", "target", ""), rows)


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
    first, end = _bars(f"Time with {title}, as a multiple of orjson.loads", warm, top=28)
    second, end = _bars("Time from process start to the first event", cold, top=end + 34)
    told = "; ".join(f"{name} {shown}" for name, _, shown, _ in warm + cold)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end}" {LABELLED}>',
            '  <title id="title">Speed compared with orjson and Junction\'s SDKs</title>',
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

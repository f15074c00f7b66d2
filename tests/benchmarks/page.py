"""The results as text for a terminal, and as pages and a picture for the docs."""

# ruff: noqa: RUF001  (the multiplication sign is meant)

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from results import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from results import Bar, Section, Target

INTRODUCTION: Final = """\
# Speed

What to expect, measured next to Junction's own SDKs and other validators. `orjson.loads` only reads the JSON, so anything
that looks at every value takes longer: ratios to it are the same on most machines, microseconds are not.

{conclusion}

![Bar chart: the time of each method with the recorded order, and the time from process start to the first event. The tables below have the numbers.](assets/speed.svg)"""
METHOD: Final = """\
## How it is measured

```sh
make bench
```

Each sample is divided by a sample of `orjson.loads` taken immediately before it in the same process. The methods alternate
in random order, in several processes. The tables show the median of all samples, and half of the samples are within the
*middle half*. Commands and new processes alternate in the same way. Their time includes the interpreter's own start. Memory
is the peak. All times are processor time, so other work on the machine has little effect. Each result is compared with the
payload once before it is timed.

`check` and the structs use the extra `fast`. For an SDK, the method is the one that its users call. The payloads have no
white space and are in an envelope with the ids that the SDKs require."""
LIMITS: Final = """\
## Where the time goes

**A verdict** is `orjson.loads` and one validation in compiled code, or two: first the strict profile, then the tolerant
one. After two bodies of an event in a row that do not conform, it is the other way round until one conforms, so what is
rejected needs one validation too. The first two of them take about a third longer than the tables show. Violations come
from a third run, which lists every error with its place and value. Most of that time is spent on the engine's copies of
the values.

**A model** is read from the bytes by pydantic, which creates an object for each part, keeps unknown properties and converts
timestamps to UTC. pydantic accepts NaN and numbers that a double cannot represent, so the bytes are searched for those
first. A body that may have one is read with `orjson.loads` and validated from there, as the row
`model_validate(orjson.loads(body))` shows. The SDKs' `model_validate_json` accepts all of them.

**A struct** is `orjson.loads` and then `msgspec.convert`: see the row with `msgspec.convert`. msgspec can decode the bytes
directly in less time than `orjson.loads`, but it accepts timestamps that the contract rejects, and skips unknown values
without reading them. For a small body, such as the appointment, the calls between these steps take as long as a step.

**Start-up** is mostly pydantic: most of the time has passed once it has created a model with one field. Neither `check` nor
a struct needs it.

An extension module of our own would be faster: one that was tried took 0.46 × `orjson.loads` for a verdict and 1.21 × for a
struct. The package does without it. It would be C code that reads bytes from the network, for a few microseconds."""
GENERATION: Final = "## Generation"
"""The heading after which another program writes the page."""
FILES: Final = "## Large files"
"""The heading after which the page is written by hand, with what `files.py` prints."""
TARGETS_TITLE: Final = "## Speed targets"
TARGETS: Final = """\
`make bench` measures these and writes them here, together with [Speed](speed.md). `python tests/benchmarks/run.py --before
FOLDER` also compares with the checkout of an earlier version. A section of that page is what `measure` of a module in
`tests/benchmarks/` returns; `SECTIONS` in `run.py` lists the modules."""
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


@dataclass(frozen=True)
class Results:
    """Everything that was measured."""

    machine: str
    versions: dict[str, str]
    sections: list[Section]


def text(results: Results) -> str:
    """The results for a terminal."""
    parts = [f"{results.machine}\n{_versions(results)}"]
    parts += [_text(table) for section in results.sections for table in section.tables]
    parts.append(_text(_target_table(results)))
    parts += [note for section in results.sections for note in section.notes]
    return "\n\n".join(parts) + "\n"


def write(results: Results, docs: Path) -> None:
    """Write the page and its picture, and the targets into the page for contributors."""
    page = docs / "speed.md"
    # The last sections are those of `generate.py` and `files.py`, next to this file.
    others = "".join(page.read_text(encoding="utf-8").partition(f"\n{GENERATION}\n")[1:])
    page.write_text(_markdown(results) + others, encoding="utf-8")
    docs.joinpath("assets", "speed.svg").write_text(_picture(results), encoding="utf-8")
    contributing = docs / "contributing.md"
    contributing.write_text(
        _with_targets(contributing.read_text(encoding="utf-8"), results), encoding="utf-8"
    )


def _with_targets(page: str, results: Results) -> str:
    """The page with the targets in place of its section about them."""
    before, _, after = page.partition(f"{TARGETS_TITLE}\n")
    _, following, rest = after.partition("\n## ")
    section = f"{TARGETS_TITLE}\n\n{TARGETS}\n\n{_rows(_target_table(results), code=False)}\n"
    return f"{before.rstrip()}\n\n{section}{following}{rest}"


def _versions(results: Results) -> str:
    return ", ".join(f"{name} {number}" for name, number in results.versions.items())


def _target_table(results: Results) -> Table:
    targets: list[Target] = [target for section in results.sections for target in section.targets]
    rows = [
        (target.what, target.measured, target.wanted, "met" if target.met else "not met")
        for target in targets
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
    conclusion = " ".join(section.conclusion for section in results.sections if section.conclusion)
    parts = [INTRODUCTION.format(conclusion=conclusion)]
    for section in results.sections:
        parts += [f"## {section.title}", section.text]
        for table in section.tables:
            parts += [f"### {table.title}", _rows(table, code=True)]
    parts += [LIMITS, METHOD]
    parts.append(f"Measured on {results.machine}, with {_versions(results)}.")
    notes = [note for section in results.sections for note in section.notes]
    if notes:
        parts.append("\n".join(f"- {note}." for note in notes))
    return "\n\n".join(parts) + "\n"


def _rows(table: Table, *, code: bool) -> str:
    def row(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    ruler = ["---", *("---:" for _ in table.header[1:])]
    rows = [(_code(first) if code else first, *rest) for first, *rest in table.rows]
    return "\n".join([row(table.header), row(ruler), *map(row, rows)])


def _code(name: str) -> str:
    """The name of a row, with the call in it as code."""
    call, bracket, words = name.rpartition(")")
    return f"`{call})`{words}" if bracket else name


def _picture(results: Results) -> str:
    groups = [section.bars for section in results.sections if section.bars]
    titles = (
        "The recorded order: time relative to orjson.loads",
        "Time from process start to the first event",
    )
    top, drawings = 0, []
    for title, bars in zip(titles, groups, strict=True):
        drawings.append(_bars(title, top, bars))
        top += LINE * (len(bars) + 2)
    described = f"{titles[0]}: {_in_words(groups[0])}. {titles[1]}: {_in_words(groups[1])}."
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" {LABELLED}>
  <title id="title">Speed next to Junction's SDKs</title>
  <desc id="desc">{escape(described)}</desc>
  <style>{STYLE}</style>
  <rect class="ground" width="{WIDTH}" height="{top}"/>
{chr(10).join(drawings)}
</svg>
"""


def _in_words(bars: Sequence[Bar]) -> str:
    return ", ".join(f"{bar.name} {bar.shown}" for bar in bars)


def _bars(title: str, top: int, bars: Sequence[Bar]) -> str:
    longest = max(bar.value for bar in bars)
    lines = [f'  <text class="title" x="16" y="{top + LINE}">{escape(title)}</text>']
    for number, bar in enumerate(bars, start=2):
        y = top + LINE * number
        length = round((BARS_TO - BARS_FROM) * bar.value / longest)
        kind = "ours" if bar.ours else "other"
        place = f'x="{BARS_FROM}" y="{y - 12}" width="{length}" height="15"'
        lines += [
            f'  <text x="{BARS_FROM - 10}" y="{y}" text-anchor="end">{escape(bar.name)}</text>',
            f'  <rect class="{kind}" {place} rx="2"/>',
            f'  <text x="{BARS_FROM + length + 8}" y="{y}">{escape(bar.shown)}</text>',
        ]
    return "\n".join(lines)

"""What the benchmarks hand to the page: sections with tables and targets."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import quantiles
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Table(NamedTuple):
    """A table; the first column has words and the others numbers."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Target:
    """One thing aimed at."""

    what: str
    measured: str
    wanted: str
    met: bool


@dataclass(frozen=True)
class Bar:
    """A bar of the picture on the page."""

    name: str
    value: float
    shown: str
    ours: bool


@dataclass
class Section:
    """One part of the page. Each module of a benchmark returns one from `measure`."""

    title: str
    text: str
    """What the tables show, in Markdown."""
    tables: list[Table] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was left out or changed to measure it, one sentence each without a period."""
    bars: list[Bar] = field(default_factory=list)
    conclusion: str = ""
    """One sentence for the top of the page."""


class Spread(NamedTuple):
    """The median of some samples, and the quartiles around it."""

    low: float
    middle: float
    high: float


def spread(samples: Iterable[float]) -> Spread:
    """Return the median and the quartiles."""
    return Spread(*quantiles(samples, n=4))


def at_most(what: str, measured: float, most: float, unit: str = "×") -> Target:  # noqa: RUF001
    """Return a target for something that should be small."""
    return Target(what, f"{measured:.2f}{unit}", f"≤ {most:g}{unit}", met=measured <= most)


def at_least(what: str, measured: float, least: float, unit: str = "×") -> Target:  # noqa: RUF001
    """Return a target for something that should be large."""
    return Target(what, f"{measured:.2f}{unit}", f"≥ {least:g}{unit}", met=measured >= least)

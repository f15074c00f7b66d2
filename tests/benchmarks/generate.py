"""Measure how long it takes to generate payloads and journeys: `python tests/benchmarks/generate.py [--docs]`.

Two tables. The first one is about `junction-webhooks generate`: payloads per second, and the time from process
start to the first payload. The second one is about the strategies: the time of one value, without what
Hypothesis does around it, and next to it the ratio to an `orjson.loads` of the recorded order, so that runs on
different machines can be compared. All times are processor time, so other work on the machine has little
effect.

Exits with 0 whatever the numbers. A strategy that filters values away, and a payload that is rejected, end it
at once.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from typing import TYPE_CHECKING, Any, Final

import orjson
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from page import FILES, GENERATION

from junction_webhooks import check, fixtures, strategies

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

COMMAND: Final = Path(sys.executable).with_name("junction-webhooks")
LINES: Final = 20_000
PROCESSES: Final = 9
RATE: Final = 2_000
FIRST_LINE: Final = 0.3
COMMANDS: Final[dict[str, list[str]]] = {
    "journeys": [],
    "journeys, as deliveries": ["--deliveries"],
    "tolerant journeys": ["--profile", "tolerant"],
    "orders": ["labtest.order.updated"],
    "tolerant orders": ["labtest.order.updated", "--profile", "tolerant"],
    "appointments": ["labtest.appointment.updated"],
}
VALUES: Final = 500
CALLS: Final = 20
TEN: Final = 10
RECORDED: Final = fixtures.load("bare_order/recorded").raw
WAYS: Final[dict[str, tuple[SearchStrategy[Any], float | None]]] = {
    "an order": (strategies.events("labtest.order.updated"), 15.0),
    "a tolerant order": (strategies.events("labtest.order.updated", profile="tolerant"), None),
    "an appointment": (strategies.events("labtest.appointment.updated"), None),
    "an invalid order": (strategies.invalid_events("labtest.order.updated"), None),
    "a journey": (strategies.order_journeys(), None),
    "a journey of ten deliveries or more": (strategies.order_journeys(), 150.0),
    "a tolerant journey": (strategies.order_journeys(profile="tolerant"), None),
    "a scenario's arrival": (strategies.deliveries(fixtures.scenario("redraw")), None),
}
"""What is generated, and the time in milliseconds that it is to stay under."""


PAGE: Final = Path(__file__).parents[2] / "docs" / "speed.md"
ABOUT_COMMANDS: Final = """\
How many payloads `junction-webhooks generate` writes per second, and how long the first one takes, from the start of the
process."""
ABOUT_STRATEGIES: Final = f"""\
How long a strategy takes for one value in a test, without what Hypothesis does around it. A journey has about ten
deliveries. The first ten values of a test take about 50 ms together. Hypothesis' health check fails if they take a second.

`python tests/benchmarks/generate.py` measures both. All times are processor time: of a command, for {LINES:,} payloads."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What a command generates: payloads per second, and the seconds to the first one."""

    name: str
    rate: float
    first: float


@dataclass(frozen=True, slots=True)
class Timed:
    """What a strategy generates: milliseconds per value, and their median ratio to `orjson.loads`."""

    name: str
    times: list[float]
    ratio: float
    most: float | None


def main() -> None:
    """Print both tables, and with `--docs` also write them to the page about speed."""
    generated = [_generated(name, arguments) for name, arguments in COMMANDS.items()]
    sys.stdout.write(f"{'junction-webhooks generate':28}{'per second':>12}{'first line':>12}\n")
    for each in generated:
        met = "met" if each.rate >= RATE and each.first <= FIRST_LINE else "not met"
        sys.stdout.write(f"{each.name:28}{each.rate:12,.0f}{each.first * 1_000:9.0f} ms  {met}\n")
    timed = [
        Timed(name, *_timed(strategy, at_least=TEN if "ten" in name else 0), most)
        for name, (strategy, most) in WAYS.items()
    ]
    sys.stdout.write(f"\n{'strategies':36}{'median':>9}{'95 %':>9}{'x loads':>9}{'target':>9}\n")
    for one in timed:
        target = "" if one.most is None else f"{one.most:.0f} ms"
        met = "" if one.most is None else " met" if median(one.times) <= one.most else " not met"
        sys.stdout.write(
            f"{one.name:36}{median(one.times):6.2f} ms{_late(one.times):6.2f} ms{one.ratio:9.0f}{target:>9}{met}\n"
        )
    if "--docs" in sys.argv[1:]:
        before, _, after = PAGE.read_text("utf-8").partition(f"\n{GENERATION}\n")
        files = "".join(after.partition(f"\n{FILES}\n")[1:])
        PAGE.write_text(f"{before.rstrip()}\n\n{_section(generated, timed)}{files}", "utf-8")


def _section(generated: list[Generated], timed: list[Timed]) -> str:
    commands = [f"| {each.name} | {each.rate:,.0f} | {each.first * 1_000:.0f} ms |\n" for each in generated]
    values = [f"| {one.name} | {median(one.times):.1f} ms | {_late(one.times):.1f} ms |\n" for one in timed]
    return (
        f"{GENERATION}\n\n{ABOUT_COMMANDS}\n\n|  | payloads per second | first payload |\n| --- | ---: | ---: |\n"
        f"{''.join(commands)}\n"
        f"{ABOUT_STRATEGIES}\n\n|  | median | 95 % take at most |\n| --- | ---: | ---: |\n{''.join(values)}"
    )


def _late(times: list[float]) -> float:
    """Return what 95 % of the times do not exceed."""
    return quantiles(times, n=20)[-1]


def _generated(name: str, arguments: list[str]) -> Generated:
    first = median(_seconds(arguments, 1) for _ in range(PROCESSES))
    return Generated(name, LINES / _seconds(arguments, LINES), first)


def _seconds(arguments: list[str], number: int) -> float:
    """Return the processor time of a process that generates so many payloads, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [COMMAND, "generate", *arguments, "--seed", "1", "-n", str(number)],
        stdout=subprocess.PIPE,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = done.stdout.splitlines()
    assert len(lines) == number
    for line in lines[:: max(1, number // 50)]:
        payload = json.loads(line)
        assert check(payload.get("body", payload)).verdict != "rejected", "a payload is rejected"
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _timed(strategy: SearchStrategy[Any], *, at_least: int) -> tuple[list[float], float]:
    """Return the milliseconds of each value, and the median of their ratio to `orjson.loads`."""
    times: list[float] = []
    ratios: list[float] = []
    tried = 0

    @st.composite
    def generated(draw: DrawFn) -> Any:
        baseline = _baseline()
        start = process_time()
        value = draw(strategy)
        passed = process_time() - start
        if len(getattr(value, "deliveries", ())) >= at_least:
            times.append(passed * 1_000)
            ratios.append(passed / baseline)
        return value

    @settings(max_examples=VALUES, phases=[Phase.generate], deadline=None, database=None)
    @given(generated())
    def run(value: Any) -> None:
        nonlocal tried
        tried += 1
        deliveries = getattr(value, "deliveries", value if isinstance(value, tuple) else ())
        expected = getattr(value, "verdict", "conforms or drifts")
        for payload in [each.raw for each in deliveries] or [getattr(value, "payload", value)]:
            assert expected == "rejected" or check(payload).verdict != "rejected", "a payload is rejected"

    run()
    assert tried >= VALUES, "values were filtered away"
    return times, median(ratios)


def _baseline() -> float:
    start = process_time()
    for _ in range(CALLS):
        orjson.loads(RECORDED)
    return (process_time() - start) / CALLS


if __name__ == "__main__":
    main()

"""Measure how long it takes to draw payloads and journeys: `python tests/benchmarks/generate.py`.

A draw is timed by itself, without what Hypothesis does around it, and beside it an `orjson.loads` of the
recorded order, so that runs on different machines can be compared. Exits with 0 whatever the numbers; a
strategy that filters draws away, or draws what is rejected, ends it at once.
"""

from __future__ import annotations

import sys
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import orjson
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from junction_webhooks import check, fixtures, strategies

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

DRAWS: Final = 1_000
CALLS: Final = 20
TEN: Final = 10
RECORDED: Final = fixtures.load("bare_order/recorded").raw
WAYS: Final[dict[str, tuple[SearchStrategy[Any], float | None]]] = {
    "an order": (strategies.events("labtest.order.updated"), 15.0),
    "a tolerant order": (strategies.events("labtest.order.updated", profile="tolerant"), None),
    "an appointment": (strategies.events("labtest.appointment.updated"), None),
    "a journey": (strategies.order_journeys(), None),
    "a journey of ten deliveries or more": (strategies.order_journeys(), 150.0),
    "a tolerant journey": (strategies.order_journeys(profile="tolerant"), None),
    "a scenario's arrival": (strategies.deliveries(fixtures.scenario("redraw")), None),
}
"""What is drawn, and the time in milliseconds that it is to stay under."""


def main() -> None:
    """Draw, and print a line for each strategy."""
    sys.stdout.write(f"{'':36}{'median':>9}{'95 %':>9}{'x loads':>9}{'target':>9}\n")
    for name, (strategy, most) in WAYS.items():
        times, ratio = _timed(strategy, at_least=TEN if "ten" in name else 0)
        target = "" if most is None else f"{most:.0f} ms"
        verdict = "" if most is None else " met" if median(times) <= most else " not met"
        sys.stdout.write(
            f"{name:36}{median(times):6.2f} ms{quantiles(times, n=20)[-1]:6.2f} ms{ratio:9.0f}{target:>9}{verdict}\n"
        )


def _timed(strategy: SearchStrategy[Any], *, at_least: int) -> tuple[list[float], float]:
    """The milliseconds of each draw, and the median of their ratio to `orjson.loads`."""
    times: list[float] = []
    ratios: list[float] = []
    tried = 0

    @st.composite
    def drawn(draw: DrawFn) -> Any:
        baseline = _baseline()
        start = perf_counter()
        value = draw(strategy)
        passed = perf_counter() - start
        if len(getattr(value, "deliveries", ())) >= at_least:
            times.append(passed * 1_000)
            ratios.append(passed / baseline)
        return value

    @settings(max_examples=DRAWS, phases=[Phase.generate], deadline=None, database=None)
    @given(drawn())
    def run(value: Any) -> None:
        nonlocal tried
        tried += 1
        deliveries = getattr(value, "deliveries", value if isinstance(value, tuple) else ())
        for payload in [each.raw for each in deliveries] or [value]:
            assert check(payload).verdict != "rejected", "a payload is rejected"

    run()
    assert tried >= DRAWS, "draws were filtered away"
    return times, median(ratios)


def _baseline() -> float:
    start = perf_counter()
    for _ in range(CALLS):
        orjson.loads(RECORDED)
    return (perf_counter() - start) / CALLS


if __name__ == "__main__":
    main()

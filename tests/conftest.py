"""What all tests share."""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from support import sizes

if TYPE_CHECKING:
    from collections.abc import Generator

pytest_plugins = ["pytester"]
NO_SKIPS = "JUNCTION_WEBHOOKS_NO_SKIPS"

settings.register_profile(
    "suite", max_examples=40, deadline=None, database=None, derandomize="CI" in os.environ
)
# For `.ci/full`, which gives it to --hypothesis-profile.
settings.register_profile("thorough", max_examples=400, deadline=None, database=None)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Say before any test is imported whether the run selects the exhaustive ones: `-m exhaustive`.

    A shell without job control starts what runs in the background with SIGINT ignored, and every process inherits
    that. The tests of Ctrl-C need processes that do not ignore it.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    selected = config.getoption("markexpr")
    sizes.run_is_exhaustive = "exhaustive" in selected.replace("not exhaustive", "")


def pytest_collection_finish() -> None:
    """Spare the garbage collector the tests and modules, half a million objects that stay: a twentieth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where everything a test may want is said to be installed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get(NO_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"skipped although {NO_SKIPS} is set: {report.longrepr}"
    return report

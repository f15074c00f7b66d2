"""Counts how Junction's payloads drift from the contract, with OpenTelemetry.

`pattern` has `*` for each index and `?` for each unknown name, so the series stay few and hold no
patient data. An alert on what is new leaves out `reason="out_of_scope"`: that is a test kit or another
kind of collection, and no drift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.metrics import get_meter

if TYPE_CHECKING:
    from junction_webhooks import Report

_violations = get_meter("junction_webhooks").create_counter(
    "junction.webhooks.violations",
    unit="{violation}",
    description="Rules of the contract that deliveries broke.",
)


def count_drift(report: Report) -> None:
    """Count every rule that a payload breaks, by where and why."""
    for violation in report.violations:
        _violations.add(
            1, {"verdict": report.verdict, "pattern": violation.pattern, "reason": violation.reason}
        )

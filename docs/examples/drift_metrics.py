"""Count how Junction's payloads drift from the contract, with OpenTelemetry.

`pattern` has `*` for each index and `?` for each unknown name. This keeps the number of series small and
patient data out of them. Exclude `reason="out_of_scope"` from alerts: it marks test kits and other
modalities, which the contract does not cover.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.metrics import get_meter

if TYPE_CHECKING:
    from junction_webhooks import Report

_violations = get_meter("junction_webhooks").create_counter(
    "junction.webhooks.violations",
    unit="{violation}",
    description="Violations of the contract by deliveries.",
)


def count_drift(report: Report) -> None:
    """Count every violation of a payload, by place and reason."""
    for violation in report.violations:
        _violations.add(
            1, {"verdict": report.verdict, "pattern": violation.pattern, "reason": violation.reason}
        )

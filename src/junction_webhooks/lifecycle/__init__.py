"""How orders and appointments progress: lifecycles, checks of histories, and which payload is newer.

Examples:
    >>> from junction_webhooks import fixtures, lifecycle
    >>> order = fixtures.load("labtest.order.updated/completed").payload
    >>> lifecycle.check_history(order)
    ()
    >>> lifecycle.order().states[order["data"]["events"][-1]["status"]].finality
    'terminal'
"""

from __future__ import annotations

from junction_webhooks.lifecycle._compare import Age, compare
from junction_webhooks.lifecycle._history import Finding, Rule, Severity, check_history
from junction_webhooks.lifecycle._machines import (
    Finality,
    Lifecycle,
    Provenance,
    State,
    Transition,
    appointment,
    machines,
    of,
    order,
)

__all__ = [
    "Age",
    "Finality",
    "Finding",
    "Lifecycle",
    "Provenance",
    "Rule",
    "Severity",
    "State",
    "Transition",
    "appointment",
    "check_history",
    "compare",
    "machines",
    "of",
    "order",
]

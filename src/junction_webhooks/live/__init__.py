"""Sending deliveries over HTTP, to a handler on this machine or to another test service.

`Guard` decides where deliveries may be sent, `deliver` sends one, and `send` sends a whole story. `fresh`
makes a story new, so that it can be sent again.

Examples:
    >>> from junction_webhooks import live
    >>> try:
    ...     live.Guard().check("https://203.0.113.9/webhooks")
    ... except live.DestinationError as error:
    ...     print(error.reason)
    not_allowed
"""

from __future__ import annotations

from junction_webhooks.live.client import TIME_LIMIT, deliver, fetch
from junction_webhooks.live.guard import Destination, DestinationError, Guard, Refusal
from junction_webhooks.live.outcome import Outcome, Problem
from junction_webhooks.live.renewal import PATIENT_PREFIX, fresh
from junction_webhooks.live.sending import MOST_RETRIES, Pace, Sent, send
from junction_webhooks.signing import BENCH_SECRET

__all__ = [
    "BENCH_SECRET",
    "MOST_RETRIES",
    "PATIENT_PREFIX",
    "TIME_LIMIT",
    "Destination",
    "DestinationError",
    "Guard",
    "Outcome",
    "Pace",
    "Problem",
    "Refusal",
    "Sent",
    "deliver",
    "fetch",
    "fresh",
    "send",
]

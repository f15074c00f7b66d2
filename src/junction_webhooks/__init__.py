"""The contract of Junction's walk-in lab-test webhooks. Independent of Junction.

`check(body)` checks a payload, `parse_event(body)` returns a typed event, and `Webhook` verifies signatures.
`fixtures`, `strategies`, `lifecycle` and `contract` are modules of their own.

Examples:
    >>> from junction_webhooks import check, fixtures, parse_event
    >>> body = fixtures.load("labtest.appointment.updated/completed").raw
    >>> check(body).verdict
    'conforms'
    >>> parse_event(body).data.event_status
    'completed'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from junction_webhooks.events import InvalidPayload, UnknownEvent, is_missing, parse_event
    from junction_webhooks.redaction import RedactionError, redact
    from junction_webhooks.signing import Delivery, InvalidSignature, Webhook
    from junction_webhooks.validation import Report, Violation, check

_MODULES = {
    "validation": ("Report", "Violation", "check"),
    "redaction": ("RedactionError", "redact"),
    "signing": ("Delivery", "InvalidSignature", "Webhook"),
    "events": ("InvalidPayload", "UnknownEvent", "is_missing", "parse_event"),
}
__all__ = [
    "Delivery",
    "InvalidPayload",
    "InvalidSignature",
    "RedactionError",
    "Report",
    "UnknownEvent",
    "Violation",
    "Webhook",
    "check",
    "is_missing",
    "parse_event",
    "redact",
]


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"junction_webhooks.{module}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)

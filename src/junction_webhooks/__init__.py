"""The contract of Junction's walk-in lab-test webhooks.

`check(body)` judges a payload and `parse_event(body)` gives a typed event; `fixtures`, `strategies` and
`contract` are modules of their own. Independent of Junction.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from junction_webhooks.events import InvalidPayload, UnknownEvent, is_missing, parse_event
    from junction_webhooks.redaction import RedactionError, redact
    from junction_webhooks.signing import Delivery, InvalidSignature, Webhook
    from junction_webhooks.validation import Report, Violation, check

_HOMES = {
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
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"junction_webhooks.{home}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)

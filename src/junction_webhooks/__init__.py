"""The contract of Junction's walk-in lab-test webhooks.

`check(body)` judges a payload; `fixtures`, `strategies` and `contract` are modules of their own.
Independent of Junction.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from junction_webhooks.validation import Report, Violation, check

__all__ = ["Report", "Violation", "check"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("junction_webhooks.validation"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)

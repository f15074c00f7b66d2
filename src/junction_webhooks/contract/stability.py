"""Which events are beta: their sources are too thin for the promises of `docs/versions.md`.

The schema of such an event says `"x-stability": "beta"`. Each of its bundles says `"$comment": "stability:
beta"` instead, because bundles contain only standard keywords. So a vendored copy and a published release
say it too.

Examples:
    >>> from junction_webhooks import contract
    >>> from junction_webhooks.contract import stability
    >>> stability.of_event("labtest.match_review.created")
    'beta'
    >>> stability.of_bundle(contract.bundle("strict", "labtest.order.created"))
    'stable'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks.contract import shared_schemas

if TYPE_CHECKING:
    from junction_webhooks.contract import EventType, Schema

Stability: TypeAlias = Literal["stable", "beta"]
"""What a version promises about an event: `beta` means that a minor version may break it."""

KEYWORD: Final = "x-stability"
"""The annotation of a hand-written schema."""
_BETA: Final = "beta"
_COMMENT: Final = f"stability: {_BETA}"


def of_event(event_type: EventType) -> Stability:
    """Return the stability of an event of the contract."""
    return "beta" if KEYWORD in shared_schemas()[f"events/{event_type}"] else "stable"


def of_bundle(bundle: Any) -> Stability:
    """Return the stability of the event that a bundle is of, as the bundle says: any version of it."""
    return "beta" if isinstance(bundle, dict) and bundle.get("$comment") == _COMMENT else "stable"


def comment(schema: Schema) -> dict[str, str]:
    """Return what a bundle of a hand-written schema says about stability: nothing if it is stable."""
    return {"$comment": _COMMENT} if schema.get(KEYWORD) == _BETA else {}

"""`compare()`: which of two payloads is newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.lifecycle._subjects import comparable_time, instant, subject

if TYPE_CHECKING:
    from collections.abc import Mapping

Age: TypeAlias = Literal["newer", "older", "same", "undecided"]
"""How old one payload is, compared with another of the same object."""


@clears_locals
def compare(old: object, new: object) -> Age:
    """Return whether `new` is newer than `old`, two payloads about the same object, such as an order.

    If the history of one payload is the beginning of the other's history, that payload is older. Orders with
    equal histories, and the critical results of one order, which have no history, are compared by
    `updated_at`. `same` means that nothing differs under `data`; pass both in the same form, dict or typed.
    Everything else is `undecided`: histories that diverge, a longer history with the earlier `updated_at` (an
    entry may have been deleted or corrected), orders and critical results that differ but have the same
    `updated_at`, appointments that differ but have the same history (they have no `updated_at`), and any two
    match reviews or trackings of an order that differ, which have neither. In that case, fetch the current
    object. Takes what `check_history` takes, and raises as it does. Also raises
    `ValueError` for payloads of two different objects, such as an order and its redraw.

        Examples:
            >>> from junction_webhooks import fixtures, lifecycle
            >>> first, *_, last = fixtures.scenario("no_appointment").deliveries
            >>> lifecycle.compare(first.payload, last.payload)
            'newer'
            >>> lifecycle.compare(last.payload, first.payload)
            'older'
    """
    one, other = subject(old), subject(new)
    identity = one.family.identity
    if one.family is not other.family or one.data.get(identity) != other.data.get(identity):
        message = f"payloads of two objects cannot be compared: {one.family.name}, {other.family.name}"
        raise ValueError(message)
    if one.data == other.data:
        return "same"
    before, after = one.entries, other.entries
    if not all(_is_same_entry(*pair) for pair in zip(before, after, strict=False)):
        return "undecided"
    signs = {_sign(len(before), len(after))}
    updated_at = one.family.updated_at
    if updated_at is not None:
        signs.add(_sign(instant(one.data.get(updated_at)), instant(other.data.get(updated_at))))
    decisive = {sign for sign in signs if sign}
    return decisive.pop() if len(decisive) == 1 else "undecided"


def _sign(before: Any, after: Any) -> Literal["newer", "older"] | None:
    """Return what two values say that grow with time; None if they are equal or one is missing."""
    if before is None or after is None or before == after:
        return None
    return "newer" if before < after else "older"


def _is_same_entry(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two payloads have the same entry, compared by id or, without ids, by time."""
    if one.get("status") != other.get("status"):
        return False
    if one.get("id") is not None and other.get("id") is not None:
        return bool(one["id"] == other["id"])
    return comparable_time(one) == comparable_time(other)

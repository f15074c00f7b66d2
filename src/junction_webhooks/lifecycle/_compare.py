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
    """Return whether `new` is newer than `old`, two payloads about the same order or the same appointment.

    If the history of one payload is the beginning of the other's history, that payload is older. Orders with
    equal histories, and the critical results of one order, which have no history, are compared by
    `updated_at`. `same` means that nothing differs under `data`; pass both in the same form, dict or typed.
    Everything else is `undecided`: histories that diverge, orders and critical results that differ but have
    the same `updated_at`, appointments that differ but have the same history (they have no `updated_at`).
    In that case, fetch the current object. Takes what `check_history` takes, and raises as it does. Also
    raises `ValueError` for payloads of two different objects, such as an order and its redraw.

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
    if len(before) != len(after):
        return "newer" if len(before) < len(after) else "older"
    updated_at = one.family.updated_at
    if updated_at is None:
        return "undecided"
    times = instant(one.data.get(updated_at)), instant(other.data.get(updated_at))
    if times[0] is None or times[1] is None or times[0] == times[1]:
        return "undecided"
    return "newer" if times[0] < times[1] else "older"


def _is_same_entry(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two payloads have the same entry, compared by id or, without ids, by time."""
    if one.get("status") != other.get("status"):
        return False
    if one.get("id") is not None and other.get("id") is not None:
        return bool(one["id"] == other["id"])
    return comparable_time(one) == comparable_time(other)

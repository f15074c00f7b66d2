"""`check_history()`: find anything unusual in the history of an order or an appointment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from junction_webhooks._json.display import quoted
from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.lifecycle import _machines
from junction_webhooks.lifecycle._subjects import comparable_time, instant, subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from junction_webhooks.contract.families import History, Modality
    from junction_webhooks.lifecycle._machines import Lifecycle
    from junction_webhooks.lifecycle._subjects import Subject

Severity: TypeAlias = Literal["error", "warning", "info"]
"""How serious a finding is: a contradiction, something undocumented, or a remark."""
Rule: TypeAlias = Literal[
    "unknown_status",
    "unexpected_start",
    "undocumented_transition",
    "second_redraw",
    "time_goes_back",
    "last_event_differs",
    "status_differs",
    "transaction_lacks_order",
    "transaction_differs",
    "other_modality",
    "no_history",
]
"""The names of findings, one per rule for histories."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a history that is worth a look. It never affects the verdict."""

    path: str
    """A JSON pointer into the payload."""
    rule: Rule
    severity: Severity
    """`error`: the payload contradicts itself. `warning`: it contradicts Junction's documentation.
    `info`: it is known to happen, though not documented.
    """
    message: str
    """What is unusual, as a sentence that continues the path. It names statuses, never patient data."""

    def __str__(self) -> str:
        """One line, suitable for a log."""
        return f"{self.path or 'the payload'} {self.message} ({self.rule}, {self.severity})"


@clears_locals
def check_history(payload: object) -> tuple[Finding, ...]:
    """Return everything unusual in the history of an order or an appointment.

    Takes an event or what belongs under its `data`: as a parsed dict, or as `parse_event` returns it, model
    or struct. Every payload that is not rejected can be checked. Statuses and transitions of other modalities
    are skipped, with one finding that says so; an event whose data has no history gives one finding,
    `no_history`. Raises `ValueError` for an event outside this contract, `TypeError` for anything that is
    neither a dict nor typed.

    Examples:
        >>> from junction_webhooks import fixtures, lifecycle
        >>> rescheduled = fixtures.load("labtest.appointment.updated/page").payload
        >>> lifecycle.check_history(rescheduled)
        ()
        >>> rescheduled["data"]["event_status"] = "cancelled"
        >>> print(lifecycle.check_history(rescheduled)[0])
        /data/event_status is "cancelled", but the newest entry says "scheduled" (status_differs, error)
    """
    return tuple(_findings(subject(payload)))


def _findings(found: Subject) -> Iterator[Finding]:
    history = found.family.history
    if history is None:
        yield Finding(found.pointer, "no_history", "info", "has no history: there is nothing to check")
        return
    place = f"{found.pointer}/{history.entries}"
    modality, machine = found.family.modality, _machines.of(found.family)
    if modality and _value(found.data, modality) not in (modality.walk_in, None):
        path = "/".join([found.pointer, *modality.path])
        yield Finding(path, "other_modality", "info", "is not a walk-in: its statuses are not checked")
    elif machine:
        yield from _statuses(machine, found.entries, place)
    yield from _times(found.entries, place)
    yield from _repetitions(found, history)
    if history.transaction:
        yield from _redraws(found, place)
        transaction = found.data.get(history.transaction)
        if isinstance(transaction, dict) and isinstance(transaction.get("orders"), list):
            yield from _transaction(transaction["orders"], found, f"{found.pointer}/{history.transaction}")


def _value(data: Mapping[str, Any], modality: Modality) -> object:
    """Return what the data says about its modality, or None if it says nothing."""
    value: object = data
    for name in modality.path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _statuses(machine: Lifecycle, entries: Sequence[Mapping[str, Any]], place: str) -> Iterator[Finding]:
    states = machine.states
    # A value that is not a string is an unknown status too, but might not be hashable.
    statuses = [status if isinstance(status := entry.get("status"), str) else "" for entry in entries]
    for number, status in enumerate(statuses):
        path = f"{place}/{number}/status"
        if status not in states:
            given = quoted(entries[number].get("status"))
            yield Finding(path, "unknown_status", "warning", f"is {given}, not a known status")
        elif number == 0 and not states[status].initial:
            yield Finding(
                path, "unexpected_start", "warning", f"is {quoted(status)}: no history starts with it"
            )
    for number, (source, target) in enumerate(pairwise(statuses), start=1):
        if source in states and target in states and machine.transition(source, target) is None:
            # A quiescent order can be reinstated by Junction's support.
            is_known_to_happen = states[source].finality == "quiescent"
            yield Finding(
                f"{place}/{number}/status",
                "undocumented_transition",
                "info" if is_known_to_happen else "warning",
                f"is {quoted(target)} after {quoted(source)}: no documented transition",
            )


def _times(entries: Sequence[Mapping[str, Any]], place: str) -> Iterator[Finding]:
    times = [instant(entry.get("created_at")) for entry in entries]
    for number, (earlier, later) in enumerate(pairwise(times), start=1):
        if earlier is not None and later is not None and later < earlier:
            path = f"{place}/{number}/created_at"
            yield Finding(path, "time_goes_back", "error", "is before the entry above it")


def _repetitions(found: Subject, history: History) -> Iterator[Finding]:
    """Yield a finding for each property that should repeat the newest entry and does not."""
    newest = found.entries[-1] if found.entries else None
    repeated = found.data.get(history.last_entry) if history.last_entry else None
    if isinstance(repeated, dict) and not _is_repeated(newest or {}, repeated):
        path = f"{found.pointer}/{history.last_entry}"
        yield Finding(path, "last_event_differs", "error", "is not the newest entry of the history")
    if newest is None:
        return
    expected = newest.get("status")
    if history.status_is_high_level:
        expected = _levels(expected)[0]
        if expected is None:
            return
    status = found.data.get(history.status)
    if status is not None and status != expected:
        yield Finding(
            f"{found.pointer}/{history.status}",
            "status_differs",
            "error",
            f"is {quoted(status)}, but the newest entry says {quoted(expected)}",
        )


def _redraws(found: Subject, place: str) -> Iterator[Finding]:
    if found.data.get("origin") == "redraw":
        for number, entry in enumerate(found.entries):
            if _levels(entry.get("status"))[1] == "redraw_available":
                yield Finding(
                    f"{place}/{number}/status", "second_redraw", "warning", "offers a redraw of a redraw"
                )


def _transaction(orders: Sequence[Any], found: Subject, place: str) -> Iterator[Finding]:
    id_ = found.data.get("id")
    own = [
        (number, each)
        for number, each in enumerate(orders)
        if isinstance(each, dict) and each.get("id") == id_
    ]
    if not own:
        yield Finding(f"{place}/orders", "transaction_lacks_order", "error", "does not list the order itself")
    low_level = _levels(found.entries[-1].get("status") if found.entries else None)[1]
    for number, each in own:
        listed = each.get("low_level_status")
        if low_level is not None and listed is not None and listed != low_level:
            yield Finding(
                f"{place}/orders/{number}/low_level_status",
                "transaction_differs",
                "error",
                f"is {quoted(listed)}, but the order's newest entry says {quoted(low_level)}",
            )


def _levels(status: object) -> tuple[str | None, str | None]:
    """Return the first and the last part of a status, or None for both if it has another form."""
    parts = status.split(".") if isinstance(status, str) else []
    return (parts[0], parts[2]) if len(parts) == 3 else (None, None)  # noqa: PLR2004  (HIGH.MODALITY.LOW)


def _is_repeated(entry: Mapping[str, Any], repeated: Mapping[str, Any]) -> bool:
    """Return whether `last_event` says the same as the entry. Null and missing count as equal."""
    names = (entry.keys() | repeated.keys()) - {"created_at"}
    return comparable_time(entry) == comparable_time(repeated) and all(
        entry.get(name) == repeated.get(name) for name in names
    )

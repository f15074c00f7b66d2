"""How orders and appointments move: the lifecycles, a check of histories, and which delivery is newer.

Examples:
    >>> from junction_webhooks import fixtures, lifecycle
    >>> reschedule = fixtures.load("labtest.appointment.updated/page").payload
    >>> lifecycle.check_history(reschedule)
    ()
    >>> reschedule["data"]["event_status"] = "cancelled"
    >>> print(lifecycle.check_history(reschedule)[0])
    /data/event_status is "cancelled", and the newest entry says "scheduled" (event_status_differs, error)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from junction_webhooks import contract
from junction_webhooks._jsonschema.formats import parse_timestamp
from junction_webhooks.validation._messages import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from junction_webhooks.contract import EventType

Finality: TypeAlias = Literal["open", "quiescent", "terminal"]
Provenance: TypeAlias = Literal["diagram", "prose", "example", "observed", "inferred"]
Severity: TypeAlias = Literal["error", "warning", "info"]
Age: TypeAlias = Literal["newer", "older", "same", "undecided"]
Subject: TypeAlias = Literal["order", "appointment"]
Rule: TypeAlias = Literal[
    "unknown_status",
    "unexpected_start",
    "undocumented_transition",
    "second_redraw",
    "time_goes_back",
    "last_event_differs",
    "status_differs",
    "event_status_differs",
    "transaction_lacks_order",
    "transaction_differs",
    "other_modality",
]

_WALK_IN: Final = {"order": "walk_in_test", "appointment": "patient_service_center"}


@dataclass(frozen=True, slots=True)
class State:
    """A status that an order or an appointment can have."""

    status: str
    meaning: str
    initial: bool
    """Whether a history can start with it."""
    finality: Finality
    """What is to be expected after it: more, usually nothing, or nothing but the listed transitions."""
    cancellable: bool | None = None
    """Whether Junction documents that the order can be cancelled in it, None where no source says."""

    @property
    def high(self) -> str | None:
        """The HIGH part of an order's status, None for an appointment's."""
        return self.status.partition(".")[0] if "." in self.status else None

    @property
    def low(self) -> str:
        """The LOW part of an order's status; the whole of an appointment's."""
        return self.status.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Transition:
    """A known way from one status to the next."""

    source: str
    target: str
    cause: str
    webhook: EventType | None
    """The event that it sends, None where it sends none unless the team asked Junction for it."""
    provenance: Provenance


@dataclass(frozen=True)
class Lifecycle:
    """The state machine of an order or an appointment, as `schemas/lifecycles/` has it."""

    subject: Subject
    title: str
    states: Mapping[str, State]
    """By status, in the order of the value set."""
    transitions: tuple[Transition, ...]
    created_webhook: EventType
    """The event that an initial status sends."""

    def transition(self, source: str, target: str) -> Transition | None:
        """The transition from one status to another, None where none is known."""
        return self._by_ends.get((source, target))

    @cached_property
    def _by_ends(self) -> Mapping[tuple[str, str], Transition]:
        return {(each.source, each.target): each for each in self.transitions}


@cache
def order() -> Lifecycle:
    """The lifecycle of a walk-in order."""
    return _read("walk_in_order")


@cache
def appointment() -> Lifecycle:
    """The lifecycle of a Patient Service Center appointment: of its `event_status`."""
    return _read("walk_in_appointment")


def _read(name: str) -> Lifecycle:
    found = contract.lifecycle(name)
    meanings = contract.schemas()[f"values/{found['value_set']}"]["x-values"]
    return Lifecycle(
        subject=found["subject"],
        title=found["title"],
        states={
            status: State(
                status, meanings[status], about["initial"], about["finality"], about.get("cancellable")
            )
            for status, about in found["states"].items()
        },
        transitions=tuple(
            Transition(each["from"], each["to"], each["cause"], each["webhook"], each["provenance"])
            for each in found["transitions"]
        ),
        created_webhook=found["created_webhook"],
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a history that is worth a look. It never makes a payload conform less."""

    path: str
    """A JSON pointer into what was given."""
    rule: Rule
    severity: Severity
    """`error`: the payload contradicts itself. `warning`: Junction documents it otherwise. `info`: it is
    known to happen, and not documented.
    """
    message: str
    """What follows the path in a sentence. It names statuses, and never patient data."""

    def __str__(self) -> str:
        """One line, fit for a log."""
        return f"{self.path} {self.message} ({self.rule}, {self.severity})"


def check_history(payload: object) -> tuple[Finding, ...]:
    """What is odd about the history of an order or an appointment, in the order of the payload's rules.

    Takes an event or what belongs under its `data`: as a parsed dict, or as `parse_event` gives it, model
    or struct. Every payload that is not rejected is judged and none is refused: statuses and transitions
    of other modalities are left aside, with one finding that says so. Raises `ValueError` for what is
    neither an order nor an appointment, `TypeError` for what is neither a dict nor typed.
    """
    subject, data, prefix = _opened(payload)
    return tuple(_findings(subject, data, prefix))


def compare(old: object, new: object) -> Age:
    """Whether `new` is newer than `old`, two payloads of one order or of one appointment.

    A history that is a proper prefix of the other's is the older one. Orders with equal histories fall back
    to `updated_at`. `same` means that nothing differs under `data`; give both in one form, dict or typed.
    What is left is `undecided`: histories that diverge, orders that differ and share their `updated_at`, and
    appointments that differ in no entry of their history, which carry no `updated_at`. Fetch the current
    object then. Takes what `check_history` takes, and raises as it does; raises `ValueError` also for
    payloads of two different objects, such as an order and its redraw.
    """
    subject, before, _ = _opened(old)
    other, after, _ = _opened(new)
    if subject != other or before.get("id") != after.get("id"):
        message = f"only payloads of one object can be compared, not of an {subject} and another {other}"
        raise ValueError(message)
    if before == after:
        return "same"
    one, two = _entries(before), _entries(after)
    if not all(_is_same_entry(*pair) for pair in zip(one, two, strict=False)):
        return "undecided"
    if len(one) != len(two):
        return "newer" if len(one) < len(two) else "older"
    times = _instant(before.get("updated_at")), _instant(after.get("updated_at"))
    if subject == "appointment" or times[0] is None or times[1] is None or times[0] == times[1]:
        return "undecided"
    return "newer" if times[0] < times[1] else "older"


def _opened(payload: object) -> tuple[Subject, dict[str, Any], str]:
    """Which of the two the payload is, its order or appointment, and the pointer to that."""
    given = _plain(payload)
    inner = given.get("data")
    data, prefix = (inner, "/data") if "event_type" in given and isinstance(inner, dict) else (given, "")
    event_type = str(given.get("event_type"))
    if event_type.startswith("labtest.appointment.") or {"event_status", "order_id"} & data.keys():
        return "appointment", data, prefix
    if event_type.startswith("labtest.order.") or "details" in data:
        return "order", data, prefix
    message = "this is neither an order nor an appointment: give an event, or what belongs under its data"
    raise ValueError(message)


def _plain(payload: object) -> dict[str, Any]:
    if isinstance(payload, dict):
        return payload
    if hasattr(payload, "model_dump"):
        return cast("dict[str, Any]", payload.model_dump(mode="json", exclude_unset=True))
    if hasattr(payload, "__struct_fields__"):
        import msgspec  # noqa: PLC0415  (an extra, and whoever has a struct has it)

        return cast("dict[str, Any]", msgspec.to_builtins(payload))
    message = f"a history is judged in a parsed dict or a typed event, not in {type(payload).__name__}"
    raise TypeError(message)


def _findings(subject: Subject, data: Mapping[str, Any], prefix: str) -> Iterator[Finding]:
    entries = _entries(data)
    place = f"{prefix}/events"
    kind, where = _kind(subject, data)
    if kind in {_WALK_IN[subject], None}:
        yield from _moves(order() if subject == "order" else appointment(), entries, place)
    else:
        yield Finding(
            f"{prefix}{where}", "other_modality", "info", "is no walk-in: its statuses are not judged"
        )
    yield from _times(entries, place)
    if subject == "appointment":
        yield from _appointment(data, entries, prefix)
    else:
        yield from _order(data, entries, prefix)


def _kind(subject: Subject, data: Mapping[str, Any]) -> tuple[Any, str]:
    """What says whether it is a walk-in, and the pointer to that."""
    if subject == "appointment":
        return data.get("type"), "/type"
    details = data.get("details")
    return details.get("type") if isinstance(details, dict) else None, "/details/type"


def _moves(machine: Lifecycle, entries: list[dict[str, Any]], place: str) -> Iterator[Finding]:
    states = machine.states
    statuses: list[Any] = [entry.get("status") for entry in entries]
    for number, status in enumerate(statuses):
        path = f"{place}/{number}/status"
        if status not in states:
            yield Finding(
                path, "unknown_status", "warning", f"is {quoted(status)}, no known status of a walk-in"
            )
        elif number == 0 and not states[status].initial:
            yield Finding(path, "unexpected_start", "warning", f"is {quoted(status)}: no history starts so")
    for number, (source, target) in enumerate(pairwise(statuses), start=1):
        if source in states and target in states and machine.transition(source, target) is None:
            is_known_to_happen = states[source].finality == "quiescent"
            yield Finding(
                f"{place}/{number}/status",
                "undocumented_transition",
                "info" if is_known_to_happen else "warning",
                f"is {quoted(target)} after {quoted(source)}: no documented transition",
            )


def _times(entries: list[dict[str, Any]], place: str) -> Iterator[Finding]:
    times = [_instant(entry.get("created_at")) for entry in entries]
    for number, (earlier, later) in enumerate(pairwise(times), start=1):
        if earlier is not None and later is not None and later < earlier:
            path = f"{place}/{number}/created_at"
            yield Finding(path, "time_goes_back", "error", "is before the entry above it")


def _appointment(data: Mapping[str, Any], entries: list[dict[str, Any]], prefix: str) -> Iterator[Finding]:
    status = data.get("event_status")
    if entries and status is not None and status != entries[-1].get("status"):
        yield Finding(
            f"{prefix}/event_status",
            "event_status_differs",
            "error",
            f"is {quoted(status)}, and the newest entry says {quoted(entries[-1].get('status'))}",
        )


def _order(data: Mapping[str, Any], entries: list[dict[str, Any]], prefix: str) -> Iterator[Finding]:
    newest = entries[-1] if entries else {}
    repeated = data.get("last_event")
    if isinstance(repeated, dict) and not _is_repeated(newest, repeated):
        yield Finding(
            f"{prefix}/last_event", "last_event_differs", "error", "is not the newest entry of the history"
        )
    high, low = _parts(newest.get("status"))
    status = data.get("status")
    if high is not None and status is not None and status != high:
        yield Finding(
            f"{prefix}/status",
            "status_differs",
            "error",
            f"is {quoted(status)}, and the newest entry says {quoted(high)}",
        )
    if data.get("origin") == "redraw":
        for number, entry in enumerate(entries):
            if _parts(entry.get("status"))[1] == "redraw_available":
                path = f"{prefix}/events/{number}/status"
                yield Finding(path, "second_redraw", "warning", "offers a redraw of a redraw")
    transaction = data.get("order_transaction")
    if isinstance(transaction, dict) and isinstance(transaction.get("orders"), list):
        yield from _transaction(transaction["orders"], data.get("id"), low, f"{prefix}/order_transaction")


def _transaction(orders: list[Any], id_: object, low: str | None, place: str) -> Iterator[Finding]:
    own = [
        (number, each)
        for number, each in enumerate(orders)
        if isinstance(each, dict) and each.get("id") == id_
    ]
    if not own:
        yield Finding(f"{place}/orders", "transaction_lacks_order", "error", "does not list the order itself")
    for number, each in own:
        told = each.get("low_level_status")
        if low is not None and told is not None and told != low:
            yield Finding(
                f"{place}/orders/{number}/low_level_status",
                "transaction_differs",
                "error",
                f"is {quoted(told)}, and the order's newest entry says {quoted(low)}",
            )


def _entries(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    events = data.get("events")
    return [entry for entry in events if isinstance(entry, dict)] if isinstance(events, list) else []


def _parts(status: object) -> tuple[str | None, str | None]:
    """The HIGH and the LOW part of an order status, None where it has another form."""
    parts = status.split(".") if isinstance(status, str) else []
    return (parts[0], parts[2]) if len(parts) == 3 else (None, None)  # noqa: PLR2004  (HIGH.MODALITY.LOW)


def _is_same_entry(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two payloads hold the same entry: by its number, and without numbers by its time."""
    if one.get("status") != other.get("status"):
        return False
    if one.get("id") is not None and other.get("id") is not None:
        return bool(one["id"] == other["id"])
    return _comparable_time(one) == _comparable_time(other)


def _is_repeated(entry: Mapping[str, Any], repeated: Mapping[str, Any]) -> bool:
    """Whether `last_event` says what the entry says; null and missing are the same."""
    names = (entry.keys() | repeated.keys()) - {"created_at"}
    return _comparable_time(entry) == _comparable_time(repeated) and all(
        entry.get(name) == repeated.get(name) for name in names
    )


def _comparable_time(entry: Mapping[str, Any]) -> object:
    """The instant of an entry, or its text where Python cannot hold that instant."""
    text = entry.get("created_at")
    return _instant(text) or text


def _instant(text: object) -> datetime | None:
    try:
        return parse_timestamp(text) if isinstance(text, str) else None
    except ValueError:
        return None

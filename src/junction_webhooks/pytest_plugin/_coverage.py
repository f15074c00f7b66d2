"""Contract coverage: which events, statuses and transitions a suite has covered, and which it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import lifecycle
from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks.contract import EVENT_TYPES, families
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.validation._envelope import split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks.contract.families import Family
    from junction_webhooks.lifecycle import Lifecycle

ARROW: Final = " → "
_REINSTATED: Final = "an order that continues after its cancellation"
_NEVER_SEEN: Final = ": no scenario sends it, because it has never been observed"
_BODIES: Final = (bytes, bytearray, memoryview, str)


class Coverage:
    """What was covered so far. A delivery counts for its newest status and its last transition."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}

    def note(self, payload: object) -> None:
        """Count a payload: bytes, str or parsed. Only events of the contract count."""
        if isinstance(payload, _BODIES):
            try:
                payload = read(payload)
            except UnreadableError:
                return
        if not isinstance(payload, dict):
            return
        envelope = split(payload)
        if envelope.event_type not in EVENT_TYPES:
            return
        self._add("events", envelope.event_type)
        family = families.of(envelope.event_type)
        statuses = _statuses(family, envelope.data)
        if statuses:
            self._add(f"{family.name} statuses", statuses[-1])
        if len(statuses) > 1:
            self._add(f"{family.name} transitions", ARROW.join(statuses[-2:]))
        if any(_is_quiescent(family, status) for status in statuses[:-1]):
            self._add("reinstatements", _REINSTATED)

    def as_lists(self) -> dict[str, list[str]]:
        """Return what was covered, in types that a test runner can send between its processes."""
        return {kind: sorted(found) for kind, found in self._seen.items()}

    def add(self, other: dict[str, list[str]]) -> None:
        """Count what another process covered, in the form that `as_lists` returns."""
        for kind, found in other.items():
            for each in found:
                self._add(kind, each)

    def lines(self) -> Iterator[str]:
        """Yield the report: one line with the counts per kind, and one line per item that was not covered."""
        for kind, known in _known():
            left = [each for each in known if each not in self._seen.get(kind, ())]
            yield f"{kind}: {len(known) - len(left)} of {len(known)}"
            never_seen = _never_seen() if kind == "events" else frozenset()
            yield from (f"  not {each}{_NEVER_SEEN if each in never_seen else ''}" for each in left)

    def _add(self, kind: str, found: str) -> None:
        self._seen.setdefault(kind, set()).add(found)


def _known() -> Iterator[tuple[str, Sequence[str]]]:
    machines = lifecycle.machines()
    yield "events", EVENT_TYPES
    yield from ((f"{machine.subject} statuses", tuple(machine.states)) for machine in machines)
    yield from ((f"{machine.subject} transitions", tuple(_transitions(machine))) for machine in machines)
    # Not part of any lifecycle, as it is documented nowhere.
    yield "reinstatements", (_REINSTATED,)


def _never_seen() -> frozenset[str]:
    """Return the events that their family's lifecycle never sends."""
    machines = lifecycle.machines()
    sent = {transition.webhook for machine in machines for transition in machine.transitions}
    sent |= {machine.created_webhook for machine in machines}
    return frozenset(
        event_type
        for family in FAMILIES
        if family.lifecycle
        for event_type in family.event_types
        if event_type not in sent
    )


def _is_quiescent(family: Family, status: str) -> bool:
    machine = lifecycle.of(family)
    state = machine.states.get(status) if machine else None
    return state is not None and state.finality == "quiescent"


def _transitions(machine: Lifecycle) -> Iterator[str]:
    for transition in machine.transitions:
        yield ARROW.join([transition.source, transition.target])


def _statuses(family: Family, data: Any) -> list[str]:
    entries = data.get(family.history.entries) if family.history and isinstance(data, dict) else None
    if not isinstance(entries, list):
        return []
    found = [entry.get("status") for entry in entries if isinstance(entry, dict)]
    return [status for status in found if isinstance(status, str)]

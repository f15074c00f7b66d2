"""Contract coverage: which events, statuses and transitions a suite has exercised, and which are left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract, lifecycle
from junction_webhooks._json.decode import UnreadableError, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from junction_webhooks.lifecycle import Lifecycle

ARROW: Final = " → "
_COMES_BACK: Final = "an order that goes on after its cancellation"
_NEVER_SEEN: Final = ": not sent by any scenario, as it was never seen on the wire"
_BODIES: Final = (bytes, bytearray, memoryview, str)


class Coverage:
    """What was exercised so far. A delivery counts for its newest status, and for how that came about."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}

    def note(self, payload: object) -> None:
        """Count a payload, in bytes, str or parsed; what is no event of the contract counts for nothing."""
        event_type, data = _opened(payload)
        if event_type not in contract.EVENT_TYPES:
            return
        self._add("events", event_type)
        subject = event_type.split(".")[1]
        statuses = list(_statuses(data))
        if statuses:
            self._add(f"{subject} statuses", statuses[-1])
        if len(statuses) > 1:
            self._add(f"{subject} transitions", ARROW.join(statuses[-2:]))
        if subject == "order" and any(map(_is_quiescent, statuses[:-1])):
            self._add("reinstatements", _COMES_BACK)

    def as_lists(self) -> dict[str, list[str]]:
        """What was exercised in types that a test runner can send between its processes."""
        return {kind: sorted(found) for kind, found in self._seen.items()}

    def add(self, other: dict[str, list[str]]) -> None:
        """Count what another process exercised, as `as_lists` gives it."""
        for kind, found in other.items():
            for each in found:
                self._add(kind, each)

    def lines(self) -> Iterator[str]:
        """The report: a line a kind with what was exercised of all there is, and each that was not."""
        for kind, known in _known():
            left = [each for each in known if each not in self._seen.get(kind, ())]
            yield f"{kind}: {len(known) - len(left)} of {len(known)}"
            sent = _sent() if kind == "events" else known
            yield from (f"  not {each}{'' if each in sent else _NEVER_SEEN}" for each in left)

    def _add(self, kind: str, found: str) -> None:
        self._seen.setdefault(kind, set()).add(found)


def _known() -> Iterator[tuple[str, tuple[str, ...]]]:
    machines = (lifecycle.order(), lifecycle.appointment())
    yield "events", contract.EVENT_TYPES
    yield from ((f"{machine.subject} statuses", tuple(machine.states)) for machine in machines)
    yield from ((f"{machine.subject} transitions", tuple(_transitions(machine))) for machine in machines)
    # No lifecycle has what follows, as nobody documents it.
    yield "reinstatements", (_COMES_BACK,)


def _sent() -> set[str | None]:
    """The events that the lifecycles send."""
    machines = (lifecycle.order(), lifecycle.appointment())
    moves = [transition.webhook for machine in machines for transition in machine.transitions]
    return {*moves, *(machine.created_webhook for machine in machines)}


def _is_quiescent(status: str) -> bool:
    state = lifecycle.order().states.get(status)
    return state is not None and state.finality == "quiescent"


def _transitions(machine: Lifecycle) -> Iterator[str]:
    for transition in machine.transitions:
        yield ARROW.join([transition.source, transition.target])


def _opened(payload: object) -> tuple[Any, Any]:
    if isinstance(payload, _BODIES):
        try:
            payload = read(payload)
        except UnreadableError:
            return None, None
    return (payload.get("event_type"), payload.get("data")) if isinstance(payload, dict) else (None, None)


def _statuses(data: Any) -> Iterable[str]:
    entries = data.get("events") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return ()
    found = [entry.get("status") for entry in entries if isinstance(entry, dict)]
    return [status for status in found if isinstance(status, str)]

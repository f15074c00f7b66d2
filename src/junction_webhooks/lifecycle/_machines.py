"""The state machines of orders and appointments, read from `schemas/lifecycles/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, TypeAlias

from junction_webhooks import contract
from junction_webhooks.contract import EventType
from junction_webhooks.contract.families import FAMILIES, Family

Finality: TypeAlias = Literal["open", "quiescent", "terminal"]
"""Whether other states follow: usually, only if somebody intervenes, or never."""
Provenance: TypeAlias = Literal["diagram", "prose", "example", "observed", "inferred"]
"""How a transition is known: from Junction's diagrams, prose or examples, a recording, or by inference."""


@dataclass(frozen=True, slots=True)
class State:
    """A status that an order or an appointment can have."""

    status: str
    meaning: str
    initial: bool
    """Whether a history can start with it."""
    finality: Finality
    """What follows.

    `open`: another status; `quiescent`: usually nothing; `terminal`: only listed transitions.
    """
    cancellable: bool | None = None
    """Whether Junction documents that the order can be cancelled in it; None if no source says."""

    @property
    def high_level(self) -> str | None:
        """The first part of an order's status, such as `collecting_sample`; None for an appointment's."""
        return self.status.partition(".")[0] if "." in self.status else None

    @property
    def low_level(self) -> str:
        """The last part of an order's status, such as `redraw_available`; the whole of an appointment's."""
        return self.status.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Transition:
    """A documented change from one status to the next."""

    source: str
    target: str
    cause: str
    webhook: EventType | None
    """The event that it sends, or None if it sends one only to teams that asked Junction for it."""
    provenance: Provenance
    """How it is known."""


@dataclass(frozen=True)
class Lifecycle:
    """The state machine of an order or an appointment."""

    subject: str
    """Whose history it is: the name of its event family, `order` or `appointment`."""
    title: str
    states: Mapping[str, State]
    """The states by their status, in the order of the value set."""
    transitions: tuple[Transition, ...]
    created_webhook: EventType
    """The event that an initial status sends."""

    def transition(self, source: str, target: str) -> Transition | None:
        """Return the transition from one status to another, or None if none is documented.

        Examples:
            >>> from junction_webhooks import lifecycle
            >>> lifecycle.appointment().transition("pending", "scheduled").cause
            'The provider confirmed the slot.'
        """
        return self._by_ends.get((source, target))

    @cached_property
    def _by_ends(self) -> Mapping[tuple[str, str], Transition]:
        return {(each.source, each.target): each for each in self.transitions}


def order() -> Lifecycle:
    """Return the lifecycle of a walk-in order.

    Examples:
        >>> from junction_webhooks import lifecycle
        >>> [state.low_level for state in lifecycle.order().states.values() if state.initial]
        ['ordered']
    """
    return _read("walk_in_order")


def appointment() -> Lifecycle:
    """Return the lifecycle of a Patient Service Center appointment: of its `event_status`.

    Examples:
        >>> from junction_webhooks import lifecycle
        >>> lifecycle.appointment().states["completed"].finality
        'terminal'
    """
    return _read("walk_in_appointment")


def of(family: Family) -> Lifecycle | None:
    """Return the lifecycle of an event family, or None if it has none.

    Examples:
        >>> from junction_webhooks import lifecycle
        >>> from junction_webhooks.contract.families import ORDER
        >>> lifecycle.of(ORDER) is lifecycle.order()
        True
    """
    return _read(family.lifecycle) if family.lifecycle else None


def machines() -> tuple[Lifecycle, ...]:
    """Return the lifecycles of all families that have one.

    Examples:
        >>> from junction_webhooks import lifecycle
        >>> [machine.subject for machine in lifecycle.machines()]
        ['order', 'appointment']
    """
    return tuple(machine for family in FAMILIES if (machine := of(family)))


@cache
def _read(name: str) -> Lifecycle:
    found = contract.lifecycle(name)
    meanings = contract.shared_schemas()[f"values/{found['value_set']}"]["x-values"]
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

"""The event families: everything that the code must know about the events of each kind of object.

A new family needs its schemas, a fixture and one entry in `FAMILIES`. No other module knows an event type
by its name: each asks the family of the event.

Examples:
    >>> from junction_webhooks.contract import families
    >>> families.of("labtest.order.updated").components
    ('ClientFacingOrderChanged',)
    >>> [family.name for family in families.FAMILIES]
    ['order', 'appointment', 'result', 'match_review', 'order_tracking']
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

# Type checkers cannot compute a Literal, so it repeats what the entries below say; a test compares them.
EventType: TypeAlias = Literal[
    "labtest.order.created",
    "labtest.order.updated",
    "labtest.appointment.created",
    "labtest.appointment.updated",
    "labtest.result.critical",
    "labtest.match_review.created",
    "labtest.match_review.updated",
    "labtest.order_tracking.updated",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BareForm:
    """The form of a family's payloads that have no envelope."""

    name: str
    """The folder of their fixtures below `fixtures/valid/`."""
    event_type: EventType
    """The event that `check` treats them as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality:
    """Where an object says how its samples are collected."""

    path: tuple[str, ...]
    """The properties that lead there, from `data` on."""
    walk_in: str
    """The value of a walk-in test, the only modality of this contract."""
    others: tuple[str, ...]
    """The values that Junction documents for other modalities."""
    explains: tuple[str, ...]
    """The places that differ between modalities, as patterns: elsewhere a modality explains no violation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The properties of an object that are about its history.

    Each entry of the history has a `status` and a `created_at`, and may have an `id`.
    """

    entries: str = "events"
    """The array of entries, oldest first."""
    status: str
    """The property that repeats the status of the newest entry."""
    status_is_high_level: bool = False
    """Whether `status` repeats only the first of three parts, the high-level status."""
    last_entry: str | None = None
    """The property that repeats the newest entry."""
    transaction: str | None = None
    """The property that lists this object and its status, along with the other orders of its transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The events that carry the same kind of object under `data`."""

    prefix: str
    """What their event types have before the last dot."""
    event_types: tuple[EventType, ...]
    components: tuple[str, ...]
    """The names of their schemas in Junction's document and SDK. If it has none, `drift` skips the family."""
    data_component: str | None = None
    """The name of the schema of `data` there, which documents without webhooks may have too."""
    identity: str = "id"
    """The property of `data` that says which object it is about."""
    typical: frozenset[str] = frozenset()
    """Properties that identify `data` without its envelope. It has all of them, in both profiles.

    Used only for payloads without an event type. Empty if nothing distinguishes the family.
    """
    bare_form: BareForm | None = None
    """None if its payloads always have an envelope."""
    modality: Modality | None = None
    """None if its payloads do not say how samples are collected."""
    history: History | None = None
    """None if `data` has no history."""
    updated_at: str | None = None
    """The time of the last change, which decides between payloads with equal histories, or with none."""
    lifecycle: str | None = None
    """The state machine of its history: a file in `schemas/lifecycles/`, without `.json`."""
    goal: str | None = None
    """In words, the status that its lifecycle reaches if all goes well."""
    subjects: tuple[str, ...] = ()
    """What the steps of a scenario call its objects; empty if scenarios have no such events."""

    @property
    def name(self) -> str:
        """The last word of the prefix: `order`."""
        return self.prefix.rpartition(".")[2]


ORDER: Final = Family(
    prefix="labtest.order",
    event_types=("labtest.order.created", "labtest.order.updated"),
    components=("ClientFacingOrderChanged",),
    data_component="ClientFacingOrder",
    typical=frozenset({"details", "events"}),
    bare_form=BareForm(name="bare_order", event_type="labtest.order.updated"),
    modality=Modality(
        path=("details", "type"),
        walk_in="walk_in_test",
        others=("testkit", "at_home_phlebotomy", "on_site_collection"),
        explains=(
            "/data/details/type",
            "/data/details/data/?",
            "/data/events/*/status",
            "/data/last_event/status",
            "/data/order_transaction/orders/*/low_level_status",
        ),
    ),
    history=History(
        status="status",
        status_is_high_level=True,
        last_entry="last_event",
        transaction="order_transaction",
    ),
    updated_at="updated_at",
    lifecycle="walk_in_order",
    goal="results",
    subjects=("order", "redraw", "recreation"),
)
APPOINTMENT: Final = Family(
    prefix="labtest.appointment",
    event_types=("labtest.appointment.created", "labtest.appointment.updated"),
    components=("ClientFacingAppointmentChanged",),
    data_component="ClientFacingAppointment",
    typical=frozenset({"order_id", "event_status"}),
    # The value set of the property lists no other type; `phlebotomy` is what at-home collection has.
    modality=Modality(
        path=("type",),
        walk_in="patient_service_center",
        others=("phlebotomy",),
        explains=("/data/type", "/data/provider"),
    ),
    history=History(status="event_status"),
    lifecycle="walk_in_appointment",
    goal="the visit",
    subjects=("appointment",),
)
RESULT: Final = Family(
    prefix="labtest.result",
    event_types=("labtest.result.critical",),
    components=("ClientFacingCriticalResultIdentified",),
    data_component="ClientFacingCriticalResult",
    identity="order_id",
    updated_at="updated_at",
    subjects=("critical",),
)
# Neither has a history or a time of its last change, so nothing in two payloads shows which is newer.
MATCH_REVIEW: Final = Family(
    prefix="labtest.match_review",
    event_types=("labtest.match_review.created", "labtest.match_review.updated"),
    components=("ClientFacingMatchReviewChanged", "ClientFacingMatchReviewUpdated"),
    data_component="MatchReviewWebhookPayload",
    subjects=("review",),
)
ORDER_TRACKING: Final = Family(
    prefix="labtest.order_tracking",
    event_types=("labtest.order_tracking.updated",),
    components=("ClientFacingOrderTrackingChanged",),
    data_component="OrderTracking",
    identity="order_id",
    subjects=("tracking",),
)
FAMILIES: Final[tuple[Family, ...]] = (ORDER, APPOINTMENT, RESULT, MATCH_REVIEW, ORDER_TRACKING)
"""All families, in the order of the event types."""
_BY_PREFIX: Final = {family.prefix: family for family in FAMILIES}


def of(event_type: str) -> Family:
    """The family of an event type, listed or not: `labtest.order.archived` would be an order's.

    Raises `ValueError` for an event type of no family.
    """
    family = find(event_type)
    if family is None:
        known = ", ".join(f"{each.prefix}.*" for each in FAMILIES)
        message = f"not an event in this contract: its type does not start with any of {known}"
        raise ValueError(message)
    return family


def class_name(event_type: str) -> str:
    """Return the name of the model of an event type, which is the title of its schema.

    Examples:
        >>> from junction_webhooks.contract import families
        >>> families.class_name("labtest.order.updated")
        'LabtestOrderUpdated'
    """
    return "".join(word.capitalize() for word in event_type.replace("_", ".").split("."))


def find(event_type: object) -> Family | None:
    """The family of an event type, or None if no family has it, or if it is not a string."""
    if not isinstance(event_type, str):
        return None
    return _BY_PREFIX.get(event_type.rpartition(".")[0])

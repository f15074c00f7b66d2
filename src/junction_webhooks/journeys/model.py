"""Journeys: the deliveries of one order transaction, and the steps that they are built from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from junction_webhooks.contract import EventType

# Type checkers cannot compute a Literal, so it repeats the subjects of the families; a test compares them.
Subject: TypeAlias = Literal["order", "redraw", "recreation", "appointment", "critical", "review", "tracking"]
"""What a step is about."""


@dataclass(frozen=True, slots=True, repr=False)
class JourneyDelivery:
    """One POST of a journey, not signed yet. To sign it, see `Webhook.sign`."""

    id: str
    """The `svix-id` header: the same in every attempt."""
    offset: timedelta
    """The time since the first delivery of the journey."""
    event_type: EventType
    raw: bytes
    """The body as Junction would POST it."""
    summary: str
    """What it reports, such as `order requisition_created`."""
    attempt: int = 1
    """The number of Junction's attempt, counted from 1."""
    resent: bool = False
    """Whether it repeats an earlier delivery, with the same body and another id."""

    @property
    def payload(self) -> dict[str, Any]:
        """The parsed payload, a new copy each time: yours to change."""
        payload: dict[str, Any] = json.loads(self.raw)
        return payload

    def __repr__(self) -> str:
        """When it arrives and what it reports, in one line."""
        repeated = f" (attempt {self.attempt})" if self.attempt > 1 else ""
        return f"<{self.id}{repeated} +{format_duration(self.offset)} {self.event_type}: {self.summary}>"

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        # IPython and Hypothesis would list the fields of a dataclass, bodies included.
        printer.text(repr(self))


@dataclass(frozen=True, repr=False, kw_only=True)
class Journey:
    """All deliveries of one order transaction, redraws and appointments included, in canonical order."""

    start: datetime
    """When the first delivery is sent, in UTC."""
    deliveries: tuple[JourneyDelivery, ...]

    def timeline(self) -> str:
        """Return one line per delivery: its offset, its event type and what it reports.

        Examples:
            >>> from junction_webhooks import fixtures
            >>> print(fixtures.scenario("no_appointment").timeline())
            +0s         labtest.order.created  order ordered
            +1m 31s     labtest.order.updated  order requisition_created
            +6d 9h 40m  labtest.order.updated  order completed
        """
        offsets = [f"+{format_duration(each.offset)}" for each in self.deliveries]
        width = max(map(len, offsets))
        width_of_types = max(len(each.event_type) for each in self.deliveries)
        return "\n".join(
            f"{offset:<{width}}  {each.event_type:<{width_of_types}}  {each.summary}"
            for offset, each in zip(offsets, self.deliveries, strict=True)
        )

    @property
    def _label(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        """How long it is and how it ends, in a line so short that pytest does not truncate it."""
        last = self.deliveries[-1]
        many = f"{len(self.deliveries)} deliver{'y' if len(self.deliveries) == 1 else 'ies'}"
        return f"<{self._label}: {many}, the last +{format_duration(last.offset)}: {last.summary}>"

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        # IPython and Hypothesis would list the fields of a dataclass, bodies included.
        lines = self.timeline().replace("\n", "\n    ")
        printer.text(f"<{self._label}\n    {lines}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One more status: of an order or what follows it, an appointment, a result, its review or tracking."""

    at: timedelta
    """The time since the start of the journey."""
    subject: Subject
    status: str
    """The last part of an order's status, or the whole status; for an appointment, the event status.

    For a critical result, the status of the results of the newest order; for a review, its status. For
    tracking, what changed: `estimated`, `collected`, `revised`, or the new status of all markers.
    """
    detail: str | None = None
    """The `status_detail` of an order's entry."""
    slot: datetime | None = None
    """When the appointment starts, if that changes."""
    data: Mapping[str, Any] | None = None
    """The data of an appointment's entry, if it differs from the usual."""
    set: Mapping[str, Any] = field(default_factory=dict)
    """Other properties of what the step is about that change with it."""
    sent: bool | None = None
    """Whether a status of an order or a review sends a webhook; None if it is as usual."""
    delay: timedelta = timedelta(0)
    """How much later its delivery arrives than usual. It can then arrive out of order."""


@dataclass(frozen=True, slots=True)
class Base:
    """The properties of orders and appointments that never change: a file in `fixtures/scenarios/bases/`."""

    team_id: str
    sample_prefix: str
    order: Mapping[str, Any]
    appointment: Mapping[str, Any]


def body(payload: Mapping[str, Any]) -> bytes:
    """Return the payload as Junction would POST it."""
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def parse_duration(text: str) -> timedelta:
    """Return the duration that a text such as `3d 4h 5m 10s` describes.

    Raises `ValueError` for any other form.

    Examples:
        >>> from junction_webhooks.journeys.model import parse_duration
        >>> parse_duration("1d 2h")
        datetime.timedelta(days=1, seconds=7200)
    """
    match = re.fullmatch(r"(?:(\d+)d)? ?(?:(\d+)h)? ?(?:(\d+)m)? ?(?:(\d+)s)?", text)
    if match is None or not any(match.groups()):
        message = f"{text!r} is not a duration like 3d 4h 5m 10s"
        raise ValueError(message)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def format_duration(time: timedelta) -> str:
    """Return the duration in the form that `parse_duration` reads, without parts that are zero: `3d 5m`."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = {"d": days, "h": hours, "m": minutes, "s": seconds}
    return " ".join(f"{number}{unit}" for unit, number in parts.items() if number) or "0s"

"""Hand-written support of the structs: their base classes, and types for instants."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec

from junction_webhooks_models._formats import EPOCH
from junction_webhooks_models._shown import SHOWN

if TYPE_CHECKING:
    from datetime import datetime
else:
    # Not the name in the module `datetime`: a test that freezes the clock may have replaced it.
    datetime = type(EPOCH)

_combine = EPOCH.combine

Timestamp: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware datetime, with the offset that was sent."""

SlotTime: TypeAlias = datetime
"""An aware datetime, in UTC if it was sent without an offset."""

Integer: TypeAlias = int


class Struct(msgspec.Struct, frozen=True):
    """The base of every struct: frozen, and shows no patient data.

    `repr` and `str` show only ids, types and statuses.
    """

    def __repr__(self) -> str:
        """Show the ids, types and statuses that are not None."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return the same fields, for `rich`."""
        shown = ((name, getattr(self, name)) for name in self.__struct_fields__ if name in SHOWN)
        return [(name, value) for name, value in shown if value is not None]


class HistoryStruct(Struct, frozen=True):
    """An order or an appointment: something with a history."""

    if TYPE_CHECKING:
        events: list[Any]

    @property
    def current_status(self) -> str | None:
        """The status of the newest entry of the history. None if the history is empty."""
        return self.events[-1].status if self.events else None


class AppointmentStruct(HistoryStruct, frozen=True):
    """An appointment. Its slot is aware datetimes."""

    if TYPE_CHECKING:
        start_at: datetime | None
        end_at: datetime | None

    def __post_init__(self) -> None:
        """Read a slot without an offset as UTC."""
        for name in ("start_at", "end_at"):
            instant = getattr(self, name)
            if instant is not None and instant.tzinfo is None:
                # Like `instant.replace(tzinfo=UTC)`, in a fifth of the time.
                aware = _combine(instant, instant.time(), UTC)
                msgspec.structs.force_setattr(self, name, aware)


def prepare(*classes: type[Struct]) -> None:
    """Have msgspec build what it needs to know about the classes, and about those inside them.

    msgspec builds it when a class is first used, and crashes the process if two threads do so at once. Call
    this in the module of the classes: Python lets only one thread import it.
    """
    for each in classes:
        msgspec.json.Decoder(each)

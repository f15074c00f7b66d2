"""Stories in files: deliveries in the order of their arrival, with ids, so that one can arrive twice."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from junction_webhooks.journeys.model import JourneyDelivery, body
from junction_webhooks.live.views import summary_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from junction_webhooks.contract import EventType

_MARK: Final = "junction_webhooks_story"
_VERSION: Final = 1
_SYNTHETIC: Final = "synthetic"
_BEGINNING: Final = 64
"""In how many bytes from its start a file says that it has a story."""


def as_file(name: str, title: str, deliveries: Sequence[JourneyDelivery]) -> str:
    """Return the text of a file with a story of this package, whose patients are made up."""
    written = {
        _MARK: _VERSION,
        _SYNTHETIC: True,
        "name": name,
        "title": title,
        "deliveries": [
            {"id": each.id, "offset": each.offset.total_seconds(), "payload": each.payload}
            for each in deliveries
        ],
    }
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def is_story(path: Path) -> bool:
    """Return whether a path is a file with a story."""
    try:
        with path.open("rb") as file:
            return f'"{_MARK}"'.encode() in file.read(_BEGINNING)
    except OSError:
        return False


def deliveries_in(path: Path, redact: Callable[[bytes], Any]) -> tuple[tuple[JourneyDelivery, ...], bool]:
    """Return the deliveries of a file with a story, and whether the file says that it is synthetic.

    If it is not, `redact` returns the payload to send, from the one in the file. Raises what it raises, and
    `ValueError` for a file that is no longer a story.
    """
    try:
        written = json.loads(path.read_bytes())
        listed = [
            (each["id"], float(each["offset"]), body(each["payload"])) for each in written["deliveries"]
        ]
        is_synthetic = written.get(_SYNTHETIC) is True
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        message = "it is no longer a story as `junction-webhooks test` writes it"
        raise ValueError(message) from None
    change = json.loads if is_synthetic else redact
    return tuple(_delivery(id_, offset, change(payload)) for id_, offset, payload in listed), is_synthetic


def _delivery(id_: str, offset: float, payload: dict[str, Any]) -> JourneyDelivery:
    return JourneyDelivery(
        id=id_,
        offset=timedelta(seconds=offset),
        event_type=cast("EventType", payload.get("event_type", "no event type")),
        raw=body(payload),
        summary=summary_of(payload),
    )

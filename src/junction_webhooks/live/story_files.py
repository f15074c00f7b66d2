"""Stories in files: the deliveries in the order of their arrival, each with its id, so that one can repeat."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from junction_webhooks.journeys.model import JourneyDelivery, body
from junction_webhooks.live.views import summary_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from junction_webhooks.contract import EventType

_MARK: Final = "junction_webhooks_story"
_VERSION: Final = 1


def as_file(name: str, title: str, deliveries: Sequence[JourneyDelivery]) -> str:
    """Return the text of a file with a story."""
    written = {
        _MARK: _VERSION,
        "name": name,
        "title": title,
        "deliveries": [
            {"id": each.id, "offset": each.offset.total_seconds(), "payload": each.payload}
            for each in deliveries
        ],
    }
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def deliveries_in(content: bytes, change: Callable[[bytes], Any]) -> tuple[JourneyDelivery, ...] | None:
    """Return the deliveries of a file with a story, or None for any other content.

    `change` returns the payload to send, from the one in the file.
    """
    if _MARK.encode() not in content[:64]:
        return None
    try:
        written = json.loads(content)
        return tuple(_delivery(each, change) for each in written["deliveries"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _delivery(written: dict[str, Any], change: Callable[[bytes], Any]) -> JourneyDelivery:
    payload = change(body(written["payload"]))
    return JourneyDelivery(
        id=written["id"],
        offset=timedelta(seconds=written["offset"]),
        event_type=cast("EventType", payload.get("event_type", "no event type")),
        raw=body(payload),
        summary=summary_of(payload),
    )

"""What a payload says in a few words: its newest status, and when that was."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from junction_webhooks.contract.families import Family, find
from junction_webhooks.validation._envelope import recognize

_WORD: Final = re.compile("[a-z][a-z_:]{0,79}")
"""The form of a status. It has neither digits nor spaces, so that it can be no name and no date."""
_UNKNOWN: Final = "event outside the contract"


def summary_of(payload: Any) -> str:
    """Return the kind of object in a payload and its newest status: `order completed`.

    The words are those of the contract. Nothing else of the payload is in them.
    """
    family, data = _opened(payload)
    if family is None:
        return _UNKNOWN
    name = family.name.replace("_", " ")
    status = _status(family, data)
    low_level = status.rpartition(".")[2] if isinstance(status, str) else ""
    return f"{name} {low_level}" if _WORD.fullmatch(low_level) else name


def time_of(payload: Any) -> datetime | None:
    """Return when what a payload reports happened: its newest entry's time, or when it changed last."""
    family, data = _opened(payload)
    if family is None:
        return None
    newest = _newest_entry(family, data)
    written = newest.get("created_at") if newest else data.get(family.updated_at or "updated_at")
    try:
        time = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)


def _opened(payload: Any) -> tuple[Family | None, dict[str, Any]]:
    """Return the family of an event and its data, which may have no envelope."""
    if not isinstance(payload, dict):
        return None, {}
    if "event_type" not in payload:
        return recognize(payload), payload
    data = payload.get("data")
    return (find(payload["event_type"]), data) if isinstance(data, dict) else (None, {})


def _status(family: Family, data: dict[str, Any]) -> object:
    newest = _newest_entry(family, data)
    return newest.get("status") if newest else data.get("status")


def _newest_entry(family: Family, data: dict[str, Any]) -> dict[str, Any] | None:
    entries = data.get(family.history.entries) if family.history else None
    newest = entries[-1] if isinstance(entries, list) and entries else None
    return newest if isinstance(newest, dict) else None

"""Reading a list of event types."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks.drift._report import DriftError

if TYPE_CHECKING:
    from junction_webhooks._json.decode import Body

_EVENT_TYPE: Final = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_*]+)+")
_LINE: Final = re.compile(
    r"""
    (?:-\s+)?                            # an item of a YAML list
    ["']?
    (?P<folder>[^"'\s]*/)?               # the page of an event in a catalog
    (?P<event_type>[^"'\s:/]+?)
    (?:\.(?:mdx?|json|ya?ml|html?))?     # its ending
    ["']?
    (?::(?:\s.*)?)?                      # what a list with descriptions says about it
    (?:\s+\#.*)?
    """,
    re.VERBOSE,
)
_MAX_EVENTS: Final = 5_000


def event_types(body: Body) -> tuple[str, ...]:
    """The event types of a list, in its order, without repetition.

    The list has one per line, each with what follows a colon left out, or is a JSON array or a YAML list of
    them. Names of files, such as `event-catalog/labtest.order.created.mdx`, count as the event type in them.
    Raises `DriftError` for anything else.
    """
    text = body if isinstance(body, str) else bytes(body).decode(errors="replace")
    text = text.removeprefix("\ufeff")
    found = _from_json(text) if text.lstrip().startswith(("[", "{")) else _from_lines(text)
    if not found:
        message = "it lists no event types"
        raise DriftError(message)
    if len(found) > _MAX_EVENTS:
        message = f"it lists more than {_MAX_EVENTS:,} event types"
        raise DriftError(message)
    return found


def _from_json(text: str) -> tuple[str, ...]:
    try:
        listed: Any = read(text)
    except UnreadableError as error:
        message = f"it {error}"
        raise DriftError(message) from None
    if not isinstance(listed, list):
        message = "it is JSON, but not an array of event types"
        raise DriftError(message)
    return tuple(dict.fromkeys(_checked(each, f"item {index}") for index, each in enumerate(listed, 1)))


def _from_lines(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#") and stripped not in {"---", "..."}:
            match = _LINE.fullmatch(stripped)
            found[_checked(match and match["event_type"], f"line {number}")] = None
    return tuple(found)


def _checked(event_type: object, where: str) -> str:
    if isinstance(event_type, str) and _EVENT_TYPE.fullmatch(event_type):
        return event_type
    shown = f": {json.dumps(event_type[:100])}" if isinstance(event_type, str) else ""
    message = f"{where} is not an event type such as labtest.order.created{shown}"
    raise DriftError(message)

"""Wrappers whose documentation shows what they look like: queues, event buses, gateways and recordings.

Each is recognized by properties that its documentation always shows, and says where the payload is, even if
that payload is damaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from junction_webhooks._json.pointer import get, split

_TYPES: Final[Mapping[str, type]] = {"text": str, "object": dict}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A documented wrapper."""

    name: str
    path: tuple[str, ...]
    """The properties that lead to the payload."""
    marks: Mapping[str, str]
    """JSON pointers to properties that identify it, each with its type: `text`, `object` or `any`."""
    skeleton: Mapping[str, Any]
    """Such a row without its payload, with neutral values."""
    base64_flag: str | None = None
    """The property that says whether the payload is in base64."""

    def fits(self, row: Mapping[str, Any]) -> bool:
        """True if a row has everything that identifies this wrapper."""
        for pointer, kind in self.marks.items():
            try:
                value = get(row, split(pointer))
            except LookupError:
                return False
            if kind != "any" and not isinstance(value, _TYPES[kind]):
                return False
        return True


PRESETS: Final = (
    Preset(
        name="Amazon SQS, as receive-message returns it",
        path=("Body",),
        marks={"/MessageId": "text", "/Body": "text"},
        skeleton={"MessageId": "redacted", "Body": ""},
    ),
    Preset(
        name="Amazon SQS, as Lambda gets it",
        path=("body",),
        marks={"/messageId": "text", "/body": "text", "/eventSource": "text"},
        skeleton={"messageId": "redacted", "body": "", "eventSource": "aws:sqs"},
    ),
    Preset(
        name="Amazon EventBridge",
        path=("detail",),
        marks={"/detail-type": "text", "/source": "text", "/detail": "any"},
        skeleton={"version": "0", "detail-type": "redacted", "source": "redacted", "detail": {}},
    ),
    Preset(
        name="Google Pub/Sub, as a push subscription sends it",
        path=("message", "data"),
        marks={"/subscription": "text", "/message/messageId": "text"},
        skeleton={"message": {"data": "", "messageId": "redacted"}, "subscription": "redacted"},
    ),
    Preset(
        name="Amazon API Gateway, version 2.0",
        path=("body",),
        marks={"/version": "text", "/routeKey": "text", "/requestContext": "object"},
        skeleton={"version": "2.0", "routeKey": "redacted", "requestContext": {}, "body": ""},
        base64_flag="isBase64Encoded",
    ),
    Preset(
        name="Amazon API Gateway, version 1.0",
        path=("body",),
        marks={"/httpMethod": "text", "/path": "text", "/requestContext": "object"},
        skeleton={"httpMethod": "POST", "path": "redacted", "requestContext": {}, "body": ""},
        base64_flag="isBase64Encoded",
    ),
    Preset(
        name="HAR, the HTTP Archive format",
        path=("request", "postData", "text"),
        marks={"/request/method": "text", "/request/url": "text", "/response": "object"},
        skeleton={
            "request": {
                "method": "POST",
                "url": "redacted",
                "postData": {"mimeType": "application/json", "text": ""},
            },
            "response": {},
        },
    ),
)
"""All of them. The order does not matter: no row fits two."""


def document_skeleton(path: Sequence[str], rows: list[Any]) -> Any:
    """A document with an array of rows at a path, and neutral values where such a document must have more."""
    document: Any = rows
    for step in reversed(path):
        document = {step: document}
    if tuple(path) == ("log", "entries"):
        document["log"] = {"version": "1.2", "creator": {"name": "redacted", "version": ""}, "entries": rows}
    return document

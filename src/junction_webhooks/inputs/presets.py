"""Wrappers whose documentation shows what they look like: queues, event buses, gateways and recordings.

Each is recognized by properties that its documentation always shows, and says where the payload is, even if
that payload is damaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from junction_webhooks._json.pointer import get


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A documented wrapper."""

    name: str
    path: tuple[str, ...]
    """The properties that lead to the payload."""
    marks: Mapping[tuple[str, ...], type]
    """The paths to properties that identify it, each with its type."""
    skeleton: Mapping[str, Any]
    """Such a row without its payload, with neutral values."""
    base64_flag: str | None = None
    """The property that says whether the payload is in base64."""

    def fits(self, row: Mapping[str, Any]) -> bool:
        """True if a row has everything that identifies this wrapper."""
        for path, kind in self.marks.items():
            try:
                value = get(row, path)
            except LookupError:
                return False
            if not isinstance(value, kind):
                return False
        return True


PRESETS: Final = (
    Preset(
        name="Amazon SQS, as receive-message returns it",
        path=("Body",),
        marks={("MessageId",): str, ("Body",): str},
        skeleton={"MessageId": "redacted", "Body": ""},
    ),
    Preset(
        name="Amazon SQS, as Lambda gets it",
        path=("body",),
        marks={("messageId",): str, ("body",): str, ("eventSource",): str},
        skeleton={"messageId": "redacted", "body": "", "eventSource": "aws:sqs"},
    ),
    Preset(
        name="Amazon EventBridge",
        path=("detail",),
        marks={("detail-type",): str, ("source",): str, ("detail",): object},
        skeleton={"version": "0", "detail-type": "redacted", "source": "redacted", "detail": {}},
    ),
    Preset(
        name="Google Pub/Sub, as a push subscription sends it",
        path=("message", "data"),
        marks={("subscription",): str, ("message", "messageId"): str},
        skeleton={"message": {"data": "", "messageId": "redacted"}, "subscription": "redacted"},
    ),
    Preset(
        name="Amazon API Gateway, version 2.0",
        path=("body",),
        marks={("version",): str, ("routeKey",): str, ("requestContext",): dict},
        skeleton={"version": "2.0", "routeKey": "redacted", "requestContext": {}, "body": ""},
        base64_flag="isBase64Encoded",
    ),
    Preset(
        name="Amazon API Gateway, version 1.0",
        path=("body",),
        marks={("httpMethod",): str, ("path",): str, ("requestContext",): dict},
        skeleton={"httpMethod": "POST", "path": "redacted", "requestContext": {}, "body": ""},
        base64_flag="isBase64Encoded",
    ),
    Preset(
        name="HAR, the HTTP Archive format",
        path=("request", "postData", "text"),
        marks={("request", "method"): str, ("request", "url"): str, ("response",): dict},
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

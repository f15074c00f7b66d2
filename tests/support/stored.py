"""Deliveries as people store them: in all forms that `inputs` reads, made from the same bodies."""

from __future__ import annotations

import base64
import gzip
import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from backports import zstd

from junction_webhooks import fixtures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ORDER: Final[dict[str, Any]] = fixtures.load("labtest.order.updated/completed").payload
APPOINTMENT: Final[dict[str, Any]] = fixtures.load("labtest.appointment.updated/scheduled").payload
BOM: Final = b"\xef\xbb\xbf"


def compact(value: Any) -> bytes:
    """A value as JSON on one line."""
    return json.dumps(value).encode()


def _changed(**data: Any) -> dict[str, Any]:
    return ORDER | {"data": ORDER["data"] | data}


BODIES: Final[Mapping[str, bytes]] = {
    "an order": compact(ORDER),
    "an appointment": compact(APPOINTMENT),
    "a bare order": compact(fixtures.load("bare_order/recorded").payload),
    "a new property": compact(_changed(a_new_name=1)),
    "a broken status": compact(_changed(status=7)),
    "brackets and quotes in text": compact(_changed(notes='}]{[",\\"\\\\ }\n,')),
    "a backslash at the end of text": compact(_changed(notes="\\")),
    "text beyond ASCII": json.dumps(_changed(notes="naïve 𝄞 \u2028"), ensure_ascii=False).encode(),
    "a repeated key": compact(ORDER).replace(b'"data":', b'"data": 1, "data":', 1),
    "a large number": compact(ORDER).replace(
        b'"data": {', b'"data": {"priority": 123456789012345678901, ', 1
    ),
    "NaN": compact(ORDER).replace(b'"data": {', b'"data": {"priority": NaN, ', 1),
    "an unknown event": compact({"event_type": "labtest.canary.created", "data": {"Records": [{}]}}),
    "an unknown event about an order": compact(
        {"event_type": "labtest.order.archived", "data": ORDER["data"]}
    ),
    "an order without its event type": compact({"data": ORDER["data"]}),
    "an event outside the contract": compact({"event_type": "labtest.match_review.created", "detail": ORDER}),
    "an event with rows": compact(ORDER | {"Messages": [{"MessageId": "1", "Body": "{}"}]}),
    "an empty object": b"{}",
    "an array": b"[1, {}]",
    "null": b"null",
    "words": b'"labtest"',
    "spaces": b'{ "event_type" : "labtest.order.updated",\t"data":{ } }',
}
"""Bodies on one line, each a JSON value or nearly one, with its brackets in pairs."""

WRAPPERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "SQS, as received": lambda body: {
        "MessageId": "3f1c9a52-6f7e-4a0d-9b53-0f5e0a1d2c11", "ReceiptHandle": "AQEBzx9", "MD5OfBody": "0" * 32,
        "Body": body, "Attributes": {"SentTimestamp": "1769500000000"},
    },
    "SQS, as Lambda gets it": lambda body: {
        "messageId": "3f1c9a52-6f7e-4a0d-9b53-0f5e0a1d2c11", "receiptHandle": "AQEBzx9", "body": body,
        "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs", "awsRegion": "us-east-1",
    },
    "EventBridge": lambda body: {
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "Delivery", "source": "my.app",
        "account": "123456789012", "time": "2026-01-27T10:00:00Z", "region": "us-east-1", "resources": [],
        "detail": _raw(body),
    },
    "Pub/Sub": lambda body: {
        "message": {
            "attributes": {"k": "v"}, "data": base64.b64encode(body.encode()).decode(),
            "messageId": "2070443601311540", "publishTime": "2026-01-27T10:00:00Z",
        },
        "subscription": "projects/my-project/subscriptions/my-subscription",
    },
    "API Gateway, version 2.0": lambda body: {
        "version": "2.0", "routeKey": "POST /webhooks", "rawPath": "/webhooks", "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": "POST"}}, "body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True,
    },
    "API Gateway, version 1.0": lambda body: {
        "version": "1.0", "resource": "/webhooks", "path": "/webhooks", "httpMethod": "POST",
        "requestContext": {"stage": "prod"}, "body": body, "isBase64Encoded": False,
    },
    "HAR": lambda body: {
        "startedDateTime": "2026-01-27T10:00:00Z", "time": 3,
        "request": {
            "method": "POST", "url": "https://example.test/webhooks", "httpVersion": "HTTP/1.1", "headers": [],
            "postData": {"mimeType": "application/json", "text": body},
        },
        "response": {"status": 204, "content": {"size": 0}}, "cache": {}, "timings": {},
    },
}  # fmt: skip
"""Rows of each documented wrapper, after the shape that its documentation shows, with other values."""


class _Raw(str):
    """Marks text that becomes part of the JSON as is."""

    __slots__ = ()


def _raw(body: str) -> str:
    return _Raw(f"\0{body}\0")


def wrapped(wrapper: str, body: bytes) -> bytes:
    """A row that wraps a body."""
    row = WRAPPERS[wrapper](body.decode())
    text = json.dumps(row)
    for value in row.values():
        if isinstance(value, _Raw):
            text = text.replace(json.dumps(value), value.strip("\0"))
    return text.encode()


def _wrapped_lines(wrapper: str, bodies: Sequence[bytes]) -> bytes:
    return b"\n".join(wrapped(wrapper, body) for body in bodies)


FORMS: Final[Mapping[str, Callable[[Sequence[bytes]], bytes]]] = {
    "lines": b"\n".join,
    "lines with CRLF": lambda bodies: b"".join(body + b"\r\n" for body in bodies),
    "lines with blank ones": lambda bodies: b"\n \n" + b"\n\r\n\t\n".join(bodies) + b"\n\n",
    "lines after a byte order mark": lambda bodies: BOM + b"\n".join(bodies),
    "an array": lambda bodies: b"[" + b",".join(bodies) + b"]",
    "an array with spaces": lambda bodies: b" [\n  " + b"\n,\r\n\t".join(bodies) + b"\n]\n",
    "an array after a byte order mark": lambda bodies: BOM + b"[" + b",\n".join(bodies) + b"]",
    "messages of a queue": lambda bodies: (
        b'{"Messages": [' + b",".join(wrapped("SQS, as received", body) for body in bodies) + b"]}\n"
    ),
    "messages of a queue, one by one": lambda bodies: b"".join(
        b'{\n "Messages": [\n' + wrapped("SQS, as received", body) + b"\n]\n}\n" for body in bodies
    ),
    "a HAR": lambda bodies: (
        b'{"log": {"version": "1.2", "pages": [], "entries": ['
        + b",".join(wrapped("HAR", body) for body in bodies)
        + b'], "comment": ""}}'
    ),
    **{f"lines of {name}": partial(_wrapped_lines, name) for name in WRAPPERS},
    "an array of EventBridge": lambda bodies: (
        b"[" + b", ".join(wrapped("EventBridge", body) for body in bodies) + b"]"
    ),
}
"""Functions that store bodies in a form. NDJSON is named so; all others are recognized."""
COMPRESSIONS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".gz in two parts": lambda data: gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]),
    ".zst": zstd.compress,
    ".zst in two parts": lambda data: zstd.compress(data[: len(data) // 2]) + zstd.compress(data[len(data) // 2 :]),
}  # fmt: skip

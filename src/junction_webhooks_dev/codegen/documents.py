"""The contract as an AsyncAPI and an OpenAPI document, for tools that read those.

Both have the tolerant profile, so that code generated from them copes with what Junction adds later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks.contract import EVENT_TYPES, shared_schemas, stability, version
from junction_webhooks.contract.bundler import all_events_bundle, as_json, relocated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import Schema

_SCHEMAS: Final = "#/components/schemas/"
_CHANNEL: Final = "#/channels/webhooks"
_TITLE: Final = "Junction's walk-in lab-test webhooks"
_ABOUT: Final = (
    "What Junction sends to a team's endpoint as a walk-in lab test progresses, in the tolerant profile: "
    "unknown properties are allowed, and a set of values is any string, with its known values as examples. "
    "Independent of Junction: neither made nor endorsed by them."
)
_DELIVERY: Final = (
    "At least once, in any order. The signature is HMAC-SHA256 over `id.timestamp.body`, as in Svix and "
    "Standard Webhooks."
)
_HEADERS: Final = {
    "svix-id": "The id of the delivery. A retry has the same id, so deduplicate by it.",
    "svix-timestamp": "When it was sent, in seconds since 1970-01-01 UTC.",
    "svix-signature": "`v1,` and the signature; several, separated by spaces, while a secret is rotated.",
}


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the path below `generated/` and the content of every document."""
    yield "documents/asyncapi.json", as_json(asyncapi())
    yield "documents/openapi.json", as_json(openapi())


def openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document. Each event is a webhook."""
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "webhooks": {event_type: {"post": _webhook(event_type)} for event_type in EVENT_TYPES},
        "components": {
            "schemas": _definitions(),
            "parameters": {
                name: {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "description": meaning,
                    "schema": {"type": "string"},
                }
                for name, meaning in _HEADERS.items()
            },
        },
    }


def _webhook(event_type: str) -> dict[str, Any]:
    event = _event(event_type)
    title = event["title"]
    return {
        "operationId": title[0].lower() + title[1:],
        "summary": event_type,
        "description": event["description"],
        **_stability(event),
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in _HEADERS],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _SCHEMAS + title}}},
        },
        "responses": {
            "2XX": {"description": "The body is verified and stored. Junction waits for 15 seconds."},
            "4XX": {"description": "The signature does not match. Junction retries, up to 8 times."},
            "5XX": {"description": "The body could not be stored. Junction retries, up to 8 times."},
        },
    }


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3 document of an application that receives the events."""
    titles = [_event(event_type)["title"] for event_type in EVENT_TYPES]
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "channels": {
            "webhooks": {
                # The address is the endpoint that each team registered with Junction.
                "address": None,
                "title": "The endpoint",
                "description": _DELIVERY,
                "messages": {title: {"$ref": f"#/components/messages/{title}"} for title in titles},
            }
        },
        "operations": {
            f"receive{title}": {
                "action": "receive",
                "channel": {"$ref": _CHANNEL},
                "messages": [{"$ref": f"{_CHANNEL}/messages/{title}"}],
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            }
            for title in titles
        },
        "components": {
            "messages": {
                title: _message(event_type) for title, event_type in zip(titles, EVENT_TYPES, strict=True)
            },
            "schemas": _definitions(),
        },
    }


def _message(event_type: str) -> dict[str, Any]:
    event = _event(event_type)
    return {
        "name": event_type,
        "title": event_type,
        "summary": event["description"],
        **_stability(event),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": list(_HEADERS),
            "properties": {
                name: {"type": "string", "description": meaning} for name, meaning in _HEADERS.items()
            },
        },
        "payload": {"$ref": _SCHEMAS + event["title"]},
    }


def _info() -> dict[str, Any]:
    return {"title": _TITLE, "version": version(), "description": _ABOUT, "license": {"name": "MIT"}}


def _event(event_type: str) -> Schema:
    return shared_schemas()[f"events/{event_type}"]


def _stability(event: Schema) -> Schema:
    """Return the extension that both documents have where an event is beta."""
    return {stability.KEYWORD: event[stability.KEYWORD]} if stability.KEYWORD in event else {}


def _definitions() -> Schema:
    definitions = all_events_bundle("tolerant")["$defs"]
    return {title: relocated(schema, _SCHEMAS) for title, schema in definitions.items()}

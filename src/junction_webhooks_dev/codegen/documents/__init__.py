"""The contract as an AsyncAPI and an OpenAPI document in each profile, for tools that read those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import fixtures
from junction_webhooks.contract import (
    BASE_URI,
    EVENT_TYPES,
    PROFILES,
    bundle_path,
    shared_schemas,
    stability,
    version,
)
from junction_webhooks.contract.bundler import as_json
from junction_webhooks_dev.codegen.documents.components import HOME, schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract import EventType, Profile, Schema

FOLDER: Final = "documents"
"""The folder below `generated/`, with one folder per profile."""
_CHANNEL: Final = "#/channels/webhooks"
_TITLE: Final = "Junction's walk-in lab-test webhooks"
_PROFILES: Final[Mapping[Profile, str]] = {
    "strict": "the strict profile, for tests: everything that Junction documents, and nothing else",
    "tolerant": (
        "the tolerant profile, for production: unknown properties are allowed, and a set of values is any "
        "string, with its known values as examples"
    ),
}
_ABOUT: Final = (
    "What Junction sends to a team's endpoint as a walk-in lab test progresses, in {profile}. "
    "Independent of Junction: neither made nor endorsed by them."
)
_DELIVERY: Final = (
    "At least once, in any order. The signature is HMAC-SHA256 over `id.timestamp.body`, as in Svix and "
    "Standard Webhooks."
)
_SERVER: Final = "The endpoint that a team registered with Junction."
_HEADERS: Final = {
    "svix-id": "The id of the delivery. A retry has the same id, so deduplicate by it.",
    "svix-timestamp": "When it was sent, in seconds since 1970-01-01 UTC.",
    "svix-signature": "`v1,` and the signature; several, separated by spaces, while a secret is rotated.",
}
_EXAMPLES: Final = 3
"""The most examples of one event. With all fixtures, a document would be twice as large."""


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the path below `generated/` and the content of every document."""
    for profile in PROFILES:
        yield f"{FOLDER}/{profile}/asyncapi.json", as_json(asyncapi(profile))
        yield f"{FOLDER}/{profile}/openapi.json", as_json(openapi(profile))


def openapi(profile: Profile) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document. Each event is a webhook."""
    return {
        "openapi": "3.1.0",
        "info": _info(profile, {"name": "MIT", "identifier": "MIT"}),
        "servers": [{"url": "https://receiver.example/webhooks", "description": _SERVER}],
        # Deliveries are signed, which no security scheme of OpenAPI describes: see the headers.
        "security": [],
        "tags": [{"name": name, "description": about} for name, about in _tags().items()],
        "webhooks": {event_type: {"post": _webhook(profile, event_type)} for event_type in EVENT_TYPES},
        "components": {
            "schemas": schemas(profile),
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


def _webhook(profile: Profile, event_type: EventType) -> dict[str, Any]:
    event = _event(event_type)
    title = event["title"]
    body = {
        "schema": {"$ref": HOME + title},
        "examples": {
            each.name.rpartition("/")[2]: {
                "summary": each.title,
                "description": each.about,
                "value": each.payload,
            }
            for each in _examples(event_type)
        },
    }
    return {
        "operationId": title[0].lower() + title[1:],
        "tags": [_tag(event_type)],
        "summary": event_type,
        "description": event["description"],
        "externalDocs": _schema_link(profile, event_type),
        **_stability(event),
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in _HEADERS],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            "2XX": {"description": "The body is verified and stored. Junction waits for 15 seconds."},
            "4XX": {"description": "The signature does not match. Junction retries, up to 8 times."},
            "5XX": {"description": "The body could not be stored. Junction retries, up to 8 times."},
        },
    }


def asyncapi(profile: Profile) -> dict[str, Any]:
    """Return the AsyncAPI 3 document of an application that receives the events."""
    titles = [_event(event_type)["title"] for event_type in EVENT_TYPES]
    return {
        "asyncapi": "3.0.0",
        "id": f"{BASE_URI}{FOLDER}/{profile}/asyncapi.json",
        "info": _info(profile, {"name": "MIT"}) | {"tags": [{"name": "webhooks"}]},
        "defaultContentType": "application/json",
        "servers": {
            "receiver": {
                "host": "receiver.example",
                "pathname": "/webhooks",
                "protocol": "https",
                "description": _SERVER,
            }
        },
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
                "title": event_type,
                "description": event["description"],
                "channel": {"$ref": _CHANNEL},
                "messages": [{"$ref": f"{_CHANNEL}/messages/{title}"}],
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            }
            for title, event_type, event in zip(titles, EVENT_TYPES, map(_event, EVENT_TYPES), strict=True)
        },
        "components": {
            "messages": {
                title: _message(profile, event_type)
                for title, event_type in zip(titles, EVENT_TYPES, strict=True)
            },
            "schemas": schemas(profile),
        },
    }


def _message(profile: Profile, event_type: EventType) -> dict[str, Any]:
    event = _event(event_type)
    return {
        "name": event_type,
        "title": event_type,
        "summary": event["description"],
        **_stability(event),
        "contentType": "application/json",
        "externalDocs": _schema_link(profile, event_type),
        "headers": {
            "type": "object",
            "required": list(_HEADERS),
            "properties": {
                name: {"type": "string", "description": meaning} for name, meaning in _HEADERS.items()
            },
        },
        "payload": {"$ref": HOME + event["title"]},
        "examples": [
            {"name": each.name.rpartition("/")[2], "summary": each.title, "payload": each.payload}
            for each in _examples(event_type)
        ],
    }


def _info(profile: Profile, license_: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": _TITLE,
        "version": version(),
        "description": _ABOUT.format(profile=_PROFILES[profile]),
        "license": license_,
    }


def _examples(event_type: EventType) -> tuple[fixtures.Fixture, ...]:
    return fixtures.valid(event_type)[:_EXAMPLES]


def _schema_link(profile: Profile, event_type: EventType) -> dict[str, str]:
    """Return a link to the JSON Schema of the event. `vendor` replaces it by the one in its folder."""
    return {
        "description": "The JSON Schema of the payload",
        "url": BASE_URI + bundle_path(profile, event_type),
    }


def _event(event_type: str) -> Schema:
    return shared_schemas()[f"events/{event_type}"]


def _tag(event_type: str) -> str:
    return event_type.rpartition(".")[0]


def _tags() -> dict[str, str]:
    return {_tag(each): f"Events `{_tag(each)}.*`." for each in EVENT_TYPES}


def _stability(event: Schema) -> Schema:
    """Return the extension that both documents have where an event is beta."""
    return {stability.KEYWORD: event[stability.KEYWORD]} if stability.KEYWORD in event else {}

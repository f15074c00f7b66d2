"""What type checkers must see; checked by mypy and pyright, and never run."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, assert_never, assert_type

import junction_webhooks_models as models
from junction_webhooks import Report, Webhook, check, fixtures, parse_event
from junction_webhooks.pytest_plugin import Sign
from junction_webhooks_models import structs

if TYPE_CHECKING:
    import http.client
    from collections.abc import Mapping

    import multidict
    import starlette.datastructures
    import werkzeug.datastructures


def the_union_narrows(body: bytes) -> str:
    """`match` on the classes is exhaustive, and `event_type` narrows too."""
    event = parse_event(body)
    assert_type(
        event,
        models.LabtestOrderCreated
        | models.LabtestOrderUpdated
        | models.LabtestAppointmentCreated
        | models.LabtestAppointmentUpdated
        | models.LabtestResultCritical
        | models.LabtestMatchReviewCreated
        | models.LabtestMatchReviewUpdated
        | models.LabtestOrderTrackingUpdated,
    )
    if event.event_type == "labtest.order.created":
        assert_type(event, models.LabtestOrderCreated)
    match event:
        case models.LabtestOrderCreated() | models.LabtestOrderUpdated():
            assert_type(event.data, models.Order)
            return event.data.id
        case models.LabtestAppointmentCreated() | models.LabtestAppointmentUpdated():
            assert_type(event.data, models.Appointment)
            assert_type(event.data.start_at, datetime | None)
            return event.data.order_id
        case models.LabtestResultCritical():
            assert_type(event.data, models.CriticalResult)
            assert_type(event.data.order_id, str)
            assert_type(event.data.interpretation, models.Interpretation | None)
            return event.data.order_id
        case models.LabtestMatchReviewCreated() | models.LabtestMatchReviewUpdated():
            assert_type(event.data, models.MatchReview)
            assert_type(event.data.status, models.MatchReviewStatus | None)
            return event.data.id
        case models.LabtestOrderTrackingUpdated():
            assert_type(event.data, models.OrderTracking)
            assert_type(event.data.updates, list[models.OrderTrackingUpdate] | None)
            return event.data.order_id
        case _:
            assert_never(event)


def structs_have_types_of_their_own(body: bytes) -> None:
    """With `as_struct` the union is that of the structs."""
    event = parse_event(body, as_struct=True)
    if event.event_type == "labtest.appointment.updated":
        assert_type(event, structs.LabtestAppointmentUpdated)
        assert_type(event.data.events[0].created_at, datetime)


def fields_are_typed(order: models.Order) -> None:
    """Core fields are never None, all others may be, and open sets are strings."""
    assert_type(order.id, str)
    assert_type(order.team_id, str | None)
    assert_type(order.events, list[models.OrderEvent])
    assert_type(order.events[0].id, int | None)
    assert_type(order.events[0].created_at, datetime)
    assert_type(order.current_status, str | None)
    order.events[0].status.removeprefix("received.")


def a_guard_narrows_to_the_known_members(event: models.OrderEvent) -> str:
    """After the guard a typo is an error, and before it any string may be compared."""
    if event.status == "completed.walk_in_test.archived":
        return "news"
    if models.is_known_order_status(event.status):
        assert_type(event.status, models.KnownOrderStatus)
        if event.status == "completed.walk_in_test.complete":  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]
            return "typo"
        if event.status == models.OrderStatusValue.COMPLETED_WALK_IN_TEST_COMPLETED:
            return "done"
    return "unknown"


def details_are_one_class(order: models.Order, struct: structs.Order) -> str | None:
    """Details have one class whatever the modality, an open `type`, and properties that may be None."""
    assert_type(order.details, models.OrderDetails)
    assert_type(order.details.type, models.OrderModality)
    assert_type(order.details.data, models.OrderDetailsData | None)
    if models.is_walk_in(order.details) and order.details.data:
        return order.details.data.appointment_id
    return "kit" if models.is_testkit(struct.details) else None


def models_are_frozen(order: models.Order, struct: structs.Order) -> None:
    """Setting a field is an error."""
    # pyright sees a frozen class only by its own arguments, which a model's configuration is not.
    order.id = "other"  # type: ignore[misc]
    struct.id = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def misspellings_are_errors(body: bytes, order: models.Order) -> Report:
    """A misspelled field or event type is an error."""
    order.statuss  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    parse_event(body, event_type="labtest.order")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    return check(body)


def headers_of_frameworks(webhook: Webhook, body: bytes, event: dict[str, Any]) -> None:
    """Headers may be what each framework gives; what has none is an error."""
    webhook.verify(body, {"svix-id": "msg_1"})
    webhook.verify(body, {"svix-id": ["msg_1"]})
    webhook.verify(body, {b"svix-id": b"msg_1"})
    webhook.verify(body, {b"svix-id": [b"msg_1"]})
    webhook.verify(body, {"svix-id": "msg_1", "via": None})
    webhook.verify(body, [("svix-id", "msg_1")])
    webhook.verify(body, [(b"svix-id", b"msg_1")])
    webhook.verify(body, None)
    webhook.verify(body, event["headers"])
    webhook.verify(body, event.get("multiValueHeaders"))
    mapping: Mapping[str, str] = event["headers"]
    webhook.verify(body, mapping)
    webhook.verify(body, body)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    webhook.verify(body, 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    webhook.verify(body, {"svix-id": 5})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def headers_of_libraries(
    webhook: Webhook,
    body: bytes,
    starlette: starlette.datastructures.Headers,
    werkzeug: werkzeug.datastructures.Headers,
    aiohttp: multidict.CIMultiDictProxy[str],
    server: http.client.HTTPMessage,
) -> list[str]:
    """The classes of the libraries fit too."""
    found = [webhook.verify(body, headers) for headers in (starlette, werkzeug, aiohttp, server)]
    assert_type(found[0].event, models.LabtestEvent)
    assert_type(found[0].report, Report)
    return [each.id for each in found]


def what_can_be_signed(
    sign: Sign, model: models.LabtestEvent, struct: structs.LabtestEvent, body: bytes
) -> None:
    """`junction_sign` takes bodies, payloads, fixtures and typed events."""
    for what in (model, struct, body, body.decode(), {"event_type": "x"}, fixtures.load("x")):
        assert_type(sign(what).headers, dict[str, str])
    sign(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

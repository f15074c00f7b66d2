"""The models in the programs of others: their errors contain no input, and they can be subclassed."""

from __future__ import annotations

import copy
import json
import pickle
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, PrivateAttr, TypeAdapter, ValidationError, validate_call
from support.asgi import request
from support.canaries import CANARY, is_quiet, raised_by
from support.tables import table

from junction_webhooks import fixtures
from junction_webhooks.contract import EVENT_TYPES
from junction_webhooks_models import Appointment, LabtestEvent, LabtestOrderUpdated, Order

if TYPE_CHECKING:
    from collections.abc import Callable

SOUND = fixtures.load("labtest.order.updated/everything").payload


def spoiled() -> dict[str, Any]:
    """An order with canaries in wrong places: instead of an object, of a text, of an instant, of an array."""
    payload = copy.deepcopy(SOUND)
    payload["data"]["physician"] = CANARY
    payload["data"]["patient_details"]["dob"] = [CANARY]
    payload["data"]["created_at"] = CANARY
    payload["data"]["events"] = CANARY
    return payload


class Inbox(BaseModel):
    """A consumer's model."""

    order: Order | None = None
    event: LabtestEvent | None = None
    events: list[LabtestOrderUpdated] = []


@validate_call
def handle(order: Order) -> None:
    """A consumer's function."""


EVENT: TypeAdapter[Any] = TypeAdapter(LabtestEvent)
REFUSING: dict[str, Callable[[], object]] = {
    "model_validate": lambda: LabtestOrderUpdated.model_validate(spoiled()),
    "model_validate_json": lambda: LabtestOrderUpdated.model_validate_json(json.dumps(spoiled())),
    "the class itself": lambda: Order(**spoiled()["data"]),
    "no object": lambda: Order.model_validate(CANARY),
    "TypeAdapter": lambda: EVENT.validate_python(spoiled()),
    "TypeAdapter, JSON": lambda: EVENT.validate_json(json.dumps(spoiled())),
    "TypeAdapter, no object": lambda: EVENT.validate_python(CANARY),
    "TypeAdapter, no event": lambda: EVENT.validate_python({"event_type": "labtest", "data": CANARY}),
    "TypeAdapter, no event type": lambda: EVENT.validate_python({"data": CANARY}),
    "TypeAdapter of a list": lambda: TypeAdapter(list[Order]).validate_python([CANARY, spoiled()["data"]]),
    "a field": lambda: Inbox.model_validate({"order": spoiled()["data"]}),
    "a field that is the union": lambda: Inbox.model_validate({"event": spoiled()}),
    "a list in a field": lambda: Inbox.model_validate({"events": [spoiled()]}),
    "validate_call": lambda: handle(spoiled()["data"]),
}


@table("way", REFUSING)
def test_errors_contain_no_input(way: str) -> None:
    """Wherever a model of ours is used, the error has places, rules and links, and nothing of the input."""
    error = raised_by(REFUSING[way])
    assert isinstance(error, ValidationError)
    for text in (str(error), repr(error), error.json(), repr(error.errors()), repr(error.args)):
        assert is_quiet(text)
    assert all(each["type"] and each["msg"] and each["input"] == "(hidden)" for each in error.errors())


def test_errors_keep_what_they_say() -> None:
    """Places, types, texts and contexts of errors are those that pydantic found."""
    found = {each["loc"]: each for each in raised_by(REFUSING["TypeAdapter"]).errors()}  # type: ignore[attr-defined]
    place = ("labtest.order.updated", "data")
    assert found.keys() == {
        (*place, "physician"), (*place, "patient_details", "dob"), (*place, "created_at"), (*place, "events"),
    }  # fmt: skip
    assert found[(*place, "physician")]["ctx"] == {"class_name": "Physician"}
    assert found[(*place, "patient_details", "dob")]["type"] == "string_type"
    assert found[(*place, "patient_details", "dob")]["url"].endswith("/string_type")
    assert found[(*place, "created_at")]["type"] == "instant"


def test_a_body_that_fastapi_refuses_is_not_in_its_answer() -> None:
    """FastAPI answers 422 with the errors, without the values, and parses what is sound."""
    app = FastAPI()

    @app.post("/events")
    def receive(event: LabtestEvent) -> str | None:
        return event.event_type

    response = request(app, "POST", "/events", json=spoiled())
    assert response.status_code == 422
    assert ["body", "labtest.order.updated", "data", "physician"] in [
        each["loc"] for each in response.json()["detail"]
    ]
    assert is_quiet(response.text)
    assert request(app, "POST", "/events", json=SOUND).json() == SOUND["event_type"]
    body = app.openapi()["paths"]["/events"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["discriminator"]["propertyName"] == "event_type"
    assert len(body["oneOf"]) == len(EVENT_TYPES)


class Tracked(Order):
    """An order with a private attribute, and a property that is computed once."""

    _attempts: int = PrivateAttr(default=1)

    def tried_again(self) -> int:
        """Count one more attempt."""
        self._attempts += 1
        return self._attempts

    @cached_property
    def count(self) -> int:
        """The number of entries."""
        return len(self.events)


class Editable(Appointment):
    """An appointment that may change."""

    model_config = ConfigDict(frozen=False)


def test_a_subclass_has_private_attributes() -> None:
    """Private attributes are set and copied; fields stay frozen, and the refusal does not show the value."""
    order = Tracked.model_validate(SOUND["data"])
    assert order.count == len(SOUND["data"]["events"])
    assert order.tried_again() == 2
    assert order.model_copy().tried_again() == 3
    assert pickle.loads(pickle.dumps(order)).tried_again() == 3  # noqa: S301
    for error in (raised_by(partial(setattr, order, name, CANARY)) for name in ("notes", "unknown")):
        assert isinstance(error, AttributeError)
        assert is_quiet(repr(error))


def test_a_subclass_that_is_not_frozen_can_be_changed() -> None:
    """`frozen=False` is obeyed."""
    appointment = Editable.model_validate(fixtures.load("labtest.appointment.updated/page").payload["data"])
    appointment.event_status = "completed"
    assert appointment.event_status == "completed"
    appointment.unknown = 5
    assert appointment.model_dump()["unknown"] == 5


def test_a_subclass_in_a_model_of_its_own_hides_its_input() -> None:
    """What a consumer adds to a model of ours is hidden too."""

    class More(Order):
        tracked: Tracked

    error: Any = raised_by(partial(More.model_validate, {**SOUND["data"], "tracked": {"id": CANARY}}))
    assert is_quiet(error.json())
    assert str(error).count("without_input") == 0

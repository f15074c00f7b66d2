"""The generated models, used as a handler uses them."""

from __future__ import annotations

import ast
import copy
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from support.tables import table

import junction_webhooks_models as models
from junction_webhooks import contract, fixtures
from junction_webhooks_dev.codegen import models as generator
from junction_webhooks_models._formats import parse_slot_time, parse_timestamp

if TYPE_CHECKING:
    from junction_webhooks.fixtures import Fixture

EVENTS: TypeAdapter[models.LabtestEvent] = TypeAdapter(models.LabtestEvent)
every_fixture = table("fixture", fixtures.valid(), ids=lambda each: each.name)


def parsed(fixture: Fixture) -> BaseModel:
    """The fixture as a model."""
    if fixture.event_type is None:
        return models.Order.model_validate(fixture.payload)
    return EVENTS.validate_python(fixture.payload)


def with_instants(value: Any) -> Any:
    """The payload with each timestamp replaced by the instant it names."""
    if isinstance(value, dict):
        return {key: value[key] if key == "dob" else with_instants(value[key]) for key in value}
    if isinstance(value, list):
        return [with_instants(item) for item in value]
    if isinstance(value, str):
        for parse in (parse_timestamp, parse_slot_time):
            try:
                return parse(value)
            except ValueError:
                continue
    return value


@every_fixture
def test_round_trip(fixture: Fixture) -> None:
    """Dumped with unset fields left out, a model equals the payload it was read from, timestamps as instants."""
    dumped = parsed(fixture).model_dump(mode="json", exclude_unset=True)
    assert with_instants(dumped) == with_instants(fixture.payload)


@every_fixture
def test_json_round_trip(fixture: Fixture) -> None:
    """The same holds from JSON text to JSON text."""
    model = models.Order if fixture.event_type is None else type(parsed(fixture))
    again = model.model_validate_json(
        model.model_validate_json(fixture.raw).model_dump_json(exclude_unset=True)
    )
    assert again == parsed(fixture)


def test_a_class_for_each_object_and_no_other() -> None:
    """There is one class an event and one an object, with the title of its schema as its name."""
    titles = {
        schema["title"] for name, schema in contract.schemas().items() if not name.startswith("values/")
    }
    assert models.models.__file__
    with open(models.models.__file__) as source:  # noqa: PTH123
        classes = {node.name for node in ast.parse(source.read()).body if isinstance(node, ast.ClassDef)}
    assert classes == titles


def test_timestamps_are_aware_utc() -> None:
    """Appointment times without an offset, and timestamps with any, become aware datetimes in UTC."""
    payload = fixtures.load("labtest.appointment.updated/page").payload
    payload["data"]["events"][0]["created_at"] = "2022-01-01T05:45:00.5+05:45"
    appointment = models.LabtestAppointmentUpdated.model_validate(payload).data
    assert appointment.start_at == datetime(2022, 1, 1, tzinfo=UTC)
    assert appointment.start_at.tzinfo is UTC
    assert appointment.events[0].created_at == datetime(2022, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)
    assert appointment.events[0].created_at.tzinfo is UTC


@table(
    "text", ["1577836800", "2022-01-01 00:00:00", "2022-01-01T00:00:00", "2022-02-30T00:00:00Z", "", "now"]
)
def test_timestamps_are_not_guessed(text: str) -> None:
    """What is no timestamp is refused, also where pydantic alone would read one."""
    payload = fixtures.load("labtest.order.updated/page").payload
    payload["data"]["created_at"] = text
    with pytest.raises(ValidationError, match="created_at"):
        models.LabtestOrderUpdated.model_validate(payload)


def test_unknown_members_and_properties_are_kept() -> None:
    """A new status parses, a new property is kept, and both are written again."""
    payload = fixtures.load("labtest.order.updated/page").payload
    payload["data"]["events"][-1]["status"] = "completed.walk_in_test.archived"
    payload["data"]["news"] = {"since": "tomorrow"}
    event = models.LabtestOrderUpdated.model_validate(payload)
    assert event.data.events[-1].status == "completed.walk_in_test.archived"
    assert event.model_dump(mode="json", exclude_unset=True)["data"]["news"] == {"since": "tomorrow"}


@pytest.mark.parametrize(
    ("field", "value"), [("priority", "yes"), ("sample_id", 5), ("events", None), ("id", 1)]
)
def test_types_are_not_coerced(field: str, value: object) -> None:
    """A value of another JSON type is refused, not converted."""
    payload = fixtures.load("labtest.order.updated/page").payload
    payload["data"][field] = value
    with pytest.raises(ValidationError):
        models.LabtestOrderUpdated.model_validate(payload)


def test_whole_floats_are_integers() -> None:
    """An integer that JSON writes as `1.0` is an integer, as JSON Schema says."""
    event = models.OrderEvent.model_validate(
        {"id": 1.0, "created_at": "2022-01-01T00:00:00Z", "status": "received.walk_in_test.ordered"}
    )
    assert event.id == 1
    assert type(event.id) is int


def test_frozen() -> None:
    """A model does not change."""
    event = EVENTS.validate_python(fixtures.load("labtest.order.updated/page").payload)
    with pytest.raises(AttributeError, match="frozen"):
        event.team_id = None  # type: ignore[misc]


def with_canaries(value: Any, schema_name: str, *, sensitive: bool = False) -> Any:
    """The payload with `canary` for every string that the contract marks as patient data."""
    schema = contract.shared_schemas()[schema_name]
    sensitive = sensitive or schema.get("x-sensitive", False)
    changed = {}
    for name, below in value.items():
        part = schema["properties"].get(name, {})
        marked = sensitive or part.get("x-sensitive", False)
        refs = [
            each["$ref"] for each in (part, part.get("items", {}), *part.get("anyOf", [])) if "$ref" in each
        ]
        target = contract.resolve(refs[0], schema_name) if len(refs) == 1 else ""
        items = [
            with_canaries(item, target, sensitive=marked)
            if isinstance(item, dict)
            else "canary"
            if isinstance(item, str) and marked
            else item
            for item in (below if isinstance(below, list) else [below])
        ]
        changed[name] = items if isinstance(below, list) else items[0]
    return changed


@every_fixture
def test_repr_shows_no_patient_data(fixture: Fixture) -> None:
    """`repr` and `str` of a model show ids and statuses, and nothing that is marked as sensitive."""
    name = f"events/{fixture.event_type}" if fixture.event_type else "objects/order"
    payload = with_canaries(fixture.payload, name) | {"news": "canary"}
    model = EVENTS.validate_python(payload) if fixture.event_type else models.Order.model_validate(payload)
    assert "canary" in model.model_dump_json()
    shown = repr(model) + str(model)
    assert "canary" not in shown
    assert "id=" in shown


def test_validation_errors_show_no_input() -> None:
    """A validation error names the field and not its value."""
    payload = fixtures.load("labtest.order.updated/page").payload
    payload["data"]["patient_details"]["gender"] = {"secret": "canary"}
    with pytest.raises(ValidationError) as caught:
        models.LabtestOrderUpdated.model_validate(payload)
    assert "patient_details.gender" in str(caught.value)
    assert "canary" not in str(caught.value) + repr(caught.value)


def test_importing_the_package_loads_no_pydantic() -> None:
    """The package is cheap to import: pydantic loads with the first model."""
    code = "import sys, junction_webhooks_models as m; assert 'pydantic' not in sys.modules; m.Order"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_names_raise() -> None:
    """A name that the package lacks raises `AttributeError`, and every name it lists is there."""
    with pytest.raises(AttributeError, match="no attribute 'Ordr'"):
        models.Ordr  # noqa: B018
    assert all(hasattr(models, name) for name in models.__all__)


@pytest.mark.parametrize("kind", ["models", "structs"])
def test_a_property_may_be_named_like_a_keyword(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every property of an object has a field, also if its name is a keyword of JSON Schema."""
    names = ["definitions", "default", "examples", "enum", "const", "type", "items"]
    text = {"type": ["string", "null"], "description": "A text.", "examples": ["gone"]}
    thing = {"title": "Thing", "type": "object", "properties": dict.fromkeys(names, text)}
    bundle = {
        "title": "LabtestEvent",
        "description": "Any.",
        "oneOf": [{"$ref": "#/$defs/Thing"}],
        "$defs": {"Thing": thing},
    }
    monkeypatch.setattr(generator, "all_events_bundle", lambda _profile: copy.deepcopy(bundle))
    written = generator._generated(kind)  # noqa: SLF001  (the text of one module)
    fields = re.findall(r"^    ([a-z]+)_?: ", written, flags=re.MULTILINE)
    assert fields == names
    assert "gone" not in written

"""Public annotations resolve at run time, and importing the package loads nothing for it."""

from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys
import typing
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter
from support.asgi import request
from support.canaries import CANARY, is_quiet
from support.tables import table

from junction_webhooks import Report, Violation, check, fixtures
from junction_webhooks.pytest_plugin import Load, Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = (
    "junction_webhooks",
    *(
        f"junction_webhooks.{name}"
        for name in (
            "compatibility", "contract", "drift", "events", "fixtures", "lifecycle", "pytest_plugin", "redaction",
            "signing", "strategies", "validation", "vendoring",
        )
    ),
    "junction_webhooks_models",
    "junction_webhooks_models.structs",
    "junction_webhooks_models.values",
)  # fmt: skip


def annotated(module: str) -> Iterator[tuple[str, Any]]:
    """The public functions, classes, methods and properties of a module."""
    found = import_module(module)
    names = getattr(found, "__all__", None) or [name for name in vars(found) if not name.startswith("_")]
    for name in names:
        value = getattr(found, name)
        own = getattr(value, "__module__", "") or ""
        if inspect.isfunction(value) and (own == module or hasattr(found, "__all__")):
            yield name, value
        elif isinstance(value, type) and own.startswith("junction_webhooks"):
            yield name, value
            for member, held in vars(value).items():
                function = (
                    held.fget
                    if isinstance(held, property)
                    else inspect.unwrap(held)
                    if callable(held)
                    else None
                )
                if (
                    inspect.isfunction(function)
                    and function.__module__ == own
                    and not member.startswith("__g")
                ):
                    yield f"{name}.{member}", function


ALL = {f"{module}.{name}": value for module in MODULES for name, value in annotated(module)}


def test_everything_public_is_tried() -> None:
    """The search finds functions, classes, methods, properties and guards."""
    assert len(ALL) > 150
    assert ALL.keys() >= {
        "junction_webhooks.check",
        "junction_webhooks.Report",
        "junction_webhooks.Webhook.verify",
        "junction_webhooks.Delivery.event",
        "junction_webhooks.lifecycle.Transition",
        "junction_webhooks_models.is_known_order_status",
    }


@table("name", ALL)
def test_annotations_resolve(name: str) -> None:
    """`typing.get_type_hints` resolves the annotations, as frameworks do."""
    hints = typing.get_type_hints(ALL[name], include_extras=True)
    assert not any(isinstance(hint, str) for hint in hints.values())


@pytest.mark.parametrize("call", [Load.__call__, Sign.__call__])
def test_annotations_of_the_pytest_fixtures_resolve(call: Any) -> None:
    """The types of `junction_event` and `junction_sign` resolve too."""
    assert typing.get_type_hints(call)["return"]


@pytest.mark.parametrize(
    "module", ["junction_webhooks", "junction_webhooks.signing", "junction_webhooks.events"]
)
def test_importing_loads_no_models(module: str) -> None:
    """The modules that annotations name are stand-ins, which load when they are used."""
    slow = (
        "{'pydantic', 'msgspec', 'jsonschema', 'junction_webhooks_models', 'traceback', 'typing_extensions'}"
    )
    code = f"import sys, {module}; print(sorted({slow} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


class Audit(BaseModel):
    """A model of a consumer."""

    report: Report
    first: Violation | None = None


def drifting() -> dict[str, Any]:
    """An order that drifts, with a canary as the value of a violation."""
    payload = fixtures.load("labtest.order.updated/everything").payload
    payload["data"]["patient_details"]["dob"] = CANARY
    return payload


def test_a_report_is_a_field_of_a_model() -> None:
    """Pydantic writes and reads reports, without the values, which may be patient data."""
    report = check(drifting())
    audit = Audit(report=report, first=report.violations[0])
    assert audit.report == report
    written = audit.model_dump_json()
    assert "patient_details/dob" in written
    assert is_quiet(written)
    assert is_quiet(repr(audit.model_dump()))
    assert Audit.model_validate_json(written) == audit
    schema = TypeAdapter(Report).json_schema(mode="serialization")
    assert schema["properties"].keys() == {each.name for each in dataclasses.fields(Report)}
    assert "value" not in schema["$defs"]["Violation"]["properties"]


def test_a_report_is_a_response_of_fastapi() -> None:
    """FastAPI takes `Report` as the annotation of what a route returns, and its description has it."""
    app = FastAPI()

    @app.get("/report")
    def report() -> Report:
        return check(drifting())

    response = request(app, "GET", "/report")
    assert response.json()["verdict"] == "drifts"
    assert response.json()["violations"][0]["path"] == "/data/patient_details/dob"
    assert is_quiet(response.text)
    assert app.openapi()["components"]["schemas"].keys() == {"Report", "Violation"}

"""The value sets as Python: `values.py` and `_value_types.py` of `junction_webhooks_models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from junction_webhooks.contract import schemas
from junction_webhooks.contract.families import ORDER
from junction_webhooks_dev.codegen.rendering import render, snake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import Schema

PACKAGE: Final = "junction_webhooks_models"


def titles() -> list[str]:
    """Return the class names of the open value sets, sorted."""
    return sorted(_open_sets())


def names() -> list[str]:
    """Return all public names of `values.py`, sorted."""
    of_sets = [name for title in titles() for name in (title, f"Known{title}", f"{title}Value", guard(title))]
    return sorted([*of_sets, *modality_guards()])


def guard(title: str) -> str:
    """Return the name of the function that narrows a string to the known values of a set."""
    return f"is_known_{snake(title)}"


def modality_guards() -> Mapping[str, str]:
    """Return the modality that each guard of an order's details asks for, by the name of the guard."""
    modality = ORDER.modality
    if modality is None:
        return {}
    return {f"is_{each.removesuffix('_test')}": each for each in (modality.walk_in, *modality.others)}


def values_module() -> str:
    """Return the text of `values.py`."""
    found = [
        {
            "title": title,
            "description": schema["description"],
            "guard": guard(title),
            "values": schema["enum"],
            "meanings": schema["x-values"],
        }
        for title, schema in sorted(_open_sets().items())
    ]
    return render("values.py", package=PACKAGE, value_sets=found, modality_guards=modality_guards())


def types_module() -> str:
    """Return the text of `_value_types.py`, from which models and structs take their types."""
    return render("value_types.py", package=PACKAGE, titles=titles())


def _open_sets() -> dict[str, Schema]:
    return {
        schema["title"]: schema
        for name, schema in schemas().items()
        if name.startswith("values/") and "enum" in schema and not schema.get("x-exhaustive")
    }

"""Check the schemas and lifecycles before anything is generated from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsonschema

from junction_webhooks._json.pointer import pointer
from junction_webhooks.contract import (
    LIFECYCLES,
    SchemaError,
    lifecycle,
    lifecycle_schema,
    meta_schema,
    shared_schemas,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_schemas() -> None:
    """Check every schema and lifecycle against its meta-schema.

    Raises `SchemaError` for the first mistake. Without this check, files would be generated all the same.
    """
    meta_schemas = [jsonschema.Draft202012Validator.META_SCHEMA, meta_schema(), lifecycle_schema()]
    standard, ours, of_lifecycles = map(jsonschema.Draft202012Validator, meta_schemas)
    for name, schema in shared_schemas().items():
        _refuse(name, (*standard.iter_errors(schema), *ours.iter_errors(schema)))
        if not isinstance(schema.get("title"), str):
            message = f"schemas/{name}.json: /title: it needs a title, the name of its class"
            raise SchemaError(message)
    for name in LIFECYCLES:
        machine = lifecycle(name)
        _refuse(f"lifecycles/{name}", of_lifecycles.iter_errors(machine))
        for number, transition in enumerate(machine["transitions"]):
            for end in ("from", "to"):
                if transition[end] not in machine["states"]:
                    place = f"schemas/lifecycles/{name}.json: /transitions/{number}/{end}"
                    message = f"{place}: {transition[end]!r} is none of the states"
                    raise SchemaError(message)


def _refuse(name: str, errors: Iterable[jsonschema.ValidationError]) -> None:
    for error in errors:
        message = f"schemas/{name}.json: {pointer(error.absolute_path) or '/'}: {error.message}"
        raise SchemaError(message)

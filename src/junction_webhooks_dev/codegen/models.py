"""The import package `junction_webhooks_models`: pydantic models and msgspec structs, both tolerant."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from junction_webhooks import _lazy
from junction_webhooks._jsonschema import formats as _formats
from junction_webhooks._jsonschema.visit import rewrite
from junction_webhooks.contract import EVENT_TYPES, shared_schemas
from junction_webhooks.contract.annotations import data_of
from junction_webhooks.contract.bundler import all_events_bundle
from junction_webhooks.contract.families import APPOINTMENT, FAMILIES
from junction_webhooks_dev.codegen import value_sets
from junction_webhooks_dev.codegen.rendering import HEADER, render
from junction_webhooks_dev.codegen.value_sets import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.contract import Schema

_UNION: Final = "LabtestEvent"
_BY_HAND: Final = ("Integer", "SlotTime", "Timestamp")
_RUNTIME: Final = Path(__file__).parent / "runtime"


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the path below `generated/` and the content of every file of the package.

    Raises `ModuleNotFoundError` when datamodel-code-generator is not installed.
    """
    models = _generated("models")
    yield f"{PACKAGE}/__init__.py", _init(models).encode()
    yield f"{PACKAGE}/models.py", models.encode()
    yield f"{PACKAGE}/structs.py", _generated("structs").encode()
    yield f"{PACKAGE}/values.py", value_sets.values_module().encode()
    yield f"{PACKAGE}/_value_types.py", value_sets.types_module().encode()
    yield f"{PACKAGE}/_model_support.py", _copied(_RUNTIME / "model_support.py")
    yield f"{PACKAGE}/_struct_support.py", _copied(_RUNTIME / "struct_support.py")
    yield f"{PACKAGE}/_errors.py", _copied(_RUNTIME / "errors.py")
    yield f"{PACKAGE}/_shown.py", _copied(_RUNTIME / "shown.py")
    yield f"{PACKAGE}/_formats.py", _copied(Path(_formats.__file__))
    yield f"{PACKAGE}/_lazy.py", _copied(Path(_lazy.__file__))
    yield f"{PACKAGE}/py.typed", b""


def _copied(path: Path) -> bytes:
    return f"# {HEADER}\n# A copy of {path.name}.\n".encode() + path.read_bytes()


def _init(models: str) -> str:
    modules = {
        "models": sorted(re.findall(r"^(?:class )?([A-Z]\w+)(?= = |\()", models, flags=re.MULTILINE)),
        "values": value_sets.names(),
    }
    return render("models_init.py", package=PACKAGE, modules=modules)


def _generated(kind: Literal["models", "structs"]) -> str:
    # Slow to load, and not needed by what imports this module for its names.
    from datamodel_code_generator import generate  # noqa: PLC0415
    from datamodel_code_generator.enums import DataModelType, InputFileType  # noqa: PLC0415
    from datamodel_code_generator.format import Formatter  # noqa: PLC0415

    as_models = kind == "models"
    support = f"{PACKAGE}.{'_model_support' if as_models else '_struct_support'}"
    with_history = [data_of(family).schema["title"] for family in FAMILIES if family.history]
    bases = dict.fromkeys(with_history, "HistoryModel" if as_models else "HistoryStruct")
    if not as_models:
        # Its slot may lack an offset, which only pydantic's types can deal with.
        bases[data_of(APPOINTMENT).schema["title"]] = "AppointmentStruct"
    written = generate(
        _for_generator(as_union=as_models),
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel if as_models else DataModelType.MsgspecStruct,
        preset="standard-py311-20261027",
        base_class=f"{support}.{'Model' if as_models else 'Struct'}",
        base_class_map={title: f"{support}.{base}" for title, base in bases.items()},
        additional_imports=[f"{support}.{name}" for name in (*_BY_HAND, *([] if as_models else ["prepare"]))]
        + [f"{PACKAGE}._value_types.{title}" for title in value_sets.titles()],
        custom_file_header=f'"""The {kind}.\n\n{HEADER}\n"""',
        allow_population_by_field_name=False,
        disable_timestamp=True,
        keyword_only=not as_models,
        use_annotated=False,
        use_field_description=True,
        use_inline_field_description=True,
        use_schema_description=True,
        use_title_as_name=True,
        use_type_alias=True,
        formatters=[Formatter.BUILTIN],
        # The default is that of the project in the working directory, whichever that is.
        builtin_format_line_length=110,
    )
    if not isinstance(written, str):
        message = "datamodel-code-generator did not return a single module"
        raise TypeError(message)
    return (_as_models(written) if as_models else _as_structs(written)).rstrip() + "\n"


def _as_models(written: str) -> str:
    """Patch the models where the generator has no option: the errors of the union contain no input."""
    written = written.replace(
        f"Field(..., discriminator='event_type', title='{_UNION}'),",
        f"Field(..., title='{_UNION}'),\n        ByEventType(),",
    )
    support = f"from {PACKAGE}._model_support import"
    return written.replace(support, f"{support} ByEventType,", 1)


def _as_structs(written: str) -> str:
    """Patch the structs where the generator has no option: frozen, None if missing, and the union."""
    written = written.replace("kw_only=True):", "frozen=True, kw_only=True):")
    written = written.replace("from msgspec import UNSET, UnsetType\n", "")
    written = re.sub(r"(?: \| None)? \| UnsetType = UNSET", " | None = None", written)
    written = re.sub(
        rf'^{_UNION}: TypeAlias = Any\n(""".*?""")\n+', "", written, flags=re.MULTILINE | re.DOTALL
    )
    events = [shared_schemas()[f"events/{event_type}"]["title"] for event_type in EVENT_TYPES]
    union = f'{_UNION}: TypeAlias = {" | ".join(events)}\n"""Any event of the contract."""'
    return f"{written.rstrip()}\n\n\n{union}\n\nprepare({', '.join(events)})\n"


def _for_generator(*, as_union: bool) -> Schema:
    """Return the tolerant bundle of all events in the form that the generator writes cleanly.

    A property that may be missing or null becomes an optional one. Instants, integers and value sets get the
    names of Python types, which are in the support modules and in `values`. Other scalars are inlined.
    """
    bundle = all_events_bundle("tolerant")
    objects = {title: part for title, part in bundle["$defs"].items() if "properties" in part}
    scalars = {
        title: {"type": "string", "x-python-type": title}
        if title in {*_BY_HAND, *value_sets.titles()}
        else {"type": part["type"]}
        for title, part in bundle["$defs"].items()
        if title not in objects
    }
    reworded: Schema = rewrite(bundle | {"$defs": objects}, lambda schema: _reworded(schema, scalars))
    if as_union:
        return reworded | {"discriminator": {"propertyName": "event_type"}}
    # Of a union, the generator makes tagged structs, and those lack `event_type`.
    del reworded["oneOf"]
    return reworded


def _reworded(schema: Schema, scalars: Mapping[str, Schema]) -> Schema:
    """One schema in the generator's form; the schemas in it have that form already."""
    schema.pop("examples", None)
    if isinstance(schema.get("type"), list):
        schema["type"] = schema["type"][0]
    if {"type": "null"} in schema.get("anyOf", []):
        schema |= schema.pop("anyOf")[0]
    if schema.get("type") == "integer":
        schema |= {"type": "string", "x-python-type": "Integer"}
    title = schema.get("$ref", "").removeprefix("#/$defs/")
    if title in scalars:
        del schema["$ref"]
        schema |= scalars[title]
    return schema

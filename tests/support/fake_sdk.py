"""A package `junction` with the types of a document, written as the generator of Junction's SDK writes them."""

from __future__ import annotations

import site
import textwrap
import venv
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_PRELUDE = """\
from __future__ import annotations

import datetime as dt
import enum
import typing

import pydantic


class UniversalBaseModel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow", frozen=True)


"""


def write_sdk(folder: Path, document: dict[str, Any], *, version: str = "2.0.0") -> Path:
    """Write the package into an environment of its own, and return the Python of that environment."""
    package = folder / "packages/junction"
    types = package / "types"
    types.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (types / "__init__.py").write_text("")
    (types / "webhooks.py").write_text(types_of(document["components"]["schemas"]))
    metadata = folder / "packages" / f"junction_api_sdk-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: junction-api-sdk\nVersion: {version}\n")
    (metadata / "RECORD").write_text("junction/__init__.py,,\n")
    return python_with(folder, folder / "packages")


def python_with(folder: Path, *packages: Path) -> Path:
    """Return the Python of a new environment that has these packages, and those of the current one."""
    environment = folder / "environment"
    # Without pip, making an environment takes a few milliseconds.
    venv.create(environment, symlinks=True, with_pip=False)
    (own,) = environment.glob("lib/python*/site-packages")
    (own / "packages.pth").write_text("\n".join(map(str, [*packages, *site.getsitepackages()])))
    return environment / "bin" / "python"


def types_of(components: dict[str, Any]) -> str:
    """The source of a module with these types."""
    written = [_class(name, schema) for name, schema in components.items()]
    names = [name for name, schema in components.items() if "properties" in schema]
    return (
        _PRELUDE
        + "\n\n".join(written)
        + "\n\n"
        + "\n".join(f"{each}.model_rebuild()" for each in names)
        + "\n"
    )


def _class(name: str, schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return _enum(name, schema["enum"], '"""This enum is non-exhaustive."""')
    if "properties" not in schema:
        return f"{name} = {_expression(schema)}\n"
    before, lines = [], []
    for field, below in schema["properties"].items():
        kind, default = _type(below, field in schema.get("required", ()))
        if len(below.get("enum", ())) > 1:
            kind = name + "".join(word.capitalize() for word in field.split("_"))
            words = "" if below.get("x-junction-exhaustive") else '"""This enum is non-exhaustive."""'
            before.append(_enum(kind, below["enum"], words))
        lines.append(f"{field}: {kind}{default}")
        if below.get("deprecated"):
            lines.append('"""DEPRECATED. Use something else."""')
    body = textwrap.indent("\n".join(lines), "    ")
    return "\n\n".join([*before, f"class {name}(UniversalBaseModel):\n{body}\n"])


def _enum(name: str, values: list[str], words: str) -> str:
    lines = [words, *(f"V{index} = {value!r}" for index, value in enumerate(values))]
    lines.append(f"_UNKNOWN = '__{name.upper()}_UNKNOWN__'")
    return f"class {name}(enum.StrEnum):\n" + textwrap.indent("\n".join(filter(None, lines)), "    ") + "\n"


def _type(schema: dict[str, Any], is_required: bool) -> tuple[str, str]:
    kind = _expression(schema)
    if "const" in schema or len(schema.get("enum", ())) == 1:
        value = schema.get("const", schema.get("enum", [None])[0])
        return f"typing.Literal[{value!r}]", f" = {value!r}"
    if not is_required and not kind.startswith("typing.Optional"):
        kind = f"typing.Optional[{kind}]"
    return kind, " = None" if kind.startswith("typing.Optional") else ""


def _expression(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            parts = [_expression(each) for each in schema[word] if each.get("type") != "null"]
            union = parts[0] if len(parts) == 1 else f"typing.Union[{', '.join(parts)}]"
            return f"typing.Optional[{union}]" if {"type": "null"} in schema[word] else union
    if isinstance(schema.get("type"), list):
        (kind,) = [each for each in schema["type"] if each != "null"]
        return f"typing.Optional[{_expression(schema | {'type': kind})}]"
    kind = schema.get("type", "")
    if kind == "array":
        return f"typing.List[{_expression(schema['items'])}]"
    if kind == "object":
        keys = _expression(schema["propertyNames"]) if "propertyNames" in schema else "str"
        return f"typing.Dict[{keys}, typing.Any]"
    # The generator has no type for days.
    simple = {"integer": "int", "number": "float", "boolean": "bool", "string": "str"}
    return "dt.datetime" if schema.get("format") == "date-time" else simple.get(kind, "typing.Any")

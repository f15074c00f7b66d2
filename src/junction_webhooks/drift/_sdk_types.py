"""Print the types of webhooks that an installed `junction` package has, as JSON Schema.

`_sdk.py` runs this file in the interpreter that has the package. It imports nothing of junction_webhooks, and
allows the package to do nothing but define its types.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

_FORBIDDEN = re.compile(
    r"socket\.|subprocess\.|urllib\.|shutil\.|pty\.|webbrowser\.|ftplib\.|smtplib\.|os\.(?:system|exec|fork|spawn"
    r"|posix_spawn|startfile|remove|rename|rmdir|mkdir|link|symlink|truncate|chmod|chown|putenv|kill)"
)
"""Audit events of what a package has no reason to do while its types are imported."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAX_BYTES = 64_000_000
_MAX_SECONDS = 120
_DEPRECATED = re.compile(r"^\W*deprecated\b|\b(?:is|are|been|now) deprecated\b", re.IGNORECASE | re.MULTILINE)
_NO_PACKAGE = (
    "no package `junction` is installed there: install Junction's SDK for Python, `junction-api-sdk`, "
    "or name the Python of an environment that has it"
)
_NO_TYPES = "its package `junction` is not Junction's SDK: it has no types"
_NO_WEBHOOKS = "its package `junction` is not Junction's SDK, or has no types of webhooks"
_NO_PYDANTIC = "the types of Junction's SDK need pydantic 2, which is not installed there"


class RefusedError(Exception):
    """The package is not what is needed. The message says why."""


def main() -> None:
    """Print a JSON object: `error`, or `version`, `schemas` and `events`."""
    output, sys.stdout = sys.stdout, sys.stderr
    sys.setrecursionlimit(5_000)
    _limit()
    try:
        found = _export()
    except RefusedError as error:
        found = {"error": str(error)}
    except BaseException as error:  # noqa: BLE001  (a package may raise anything)
        found = {"error": f"its types cannot be read: {type(error).__name__}"}
    output.write(json.dumps(found))
    output.flush()
    # Whatever the package has registered for the end does not run.
    os._exit(0)


def _limit() -> None:
    """Refuse network, processes and changes to files from here on."""
    try:
        resource: Any = importlib.import_module("resource")
    except ImportError:  # Windows
        pass
    else:
        resource.setrlimit(resource.RLIMIT_CPU, (_MAX_SECONDS, _MAX_SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_BYTES, _MAX_BYTES))
    sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        _, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (
            isinstance(flags, int) and flags & _WRITES
        ):
            raise PermissionError
    elif _FORBIDDEN.match(event):
        raise PermissionError


def _export() -> dict[str, Any]:
    folder = _folder_of_types()
    try:
        model_class = importlib.import_module("pydantic").BaseModel
        models_json_schema = importlib.import_module("pydantic.json_schema").models_json_schema
    except (ImportError, AttributeError):
        raise RefusedError(_NO_PYDANTIC) from None
    models: dict[str, Any] = {}
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith("_") or "event_type" not in path.read_text(encoding="utf-8"):
            continue
        module = importlib.import_module("junction.types." + path.stem)
        for name, value in vars(module).items():
            is_own = isinstance(value, type) and value.__module__ == module.__name__
            if is_own and issubclass(value, model_class) and "event_type" in value.model_fields:
                models[name] = value
    if not models:
        raise RefusedError(_NO_WEBHOOKS)
    references, whole = models_json_schema(
        [(model, "validation") for model in models.values()], ref_template="#/components/schemas/{model}"
    )
    schemas = whole.get("$defs", {})
    for path in sorted(folder.glob("*.py")):
        if "junction.types." + path.stem in sys.modules:
            _mark_deprecated(path.read_text(encoding="utf-8"), schemas)
    return {
        "version": _version(),
        "schemas": schemas,
        "events": {model.__name__: reference["$ref"] for (model, _), reference in references.items()},
    }


def _folder_of_types() -> Path:
    try:
        importlib.import_module("junction")
    except ModuleNotFoundError as error:
        if error.name != "junction":
            raise
        raise RefusedError(_NO_PACKAGE) from None
    try:
        types = importlib.import_module("junction.types")
        return Path(next(iter(types.__path__)))
    except (ImportError, AttributeError, StopIteration):
        raise RefusedError(_NO_TYPES) from None


def _mark_deprecated(source: str, schemas: dict[str, Any]) -> None:
    """Mark the properties whose docstrings say so: pydantic does not read them."""
    for each in ast.parse(source).body:
        if not isinstance(each, ast.ClassDef):
            continue
        properties, body = schemas.get(each.name, {}).get("properties", {}), each.body
        for field, below in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
                name = field.target.id if isinstance(field.target, ast.Name) else ""
                words = below.value.value if isinstance(below.value, ast.Constant) else None
                if isinstance(words, str) and _DEPRECATED.search(words) and name in properties:
                    properties[name]["deprecated"] = True


def _version() -> str | None:
    metadata = importlib.import_module("importlib.metadata")
    for name in metadata.packages_distributions().get("junction", ()):
        return str(metadata.version(name))
    return None


if __name__ == "__main__":
    main()

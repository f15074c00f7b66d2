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
from pathlib import Path
from typing import Any

_FORBIDDEN = re.compile(
    r"socket\.|subprocess\.|urllib\.|os\.(?:system|exec|fork|forkpty|posix_spawn|spawn|startfile|remove|rename"
    r"|rmdir|mkdir|link|symlink|truncate|chmod|chown|putenv|kill)|shutil\.|pty\.|webbrowser\.|ftplib\.|smtplib\."
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAX_BYTES = 64_000_000
"""So much a file may have that this process writes, and so much is printed."""
_MAX_SECONDS = 120
_DEPRECATED = re.compile(r"^\W*deprecated\b|\b(?:is|are|been|now) deprecated\b", re.IGNORECASE | re.MULTILINE)


class Refused(Exception):
    """The package is not what is needed. The message says why."""


def main() -> None:
    """Print a JSON object: `error`, or `version`, `schemas` and `events`."""
    output, sys.stdout = sys.stdout, sys.stderr
    sys.setrecursionlimit(5_000)
    _limit()
    try:
        found = _export()
    except Refused as error:
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
        import resource
    except ImportError:  # Windows
        pass
    else:
        resource.setrlimit(resource.RLIMIT_CPU, (_MAX_SECONDS, _MAX_SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_BYTES, _MAX_BYTES))
    sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        _, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & _WRITES):
            raise PermissionError("files cannot be written here")
    elif _FORBIDDEN.match(event):
        raise PermissionError(event + " is not allowed here")


def _export() -> dict[str, Any]:
    folder = _folder_of_types()
    try:
        from pydantic import BaseModel
        from pydantic.json_schema import models_json_schema
    except ImportError:
        raise Refused("the types of Junction's SDK need pydantic 2, which is not installed there") from None
    models: dict[str, Any] = {}
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith("_") or "event_type" not in path.read_text(encoding="utf-8"):
            continue
        module = importlib.import_module("junction.types." + path.stem)
        for name, value in vars(module).items():
            is_own = isinstance(value, type) and value.__module__ == module.__name__
            if is_own and issubclass(value, BaseModel) and {"event_type", "data"} <= set(value.model_fields):
                models[name] = value
    if not models:
        raise Refused("its package `junction` is not Junction's SDK, or has no webhooks")
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
        import junction  # noqa: F401
    except ModuleNotFoundError:
        raise Refused("no package `junction` is installed there") from None
    try:
        types = importlib.import_module("junction.types")
        return Path(next(iter(types.__path__)))
    except (ImportError, AttributeError, StopIteration):
        raise Refused("its package `junction` is not Junction's SDK: it has no junction.types") from None


def _mark_deprecated(source: str, schemas: dict[str, Any]) -> None:
    """Mark the properties whose docstrings say so: pydantic does not read them."""
    for each in ast.walk(ast.parse(source)):
        properties = schemas.get(each.name, {}).get("properties", {}) if isinstance(each, ast.ClassDef) else {}
        body = each.body if properties else []
        for field, below in zip(body, body[1:]):
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
                continue
            words = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else None
            if isinstance(words, str) and _DEPRECATED.search(words) and field.target.id in properties:
                properties[field.target.id]["deprecated"] = True


def _version() -> str | None:
    from importlib import metadata

    for name in metadata.packages_distributions().get("junction", ()):
        return metadata.version(name)
    return None


if __name__ == "__main__":
    main()

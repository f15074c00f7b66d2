"""The types of Junction's SDK for Python as a document like OpenAPI's.

The SDK moves before the document does. Its types say less: nothing is a UUID, has a pattern or a limit, all
objects are open, and what may be null may also be missing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks._jsonschema.visit import rewrite
from junction_webhooks.drift._annotations import EXHAUSTIVE
from junction_webhooks.drift._report import DriftError

_SCRIPT: Final = "_sdk_types.py"
_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""What an interpreter may need to start. Everything else, such as tokens, is kept from the package."""
_MAX_BYTES: Final = 64_000_000
_PLACEHOLDER: Final = re.compile(r"__[A-Z0-9_]+_UNKNOWN__")
"""The value of the SDK for all values that it does not know; Junction never sends it."""
_OPEN: Final = "non-exhaustive"
"""In the description of an enum: more values may follow."""


def document_of_sdk(python: str | Path | None = None, *, timeout: float = 60) -> dict[str, Any]:
    """The types of webhooks in the `junction` package of an interpreter, by default the current one.

    Raises `DriftError` if the interpreter, the package or its types are not there.
    """
    interpreter = str(python or sys.executable)
    if not interpreter or (python is None and getattr(sys, "frozen", False)):
        message = "there is no Python here that could have Junction's SDK: name one that has it"
        raise DriftError(message)
    found = _run(interpreter, timeout)
    if "error" in found:
        message = f"{interpreter}: {found['error']}"
        raise DriftError(message)
    return as_document(found)


def as_document(found: dict[str, Any]) -> dict[str, Any]:
    """What was exported, in the form of an OpenAPI document with webhooks."""
    schemas = found["schemas"]
    says_open = any(_OPEN in str(schema.get("description")) for schema in schemas.values())
    components = {name: _as_sent(schema, says_open=says_open) for name, schema in schemas.items()}
    webhooks = {
        name: {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": reference}}}}}}
        for name, reference in found["events"].items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "the types of Junction's SDK", "version": found["version"]},
        "webhooks": webhooks,
        "components": {"schemas": components},
    }


def _run(interpreter: str, timeout: float) -> dict[str, Any]:
    code = files("junction_webhooks.drift").joinpath(_SCRIPT).read_text(encoding="utf-8")
    # It runs in another folder. A name without a folder is looked for in PATH, and a link must stay one.
    program = str(Path(interpreter).absolute()) if Path(interpreter).name != interpreter else interpreter
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603  (the interpreter that the caller names)
                [program, "-I", "-B", "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                check=False,
                cwd=folder,
                env=environment,
                timeout=timeout,
            )
            output.seek(0)
            body = output.read(_MAX_BYTES + 1)
    except subprocess.TimeoutExpired:
        message = f"{interpreter}: reading the types of Junction's SDK took more than {timeout:g} seconds"
        raise DriftError(message) from None
    except OSError as error:
        message = f"{interpreter}: cannot be run: {(error.strerror or str(error)).lower()}"
        raise DriftError(message) from None
    return _read(interpreter, body, done.returncode)


def _read(interpreter: str, body: bytes, code: int) -> dict[str, Any]:
    try:
        found = read(body) if len(body) <= _MAX_BYTES else None
    except UnreadableError:
        found = None
    if isinstance(found, dict) and isinstance(found.get("error", ""), str):
        needed = {"schemas": dict, "events": dict}
        if "error" in found or all(isinstance(found.get(name), kind) for name, kind in needed.items()):
            return found
    message = f"{interpreter}: the types of Junction's SDK cannot be read (exit code {code})"
    raise DriftError(message)


def _as_sent(schema: Any, *, says_open: bool) -> Any:
    """A schema of what Junction sends, rather than of what the SDK accepts."""

    def change(part: dict[str, Any]) -> dict[str, Any]:
        if part.get("additionalProperties") is True:
            del part["additionalProperties"]
        properties = part.get("properties")
        if isinstance(properties, dict):
            # A value that can only be one has a default, and yet is always sent.
            fixed = {name for name, below in properties.items() if "const" in _keywords(below)}
            part["required"] = sorted({*part.get("required", ()), *fixed})
        if isinstance(part.get("enum"), list):
            values = [each for each in part["enum"] if not _is_placeholder(each)]
            if says_open and len(values) < len(part["enum"]) and _OPEN not in str(part.get("description")):
                part[EXHAUSTIVE] = True
            part["enum"] = values
        return part

    return rewrite(schema, change)


def _keywords(schema: Any) -> dict[str, Any]:
    return schema if isinstance(schema, dict) else {}


def _is_placeholder(value: object) -> bool:
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None

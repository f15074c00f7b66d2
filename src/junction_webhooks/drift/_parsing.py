"""Reading a document, in JSON or in YAML."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any, Final

from junction_webhooks import _extras
from junction_webhooks._json.decode import Body, UnreadableError, read
from junction_webhooks._json.guards import MAX_DEPTH
from junction_webhooks.drift._report import DriftError

_LOOKS_LIKE_YAML: Final = re.compile(r"^(?:openapi|swagger|info|webhooks|components) *:", re.MULTILINE)
_NO_YAML: Final = (
    "; or convert it to JSON with any tool that reads YAML, for example: "
    "yq -o=json . openapi.yaml > openapi.json"
)
_MAX_PARTS: Final = 1_000_000
"""So many values a document may have once its aliases are written out. Junction's has 90,000."""
# The types of YAML 1.2 with its core schema: 1.1 takes `no`, `on` and dates for something else than text.
_SCALARS: Final = (
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("tag:yaml.org,2002:int", r"[-+]?[0-9]+", list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
        list("-+.0123456789"),
    ),
)


def parse(body: Body) -> Any:
    """Parse JSON or YAML, whichever it is.

    Raises `DriftError` if it is neither, or if it is YAML and PyYAML is not installed.
    """
    try:
        return read(body)
    except UnreadableError as error:
        message = f"it {error}"
    try:
        text = body if isinstance(body, str) else bytes(body).decode()
    except UnicodeDecodeError:
        raise DriftError(message) from None
    if not _LOOKS_LIKE_YAML.search(text) or text.lstrip().startswith("{"):
        raise DriftError(message)
    return _from_yaml(text)


def _from_yaml(text: str) -> Any:
    try:
        yaml = import_module("yaml")
    except ModuleNotFoundError:
        message = f"it is YAML, and {_extras.missing('PyYAML', 'cli')}{_NO_YAML}"
        raise DriftError(message) from None
    try:
        document = yaml.load(text, Loader=_loader(yaml))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f": line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        message = f"it is not valid JSON or YAML{where}"
        raise DriftError(message) from None
    _Limits().enter(document, 0)
    try:
        # This makes text of the keys that are numbers, and refuses what JSON does.
        return read(json.dumps(document, allow_nan=False))
    except UnreadableError as error:
        message = f"it {error}"
    except (TypeError, ValueError):
        message = "it is YAML that JSON cannot express"
    raise DriftError(message)


def _loader(yaml: Any) -> Any:
    """A loader that builds nothing but JSON."""
    # The one in C is ten times as fast, and not in every build of PyYAML.
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("Loader", (base,), {"yaml_implicit_resolvers": {}})
    for tag, pattern, first in _SCALARS:
        loader.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), first)
    # In YAML 1.2, 010 is ten.
    loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
    return loader


class _Limits:
    """Counts the parts of a document with its aliases written out, without doing so."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}
        self._open: set[int] = set()

    def enter(self, part: Any, depth: int) -> int:
        if not isinstance(part, (dict, list)):
            return 1
        key = id(part)
        if key in self._sizes:
            return self._sizes[key]
        if key in self._open:
            message = "it is YAML whose aliases contain themselves"
            raise DriftError(message)
        if depth > MAX_DEPTH:
            message = f"it is nested deeper than {MAX_DEPTH} levels"
            raise DriftError(message)
        self._open.add(key)
        below = part.values() if isinstance(part, dict) else part
        size = 1 + sum(self.enter(each, depth + 1) for each in below)
        if size > _MAX_PARTS:
            message = f"it is YAML whose aliases add up to more than {_MAX_PARTS:,} values"
            raise DriftError(message)
        self._open.remove(key)
        self._sizes[key] = size
        return size

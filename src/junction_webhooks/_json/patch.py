"""The part of JSON Patch (RFC 6902) that fixtures use: add, remove, replace and move."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json import pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from junction_webhooks._json.pointer import Step

_END: Final = "-"
"""The index after the last item of a list."""
_OPERATIONS: Final = ("add", "remove", "replace", "move")


class PatchError(ValueError):
    """A patch cannot be applied. The message names the operation and its path, but never a value."""


def patched(document: Any, patch: Iterable[Mapping[str, Any]]) -> Any:
    """The document after all operations of a patch.

    Does not change the document or the patch. The result shares all parts that no operation changes with the
    document. Raises `PatchError` for an unsupported or incomplete operation, and for one whose path does not
    exist.

    Examples:
        >>> patched({"status": "ordered"}, [{"op": "replace", "path": "/status", "value": "completed"}])
        {'status': 'completed'}
    """
    for operation in patch:
        document = _applied(document, operation)
    return document


def _applied(document: Any, operation: Mapping[str, Any]) -> Any:
    name = operation.get("op")
    if name not in _OPERATIONS:
        message = f"the operation {name!r} of JSON Patch is not supported: use {', '.join(_OPERATIONS)}"
        raise PatchError(message)
    try:
        path = _path(operation, "path")
        if name == "move":
            return _moved(document, _path(operation, "from"), path)
        if name == "remove":
            return pointer.edited(document, path, _remove)
        value = copy.deepcopy(operation["value"])
        if name == "replace":
            pointer.get(document, path)
            return pointer.put(document, path, value)
        return _added(document, path, value)
    except (LookupError, ValueError) as error:
        # Only `operation[key]` raises a KeyError; its text is the key in quotes.
        why = f"it has no {error}" if isinstance(error, KeyError) else error
        message = f"{name} at {operation.get('path')!r}: {why}"
        raise PatchError(message) from None


def _path(operation: Mapping[str, Any], key: str) -> tuple[str, ...]:
    written = operation[key]
    if not isinstance(written, str):
        message = f"{key!r} is not a string"
        raise ValueError(message)  # noqa: TRY004  (what is wrong is the patch, not a call)
    return pointer.split(written)


def _moved(document: Any, source: tuple[str, ...], target: tuple[str, ...]) -> Any:
    value = pointer.get(document, source)
    if source == target:
        return document
    if target[: len(source)] == source:
        message = "a value cannot be moved into itself"
        raise ValueError(message)
    return _added(pointer.edited(document, source, _remove), target, value)


def _added(document: Any, path: tuple[str, ...], value: Any) -> Any:
    def insert(parent: Any, step: Step) -> None:
        if isinstance(parent, dict):
            parent[step] = value
        elif step in (_END, str(len(parent))):
            parent.append(value)
        else:
            parent.insert(pointer.resolved(parent, step), value)

    return pointer.edited(document, path, insert) if path else value


def _remove(parent: Any, step: Step) -> None:
    del parent[pointer.resolved(parent, step)]

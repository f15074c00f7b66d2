"""Payloads written as a change to another one: JSON Patch (RFC 6902)."""

from __future__ import annotations

from typing import Any

from junction_webhooks._extras import missing


def patched(payload: Any, patch: list[dict[str, Any]]) -> Any:
    """The payload after the patch, which may change the given one.

    Raises `ModuleNotFoundError` without the extra `test`.
    """
    try:
        import jsonpatch  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        message = f"this payload is a patch of another: {missing('jsonpatch', 'test')}"
        raise ModuleNotFoundError(message, name="jsonpatch") from None
    return jsonpatch.apply_patch(payload, patch, in_place=True)

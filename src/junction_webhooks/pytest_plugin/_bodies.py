"""The bodies of what `junction_sign` signs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, TypeAlias


class _HasBody(Protocol):
    """A delivery or a fixture."""

    @property
    def raw(self) -> bytes: ...


class _HasPayload(Protocol):
    """What `strategies.invalid_events` generates."""

    @property
    def payload(self) -> dict[str, Any]: ...


class _Model(Protocol):
    """A pydantic model."""

    def model_dump(self) -> dict[str, Any]: ...


class _Struct(Protocol):
    """A msgspec struct."""

    __struct_fields__: ClassVar[tuple[str, ...]]


Signable: TypeAlias = (
    _HasBody | _HasPayload | _Model | _Struct | bytes | bytearray | memoryview | str | Mapping[str, Any]
)
"""What `junction_sign` signs."""


def body_of(what: Signable) -> bytes:
    """Return the body as Junction would POST it.

    Raises `ValueError` for NaN and infinities, `TypeError` for what has no body.
    """
    if isinstance(what, str):
        return what.encode()
    if isinstance(what, (bytes, bytearray, memoryview)):
        return bytes(what)
    if hasattr(what, "raw"):
        return bytes(what.raw)
    return json.dumps(_payload(what), ensure_ascii=False, allow_nan=False).encode()


def _payload(what: Any) -> Any:
    if isinstance(what, Mapping):
        return dict(what)
    if hasattr(what, "model_dump"):
        from pydantic_core import to_jsonable_python  # noqa: PLC0415  (installed with pydantic, and slow)

        # `model_dump(mode="json")` would write null for NaN.
        return to_jsonable_python(what.model_dump(exclude_unset=True), inf_nan_mode="constants")
    if hasattr(what, "__struct_fields__"):
        import msgspec  # noqa: PLC0415  (an extra; installed if there is a struct)

        return msgspec.to_builtins(what)
    if hasattr(what, "payload"):
        return what.payload
    message = (
        f"junction_sign takes a delivery, a fixture, a body, a payload or an event, not {type(what).__name__}"
    )
    raise TypeError(message)

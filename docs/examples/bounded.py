"""Read a request's body for FastAPI and Starlette, up to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import HTTPException, Request

if TYPE_CHECKING:
    from typing import Final

MAX_BODY: Final = 1024 * 1024
"""In bytes. This is far more than any event has."""


async def bounded_body(request: Request) -> bytes:
    """Return the body byte for byte: a re-serialized body would not match the signature.

    Raises `HTTPException` with 413 once the body is longer than `MAX_BODY`, and reads no further: nobody has
    verified the sender yet.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413)
    return bytes(body)

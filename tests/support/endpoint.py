"""A small HTTP server on loopback that answers as a test wants, and records what it received."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True)
class Request:
    """One request: its first line, its headers with names in small letters, and its body."""

    line: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


@dataclass
class Endpoint:
    """A running server."""

    port: int
    received: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where deliveries go."""
        return f"http://127.0.0.1:{self.port}/webhooks"


def read_request(connection: socket.socket) -> Request:
    """Return the request that arrives on a connection. Raises `ConnectionError` if it is not complete."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _more(connection)
    return Request(line, headers, body)


def _more(connection: socket.socket) -> bytes:
    found = connection.recv(65536)
    if not found:
        raise ConnectionError
    return found


@contextmanager
def endpoint(answer: Callable[[Request], bytes | int] = lambda _: 204) -> Iterator[Endpoint]:
    """Run a server that answers each request with a status, or with bytes as they are."""

    def serve(connection: socket.socket) -> None:
        request = read_request(connection)
        running.received.append(request)
        given = answer(request)
        if isinstance(given, int):
            given = f"HTTP/1.1 {given} Any\r\nContent-Length: 0\r\n\r\n".encode()
        connection.sendall(given)

    with listening(serve) as running:
        yield running


@contextmanager
def listening(
    serve: Callable[[socket.socket], object], family: socket.AddressFamily = socket.AF_INET
) -> Iterator[Endpoint]:
    """Run a server that calls `serve` with each connection, in a thread of its own, and then closes it."""
    with socket.create_server(
        ("127.0.0.1" if family == socket.AF_INET else "::1", 0), family=family
    ) as server:

        def handle(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                serve(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=handle, args=[server.accept()[0]], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield Endpoint(server.getsockname()[1])
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

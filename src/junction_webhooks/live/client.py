"""One HTTP request to a checked destination, with a limit on its total time.

The client is `http.client` of the standard library on a socket of our own, so that sending needs no further
package. A library would have to be persuaded of each rule: to connect to an address that was checked before
instead of resolving the name again, to ignore `HTTP_PROXY`, to follow no redirect, to limit the time of the
whole exchange and not of each read, and to close the connection before the answer. Here, they are the normal
case. Each request opens its own connection, so requests of several threads share nothing.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, Any, Final, cast

from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.live.outcome import Outcome, problem_of_error, problem_of_status

if TYPE_CHECKING:
    from junction_webhooks.live.guard import Address, Destination
    from junction_webhooks.live.outcome import Problem

TIME_LIMIT: Final = 15.0
"""Seconds until Junction counts a delivery as failed, according to Svix."""
_LONGEST_ANSWER: Final = 2**20
"""How many bytes of an answer's body are read."""
_MOST_READ: Final = 2 * _LONGEST_ANSWER
"""How many bytes of an answer are read, whatever lengths it names: a chunk may claim to have no end."""
_USER_AGENT: Final = "junction-webhooks"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@clears_locals
def deliver(
    destination: Destination,
    body: bytes,
    headers: Mapping[str, str],
    *,
    time_limit: float = TIME_LIMIT,
    drop: bool = False,
) -> Outcome:
    """POST a body with its signature headers, and return how that ended.

    It never raises for what the network does.

    `time_limit` is the total time in seconds, however slowly the answer arrives. With `drop`, the connection
    is closed as soon as the request is sent, before the answer: the endpoint cannot know whether its answer
    arrived.

    Examples:
        >>> from junction_webhooks import Webhook, live
        >>> destination = live.Guard().check("http://127.0.0.1:1/webhooks")
        >>> headers = Webhook(live.BENCH_SECRET).sign(b"{}")
        >>> live.deliver(destination, b"{}", headers).problem
        'refused'
    """
    given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    return _exchange(destination, "POST", given, body, time_limit=time_limit, drop=drop)


def fetch(
    destination: Destination, headers: Mapping[str, str] | None = None, *, time_limit: float = TIME_LIMIT
) -> Outcome:
    """GET a destination, and return how that ended. Never raises for what the network does.

    Examples:
        >>> from junction_webhooks import live
        >>> live.fetch(live.Guard().check("http://127.0.0.1:1/orders/1")).detail
        'nothing listens at 127.0.0.1:1'
    """
    return _exchange(destination, "GET", headers or {}, b"", time_limit=time_limit, drop=False)


def _exchange(
    destination: Destination,
    method: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    time_limit: float,
    drop: bool,
) -> Outcome:
    request = _head(destination, method, headers) + body
    started = time.monotonic()
    deadline = _Deadline(started + time_limit)
    status, content = None, b""
    problem: Problem | None
    try:
        with _connected(destination, deadline) as connection:
            # An endpoint may answer, such as 413, and close without having read everything.
            was_closed = not _send(connection, request, deadline)
            if drop:
                status, problem, detail = None, "dropped", "the connection was closed before the answer"
            else:
                status, content = _answer(connection, method, deadline)
                problem, detail = problem_of_status(status, was_closed=was_closed)
    except (OSError, HTTPException) as error:
        problem, detail = problem_of_error(error, destination, time_limit)
    return Outcome(status, time.monotonic() - started, problem, detail, content)


@dataclass(frozen=True, slots=True)
class _Deadline:
    """The end of the time for a request, by the monotonic clock."""

    at: float

    def remaining(self) -> float:
        """Return the seconds left. Raises `TimeoutError` if there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _head(destination: Destination, method: str, headers: Mapping[str, str]) -> bytes:
    """Return a request up to its body. Raises `ValueError` for a header with a control character."""
    every = {
        "Host": destination.authority,
        "User-Agent": _USER_AGENT,
        "Accept": "*/*",
        "Connection": "close",
        **headers,
    }
    if any(_CONTROL.search(name + value) for name, value in every.items()):
        message = "a header must not contain control characters"
        raise ValueError(message)
    lines = [
        f"{method} {destination.target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in every.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _connected(destination: Destination, deadline: _Deadline) -> socket.socket:
    """Return a connection to the first address that accepts one. Raises `OSError` if none does."""
    failure: OSError | None = None
    for left, address in zip(range(len(destination.addresses), 0, -1), destination.addresses, strict=True):
        try:
            # An address that never answers must leave time for the others.
            return _connection(destination, address, deadline, deadline.remaining() / left)
        except OSError as error:
            # A machine without IPv6 fails in another way, which says less.
            if failure is None or isinstance(error, ConnectionRefusedError):
                failure = error
    raise failure or OSError


def _connection(
    destination: Destination, address: Address, deadline: _Deadline, patience: float
) -> socket.socket:
    """Return a connection to an address, encrypted if the destination says so. Raises `OSError`."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004  (IPv4)
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(patience)
        connection.connect((str(address), destination.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if destination.scheme == "http":
            return connection
        connection.settimeout(deadline.remaining())
        return _context().wrap_socket(connection, server_hostname=destination.host)
    except BaseException:
        connection.close()
        raise


@cache
def _context() -> ssl.SSLContext:
    """Return what verifies certificates: the authorities that the system trusts, or `SSL_CERT_FILE`."""
    return ssl.create_default_context()


def _send(connection: socket.socket, data: bytes, deadline: _Deadline) -> bool:
    """Send everything. Return whether that was possible: False if the other side closed the connection."""
    rest = memoryview(data)
    try:
        while rest:
            connection.settimeout(deadline.remaining())
            rest = rest[connection.send(rest) :]
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


class _Reader(io.RawIOBase):
    """What `HTTPResponse` reads from: a connection whose every read ends at the same deadline."""

    def __init__(self, connection: socket.socket, deadline: _Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._left = _MOST_READ
        self.is_at_end = False

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return itself, buffered. `HTTPResponse` calls this on the socket that it is given."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.remaining())
        length = self._connection.recv_into(buffer) if self._left > 0 else 0
        self._left -= length
        self.is_at_end = not length
        return length


def _answer(connection: socket.socket, method: str, deadline: _Deadline) -> tuple[int, bytes]:
    """Return the status and the body of the answer, which is read up to a limit."""
    reader = _Reader(connection, deadline)
    response = HTTPResponse(cast("Any", reader), method=method)
    response.begin()
    if reader.is_at_end:
        # Headers without the empty line after them: `HTTPResponse` takes the end for that line.
        raise IncompleteRead(partial=b"")
    try:
        content = response.read(_LONGEST_ANSWER)
    except ValueError:
        # A chunk of a negative length.
        raise HTTPException from None
    if response.length and len(content) < _LONGEST_ANSWER:
        raise IncompleteRead(partial=b"")
    return response.status, content

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
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from junction_webhooks._tracebacks import clears_locals

if TYPE_CHECKING:
    from junction_webhooks.live.guard import Destination

Problem: TypeAlias = Literal[
    "refused",
    "unreachable",
    "tls",
    "timeout",
    "closed",
    "malformed",
    "redirect",
    "status",
    "dropped",
]
"""Why a delivery was not accepted.

`refused`: nothing listens there. `unreachable`: there is no way to the address. `tls`: there is no trusted
encrypted connection. `timeout`: there was no complete answer in time. `closed`: the connection was closed
before the answer. `malformed`: the answer is not HTTP. `redirect`: the answer is 3xx. `status`: it is another
one that is not 2xx. `dropped`: the client closed the connection on purpose.
"""

TIME_LIMIT: Final = 15.0
"""Seconds until Junction counts a delivery as failed, according to Svix."""
_LONGEST_ANSWER: Final = 2**20
"""How many bytes of an answer's body are read."""
_USER_AGENT: Final = "junction-webhooks"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})
"""What OpenSSL calls an answer in plain text."""
_ACCEPTED: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one request ended."""

    status: int | None
    """The status of the answer; None if there was none."""
    duration: float
    """Seconds from the start of the connection to the end of the answer."""
    problem: Problem | None = None
    """Why it was not accepted; None if the answer is 2xx."""
    detail: str = ""
    """The problem in words, without anything from the body of the request or the answer."""
    body: bytes = field(default=b"", repr=False)
    """The body of the answer, up to 1 MiB."""

    @property
    def accepted(self) -> bool:
        """Whether the answer is 2xx and came in time."""
        return self.problem is None


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
    deadline = _Deadline(started + time_limit, time_limit)
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
                problem, detail = _problem_of(status, was_closed=was_closed)
    except (OSError, HTTPException) as error:
        problem, detail = _problem(error, destination, deadline)
    return Outcome(status, time.monotonic() - started, problem, detail, content)


@dataclass(frozen=True, slots=True)
class _Deadline:
    """The end of the time for a request, by the monotonic clock."""

    at: float
    limit: float

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
    failure = OSError()
    for left, address in zip(range(len(destination.addresses), 0, -1), destination.addresses, strict=True):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004  (IPv4)
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            # An address that never answers must leave time for the others.
            connection.settimeout(deadline.remaining() / left)
            connection.connect((str(address), destination.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if destination.scheme == "http":
                return connection
            connection.settimeout(deadline.remaining())
            return _context().wrap_socket(connection, server_hostname=destination.host)
        except OSError as error:
            connection.close()
            failure = error
    raise failure


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
        self.is_at_end = False

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return itself, buffered. `HTTPResponse` calls this on the socket that it is given."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.remaining())
        length = self._connection.recv_into(buffer)
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
    content = response.read(_LONGEST_ANSWER)
    if response.length and len(content) < _LONGEST_ANSWER:
        raise IncompleteRead(partial=b"")
    return response.status, content


def _problem_of(status: int, *, was_closed: bool) -> tuple[Problem | None, str]:
    if status in _REDIRECTS:
        return "redirect", "a redirect, which Junction does not follow: use the URL that it leads to"
    if status not in _ACCEPTED:
        return "status", "closed before the whole body was sent" if was_closed else ""
    return None, ""


def _problem(error: Exception, destination: Destination, deadline: _Deadline) -> tuple[Problem, str]:
    """Return the problem that an exception of the network means, and the same in words."""
    place = f"{destination.host}:{destination.port}"
    problem: Problem
    match error:
        case TimeoutError():
            problem, detail = "timeout", f"no complete answer within {deadline.limit:g} s"
        case ConnectionRefusedError():
            problem, detail = "refused", f"nothing listens at {place}"
        case ssl.SSLError():
            problem, detail = _tls_problem(error, place)
        case ConnectionResetError() | BrokenPipeError():  # RemoteDisconnected is one
            problem, detail = "closed", "the connection was closed before the answer"
        case IncompleteRead():
            problem, detail = "closed", "the connection was closed in the middle of the answer"
        case HTTPException():
            problem, detail = "malformed", "the answer is not HTTP"
        case _:
            reason = error.strerror if isinstance(error, OSError) else None
            problem, detail = "unreachable", f"no way to {place}: {(reason or 'unknown reason').lower()}"
    return problem, detail


def _tls_problem(error: ssl.SSLError, place: str) -> tuple[Problem, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "tls", f"the certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "closed", "the connection was closed in the middle of the answer"
    if error.reason in _NO_TLS:
        return "tls", f"{place} does not speak TLS: use http://"
    return "tls", f"no encrypted connection: {(error.reason or 'unknown reason').lower()}"

"""How a request ended: the status, or what went wrong, as a word and as a sentence."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

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

_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})
"""What OpenSSL calls an answer in plain text."""
_ADVICE: Final = {
    400: "the signature or the body was refused: compare the secret, and verify the raw body",
    401: "the signature was refused: compare the secret, and verify the raw body",
    403: "the signature was refused, or a protection against forged forms (CSRF) is on: "
    "compare the secret, and exempt this URL",
    404: "there is nothing at this path: correct the URL",
    405: "there is something at this path, but it takes no POST: correct the URL",
    413: "the body is larger than your server accepts: raise its limit",
    422: "the body was validated before your handler ran: take the raw body",
    429: "your server limits how often it may be called: exempt this URL",
}
"""What to do about a status. Others below 500 are of the handler's own making."""
_REDIRECTED: Final = "a redirect, which Junction does not follow: use the URL that it leads to"
_ACCEPTED: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
_SERVER_ERRORS: Final = range(500, 600)


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


def problem_of_status(status: int, *, was_closed: bool) -> tuple[Problem | None, str]:
    """Return the problem that a status means, and what there is to say about it beyond the status."""
    if status in _REDIRECTS:
        return "redirect", _REDIRECTED
    if status not in _ACCEPTED:
        return "status", "closed before the whole body was sent" if was_closed else ""
    return None, ""


def advice(status: int) -> str:
    """Return what a status that is not 2xx means for the developer of the endpoint, and what to do.

    Examples:
        >>> advice(404)
        'there is nothing at this path: correct the URL'
    """
    if status in _REDIRECTS:
        return _REDIRECTED
    if status in _SERVER_ERRORS:
        return "your handler failed: look at its log"
    return _ADVICE.get(status, "your handler does not accept the delivery: look at its log")


def problem_of_error(error: Exception, destination: Destination, time_limit: float) -> tuple[Problem, str]:
    """Return the problem that an exception of the network means, and the same in words."""
    place = f"{destination.host}:{destination.port}"
    problem: Problem
    match error:
        case TimeoutError():
            problem, detail = "timeout", f"no complete answer within {time_limit:g} s"
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

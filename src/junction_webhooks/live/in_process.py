"""Endpoints in this process: an ASGI or a WSGI app that is called without a server."""

from __future__ import annotations

import asyncio
import inspect
import io
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote

from junction_webhooks.live import client
from junction_webhooks.live.outcome import Outcome, problem_of_status

_HOST: Final = "app.example"
_PORT: Final = 80
_LIFESPAN: Final = 10.0
"""Seconds for the start of an app."""
_FAILED: Final = 500
"""What a server answers if its app raises an exception."""


def endpoint_of(app: Callable[..., Any], path: str, *, time_limit: float = client.TIME_LIMIT) -> AppEndpoint:
    """Return the endpoint of an ASGI or a WSGI app at a path.

    Examples:
        >>> from junction_webhooks.live.in_process import endpoint_of
        >>> def app(environ, start_response):
        ...     start_response("404 Not Found", [])
        ...     return [b""]
        >>> endpoint_of(app, "/webhooks").post(b"{}", {}).status
        404
    """
    is_asgi = inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)
    return AppEndpoint(_Asgi(app) if is_asgi else _Wsgi(app), path, time_limit)


class AppEndpoint:
    """The endpoint of an app. `call` sends a request to it."""

    is_local = True

    def __init__(self, call: _Asgi | _Wsgi, path: str, time_limit: float) -> None:
        self._call = call
        self._path = path
        self._time_limit = time_limit

    def post(self, body: bytes, headers: Mapping[str, str], *, drop: bool = False) -> Outcome:
        """Send a delivery to the app. With `drop`, its answer counts for nothing."""
        given = {"content-type": "application/json", "content-length": str(len(body)), **headers}
        outcome = self._exchange("POST", self._path, given, body)
        if drop and outcome.problem != "timeout":
            return Outcome(None, outcome.duration, "dropped", "the connection was closed before the answer")
        return outcome

    def get(self, url: str) -> Outcome:
        """Ask the app, at a path."""
        return self._exchange("GET", url, {"accept": "application/json"}, b"")

    def __str__(self) -> str:
        """Its path."""
        return self._path

    def _exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        started = time.monotonic()
        detail = ""
        status: int | None = None
        content = b""
        try:
            status, content = self._call(method, target, headers, body, self._time_limit)
        except TooLate:
            return _too_late(started, self._time_limit)
        except Exception as error:  # noqa: BLE001  (whatever the app raises, as a server would)
            status, detail = _FAILED, f"the app raised {type(error).__name__}"
        duration = time.monotonic() - started
        if duration > self._time_limit:
            return _too_late(started, self._time_limit)
        problem, found = problem_of_status(status, was_closed=False)
        return Outcome(status, duration, problem, detail or found, content)


class _Asgi:
    """Calls an ASGI app, always in the same event loop, because its connections belong to one."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        lives: list[asyncio.Task[None]] = []
        threading.Thread(target=_run, args=(self._loop, lives), daemon=True).start()
        # Neither the thread nor the lifespan refers to this object, so the loop ends with it.
        weakref.finalize(self, self._loop.call_soon_threadsafe, self._loop.stop)
        asyncio.run_coroutine_threadsafe(_start(app, lives), self._loop).result(_LIFESPAN)

    def __call__(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, time_limit: float
    ) -> tuple[int, bytes]:
        request = self._request(method, target, headers, body)
        future = asyncio.run_coroutine_threadsafe(request, self._loop)
        try:
            return future.result(time_limit)
        except TooLate:
            future.cancel()
            raise

    async def _request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (b"host", _HOST.encode()),
                *((name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()),
            ],
            "client": ("127.0.0.1", 50_000),
            "server": (_HOST, _PORT),
        }
        is_sent = False
        is_over = asyncio.Event()
        status = _FAILED
        content = bytearray()

        async def receive() -> dict[str, Any]:
            nonlocal is_sent
            if not is_sent:
                is_sent = True
                return {"type": "http.request", "body": body, "more_body": False}
            await is_over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Mapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                content.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    is_over.set()

        await self._app(scope, receive, send)
        return status, bytes(content)


def _run(loop: asyncio.AbstractEventLoop, lives: Sequence[asyncio.Task[None]]) -> None:
    """Run a loop until it is stopped, and end the lifespan of its app."""
    loop.run_forever()
    for life in lives:
        life.cancel()
    loop.run_until_complete(asyncio.gather(*lives, return_exceptions=True))
    loop.close()


async def _start(app: Callable[..., Any], lives: list[asyncio.Task[None]]) -> None:
    """Begin the lifespan of an app, if it has one. Its task is kept in `lives`."""
    is_started, is_over = asyncio.Event(), asyncio.Event()
    events = iter([{"type": "lifespan.startup"}])

    async def receive() -> dict[str, Any]:
        for event in events:
            return event
        await is_over.wait()
        return {"type": "lifespan.shutdown"}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"].startswith("lifespan.startup"):
            is_started.set()

    async def live() -> None:
        # An app without a lifespan raises, as the specification says.
        with suppress(Exception):
            await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
        is_started.set()

    lives.append(asyncio.ensure_future(live()))
    await is_started.wait()


class _Wsgi:
    """Calls a WSGI app, in the thread of the caller."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, _time_limit: float
    ) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "SERVER_NAME": _HOST,
            "SERVER_PORT": str(_PORT),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": _HOST,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        statuses: list[int] = []

        def start_response(status: str, _headers: object, _error: object = None) -> Callable[[bytes], object]:
            statuses.append(int(status.split(" ", 1)[0]))
            return written.append

        written: list[bytes] = []
        answer = self._app(environ, start_response)
        try:
            written.extend(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        return statuses[-1], b"".join(written)


def _too_late(started: float, time_limit: float) -> Outcome:
    detail = f"no complete answer within {time_limit:g} s"
    return Outcome(None, time.monotonic() - started, "timeout", detail)

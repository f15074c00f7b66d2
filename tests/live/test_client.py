"""One request: what arrives, and how each way to fail is reported."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.endpoint import OK, Endpoint, Request, endpoint, listening, read_request
from support.tables import table

from junction_webhooks import Webhook, live
from junction_webhooks.live import client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CERTIFICATE = Path(__file__).with_name("app.test.pem")
"""A certificate for `app.test`, signed by itself, with its key."""
WEBHOOK = Webhook(live.BENCH_SECRET)


def at(port: int, host: str = "127.0.0.1", scheme: str = "http") -> live.Destination:
    """The destination at a port of this machine."""
    return live.Guard().check(f"{scheme}://{host}:{port}/webhooks?a=b")


def test_what_arrives() -> None:
    """The body arrives byte for byte, with the headers that verify it."""
    body = '{"a": "é\\u0000"}\r\n'.encode()
    with endpoint() as running:
        outcome = live.deliver(at(running.port), body, WEBHOOK.sign(body, id="msg_1"))
        (request,) = running.received
    assert (outcome.status, outcome.problem, outcome.accepted) == (204, None, True)
    assert request.line == "POST /webhooks?a=b HTTP/1.1"
    assert WEBHOOK.verify(request.body, request.headers).id == "msg_1"
    assert request.headers["host"] == f"127.0.0.1:{running.port}"
    assert request.headers["content-type"] == "application/json"


def test_large_bodies() -> None:
    """A megabyte arrives; an endpoint that refuses it before it has read it gets its answer through."""
    body = b"x" * 2**20
    with endpoint() as running:
        assert live.deliver(at(running.port), body, {}).status == 204
        assert running.received[0].body == body

    def refuse(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")

    with listening(refuse) as running:
        outcome = live.deliver(at(running.port), body * 16, {})
    assert (outcome.status, outcome.problem) == (413, "status")


@table("status", [200, 201, 202, 299])
def test_accepted(status: int) -> None:
    """Every 2xx is accepted."""
    with endpoint(lambda _: status) as running:
        assert live.deliver(at(running.port), b"{}", {}).accepted


def test_not_accepted(subtests: pytest.Subtests) -> None:
    """Every other status is a problem, and a redirect is not followed, wherever it leads."""
    with endpoint() as elsewhere:

        def answer(request: Request) -> bytes:
            location = f"Location: {elsewhere.url}\r\n"
            return f"HTTP/1.1 {request.headers['status']} Any\r\n{location}Content-Length: 0\r\n\r\n".encode()

        with endpoint(answer) as running:
            for status in (199, 300, 301, 302, 303, 307, 308, 400, 401, 404, 500, 599):
                with subtests.test(status=status):
                    outcome = live.deliver(at(running.port), b"{}", {"status": str(status)})
                    problem = "redirect" if 300 <= status < 400 else "status"
                    assert (outcome.status, outcome.problem, outcome.accepted) == (status, problem, False)
        assert elsewhere.received == []


def test_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable makes deliveries go through a proxy."""
    with endpoint() as proxy, endpoint() as running:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert live.deliver(at(running.port), b"{}", {}).accepted
        assert (len(running.received), proxy.received) == (1, [])


def dripping(first: bytes, part: bytes) -> Callable[[socket.socket], None]:
    """An endpoint that sends something again and again, often enough for a limit on each read."""

    def serve(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(first)
        while True:
            connection.sendall(part)
            time.sleep(0.02)

    return serve


def sleepy(first: bytes | None) -> Callable[[socket.socket], None]:
    """An endpoint that reads the request, sends something and then nothing more. With None it reads nothing."""

    def serve(connection: socket.socket) -> None:
        if first is not None:
            read_request(connection)
            connection.sendall(first)
        time.sleep(1)

    return serve


def reading_slowly(connection: socket.socket) -> None:
    """An endpoint that always reads a little more, so that each part of the request is sent in time."""
    while connection.recv(2**18):
        time.sleep(0.005)


SLOW = {
    "silent": sleepy(b""),
    "silent in the headers": sleepy(b"HTTP/1.1 200 OK\r\nX-A"),
    "silent in the body": sleepy(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"),
    "dripping headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "dripping body": dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "dripping chunks": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "reads nothing": sleepy(None),
    "reads slowly": reading_slowly,
}


@pytest.mark.parametrize("name", SLOW)
def test_the_time_limit_is_for_everything(name: str) -> None:
    """The limit is the total time, also for an endpoint that always sends a little more, or reads nothing."""
    with listening(SLOW[name]) as running:
        started = time.monotonic()
        body = b"x" * {"reads nothing": 2**24, "reads slowly": 2**26}.get(name, 2)
        outcome = live.deliver(at(running.port), body, {}, time_limit=0.2)
    assert (outcome.status, outcome.problem) == (None, "timeout")
    assert outcome.detail == "no complete answer within 0.2 s"
    assert 0.2 <= outcome.duration <= time.monotonic() - started < 0.9


BROKEN: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "closed"),
    "half a line": (b"HTTP/1.1 2", "malformed"),
    "half the headers": (b"HTTP/1.1 200 OK\r\nContent-Le", "closed"),
    "half the body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "closed"),
    "half a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", "closed"),
    "negative chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-13\r\n{", "malformed"),
    "not HTTP": (b"220 mail.example ESMTP\r\n", "malformed"),
    "endless line": (b"HTTP/1.1 200 " + b"x" * 10**6, "malformed"),
    "endless headers": (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000, "malformed"),
}


@table("name", BROKEN)
def test_broken_answers(name: str) -> None:
    """What is not a complete HTTP answer is a problem and never an exception."""
    answer, problem = BROKEN[name]
    with endpoint(lambda _: answer) as running:
        outcome = live.deliver(at(running.port), b"{}", {})
    assert (outcome.problem, bool(outcome.detail)) == (problem, True), outcome


@table("length", [b"", b"Transfer-Encoding: chunked\r\n\r\n-1", b"Content-Length: 99999999999"])
def test_answers_are_read_to_a_limit(length: bytes) -> None:
    """A body beyond the limit is not read, whatever its length, so an endless one takes neither time nor memory."""

    def endless(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n")
        while True:
            connection.sendall(b"x" * 2**16)

    with listening(endless) as running:
        outcome = live.fetch(at(running.port))
    assert (outcome.status or 200) == 200
    assert len(outcome.body) <= 2**20
    assert outcome.duration < 5


def test_nobody_listens() -> None:
    """A port without a server is `refused`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    outcome = live.deliver(at(port), b"{}", {})
    assert (outcome.problem, outcome.detail) == ("refused", f"nothing listens at 127.0.0.1:{port}")
    # An address of documentation, which no machine has.
    both = live.Guard(["app.test"], resolver=lambda _: ["127.0.0.1", "100::1"])
    assert live.deliver(both.check(f"http://app.test:{port}/"), b"{}", {}, time_limit=1).problem == "refused"


def test_no_way_there() -> None:
    """An address that the system refuses to connect to is `unreachable`."""
    destination = live.Guard(["255.255.255.255"]).check("http://255.255.255.255/")
    outcome = live.deliver(destination, b"{}", {}, time_limit=1)
    assert outcome.problem == "unreachable"
    assert outcome.detail.startswith("no way to 255.255.255.255:80: ")


def test_dropped_before_the_answer() -> None:
    """With `drop`, the endpoint gets the whole request, and the answer has nowhere to go."""
    done = threading.Event()
    with endpoint(lambda _: (done.wait(2) and 204) or 204) as running:
        outcome = live.deliver(at(running.port), b"{}" * 1000, {}, drop=True)
        for _ in range(100):
            if running.received:
                break
            time.sleep(0.01)
        done.set()
        assert running.received[0].body == b"{}" * 1000
    assert (outcome.status, outcome.problem, outcome.accepted) == (None, "dropped", False)


def test_every_address_is_tried() -> None:
    """If nothing listens at the first address of a name, the next is tried: `localhost` may be IPv6 first."""
    with endpoint() as running:
        guard = live.Guard(resolver=lambda _: ["127.0.0.9", "127.0.0.1"])
        destination = guard.check(f"http://app.test:{running.port}/")
        assert live.deliver(destination, b"{}", {}).accepted


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops what arrives when a queue is full")
def test_an_address_that_never_answers_leaves_time_for_the_next() -> None:
    """An address whose packets get lost takes only its share of the time."""
    with endpoint() as running, ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.9", running.port), backlog=0))
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        guard = live.Guard(resolver=lambda _: ["127.0.0.9", "127.0.0.1"])
        destination = guard.check(f"http://app.test:{running.port}/")
        assert live.deliver(destination, b"{}", {}, time_limit=1).accepted


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_ipv6() -> None:
    """An IPv6 address works, and has brackets in the `Host` header."""
    seen = []

    def serve(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(OK)

    try:
        with listening(serve, socket.AF_INET6) as running:
            assert live.deliver(at(running.port, "[::1]"), b"{}", {}).accepted
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    assert seen[0].headers["host"] == f"[::1]:{running.port}"


def test_ten_in_flight() -> None:
    """Ten deliveries at the same time wait for each other, so all are in flight at once."""
    together = threading.Barrier(10, timeout=5)

    def answer(_: Request) -> int:
        together.wait()
        return 204

    with endpoint(answer) as running, ThreadPoolExecutor(10) as pool:
        destination = at(running.port)
        outcomes = pool.map(lambda n: live.deliver(destination, b"%d" % n, {}), range(10))
        assert {each.status for each in outcomes} == {204}
        assert {each.body for each in running.received} == {b"%d" % n for n in range(10)}


def test_headers_cannot_be_smuggled() -> None:
    """A line break in a header would be another header: it is refused before anything is sent.

    No frame of the exception has the body.
    """
    with endpoint() as running, pytest.raises(ValueError, match="control characters") as caught:
        live.deliver(at(running.port), b"canary", {"X-A": "b\r\nX-C: d"})
    assert running.received == []
    assert "canary" not in repr([entry.frame.f_locals for entry in caught.traceback[1:]])


def test_fetch() -> None:
    """A GET has no body, and its answer's body is there to read but never in the repr."""
    with endpoint(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ncanary") as running:
        outcome = live.fetch(at(running.port), {"Authorization": "Bearer a"})
        (request,) = running.received
    assert request.line == "GET /webhooks?a=b HTTP/1.1"
    assert (request.headers["authorization"], request.body) == ("Bearer a", b"")
    assert outcome.body == b"canary"
    assert "canary" not in repr(outcome)


def test_nothing_is_loaded_that_is_slow() -> None:
    """Sending needs no Hypothesis, no HTTP library, no pytest and no models."""
    code = (
        "import sys, junction_webhooks.live, junction_webhooks.cli.commands.send\n"
        "import junction_webhooks.cli.commands.test\n"
        "slow = {'hypothesis', 'httpx', 'requests', 'aiohttp', 'pytest', 'junction_webhooks_models'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@contextmanager
def https(answer: bytes = OK) -> Iterator[tuple[Endpoint, list[Request]]]:
    """Run a server with the certificate of `app.test`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    seen: list[Request] = []

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as encrypted:
            seen.append(read_request(encrypted))
            encrypted.sendall(answer)

    with listening(serve) as running:
        yield running, seen


def test_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trusted certificate for the name in the URL is accepted, although the connection is to an address."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    client._context.cache_clear()  # noqa: SLF001  (it would remember the certificates of another test)
    guard = live.Guard(["other.example"], resolver=lambda _: ["127.0.0.1"])
    try:
        with https() as (running, seen):
            outcome = live.deliver(guard.check(f"https://app.test:{running.port}/"), b"{}", {})
            assert outcome.accepted, outcome
            other = live.deliver(guard.check(f"https://other.example:{running.port}/"), b"{}", {})
            assert other.problem == "tls"
            assert "Hostname mismatch" in other.detail
        assert [each.headers["host"] for each in seen] == [f"app.test:{running.port}"]
        body = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"
        with https(body) as (running, _):
            cut_off = live.deliver(guard.check(f"https://app.test:{running.port}/"), b"{}", {})
        assert cut_off.problem == "closed"
    finally:
        client._context.cache_clear()  # noqa: SLF001


def test_broken_tls() -> None:
    """A server that closes the connection in the handshake, or answers with an alert, is reported as such."""
    for answer, problem in [(b"", "closed"), (b"\x15\x03\x03\x00\x02\x02\x28", "tls")]:

        def serve(connection: socket.socket, answer: bytes = answer) -> None:
            connection.recv(2**16)
            connection.sendall(answer)

        with listening(serve) as running:
            outcome = live.deliver(at(running.port, scheme="https"), b"{}", {})
        assert (outcome.problem, bool(outcome.detail)) == (problem, True), outcome


def test_untrusted_certificates() -> None:
    """A certificate that nobody signed is refused before anything is sent."""
    guard = live.Guard(resolver=lambda _: ["127.0.0.1"])
    with https() as (running, seen):
        outcome = live.deliver(guard.check(f"https://app.test:{running.port}/"), b"{}", {})
    assert (outcome.problem, seen) == ("tls", [])
    assert outcome.detail.startswith("the certificate is not trusted: self")


def test_plain_text_is_not_tls() -> None:
    """Https to a server that speaks http says so."""
    with listening(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as running:
        outcome = live.deliver(at(running.port, scheme="https"), b"{}", {})
    assert (outcome.problem, outcome.detail) == (
        "tls",
        f"127.0.0.1:{running.port} does not speak TLS: use http://",
    )

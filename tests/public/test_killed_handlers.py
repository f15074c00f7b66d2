"""Every worked handler, over HTTP and killed for real: each critical result reaches an acknowledged escalation."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from support.critical import CASES, FINAL, ORDER, PARTIAL
from support.node import MODULES, needs_node

from junction_webhooks import Webhook, vendoring
from junction_webhooks.contract import _files as _data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROOT = _data.checkout()
assert ROOT is not None
EXAMPLES = ROOT / "docs" / "examples"
SUPPORT = ROOT / "tests" / "support"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of the public test vector)
WEBHOOK = Webhook(SECRET)
PATHS = {"django": "/rest/webhooks/junction"}
TIMEOUT = 60


class Pager:
    """A paging service. It kills the worker instead of answering its first request."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.at_first: Callable[[], None] = lambda: None
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                pager.requests.append((self.headers["Idempotency-Key"], body))
                if len(pager.requests) == 1:
                    pager.at_first()
                else:
                    self.send_response(202)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def keys(self) -> set[str]:
        """Return the notifications, each counted once, as the service does."""
        return {key for key, _ in self.requests}


@pytest.fixture
def pager() -> Iterator[Pager]:
    """Run a paging service."""
    pager = Pager()
    thread = Thread(target=pager.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield pager
    pager.server.shutdown()
    thread.join()
    pager.server.server_close()


class Handler:
    """A handler whose processes run in a folder of its own, on one socket."""

    def __init__(self, name: str, folder: Path, pager: Pager, listener: socket.socket) -> None:
        self.name = name
        self._folder = folder
        self._listener = listener
        self._environment = os.environ | {
            "JUNCTION_WEBHOOK_SECRET": SECRET,
            "JUNCTION_DATABASE": str(folder / "django.sqlite3"),
            "PAGER_URL": pager.url,
            "NO_PROXY": "127.0.0.1",
        }
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}{PATHS.get(name, '/webhooks/junction')}"
        if name == "node":
            for file in (*EXAMPLES.glob("*.mjs"), SUPPORT / "run_example.mjs"):
                shutil.copy(file, folder)
            (folder / "node_modules").symlink_to(MODULES)
            vendoring.vendor(folder / "contracts" / "junction", what=["schemas"])

    def _command(self, step: str) -> list[str]:
        if self.name == "node":
            return ["node", "run_example.mjs", step]
        return [sys.executable, str(SUPPORT / "run_example.py"), step, self.name]

    @contextmanager
    def running(self, step: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a process, and kill it in the end."""
        process = subprocess.Popen(
            self._command(step), stdin=self._listener.fileno(), cwd=self._folder, env=self._environment
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def acknowledge(self) -> list[list[str]]:
        """Acknowledge what is open, and return its subjects and reasons."""
        done = subprocess.run(
            self._command("acknowledge"),
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        found: list[list[str]] = json.loads(done.stdout)
        return found

    def post(self, name: str, body: bytes) -> int:
        """Deliver a body under the id `msg_` and the name, and return the status."""
        headers = WEBHOOK.sign(body, id=f"msg_{name}")
        return httpx.post(
            self.url, content=body, headers=headers, timeout=TIMEOUT, trust_env=False
        ).status_code

    def post_and_die(self, process: subprocess.Popen[bytes], body: bytes, *, answered: bool) -> None:
        """Deliver a body, and kill the server as soon as it answers, or while it reads the body."""
        request = [
            f"POST {httpx.URL(self.url).path} HTTP/1.1",
            "Host: localhost",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in WEBHOOK.sign(body, id="msg_partial").items()),
        ]
        with socket.create_connection(self._listener.getsockname(), timeout=TIMEOUT) as client:
            client.sendall("\r\n".join([*request, "", ""]).encode() + (body if answered else body[:-1]))
            if answered:
                assert client.recv(12).split()[1] == b"204"
            else:
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)


HANDLERS = [
    pytest.param("node", marks=needs_node),
    "fastapi",
    "flask",
    "django",
    "receiver",
]


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", HANDLERS)
def test_every_critical_result_reaches_an_acknowledged_escalation(
    name: str, tmp_path: Path, pager: Pager
) -> None:
    """The server is killed twice while it receives, and the worker while it notifies. Nothing is lost or doubled."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        handler = Handler(name, tmp_path, pager, listener)
        # Node is one process, which notifies too: it is killed by the pager. Then Junction tries again.
        for answered in (False, True):
            with handler.running("serve") as process:
                pager.at_first = process.kill
                handler.post_and_die(process, PARTIAL, answered=answered)
        with handler.running("serve"):
            assert handler.post("partial", PARTIAL) == 204
            for each in ("unknown", "rejected", "truncated", "of_svix", "no_order", "order", "wearable"):
                assert handler.post(each, CASES[each][0]) == 204
            if name == "node":
                wait_for(pager, 6)
            assert handler.post("final", FINAL) == 204
            assert handler.post("replay", PARTIAL) == 204
            if name != "node":
                with handler.running("work") as process:
                    pager.at_first = process.kill
                    process.wait(TIMEOUT)
                with handler.running("work"):
                    wait_for(pager, 6)
            wait_for(pager, 7 if name == "node" else 6)
        sent = [key for key, _ in pager.requests]
        # Only the notification that was cut in two is repeated, with its key.
        assert {key for key in sent if sent.count(key) > 1} == {sent[0]}
        expected = [
            [f"order {ORDER}", "critical_result"],
            ["delivery msg_unknown", "unknown_event"],
            ["delivery msg_rejected", "rejected_event"],
            ["delivery msg_truncated", "unreadable_body"],
            ["delivery msg_of_svix", "lost_message"],
            ["delivery msg_no_order", "critical_result"],
        ]
        assert handler.acknowledge() == expected
        assert {body["subject"] for _, body in pager.requests} == {subject for subject, _ in expected}


def wait_for(pager: Pager, keys: int) -> None:
    """Wait until the pager has been asked for that many different notifications."""
    deadline = time.monotonic() + TIMEOUT
    while len(pager.keys()) < keys:
        assert time.monotonic() < deadline, pager.requests
        time.sleep(0.01)

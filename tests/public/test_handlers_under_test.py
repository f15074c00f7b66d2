"""Every worked handler passes `junction-webhooks test` over HTTP, with its escalations and its state."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from receiver.receiver import Receiver
from receiver.store import Store, Subject
from support.node import MODULES, needs_node

from junction_webhooks import fixtures, live, vendoring
from junction_webhooks.contract import _files as _data
from junction_webhooks.live.api_stub import ApiStub
from junction_webhooks.live.checks.catalogue import selected
from junction_webhooks.live.checks.session import Session, Settings
from junction_webhooks.live.endpoints import HttpEndpoint
from junction_webhooks.live.state.probe import Probe
from junction_webhooks.live.testing import first_delivery, run_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROOT = _data.checkout()
assert ROOT is not None
EXAMPLES = ROOT / "docs" / "examples"
SUPPORT = ROOT / "tests" / "support"
PATHS = {"django": "/rest/webhooks/junction"}
ESCALATIONS = "SELECT subject FROM escalations WHERE acknowledged_by IS NULL"
TABLES = {
    "fastapi": ("deliveries.sqlite3", ESCALATIONS),
    "flask": ("deliveries.sqlite3", ESCALATIONS),
    "receiver": ("store", ESCALATIONS),
    "django": ("django.sqlite3", ESCALATIONS.replace("escalations", "django_handler_escalationrow")),
}
STARTING = 60


@contextmanager
def running(name: str, folder: Path) -> Iterator[str]:
    """Run a handler as a process, in a folder of its own, and yield the URL of its endpoint."""
    environment = os.environ | {
        "JUNCTION_WEBHOOK_SECRET": live.BENCH_SECRET,
        "JUNCTION_DATABASE": str(folder / "django.sqlite3"),
        "PAGER_URL": "http://127.0.0.1:9/",
    }
    command = [sys.executable, str(SUPPORT / "run_example.py"), "serve", name]
    if name == "node":
        for file in (*EXAMPLES.glob("*.mjs"), SUPPORT / "run_example.mjs"):
            shutil.copy(file, folder)
        (folder / "node_modules").symlink_to(MODULES)
        vendoring.vendor(folder / "contracts" / "junction", what=["schemas"])
        command = ["node", "run_example.mjs", "serve"]
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=listener.fileno(), cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}{PATHS.get(name, '/webhooks/junction')}"
        finally:
            process.kill()
            process.wait()


@contextmanager
def answering(answer: Callable[[str], Any]) -> Iterator[str]:
    """Serve what `answer` returns for a path as JSON; None is a 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answer(self.path)
            content = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def escalations(name: str, folder: Path) -> list[str]:
    """Return the subjects of the open escalations of a handler, from its store."""
    if name == "node":
        lines = [json.loads(line) for line in (folder / "deliveries.jsonl").read_text("utf-8").splitlines()]
        return [*dict.fromkeys(line["alarm"]["subject"] for line in lines if line.get("alarm"))]
    file, statement = TABLES[name]
    with closing(sqlite3.connect(folder / file)) as database:
        return [subject for (subject,) in database.execute(statement)]


@contextmanager
def working(folder: Path, stub: ApiStub) -> Iterator[Callable[[str], Any]]:
    """Run the receiver's worker, which fetches from the stub, and yield what shows an object by its path."""
    store = Store(folder / "store")
    is_over = threading.Event()

    def fetch(subject: Subject) -> dict[str, Any]:
        found = stub.object(subject.kind, subject.id)
        assert found is not None
        return found

    receiver = Receiver(store, fetch)

    def work() -> None:
        while not is_over.wait(0.01):
            receiver.work(lambda _: None)

    thread = threading.Thread(target=work)
    thread.start()

    def shown(path: str) -> dict[str, Any] | None:
        _, kind, id_ = path.split("/")
        return store.objects().get(Subject(kind, id_))

    try:
        yield shown
    finally:
        is_over.set()
        thread.join()


def failures(session: Session) -> dict[str, Any]:
    """Run every check, and return what failed and what was not checked although it has a probe."""
    deadline = time.monotonic() + STARTING
    while not (outcome := first_delivery(session)).accepted:
        assert time.monotonic() < deadline, outcome
    results = [*run_checks(session, selected())]
    return {
        each.check.id: each.finding
        for each in results
        if each.finding.status in {"failed", "warning"}
        or (
            each.finding.status == "not checked"
            and (not each.check.needs or getattr(session.settings, each.check.needs))
        )
    }


HANDLERS = [
    *(
        pytest.param(name, marks=pytest.mark.exhaustive)
        for name in ("fastapi", "flask", "django", "receiver")
    ),
    pytest.param("node", marks=(needs_node, pytest.mark.exhaustive)),
]


@pytest.mark.parametrize("name", HANDLERS)
def test_a_worked_handler_passes(name: str, tmp_path: Path) -> None:
    """Nothing fails: everything is accepted, and each critical result becomes an escalation."""
    stub = ApiStub()
    with ExitStack() as stack:
        to = stack.enter_context(running(name, tmp_path))
        shown = stack.enter_context(working(tmp_path, stub)) if name == "receiver" else None

        def answer(path: str) -> Any:
            if path == "/escalations":
                return escalations(name, tmp_path)
            return shown(path) if shown else None

        url = stack.enter_context(answering(answer))
        guard = live.Guard()
        settings = Settings(
            state=Probe((f"{url}/order/{{order_id}}", f"{url}/appointment/{{appointment_id}}"))
            if shown
            else None,
            escalations=Probe((f"{url}/escalations",)),
            settle=2.0,
            scenarios=[each.name for each in fixtures.scenarios()][::3],
        )
        session = Session(
            HttpEndpoint(guard.check(to), guard), [live.BENCH_SECRET], settings, stub=stub if shown else None
        )
        assert failures(session) == {}

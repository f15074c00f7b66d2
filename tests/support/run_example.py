"""Run a worked handler as a process: `run_example.py serve|work|acknowledge NAME`, in the folder of its store.

`serve` takes its listening socket from standard input, so that the port stays bound while no server runs.
`acknowledge` acknowledges what is open, and prints the subject and the reason of each.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
sys.path.insert(0, str(EXAMPLES))

SECRET = os.environ["JUNCTION_WEBHOOK_SECRET"]


def store(name: str) -> Any:
    """Return what has the escalations, and works, for a handler."""
    if name == "receiver":
        from receiver.receiver import Receiver  # noqa: PLC0415  (only this handler's packages are loaded)
        from receiver.store import Store  # noqa: PLC0415

        return Receiver(Store(Path("store")), lambda _: {})
    from inbox import Inbox  # noqa: PLC0415

    return Inbox("deliveries.sqlite3")


def app(name: str) -> Any:
    """Return the app of a handler: ASGI, but WSGI for Flask and Django."""
    if name == "fastapi":
        from fastapi_handler import from_environment  # noqa: PLC0415

        return from_environment()
    if name == "receiver":
        from receiver.app import create_app  # noqa: PLC0415

        from junction_webhooks import Webhook  # noqa: PLC0415

        return create_app(Webhook(SECRET), store(name))
    if name == "flask":
        from flask_handler import from_environment as flask_from_environment  # noqa: PLC0415

        return flask_from_environment()
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    django()
    return get_wsgi_application()


def django() -> None:
    """Set up Django, with its tables."""
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    os.environ["DJANGO_SETTINGS_MODULE"] = "django_handler.tests.settings"
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)


def serve(name: str) -> None:
    """Serve the app on the socket that is standard input."""
    if name in {"fastapi", "receiver"}:
        import uvicorn  # noqa: PLC0415

        server = uvicorn.Server(uvicorn.Config(app(name), log_config=None, lifespan="off", ws="none"))
        server.run(sockets=[socket.socket(fileno=0)])
    else:
        from werkzeug.serving import make_server  # noqa: PLC0415

        make_server("127.0.0.1", 0, app(name), threaded=True, fd=0).serve_forever()


def work(name: str) -> None:
    """Notify people and handle deliveries until the process is killed."""
    if name == "django":
        from django.core.management import call_command  # noqa: PLC0415

        django()
        call_command("junction_worker")
    import worker  # noqa: PLC0415

    notify = worker.pager(os.environ["PAGER_URL"])
    kept = store(name)
    while True:
        kept.work(notify) if name == "receiver" else worker.work(kept, notify)
        time.sleep(0.01)


def acknowledge(name: str) -> None:
    """Acknowledge and print what is open."""
    if name == "django":
        django()
        from django_handler.inbox import Escalations  # noqa: PLC0415

        escalations: Any = Escalations()
    else:
        kept = store(name)
        escalations = kept.store.escalations if name == "receiver" else kept.escalations
    found = escalations.open()
    assert all(escalations.acknowledge(each.id, each.delivery_id, by="Ada") for each in found)
    assert escalations.open() == []
    print(json.dumps([[each.subject, each.reason] for each in found]))  # noqa: T201


if __name__ == "__main__":
    {"serve": serve, "work": work, "acknowledge": acknowledge}[sys.argv[1]](sys.argv[2])

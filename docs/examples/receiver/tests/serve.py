"""Run the receiver as a process: `serve.py STORE SECRET FILE_DESCRIPTOR` serves on the given socket."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from receiver.app import create_app
from receiver.receiver import Receiver
from receiver.store import Store

from junction_webhooks import Webhook

if __name__ == "__main__":
    store, secret, descriptor = sys.argv[1:]
    app = create_app(Webhook(secret), Receiver(Store(Path(store)), lambda _: {}))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    server.run(sockets=[socket.socket(fileno=int(descriptor))])

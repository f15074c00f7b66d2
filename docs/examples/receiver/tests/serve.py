"""Run the receiver as a process: `serve.py STORE SCENARIO SECRET FILE_DESCRIPTOR` serves on the given socket."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from receiver.app import create_app
from receiver.receiver import Receiver
from receiver.store import Store, Subject

from junction_webhooks import Webhook, fixtures

if __name__ == "__main__":
    store, scenario, secret, descriptor = sys.argv[1:]
    current = {
        Subject(each.event_type.split(".")[1], each.payload["data"]["id"]): each.payload["data"]
        for each in fixtures.scenario(scenario).deliveries
    }
    app = create_app(Webhook(secret), Receiver(Store(Path(store)), current.__getitem__))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    server.run(sockets=[socket.socket(fileno=int(descriptor))])

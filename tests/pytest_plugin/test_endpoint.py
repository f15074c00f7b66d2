"""`junction_endpoint`: the checks of `junction-webhooks test` in a suite, with and without a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.service import Refused, Service, serving

from junction_webhooks.live.in_process import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from junction_webhooks import Webhook

SHORT = ("signatures", "delivery.late", "delivery.simultaneous", "state", "urgent")
WHERE = {"state": ("/orders/{order_id}", "/appointments/{appointment_id}"), "escalations": "/escalations"}
FEW = ["no_appointment", "reinstated_step_by_step"]


def answered(
    service: Service, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, Any]:
    """Return the status and the value that the service answers with."""
    if method == "POST":
        try:
            service.receive(body, headers)
        except Refused as refused:
            return refused.status, None
        return 204, None
    if path == "/escalations":
        return 200, [*service.escalations]
    found = service.shown(path.rpartition("/")[2])
    return (404, None) if found is None else (200, found)


def wsgi(service: Service) -> Callable[..., Any]:
    """Return the service as a WSGI app."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        names = {name: name.removeprefix("HTTP_").replace("_", "-").lower() for name in environ}
        headers = {names[name]: value for name, value in environ.items() if name.startswith("HTTP_")}
        body = environ["wsgi.input"].read()
        status, value = answered(service, environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, body)
        start_response(f"{status} Any", [("Content-Type", "application/json")])
        return [json.dumps(value).encode()]

    return app


class Asgi:
    """The service as an ASGI app."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.lifespan: list[str] = []

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            self.lifespan.append((await receive())["type"])
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status, value = answered(self.service, scope["method"], scope["path"], headers, body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(value).encode()})


@pytest.mark.parametrize("kind", [wsgi, Asgi])
def test_an_app_in_this_process(
    kind: Callable[[Service], Any], junction_endpoint: Callable[..., Any]
) -> None:
    """A good app passes every check without a server, and one with a bug fails with the shortest case."""
    app = kind(Service())
    endpoint = junction_endpoint(app, "/webhooks", scenarios=FEW, settle=0.05, **WHERE)
    results = endpoint.check(*SHORT)
    assert {each.finding.status for each in results} == {"passed", "information"}
    assert getattr(app, "lifespan", ["lifespan.startup"]) == ["lifespan.startup"]
    wrong = junction_endpoint(
        kind(Service("trusts_arrival_order")), "/webhooks", scenarios=FEW, settle=0.05, **WHERE
    )
    with pytest.raises(AssertionError, match=r"(?s)FAILED +shuffled .*late: it happened before number 1"):
        wrong.check("state.shuffled")
    with pytest.raises(ValueError, match="no check matches 'states'"):
        wrong.check("states")
    with pytest.raises(ValueError, match="is at a path, such as /orders"):
        junction_endpoint(app, "/webhooks", state="http://localhost/orders/{order_id}")


def test_a_running_server(junction_endpoint: Callable[..., Any]) -> None:
    """The URL of a server works too, and what has no probe is not checked."""
    with serving(Service("accepts_stale_timestamps")) as url:
        endpoint = junction_endpoint(f"{url}/webhooks/junction", scenarios=FEW)
        results = endpoint.check("signatures", skip=["signatures.too-old"])
        assert [each.check.id for each in results if each.finding.status == "not checked"] == [
            "signatures.no-trace"
        ]
        with pytest.raises(AssertionError, match="1 of 10 checks failed"):
            endpoint.check("signatures")
        with pytest.raises(AssertionError, match="there is nothing at this path"):
            junction_endpoint(f"{url}/webhook").check()


def test_the_apps_of_frameworks(
    junction_endpoint: Callable[..., Any], junction_webhook: Webhook, tmp_path: Path
) -> None:
    """The worked handlers for FastAPI and Flask pass without a server."""
    import fastapi_handler  # noqa: PLC0415  (slow to import)
    import flask_handler  # noqa: PLC0415
    from inbox import Inbox  # noqa: PLC0415

    for handler in (fastapi_handler, flask_handler):
        app = handler.create_app(junction_webhook, Inbox(tmp_path / f"{handler.__name__}.sqlite3"))
        endpoint = junction_endpoint(app, "/webhooks/junction", scenarios=FEW)
        endpoint.check("signatures", "delivery", "tolerance.large-body", "urgent")


def test_an_app_that_raises_answers_500() -> None:
    """An exception is what a server would answer, by its type only."""

    def app(_environ: object, _start: object) -> list[bytes]:
        message = "Ada Lovelace"
        raise KeyError(message)

    outcome = endpoint_of(app, "/webhooks").post(b"{}", {})
    assert (outcome.status, outcome.detail) == (500, "the app raised KeyError")

"""The Django handler, with pytest-django: `pytest -p django --ds django_handler.tests.settings` runs these tests."""

from __future__ import annotations

import http.client
import itertools
import math
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django_handler.inbox import Escalations, Inbox, store
from django_handler.management.commands.junction_worker import work
from django_handler.models import DeliveryRow, EscalationRow
from django_handler.views import MAX_BODY
from support.critical import CASES, FINAL, ORDER, PARTIAL, expected_alarms

from junction_webhooks import Delivery, Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from escalations import Escalation
    from pytest_django.live_server_helper import LiveServer

WEBHOOK = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
KNOWN = CASES["order"][0]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["/webhooks/junction", "/rest/webhooks/junction"], ids=["Django", "REST framework"])
def post(request: pytest.FixtureRequest) -> Callable[..., int]:
    """Post a body to each view, by default a signed one, and return the status."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    def post(body: bytes, headers: dict[str, str] | None = None) -> int:
        headers = WEBHOOK.sign(body) if headers is None else headers
        answer = client.post(request.param, body, content_type="application/json", headers=headers)
        return int(answer.status_code)

    return post


def stored() -> list[bytes]:
    """Return the stored bodies, oldest first."""
    return [bytes(row.body) for row in DeliveryRow.objects.order_by("number")]


def escalated() -> list[tuple[str, str]]:
    """Return subject and reason of the open escalations."""
    return [(each.subject, each.reason) for each in Escalations().open()]


def test_what_is_verified_is_stored_and_escalated(post: Callable[..., int]) -> None:
    """Every body is stored byte for byte and answered 2xx. What a person has to see is escalated with it."""
    for name, (body, _) in CASES.items():
        assert post(body, WEBHOOK.sign(body, id=f"msg_{name}")) == 204
    assert stored() == [body for body, _ in CASES.values()]
    assert escalated() == [expected for _, expected in expected_alarms()]
    assert "msg_partial" in map(str, DeliveryRow.objects.all())
    assert f"order {ORDER}: critical_result" in map(str, EscalationRow.objects.all())


def test_answers(post: Callable[..., int], settings: Any) -> None:
    """A bad signature is answered 401, a long body 413, and a failure to store 500."""
    assert post(KNOWN, {}) == 401
    assert post(KNOWN, WEBHOOK.sign(KNOWN + b" ")) == 401
    assert post(b" " * MAX_BODY) == 204
    assert post(b" " * (MAX_BODY + 1)) == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert post(KNOWN) == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    with connection.execute_wrapper(fail):
        assert post(KNOWN) == 500
    assert post(KNOWN) == 204
    assert stored() == [b" " * MAX_BODY, KNOWN]


def fail(*_: object) -> None:
    """Refuse a statement."""
    message = "the database does not answer"
    raise RuntimeError(message)


def test_a_delivery_or_event_that_comes_again_changes_nothing(post: Callable[..., int]) -> None:
    """Neither another attempt nor a replay under a new id is handled or escalated again."""
    headers = WEBHOOK.sign(PARTIAL, id="msg_1")
    assert (post(PARTIAL, headers), post(PARTIAL, headers)) == (204, 204)
    [escalation] = Escalations().open()
    assert Escalations().acknowledge(escalation.id, "msg_1", by="Ada")
    work(lambda _: None)
    assert post(PARTIAL) == 204
    assert stored() == [PARTIAL, PARTIAL]
    assert (Inbox().waiting(), escalated()) == ([], [])
    assert post(FINAL) == 204
    assert escalated() == [(f"order {ORDER}", "critical_result")]


def test_two_processes_that_open_the_same_escalation_share_it() -> None:
    """If another process opens it between the look and the insertion, the second event updates it."""
    store(delivery(PARTIAL, "1"))
    looks: list[str] = []

    def miss_the_first_look(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if sql.startswith("UPDATE") and "escalationrow" in sql:
            looks.append(sql)
            if len(looks) == 1:
                return execute(f"{sql} AND 0", *arguments)
        return execute(sql, *arguments)

    with connection.execute_wrapper(miss_the_first_look):
        store(delivery(FINAL, "2"))
    assert len(looks) == 2
    assert [(each.subject, each.delivery_id) for each in Escalations().open()] == [
        (f"order {ORDER}", "msg_2")
    ]


class Killed(BaseException):
    """Simulates that the process is killed."""


class Mortal:
    """Lets the process be killed before one of its statements."""

    left: float = math.inf

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Run the statement, unless the process is killed first."""
        if self.left == 0:
            raise Killed
        self.left -= 1
        return execute(*arguments)


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_killed_between_any_two_steps(stride: int) -> None:
    """Wherever the process is killed, Junction's retry and the next worker notify of everything."""
    bodies = {"partial": PARTIAL, "final": FINAL, "empty": b"", "order": KNOWN}
    arriving = [delivery(body, name) for name, body in bodies.items()]
    for step in itertools.count(step=stride):
        DeliveryRow.objects.all().delete()
        EscalationRow.objects.all().delete()
        notified: list[str] = []
        mortal = Mortal()
        mortal.left = step
        for each in arriving:
            try:
                with connection.execute_wrapper(mortal):
                    store(each)
                    work(appending(notified))
            except Killed:
                connection.close()
                mortal.left = math.inf
                work(appending(notified))
                store(each)
                work(appending(notified))
        survived = 0 < mortal.left < math.inf
        assert list(dict.fromkeys(notified)) == ["msg_partial-1", "msg_final-2", "msg_empty-1"], step
        assert len(notified) <= (3 if survived else 4)
        assert escalated() == [
            (f"order {ORDER}", "critical_result"),
            ("delivery msg_empty", "unreadable_body"),
        ]
        assert Inbox().waiting() == []
        if survived:
            break
    assert step > 5 * len(arriving)


def delivery(body: bytes, name: str) -> Delivery:
    """Return a verified delivery."""
    return WEBHOOK.verify(body, WEBHOOK.sign(body, id=f"msg_{name}"))


def appending(keys: list[str]) -> Callable[[Escalation], None]:
    """Return a notifier that appends the keys to the list."""
    return lambda escalation: keys.append(escalation.key)


@pytest.fixture
def over_http(live_server: LiveServer) -> Iterator[http.client.HTTPConnection]:
    """Return a connection to a server of Django."""
    address = urlsplit(live_server.url)
    client = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    yield client
    client.close()


@pytest.mark.parametrize("path", ["/webhooks/junction", "/rest/webhooks/junction"])
def test_over_http(over_http: http.client.HTTPConnection, path: str) -> None:
    """The same answers over HTTP, and a long body is answered before it is sent."""

    def status(body: bytes, headers: dict[str, str]) -> int:
        over_http.request("POST", path, body, headers)
        answer = over_http.getresponse()
        answer.read()
        return answer.status

    assert status(PARTIAL, WEBHOOK.sign(PARTIAL)) == 204
    assert status(PARTIAL, WEBHOOK.sign(FINAL)) == 401
    assert (stored(), escalated()) == ([PARTIAL], [(f"order {ORDER}", "critical_result")])
    over_http.putrequest("POST", path)
    over_http.putheader("Content-Length", str(MAX_BODY + 1))
    over_http.endheaders()
    assert over_http.getresponse().status == 413

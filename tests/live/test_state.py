"""What a service believes: views without ids and times, probes, and Junction's API as a stub."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.endpoint import Request, endpoint

from junction_webhooks import fixtures, live
from junction_webhooks.live import api_stub
from junction_webhooks.live.endpoints import HttpEndpoint
from junction_webhooks.live.state.ids import StoryIds, subject_of
from junction_webhooks.live.state.normalized import ID, TIME, Renaming, differences
from junction_webhooks.live.state.probe import Probe, ProbeError, measured_lag, settled

STORY = fixtures.scenario("redraw").deliveries


def test_two_plays_of_a_story_look_the_same() -> None:
    """With the ids and times of the story, the payloads of every play are equal again."""
    for scenario in fixtures.scenarios():
        played = live.fresh(scenario.deliveries)
        renaming = Renaming.of(scenario.deliveries, played)
        other = live.fresh(scenario.deliveries, end=datetime.now(UTC) - timedelta(days=9))
        for one, two in zip(played, other, strict=True):
            assert renaming.undone(one.payload) == Renaming.of(scenario.deliveries, other).undone(two.payload)


def test_what_only_the_service_knows_is_left_out() -> None:
    """Row numbers, its own ids and its own times do not count, and everything else does."""
    played = live.fresh(STORY)
    renaming = Renaming.of(STORY, played)
    order, original = (each[0].payload["data"] for each in (played, STORY))
    created = datetime.fromisoformat(order["created_at"])
    view = {
        "id": 17,
        "customer_id": "c-9",
        "junction": order["id"],
        "link": f"https://app.example/orders/{order['id'].upper()}",
        "received": datetime.now(UTC).isoformat(),
        "seen": time.time(),
        "seen_ms": int(time.time() * 1000),
        "created": created.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        "last_delivery": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "own": "6b1e9f0a-3d63-4b7e-8b53-1d2f0c9a7e11",
        "status": "completed",
        "count": 17,
        "flag": True,
        order["id"]: [None, 0.5],
    }
    assert renaming.undone(view) == {
        "id": ID,
        "customer_id": ID,
        "junction": original["id"],
        "link": f"https://app.example/orders/{original['id']}",
        "received": TIME,
        "seen": TIME,
        "seen_ms": TIME,
        "created": original["created_at"],
        "last_delivery": ID,
        "own": ID,
        "status": "completed",
        "count": 17,
        "flag": True,
        original["id"]: [None, 0.5],
    }


def test_differences_name_their_places() -> None:
    """Each difference has a pointer and both values; what is equal has none."""
    one = {"a": [1, {"b": "x"}], "c": True, "d": None}
    other = {"a": [1, {"b": "y"}], "c": 1, "e": 2}
    assert [*differences(one, one)] == []
    assert [*differences(one, other)] == [("/a/1/b", "x", "y"), ("/c", True, 1), ("/e", None, 2)]
    assert [*differences([1], [1, 2])] == [("", [1], [1, 2])]


def test_probes_ask_for_every_order() -> None:
    """A template is filled with each id of the story, and 404 means that the service does not know it."""
    ids = StoryIds.of(STORY)
    orders = ids.values["order_id"]
    assert len(orders) == 2

    def answer(request: Request) -> bytes | int:
        if orders[0] not in request.line:
            return 404
        return b'HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{"order":{"status":"done"}}'[:-1]

    with endpoint(lambda request: _answer(answer(request))) as running:
        guard = live.Guard()
        asked = HttpEndpoint(guard.check(running.url), guard)
        probe = Probe((f"http://127.0.0.1:{running.port}/orders/{{order_id}}",), "/order/status")
        assert [label for label, _ in probe.urls(ids)] == ["order 1", "order 2"]
        assert probe.read(asked, ids) == {"order 1": "done"}
        assert all(request.headers["accept"] == "application/json" for request in running.received)


def _answer(given: bytes | int) -> bytes | int:
    if isinstance(given, int):
        return given
    body = b'{"order":{"status":"done"}}'
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def test_a_probe_that_fails_says_how() -> None:
    """An answer that is neither 2xx nor 404 says nothing about the state."""
    with endpoint(lambda _: 500) as running:
        guard = live.Guard()
        asked = HttpEndpoint(guard.check(running.url), guard)
        probe = Probe((f"http://127.0.0.1:{running.port}/{{user_id}}",))
        with pytest.raises(ProbeError, match="the probe of user 1 was answered with 500"):
            probe.read(asked, StoryIds.of(STORY))


@pytest.mark.parametrize("template", ["http://localhost/{id}", "http://localhost/{order}"])
def test_a_template_has_only_ids_of_stories(template: str) -> None:
    """A name that is no id is a mistake in the option."""
    with pytest.raises(ValueError, match="use one of order_id, appointment_id"):
        Probe((template,))


def test_slow_services_settle() -> None:
    """Answers count when two agree, after the time that the service is known to need."""
    started = time.monotonic()

    def read() -> dict[str, Any]:
        return {"status": "new" if time.monotonic() - started < 0.15 else "done"}

    lag = measured_lag(read, patience=0.4)
    assert 0.1 < lag < 0.4
    started = time.monotonic()
    assert settled(read, patience=0.2, lag=lag) == {"status": "done"}


def test_settling_ends() -> None:
    """A service whose answers always change does not stop the run."""
    numbers = iter(range(10**6))
    started = time.monotonic()
    assert settled(lambda: {"number": next(numbers)}, patience=0.1)["number"] > 1
    assert time.monotonic() - started < 1


def test_the_stub_answers_from_the_story() -> None:
    """Orders, appointments, results and transactions are those of the newest payloads, in whatever order."""
    story = fixtures.scenario("reschedule").deliveries
    orders = [each.payload["data"] for each in story if subject_of(each)[0] == "order"]
    appointments = [each.payload["data"] for each in story if subject_of(each)[0] == "appointment"]
    id_ = orders[-1]["id"]
    transaction = orders[-1]["order_transaction"]["id"]
    with api_stub.running() as (stub, address):
        stub.show(story)
        guard = live.Guard()

        def get(path: str) -> live.Outcome:
            return live.fetch(guard.check(f"{address}{path}"))

        assert stub.answer(f"/v3/order/{id_}") == orders[-1]
        assert stub.answer(f"/v3/order/{id_}/psc/appointment") == appointments[-1]
        assert get(f"/v3/order/{id_}/result?x=1").accepted
        results = stub.answer(f"/v3/order_transaction/{transaction}/result")
        assert results is not None
        assert results["metadata"]["order_id"] == id_
        assert stub.answer(f"/v3/order_transaction/{transaction}") == orders[-1]["order_transaction"]
        assert get("/v3/order/unknown").status == get("/v3/else").status == 404
        assert stub.requests == 7

"""Sending a story: the order, the pace, retries and delivery faults."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from support.endpoint import Request, endpoint

from junction_webhooks import Webhook, fixtures, live
from junction_webhooks.journeys import faults
from junction_webhooks.live.settings import read_setting, with_settings

WEBHOOK = Webhook(live.BENCH_SECRET)
STORY = fixtures.scenario("redraw").deliveries
SHORT = fixtures.scenario("no_appointment").deliveries


def seconds(*values: float) -> list[timedelta]:
    """Durations from seconds."""
    return [timedelta(seconds=value) for value in values]


def test_a_story_arrives_in_order() -> None:
    """Each delivery arrives once, in order, and verifies with the public secret."""
    with endpoint() as running:
        sent = [*live.send(STORY, live.Guard().check(running.url), WEBHOOK)]
        assert [each.delivery for each in sent] == [*STORY]
        assert all(each.outcome.accepted and each.retry_after is None for each in sent)
        for request, delivery in zip(running.received, STORY, strict=True):
            verified = WEBHOOK.verify(request.body, request.headers)
            assert (verified.id, verified.raw) == (delivery.id, delivery.raw)


def test_retries_follow_junctions_clock() -> None:
    """A delivery that is refused is sent again after Junction's delays, between the others of the story."""
    failing = Counter({SHORT[0].id: 3, SHORT[1].id: 1})

    def answer(request: Request) -> int:
        id_ = request.headers["svix-id"]
        failing[id_] -= 1
        return 500 if failing[id_] >= 0 else 204

    with endpoint(answer) as running:
        sent = [*live.send(SHORT, live.Guard().check(running.url), WEBHOOK, retries=7)]
    one, other, last = (each.id for each in SHORT)
    minute = 60
    assert [
        (each.delivery.id, each.delivery.attempt, each.delivery.offset, each.outcome.status) for each in sent
    ] == [
        (one, 1, timedelta(0), 500),
        (one, 2, timedelta(seconds=5), 500),
        (other, 1, timedelta(seconds=91), 500),
        (other, 2, timedelta(seconds=96), 204),
        (one, 3, timedelta(seconds=5 * minute + 5), 500),
        (one, 4, timedelta(seconds=35 * minute + 5), 204),
        (last, 1, SHORT[2].offset, 204),
    ]
    assert [each.retry_after for each in sent] == [*seconds(5, 300, 5), None, *seconds(1800), None, None]


def test_retries_end() -> None:
    """Without retries there is one attempt, with N there are N more, and never more than Junction's eight."""
    with endpoint(lambda _: 503) as running:
        destination = live.Guard().check(running.url)
        for retries, attempts in [(0, 1), (2, 3), (7, 8), (99, 8)]:
            sent = [*live.send(SHORT[:1], destination, WEBHOOK, retries=retries)]
            assert [each.delivery.attempt for each in sent] == [*range(1, attempts + 1)]
            assert sent[-1].retry_after is None
        assert sent[-1].delivery.offset == timedelta(hours=27, minutes=35, seconds=5)


def seeded(seed: int) -> Random:
    """A source of the same random numbers for the same seed."""
    return Random(seed)  # noqa: S311  (not for secrets)


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """The time."""
        return self.now

    def sleep(self, duration: float) -> None:
        """Let the time pass."""
        self.slept.append(duration)
        self.now += duration


@pytest.mark.parametrize(
    ("pace", "waits"),
    [
        (live.Pace(), []),
        (live.Pace(speed=3600), [91 / 3600, (6 * 86400 + 9 * 3600 + 40 * 60 - 91) / 3600]),
        (live.Pace(every=timedelta(seconds=2)), [2, 2]),
    ],
    ids=["at once", "speed", "every"],
)
def test_pace(pace: live.Pace, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """At once there is no wait; with a speed, the waits are those of the story; or all are the same."""
    clock = Clock()
    with endpoint() as running:
        destination = live.Guard().check(running.url)
        monkeypatch.setattr("junction_webhooks.live.sending.time.monotonic", clock.monotonic)
        sent = [*live.send(SHORT, destination, WEBHOOK, pace=pace, sleep=clock.sleep)]
    assert [each.outcome.status for each in sent] == [204] * 3
    assert clock.slept == pytest.approx(waits)


def test_each_attempt_is_signed_when_it_is_sent() -> None:
    """The time of the signature is that of the attempt, not of the story, so it is never too old."""
    old = fixtures.scenario("no_appointment")
    with endpoint() as running:
        for sent in live.send(old.deliveries, live.Guard().check(running.url), WEBHOOK):
            request = running.received[-1]
            assert int(request.headers["svix-timestamp"]) == int(sent.at.timestamp())


def test_twice() -> None:
    """Each delivery comes again with the same id and body."""
    arrived = faults.twice(STORY)
    assert Counter(each.id for each in arrived) == {each.id: 2 for each in STORY}
    assert {(each.id, each.raw) for each in arrived} == {(each.id, each.raw) for each in STORY}
    assert Counter(each.attempt for each in arrived) == {1: len(STORY), 2: len(STORY)}


def test_faults_of_every_seed(subtests: pytest.Subtests) -> None:
    """No fault loses or changes a delivery; each does what it says; the seed decides."""
    for name, fault in [("shuffled", faults.shuffled), ("late", faults.late), ("chaos", faults.chaos)]:
        with subtests.test(name):
            orders = set()
            for seed in range(40):
                arrived = fault(STORY, seeded(seed))
                assert arrived == fault(STORY, seeded(seed))
                assert {each.id: each.raw for each in arrived} == {each.id: each.raw for each in STORY}
                assert all(one.offset <= other.offset for one, other in pairwise(arrived))
                orders.add(tuple(each.id for each in arrived))
                if name != "chaos":
                    assert len(arrived) == len(STORY)
                if name == "shuffled":
                    assert [each.id for each in arrived] != [each.id for each in STORY]
                if name == "late":
                    assert any(each.attempt > 1 for each in arrived)
            assert len(orders) > 10
            assert len(fault(STORY[:1], seeded(0))) >= 1


def test_late_deliveries_arrive_after_later_ones() -> None:
    """A delivery that can arrive out of order by a lost attempt does."""
    close = fixtures.scenario("redraw").deliveries[2:5]
    for seed in range(20):
        arrived = faults.late(close, seeded(seed))
        late = {each.id for each in arrived if each.attempt > 1}
        if close[-1].id not in late:
            assert [each.id for each in arrived] != [each.id for each in close]


def test_settings(subtests: pytest.Subtests) -> None:
    """A value is set where the contract has its place; a new place is set wherever its parent exists."""
    for text, numbers in [
        ("/data/interpretation=critical", {0, 1, 2, 3, 5, 6, 7, 8, 9, 11}),
        ('/data/event_status="cancelled"', {4, 10}),
        ("/data/events/0/status=new", {*range(12)}),
        ('/data/a_new_property={"a": [1]}', {*range(12)}),
        ("/team_id=null", {*range(12)}),
        ("/data/nowhere/at_all=1", set()),
        ("/data/events/99/status=new", set()),
        ("/data/status/deeper=1", set()),
    ]:
        with subtests.test(text):
            setting = read_setting(text)
            made, applied = with_settings(STORY, [setting])
            changed = {number for number, each in enumerate(made) if each.raw != STORY[number].raw}
            assert (changed, applied) == (numbers, {setting.pointer} if numbers else set())


def test_settings_that_cannot_be_read(subtests: pytest.Subtests) -> None:
    """What is not a pointer, an equals sign and a value is refused."""
    for text in ("", "data=1", "/data", "=1", "/~2=1"):
        with subtests.test(text), pytest.raises(ValueError, match="pointer"):
            read_setting(text)
    assert read_setting("/a=b=c").value == "b=c"
    assert read_setting("/a=").value == ""
    assert [read_setting(f"/a={text}").value for text in ("1", "true", "[]", '"1"')] == [1, True, [], "1"]

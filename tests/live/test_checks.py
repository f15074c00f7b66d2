"""The checks, against a service with one typical bug at a time, and against the same service without any."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from support.checkout import ROOT
from support.service import BUGS, Service, serving

from junction_webhooks import fixtures, live
from junction_webhooks.live.checks.catalogue import CHECKS, selected
from junction_webhooks.live.checks.material import padded
from junction_webhooks.live.checks.model import Finding, Result
from junction_webhooks.live.checks.session import Session, Settings
from junction_webhooks.live.checks.stories import failure_of
from junction_webhooks.live.endpoints import HttpEndpoint
from junction_webhooks.live.reports.text import TextReport
from junction_webhooks.live.state.probe import Probe
from junction_webhooks.live.stories import Story
from junction_webhooks.live.testing import first_delivery, run_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from junction_webhooks.live.outcome import Outcome

FEW = (
    "no_appointment",
    "redraw",
    "reinstated_step_by_step",
    "cancelled_at_ordered",
    "corrected",
    "critical_result_twice",
)
TIME_LIMIT = 1.0


@contextmanager
def session(service: Service, **settings: Any) -> Iterator[Session]:
    """Run a service, and start a session with both probes."""
    with serving(service) as url:
        guard = live.Guard()
        endpoint = HttpEndpoint(guard.check(f"{url}/webhooks/junction"), guard, TIME_LIMIT)
        asked = Settings(
            state=Probe((f"{url}/orders/{{order_id}}", f"{url}/appointments/{{appointment_id}}")),
            escalations=Probe((f"{url}/escalations",)),
            settle=0.2,
            scenarios=FEW,
        )
        yield Session(endpoint, [live.BENCH_SECRET], replace(asked, **settings))


def findings(running: Session, *only: str) -> Mapping[str, Finding]:
    """Run checks and return what they found."""
    assert first_delivery(running).accepted
    return {each.check.id: each.finding for each in run_checks(running, selected(only))}


def failures(found: Mapping[str, Finding]) -> list[str]:
    """Return the checks that failed."""
    return [id_ for id_, finding in found.items() if finding.status == "failed"]


def test_each_bug_has_a_check_that_is_meant_for_it() -> None:
    """There are at least fourteen bugs, and each one names a check that exists."""
    assert len(BUGS) >= 14
    assert {*BUGS.values()} <= {each.id for each in CHECKS}


def test_a_typical_bug_is_found_and_shrunk() -> None:
    """A handler that trusts the order of arrival fails with two deliveries, the older one last."""
    with session(Service("trusts_arrival_order"), scenarios=("redraw",)) as running:
        found = findings(running, "state.updates", "state.shuffled", "state.duplicates", "signatures.valid")
    assert failures(found) == ["state.shuffled"]
    example = found["state.shuffled"].counterexample
    assert example is not None
    first, second = example.arrangement
    assert first > second
    subjects = {
        each.payload["data"]["id"] for each in (example.story.deliveries[at] for at in (first, second))
    }
    assert len(subjects) == 1
    assert "in order, it is" in example.differences[0]


def test_a_good_service_passes_the_short_checks() -> None:
    """Without a bug, nothing fails, and everything that has a probe is checked."""
    with session(Service(), scenarios=("no_appointment",)) as running:
        found = findings(running, "signatures", "delivery", "state", "urgent")
    assert failures(found) == []
    unchecked = {id_ for id_, finding in found.items() if finding.status == "not checked"}
    assert unchecked == set()


@pytest.mark.exhaustive
def test_a_good_service_passes_everything() -> None:
    """No check fails, with all scenarios."""
    with session(Service(), scenarios=()) as running:
        found = findings(running)
    assert failures(found) == []
    assert {id_ for id_, finding in found.items() if finding.status == "not checked"} == set()


@pytest.mark.exhaustive
@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_is_found_by_its_check(bug: str) -> None:
    """The check that is meant for the bug fails."""
    with session(Service(bug, slowness=1.5)) as running:
        found = findings(running)
    assert BUGS[bug] in failures(found)


def test_nothing_that_needs_a_probe_passes_without_one() -> None:
    """State and escalations are not checked, and the message says what is missing."""
    with session(Service(), state=None, escalations=None, scenarios=("no_appointment",)) as running:
        found = findings(running, "state", "signatures.no-trace", "urgent")
    for check in CHECKS:
        if check.id in found and check.needs:
            assert found[check.id].status == "not checked"
            assert f"--{check.needs} URL" in found[check.id].message


def test_an_unknown_order_is_not_checked() -> None:
    """A service that answers 404 after the story in order does not know its orders, which is no failure."""
    with session(Service(), scenarios=("no_appointment",)) as running:
        elsewhere = Probe((f"{running.endpoint}".replace("webhooks/junction", "orders/of-{order_id}"),))
        asked = replace(running.settings, state=elsewhere)
        found = findings(Session(running.endpoint, running.secrets, asked), "state")
    assert {finding.status for finding in found.values()} == {"not checked"}
    assert all("does not know this order" in finding.message for finding in found.values())


@pytest.mark.exhaustive
def test_a_run_stops_after_three_timeouts() -> None:
    """A check stops at its first delivery without an answer in time, and the run after three."""
    with session(Service("slow", slowness=1.2), scenarios=("no_appointment",)) as running:
        assert isinstance(running.endpoint, HttpEndpoint)
        running.endpoint = replace(running.endpoint, time_limit=0.6)
        found = findings(running)
    stopped = [id_ for id_, finding in found.items() if "after three deliveries" in finding.message]
    assert len(running.slow) == 3
    assert found["delivery.answer-time"].status == "failed"
    assert "urgent.accepts" in stopped
    assert found["urgent.accepts"].status == "not checked"


@dataclass
class Elsewhere:
    """An endpoint that is not on this machine, by its own account."""

    endpoint: HttpEndpoint
    sent: list[bytes]

    is_local = False

    def post(self, body: bytes, headers: Mapping[str, str], *, drop: bool = False) -> Outcome:
        """Remember what is sent."""
        self.sent.append(body)
        return self.endpoint.post(body, headers, drop=drop)

    def get(self, url: str) -> Outcome:
        """Ask the service."""
        return self.endpoint.get(url)


@pytest.mark.parametrize("included", [False, True])
def test_critical_results_stay_on_this_machine(included: bool) -> None:
    """Beyond loopback, no critical result is sent without permission: it may wake somebody."""
    with session(Service(), scenarios=("critical_result_twice", "no_appointment")) as local:
        assert isinstance(local.endpoint, HttpEndpoint)
        elsewhere = Elsewhere(local.endpoint, [])
        asked = replace(local.settings, include_urgent=included)
        events = ("tolerance.fixtures", "tolerance.event-types", "delivery.in-order", "state.late", "urgent")
        found = findings(Session(elsewhere, local.secrets, asked), *events)
    assert any(b"labtest.result.critical" in body for body in elsewhere.sent) is included
    assert (found["urgent.accepts"].status == "not checked") is not included
    assert failures(found) == []


@pytest.mark.exhaustive
def test_a_service_that_processes_later_passes() -> None:
    """How long a service works after its answers is measured, and views are compared only then."""
    names = ("no_appointment", "cancelled_at_ordered", "redraw")
    with session(Service(delay=0.05), settle=0.4, scenarios=names) as running:
        found = findings(running, "signatures.no-trace", "state", "urgent.escalates")
    assert failures(found) == []
    assert {finding.status for finding in found.values()} == {"passed"}


class Flaky:
    """An oracle that finds something wrong only the given times."""

    def __init__(self, *answers: bool) -> None:
        self.answers = [*answers]
        self.asked = 0

    def __call__(self, story: object, arrangement: object) -> tuple[str, ...]:
        """Return what is next."""
        del story, arrangement
        self.asked += 1
        return ("it is wrong",) if self.answers.pop(0) else ()

    first = __call__

    def forget(self, story: object, arrangement: object) -> None:
        """Nothing is remembered."""


class ByOrder:
    """An oracle that decides by the order of arrival alone."""

    def __init__(self, fails: Callable[[tuple[int, ...]], bool]) -> None:
        self._fails = fails

    def __call__(self, story: object, arrangement: tuple[int, ...]) -> tuple[str, ...]:
        """Return a sentence if it fails."""
        del story
        return ("it is wrong",) if self._fails(arrangement) else ()

    first = __call__

    def forget(self, story: object, arrangement: object) -> None:
        """Nothing is remembered."""


def _is_late(arrangement: tuple[int, ...]) -> bool:
    """Whether the first delivery of a story arrives after the second one."""
    return {0, 1} <= {*arrangement} and arrangement.index(1) < arrangement.index(0)


def test_a_failure_counts_only_if_it_occurs_twice() -> None:
    """What does not occur again is no failure, and neither is a shorter case that fails only once."""
    scenario = fixtures.scenario("no_appointment")
    story = Story(scenario.name, scenario.title, scenario.deliveries)
    assert failure_of(story, (1, 0), Flaky(False)) is None
    once = Flaky(*[True, *[True, False] * 20])
    found = failure_of(story, (1, 0), once)
    assert found is not None
    assert found.counterexample is not None
    assert found.counterexample.arrangement == (1, 0)
    assert once.asked == 1 + 2 * found.counterexample.attempts + 1


def _has_duplicate(arrangement: tuple[int, ...]) -> bool:
    """Whether a delivery arrives twice."""
    return len({*arrangement}) < len(arrangement)


def _is_odd(arrangement: tuple[int, ...]) -> bool:
    """Fail after one order of arrival without a duplicate, and with a duplicate only after the last delivery."""
    return arrangement == (1, 0) or (_has_duplicate(arrangement) and 2 in arrangement)


def test_a_case_about_duplicates_has_one() -> None:
    """`state.duplicated` shows a case with a duplicate, and says whether it fails without it too."""
    scenario = fixtures.scenario("no_appointment")
    story = Story(scenario.name, scenario.title, scenario.deliveries)
    for fails, arrangement, message in [
        (_has_duplicate, (1, 1), "fails after 2 deliveries, one of them twice"),
        (_is_late, (1, 0, 0), "fails after 3 deliveries, one of them twice and out of order; without the duplicate too"),
        (_is_odd, (1, 1, 2), "fails after 3 deliveries, one of them twice"),
    ]:  # fmt: skip
        found = failure_of(story, (1, 0, 1, 2), ByOrder(fails), with_duplicate=True)
        assert found is not None
        assert found.counterexample is not None
        assert found.message == f"no_appointment: {message}"
        assert found.counterexample.arrangement == arrangement


def test_a_story_that_fails_in_order_says_nothing_about_state() -> None:
    """If a delivery is not accepted in order, the state is not checked, and never taken for wrong."""
    with session(Service("small_bodies"), scenarios=("no_appointment",)) as running:
        story = running.player.story()
        large = replace(story.deliveries[1], raw=padded(story.deliveries[1].payload, 200_000))
        running.player.story = lambda *_: replace(story, deliveries=(story.deliveries[0], large))  # type: ignore[method-assign]
        found = findings(running, "state.duplicates", "state.simultaneous", "state.updates")
    assert {finding.status for finding in found.values()} == {"not checked"}
    assert all("was not accepted" in finding.message for finding in found.values())


def test_ids_of_ones_own() -> None:
    """With --ids, each story takes ids that the service knows, and what has none left is not checked."""
    given = [{"order_id": f"00000000-0000-4000-8000-00000000000{number}"} for number in range(2)]
    service = Service()
    with session(service, ids=given, scenarios=("no_appointment",)) as running:
        found = findings(running, "state.updates", "state.duplicates", "state.late")
    assert {each["order_id"] for each in given} <= {*service.objects}
    assert found["state.updates"].status == "passed"
    assert "no ids left" in found["state.late"].message


def test_a_command_gets_the_ids_before_each_story() -> None:
    """What --before gets has every id of the story that follows."""
    seen: list[Mapping[str, Any]] = []
    service = Service()
    with session(service, before=seen.append, scenarios=("no_appointment",)) as running:
        findings(running, "state.updates")
    assert seen
    assert seen[0]["order_id"] in service.objects
    assert seen[0]["client_user_id"].startswith(live.PATIENT_PREFIX)


def test_statuses_can_be_mapped() -> None:
    """With a map of Junction's statuses, the service has to call them as the map says."""
    right = {"completed.walk_in_test.completed": "completed.walk_in_test.completed"}
    for mapping, status in ((right, "passed"), ({"completed": "done"}, "failed"), ({}, "not checked")):
        with session(Service(), state_map=mapping, scenarios=("no_appointment",)) as running:
            assert running.settings.state is not None
            asked = replace(running.settings, state=replace(running.settings.state, pointer="/status"))
            found = findings(Session(running.endpoint, running.secrets, asked), "state.statuses")
        assert found["state.statuses"].status == status


def test_each_rule_names_a_section_that_the_docs_have() -> None:
    """The titles are those of the page and of the section behind the link."""
    for check in CHECKS:
        page, _, anchor = check.rule.page.partition("#")
        text = (ROOT / "docs" / page).read_text("utf-8")
        title, _, section = check.rule.section.partition(", ")
        headings = re.findall(
            r"^#+ (.+?)(?: {{ #([\w-]+) }})?$".replace("{{", "{").replace("}}", "}"), text, re.MULTILINE
        )
        assert headings[0][0] == title, check.id
        own = [
            name
            for name, id_ in headings
            if (id_ or re.sub(r"[^\w]+", "-", name.lower()).strip("-")) == anchor
        ]
        assert [each.replace("`", "").partition(":")[0] for each in own] == [section], check.id


def test_each_heading_is_shown_once() -> None:
    """A check that comes back to an earlier group has its whole name instead of a second heading."""
    report = TextReport()
    results = [Result(check, Finding("passed"), 0) for check in CHECKS]
    lines = [line for result in results for line in report.lines(result)]
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings == list(dict.fromkeys(check.group for check in CHECKS))
    assert lines[-2:] == ["", "  ok       delivery.answer-time"]


def test_how_many_stories_were_played_of_how_many() -> None:
    """A story with one delivery has no other order, so it is not among those that were played late."""
    with session(Service(), scenarios=("critical_result_twice", "no_appointment")) as running:
        found = findings(running, "delivery.late", "state.updates")
        only = Story("one", "", running.player.stories[0].deliveries[:1])
        running.player.__dict__["stories"] = (*running.player.stories, only)
        again = findings(running, "delivery.late")
    assert found["delivery.late"].message == "2 stories"
    assert again["delivery.late"].message == "2 of 3 stories"

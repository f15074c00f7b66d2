"""The pytest plugin, in suites of its own."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from support.sizes import sizes

import junction_webhooks
import junction_webhooks_models
from junction_webhooks import fixtures
from junction_webhooks.pytest_plugin import assert_conforms

if TYPE_CHECKING:
    from pytest import Pytester  # noqa: PT013  (a type only)

STORIES = """
def test_stories(junction_scenario, junction_sign, junction_webhook):
    for delivery in junction_scenario.deliveries:
        body, headers = junction_sign(delivery)
        verified = junction_webhook.verify(body, headers)
        assert (verified.id, verified.raw) == (delivery.id, delivery.raw)
"""
# A suite that runs in this process forgets the modules that it was the first to import. Another import would
# make their classes again, and `isinstance` would no longer recognise the objects of other tests.
for package in (junction_webhooks, junction_webhooks_models):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__") and "__pyinstaller" not in module.name:
            import_module(module.name)
SCENARIOS = [scenario.name for scenario in fixtures.scenarios()]


@pytest.fixture
def suite(pytester: Pytester) -> Pytester:
    """A suite that cares for nothing but its own files."""
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers -p no:cacheprovider\n")
    return pytester


def test_every_scenario_is_a_test_of_its_name(suite: Pytester) -> None:
    """A test with `junction_scenario` runs once a scenario, and its id is the scenario's name."""
    suite.makepyfile(STORIES)
    result = suite.runpytest_inprocess("-v")
    result.assert_outcomes(passed=len(SCENARIOS))
    assert re.findall(r"::test_stories\[(\w+)\] PASSED", result.stdout.str()) == SCENARIOS


@pytest.mark.parametrize(
    ("option", "marker", "chosen"),
    [
        ("reschedule", "", ["reschedule"]),
        ("reschedule, no_appointment", "", ["no_appointment", "reschedule"]),
        ("arizona*", "", [name for name in SCENARIOS if name.startswith("arizona")]),
        ("", "'cancelled_at_ordered', 'redraw'", ["cancelled_at_ordered", "redraw"]),
        ("redraw", "'redraw*'", ["redraw"]),
    ],
)
def test_scenarios_are_chosen(suite: Pytester, option: str, marker: str, chosen: list[str]) -> None:
    """The option and the marker choose scenarios by name and pattern; what both choose is run."""
    mark = f"import pytest\n\n@pytest.mark.junction_scenarios({marker})" if marker else ""
    suite.makepyfile(mark + STORIES)
    result = suite.runpytest_inprocess("-v", f"--junction-scenarios={option}")
    result.assert_outcomes(passed=len(chosen))
    assert sorted(re.findall(r"::test_stories\[(\w+)\] PASSED", result.stdout.str())) == sorted(chosen)


def test_unknown_scenarios_are_refused(suite: Pytester) -> None:
    """A slip in the option or in a marker ends the run, and names what was meant."""
    suite.makepyfile(STORIES)
    result = suite.runpytest_inprocess("--junction-scenarios=reschedul")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        "*--junction-scenarios: nothing is called 'reschedul': did you mean reschedule*"
    )
    suite.makepyfile("import pytest\n\n@pytest.mark.junction_scenarios('reschedul')" + STORIES)
    result = suite.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        "*junction_scenarios: nothing is called 'reschedul': did you mean reschedule*"
    )


def test_every_event_is_a_test_of_its_name(suite: Pytester) -> None:
    """A test with `junction_any_event` runs once a fixture that is an event, or a fixture that its marker chooses."""
    suite.makepyfile(
        """
        import pytest
        from junction_webhooks.pytest_plugin import assert_conforms

        def test_all(junction_any_event):
            assert_conforms(junction_any_event.payload)

        @pytest.mark.junction_events("labtest.appointment.updated/*", "labtest.order.created/redraw")
        def test_some(junction_any_event):
            assert junction_any_event.event_type != "labtest.order.updated"
        """
    )
    events = [fixture.name for fixture in fixtures.valid() if fixture.event_type]
    some = [name for name in events if name.startswith("labtest.appointment.updated/")]
    result = suite.runpytest_inprocess("-v")
    result.assert_outcomes(passed=len(events) + len(some) + 1)
    assert re.findall(r"::test_all\[(\S+)\] PASSED", result.stdout.str()) == events


def test_signing(suite: Pytester) -> None:
    """Fixtures, bodies and payloads are signed as they are; ids and times may be given, a duplicate has the same id."""
    suite.makepyfile(
        """
        from datetime import UTC, datetime, timedelta
        import pytest
        from junction_webhooks import InvalidSignature, Webhook, fixtures

        def test_what_is_signed(junction_sign, junction_webhook, junction_event):
            event = junction_event("labtest.order.updated/completed")
            for what in (event, event.raw, bytearray(event.raw), event.payload):
                body, headers = junction_sign(what)
                assert junction_webhook.verify(body, headers).event.data.current_status == "completed.walk_in_test.completed"
            assert junction_sign(fixtures.invalid()[0]).body == fixtures.invalid()[0].raw

        def test_ids(junction_sign):
            delivery = fixtures.scenario("reschedule").deliveries[0]
            assert junction_sign(delivery).headers["svix-id"] == delivery.id
            assert junction_sign(delivery, id="msg_1").headers["svix-id"] == "msg_1"
            assert junction_sign(delivery.raw).headers["svix-id"] != junction_sign(delivery.raw).headers["svix-id"]

        def test_times(junction_sign, junction_webhook):
            body, headers = junction_sign(b"{}", sent_at=datetime.now(UTC) - timedelta(hours=1))
            with pytest.raises(InvalidSignature, match="too long ago"):
                junction_webhook.verify(body, headers)
        """
    )
    suite.runpytest_inprocess().assert_outcomes(passed=3)


@sizes(20, exhaustive=400)
def test_anything_can_be_signed(suite: Pytester, size: int) -> None:
    """Payloads with a mistake, and bodies that are no JSON, are signed like any other."""
    suite.makepyfile(
        """
        from hypothesis import given, settings, strategies as st
        from junction_webhooks import strategies

        @settings(deadline=None, max_examples=SIZE)
        @given(what=strategies.invalid_events().map(lambda invalid: invalid.payload) | st.binary())
        def test_signed(what, junction_sign, junction_webhook):
            body, headers = junction_sign(what)
            assert junction_webhook.verify(body, headers).raw == body
        """.replace("SIZE", str(size))
    )
    suite.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_secret_can_be_the_endpoints(suite: Pytester) -> None:
    """A suite that overrides `junction_secret` gets deliveries signed with its own."""
    suite.makepyfile(
        """
        import pytest
        from junction_webhooks import Webhook

        SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

        @pytest.fixture(scope="session")
        def junction_secret():
            return SECRET

        def test_own(junction_sign):
            assert Webhook(SECRET).verify(*junction_sign(b"{}")).raw == b"{}"
        """
    )
    suite.runpytest_inprocess().assert_outcomes(passed=1)


def test_fixtures_can_be_used_with_hypothesis(suite: Pytester) -> None:
    """`junction_sign` and `junction_event` do not upset Hypothesis, whose health checks stay on."""
    suite.makepyfile(
        """
        from hypothesis import given
        from junction_webhooks import strategies

        @given(payload=strategies.events("labtest.appointment.updated"))
        def test_generated(payload, junction_sign, junction_webhook):
            assert junction_webhook.verify(*junction_sign(payload)).report.verdict == "conforms"
        """
    )
    suite.runpytest_inprocess().assert_outcomes(passed=1)


def test_signing_text_and_typed_events(suite: Pytester) -> None:
    """A str, a model, a struct, an invalid event and any mapping are signed; NaN and what is no body are not."""
    suite.makepyfile(
        """
        import math
        from types import MappingProxyType

        import pytest
        from hypothesis import HealthCheck, assume, given, settings
        from junction_webhooks import fixtures, parse_event, strategies

        ORDER = fixtures.load("labtest.order.updated/everything")

        def test_forms(junction_sign, junction_webhook):
            for what in (
                ORDER.raw.decode(), parse_event(ORDER.raw), parse_event(ORDER.raw, as_struct=True),
                MappingProxyType(ORDER.payload), memoryview(ORDER.raw),
            ):
                delivery = junction_webhook.verify(*junction_sign(what))
                assert delivery.event.data.events == parse_event(ORDER.raw).data.events
                assert delivery.report.verdict != "rejected"
            assert parse_event(junction_sign(parse_event(ORDER.raw)).body) == parse_event(ORDER.raw)

        def test_deliveries(junction_sign, junction_webhook):
            delivery = junction_webhook.verify(*junction_sign(ORDER, id="msg_1"))
            assert junction_sign(delivery).headers["svix-id"] == "msg_1"

        @settings(max_examples=5, database=None, suppress_health_check=list(HealthCheck))
        @given(strategies.invalid_events("labtest.order.created"))
        def test_invalid_events(junction_sign, junction_webhook, invalid):
            # With another event type, it is a payload of another event, which may well conform.
            assume(invalid.violation.path != "/event_type")
            assert junction_webhook.verify(*junction_sign(invalid)).report.verdict == invalid.verdict

        @pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
        def test_numbers(junction_sign, number):
            payload = ORDER.payload
            payload["data"]["new_property"] = number
            for what in (payload, MappingProxyType(payload)):
                with pytest.raises(ValueError):
                    junction_sign(what)
            event = parse_event(ORDER.raw)
            event.data.__pydantic_extra__["new_property"] = number
            with pytest.raises(ValueError):
                junction_sign(event)

        @pytest.mark.parametrize("what", [None, 5, ["labtest.order.created"], object()])
        def test_no_body(junction_sign, what):
            with pytest.raises(TypeError, match="junction_sign takes a delivery, a fixture, .* not "):
                junction_sign(what)

        def test_empty_id(junction_sign):
            with pytest.raises(ValueError, match="id must be"):
                junction_sign(ORDER, id="")
        """
    )
    suite.runpytest_inprocess().assert_outcomes(passed=11)


def test_scenarios_need_a_test_function(suite: Pytester) -> None:
    """Where pytest gives no name, the error says what to do; with indirect parameters the names are the test's."""
    suite.makepyfile(
        """
        import unittest
        import pytest

        @pytest.mark.usefixtures("junction_scenario")
        class TestIt(unittest.TestCase):
            def test_case(self): ...

        def test_by_value(request):
            request.getfixturevalue("junction_any_event")

        @pytest.mark.parametrize("junction_scenario", ["redraw", "reschedule"], indirect=True)
        def test_indirect(junction_scenario):
            assert junction_scenario.name in {"redraw", "reschedule"}

        @pytest.mark.parametrize("number,junction_any_event", [(1, "labtest.order.updated/page")], indirect=["junction_any_event"])
        def test_indirect_event(number, junction_any_event):
            assert junction_any_event.name == "labtest.order.updated/page"

        @pytest.mark.parametrize("junction_scenario", ["redrwa"], indirect=True)
        def test_misspelled(junction_scenario): ...
        """
    )
    result = suite.runpytest_inprocess()
    result.assert_outcomes(passed=3, errors=2, failed=1)
    shown = result.stdout.str()
    assert "junction_scenario runs a test function once for each name" in shown
    assert "loop over junction_webhooks.fixtures.scenarios() there" in shown
    assert "junction_any_event runs a test function once for each name" in shown
    assert "loop over junction_webhooks.fixtures.valid() there" in shown
    assert "no scenario 'redrwa'" in shown
    assert "AttributeError" not in shown


@pytest.mark.exhaustive
@pytest.mark.parametrize("way", ["both", "-p", "conftest"])
def test_the_plugin_may_be_named_again(suite: Pytester, way: str) -> None:
    """Installed as it is, the plugin can still be named by `-p` and by `pytest_plugins`."""
    suite.makepyfile(STORIES)
    if way != "-p":
        suite.makeconftest('pytest_plugins = ["junction_webhooks.pytest_plugin"]')
    options = [] if way == "conftest" else ["-p", "junction_webhooks.pytest_plugin"]
    result = suite.runpytest_subprocess("--junction-scenarios=redraw", *options)
    result.assert_outcomes(passed=1)
    without = suite.runpytest_subprocess("-p", "no:junction_webhooks.pytest_plugin")
    assert "junction_scenario" in without.stdout.str() + without.stderr.str()
    assert without.ret != pytest.ExitCode.OK


def test_what_does_not_conform_fails_with_pointer_and_rule() -> None:
    """`assert_conforms` names each violation with its pointer and rule, and no patient data."""
    payload = fixtures.load("labtest.order.updated/everything").payload
    payload["data"]["patient_details"]["dob"] = "canary"
    with pytest.raises(AssertionError) as failed:
        assert_conforms(payload)
    first, second = str(failed.value).splitlines()
    assert first == "the payload drifts"
    assert second.startswith(
        "  /data/patient_details/dob is a string, not one of the allowed types (anyOf); "
    )
    assert "canary" not in str(failed.value)
    assert_conforms(payload, tolerant=True)
    del payload["data"]["id"]
    with pytest.raises(AssertionError, match="the payload is rejected"):
        assert_conforms(payload, tolerant=True)
    bare = fixtures.load("labtest.appointment.updated/page").payload["data"]
    assert_conforms(bare, event_type="labtest.appointment.updated")


def test_a_failure_shows_the_callers_line(suite: Pytester) -> None:
    """The traceback of `assert_conforms` ends in the test, whose values are not shown."""
    suite.makepyfile(
        """
        from junction_webhooks.pytest_plugin import assert_conforms

        def test_it(junction_event):
            payload = junction_event("labtest.order.updated/everything").payload
            payload["data"]["patient_details"]["email"] = {"canary": 1}
            assert_conforms(payload)
        """
    )
    result = suite.runpytest_inprocess()
    result.stdout.fnmatch_lines(["> *assert_conforms(payload)", "E *AssertionError: the payload is rejected"])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    result.stdout.no_fnmatch_line("E*canary*")


def test_a_failure_names_the_delivery_that_broke_the_handler(suite: Pytester) -> None:
    """A failed test tells what was signed last, in one line without patient data; others tell nothing."""
    suite.makepyfile(
        """
        import pytest

        @pytest.mark.junction_scenarios("redraw", "reschedule")
        def test_it(junction_scenario, junction_sign):
            for delivery in junction_scenario.deliveries:
                junction_sign(delivery)
                assert "redraw_available" not in delivery.summary

        def test_another():
            assert False
        """
    )
    result = suite.runpytest_inprocess("--tb=short")
    result.assert_outcomes(passed=1, failed=2)
    told = [line for line in result.outlines if line.startswith("signed last: ")]
    assert len(told) == 1
    assert told[0].endswith("labtest.order.updated: order redraw_available>")


def test_a_failure_shows_the_story(suite: Pytester) -> None:
    """A failed test names its scenario in a line that pytest does not cut, and has its timeline with the place."""
    suite.makepyfile(
        """
        import pytest

        @pytest.mark.junction_scenarios("reinstated")
        def test_it(junction_scenario, junction_sign):
            for delivery in junction_scenario.deliveries:
                junction_sign(delivery)
                assert "cancelled" not in delivery.summary
        """
    )
    result = suite.runpytest_inprocess()
    scenario = fixtures.scenario("reinstated")
    assert repr(scenario) == "<Scenario reinstated: 7 deliveries, the last +10d 8h 33m: order completed>"
    assert f"junction_scenario = {scenario!r}" in result.stdout.str()
    marked = [line for line in result.outlines if line.startswith("> +")]
    assert [line.split()[-2:] for line in marked] == [["order", "cancelled"]]
    timeline = [line for line in result.outlines if line[:3] in {"> +", "  +"}]
    assert [line[2:] for line in timeline] == scenario.timeline().splitlines()


def test_hypothesis_shows_the_story(suite: Pytester) -> None:
    """A journey that breaks a test of Hypothesis is printed as its timeline."""
    suite.makepyfile(
        """
        from hypothesis import Phase, given, settings
        from junction_webhooks import strategies

        # Not `Phase.explain`, which takes longer than all the others.
        @settings(database=None, deadline=None, derandomize=True, phases=[Phase.generate, Phase.shrink])
        @given(strategies.order_journeys())
        def test_it(journey):
            assert all("requisition_created" not in each.summary for each in journey.deliveries)
        """
    )
    result = suite.runpytest_inprocess()
    result.stdout.fnmatch_lines(
        [
            "*journey=<Journey",
            "*+0s  labtest.order.created  order ordered",
            "*+1m  labtest.order.updated  order requisition_created>*",
        ]
    )


@pytest.mark.parametrize(
    "workers",
    [
        pytest.param([], id="one process"),
        pytest.param(["-n", "2"], marks=pytest.mark.exhaustive, id="xdist"),
    ],
)
def test_the_report_tells_what_was_exercised(suite: Pytester, workers: list[str]) -> None:
    """`--junction-report` counts what tests were given, over all workers, and lists what is left."""
    suite.makepyfile(
        test_one="""
        import pytest

        @pytest.mark.junction_scenarios("cancelled_at_ordered")
        def test_it(junction_scenario):
            pass
        """,
        test_two="""
        def test_it(junction_event, junction_sign):
            junction_event("labtest.appointment.updated/cancelled")
            junction_sign({"event_type": "labtest.order.updated", "data": {"events": [{"status": "of tomorrow"}]}})
            junction_sign(b"{")
        """,
    )
    run = suite.runpytest_subprocess if workers else suite.runpytest_inprocess
    result = run("--junction-report", *workers)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*contract coverage*",
            "events: 3 of 8",
            "  not labtest.appointment.created: no scenario sends it, because it has never been observed",
            "  not labtest.result.critical",
            "  not labtest.match_review.created",
            "  not labtest.match_review.updated",
            "  not labtest.order_tracking.updated",
            "order statuses: 2 of 12",
            "  not received.walk_in_test.requisition_created",
            "appointment statuses: 1 of 6",
            "order transitions: 1 of *",
            "  not received.walk_in_test.ordered → received.walk_in_test.requisition_created",
            "appointment transitions: 1 of *",
            "  not pending → scheduled",
            "reinstatements: 0 of 1",
            "  not an order that continues after its cancellation",
        ]
    )


def test_all_scenarios_and_events_cover_the_contract(suite: Pytester) -> None:
    """A suite that plays every scenario and every event leaves nothing out."""
    suite.makepyfile(STORIES + "\n\ndef test_events(junction_any_event):\n    pass\n")
    result = suite.runpytest_inprocess("--junction-report")
    counts = re.findall(r"^([a-z ]+): (\d+) of (\d+)$", result.stdout.str(), flags=re.MULTILINE)
    assert [kind for kind, *_ in counts] == [
        "events", "order statuses", "appointment statuses", "order transitions", "appointment transitions",
        "reinstatements",
    ]  # fmt: skip
    assert [got for _, got, _ in counts] == [known for _, _, known in counts]


def test_a_suite_that_does_not_use_it_loads_nothing(suite: Pytester) -> None:
    """Without its fixtures the plugin loads itself and the package's bare name, and changes no output."""
    suite.makepyfile(
        """
        import sys

        def test_loaded():
            loaded = {name for name in sys.modules if name.split(".")[0].startswith("junction_webhooks")}
            assert {name for name in loaded if "._" not in name} == {"junction_webhooks", "junction_webhooks.pytest_plugin"}
            assert not {"pydantic", "jsonschema", "jsonschema_rs", "standardwebhooks"} & sys.modules.keys()
        """
    )
    result = suite.runpytest_subprocess("-p", "no:hypothesispytest")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*contract coverage*")


def test_it_documents_itself(suite: Pytester) -> None:
    """Markers, options and fixtures are described where pytest shows them."""
    result = suite.runpytest_inprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.junction_scenarios(*", "@pytest.mark.junction_events(*"])
    result = suite.runpytest_inprocess("--help")
    result.stdout.fnmatch_lines(
        ["Junction's webhooks:", "*--junction-scenarios=NAMES*", "*--junction-report*"]
    )
    result = suite.runpytest_inprocess("--fixtures", "-p", "no:django")
    shown = result.stdout.str()
    for name in ("secret", "webhook", "sign", "event", "any_event", "scenario"):
        assert re.search(rf"^junction_{name}\b.* -- ", shown, flags=re.MULTILINE), name
    assert "no docstring available" not in shown[shown.index("junction_") :]


def test_an_endpoint_is_checked_with_the_secret_of_the_suite(suite: Pytester) -> None:
    """The fixture is there without an import, and signs with the secret of the suite."""
    suite.makepyfile(
        """
        import pytest
        from junction_webhooks import InvalidSignature, Webhook

        SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

        @pytest.fixture(scope="session")
        def junction_secret():
            return SECRET

        def app(environ, start_response):
            try:
                Webhook(SECRET).verify(environ["wsgi.input"].read(), environ)
                start_response("204 No Content", [])
            except InvalidSignature:
                start_response("401 Unauthorized", [])
            return []

        def test_signatures(junction_endpoint):
            junction_endpoint(app, "/webhooks").check("signatures")
        """
    )
    suite.runpytest_inprocess().assert_outcomes(passed=1)

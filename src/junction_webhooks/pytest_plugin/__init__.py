"""Fixtures and markers for the suites of those who receive Junction's webhooks.

pytest finds this plugin by itself once the package is installed with the extra `test`; it loads nothing
until a test uses one of its fixtures, whose names all start with `junction_`:

`junction_scenario`   every scenario in turn, a test each; `@pytest.mark.junction_scenarios("redraw*")` and
                      the option `--junction-scenarios` choose among them
`junction_any_event`  every fixture that is an event in turn, a test each; `@pytest.mark.junction_events(…)`
                      chooses among them
`junction_event`      one fixture by its name: `junction_event("labtest.order.updated/completed")`
`junction_sign`       signs a delivery, an event, a body or a payload: `body, headers = junction_sign(event)`
`junction_webhook`    the `Webhook` that verifies what `junction_sign` signs
`junction_secret`     the secret of both: override it with your endpoint's, in a fixture of scope `session`

With `--junction-report` the run ends with what the suite exercised of the contract, and what it left out.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from datetime import datetime

    from junction_webhooks import Webhook
    from junction_webhooks.contract import EventType
    from junction_webhooks.fixtures import Fixture, JourneyDelivery, Scenario
    from junction_webhooks.pytest_plugin._coverage import Coverage

    Signable: TypeAlias = JourneyDelivery | Fixture | bytes | Mapping[str, Any]

__all__ = ["SignedDelivery", "assert_conforms"]

_SECRET: Final = "whsec_anVuY3Rpb24td2ViaG9va3MgdGVzdCBzZWNyZXQ="  # noqa: S105  (of nobody's endpoint)
_MARKERS: Final = (
    "junction_scenarios(*patterns): scenarios that junction_scenario takes, by name or pattern ('redraw*')",
    "junction_events(*patterns): events that junction_any_event takes, by name or pattern ('*.order.*')",
)
_COVERAGE: Final = pytest.StashKey["Coverage"]()
_OF_WORKER: Final = "junction_coverage"
_SIGNED: Final = pytest.StashKey["JourneyDelivery | Fixture"]()


class SignedDelivery(NamedTuple):
    """What Junction would POST."""

    body: bytes
    headers: dict[str, str]


class Load(Protocol):
    """Gives a fixture by its name."""

    def __call__(self, name: str) -> Fixture: ...


class Sign(Protocol):
    """Signs what Junction would POST."""

    def __call__(
        self,
        what: Signable,
        *,
        id: str | None = None,  # noqa: A002  (as in Webhook.sign)
        sent_at: datetime | None = None,
    ) -> SignedDelivery: ...


def assert_conforms(
    payload: bytes | str | Mapping[str, Any], *, event_type: EventType | None = None, tolerant: bool = False
) -> None:
    """Fail the test when the payload does not conform, or with `tolerant` only when it is rejected.

    Raises `AssertionError` with a line a violation: pointer, rule and what to do, and no patient data.
    """
    __tracebackhide__ = True
    from junction_webhooks import check  # noqa: PLC0415  (slow, and not every suite wants it)

    report = check(payload, event_type=event_type)
    if report.verdict == "rejected" or (report.verdict == "drifts" and not tolerant):
        message = f"the payload {'is ' if report.verdict == 'rejected' else ''}{report}"
        raise AssertionError(message)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this plugin."""
    group = parser.getgroup("junction", "Junction's webhooks")
    group.addoption(
        "--junction-scenarios",
        metavar="NAMES",
        help="scenarios that tests with junction_scenario take: names or patterns, separated by commas",
    )
    group.addoption(
        "--junction-report",
        action="store_true",
        help="tell at the end which events, statuses and transitions of the contract the suite exercised",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; refuse scenarios that do not exist."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    wanted = config.getoption("--junction-scenarios")
    if wanted:
        complaint = _complaint(_scenario_names(), _split(wanted))
        if complaint:
            message = f"--junction-scenarios: {complaint}"
            raise pytest.UsageError(message)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test with `junction_scenario` or `junction_any_event` one run for each."""
    if "junction_scenario" in metafunc.fixturenames:
        names = _marked(metafunc, "junction_scenarios", _scenario_names())
        wanted = _split(metafunc.config.getoption("--junction-scenarios") or "*")
        metafunc.parametrize("junction_scenario", _chosen(names, wanted), indirect=True)
    if "junction_any_event" in metafunc.fixturenames:
        names = _marked(metafunc, "junction_events", _event_names())
        metafunc.parametrize("junction_any_event", names, indirect=True)


@pytest.fixture(scope="session")
def junction_secret() -> str:
    """The secret that deliveries are signed with: override it with your test endpoint's."""
    return _SECRET


@pytest.fixture(scope="session")
def junction_webhook(junction_secret: str) -> Webhook:
    """Verifies what `junction_sign` signs."""
    from junction_webhooks import Webhook  # noqa: PLC0415  (not every suite wants it)

    return Webhook(junction_secret)


@pytest.fixture(scope="session")
def junction_sign(junction_webhook: Webhook, pytestconfig: pytest.Config) -> Sign:
    """Signs a delivery of a journey, a fixture, a body or a parsed payload: gives body and headers.

    A delivery of a journey keeps its id, so that a duplicate is one; others get a new one without `id`.
    It is signed now, unless `sent_at` is given. Usable inside `@given`.
    """

    def sign(
        what: Signable,
        *,
        id: str | None = None,  # noqa: A002  (as in Webhook.sign)
        sent_at: datetime | None = None,
    ) -> SignedDelivery:
        body = _body(what)
        _coverage_of(pytestconfig).note(body)
        if not isinstance(what, (bytes, bytearray, memoryview, dict)):
            pytestconfig.stash[_SIGNED] = cast("JourneyDelivery | Fixture", what)
        headers = junction_webhook.sign(body, id=id or getattr(what, "id", None), sent_at=sent_at)
        return SignedDelivery(body, headers)

    return sign


@pytest.fixture(scope="session")
def junction_event(pytestconfig: pytest.Config) -> Load:
    """One fixture by its name, such as `labtest.order.updated/completed`: `payload`, `raw`, `event_type`."""

    def event(name: str) -> Fixture:
        from junction_webhooks import fixtures  # noqa: PLC0415  (not every suite wants it)

        found = fixtures.load(name)
        _coverage_of(pytestconfig).note(found.raw)
        return found

    return event


@pytest.fixture
def junction_any_event(request: pytest.FixtureRequest, junction_event: Load) -> Fixture:
    """Every fixture that is an event in turn, with its `payload`, `raw` and `event_type`."""
    return junction_event(request.param)


@pytest.fixture
def junction_scenario(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Scenario:
    """Every scenario in turn: its `deliveries`, each with `id`, `offset`, `payload` and `raw`."""
    from junction_webhooks import fixtures  # noqa: PLC0415  (not every suite wants it)

    found = fixtures.scenario(request.param)
    for delivery in found.deliveries:
        _coverage_of(pytestconfig).note(delivery.raw)
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell of a failed test its scenario, and what was signed last: there the handler broke, as a rule."""
    report = yield
    if report.when == "call":
        signed = item.config.stash.get(_SIGNED, None)
        if signed is not None:
            del item.config.stash[_SIGNED]
        if report.failed:
            scenario = getattr(item, "funcargs", {}).get("junction_scenario")
            if scenario is not None:
                report.sections.append(("junction_scenario", _story(scenario, getattr(signed, "id", None))))
            if signed is not None:
                report.sections.append(("junction_sign", f"signed last: {signed!r}"))
    return report


def _story(scenario: Scenario, last: str | None) -> str:
    """The title and timeline of the scenario, with a mark at the delivery that was signed last."""
    lines = zip(scenario.deliveries, scenario.timeline().splitlines(), strict=True)
    marked = [f"{'>' if delivery.id == last else ' '} {line}" for delivery, line in lines]
    return "\n".join([scenario.title, *marked])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what a worker of pytest-xdist exercised to the process that reports."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None and _COVERAGE in session.config.stash:
        output[_OF_WORKER] = session.config.stash[_COVERAGE].as_lists()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of pytest-xdist exercised."""
    found = getattr(node, "workeroutput", {}).get(_OF_WORKER)
    if found:
        _coverage_of(node.config).add(found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the contract coverage when it is asked for."""
    if config.getoption("--junction-report"):
        terminalreporter.section("contract coverage")
        for line in _coverage_of(config).lines():
            terminalreporter.line(line)


def _coverage_of(config: pytest.Config) -> Coverage:
    from junction_webhooks.pytest_plugin._coverage import Coverage  # noqa: PLC0415  (only where something is noted)

    return config.stash.setdefault(_COVERAGE, Coverage())


def _body(what: Signable) -> bytes:
    if isinstance(what, (bytes, bytearray, memoryview)):
        return bytes(what)
    if isinstance(what, dict):
        import json  # noqa: PLC0415  (cheap, and only here)

        return json.dumps(what, ensure_ascii=False).encode()
    body: bytes = what.raw  # type: ignore[union-attr]
    return body


def _scenario_names() -> Sequence[str]:
    from junction_webhooks.journeys import scenarios as _scenarios  # noqa: PLC0415  (not every suite wants it)

    return _scenarios.names()


def _event_names() -> Sequence[str]:
    from junction_webhooks import fixtures  # noqa: PLC0415  (not every suite wants it)

    return [fixture.name for fixture in fixtures.valid() if fixture.event_type]


def _marked(metafunc: pytest.Metafunc, marker: str, names: Sequence[str]) -> Sequence[str]:
    """The names that the closest marker of the test chooses, all without one."""
    found = metafunc.definition.get_closest_marker(marker)
    if found is None:
        return names
    complaint = _complaint(names, found.args)
    if complaint:
        pytest.fail(f"{metafunc.definition.nodeid}: {marker}: {complaint}", pytrace=False)
    return _chosen(names, found.args)


def _split(wanted: str) -> list[str]:
    return [pattern.strip() for pattern in wanted.split(",") if pattern.strip()]


def _chosen(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    wanted = tuple(patterns)
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in wanted)]


def _complaint(names: Sequence[str], patterns: Iterable[str]) -> str | None:
    """Which pattern chooses nothing, and what is near it."""
    for pattern in patterns:
        if not _chosen(names, [pattern]):
            import difflib  # noqa: PLC0415  (only for a slip)

            near = difflib.get_close_matches(pattern, names, n=3) or names[:3]
            return f"nothing is called {pattern!r}; there is {', '.join(near)}"
    return None

"""Fixtures and markers to test a receiver of Junction's webhooks.

Installing the extra `test` registers the plugin. It loads nothing until a test uses one of its fixtures,
whose names start with `junction_`:

- `junction_scenario`: every scenario in turn, one test per scenario. The option `--junction-scenarios` and
  `@pytest.mark.junction_scenarios("redraw*")` select some.
- `junction_any_event`: every fixture that is an event in turn, one test per fixture.
  `@pytest.mark.junction_events("*.order.*")` selects some.
- `junction_event`: one fixture by its name.
- `junction_sign`: signs a delivery, a fixture, a body, a payload or a typed event.
- `junction_webhook`: the `Webhook` that verifies what `junction_sign` signs.
- `junction_endpoint`: checks an endpoint, running or in this process, as `junction-webhooks test` does.
- `junction_secret`: the secret of all of them. Override it with the secret of your endpoint, in a fixture of
  scope `session`.

```python
def test_every_story(junction_scenario, junction_sign, client):
    for delivery in junction_scenario.deliveries:
        body, headers = junction_sign(delivery)
        assert client.post("/webhooks/junction", content=body, headers=headers).is_success


def test_a_completed_order(junction_event, client, junction_sign):
    body, headers = junction_sign(junction_event("labtest.order.updated/completed"))
    assert client.post("/webhooks/junction", content=body, headers=headers).is_success
```

With `--junction-report`, the run ends with a list of the parts of the contract that the suite did and did not
cover.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, cast

import pytest

from junction_webhooks._lazy import lazy
from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.pytest_plugin._bodies import Signable, body_of
from junction_webhooks.pytest_plugin._selection import error_in, marked, selected, split

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from junction_webhooks import contract, fixtures, signing
    from junction_webhooks.fixtures import Fixture, JourneyDelivery, Scenario
    from junction_webhooks.pytest_plugin._coverage import Coverage
    from junction_webhooks.pytest_plugin._endpoint import EndpointTest
else:
    # Slow to import, and not always needed; annotations are resolved when somebody asks.
    contract, fixtures, signing = (
        lazy(f"junction_webhooks.{name}") for name in ("contract", "fixtures", "signing")
    )

__all__ = ["SignedDelivery", "assert_conforms"]

_MARKERS: Final = (
    "junction_scenarios(*patterns): scenarios for junction_scenario, by name or pattern ('redraw*')",
    "junction_events(*patterns): events for junction_any_event, by name or pattern ('*.order.*')",
)
_COVERAGE: Final = pytest.StashKey["Coverage"]()
_OF_WORKER: Final = "junction_coverage"
_SIGNED: Final = pytest.StashKey["JourneyDelivery | Fixture"]()


class SignedDelivery(NamedTuple):
    """What Junction would POST."""

    body: bytes
    headers: dict[str, str]


class Load(Protocol):
    """Returns a fixture by its name."""

    def __call__(self, name: str) -> fixtures.Fixture: ...


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
    payload: bytes | str | Mapping[str, Any],
    *,
    event_type: contract.EventType | None = None,
    tolerant: bool = False,
) -> None:
    """Fail the test if the payload does not conform or, with `tolerant`, only if it is rejected.

    Raises `AssertionError` with one line per violation: pointer, rule and what to do, without patient data.

    Examples:
        >>> from junction_webhooks import fixtures
        >>> from junction_webhooks.pytest_plugin import assert_conforms
        >>> assert_conforms(fixtures.load("labtest.order.updated/completed").raw)
        >>> assert_conforms({"event_type": "labtest.order.created"}, tolerant=True)
        Traceback (most recent call last):
        ...
        AssertionError: the payload is rejected
          breaking: /data is missing (required); expected an Order
    """
    __tracebackhide__ = True
    from junction_webhooks.validation import check  # noqa: PLC0415  (slow to import, and not always needed)

    try:
        report = check(payload, event_type=event_type)
    finally:
        # `pytest --showlocals` and error trackers show the local variables of this frame.
        del payload
    if report.verdict == "rejected" or (report.verdict == "drifts" and not tolerant):
        message = f"the payload {'is ' if report.verdict == 'rejected' else ''}{report}"
        raise AssertionError(message)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this plugin."""
    group = parser.getgroup("junction", "Junction's webhooks")
    group.addoption(
        "--junction-scenarios",
        metavar="NAMES",
        help="scenarios for junction_scenario: names or patterns, separated by commas",
    )
    group.addoption(
        "--junction-report",
        action="store_true",
        help="list at the end which events, statuses and transitions of the contract the suite covered",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers. Raise `UsageError` for scenarios that do not exist."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    wanted = config.getoption("--junction-scenarios")
    if wanted:
        error = error_in(_scenario_names(), split(wanted))
        if error:
            message = f"--junction-scenarios: {error}"
            raise pytest.UsageError(message)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize tests with `junction_scenario` or `junction_any_event`."""
    if _is_wanted(metafunc, "junction_scenario"):
        names = marked(metafunc, "junction_scenarios", _scenario_names())
        wanted = split(metafunc.config.getoption("--junction-scenarios") or "*")
        metafunc.parametrize("junction_scenario", selected(names, wanted), indirect=True)
    if _is_wanted(metafunc, "junction_any_event"):
        names = marked(metafunc, "junction_events", _event_names())
        metafunc.parametrize("junction_any_event", names, indirect=True)


def _is_wanted(metafunc: pytest.Metafunc, fixture: str) -> bool:
    """Return whether a test takes the fixture, and does not choose its parameters itself."""
    marks = metafunc.definition.iter_markers("parametrize")
    by_hand = {name for mark in marks for name in _argument_names(mark)}
    return fixture in metafunc.fixturenames and fixture not in by_hand


def _argument_names(mark: pytest.Mark) -> Sequence[str]:
    names = mark.args[0] if mark.args else mark.kwargs.get("argnames", ())
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else names


def _parameter(request: pytest.FixtureRequest, lister: str) -> str:
    """Return the name that the test is run with. Fails if pytest has not parametrized the test."""
    name = getattr(request, "param", None)
    if isinstance(name, str):
        return name
    fixture = request.fixturename
    pytest.fail(
        f"{fixture} runs a test function once for each name: take it as an argument of a test function, or "
        f"parametrize it with names and indirect=True. A unittest.TestCase, request.getfixturevalue and a "
        f"fixture that is not an argument get no name: loop over {lister} there.",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def junction_secret() -> str:
    """The secret that deliveries are signed with. Override it with the secret of your test endpoint.

    ```python
    @pytest.fixture(scope="session")
    def junction_secret():
        return settings.JUNCTION_WEBHOOK_SECRET
    ```
    """
    return str(signing.BENCH_SECRET)


@pytest.fixture(scope="session")
def junction_webhook(junction_secret: str) -> signing.Webhook:
    """The `Webhook` that verifies what `junction_sign` signs.

    ```python
    def test_a_receiver(junction_webhook, junction_sign, junction_event):
        delivery = junction_webhook.verify(*junction_sign(junction_event("labtest.order.updated/completed")))
        assert delivery.event.data.status == "completed"
    ```
    """
    return signing.Webhook(junction_secret)


@pytest.fixture(scope="session")
def junction_sign(junction_webhook: signing.Webhook, pytestconfig: pytest.Config) -> Sign:
    """Sign a delivery of a journey, a fixture, a body, a parsed payload, an event. Returns body and headers.

    A delivery of a journey keeps its id, so a duplicate has the same id. Anything else gets a new id unless
    `id` is given. The time of signing is now, unless `sent_at` is given. A body is bytes or str. An event is
    a model, a struct or an `InvalidEvent`. Usable inside `@given`.
    Raises `ValueError` for NaN and infinities, which JSON does not have, and if `Webhook.sign` does, and
    `TypeError` for anything else.

    ```python
    def test_a_handler(junction_sign, junction_event, client):
        body, headers = junction_sign(junction_event("labtest.order.created/ordered"))
        assert client.post("/webhooks/junction", content=body, headers=headers).is_success
    ```
    """

    @clears_locals
    def sign(
        what: Signable,
        *,
        id: str | None = None,  # noqa: A002  (as in Webhook.sign)
        sent_at: datetime | None = None,
    ) -> SignedDelivery:
        body = body_of(what)
        _coverage_of(pytestconfig).note(body)
        if hasattr(what, "raw"):
            pytestconfig.stash[_SIGNED] = cast("JourneyDelivery | Fixture", what)
            id = getattr(what, "id", None) if id is None else id  # noqa: A001  (as in Webhook.sign)
        headers = junction_webhook.sign(body, id=id, sent_at=sent_at)
        return SignedDelivery(body, headers)

    return sign


@pytest.fixture(scope="session")
def junction_endpoint(junction_secret: str) -> Callable[..., EndpointTest]:
    """Check an endpoint with the checks of `junction-webhooks test`.

    Give it the URL of a running server, or an ASGI or WSGI app and the path of its endpoint. `state` and
    `escalations` say where the service shows what it believes: URLs, or paths of the app, with `{order_id}`,
    `{appointment_id}` or `{user_id}`. What needs one of them and has none is not checked. `scenarios` limits
    which stories are played, and `before` is called with the ids of each. `check` takes ids, groups or
    patterns of checks, runs all without any, and fails the test with the shortest case.

    ```python
    def test_my_endpoint(junction_endpoint):
        endpoint = junction_endpoint(app, "/webhooks/junction", state="/orders/{order_id}")
        endpoint.check("signatures", "delivery", "state", skip=["delivery.concurrency"])
    ```
    """
    from junction_webhooks.pytest_plugin import _endpoint  # noqa: PLC0415  (slow to import, and not always needed)

    return partial(_endpoint.make, junction_secret)


@pytest.fixture(scope="session")
def junction_event(pytestconfig: pytest.Config) -> Load:
    """Load a fixture by its name, with its `payload`, `raw` and `event_type`.

    ```python
    def test_a_completed_order(junction_event):
        assert handle(junction_event("labtest.order.updated/completed").payload) == "results are ready"
    ```
    """

    def event(name: str) -> Fixture:
        found = fixtures.load(name)
        _coverage_of(pytestconfig).note(found.raw)
        return found

    return event


@pytest.fixture
def junction_any_event(request: pytest.FixtureRequest, junction_event: Load) -> Fixture:
    """Every fixture that is an event in turn, with its `payload`, `raw` and `event_type`.

    ```python
    @pytest.mark.junction_events("labtest.order.updated/*")
    def test_every_update(junction_any_event):
        handle(junction_any_event.payload)
    ```
    """
    return junction_event(_parameter(request, "junction_webhooks.fixtures.valid()"))


@pytest.fixture
def junction_scenario(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Scenario:
    """Every scenario in turn: its `deliveries`, each with `id`, `offset`, `payload` and `raw`.

    ```python
    @pytest.mark.junction_scenarios("redraw*")
    def test_every_redraw(junction_scenario):
        for delivery in junction_scenario.deliveries:
            handle(delivery.payload)
    ```
    """
    found = fixtures.scenario(_parameter(request, "junction_webhooks.fixtures.scenarios()"))
    for delivery in found.deliveries:
        _coverage_of(pytestconfig).note(delivery.raw)
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the scenario and the last signed delivery to the report of a failed test."""
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
    """Return the title and timeline of the scenario, with a mark at the delivery that was signed last."""
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
    """Receive what a worker of pytest-xdist exercised."""
    found = getattr(node, "workeroutput", {}).get(_OF_WORKER)
    if found:
        _coverage_of(node.config).add(found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the contract coverage if `--junction-report` was given."""
    if config.getoption("--junction-report"):
        terminalreporter.section("contract coverage")
        for line in _coverage_of(config).lines():
            terminalreporter.line(line)


def _coverage_of(config: pytest.Config) -> Coverage:
    from junction_webhooks.pytest_plugin._coverage import Coverage  # noqa: PLC0415  (only if something is noted)

    return config.stash.setdefault(_COVERAGE, Coverage())


def _scenario_names() -> Sequence[str]:
    from junction_webhooks.journeys import scenarios as _scenarios  # noqa: PLC0415  (slow to import, and not always needed)

    return _scenarios.names()


def _event_names() -> Sequence[str]:
    return [fixture.name for fixture in fixtures.valid() if fixture.event_type]

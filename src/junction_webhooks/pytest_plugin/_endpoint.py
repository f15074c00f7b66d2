"""The checks of `junction-webhooks test`, for a suite: on a running server, or an app in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from junction_webhooks.live.checks.catalogue import selected
from junction_webhooks.live.checks.session import Session, Settings
from junction_webhooks.live.endpoints import HttpEndpoint
from junction_webhooks.live.guard import Guard
from junction_webhooks.live.in_process import endpoint_of
from junction_webhooks.live.reports.text import TextReport
from junction_webhooks.live.state.probe import Probe
from junction_webhooks.live.testing import explained, first_delivery, run_checks

if TYPE_CHECKING:
    from junction_webhooks.live.checks.model import Result
    from junction_webhooks.live.endpoints import Endpoint

_SETTLE: float = 1.0
"""Seconds: less than on the command line, because an app in this process is fast."""


@dataclass(frozen=True, slots=True)
class EndpointTest:
    """An endpoint to check."""

    endpoint: Endpoint
    secret: str = field(repr=False)
    settings: Settings

    def check(self, *only: str, skip: Sequence[str] = ()) -> tuple[Result, ...]:
        """Fail the test if a check fails, and return the results of all of them.

        `only` and `skip` are ids of checks, groups such as `signatures`, or patterns. Without `only`, all
        run. Raises `AssertionError`, and `ValueError` for a pattern that matches no check.
        """
        __tracebackhide__ = True
        checks = selected(only, skip)
        session = Session(self.endpoint, [self.secret], self.settings)
        outcome = first_delivery(session)
        if not outcome.accepted:
            raise AssertionError(explained(outcome, str(self.endpoint)))
        results = tuple(run_checks(session, checks))
        failed = [each for each in results if each.finding.status == "failed"]
        if failed:
            report = TextReport()
            lines = [line for each in failed for line in report.lines(each)]
            message = "\n".join([f"{len(failed)} of {len(results)} checks failed", *lines])
            raise AssertionError(message)
        return results


def make(  # noqa: PLR0913  (each may be left out)
    secret: str,
    target: str | Callable[..., Any],
    path: str = "/",
    *,
    state: str | Sequence[str] = (),
    pointer: str = "",
    escalations: str | None = None,
    scenarios: Sequence[str] = (),
    before: Callable[[Mapping[str, Any]], None] | None = None,
    settle: float = _SETTLE,
    allow_hosts: Sequence[str] = (),
) -> EndpointTest:
    """Return the endpoint at a URL, or at a path of an app. Raises `DestinationError` and `ValueError`."""
    endpoint: Endpoint
    if isinstance(target, str):
        guard = Guard(allow_hosts)
        endpoint = HttpEndpoint(guard.check(target), guard)
    else:
        endpoint = endpoint_of(target, path)
    templates = (state,) if isinstance(state, str) else tuple(state)
    asked = [*templates, *([escalations] if escalations is not None else [])]
    if not isinstance(target, str) and not all(each.startswith("/") for each in asked):
        message = "what an app in this process shows is at a path, such as /orders/{order_id}"
        raise ValueError(message)
    settings = Settings(scenarios=scenarios, before=before, settle=settle)
    if templates:
        settings = replace(settings, state=Probe(templates, pointer))
    if escalations is not None:
        settings = replace(settings, escalations=Probe((escalations,)))
    return EndpointTest(endpoint, secret, settings)

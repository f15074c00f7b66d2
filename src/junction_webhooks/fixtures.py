"""Hand-written payloads, and scenarios, which are whole stories as a series of deliveries. Load them by name.

Examples:
    >>> from junction_webhooks import fixtures
    >>> fixtures.load("labtest.order.updated/completed").payload["event_type"]
    'labtest.order.updated'
    >>> fixtures.invalid("labtest.order.created")[0].violations
    (ExpectedViolation(path='/event_type', keyword='enum'),)
    >>> fixtures.scenario("reschedule").deliveries[0].event_type
    'labtest.order.created'
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from junction_webhooks._json.patch import patched
from junction_webhooks._similar import did_you_mean
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract.families import FAMILIES
from junction_webhooks.journeys import scenarios as _scenarios
from junction_webhooks.journeys.model import Journey, JourneyDelivery
from junction_webhooks.journeys.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "ExpectedViolation",
    "Fixture",
    "InvalidFixture",
    "Journey",
    "JourneyDelivery",
    "Scenario",
    "invalid",
    "load",
    "scenario",
    "scenarios",
    "valid",
]

_BARE: Final = frozenset(family.bare_form.name for family in FAMILIES if family.bare_form)
"""The kinds of payloads without an envelope."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """A payload, and what it is for."""

    name: str
    """Its folder and its file, without `.json`: `labtest.order.updated/completed`."""
    title: str
    about: str
    raw: bytes = field(repr=False)
    """The payload in bytes: its file, or another fixture with its patch applied."""

    @property
    def kind(self) -> str:
        """The event type, or `bare_order` for an order without an envelope."""
        return self.name.partition("/")[0]

    @property
    def event_type(self) -> str | None:
        """The event type, or None for a payload without an envelope."""
        return None if self.kind in _BARE else self.kind

    @property
    def payload(self) -> dict[str, Any]:
        """The parsed payload, a new copy each time: yours to change."""
        payload: dict[str, Any] = json.loads(self.raw)
        return payload


class ExpectedViolation(NamedTuple):
    """A violation that `check` reports for a fixture with a mistake."""

    path: str
    """JSON pointer (RFC 6901) to the value that breaks the rule, or to where a missing value should be."""
    keyword: str
    """The rule: a JSON Schema keyword."""


@dataclass(frozen=True, slots=True)
class InvalidFixture(Fixture):
    """A payload with one mistake, and what `check` says about it."""

    base: str
    """The name of the same fixture without the mistake."""
    violations: tuple[ExpectedViolation, ...]
    """Everything that `check` reports if it is given the event type, in order."""
    verdict: Literal["drifts", "rejected"]


def valid(event_type: str | None = None) -> tuple[Fixture, ...]:
    """Return all payloads that conform, or those of one event type, in the order of the index.

    Bare orders have no event type: only a call without `event_type` returns them.

    Examples:
        >>> from junction_webhooks import fixtures
        >>> [each.name for each in fixtures.valid("labtest.appointment.created")]
        ['labtest.appointment.created/scheduled', 'labtest.appointment.created/minimal']
    """
    fixtures = _valid().values()
    return tuple(fixture for fixture in fixtures if event_type in {None, fixture.event_type})


def invalid(event_type: str | None = None) -> tuple[InvalidFixture, ...]:
    """Return all payloads with a mistake, or those of one event type, in the order of the index.

    Bare orders have no event type: only a call without `event_type` returns them.

    Examples:
        >>> from junction_webhooks import check, fixtures
        >>> for each in fixtures.invalid("labtest.order.created"):
        ...     assert check(each.raw, event_type=each.event_type).verdict == each.verdict
    """
    return tuple(fixture for fixture in _invalid() if event_type in {None, fixture.event_type})


def load(name: str) -> Fixture:
    """Return the fixture of that name.

    Raises `KeyError` with similar names if there is none.

    Examples:
        >>> from junction_webhooks import fixtures
        >>> fixtures.load("labtest.order.updated/completed").payload["data"]["status"]
        'completed'
    """
    try:
        return _valid()[name]
    except KeyError:
        message = _no_such("fixture", name, list(_valid()), "`fixtures.valid()`")
        raise KeyError(message) from None


def scenarios() -> tuple[Scenario, ...]:
    """Return all scenarios, in the order of their stories.

    Examples:
        >>> from junction_webhooks import fixtures
        >>> "reschedule" in [each.name for each in fixtures.scenarios()]
        True
    """
    return tuple(map(_scenarios.load, _scenarios.names()))


def scenario(name: str) -> Scenario:
    """Return the scenario of that name.

    Raises `KeyError` with similar names if there is none.

    Examples:
        >>> from junction_webhooks import fixtures
        >>> [each.summary for each in fixtures.scenario("no_appointment").deliveries]
        ['order ordered', 'order requisition_created', 'order completed']
    """
    if name not in _scenarios.names():
        message = _no_such("scenario", name, _scenarios.names(), "`junction-webhooks scenarios`")
        raise KeyError(message)
    return _scenarios.load(name)


def _no_such(kind: str, name: str, known: Sequence[str], lister: str) -> str:
    near = did_you_mean(name, known) or f"{lister} lists all {len(known)}, such as {', '.join(known[:3])}"
    return f"there is no {kind} {name!r}: {near}"


@cache
def _valid() -> Mapping[str, Fixture]:
    return {name: Fixture(**entry, raw=_file("valid", name)) for name, entry in _indexed("valid")}


@cache
def _invalid() -> tuple[InvalidFixture, ...]:
    found = []
    for name, entry in _indexed("invalid"):
        written = json.loads(_file("invalid", name))
        payload = patched(load(written["base"]).payload, written["patch"])
        found.append(
            InvalidFixture(
                **entry,
                raw=json.dumps(payload, ensure_ascii=False, indent=2).encode(),
                base=written["base"],
                violations=tuple(ExpectedViolation(**each) for each in written["violations"]),
                verdict=written["verdict"],
            )
        )
    return tuple(found)


def _indexed(folder: Literal["valid", "invalid"]) -> Iterator[tuple[str, dict[str, str]]]:
    index = json.loads(_data.folder("fixtures").joinpath("index.json").read_bytes())
    for name, entry in index[folder].items():
        yield name, {"name": name, "title": entry["title"], "about": entry["about"]}


def _file(folder: Literal["valid", "invalid"], name: str) -> bytes:
    return _data.folder("fixtures").joinpath(folder, *f"{name}.json".split("/")).read_bytes()

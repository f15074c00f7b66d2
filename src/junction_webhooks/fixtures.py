"""The hand-written payloads, and the scenarios that tell whole stories in deliveries, by name.

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

import difflib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from junction_webhooks._json.patch import patched
from junction_webhooks.contract import _files as _data
from junction_webhooks.journeys import scenarios as _scenarios
from junction_webhooks.journeys.builder import Journey, JourneyDelivery
from junction_webhooks.journeys.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "BARE_ORDER",
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

BARE_ORDER: Final = "bare_order"
"""The folder of orders without their envelope."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """One payload and what it is for."""

    name: str
    """Its folder and file, without `.json`: `labtest.order.updated/completed`."""
    title: str
    about: str
    raw: bytes = field(repr=False)
    """The payload in bytes: what stands in its file, or what its patch makes of another fixture."""

    @property
    def event_type(self) -> str | None:
        """The event type, or None for a bare order."""
        folder = self.name.split("/")[0]
        return None if folder == BARE_ORDER else folder

    @property
    def payload(self) -> dict[str, Any]:
        """The payload parsed, anew each time: yours to change."""
        payload: dict[str, Any] = json.loads(self.raw)
        return payload


class ExpectedViolation(NamedTuple):
    """A violation that `check` reports of a payload that is broken on purpose."""

    path: str
    """JSON pointer (RFC 6901) to the value that breaks the rule, or to where a missing one belongs."""
    keyword: str
    """The rule: a JSON Schema keyword."""


@dataclass(frozen=True, slots=True)
class InvalidFixture(Fixture):
    """One payload with one mistake in it, and what `check` says of it."""

    base: str
    """The name of the valid fixture that it is without the mistake."""
    violations: tuple[ExpectedViolation, ...]
    """All that `check` reports when it is told the event type, in its order."""
    verdict: Literal["drifts", "rejected"]


def valid(event_type: str | None = None) -> tuple[Fixture, ...]:
    """All payloads that conform, or those of one event type, in the order of the index.

    Bare orders are part of all of them, and of no event type.
    """
    fixtures = _valid().values()
    return tuple(fixture for fixture in fixtures if event_type in {None, fixture.event_type})


def invalid(event_type: str | None = None) -> tuple[InvalidFixture, ...]:
    """All payloads with a mistake, or those of one event type, in the order of the index.

    Bare orders are part of all of them, and of no event type.
    """
    return tuple(fixture for fixture in _invalid() if event_type in {None, fixture.event_type})


def load(name: str) -> Fixture:
    """The fixture of that name.

    Raises `KeyError`, which names the nearest fixtures, when there is none.
    """
    try:
        return _valid()[name]
    except KeyError:
        message = _no_such("fixture", name, list(_valid()), "`fixtures.valid()`")
        raise KeyError(message) from None


def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, in the order of their stories."""
    return tuple(map(_scenarios.load, _scenarios.names()))


def scenario(name: str) -> Scenario:
    """The scenario of that name.

    Raises `KeyError`, which names the nearest scenarios, when there is none.
    """
    if name not in _scenarios.names():
        message = _no_such("scenario", name, _scenarios.names(), "`junction-webhooks scenarios`")
        raise KeyError(message)
    return _scenarios.load(name)


def _no_such(kind: str, name: str, known: Sequence[str], lister: str) -> str:
    near = difflib.get_close_matches(name, known, n=3) or known[:3]
    return f"no {kind} {name!r}: there are {len(known)}, such as {', '.join(near)}; {lister} lists all"


@cache
def _valid() -> Mapping[str, Fixture]:
    return {name: Fixture(**words, raw=_file("valid", name)) for name, words in _indexed("valid")}


@cache
def _invalid() -> tuple[InvalidFixture, ...]:
    found = []
    for name, words in _indexed("invalid"):
        written = json.loads(_file("invalid", name))
        payload = patched(load(written["base"]).payload, written["patch"])
        found.append(
            InvalidFixture(
                **words,
                raw=json.dumps(payload, ensure_ascii=False, indent=2).encode(),
                base=written["base"],
                violations=tuple(ExpectedViolation(**each) for each in written["violations"]),
                verdict=written["verdict"],
            )
        )
    return tuple(found)


def _indexed(room: Literal["valid", "invalid"]) -> Iterator[tuple[str, dict[str, str]]]:
    index = json.loads(_data.folder("fixtures").joinpath("index.json").read_bytes())
    for name, entry in index[room].items():
        yield name, {"name": name, "title": entry["title"], "about": entry["about"]}


def _file(room: Literal["valid", "invalid"], name: str) -> bytes:
    return _data.folder("fixtures").joinpath(room, *f"{name}.json".split("/")).read_bytes()

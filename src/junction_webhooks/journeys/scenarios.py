"""Scenarios: named journeys, read from `fixtures/scenarios/`.

A scenario is a file of small steps, one per line: `at` says when, then comes whose status changes and to
what. `detail`, `slot`, `data`, `set`, `sent` and `delay` are those of a `Step`. The payloads are built from
them. A step with `resend` instead sends the body of an earlier delivery again, by its number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, get_args

from junction_webhooks import lifecycle
from junction_webhooks.contract import _files as _data
from junction_webhooks.journeys.builder import JourneyBuilder
from junction_webhooks.journeys.model import (
    Base,
    Journey,
    JourneyDelivery,  # noqa: F401  (the annotation of an inherited field is resolved here)
    Step,
    Subject,
    parse_duration,
)

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_STEP_PROPERTIES: Final = frozenset(
    {"at", "detail", "slot", "data", "set", "sent", "delay", *get_args(Subject)}
)
_PROPERTIES: Final = frozenset({"title", "story", "about", "base", "start", "steps"})


@dataclass(frozen=True, repr=False, kw_only=True)
class Scenario(Journey):
    """A named journey: a story from Junction's documentation, from the first delivery to the last."""

    name: str
    """Its file in `fixtures/scenarios/`, without `.json`: `reschedule`."""
    title: str
    about: str
    story: str
    """The title of its story. Several scenarios can be variants of the same story."""

    @property
    def _label(self) -> str:
        return f"{type(self).__name__} {self.name}"


class ScenarioError(ValueError):
    """A scenario cannot be read. The message names the file and the step, and says what is wrong."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all scenarios, in the order of the index."""
    index = json.loads(_data.folder("fixtures").joinpath("index.json").read_bytes())
    return tuple(index["scenarios"])


@cache
def load(name: str) -> Scenario:
    """Return the scenario of a name in the index. Raises `ScenarioError` if its file is wrong."""
    return read(_folder() / f"{name}.json")


def read(path: Traversable) -> Scenario:
    """Return the scenario in a file. Raises `ScenarioError` if the file is wrong."""
    written = json.loads(path.read_bytes())
    name = path.name.removesuffix(".json")
    if written.keys() != _PROPERTIES:
        wrong = ", ".join(sorted(written.keys() ^ _PROPERTIES))
        message = f"fixtures/scenarios/{path.name}: missing or unknown: {wrong}"
        raise ScenarioError(message)
    builder = JourneyBuilder(base(written["base"]), name=name, start=datetime.fromisoformat(written["start"]))
    for number, step in enumerate(written["steps"], start=1):
        try:
            if step.keys() == {"at", "resend"}:
                builder.resend(step["resend"], parse_duration(step["at"]))
            else:
                builder.take(_step(step))
        except ValueError as error:
            message = f"fixtures/scenarios/{path.name}: step {number}: {error}"
            raise ScenarioError(message) from None
    journey = builder.journey()
    return Scenario(
        name=name,
        title=written["title"],
        about=written["about"],
        story=written["story"],
        start=journey.start,
        deliveries=journey.deliveries,
    )


@cache
def base(name: str) -> Base:
    """Return the base of a scenario: a file in `fixtures/scenarios/bases/` with what never changes."""
    return Base(**json.loads(_folder().joinpath("bases", f"{name}.json").read_bytes()))


def _folder() -> Traversable:
    return _data.folder("fixtures") / "scenarios"


def _step(written: Mapping[str, Any]) -> Step:
    unknown = written.keys() - _STEP_PROPERTIES
    subjects = [subject for subject in get_args(Subject) if subject in written]
    if unknown or len(subjects) != 1:
        message = f"has one of {', '.join(get_args(Subject))}, and no {', '.join(sorted(unknown)) or 'other'}"
        raise ValueError(message)
    if subjects == ["appointment"] and written["appointment"] not in lifecycle.appointment().states:
        message = f"{written['appointment']!r} is not an event status of an appointment"
        raise ValueError(message)
    return Step(
        at=parse_duration(written["at"]),
        subject=subjects[0],
        status=written[subjects[0]],
        detail=written.get("detail"),
        slot=datetime.fromisoformat(written["slot"]) if "slot" in written else None,
        data=written.get("data"),
        set=written.get("set", {}),
        sent=written.get("sent"),
        delay=parse_duration(written.get("delay", "0s")),
    )

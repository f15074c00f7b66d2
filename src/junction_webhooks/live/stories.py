"""What can be sent: fixtures and scenarios by name or pattern, and payloads from files.

A story is a series of deliveries that belong together. It is sent with fresh ids and current times.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from junction_webhooks import fixtures, redaction
from junction_webhooks._similar import did_you_mean, inside
from junction_webhooks._tracebacks import clears_locals
from junction_webhooks.inputs.paths import STANDARD_INPUT, files
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import Input
from junction_webhooks.journeys import generate_journeys
from junction_webhooks.journeys.model import JourneyDelivery, body
from junction_webhooks.live.renewal import as_recorded, fresh
from junction_webhooks.live.story_files import deliveries_in, is_story
from junction_webhooks.live.views import summary_of, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import EventType
    from junction_webhooks.fixtures import Fixture

_KEY_BYTES: Final = 32
_PATTERN: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Story:
    """Deliveries that belong together, in the order of their arrival."""

    name: str
    title: str
    deliveries: tuple[JourneyDelivery, ...]
    is_synthetic: bool = True
    """Whether it comes from this package. Its patients are then made up, so its ids may be shown."""


class StoryError(LookupError):
    """There is nothing to send, or it may not be sent. The message says what to do."""


@clears_locals
def find(names: Sequence[str], *, keep: bool = False, raw: bool = False) -> tuple[Story, ...]:
    """Return the stories of all names: scenarios and fixtures, patterns of both, and paths.

    All fixtures are one story, and so are all payloads of all files, because they may be about the same
    order. Payloads of files are redacted, except those of the cases that `test` writes, which are synthetic.
    Each story gets fresh ids and current times, unless `keep` is true. With `raw`, payloads of files stay
    exactly as they are.
    Raises `StoryError` for a name without a story, and for a payload that cannot be redacted; `InputError`
    for a path that cannot be read.
    """
    change = as_recorded if keep else fresh
    chosen = [_chosen(name) for name in names]
    single = [fixture for each in chosen for fixture in each.fixtures]
    captured = [found for each in chosen for found in each.inputs]
    # By key, so that the story of all fixtures, and that of all files, comes where its first is named.
    stories: dict[str, Story] = {}
    for number, each in enumerate(chosen):
        for scenario in each.scenarios:
            story = Story(scenario.name, scenario.title, change(scenario.deliveries))
            stories[f"{number}/{scenario.name}"] = story
        if each.fixtures and "fixtures" not in stories:
            story = _of_fixtures(single)
            stories["fixtures"] = replace(story, deliveries=change(story.deliveries))
        if each.saved:
            story = _of_saved(each.saved, raw=raw)
            stories[f"{number}/{story.name}"] = replace(story, deliveries=change(story.deliveries))
        if each.inputs and "inputs" not in stories:
            story = _of_inputs(captured, raw=raw)
            stories["inputs"] = story if raw else replace(story, deliveries=change(story.deliveries))
    return tuple(stories.values())


def generate(count: int, seed: int, *, keep: bool = False) -> tuple[Story, ...]:
    """Return that many random journeys: whole stories of an order, without delivery faults.

    The same seed gives the same journeys. They get fresh ids and current times, unless `keep` is true.
    """
    change = as_recorded if keep else fresh
    found = islice(generate_journeys(seed), count)
    return tuple(
        Story(f"journey {number}", "", change(each.deliveries)) for number, each in enumerate(found, start=1)
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What one name means."""

    scenarios: Sequence[fixtures.Scenario] = ()
    fixtures: Sequence[Fixture] = ()
    inputs: Sequence[Input] = ()
    saved: Path | None = None
    """A file with a story, such as `test` writes."""


def _chosen(name: str) -> _Chosen:
    """Return what a name means. Raises `StoryError`, and `InputError` for a path that cannot be read."""
    valid = {each.name: each for each in fixtures.valid()}
    every = valid | {each.name: each for each in fixtures.invalid()}
    scenarios = {each.name: each for each in fixtures.scenarios()}
    if name in every:
        return _Chosen(fixtures=[every[name]])
    if name in scenarios:
        return _Chosen(scenarios=[scenarios[name]])
    if name == STANDARD_INPUT or Path(name).exists():
        return _Chosen(saved=Path(name)) if is_story(Path(name)) else _Chosen(inputs=[*_inputs(name)])
    if _PATTERN & {*name}:
        # A pattern never matches payloads with a mistake: those are sent only if somebody names them.
        chosen = _Chosen(
            scenarios=[each for found, each in scenarios.items() if fnmatchcase(found, name)],
            fixtures=[each for found, each in valid.items() if "/" in name and fnmatchcase(found, name)],
        )
        if chosen.scenarios or chosen.fixtures:
            return chosen
    below = inside(name, valid)
    near = did_you_mean(name, [*scenarios, *every])
    if below:
        # Quoted, so that a shell leaves the pattern to this command.
        near = f"did you mean {below[0]}, or '{name}/*' for all {len(below)} of its fixtures?"
    message = (
        f"{name}: there is no such scenario, fixture or file: "
        f"{near or '`junction-webhooks scenarios` lists scenarios'}"
    )
    raise StoryError(message)


def _inputs(path: str) -> Iterator[Input]:
    """Yield the payloads of a path.

    Raises `InputError` for a path that cannot be read, `StoryError` for a record that cannot be read.
    """
    for file in files(path):
        for record in records(file):
            if not isinstance(record, Input):
                message = f"{record.place}: not sent: {record.reason}"
                raise StoryError(message)
            yield record


def _of_fixtures(chosen: Sequence[Fixture]) -> Story:
    made = [
        _delivery(number, each.payload, body(each.payload), each.title) for number, each in enumerate(chosen)
    ]
    title = chosen[0].title if len(chosen) == 1 else ""
    return Story(chosen[0].name if len(chosen) == 1 else f"{len(chosen)} fixtures", title, _spread(made))


def _of_saved(path: Path, *, raw: bool) -> Story:
    """Return the story in a file, in its order of arrival and with its duplicates."""
    key = secrets.token_bytes(_KEY_BYTES)
    try:
        deliveries, is_synthetic = deliveries_in(
            path, json.loads if raw else lambda content: redaction.redact(content, key=key)
        )
    except ValueError as error:
        message = f"{path}: not sent: {error}"
        raise StoryError(message) from None
    return Story(str(path), "", deliveries, is_synthetic)


def _of_inputs(captured: Sequence[Input], *, raw: bool) -> Story:
    key = secrets.token_bytes(_KEY_BYTES)
    made = []
    for number, found in enumerate(captured):
        if raw:
            payload, content = _lenient(found.body), found.body
        else:
            try:
                payload = redaction.redact(found.body, key=key)
            except redaction.RedactionError as error:
                message = f"{found.place}: not sent: {error}; on this machine, --raw sends it as it is"
                raise StoryError(message) from None
            content = body(payload)
        made.append(_delivery(number, payload, content, summary_of(payload)))
    sources = {found.place.source for found in captured}
    name = captured[0].place.source if len(sources) == 1 else f"{len(sources)} files"
    return Story(name, "", _spread(made), is_synthetic=False)


def _lenient(content: bytes) -> Any:
    """Return the parsed body, or None for one that cannot be read: it is sent all the same."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _delivery(number: int, payload: Any, content: bytes, summary: str) -> JourneyDelivery:
    event_type = payload.get("event_type") if isinstance(payload, dict) else None
    shown = event_type if isinstance(event_type, str) else "no event type"
    return JourneyDelivery(
        id=f"msg_{secrets.token_hex(8)}_{number + 1:02}",
        offset=timedelta(),
        # A file may contain events outside the contract.
        event_type=cast("EventType", shown),
        raw=content,
        summary=summary,
    )


def _spread(deliveries: Sequence[JourneyDelivery]) -> tuple[JourneyDelivery, ...]:
    """Return the deliveries with offsets by the times in their payloads, in the same order."""
    made: list[JourneyDelivery] = []
    first = latest = None
    for each in deliveries:
        time = time_of(_lenient(each.raw))
        if time is not None:
            first = first or time
            latest = max(latest or time, time)
        offset = latest - first if first is not None and latest is not None else timedelta()
        made.append(replace(each, offset=offset))
    return tuple(made)

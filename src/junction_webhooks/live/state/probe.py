"""Asking a service what it believes: about the orders of a story, and about open escalations."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._json import pointer
from junction_webhooks.live.state.ids import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from junction_webhooks.live.endpoints import Endpoint
    from junction_webhooks.live.state.ids import StoryIds

_FIELD: Final = re.compile(r"{(\w*)}")
_UNKNOWN: Final = frozenset({404, 410})
_FIRST_PAUSE: Final = 0.02
"""Seconds between two answers that have to agree. Each further pause is twice as long."""


class ProbeError(Exception):
    """The service did not answer a question about its state. The message says how it answered instead."""


@dataclass(frozen=True, slots=True)
class Probe:
    """URLs to GET, with the names of ids in braces, and where in the answers the state is."""

    templates: tuple[str, ...]
    pointer: str = ""
    """The JSON pointer of the part that counts; the empty one is the whole answer."""

    def __post_init__(self) -> None:
        """Check the names. Raises `ValueError` for a name that is not an id, and for a malformed pointer."""
        for template in self.templates:
            unknown = [name for name in _FIELD.findall(template) if name not in NAMES]
            if unknown:
                message = f"{{{unknown[0]}}} is not an id of a story: use one of {', '.join(NAMES)}"
                raise ValueError(message)
        pointer.split(self.pointer)

    def urls(self, ids: StoryIds) -> Iterator[tuple[str, str]]:
        """Yield what each question is about, such as `order 1`, and its URL."""
        for template in self.templates:
            names = list(dict.fromkeys(_FIELD.findall(template)))
            numbered = [list(enumerate(ids.values[name], start=1)) for name in names]
            for chosen in product(*numbered):
                label = ", ".join(
                    f"{name.removesuffix('_id')} {number}"
                    for name, (number, _) in zip(names, chosen, strict=True)
                )
                values = dict(zip(names, (value for _, value in chosen), strict=True))
                yield label or "answer", _filled(template, values)

    def read(self, endpoint: Endpoint, ids: StoryIds) -> dict[str, Any]:
        """Return the answers by what they are about, without those that the service does not know.

        Raises `ProbeError` for an answer that is neither 2xx nor 404.
        """
        found = {}
        for label, url in self.urls(ids):
            outcome = endpoint.get(url)
            if outcome.status in _UNKNOWN:
                continue
            if not outcome.accepted:
                message = f"the probe of {label} was answered with {outcome.status or outcome.detail}"
                raise ProbeError(message)
            part = self._part(outcome.body)
            if part is not None:
                found[label] = part
        return found

    def _part(self, body: bytes) -> Any:
        try:
            value = json.loads(body)
        except ValueError:
            value = body.decode("utf-8", "replace").strip()
        try:
            return pointer.get(value, pointer.split(self.pointer))
        except LookupError:
            return None


def settled(read: Callable[[], Mapping[str, Any]], *, patience: float, lag: float = 0) -> dict[str, Any]:
    """Return what `read` returns twice in a row, after a pause, or the last answer when patience is over.

    `lag` is how long the service is known to take until its answers no longer change.
    """
    deadline = time.monotonic() + patience + lag
    time.sleep(lag)
    pause = _FIRST_PAUSE
    before = read()
    while True:
        time.sleep(min(pause, max(0, deadline - time.monotonic())))
        now = read()
        if now == before or time.monotonic() >= deadline:
            return dict(now)
        before, pause = now, pause * 2


def measured_lag(read: Callable[[], Mapping[str, Any]], *, patience: float) -> float:
    """Return how many seconds after the first answer the answers changed for the last time."""
    started = time.monotonic()
    before, lag, pause = read(), 0.0, _FIRST_PAUSE
    while time.monotonic() - started < patience:
        time.sleep(min(pause, patience))
        now = read()
        if now != before:
            before, lag = now, time.monotonic() - started
        pause = min(pause * 2, patience / 10)
    return lag


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda match: values[match[1]], template)

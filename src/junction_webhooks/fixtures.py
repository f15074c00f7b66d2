"""The hand-written payloads, by name.

>>> from junction_webhooks import fixtures
>>> fixtures.load("labtest.order.updated/completed").payload["event_type"]
'labtest.order.updated'
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import _data

if TYPE_CHECKING:
    from collections.abc import Mapping

BARE_ORDER: Final = "bare_order"
"""The folder of orders without their envelope."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """One payload and what it is for."""

    name: str
    """Its folder and file below `fixtures/valid/`, without `.json`: `labtest.order.updated/completed`."""
    title: str
    about: str
    raw: bytes = field(repr=False)
    """The payload as it stands in the file, byte for byte."""

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


def valid(event_type: str | None = None) -> tuple[Fixture, ...]:
    """All payloads that conform, or those of one event type, in the order of the index.

    Bare orders are part of all of them, and of no event type.
    """
    fixtures = _valid().values()
    return tuple(fixture for fixture in fixtures if event_type in {None, fixture.event_type})


def load(name: str) -> Fixture:
    """The fixture of that name.

    Raises `KeyError`, which names the nearest fixtures, when there is none.
    """
    try:
        return _valid()[name]
    except KeyError:
        near = difflib.get_close_matches(name, _valid(), n=3) or list(_valid())[:3]
        message = f"no fixture {name!r}; there is {', '.join(near)}"
        raise KeyError(message) from None


@cache
def _valid() -> Mapping[str, Fixture]:
    root = _data.folder("fixtures")
    index = json.loads(root.joinpath("index.json").read_bytes())
    return {
        name: Fixture(
            name=name,
            title=entry["title"],
            about=entry["about"],
            raw=root.joinpath("valid", *f"{name}.json".split("/")).read_bytes(),
        )
        for name, entry in index["valid"].items()
    }

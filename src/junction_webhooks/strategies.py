"""Hypothesis strategies of payloads. Needs the extra `test`.

>>> from hypothesis import given
>>> from junction_webhooks import strategies
>>> @given(strategies.events("labtest.order.updated"))
... def test_handler(event):
...     assert event["event_type"] == "labtest.order.updated"
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from junction_webhooks import contract
from junction_webhooks._schema_strategies import from_bundle

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from junction_webhooks.contract import EventType


def events(event_type: EventType | None = None) -> SearchStrategy[dict[str, Any]]:
    """Payloads that conform: of one event type, or of any when none is named.

    They are complete events as parsed JSON. What the schemas leave open varies freely, so histories and
    ids need not be consistent: these payloads try a handler's parsing, not its logic.
    Raises `ValueError` for an unknown event type.
    """
    if event_type is None:
        return st.one_of([events(each) for each in contract.EVENT_TYPES])
    if event_type not in contract.EVENT_TYPES:
        message = f"unknown event_type {event_type!r}; known are {', '.join(contract.EVENT_TYPES)}"
        raise ValueError(message)
    return _events(event_type)


@cache
def _events(event_type: EventType) -> SearchStrategy[dict[str, Any]]:
    return from_bundle(contract.bundle("strict", event_type))

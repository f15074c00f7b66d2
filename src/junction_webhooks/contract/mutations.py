"""Every way to break exactly one rule of an event's bundle in a payload that conforms to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._jsonschema import mutate
from junction_webhooks.contract import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping, Sequence

    from junction_webhooks._json.pointer import Path
    from junction_webhooks._jsonschema.mutate import Broken, Mutation
    from junction_webhooks.contract import Schema

_ALTERNATIVES: Final[Mapping[Path, Sequence[Any]]] = {("event_type",): EVENT_TYPES}
"""The only values to try for `event_type`: with any other, the payload would not be an event."""


def mutations(
    bundle: Schema, payload: Any, *, known: MutableMapping[Path, list[Broken]] | None = None
) -> Iterator[Mutation]:
    """Every mutation of a payload that conforms to the bundle of its event, in the bundle's order.

    `known` is empty at first, and makes the mutations of further payloads of the same bundle cheaper. Raises
    `UnknownKeywordError` for a keyword that the contract does not use.
    """
    return mutate.mutations(bundle, payload, alternatives=_ALTERNATIVES, known=known)

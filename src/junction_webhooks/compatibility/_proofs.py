"""Who is broken by a difference between two versions of a schema: by proof, or by a payload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks import fixtures
from junction_webhooks._jsonschema.instances import instance, likely_values
from junction_webhooks._jsonschema.subsume import (
    CyclicError,
    counterexample,
    inlined,
    is_subschema,
    validator,
)
from junction_webhooks.contract import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from junction_webhooks._jsonschema.diff import Difference
    from junction_webhooks.contract import Schema

Verdict: TypeAlias = Literal["compatible", "breaking", "unproven"]
"""What a comparison found for one side: a proof, a counterexample, or neither."""


@dataclass(frozen=True, slots=True)
class Direction:
    """What a change means for one side."""

    verdict: Verdict
    payload: Any = None
    """For a proven break: a payload that one version accepts and the other rejects."""


COMPATIBLE: Final = Direction("compatible")
UNPROVEN: Final = Direction("unproven")


class Proofs:
    """Two versions of one schema, and what can be proven about differences between them.

    Raises `ValueError` if either is not a JSON Schema.
    """

    def __init__(self, event_type: str, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        self._accepts_old, self._accepts_new = validator(old), validator(new)
        self._bases = self._payloads(event_type)
        self.consumer_is_safe = _is_proven(narrow=new, wide=old)
        """Whether the old version is proven to accept everything that the new one accepts."""
        self.producer_is_safe = _is_proven(narrow=old, wide=new)
        """Whether the new version is proven to accept everything that the old one accepts."""

    def consumer(self, difference: Difference) -> Direction:
        """Whether readers with the old version reject something that the difference adds."""
        if self.consumer_is_safe:
            return COMPATIBLE
        return self._direction(difference, self._accepts_new, self._accepts_old, is_consumer=True)

    def producer(self, difference: Difference) -> Direction:
        """Whether the new version rejects something that the difference removes."""
        if self.producer_is_safe:
            return COMPATIBLE
        return self._direction(difference, self._accepts_old, self._accepts_new, is_consumer=False)

    def _direction(
        self,
        difference: Difference,
        is_sent: Callable[[Any], bool],
        is_read: Callable[[Any], bool],
        *,
        is_consumer: bool,
    ) -> Direction:
        """Whether a difference breaks one side: whether a payload is sent that cannot be read."""
        try:
            before, after = inlined(difference.before, self._old), inlined(difference.after, self._new)
        except CyclicError:
            return UNPROVEN
        narrow, wide = (after, before) if is_consumer else (before, after)
        if is_subschema(narrow, wide):
            return COMPATIBLE
        in_narrow, in_wide = validator(narrow), validator(wide)
        parts = [value for value in likely_values(before, after) if in_narrow(value) and not in_wide(value)]
        found = counterexample(
            is_sent, lambda payload: not is_read(payload), self._bases, *_replacing(difference, parts)
        )
        return UNPROVEN if found is None else Direction("breaking", *found)

    def _payloads(self, event_type: str) -> list[Any]:
        """Payloads to change in one place, those that both versions accept first."""
        found = [each.payload for each in fixtures.valid(event_type)] if event_type in EVENT_TYPES else []
        for side in (self._new, self._old):
            whole = inlined(side, side, cut=True)
            found += [instance(whole, full=full) for full in (True, False)]
        return sorted(found, key=lambda each: self._accepts_old(each) + self._accepts_new(each), reverse=True)


def _is_proven(*, narrow: Schema, wide: Schema) -> bool:
    try:
        return is_subschema(inlined(narrow, narrow), inlined(wide, wide))
    except CyclicError:
        return False


def _replacing(
    difference: Difference, parts: Sequence[Any]
) -> tuple[Sequence[str], Callable[[Any], Iterable[Any]]]:
    """The paths at which to put the parts that show a difference, and what to put there for a value."""
    name = difference.subject
    if name is not None and difference.rule.names_property:

        def with_property(current: Any) -> Iterable[Any]:
            if isinstance(current, dict):
                others = {other: value for other, value in current.items() if other != name}
                yield from (others | {name: part[name]} if name in part else others for part in parts)

        return [path.rpartition("/")[0] for path in difference.paths], with_property

    def instead(current: Any) -> Iterable[Any]:
        for part in parts:
            yield part
            if isinstance(part, dict) and isinstance(current, dict):
                yield current | part

    return difference.paths, instead

"""Who is broken by a difference between two versions of a schema: by proof, or by a payload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks import fixtures
from junction_webhooks._jsonschema import guard
from junction_webhooks._jsonschema.effort import TooComplexError
from junction_webhooks._jsonschema.engines import reference_validator, validator
from junction_webhooks._jsonschema.instances import instances, likely_values
from junction_webhooks._jsonschema.subsume import (
    CyclicError,
    counterexample,
    differing_texts,
    inlined,
    is_subschema,
    parts,
    uncompared_pattern,
)
from junction_webhooks.contract import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from junction_webhooks._jsonschema.diff import Difference
    from junction_webhooks._jsonschema.effort import Effort
    from junction_webhooks.contract import Schema

Verdict: TypeAlias = Literal["compatible", "breaking", "unproven"]
"""What a comparison found for one side: a proof, a counterexample, or neither."""

_MAX_CANDIDATES: Final = 3_000
"""Payloads that are tried for one difference."""
_MAX_CONFIRMED: Final = 5_000
"""A schema of so many parts can be given to the reference engine: about 30 ms. GitHub's are larger."""


@dataclass(frozen=True, slots=True)
class Direction:
    """What a change means for one side."""

    verdict: Verdict
    payload: Any = None
    """If it is breaking and proven: a payload that one version accepts and the other rejects."""
    reason: str | None = None
    """If it is unproven: why, where there is more to say than that nothing was found."""


COMPATIBLE: Final = Direction("compatible")
UNPROVEN: Final = Direction("unproven")


class Proofs:
    """Two versions of one schema, and what can be proven about differences between them.

    Raises `TooComplexError` if an engine cannot take one of them in reasonable time, and `ValueError` for
    a value that is not a JSON Schema.
    """

    def __init__(self, event_type: str, old: Schema, new: Schema, effort: Effort) -> None:
        self._old, self._new, self._effort = old, new, effort
        self._cost = 1 + sum(guard.check_cost(side) for side in (old, new)) // 10
        self._accepts_old, self._accepts_new = validator(old), validator(new)
        self._references: dict[int, Callable[[Any], bool] | None] = {}
        self._bases = self._payloads(event_type)
        self.consumer_is_safe = self._is_proven(narrow=new, wide=old)
        """Whether the old version is proven to accept all that the new one accepts."""
        self.producer_is_safe = self._is_proven(narrow=old, wide=new)
        """Whether the new version is proven to accept all that the old one accepts."""

    def consumer(self, difference: Difference) -> Direction:
        """Whether readers with the old version reject something that the difference adds."""
        if self.consumer_is_safe:
            return COMPATIBLE
        return self._direction(difference, is_consumer=True)

    def producer(self, difference: Difference) -> Direction:
        """Whether the new version rejects something that the difference removes."""
        if self.producer_is_safe:
            return COMPATIBLE
        return self._direction(difference, is_consumer=False)

    def _direction(self, difference: Difference, *, is_consumer: bool) -> Direction:
        """A difference breaks a side if a payload that is sent cannot be read."""
        if not self._effort.spend("proofs"):
            return UNPROVEN
        try:
            before, after = inlined(difference.before, self._old), inlined(difference.after, self._new)
        except CyclicError:
            return UNPROVEN
        except TooComplexError as error:
            found = None
            if "" in difference.paths:
                # The payloads at hand may show what is new or gone at the root, such as a whole event.
                shows = self._shows(is_consumer=is_consumer)
                found = counterexample(shows, self._bases, [""], lambda current: [current])
            unproven = Direction("unproven", reason=f"its schema {error}")
            return unproven if found is None else Direction("breaking", *found)
        narrow, wide = (after, before) if is_consumer else (before, after)
        if is_subschema(narrow, wide, self._effort):
            return COMPATIBLE
        found = self._payload(difference, narrow, wide, (before, after), is_consumer=is_consumer)
        if found is not None:
            return Direction("breaking", *found)
        return Direction("unproven", reason=uncompared_pattern(narrow, wide, self._effort))

    def _payload(
        self, difference: Difference, narrow: Any, wide: Any, sides: tuple[Any, Any], *, is_consumer: bool
    ) -> tuple[Any] | None:
        """A payload that is sent and cannot be read, because of this difference."""
        in_narrow, in_wide = validator(narrow), validator(wide)
        values = [*differing_texts(narrow, wide, self._effort), *likely_values(*sides)]
        found = [value for value in values if in_narrow(value) and not in_wide(value)]
        shows = self._shows(is_consumer=is_consumer)
        return counterexample(shows, self._bases, *_replacing(difference, found))

    def _shows(self, *, is_consumer: bool) -> Callable[[Any], bool]:
        """A function that says whether a payload is sent and cannot be read, as long as it may be asked."""
        sent, read = (self._new, self._old) if is_consumer else (self._old, self._new)
        is_sent, is_read = (
            (self._accepts_new, self._accepts_old) if is_consumer else (self._accepts_old, self._accepts_new)
        )
        left = _MAX_CANDIDATES

        def shows(payload: Any) -> bool:
            nonlocal left
            left -= 1
            if left < 0 or not self._effort.spend("validations", self._cost):
                return False
            return is_sent(payload) and not is_read(payload) and self._is_confirmed(sent, read, payload)

        return shows

    def _is_confirmed(self, sent: Schema, read: Schema, payload: Any) -> bool:
        """Whether the reference engine agrees on the payload. It is not asked about very large schemas."""
        sides = (self._reference(sent), self._reference(read))
        return all(
            is_valid is None or is_valid(payload) is expected
            for is_valid, expected in zip(sides, (True, False), strict=True)
        )

    def _reference(self, schema: Schema) -> Callable[[Any], bool] | None:
        key = id(schema)
        if key not in self._references:
            is_small = parts(schema) <= _MAX_CONFIRMED
            self._references[key] = reference_validator(schema) if is_small else None
        return self._references[key]

    def _payloads(self, event_type: str) -> list[Any]:
        """Payloads to change in one place, those that both versions accept first."""
        found = [each.payload for each in fixtures.valid(event_type)] if event_type in EVENT_TYPES else []
        found += [value for side in (self._new, self._old) for value in instances(side)]
        return sorted(found, key=lambda each: self._accepts_old(each) + self._accepts_new(each), reverse=True)

    def _is_proven(self, *, narrow: Schema, wide: Schema) -> bool:
        try:
            return is_subschema(inlined(narrow, narrow), inlined(wide, wide), self._effort)
        except CyclicError:
            # With its references less can be proven, but more than nothing.
            return is_subschema(narrow, wide, self._effort)
        except TooComplexError as error:
            self._effort.give_up(f"the whole schema {error}: there is no proof for all changes together")
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

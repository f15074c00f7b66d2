"""A critical result is never lost: whatever else is missing, null or odd, its event parses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tables import table

from junction_webhooks import check, fixtures, lifecycle, parse_event
from junction_webhooks.contract.annotations import event as place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.fixtures import Fixture

CRITICAL: Final = "labtest.result.critical"
FIXTURES = fixtures.valid(CRITICAL)
CORE = {("event_type",), ("data",), ("data", "order_id")}
both_kinds = pytest.mark.parametrize("as_struct", [False, True], ids=["model", "struct"])


def properties() -> Iterator[tuple[str, ...]]:
    """The path of each property of the event and of its data."""
    for each in place_of(CRITICAL).properties():
        yield (each.name,)
    for each in place_of(CRITICAL).property("data").properties():
        yield ("data", each.name)


def without(payload: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The payload without one property."""
    return with_value(payload, path, None, remove=True)


def with_value(
    payload: dict[str, Any], path: tuple[str, ...], value: object, *, remove: bool = False
) -> dict[str, Any]:
    """The payload with another value for one property."""
    holder = payload["data"] if len(path) > 1 else payload
    holder.pop(path[-1], None)
    if not remove:
        holder[path[-1]] = value
    return payload


def test_the_core_is_the_order() -> None:
    """Only the event type, the data and the order are needed, and the specification has eight properties."""
    data = place_of(CRITICAL).property("data")
    assert {path for path in properties() if place(path).core} == CORE
    assert len(data.known_names) == 8
    assert "id" not in data.known_names


def place(path: tuple[str, ...]) -> Any:
    """The place that a path leads to."""
    found = place_of(CRITICAL)
    for name in path:
        found = found.property(name)
    return found


@both_kinds
@table("path", sorted(set(properties()) - CORE), ids="/".join)
@table("fixture", FIXTURES, ids=lambda each: each.name)
def test_every_other_property_may_be_missing_or_null(
    fixture: Fixture, path: tuple[str, ...], as_struct: bool
) -> None:
    """Without it, and with null in its place, the event parses and names its order."""
    order_id = fixture.payload["data"]["order_id"]
    for payload in (without(fixture.payload, path), with_value(fixture.payload, path, None)):
        assert check(payload).verdict in {"conforms", "drifts"}
        event: Any = parse_event(payload, as_struct=as_struct)
        assert event.data.order_id == order_id


@both_kinds
@given(missing=st.sets(st.sampled_from(sorted(set(properties()) - CORE))), extra=st.text())
def test_any_of_them_may_be_missing_at_once(
    as_struct: bool, missing: set[tuple[str, ...]], extra: str
) -> None:
    """Any set of them may be missing, with new properties and an interpretation of any words."""
    payload = fixtures.load(f"{CRITICAL}/partial").payload
    payload["data"] |= {"interpretation": extra, "status": extra, "news": extra}
    for path in missing:
        payload = without(payload, path)
    event: Any = parse_event(payload, as_struct=as_struct)
    assert event.data.order_id == payload["data"]["order_id"]


@pytest.mark.parametrize("path", sorted(CORE), ids="/".join)
def test_the_core_may_not(path: tuple[str, ...]) -> None:
    """Without its type, its data or its order the event is rejected, and null does not count."""
    payload = fixtures.load(f"{CRITICAL}/partial").payload
    assert check(without(payload, path)).verdict == "rejected"
    assert check(with_value(payload, path, None)).verdict == "rejected"


def test_two_results_of_one_order_are_compared_by_the_last_change() -> None:
    """`updated_at` decides; equal times of different payloads decide nothing, nor does one that is missing."""
    partial, final = (fixtures.load(f"{CRITICAL}/{name}").payload for name in ("partial", "final"))
    assert lifecycle.compare(partial, final) == "newer"
    assert lifecycle.compare(final, partial) == "older"
    assert lifecycle.compare(parse_event(partial), parse_event(final)) == "newer"
    assert lifecycle.compare(parse_event(partial).data, parse_event(final).data) == "newer"
    assert lifecycle.compare(final, final) == "same"
    again = fixtures.load(f"{CRITICAL}/final").payload
    again["data"]["status"] = "partial"
    assert lifecycle.compare(final, again) == "undecided"
    assert lifecycle.compare(without(partial, ("data", "updated_at")), final) == "undecided"


def test_results_of_two_orders_are_not_compared() -> None:
    """The order is what they are about."""
    one, other = (fixtures.load(f"{CRITICAL}/{name}").payload for name in ("final", "unknown"))
    with pytest.raises(ValueError, match="two objects cannot be compared"):
        lifecycle.compare(one, other)

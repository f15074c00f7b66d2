"""Large payloads: time and memory grow with the size, and of very many violations the first are listed."""

from __future__ import annotations

import copy
import json
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sizes import examples
from support.tables import table

from junction_webhooks import InvalidPayload, check, contract, fixtures, parse_event
from junction_webhooks._jsonschema.visit import walk
from junction_webhooks.validation import _pieces, _suggestions
from junction_webhooks.validation._folding import MOST_VIOLATIONS

if TYPE_CHECKING:
    from junction_webhooks.validation._engines import Engine

ORDER = fixtures.load("labtest.order.updated/everything").payload
ENGINES: tuple[Engine, ...] = ("jsonschema", "jsonschema-rs")
rather_fast = pytest.mark.parametrize(
    "engine", ["jsonschema-rs", pytest.param("jsonschema", marks=pytest.mark.exhaustive)]
)
"""The reference takes ten times as long, so it waits for the exhaustive tests."""
ARRAY_KEYWORDS = {
    "items", "prefixItems", "additionalItems", "contains", "minContains", "maxContains", "minItems", "maxItems",
    "uniqueItems", "unevaluatedItems",
}  # fmt: skip


def with_events(*entries: Any) -> dict[str, Any]:
    """The order with those entries as its history."""
    order = copy.deepcopy(ORDER)
    order["data"]["events"] = list(entries)
    return order


@table("event_type", contract.EVENT_TYPES)
@table("profile", contract.PROFILES)
def test_lists_may_be_cut(profile: contract.Profile, event_type: contract.EventType) -> None:
    """No rule is about a list as a whole, and of each `anyOf` at most one branch is about objects or lists."""
    bundle = contract.bundle(profile, event_type)
    for _, schema in walk(bundle):
        assert schema.keys() & ARRAY_KEYWORDS <= {"items"}
        branches = [
            bundle["$defs"][each["$ref"].removeprefix("#/$defs/")] if "$ref" in each else each
            for each in schema.get("anyOf", [])
        ]
        assert sum(bool(branch.keys() & {"properties", "items"}) for branch in branches) <= 1
        assert not schema.keys() & {"oneOf", "allOf", "not", "if", "dependentSchemas", "propertyNames"}


MISTAKES: list[Any] = [{}, None, 1, {"id": "x"}, {"status": 1, "strange": [1, 2]}, []]
PLACES = [
    ("data", "events"),
    ("data", "lab_test", "markers"),
    ("data", "order_transaction", "orders"),
    ("data", "icd_codes"),
]


@examples(4, exhaustive=1000)
@given(st.data())
def test_pieces_have_the_errors_of_the_whole(data: st.DataObject) -> None:
    """However a payload is cut, the report stays the same, in both engines."""
    order = copy.deepcopy(ORDER)
    for *way, name in PLACES:
        holder = order
        for step in way:
            holder = holder[step]
        entries = [copy.deepcopy(each) for each in holder[name] or []]
        for _ in range(data.draw(st.integers(0, 12))):
            entries.insert(data.draw(st.integers(0, len(entries))), data.draw(st.sampled_from(MISTAKES)))
        holder[name] = entries
    whole = check(order, engine="jsonschema")
    for size in (1, 3, 20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_pieces, "_SIZE", size)
            for engine in ENGINES:
                assert check(order, engine=engine) == whole


@rather_fast
def test_violations_are_truncated(engine: Any) -> None:
    """There are a thousand at most, the breaking ones first, and the report says that there are more."""
    drifting = dict(ORDER["data"]["events"][0], strange=1)
    report = check(with_events(*[drifting] * 3000, {}), engine=engine)
    assert (report.verdict, report.truncated, len(report.violations)) == ("rejected", True, MOST_VIOLATIONS)
    breaking = [each.path for each in report.violations if each.breaking]
    assert breaking == ["/data/events/3000/created_at", "/data/events/3000/status"]
    assert str(report).endswith("\n  and more")
    few = check(with_events(*[drifting] * 5), engine=engine)
    assert (few.truncated, len(few.violations)) == (False, 5)
    exact = check(with_events(*[drifting] * MOST_VIOLATIONS), engine=engine)
    assert (exact.truncated, len(exact.violations)) == (False, MOST_VIOLATIONS)


def test_engines_list_the_same_thousand() -> None:
    """Which ones are listed does not depend on the engine."""
    payload = with_events(*[{}] * 800, *[{"status": 1}] * 800)
    payload["data"] |= {f"strange_{number}": number for number in range(800)}
    one, other = (check(payload, engine=engine) for engine in ENGINES)
    assert one == other
    assert one.truncated


def test_parse_event_holds_as_many() -> None:
    """`InvalidPayload` has a thousand violations at most, also of instants that Python lacks."""
    entry = ORDER["data"]["events"][0]
    cases: list[list[Any]] = [[{}] * 1500, [entry | {"created_at": "2016-12-31T23:59:60Z"}] * 1500]
    for entries in cases:
        with pytest.raises(InvalidPayload) as caught:
            parse_event(with_events(*entries))
        assert 0 < len(caught.value.violations) <= MOST_VIOLATIONS


@rather_fast
def test_time_and_memory_are_linear(engine: Any) -> None:
    """A body of 200 kB with 200,000 mistakes takes neither seconds nor hundreds of megabytes."""
    body = json.dumps({"events": [{}] * 50_000}).encode()
    check(body, event_type="labtest.order.updated", engine=engine)
    start = time.process_time()
    check(body, event_type="labtest.order.updated", engine=engine)
    assert time.process_time() - start < 3
    tracemalloc.start()
    check(body, event_type="labtest.order.updated", engine=engine)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * 10**6


def test_suggestions_keep_no_large_value_and_no_patient_data() -> None:
    """Texts much longer than any known name are not compared, and only what looks like a name is remembered."""
    # Full of what other tests asked for, it could not grow.
    _suggestions._remembered_near.cache_clear()  # noqa: SLF001
    for number in range(20):
        assert _suggestions.meant(f"{'status ' * 10**5}{number}", ("status", "state")) is None
        assert _suggestions.meant(f"Ada Lovelace {number}", ("status", "state")) is None
    assert _suggestions._remembered_near.cache_info().currsize == 0  # noqa: SLF001
    assert _suggestions.meant("STATUS", ("status", "state")) == "status"
    assert _suggestions._remembered_near.cache_info().currsize == 1  # noqa: SLF001

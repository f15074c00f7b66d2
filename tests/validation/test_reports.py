"""Reports of bodies: the verdict at once, and violations that are listed when they are first read."""

from __future__ import annotations

import copy
import dataclasses
import gc
import json
import pickle
import pprint
import random
import sys
import threading
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from support.canaries import CANARY, is_quiet
from support.sizes import every, examples
from support.tables import table

import junction_webhooks.validation as validation_module
from junction_webhooks import Report, check, fixtures, strategies
from junction_webhooks.validation import _fast_reports, _folding, _later, _suggestions
from junction_webhooks_dev import fuzz

if TYPE_CHECKING:
    from collections.abc import Callable

    from junction_webhooks.validation._engines import Engine

ORDER = fixtures.load("labtest.order.updated/completed").payload
ENGINES: tuple[Engine, ...] = ("jsonschema", "jsonschema-rs")


def body(**data: Any) -> bytes:
    """The order with other data."""
    return json.dumps(ORDER | {"data": ORDER["data"] | data}).encode()


DRIFTING = body(
    status="paused",
    fasting_hours=8,
    patient_details=ORDER["data"]["patient_details"] | {"first_name": CANARY},
    shoe_size=5,
)
BODIES: dict[str, bytes] = {
    "drifts": DRIFTING,
    "rejected": body(id=None, events=[{}, {"status": 5}]),
    "bare": json.dumps(ORDER["data"] | {"status": "paused"}).encode(),
    "more violations than are listed": body(events=[{}] * 700),
    "unknown event": b'{"event_type": "labtest.order.updatd", "data": {}}',
    "no event": b"[1, 2]",
    "null": b"null",
    "no type": b'{"a": 1, "data": {}}',
    "odd type": b'{"event_type": ["labtest.order.updated"], "data": {}}',
    "unreadable": b'{"event_type": nope}',
    "empty": b"",
    "too deep": body(fasting_hours=[[]])[:-2] + b', "deep": ' + b"[" * 200 + b"]" * 200 + b"}}",
    "too deep for orjson": b'{"event_type": "labtest.order.updated", "data": '
    + b"[" * 2000
    + b"]" * 2000
    + b"}",
    "long numbers": body(fasting_hours=2**64 + 1, limits=[2**70], priority=2**65 + 1),
    "duplicate keys": b'{"event_type": "labtest.order.updated", "data": 1, "data": {"id": 5}}',
}
every_body = table("raw", BODIES.values(), ids=BODIES)


def unread(raw: bytes = DRIFTING) -> Report:
    """A report whose violations nobody has read."""
    report = check(raw)
    assert hasattr(type(report), "_listing")
    assert object.__getattribute__(report, "_listing")
    return report


def eager(raw: bytes, engine: Engine) -> Report:
    """The report of the parsed body, whose violations are listed at once."""
    found = check(json.loads(raw), engine=engine)
    with pytest.raises(AttributeError):
        object.__getattribute__(found, "_listing")
    return found


@every(11)
@pytest.mark.parametrize("engine", ENGINES)
def test_late_violations_are_those_listed_at_once(engine: Engine, every: int) -> None:
    """Every valid and every broken fixture gets the same report as a body, as text and as a dict, values included."""
    # The reference is slow.
    step = every * 13 if engine == "jsonschema" else every
    payloads = [each.raw for each in fixtures.valid()][::step]
    payloads += [json.dumps(each.payload).encode() for each in fixtures.invalid()][::step]
    payloads += [
        raw
        for name, raw in BODIES.items()
        if not name.startswith(("unr", "empty", "null", "no event", "too"))
    ]
    for raw in payloads:
        expected = eager(raw, engine)
        for given_as in (raw, raw.decode(), bytearray(raw)):
            report = check(given_as, engine=engine)
            assert report.verdict == expected.verdict
            assert report == expected
            assert [each.value for each in report.violations] == [each.value for each in expected.violations]


@every_body
def test_the_fast_way_reports_what_the_slow_way_does(raw: bytes) -> None:
    """Whether the accelerator, orjson and an envelope allow the fast way makes no difference."""
    fast, slow = check(raw), validation_module._of_body(raw, None, "jsonschema-rs")  # noqa: SLF001
    assert (fast.verdict, fast.event_type, fast.bare) == (slow.verdict, slow.event_type, slow.bare)
    assert fast == slow
    assert repr([each.value for each in fast.violations]) == repr([each.value for each in slow.violations])


@table("misses", [0, 1, 2, 50])
def test_the_bodies_before_have_no_influence_on_a_report(misses: int) -> None:
    """The tolerant profile is tried first after a run of bodies that do not conform, and finds the same."""
    conforming = [each.raw for each in fixtures.valid()[::7] if each.event_type]
    broken = [json.dumps(each.payload).encode() for each in fixtures.invalid()[::7]]
    for raw in (*conforming, *broken, *BODIES.values()):
        slow = validation_module._of_body(raw, None, "jsonschema-rs")  # noqa: SLF001
        if slow.event_type is None:
            continue
        event = _fast_reports._EVENTS[slow.event_type]  # noqa: SLF001
        event.misses = misses
        assert check(raw) == slow
        if not slow.bare:
            assert event.misses == (0 if slow.verdict == "conforms" else misses + 1)


@examples(12, exhaustive=2000)
@given(st.integers(0, 10**9), strategies.events(profile="tolerant"))
def test_generated_and_damaged_bodies_are_handled_alike(seed: int, payload: Any) -> None:
    """The fast and the slow ways of `check` and `parse_event` agree on what strategies and the fuzzer make."""
    chance = random.Random(seed)  # noqa: S311  (it fuzzes)
    for raw in (json.dumps(payload).encode(), fuzz.made(chance, seed)):
        assert fuzz.wrong(raw) is None


WAYS: dict[str, Callable[[Report], object]] = {
    "==": lambda report: report == check(DRIFTING),
    "hash": hash,
    "repr": repr,
    "str": str,
    "asdict": dataclasses.asdict,
    "astuple": dataclasses.astuple,
    "replace": lambda report: dataclasses.replace(report, bare=True).violations,
    "pickle": lambda report: pickle.loads(pickle.dumps(report)),  # noqa: S301
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "TypeAdapter": lambda report: TypeAdapter(Report).dump_json(report),
    "pprint": pprint.pformat,
    "truncated": lambda report: report.truncated,
}


@table("way", WAYS.values(), ids=WAYS)
def test_a_report_is_complete_however_it_is_used(way: Callable[[Report], object]) -> None:
    """The first use that needs the violations lists them, with the same result as when they were read before."""
    before = check(DRIFTING)
    assert before.violations
    report = unread()
    assert way(report) == way(before)
    assert report == before


def test_match_and_validation() -> None:
    """A pattern and pydantic see all five fields."""
    match unread():
        case Report("drifts", "labtest.order.updated", bare, violations, truncated):
            assert (bare, len(violations), truncated) == (False, 3, False)
        case _:
            pytest.fail("no match")
    adapter = TypeAdapter(Report)
    assert adapter.validate_json(adapter.dump_json(unread())) == unread()
    assert adapter.validate_python(unread()) == unread()
    assert [each.name for each in dataclasses.fields(Report)] == list(Report.__slots__)


def test_a_report_is_frozen_and_has_no_other_attributes() -> None:
    """Unset fields can be neither set nor replaced by misspelled ones."""
    report = unread()
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.violations = ()  # type: ignore[misc]
    with pytest.raises(AttributeError, match="'Report' object has no attribute 'violation'"):
        report.violation  # noqa: B018
    assert object.__getattribute__(report, "_listing")


def test_the_payload_is_dropped_with_the_first_read() -> None:
    """Nothing of the body stays with the report, apart from the values of its violations."""
    report = unread()
    assert CANARY in strings_below(report)
    assert report.violations
    assert CANARY not in strings_below(report)
    with pytest.raises(AttributeError):
        object.__getattribute__(report, "_listing")


def test_an_unread_report_shows_nothing_of_the_payload() -> None:
    """Neither what it holds, nor a copy, nor a text has any value that breaks no rule."""
    report = unread()
    assert is_quiet(repr(object.__getattribute__(report, "_listing")))
    assert is_quiet(str(pickle.dumps(report)))
    for show in (repr, str, pprint.pformat, dataclasses.asdict):
        assert is_quiet(str(show(unread())))


def test_an_interrupted_listing_leaves_no_frames_and_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timeout while violations are listed holds no payload, and the next read lists them."""
    report = unread()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_later, "violations", interrupted)
        with pytest.raises(KeyboardInterrupt) as caught:
            report.violations  # noqa: B018
    step = caught.value.__traceback__
    while step is not None:
        if step.tb_frame.f_globals["__name__"].startswith("junction_webhooks"):
            assert is_quiet(
                repr({name: value for name, value in step.tb_frame.f_locals.items() if name != "self"})
            )
        step = step.tb_next
    assert len(report.violations) == 3


def test_the_verdict_alone_words_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither errors nor messages are made until they are read, and then once."""
    calls: list[str] = []

    def violations(*args: Any, **kwargs: Any) -> Any:
        calls.append("listed")
        return _folding.violations(*args, **kwargs)

    monkeypatch.setattr(_later, "violations", violations)
    report = check(DRIFTING)
    assert (report.verdict, report.event_type, report.bare, calls) == (
        "drifts",
        "labtest.order.updated",
        False,
        [],
    )
    assert report.violations is report.violations
    assert report.truncated is False
    assert calls == ["listed"]


def test_a_dict_is_listed_at_once() -> None:
    """A payload that the caller changes later does not change its report."""
    payload = json.loads(DRIFTING)
    report = check(payload)
    payload.clear()
    assert report == check(DRIFTING)


def test_a_bytearray_may_change_later() -> None:
    """The report of a buffer that is used again is that of what was in it."""
    for raw in (DRIFTING, BODIES["unreadable"]):
        buffer = bytearray(raw)
        report = check(buffer)
        buffer[:] = b" " * len(buffer)
        assert report == check(raw)


def test_threads_that_read_one_report_at_once_get_the_same() -> None:
    """Eight threads start together and each finds the violations, whoever lists them."""
    expected = check(DRIFTING).violations
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(50):
            report, barrier = unread(), threading.Barrier(8)
            found: list[Any] = []

            def read(
                report: Report = report, barrier: threading.Barrier = barrier, found: list[Any] = found
            ) -> None:
                barrier.wait()
                found.append((report.violations, report.truncated))

            threads = [threading.Thread(target=read) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert found == [(expected, False)] * 8
    finally:
        sys.setswitchinterval(interval)


def strings_below(*roots: object) -> set[str]:
    """Every string that these objects hold, directly or not."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            found.add(each)
        elif id(each) not in seen and not isinstance(each, (type, ModuleType, FunctionType)):
            seen.add(id(each))
            waiting += gc.get_referents(each)
    return found


def test_what_is_remembered_has_no_patient_data() -> None:
    """The caches behind messages and hints keep names of the contract, and what looks like one."""
    assert check(body(**{CANARY: 1, "shoe_size": 5, "status": CANARY, "events": [{CANARY: 1}]})).violations
    caches = (
        _folding._spot,  # noqa: SLF001
        _suggestions._remembered_near,  # noqa: SLF001
        _suggestions._remembered_akin,  # noqa: SLF001
        _suggestions._known_words,  # noqa: SLF001
    )
    held = strings_below(*caches)
    assert {"shoe_size", "status"} <= held
    assert [each for each in held if CANARY in each] == []

"""Parsed payloads in types that only look like JSON's: both engines, and all that takes a payload, read them alike."""

from __future__ import annotations

import copy
import json
from collections import OrderedDict, defaultdict
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from markupsafe import Markup
from support.tables import table

from junction_webhooks import InvalidPayload, check, fixtures, lifecycle, parse_event, redact
from junction_webhooks._json.decode import UnreadableError, normalized

if TYPE_CHECKING:
    from collections.abc import Callable

    from junction_webhooks.validation._engines import Engine

ORDER = fixtures.load("labtest.order.updated/everything").payload
ENGINES: tuple[Engine, ...] = ("jsonschema", "jsonschema-rs")


class Loud(str):
    """A str whose methods all say something else, as an enum's `__str__` does."""

    __slots__ = ()

    def __str__(self) -> str:
        """What the base class does not say."""
        return "LOUD"

    def encode(self, *_: object) -> bytes:
        """Not the text either."""
        return b"LOUD"


class Half(float):
    """A float of another type, as numpy's float64 is."""

    def __repr__(self) -> str:
        """What the base class does not say."""
        return "half"


class Items(list[Any]):
    """A list of another type."""


class Number(IntEnum):
    """An integer with a name."""

    ONE = 1


class Status(StrEnum):
    """A string with a name."""

    COMPLETED = "completed.walk_in_test.completed"


def mapped(value: Any, kinds: dict[type, Callable[[Any], Any]]) -> Any:
    """The value with every part of those types converted."""
    if isinstance(value, dict):
        value = {mapped(name, kinds): mapped(part, kinds) for name, part in value.items()}
    elif isinstance(value, list):
        value = [mapped(part, kinds) for part in value]
    return kinds.get(type(value), lambda same: same)(value)


ODD: dict[str, dict[type, Callable[[Any], Any]]] = {
    "markup": {str: Markup},
    "loud": {str: Loud},
    "float": {float: Half},
    "OrderedDict": {dict: OrderedDict},
    "defaultdict": {dict: lambda plain: defaultdict(dict, plain)},
    "list": {list: Items},
    "tuple": {list: tuple},
    "all": {str: Loud, float: Half, dict: OrderedDict, list: tuple},
}


@pytest.mark.parametrize("name", ODD)
def test_odd_types_are_read_as_what_they_look_like(name: str) -> None:
    """The same report, event, history and redaction as of the plain payload."""
    odd = mapped(ORDER, ODD[name])
    for engine in ENGINES:
        assert check(odd, engine=engine) == check(ORDER, engine=engine)
    for as_struct in (False, True):
        assert parse_event(odd, as_struct=as_struct) == parse_event(ORDER, as_struct=as_struct)
    assert lifecycle.check_history(odd) == ()
    assert lifecycle.compare(odd, copy.deepcopy(odd)) == "same"
    redacted = redact(odd, key=b"k" * 32)
    assert redacted == redact(ORDER, key=b"k" * 32)
    assert json.dumps(redacted) == json.dumps(redact(ORDER, key=b"k" * 32))


def test_violations_hold_plain_values() -> None:
    """What a violation holds is of JSON's types, and its message names the value, not what `str` says."""
    order = copy.deepcopy(ORDER)
    order["data"]["status"] = Loud("paused")
    for engine in ENGINES:
        (violation,) = check(order, engine=engine).violations
        assert type(violation.value) is str
        assert 'is "paused"' in violation.message


def test_enums_are_their_values() -> None:
    """A `StrEnum` and an `IntEnum` are read as the value, not as the name."""
    value = normalized({"status": Status.COMPLETED, "id": Number.ONE, Status.COMPLETED: True})
    assert value == {
        "status": "completed.walk_in_test.completed",
        "id": 1,
        "completed.walk_in_test.completed": True,
    }
    assert [type(each) for each in value.values()] == [str, int, bool]
    assert {type(key) for key in value} == {str}


def test_plain_values_are_not_copied() -> None:
    """A payload of exact types is taken as it is."""
    assert normalized(ORDER) is ORDER


@table(
    ("value", "reason"),
    [
        ({"a": object()}, "a value of the type object"),
        ({Markup("a"): {1, 2}}, "a value of the type set"),
        ({"a": Markup("\ud800")}, "a lone surrogate"),
        (defaultdict(int, {1: 2}), "a key of the type int"),
        ({"a": Half("nan")}, "NaN"),
    ],
)
def test_what_is_not_json_is_still_rejected(value: Any, reason: str) -> None:
    """No type passes that is not a subclass of one of JSON's."""
    for engine in ENGINES:
        (violation,) = check(value, engine=engine).violations
        assert violation.keyword == "json"
        assert reason in violation.message
    with pytest.raises(InvalidPayload):
        parse_event(value)


def test_depth_and_cycles_of_odd_values() -> None:
    """The limit of depth holds for them too, and a container in many places is copied once."""
    deep: Any = ()
    for _ in range(127):
        deep = (deep,)
    normalized({"a": deep[0]})
    with pytest.raises(UnreadableError, match="deeper than 128"):
        normalized({"a": deep})
    cyclic: defaultdict[str, Any] = defaultdict(dict)
    cyclic["a"] = cyclic
    with pytest.raises(UnreadableError, match="deeper than 128"):
        normalized(cyclic)
    many: Any = Items()
    for _ in range(100):
        many = Items([many, many])
    normalized(many)


HUGE = [2**64, -(2**63) - 1, 10**30, int("9" * 308)]


@pytest.mark.parametrize("number", HUGE)
def test_integers_beyond_64_bits_stay_exact(number: int) -> None:
    """In a body and in a dict, for both engines, models and structs, and after redaction."""
    order = copy.deepcopy(ORDER)
    order["data"]["lab_test"]["markers"][0]["id"] = number
    order["data"]["new_number"] = number
    body = json.dumps(order).encode()
    reports = [check(each, engine=engine) for each in (order, body, body.decode()) for engine in ENGINES]
    assert {report.verdict for report in reports} == {"drifts"}
    assert len({str(report) for report in reports}) == 1
    (unknown,) = (each for each in reports[-1].violations if each.path == "/data/new_number")
    assert (unknown.value, type(unknown.value)) == (number, int)
    for payload in (order, body):
        for as_struct in (False, True):
            event: Any = parse_event(payload, as_struct=as_struct)
            assert (event.data.lab_test.markers[0].id, type(event.data.lab_test.markers[0].id)) == (
                number,
                int,
            )
    assert parse_event(body).data.new_number == number  # type: ignore[union-attr]

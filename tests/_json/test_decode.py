"""What is read as a payload, with and without the extras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sizes import examples
from support.tables import table

from junction_webhooks._json import decode as _reading
from junction_webhooks._json.decode import UnreadableError, duplicate_keys, normalized, read

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["with orjson", "without"], autouse=True)
def _extras(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setattr(_reading, "HAS_ORJSON", False)
    else:
        assert _reading.HAS_ORJSON


REFUSED = {
    "empty": (b"", "is empty"),
    "blank": (b" \n", "is empty"),
    "not JSON": (b'{"a": 1,}', "is not JSON: see line 1, column"),
    "two values": (b"{} {}", "is not JSON: see line 1, column 4"),
    "byte order mark": (b"\xef\xbb\xbf{}", "byte order mark"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "is not UTF-8: see the byte at offset 0"),
    "invalid UTF-8": (b'{"a": "\xff"}', "is not UTF-8: see the byte at offset 7"),
    "NaN": (b'{"a": NaN}', "contains NaN"),
    "Infinity": (b'{"a": -Infinity}', "contains -Infinity"),
    "1e400": (b'{"a": 1e400}', "a number that a double cannot represent"),
    "400 digits": (b"9" * 400, "a number that a double cannot represent"),
    "5,000 digits": (b"-" + b"9" * 5000, "a number that a double cannot represent"),
    "lone surrogate": (rb'{"a": "\ud800"}', "a lone surrogate"),
    "lone surrogate in a key": (rb'{"\uDFFF": 1}', "a lone surrogate"),
    "two high surrogates": (rb'"\ud83d\ud83d\ude00"', "a lone surrogate"),
    "lone surrogate under a duplicate key": (rb'{"a": "\ud800", "a": 1}', "a lone surrogate"),
    "encoded surrogate": (b'"\xed\xa0\x80"', "is not UTF-8"),
    "129 levels": (b"[" * 129 + b"]" * 129, "nested deeper than 128 levels"),
    "10,000 levels": (b"[" * 10_000 + b"]" * 10_000, "nested deeper than 128 levels"),
    "10,000 open levels": (b'{"a":' * 10_000, "nested deeper than 128 levels|is not JSON"),
    "control character": (b'"\x01"', "is not JSON"),
    "leading zero": (b"01", "is not JSON"),
}


@table("case", REFUSED)
def test_refused_with_a_reason(case: str) -> None:
    """What is no JSON of the accepted kind is refused with a reason, as bytes and as str."""
    body, reason = REFUSED[case]
    with pytest.raises(UnreadableError, match=reason):
        read(body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(UnreadableError, match=reason):
        read(text)


@table(
    ("body", "value"),
    [
        (b' {"a": [1, -0.5, true, null, "\xc3\xa9\\ud83d\\ude00"]}\n', {"a": [1, -0.5, True, None, "é😀"]}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (rb'"\\ud800"', "\\ud800"),
        (b"18446744073709551615", 2**64 - 1),
        (b"18446744073709551616", 2**64),
        (b"[1, -123456789012345678901234567890, 1e29]", [1, -123456789012345678901234567890, 1e29]),
        (b"0.12345678901234567890123456789", 0.12345678901234567890123456789),
        (b"9" * 308, int("9" * 308)),
        (b"-9223372036854775808", -(2**63)),
        (b"-9223372036854775809", -(2**63) - 1),
        (b"1e-400", 0.0),
        (b"1.0", 1.0),
        (b"[" * 128 + b"]" * 128, None),
        (b'["' + b"[" * 500 + b'"]', ["[" * 500]),
    ],
)
def test_accepted(body: bytes, value: Any) -> None:
    """What is accepted gives the same value and the same Python types, with and without the extras."""
    given_value = read(body)
    if value is not None:
        assert given_value == value
        assert type(given_value) is type(value)
    assert read(bytearray(body)) == read(memoryview(body)) == read(body.decode()) == given_value


def test_a_str_with_a_lone_surrogate_is_refused() -> None:
    """A Python string that UTF-8 cannot express is refused too."""
    with pytest.raises(UnreadableError, match="lone surrogate"):
        read('{"a": "\ud800"}')


def test_what_is_no_body_raises_type_error() -> None:
    """Neither bytes nor str is a mistake of the caller's, not of the payload's."""
    with pytest.raises(TypeError, match="a body is bytes or str, not int"):
        read(5)  # type: ignore[arg-type]


def test_messages_never_quote_the_body() -> None:
    """No reason holds a word of the body."""
    for body in (b'{"a": "Jane Canary"', b'"Jane Canary\xff"', b"Canary", rb'["Canary", "\ud800"]'):
        with pytest.raises(UnreadableError) as caught:
            read(body)
        assert "Canary" not in repr(caught.value)
        assert caught.value.__cause__ is None


def outcomes(body: bytes) -> Iterator[Any]:
    """What reading gives without the extra and with it."""
    for has_orjson in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_reading, "HAS_ORJSON", has_orjson)
            try:
                yield repr(read(body))
            except UnreadableError as error:
                yield str(error)


PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"d800", b"dc00", b"0", b"1", b"-", b"e", b"E+", b".",
     b"400", b"NaN", b"Infinity", b"true", b"null", b'"a"', b" ", b"\n", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\x00"]
)  # fmt: skip


@examples(400, exhaustive=10000)
@given(st.binary(max_size=20) | st.lists(PIECES, max_size=8).map(b"".join))
def test_any_bytes_read_the_same_with_and_without_the_extras(body: bytes) -> None:
    """Any bytes give the same value or the same reason, whatever is installed."""
    slow, fast = outcomes(body)
    assert slow == fast


@table(
    ("value", "reason"),
    [
        ({"a": float("nan")}, "NaN"),
        ({"a": [float("inf")]}, "infinity"),
        ({"a": "\ud800"}, "lone surrogate"),
        ({"\ud800": 1}, "lone surrogate"),
        ({1: 2}, "a key of the type int"),
        ({"a": {1, 2}}, "a value of the type set"),
        ({"a": 10**400}, "a number that a double cannot represent"),
    ],
)
def test_values_that_json_cannot_express_are_refused(value: Any, reason: str) -> None:
    """A parsed payload is held to the same rules as a body."""
    with pytest.raises(UnreadableError, match=reason):
        normalized(value)


def test_depth_of_parsed_values() -> None:
    """A parsed payload may be 128 levels deep and no deeper, and one that contains itself is refused."""
    value: list[Any] = []
    for _ in range(127):
        value = [value]
    normalized(value)
    with pytest.raises(UnreadableError, match="deeper than 128"):
        normalized([value])
    value.append(value)
    with pytest.raises(UnreadableError, match="deeper than 128"):
        normalized(value)


def test_duplicate_keys_are_found_with_their_pointers() -> None:
    """Each key that is given twice is named by its JSON pointer."""
    assert duplicate_keys(b'{"a": {"b": 1, "b": 2}, "c": [{"d/e": 1, "d/e": 1, "f": 2}], "g": 1}') == [
        "/a/b",
        "/c/0/d~1e",
    ]
    assert duplicate_keys(b'{"a": 1}') == []

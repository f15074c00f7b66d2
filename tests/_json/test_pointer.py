"""JSON pointers, by the examples of RFC 6901 and at their edges."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from junction_webhooks._json import display
from junction_webhooks._json.pointer import edited, get, pointer, put, split

DOCUMENT = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", DOCUMENT), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2),
        ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8),
    ],
)  # fmt: skip
def test_examples_of_the_rfc(text: str, value: object) -> None:
    """Each pointer of section 5 of RFC 6901 leads to its value."""
    assert get(DOCUMENT, split(text)) == value
    assert pointer(split(text)) == text


@given(st.lists(st.text(alphabet="a~/01*")))
def test_split_undoes_pointer(path: list[str]) -> None:
    """Any names survive being written as a pointer."""
    assert split(pointer(path)) == tuple(path)


@pytest.mark.parametrize("text", ["foo", "foo/bar", "/a~", "/a~2b", "#/foo"])
def test_what_is_not_a_pointer(text: str) -> None:
    """Text that starts without a slash, or escapes nothing, raises."""
    with pytest.raises(ValueError, match="is not a JSON pointer"):
        split(text)


@pytest.mark.parametrize(
    "path", [("b",), ("list", 2), ("list", "-"), ("list", -1), ("list", "00"), ("list", "0", "c")]
)
def test_missing_parts(path: tuple[Any, ...]) -> None:
    """A step that leads to nothing raises, whatever Python itself would take."""
    with pytest.raises(LookupError):
        get({"a": 1, "list": ["text", 1]}, path)


def test_put_leaves_the_value_alone() -> None:
    """`put` copies the containers on the path, shares the others, and changes nothing that it was given."""
    value: dict[str, Any] = {"a": {"b": [1, 2]}, "other": {}}
    before = copy.deepcopy(value)
    changed = put(value, ("a", "b", "1"), 3)
    assert changed == {"a": {"b": [1, 3]}, "other": {}}
    assert changed["other"] is value["other"]
    assert put(value, ("a", "new"), 3)["a"]["new"] == 3
    assert put(value, (), 3) == 3
    assert value == before
    for path in (("x", "y"), ("a", "b", 2), ("a", "b", "1", "c")):
        with pytest.raises(LookupError):
            put(value, path, 3)
    with pytest.raises(LookupError):
        edited(value, (), lambda _parent, _step: None)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("text", '"text"'), ("x" * 79, "a string"), (7, "7"), (True, "true"), (None, "null"),
        ({"a": 1}, "an object"), ([], "an array"), (1.5, "1.5"),
    ],
)  # fmt: skip
def test_quoted(value: object, shown: str) -> None:
    """A short scalar is shown as JSON, of anything else only its type."""
    assert display.quoted(value) == shown


def test_some_never_shows_a_value() -> None:
    """Only the type of a value is named."""
    values = [None, True, "canary", 7, 7.5, ["canary"], {"canary": 1}]
    assert [display.some(value) for value in values] == [
        "null", "a boolean", "a string", "a number", "a number", "an array", "an object",
    ]  # fmt: skip

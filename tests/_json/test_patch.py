"""JSON Patch, by the public test suite and by what it does not ask."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from support.tables import table

from junction_webhooks._json.patch import PatchError, patched

SUITE = Path(__file__).with_name("json_patch_tests")
RECORDS: list[dict[str, Any]] = [
    record
    for name in ("tests.json", "spec_tests.json")
    for record in json.loads((SUITE / name).read_text())
    if "patch" in record and not record.get("disabled")
]
OURS = {"add", "remove", "replace", "move"}


def is_ours(record: dict[str, Any]) -> bool:
    """Whether a record of the suite uses only operations that are supported."""
    return all(operation.get("op") in OURS for operation in record["patch"])


@table("record", [each for each in RECORDS if is_ours(each)], ids=lambda each: each.get("comment"))
def test_suite(record: dict[str, Any]) -> None:
    """Every record of the public suite gives its document or an error, and changes neither of its inputs."""
    before = copy.deepcopy(record)
    if "error" in record:
        with pytest.raises(PatchError):
            patched(record["doc"], record["patch"])
    else:
        assert patched(record["doc"], record["patch"]) == record.get("expected", record["doc"])
    assert record == before


@table("record", [each for each in RECORDS if not is_ours(each)], ids=lambda each: each.get("comment"))
def test_other_operations_raise(record: dict[str, Any]) -> None:
    """A record with test, copy or an invented operation is refused: it is never passed over."""
    with pytest.raises(PatchError):
        patched(record["doc"], record["patch"])


def test_suite_is_there() -> None:
    """The suite has not shrunk."""
    assert len(RECORDS) >= 100
    assert sum(map(is_ours, RECORDS)) >= 60


@table(
    ("operation", "message"),
    [
        ({"op": "test", "path": "/a", "value": 1}, "'test' of JSON Patch is not supported: use add, remove"),
        ({"op": "copy", "from": "/a", "path": "/b"}, "'copy' of JSON Patch is not supported"),
        ({"path": "/a"}, "None of JSON Patch is not supported"),
        ({"op": "add", "path": "/b"}, "add at '/b': it has no 'value'"),
        ({"op": "add", "path": "b", "value": 1}, "'b' is not a JSON pointer"),
        ({"op": "add", "path": "/x/y", "value": 1}, "add at '/x/y': there is nothing at the step 'x'"),
        ({"op": "add", "path": "/list/5", "value": 1}, "nothing at the step '5'"),
        ({"op": "add", "path": "/list/01", "value": 1}, "nothing at the step '01'"),
        ({"op": "add", "path": "/secret/b", "value": 1}, "there is no object or array here"),
        ({"op": "remove", "path": ""}, "there is no object or array here"),
        ({"op": "remove", "path": "/list/-"}, "nothing at the step '-'"),
        ({"op": "replace", "path": "/b", "value": 1}, "nothing at the step 'b'"),
        ({"op": "move", "path": "/list/0", "from": "/list"}, "a value cannot be moved into itself"),
        ({"op": "move", "path": "/a"}, "move at '/a': it has no 'from'"),
    ],
)
def test_errors_name_what_is_wrong(operation: dict[str, Any], message: str) -> None:
    """An error names the operation, its path and the mistake; it quotes no value of the document."""
    with pytest.raises(PatchError) as error:
        patched({"a": 1, "list": [1], "secret": "canary"}, [operation])
    assert message in str(error.value)
    assert "canary" not in str(error.value)


def test_result_does_not_hold_the_patch() -> None:
    """A change to the result changes neither the patch nor what was on the path to it."""
    document: dict[str, Any] = {"a": {"b": [1]}}
    patch = [{"op": "add", "path": "/a/b/-", "value": {"new": []}}]
    result = patched(document, patch)
    result["a"]["b"][1]["new"].append(1)
    assert document == {"a": {"b": [1]}}
    assert patch == [{"op": "add", "path": "/a/b/-", "value": {"new": []}}]

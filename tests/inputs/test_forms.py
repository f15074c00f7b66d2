"""The same deliveries give the same verdicts, however they are stored."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.stored import APPOINTMENT, BODIES, BOM, COMPRESSIONS, FORMS, ORDER, compact
from support.tables import table

from junction_webhooks import check
from junction_webhooks.inputs import parts, streams
from junction_webhooks.inputs.parts import SliceReader, row_blocks, slices
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import Input, InputError, Record, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def verdicts(found: Iterable[Record]) -> list[str]:
    """The verdict on each payload. All records must be readable."""
    verdicts: list[str] = []
    for record in found:
        assert isinstance(record, Input), record
        verdicts.append(check(record.body).verdict)
    return verdicts


def in_slices(file: str, size: int) -> Iterator[Record]:
    """The records of a file, read in slices, with the lines of the whole file."""
    shift = 0
    found = slices(file, size=size)
    assert found is not None
    for part in found:
        reader = SliceReader(part)
        for record in reader.records():
            assert record.place.line is not None
            yield record._replace(place=record.place._replace(line=record.place.line + shift))
        shift += reader.line_count


@pytest.mark.parametrize("examples", [25, pytest.param(1500, marks=pytest.mark.exhaustive)])
def test_same_verdicts_in_every_form(examples: int, tmp_path: Path) -> None:
    """Any deliveries, in any form, compression and chunks, read at once, in slices or in blocks."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=[*HealthCheck])
    @given(st.data())
    def same(data: st.DataObject) -> None:
        form = data.draw(st.sampled_from([*FORMS]))
        # EventBridge holds the payload as a value, which must be JSON, and there is no payload if it is null.
        possible = [
            name for name in BODIES if not form.endswith("of EventBridge") or name not in {"NaN", "null"}
        ]
        names = data.draw(st.lists(st.sampled_from(possible), min_size=1, max_size=6))
        bodies = [BODIES[name] for name in names]
        compression = data.draw(st.sampled_from([*COMPRESSIONS]))
        stored = COMPRESSIONS[compression](FORMS[form](bodies))
        named = "ndjson" if form.startswith("lines") else "json"
        file = str(tmp_path / f"stored.{named}")
        (tmp_path / f"stored.{named}").write_bytes(stored)
        expected = [check(body).verdict for body in bodies]
        chunk = data.draw(st.sampled_from([1, 2, 7, 100, 4096, streams.CHUNK]))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(streams, "CHUNK", chunk)
            patch.setattr(parts, "CHUNK", chunk)
            found = [*records(file)]
            assert verdicts(found) == expected
            places = [record.place for record in found]
            in_blocks = [record for block in row_blocks(file) for record in block.records()]
            assert [record.place for record in in_blocks] == places
            assert verdicts(in_blocks) == expected
            size = data.draw(st.integers(1, max(1, len(stored) // 2)))
            if (
                form.startswith("lines")
                and not compression
                and size * 2 <= len(stored)
                and len(stored) < 300 * size
            ):
                sliced = [*in_slices(file, size)]
                assert [record.place for record in sliced] == places
                assert verdicts(sliced) == expected

    same()


def test_every_form_and_compression_once(tmp_path: Path) -> None:
    """Each form is recognized with each compression, also without a telling name."""
    chosen = ["an order", "a new property", "a broken status", "an appointment"]
    bodies = [BODIES[name] for name in chosen]
    expected = [check(body).verdict for body in bodies]
    assert expected == ["conforms", "drifts", "rejected", "conforms"]
    for form, store in FORMS.items():
        for compression, compress in COMPRESSIONS.items():
            file = tmp_path / "stored"
            file.write_bytes(compress(store(bodies)))
            assert verdicts(records(str(file))) == expected, (form, compression)


def test_places(tmp_path: Path) -> None:
    """A place has line, byte, and JSON pointer through everything that wraps the payload."""
    order, appointment = compact(ORDER), compact(APPOINTMENT)
    cases = {
        b"\n" + order + b"\n\n" + appointment: [(2, 1, ""), (4, len(order) + 3, "")],
        BOM + order: [(None, 3, "")],
        b"[" + order + b",\n " + appointment + b"]": [(1, 1, "/0"), (2, len(order) + 4, "/1")],
        FORMS["a HAR"]([order]): [(1, 52, "/log/entries/0/request/postData/text")],
        FORMS["lines of EventBridge"]([order]) + b"\n": [(None, 0, "/detail")],
        FORMS["messages of a queue, one by one"]([order, order]): [
            (3, 17, "/Messages/0/Body"),
            (8, 17 + len(FORMS["messages of a queue, one by one"]([order])), "/Messages/0/Body"),
        ],
    }
    file = tmp_path / "stored"
    for stored, expected in cases.items():
        file.write_bytes(stored)
        assert [record.place[1:] for record in records(str(file))] == expected


@table(
    ("stored", "bodies"),
    [
        (b"nonsense\n" + compact(ORDER), [b"nonsense", compact(ORDER)]),
        (compact(ORDER) + b"\nnonsense", [compact(ORDER), b"nonsense"]),
        (b'{"cut": \n' + compact(ORDER) + b"\n" + compact(ORDER), [b'{"cut":', compact(ORDER), compact(ORDER)]),
        (b'{"a": [\n{}\n]}', [b'{"a": [\n{}\n]}']),
        (compact(ORDER) + b" x", [compact(ORDER) + b" x"]),
        (b"nonsense", [b"nonsense"]),
        (b'{"a": ', [b'{"a": ']),
        (b'{"a"}\n', [b'{"a"}']),
        (b"[1, {} {}, {}}, ]", [b"1", b"{} {}", b"{}}", b""]),
        (b"{}\n\x00\x00", [b"{}", b"\x00\x00"]),
    ],
)  # fmt: skip
def test_damaged_rows_do_not_hide_others(stored: bytes, bodies: list[bytes], tmp_path: Path) -> None:
    """A bad line or item is one record; text after a document belongs to it."""
    file = tmp_path / "stored"
    file.write_bytes(stored)
    assert [record.body for record in records(str(file)) if isinstance(record, Input)] == bodies


@table("stored", [b"", b" \r\n\t", BOM, b"[]", b"[ ]\n", b'{"Messages": []}', b"\n\n"])
def test_nothing_stored(stored: bytes, tmp_path: Path) -> None:
    """A file without a payload is an error in every form, compressed or not."""
    file = tmp_path / "stored"
    for compress in COMPRESSIONS.values():
        file.write_bytes(compress(stored))
        with pytest.raises(InputError, match=r"stored: contains no payload$"):
            list(records(str(file)))


@table(
    ("stored", "message"),
    [
        (b"[{}, {", "the array that begins on line 1 does not end: the file is cut off, or a bracket is missing at or after /1"),
        (b'{"Messages": [{}', "missing at or after /Messages/0, on line 1"),
        (b'{"Messages": [{}], "a": ', "its document does not end: the file is cut off"),
        (b'{"Messages": [{}], nonsense}', "its document is not JSON: see line 1, column 18, not counting its rows"),
    ],
)  # fmt: skip
def test_rows_that_do_not_end(stored: bytes, message: str, tmp_path: Path) -> None:
    """What is cut off is an error that says where, after the payloads before it."""
    file = tmp_path / "stored"
    file.write_bytes(stored)
    with pytest.raises(InputError) as caught:
        list(records(str(file)))
    assert message in str(caught.value)


def test_own_wrappers(tmp_path: Path) -> None:
    """An event is found up to three steps down, as object, text or base64; a damaged one where the first one was."""
    order, event = compact(ORDER).decode(), ORDER
    file = tmp_path / "stored"
    for row, pointer in (
        ({"id": 1, "body": event}, "/body"),
        ({"id": 1, "a": {"b": {"c": event}}}, "/a/b/c"),
        ({"id": 1, "a": {"b": order}}, "/a/b"),
        ({"id": 1, "a": base64.b64encode(order.encode()).decode()}, "/a"),
        ({"id": 1, "a": base64.urlsafe_b64encode(order.encode()).decode().rstrip("=")}, "/a"),
        ({"later": {"body": event}, "body": event}, "/body"),
        ({"a": {"b": {"c": {"d": event}}}}, ""),
        ({"a": [event]}, ""),
        ({"event_type": "labtest.order.updated", "body": event}, ""),
        ({"event_type": "daily.data.sleep.created", "body": event}, ""),
        ({"event_type": "labtest.order.archived", "data": event["data"]}, ""),
        ({"order": event["data"]}, ""),
    ):
        file.write_bytes(compact(row))
        (record,) = records(str(file))
        assert record.place.pointer == pointer, row
        expected = "conforms" if pointer else "rejected"
        assert isinstance(record, Input)
        assert check(record.body).verdict == expected, row
    file.write_bytes(
        b"\n".join(map(compact, [{"a": order}, {"a": "damaged"}, {"a": None}, {"a": " "}, {"b": event}]))
    )
    assert [(record.place.line, record.place.pointer) for record in records(str(file))] == [
        (1, "/a"), (2, "/a"), (5, "/b"),
    ]  # fmt: skip


def test_a_given_pointer(tmp_path: Path) -> None:
    """`body_at` applies to all rows except events, and also finds an order without its envelope."""
    file = tmp_path / "stored"
    rows = [{"a": {"b": ORDER["data"]}, "c": ORDER}, ORDER, {"a": {}}, {"a": {"b": 7}}, {"c": ORDER}]
    file.write_bytes(b"\n".join(map(compact, rows)))
    found = list(records(str(file), body_at="/a/b"))
    assert [type(record) for record in found] == [Input, Input, Unreadable, Input, Unreadable]
    shown = [check(record.body).verdict for record in found if isinstance(record, Input)]
    assert shown == ["conforms", "conforms", "rejected"]

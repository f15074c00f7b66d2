"""Files that would fill the memory, hide what is wrong, or never end: each is refused with a clear message."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from backports import zstd
from support.command import run, run_process
from support.stored import COMPRESSIONS, ORDER, compact

from junction_webhooks import check
from junction_webhooks.inputs.compression import MAX_RATIO, RATIO_FLOOR
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import MAX_RECORD, Input, InputError, Record, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINE = compact(ORDER)
BOMB = b"\n".join([LINE, b'{"a": "' + b"x" * (2 * RATIO_FLOOR) + b'"}'])


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
def test_bombs(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """What becomes more than 200 times as large is not read on; the payloads before that are."""
    file = tmp_path / "bomb"
    file.write_bytes(compress(BOMB))
    found: list[Record] = []
    with pytest.raises(InputError) as caught:
        found.extend(records(str(file)))
    assert re.fullmatch(
        rf"{file}: becomes more than {MAX_RATIO} times as large when it is decompressed, so it is not read "
        r"beyond the first [\d,]+ bytes; if you trust it, decompress it first",
        str(caught.value),
    )
    done = run("validate", file)
    assert (done.returncode, done.stderr) == (2, f"junction-webhooks: {caught.value}\n")
    assert done.stdout == "1 payload: 1 conforms\n"


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
def test_small_files_are_no_bombs(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Equal payloads become more than 200 times as large, and are read if that is not much."""
    file = tmp_path / "many"
    stored = compress(b"\n".join([b"{}" + b" " * 1000] * 10_000))
    assert len(stored) * MAX_RATIO < 10**7
    file.write_bytes(stored)
    assert sum(1 for _ in records(str(file))) == 10_000


@pytest.mark.parametrize("compression", [name for name in COMPRESSIONS if name])
def test_damaged_compression(compression: str, tmp_path: Path) -> None:
    """A file that is cut off, or damaged, is an error that names it, and not an end."""
    whole = COMPRESSIONS[compression](b"\n".join([LINE, LINE, LINE]))
    file = tmp_path / "stored"
    for length in (*range(5, len(whole) - 1, 97), len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(
            InputError, match=r"stored: is (cut off: its \w+ data ends early, after|damaged: )"
        ):
            list(records(str(file)))
    for position in range(20, len(whole), 211):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        # A checksum notices what the format does not; Zstandard has none unless it is asked for.
        if "gz" in compression:
            with pytest.raises(InputError, match=r"stored: (is damaged|is cut off|has other data after)"):
                list(records(str(file)))
    file.write_bytes(whole + b"something else")
    with pytest.raises(InputError, match=r"stored: has other data after its \w+ data: the file is damaged"):
        list(records(str(file)))


def test_padding_after_gzip(tmp_path: Path) -> None:
    """Zeros after the end are no data."""
    file = tmp_path / "stored"
    file.write_bytes(gzip.compress(LINE) + b"\0" * 1000)
    assert len(list(records(str(file)))) == 1


def test_a_stream_that_only_zlib_reads_is_not_json(tmp_path: Path) -> None:
    """Other compressions are not recognized: the payload is rejected, and says that it is not JSON."""
    file = tmp_path / "stored"
    file.write_bytes(zlib.compress(LINE))
    (record,) = records(str(file))
    assert isinstance(record, Input)
    assert check(record.body).violations[0].keyword == "json"


@pytest.mark.exhaustive
@pytest.mark.parametrize("form", ["lines", "array", "document", "text"])
def test_large_records(form: str, tmp_path: Path) -> None:
    """A record of more than 64 MiB is left out, wherever it is, and what follows is read."""
    large = b'{"a": "' + b"x" * 10**8 + b'"}'
    file = tmp_path / "stored"
    with file.open("wb") as stored:
        if form == "lines":
            stored.write(b"\n".join([LINE, large, LINE]))
        elif form == "array":
            stored.write(b"[" + b",".join([LINE, large, LINE]) + b"]")
        elif form == "document":
            stored.write(b"{\n" + large[1:])
        else:
            stored.write(b"x" * 10**8)
    found = list(records(str(file)))
    kinds = [type(record) for record in found]
    assert kinds == ([Input, Unreadable, Input] if form in {"lines", "array"} else [Unreadable])
    done = run_process("validate", file)
    place = {"lines": ":2", "array": ":1 /1"}.get(form, "")
    message = f"{file}{place}: is larger than 64 MiB, the most for one record: split the file into one record per line"
    assert (done.returncode, done.stderr) == (2, f"junction-webhooks: {message}\n")
    assert done.stdout == ("2 payloads: 2 conform; 1 record cannot be read\n" if len(found) > 1 else "")


@pytest.mark.exhaustive
def test_a_record_of_just_the_limit(tmp_path: Path) -> None:
    """A record of 64 MiB is read in each form."""
    body = b'{"a": "' + b"x" * (MAX_RECORD - 9) + b'"}'
    assert len(body) == MAX_RECORD
    file = tmp_path / "stored"
    for stored in (body, body + b"\n" + body, b"[" + body + b"]"):
        file.write_bytes(stored)
        assert all(isinstance(record, Input) for record in records(str(file)))


@pytest.mark.parametrize("size", [20_000, pytest.param(1_000_000, marks=pytest.mark.exhaustive)])
def test_deep_nesting(size: int, tmp_path: Path) -> None:
    """Thousands of brackets are one rejected payload, in lines, arrays, documents and wrapped in text."""
    deep = b"[" * size + b"]" * size
    file = tmp_path / "stored"
    wrapped = compact({"MessageId": "1", "Body": deep.decode()})
    for stored, count in {
        b"[" + deep + b"," + LINE + b"]": 2,
        b'{"a": ' + deep + b"}": 1,
        LINE + b"\n" + deep + b"\n" + LINE: 3,
        wrapped + b"\n" + wrapped: 2,
        b"[" * size: 0,
        b'{"a":' * size: 1,
    }.items():
        file.write_bytes(stored)
        done = run("validate", file)
        assert done.returncode == (1 if count else 2)
        if count:
            assert "nested deeper than 128 levels" in done.stdout or "is not JSON" in done.stdout
        else:
            assert "does not end" in done.stderr


def test_escapes_without_end(tmp_path: Path) -> None:
    """Backslashes and quotes by the thousand are neither slow nor a wrong end, whatever the chunks."""
    text = "\\" * 5001 + '"' * 5001 + "\\"
    body = compact({"event_type": "labtest.order.created", "data": {text: text}})
    file = tmp_path / "stored"
    file.write_bytes(b"[" + b",".join([body] * 3) + b"]")
    assert [record.body for record in records(str(file)) if isinstance(record, Input)] == [body] * 3


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zstandard needs an extra before Python 3.14, and a file says so that needs it."""
    from junction_webhooks.inputs import compression  # noqa: PLC0415

    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    compression.zstd.cache_clear()
    (tmp_path / "a.zst").write_bytes(zstd.compress(LINE))
    (tmp_path / "b.gz").write_bytes(gzip.compress(LINE))
    done = run("validate", "a.zst", "b.gz", cwd=tmp_path)
    compression.zstd.cache_clear()
    assert (done.returncode, done.stdout) == (2, "b.gz: conforms (labtest.order.updated)\n")
    assert done.stderr == (
        "junction-webhooks: a.zst: is compressed with Zstandard, and backports.zstd is not installed: "
        "pip install '/path/to/junction-webhooks[zstd]', with the path of your checkout or wheel\n"
    )


def test_no_patient_data_in_messages(tmp_path: Path) -> None:
    """No message about a damaged file or row quotes it, not even the names in it."""
    canary = "Jane Canary"
    file = tmp_path / "stored"
    row = {"id": 1, canary: {"text": json.dumps(ORDER)}}
    damaged = {"id": 1, canary: {"text": f"{canary}, born 1970-01-01"}}
    for stored in (
        b"\n".join([compact(row), compact(damaged), canary.encode()]),
        compact([row, {canary: canary}])[:-1],
        b'{"Messages": [{"MessageId": "Jane Canary", "Body": "Jane Canary"}], Jane Canary}',
        gzip.compress(compact(canary))[:-3],
    ):
        file.write_bytes(stored)
        for command in (["validate"], ["validate", "--format", "ndjson"], ["redact"]):
            done = run(*command, file)
            assert canary not in done.stdout + done.stderr
            assert "Jane" not in done.stdout + done.stderr
            assert done.returncode != 0

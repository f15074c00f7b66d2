"""`redact` keeps the form of what it reads: lines, arrays, wrapped bodies, compressed files."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

from backports import zstd
from support.command import run
from support.stored import APPOINTMENT, COMPRESSIONS, FORMS, ORDER, WRAPPERS, compact, wrapped
from support.tables import table

from junction_webhooks import check
from junction_webhooks.cli.commands.redact import redact_files
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import Input
from junction_webhooks.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

KEY = b"a key for these tests, 32 bytes."
BODIES = [compact(ORDER), compact(APPOINTMENT), compact(ORDER | {"unknown": 1})]
REDACTED = [redact(body, key=KEY) for body in BODIES]

DECOMPRESS: Mapping[str, Callable[[bytes], bytes]] = {
    "a.gz": gzip.decompress,
    "a.zst": zstd.decompress,
    "a": bytes,
}


def read(path: Path) -> list[Any]:
    """The payloads of a file."""
    found = list(records(str(path)))
    assert all(isinstance(record, Input) for record in found)
    return [json.loads(record.body) for record in found if isinstance(record, Input)]


def test_every_form_stays(tmp_path: Path) -> None:
    """The output has the same form, and each payload is redacted in its place."""
    for form, store in FORMS.items():
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(store(BODIES))
        assert redact_files(str(source), output=str(target), key=KEY, force=True) == 0
        assert read(target) == REDACTED, form
        layouts = [
            (record.layout, record.wrapping) for record in records(str(source)) if isinstance(record, Input)
        ]
        after = [
            (record.layout, record.wrapping) for record in records(str(target)) if isinstance(record, Input)
        ]
        assert after == layouts, form
        if layouts[0][0].form == "lines":
            assert [json.loads(line) for line in target.read_bytes().splitlines()]
        elif form != "messages of a queue, one by one":
            json.loads(target.read_bytes())


def test_compression_follows_the_name(tmp_path: Path) -> None:
    """Input is decompressed by its content; output is compressed by its name."""
    for compression in COMPRESSIONS.values():
        (tmp_path / "source").write_bytes(compression(b"\n".join(BODIES)))
        for name, decompress in DECOMPRESS.items():
            assert (
                redact_files(str(tmp_path / "source"), output=str(tmp_path / name), key=KEY, force=True) == 0
            )
            lines = decompress((tmp_path / name).read_bytes()).splitlines()
            assert [json.loads(line) for line in lines] == REDACTED


def test_a_folder_keeps_its_compression(tmp_path: Path) -> None:
    """Files of a folder keep their names, so their compression too."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.ndjson.gz").write_bytes(gzip.compress(b"\n".join(BODIES)))
    (tmp_path / "in" / "delivery-1-2026-01-27.gz").write_bytes(gzip.compress(FORMS["an array"](BODIES)))
    (tmp_path / "in" / "notes.txt.gz").write_bytes(gzip.compress(b"nothing to read"))
    done = run("redact", tmp_path / "in", "-o", tmp_path / "out")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a.ndjson.gz",
        "delivery-1-2026-01-27.gz",
    ]
    assert all(path.read_bytes().startswith(b"\x1f\x8b") for path in (tmp_path / "out").iterdir())


@table("wrapper", [*WRAPPERS])
def test_nothing_of_a_wrapper_leaks(wrapper: str, tmp_path: Path) -> None:
    """Of a wrapper only what leads to the payload is kept: headers, ids and addresses of the caller are dropped."""
    row = json.loads(wrapped(wrapper, BODIES[0]))
    row["canary"] = {"headers": [{"name": "x-forwarded-for", "value": "canary"}]}
    for name, value in row.items():
        if isinstance(value, str) and name not in {"version", "httpMethod", "eventSource", "body", "Body"}:
            row[name] = f"canary {value}"
    (tmp_path / "source").write_bytes(compact(row) + b"\n" + compact(row))
    done = run("redact", tmp_path / "source")
    assert (done.returncode, done.stderr) == (0, "")
    assert "canary" not in done.stdout
    (tmp_path / "safe").write_text(done.stdout)
    assert [check(compact(payload)).verdict for payload in read(tmp_path / "safe")] == ["conforms"] * 2


def test_own_wrappers(tmp_path: Path) -> None:
    """A wrapper of one's own keeps the path to the payload, and how the payload is encoded."""
    text = BODIES[0].decode()
    rows = [
        {"id": 7, "payload": ORDER},
        {"id": 7, "request": {"raw": text}},
        {"id": 7, "request": {"raw": {"b64": base64.b64encode(BODIES[0]).decode()}}},
    ]
    (tmp_path / "source.ndjson").write_bytes(b"\n".join(map(compact, rows)))
    assert redact_files(str(tmp_path / "source.ndjson"), output=str(tmp_path / "safe"), key=KEY) == 0
    first, second, third = map(json.loads, (tmp_path / "safe").read_bytes().splitlines())
    assert first == {"payload": REDACTED[0]}
    assert [*second] == ["request"]
    assert json.loads(second["request"]["raw"]) == REDACTED[0]
    assert json.loads(base64.b64decode(third["request"]["raw"]["b64"])) == REDACTED[0]


def test_nothing_half_written(tmp_path: Path) -> None:
    """If the input turns out to be damaged, the output is not written, and what was there before stays."""
    source, target = tmp_path / "source.gz", tmp_path / "safe.ndjson"
    source.write_bytes(gzip.compress(b"\n".join(BODIES * 5))[:-20])
    for before in (None, b"before"):
        if before is not None:
            target.write_bytes(before)
        done = run("redact", source, "-o", target, "--force")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"junction-webhooks: {source}: is cut off: its gzip data ends early")
        assert done.stderr.endswith(f"; get the file again: {target} was not written\n")
        assert (target.read_bytes() if target.exists() else None) == before
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
            {source.name, *([target.name] if before else [])}
        )


def test_what_cannot_be_redacted_is_left_out(tmp_path: Path) -> None:
    """A row that cannot be redacted or read is left out of its array, named, and the others are written."""
    source, target = tmp_path / "source.json", tmp_path / "safe.json"
    bad = compact({"event_type": "labtest.canary.created"})
    source.write_bytes(FORMS["an array"]([bad, BODIES[0], b"nonsense", bad]))
    done = run("redact", source, "-o", target)
    assert done.returncode == 1
    assert len(json.loads(target.read_bytes())) == 1
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [
        f"{source}:1 /{index}" for index in (0, 2, 3)
    ]

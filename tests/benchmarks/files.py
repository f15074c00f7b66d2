"""How `junction-webhooks validate` copes with large files: peak memory, time, and what a second process brings.

    python tests/benchmarks/files.py                # prints the tables of docs/speed.md, about ten minutes
    python tests/benchmarks/files.py --megabytes 50

Measure on an idle machine with two cores: the times are those of a clock.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple
from uuid import UUID

from backports import zstd

from junction_webhooks import fixtures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

COMMAND: Final = Path(sys.executable).with_name("junction-webhooks")


class Measured(NamedTuple):
    """One run."""

    seconds: float
    mebibytes: float
    """Of the first process. Those of `-j` come on top."""
    first_output: float
    """Seconds until the first byte of output."""


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _memory(Path(folder), options.megabytes)
        _processes(Path(folder), options.megabytes, options.rounds)


def _memory(folder: Path, megabytes: int) -> None:
    rows = [("", "MB stored", "seconds", "peak MiB", "more than a few payloads")]
    for name in ("lines", "lines, on standard input", "lines, gzip", "lines, Zstandard", "an array"):
        few, many = folder / "few", folder / "many"
        _write(few, name, 10**5)
        _write(many, name, megabytes * 10**6)
        is_piped = name.endswith("input")
        small, large = (run([], path, is_piped=is_piped) for path in (few, many))
        size = many.stat().st_size / 10**6
        more = large.mebibytes - small.mebibytes
        rows.append(
            (name, f"{size:,.0f}", f"{large.seconds:.1f}", f"{large.mebibytes:.0f}", f"{more:+.1f} MiB")
        )
    _print(rows)


def _processes(folder: Path, megabytes: int, rounds: int) -> None:
    path = folder / "many"
    rows = [("", "one process, s", "-j 2, s", "times as fast")]
    for name in ("lines", "lines, gzip"):
        _write(path, name, megabytes * 10**6)
        # Alternately, so that both see the same machine.
        pairs = [(run([], path).seconds, run(["-j", "2"], path).seconds) for _ in range(rounds)]
        one, two = (statistics.median(each) for each in zip(*pairs, strict=True))
        ratio = statistics.median(one / two for one, two in pairs)
        rows.append((name, f"{one:.2f}", f"{two:.2f}", f"{ratio:.2f}"))
    _print(rows)
    sys.stdout.write(f"load of the machine at the end: {os.getloadavg()[0]:.1f}\n")


def run(options: list[str], path: Path, *, is_piped: bool = False) -> Measured:
    """Validate a file. Raises `AssertionError` if the result is wrong."""
    start = time.perf_counter()
    with path.open("rb") as stored:
        process = subprocess.Popen(
            [COMMAND, "validate", "--tolerant", *options, "-" if is_piped else path],
            stdin=stored if is_piped else subprocess.DEVNULL, stdout=subprocess.PIPE,
        )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.read(1)
    first_output = time.perf_counter() - start
    shown = first + process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, shown[-200:]
    assert b" conform" in shown
    mebibytes = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    return Measured(time.perf_counter() - start, mebibytes, first_output)


def _write(path: Path, name: str, size: int) -> None:
    with path.open("wb") as raw, _compressed(raw, name) as stored:
        separator = b"[" if name == "an array" else b""
        for body in _bodies(size):
            stored.write(separator + body)
            separator = b",\n" if name == "an array" else b"\n"
        stored.write(b"]\n" if name == "an array" else b"\n")


def _compressed(raw: BinaryIO, name: str) -> AbstractContextManager[Any]:
    if name == "lines, gzip":
        return gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1)
    return zstd.ZstdFile(raw, "w") if name == "lines, Zstandard" else nullcontext(raw)


def _bodies(size: int) -> Iterator[bytes]:
    """Valid fixtures with other ids, one in seven with an unknown property, up to a size in bytes."""
    chance = random.Random(1)  # noqa: S311  (no secret)
    payloads = [json.loads(each.raw) for each in fixtures.valid()]
    for number, payload in enumerate(itertools.cycle(payloads)):
        data = payload.get("data", payload)
        if "id" in data:
            data["id"] = str(UUID(int=chance.getrandbits(128), version=4))
        data.pop("added_later", None)
        if number % 7 == 0:
            data["added_later"] = number
        body = json.dumps(payload).encode()
        size -= len(body)
        if size < 0:
            return
        yield body


def _print(rows: Sequence[Sequence[str]]) -> None:
    ruler = ("---", *("---:" for _ in rows[0][1:]))
    for row in (rows[0], ruler, *rows[1:]):
        sys.stdout.write(f"| {' | '.join(row)} |\n")
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

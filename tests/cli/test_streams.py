"""`validate` and `redact` on streams: output at once, flat memory, several processes, Ctrl-C and closed pipes."""

from __future__ import annotations

import fcntl
import gzip
import json
import multiprocessing
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest
from support.command import COMMAND, run, run_process
from support.stored import APPOINTMENT, BODIES, COMPRESSIONS, FORMS, ORDER, compact
from support.tables import table
from support.tasks import work

from junction_webhooks import cli
from junction_webhooks.cli import _jobs
from junction_webhooks.cli._processes import ProcessEndedError, Processes
from junction_webhooks.cli.commands import validate
from junction_webhooks.inputs.reading import records

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = compact(ORDER)
DRIFTING = BODIES["a new property"]
MIXED = [
    BODIES[name] for name in ("an order", "an appointment", "a new property", "an order", "a broken status")
]
MEBIBYTE = 2**20


@pytest.mark.parametrize(
    ("command", "first"),
    [
        (["validate", "-"], DRIFTING + b"\n"),
        (["validate", "-j", "2", "-"], b"[" + DRIFTING + b","),
        (["redact", "-"], b'{"Messages": ['),
    ],
    ids=["lines", "an array, two processes", "messages, redacted"],
)
def test_the_first_output_comes_before_the_end_of_the_input(command: list[str], first: bytes) -> None:
    """What is known is written while the other side still keeps the pipe open."""
    if first.endswith(b": ["):
        first += compact({"MessageId": "1", "Body": DRIFTING.decode()}) + b", " + b" " * MEBIBYTE
    with subprocess.Popen(
        [COMMAND, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        Timer(30, process.kill).start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(first)
        process.stdin.flush()
        shown = process.stdout.readline()
        assert process.poll() is None
        process.kill()
    assert shown.startswith((b"standard input:1", b'{"', b"["))


def peak(*arguments: str | Path, stdin: Path | None = None) -> tuple[float, str]:
    """The peak memory of the command in MiB, with what it wrote last."""
    script = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)\n"
        "print(done.stdout.decode()[-200:])\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    with (stdin or Path(os.devnull)).open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", script, COMMAND, *arguments], stdin=file, capture_output=True, check=True
        )
    *lines, memory = done.stdout.decode().splitlines()
    return int(memory) / (MEBIBYTE if sys.platform == "darwin" else 1024), "\n".join(lines)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "form", ["lines", "an array", "messages of a queue", "a HAR", "lines of EventBridge"]
)
@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
def test_memory_does_not_grow_with_the_input(form: str, compression: str, tmp_path: Path) -> None:
    """50 MB take no more than 25 MiB more memory than a few payloads, in every form."""
    few, many = tmp_path / "few", tmp_path / "many"
    # Not so many equal ones in a row that the file looks like a bomb.
    bodies = [
        LINE.replace(b'"notes": null', b'"notes": "%s"' % os.urandom(200).hex().encode()) for _ in range(50)
    ]
    few.write_bytes(COMPRESSIONS[compression](FORMS[form](bodies[:5])))
    many.write_bytes(
        COMPRESSIONS[compression](FORMS[form](list(islice(cycle(bodies), 50_000_000 // len(LINE)))))
    )
    small, _ = peak("validate", few)
    large, last = peak("validate", many)
    assert re.search(r"^\d{4,} payloads: \d+ conform", last, re.MULTILINE), last
    assert large < small + 25
    from_stdin, _ = peak("validate", "-", stdin=many)
    assert from_stdin < small + 25
    redacted, _ = peak("redact", many, "-o", tmp_path / "safe")
    assert redacted < small + 25


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (["--format", "ndjson"], 2),
        *(
            pytest.param(each, 10, marks=pytest.mark.exhaustive)
            for each in (["--format", "ndjson"], ["--all"], [], ["--body-at", "/request/postData"])
        ),
    ],
)
def test_jobs_change_nothing(
    options: list[str], size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-j 2` writes the same as `-j 1`, in the order of the input: slices, small files, blocks and errors."""
    monkeypatch.setattr(_jobs, "_SLICE", 2_000 * size)
    monkeypatch.setattr(_jobs, "_SMALL", 1_000 * size)
    for name, count in {"a.json": 4 * size, "b.ndjson": 30 * size, "c": 3 * size}.items():
        bodies = [*islice(cycle(MIXED), count)]
        form = "an array" if name == "a.json" else "lines with blank ones"
        (tmp_path / name).write_bytes(FORMS[form](bodies))
    (tmp_path / "d.ndjson.gz").write_bytes(gzip.compress(b"\n".join(islice(cycle(MIXED), 250 * size)))[:-9])
    (tmp_path / "e.json").write_bytes(b" ")
    (tmp_path / "e2.json").write_bytes(LINE)
    (tmp_path / "f.ndjson").write_bytes(b"\n" * 5_000 * size)
    for number in range(10 * size):
        (tmp_path / f"g{number:03}.json").write_bytes(MIXED[number % 5])
    (tmp_path / "h.ndjson").write_bytes(
        FORMS["lines of HAR"]([*islice(cycle(MIXED), 10 * size), b"{}", b"nonsense"])
    )
    names = [*sorted(path.name for path in tmp_path.iterdir()), "missing", "c"]
    one = run("validate", *options, *names, cwd=tmp_path)
    two = run("validate", *options, "-j", "2", *names, cwd=tmp_path)
    assert (two.returncode, two.stdout, two.stderr) == (one.returncode, one.stdout, one.stderr)
    assert one.returncode == 2
    assert len(one.stderr.splitlines()) >= 4


def test_only_the_first_problems_are_listed(tmp_path: Path) -> None:
    """Above a handful of payloads, text lists the first problems; `--all` lists every payload, JSON always does."""
    file = tmp_path / "stored"
    file.write_bytes(b"\n".join(islice(cycle(MIXED), 100)))
    lines = run("validate", file).stdout.splitlines()
    assert sum(line.startswith(f"{file}:") for line in lines) == 20
    assert lines[-2:] == [
        "and 20 more payloads with problems: --all lists them",
        "100 payloads: 60 conform, 20 drift, 20 are rejected",
    ]
    every = run("validate", "--all", file).stdout.splitlines()
    assert f"{file}:1: conforms (labtest.order.updated)" in every
    assert sum(line.startswith(f"{file}:") for line in every) == 100
    assert len(run("validate", "--format", "ndjson", file).stdout.splitlines()) == 100
    for number in range(11):
        (tmp_path / f"{number}.json").write_bytes(LINE)
    files = [tmp_path / f"{number}.json" for number in range(11)]
    assert run("validate", *files).stdout == "11 payloads: 11 conform\n"
    assert len(run("validate", *files[:10]).stdout.splitlines()) == 11


def test_unreadable_records_are_counted(tmp_path: Path) -> None:
    """A row without a payload where one should be is named, the rest is checked, and the exit code is 2."""
    file = tmp_path / "stored"
    rows = [compact({"body": json.loads(LINE)}), *[compact({"other": 1})] * 30, LINE, compact({"body": None})]
    file.write_bytes(b"\n".join(rows))
    done = run("validate", "--body-at", "/body", file)
    assert done.returncode == 2
    assert done.stdout == "2 payloads: 2 conform; 30 records cannot be read\n"
    first, *_, last = done.stderr.splitlines()
    assert first == f"junction-webhooks: {file}:2: has no value at /body, where the payload should be"
    assert last == "junction-webhooks: and 10 more records that cannot be read: --all lists them"
    assert len(run("validate", "--all", "--body-at", "/body", file).stderr.splitlines()) == 30


@table("pointer", ["detail", "/a/b/c/d", "", "/~2"])
def test_a_wrong_pointer_is_a_usage_error(pointer: str) -> None:
    """`--body-at` takes a JSON pointer of one to three steps."""
    done = run("validate", "--body-at", pointer, "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("junction-webhooks: --body-at: ")


def test_json_has_ids_and_times() -> None:
    """A line of JSON says which object it is about, and nothing that could be patient data in their place."""
    record = json.loads(run("validate", "--format", "ndjson", "-", stdin=LINE).stdout)
    assert record["object"] == {name: ORDER["data"][name] for name in ("id", "created_at", "updated_at")}
    record = json.loads(run("validate", "--format", "ndjson", "-", stdin=compact(APPOINTMENT)).stdout)
    assert record["object"] == {name: APPOINTMENT["data"][name] for name in ("id", "order_id")}
    odd = compact(ORDER | {"data": ORDER["data"] | {"id": "Jane Canary", "updated_at": "1970-01-01 Jane"}})
    done = run("validate", "--format", "ndjson", "-", stdin=odd)
    assert [*json.loads(done.stdout)["object"]] == ["created_at"]
    assert json.loads(run("validate", "--format", "ndjson", "-", stdin=b"{}").stdout)["object"] is None


@pytest.mark.parametrize("options", [[], ["-j", "2"]])
def test_interrupted(options: list[str], tmp_path: Path) -> None:
    """Ctrl-C ends all processes without a traceback."""
    file = tmp_path / "large.ndjson"
    # More than a pipe holds that nobody reads, so that the command cannot be done.
    file.write_bytes((DRIFTING + b"\n") * 3_000)
    with subprocess.Popen(
        [COMMAND, "validate", "--format", "ndjson", *options, file, file, file],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (130, b"")
    for _ in range(50):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a process is left")


def test_a_closed_pipe_ends_all_processes(tmp_path: Path) -> None:
    """A reader that has seen enough ends `-j` too, quietly, with the exit code of one process."""
    file = tmp_path / "large.ndjson"
    file.write_bytes((DRIFTING + b"\n") * 6000)
    script = f"{COMMAND} validate --format ndjson -j 2 {file} | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)  # noqa: S607
    assert (done.returncode, done.stderr) == (
        141,  # 128 + SIGPIPE
        "",
    )


def test_pipes_and_process_substitution(tmp_path: Path) -> None:
    """A path may be a pipe, and standard input may be compressed."""
    (tmp_path / "stored.gz").write_bytes(gzip.compress(b"\n".join(MIXED)))
    script = f"{COMMAND} validate <(cat {tmp_path}/stored.gz); {COMMAND} validate - < {tmp_path}/stored.gz"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)  # noqa: S607
    lines = done.stdout.splitlines()
    summary = "5 payloads: 3 conform, 1 drifts, 1 is rejected"
    assert lines.count(summary) == 2
    assert "standard input:3: drifts (labtest.order.updated)" in lines


@pytest.mark.exhaustive
@pytest.mark.parametrize("options", [[], ["-j", "2"]])
def test_progress_in_bytes_on_a_terminal_only(options: list[str], tmp_path: Path) -> None:
    """One large file has a progress bar in bytes on a terminal, and none elsewhere."""
    pty = pytest.importorskip("pty")
    file = tmp_path / "large.ndjson"
    file.write_bytes((DRIFTING + b"\n") * 20_000)
    command: list[str | Path] = [COMMAND, "validate", "--format", "ndjson", *options, file]
    assert run_process(*command[1:]).stderr == ""
    ours, theirs = pty.openpty()
    # Without a width, there is no room for a bar.
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    shown = b""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs):
        os.close(theirs)
        with suppress(OSError):
            while chunk := os.read(ours, 1000):
                shown += chunk
    os.close(ours)
    assert re.search(rb"[0-9.]+M/[0-9.]+M", shown), shown


def _results(number: int) -> list[str]:
    with Processes(2, work, "task") as processes:
        processes.give(number, is_small=True)
        return [*processes.rest()]


def test_results_keep_the_order_of_the_tasks() -> None:
    """Results come in the order of the tasks; an error is raised, and a killed process noticed."""
    with Processes(2, work, "task") as processes:
        for number in (0, 1, 4, 5, 0, 6):
            processes.give(number, is_small=number != 4)
        processes.put("known")
        expected = ["task 0", "task 1", "task 4", "task 5", "task 0", "task 6", "known"]
        assert [*processes.ready(), *processes.rest()] == expected
    for number, error in {2: ValueError, 3: ProcessEndedError}.items():
        with pytest.raises(error):
            _results(number)
    assert multiprocessing.active_children() == []


def test_body_at_that_nothing_needs_is_said(tmp_path: Path) -> None:
    """An option without an effect is not ignored in silence, in one process or several; one with an effect is fine."""
    event, row = tmp_path / "event.json", tmp_path / "row.json"
    event.write_bytes(MIXED[0])
    row.write_text(json.dumps({"body": json.loads(MIXED[0])}))
    message = "junction-webhooks: --body-at was not needed: every row is an event itself\n"
    for command in (["validate"], ["validate", "-j", "2"], ["redact"]):
        assert run(*command, event, "--body-at", "/body").stderr == message
        assert run(*command, row, "--body-at", "/body").stderr == ""
    assert run("validate", event, row, "--body-at", "/body").stderr == ""


def test_stopped_validation_has_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C shows the verdicts so far."""
    file = tmp_path / "stored.ndjson"
    file.write_bytes(b"\n".join(MIXED))

    def stopped(*arguments: Any, **options: Any) -> Iterator[Any]:
        yield from islice(records(*arguments, **options), 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(validate, "records", stopped)
    assert cli.main(["validate", str(file)]) == 130
    assert re.search(r"^stopped after 2 payloads: ", capsys.readouterr().out, re.MULTILINE)

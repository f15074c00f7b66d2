"""`-o`: every command writes a file completely or not at all, and keeps one that exists."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from support.command import COMMAND, run, run_process
from support.endpoint import endpoint
from support.tables import table

from junction_webhooks import fixtures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.endpoint import Endpoint

COMMANDS: Final = (
    ["validate", "payload.json"],
    ["history", "payload.json"],
    ["newer", "payload.json", "payload.json", "--format", "json"],
    ["redact", "payload.json"],
    ["scenarios", "redraw"],
    ["scenarios", "redraw", "--format", "ndjson"],
    ["generate", "-n", "2", "--seed", "1"],
    ["show", "redraw", "1", "--compact"],
    ["sign", "payload.json", "--id", "msg_1", "--at", "2026-01-01T00:00:00Z"],
    ["verify", "payload.json", "-H", "a: b"],
    ["diff", "old.json", "old.json"],
    ["drift", "--events", "events.txt", "--format", "markdown"],
    ["completion", "bash"],
)


@pytest.fixture
def running() -> Iterator[Endpoint]:
    """An endpoint that accepts everything."""
    with endpoint() as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the commands read."""
    (tmp_path / "payload.json").write_bytes(fixtures.load("labtest.order.updated/completed").raw)
    (tmp_path / "old.json").write_text('{"enum": ["quest"]}')
    (tmp_path / "events.txt").write_text("labtest.*\n")
    return tmp_path


@table("arguments", COMMANDS, ids=" ".join)
def test_a_file_has_what_would_be_printed(arguments: list[str], folder: Path) -> None:
    """With -o, nothing is printed, the file has the output, and a second run needs --force."""
    out = folder / f"{' '.join(arguments).replace('/', '_')}.out"
    printed = run(*arguments, cwd=folder)
    written = run(*arguments, "-o", out, cwd=folder)
    assert (written.returncode, written.stdout, written.stderr) == (printed.returncode, "", printed.stderr)
    # `redact` gives other replacements in each run.
    assert out.read_text() == printed.stdout or arguments[0] == "redact"
    again = run(*arguments, "-o", out, cwd=folder)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == (
        f"junction-webhooks: {out}: already exists: nothing was written; overwrite with --force\n"
    )
    assert run(*arguments, "-o", out, "--force", cwd=folder).returncode == printed.returncode
    assert run(*arguments, "-o", "-", cwd=folder).stdout.count("\n") == printed.stdout.count("\n")
    assert [each.name for each in out.parent.iterdir() if each.name.endswith(".partial")] == []


def test_a_file_without_an_answer_does_not_appear(folder: Path) -> None:
    """A usage error or unreadable input leaves no empty file; what was found before stays."""
    for arguments in (["show", "xyz"], ["validate", "none.json"], ["diff", "none.json"]):
        assert run(*arguments, "-o", "out", cwd=folder).returncode == 2
        assert not (folder / "out").exists()
    assert run("validate", "payload.json", "none.json", "-o", "out", cwd=folder).returncode == 2
    assert (folder / "out").read_text() == "payload.json: conforms (labtest.order.updated)\n"
    # No findings are an answer, which has no lines.
    done = run("history", "payload.json", "--format", "ndjson", "-o", "none", cwd=folder)
    assert (done.returncode, (folder / "none").read_text()) == (0, "")


def test_what_cannot_be_written(folder: Path) -> None:
    """A folder, a place below a file, and a full disk are named, and nothing is left behind."""
    before = sorted(folder.rglob("*"))
    (folder / "captured").mkdir()
    (folder / "captured/a.json").write_bytes((folder / "payload.json").read_bytes())
    (folder / "captured/b.json").write_bytes((folder / "payload.json").read_bytes())
    before = sorted(folder.rglob("*"))
    absent = "cannot be written: there is no folder absent: make it first"
    for command in (
        ["scenarios"],
        ["generate", "--seed", "1"],
        ["redact", "payload.json"],
        ["show", "redraw"],
    ):
        for target, message in {
            ".": ".: is a folder: name a file in it",
            "payload.json/x": "payload.json/x: cannot be written: not a directory",
            "absent/x": f"absent/x: {absent}",
        }.items():
            done = run(*command, "-o", target, cwd=folder)
            assert (done.returncode, done.stderr) == (2, f"junction-webhooks: {message}\n"), command
    for target, message in {
        "payload.json": "payload.json: is a file, and captured is a folder: use -o to name the folder to write to",
        "absent/x": f"absent/x: {absent}",
    }.items():
        for force in ([], ["--force"]):
            done = run("redact", "captured", "-o", target, *force, cwd=folder)
            assert (done.returncode, done.stdout, done.stderr) == (2, "", f"junction-webhooks: {message}\n")
    if Path("/dev/full").exists():
        full = run_process("scenarios", "-o", "/dev/full")
        assert (full.returncode, full.stderr) == (
            2,
            "junction-webhooks: /dev/full: cannot be written: no space left on device\n",
        )
    assert sorted(folder.rglob("*")) == before


def test_an_existing_file_keeps_its_place(folder: Path) -> None:
    """With --force, a link stays a link, and the permissions stay; a pipe or a device is written to, and needs no --force."""
    real, link = folder / "real", folder / "link"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    assert run("scenarios", "-o", link, "--force").returncode == 0
    assert link.is_symlink()
    assert "redraw" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert run("scenarios", "-o", os.devnull).returncode == 0
    assert Path(os.devnull).is_char_device()
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    assert run("scenarios", "redraw", "-o", pipe).returncode == 0
    reader.join(10)
    assert "order ordered" in read[0]
    assert pipe.is_fifo()


def test_compression(folder: Path) -> None:
    """The name of the file decides whether it is compressed, whatever the command is."""
    assert run("scenarios", "redraw", "--format", "ndjson", "-o", "x.ndjson.gz", cwd=folder).returncode == 0
    assert len(gzip.decompress((folder / "x.ndjson.gz").read_bytes()).splitlines()) == 12
    assert run("validate", "x.ndjson.gz", cwd=folder).stdout.startswith("12 payloads")


def test_nothing_is_sent_if_the_file_exists(folder: Path, running: Endpoint) -> None:
    """The file is looked at before anything is sent or tested."""
    for command in (["send", "no_appointment"], ["test"]):
        done = run(*command, "--to", running.url, "-o", "payload.json", cwd=folder)
        assert (done.returncode, running.received) == (2, [])
        assert "payload.json: already exists" in done.stderr
    (folder / "junction-webhooks.toml").write_text("[test]\noutput = 'payload.json'\n")
    assert "payload.json: already exists" in run("test", "--to", running.url, cwd=folder).stderr
    assert running.received == []


def test_a_setting_overwrites(folder: Path, running: Endpoint) -> None:
    """The settings of `test` can name the file, and say that it may be overwritten."""
    (folder / "junction-webhooks.toml").write_text(
        "[test]\noutput = 'payload.json'\nforce = true\nonly = 'signatures.valid'\nformat = 'json'\n"
    )
    assert run("test", "--to", running.url, cwd=folder).returncode == 0
    assert json.loads((folder / "payload.json").read_text())["totals"]["all"] == 1


@pytest.mark.exhaustive
def test_an_interrupted_command_leaves_no_half_file(folder: Path, running: Endpoint) -> None:
    """After Ctrl-C, there is no file, except that of `send`, which says that it is not complete."""
    out = folder / "out"
    slow = ["--to", running.url, "--every", "20s", "--format", "json"]
    for arguments, is_kept in (
        (["generate", "-n", "100000000"], False),
        (["send", "no_appointment", *slow], True),
    ):
        started = subprocess.Popen([COMMAND, *arguments, "-o", out], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (list(folder.glob(".out.*.partial")) and (running.received or not is_kept)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        # The report of an attempt follows the answer.
        time.sleep(0.5)
        started.send_signal(signal.SIGINT)
        assert started.wait(60) == 130
        assert out.exists() is is_kept
        assert [each.name for each in folder.iterdir() if each.name.endswith(".partial")] == []
    assert json.loads(out.read_text())["complete"] is False

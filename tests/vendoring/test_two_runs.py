"""Two runs of `vendor` in one folder at once."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest
from support.vendoring import contents, run, tree

from junction_webhooks import contract, vendoring
from junction_webhooks.vendoring import check, vendor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOMETIMES: Final = """
import sys
from pathlib import Path
from junction_webhooks import vendoring
vendoring._changes = lambda *_: ()
for _ in range(int(sys.argv[3])):
    vendoring.vendor(Path(sys.argv[1]), profile=sys.argv[2], what=["schemas", "types"][: 1 + (sys.argv[2] == "strict")])
"""


@contextmanager
def held(folder: Path, mode: int) -> Iterator[None]:
    """Hold a lock on a folder, as another process would."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, mode)
        yield
    finally:
        os.close(descriptor)


def test_a_second_run_waits_and_then_gives_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another run writes, both commands exit with 2 and change nothing; afterwards they work."""
    monkeypatch.setattr("junction_webhooks.vendoring._folder.PATIENCE", 0.1)
    before = tree(folder)
    with held(folder, fcntl.LOCK_EX):
        for arguments in ([], ["--check"]):
            done = run(folder, "--profile", "strict", *arguments)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.startswith(
                f"junction-webhooks: {folder}: another run of `junction-webhooks vendor` is writing to it: wait"
            )
        assert tree(folder) == before
    with held(folder, fcntl.LOCK_SH):
        assert run(folder, "--check").returncode == 0
        assert run(folder).returncode == 2
    assert run(folder, "--profile", "strict").returncode == 0


def test_a_second_run_waits_for_the_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that goes in time is waited for."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    monkeypatch.setattr("time.sleep", lambda _: fcntl.flock(descriptor, fcntl.LOCK_UN))
    assert run(folder).returncode == 0
    os.close(descriptor)


def test_where_nothing_can_be_locked_it_works(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without locks is no reason to fail."""

    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refuse)
    assert vendor(folder, profile="strict").written
    assert check(folder) == []


def test_threads_leave_one_whole_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many runs at once, from the first on: all succeed, and the last one's version is there, whole."""
    monkeypatch.setattr(vendoring, "_changes", lambda *_: ())
    folder = tmp_path / "a" / "new"
    with ThreadPoolExecutor(4) as pool:
        tasks = [
            pool.submit(
                vendor,
                folder,
                profile=profile,
                what=("schemas", "types") if profile == "strict" else ("types",),
            )
            for profile in contract.PROFILES * 8
        ]
        for task in tasks:
            task.result()
    assert check(folder) == []


def race(folder: Path, rounds: int) -> None:
    """Let two processes update one folder with different options, and see which of the two won."""
    whole = []
    for profile in contract.PROFILES:
        fresh = folder.with_name(profile)
        vendor(fresh, profile=profile, what=("schemas", "types") if profile == "strict" else ("schemas",))
        whole.append(contents(fresh))
    commands = [
        [sys.executable, "-c", SOMETIMES, str(folder), each, str(rounds)] for each in ("strict", "tolerant")
    ]
    processes = [subprocess.Popen(command) for command in commands]
    assert [process.wait() for process in processes] == [0, 0]
    assert contents(folder) in whole
    assert check(folder) == []


def test_two_processes_leave_one_whole_version(tmp_path: Path) -> None:
    """Two processes that start with no folder: neither fails, and nothing is mixed."""
    race(tmp_path / "new", 5)


@pytest.mark.exhaustive
def test_two_processes_leave_one_whole_version_every_time(tmp_path: Path) -> None:
    """The same many times."""
    for number in range(10):
        race(tmp_path / str(number) / "new", 100)

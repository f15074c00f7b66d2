"""The command `junction-webhooks`, run in this process or as a user runs it."""

from __future__ import annotations

import atexit
import base64
import functools
import io
import json
import os
import subprocess
import sys
from contextlib import chdir, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Final

import pytest

from junction_webhooks import cli

Run = subprocess.CompletedProcess[str]
COMMAND: Final = Path(sys.executable).with_name("junction-webhooks")
NO_EXTRAS: Final = """
import sys
for extra in ("jsonschema_rs", "orjson", "tqdm"):
    sys.modules[extra] = None
"""
WITHOUT_EXTRAS: Final = f"""{NO_EXTRAS}
from junction_webhooks.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""The command where no extra is installed."""
SERVE: Final = f"""{NO_EXTRAS}
import base64, json
from support.command import run
for line in sys.stdin:
    arguments, stdin = json.loads(line)
    done = run(*arguments, stdin=base64.b64decode(stdin))
    print(json.dumps([done.returncode, done.stdout, done.stderr]), flush=True)
"""


def run(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> Run:
    """Run the command in this process, which takes a tenth of the time of a new one.

    Use `run_process` for what depends on the process: real streams, signals, encodings, what is imported.
    """
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with (
        redirect_stdout(output),
        redirect_stderr(errors),
        pytest.MonkeyPatch.context() as patch,
        chdir(cwd) if cwd else nullcontext(),
    ):
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        try:
            code = cli.main([*map(str, arguments)])
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else 1
    texts = []
    for stream in (output, errors):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    return Run(["junction-webhooks", *map(str, arguments)], code, *texts)


def run_process(
    *arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, **environment: str
) -> Run:
    """Run the installed command."""
    done = subprocess.run(
        [COMMAND, *arguments],
        input=stdin, cwd=cwd, env=os.environ | environment, capture_output=True, check=False,
    )  # fmt: skip
    return Run(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@functools.cache
def _served() -> subprocess.Popen[str]:
    """A process without the extras, which runs one command per line until this one ends."""
    served = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    atexit.register(served.communicate)
    return served


def run_bare(*arguments: str | Path, stdin: bytes = b"") -> Run:
    """Run the command in a process where no extra is installed; all such commands share one."""
    served = _served()
    assert served.stdin
    assert served.stdout
    served.stdin.write(json.dumps([[*map(str, arguments)], base64.b64encode(stdin).decode()]) + "\n")
    served.stdin.flush()
    return Run(["junction-webhooks", *map(str, arguments)], *json.loads(served.stdout.readline()))

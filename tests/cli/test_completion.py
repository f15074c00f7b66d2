"""Completion with the Tab key, in real shells."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from argparse import Namespace
from typing import TYPE_CHECKING, Final, get_args

import pytest
from support.command import COMMAND, run
from support.tables import table

from junction_webhooks import contract, fixtures
from junction_webhooks.cli._parsing.completers import Kind, names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHELLS: Final = ("bash", "zsh", "fish")
COMPLETE: Final = {
    "va": "validate",
    "validate --tol": "validate --tolerant",
    "validate --format nd": "validate --format ndjson",
    "validate --event labtest.order.u": "validate --event labtest.order.updated",
    "generate labtest.result": "generate labtest.result.critical",
    "show reschedule_aw": "show reschedule_awaiting_confirmation",
    "show labtest.order.created/recr": "show labtest.order.created/recreation",
    "send cancelled_at_ord": "send cancelled_at_ordered",
    "test --only state.shuf": "test --only state.shuffled",
    "test --to http://localhost:8000/ --scenario cancelled_at_ord": "test --to http://localhost:8000/ --scenario cancelled_at_ordered",
    "vendor there --what schemas,ty": "vendor there --what schemas,types",
    "diff inst": "diff installed",
    "completion z": "completion zsh",
    "validate my": "validate mypayload.json",
    "redact mypayload.json -o my": "redact mypayload.json -o mypayload.json",
}
"""What is typed before the Tab key, and what the line is then."""
LISTED: Final = {
    "": ["scenarios", "validate", "completion"],
    "show redraw_": ["redraw_cancelled", "redraw_fails"],
    "drift --format ": ["text", "json", "markdown"],
    "show redraw 1": ["1", "10", "11", "12"],
}
"""What is typed, and some of what is then offered."""
SETUP: Final = {
    "bash": 'eval "$(junction-webhooks completion bash)"',
    "zsh": 'autoload -Uz compinit && compinit -u; eval "$(junction-webhooks completion zsh)"',
    "fish": "junction-webhooks completion fish | source",
}


def needed(shell: str) -> None:
    """Skip the test if the shell is not installed."""
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}: apt install {shell}")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell without settings of its own, in a folder with a file."""
    (tmp_path / "mypayload.json").write_text("{}")
    own = {
        "HOME": str(tmp_path),
        "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
        "TERM": "dumb",
        "PS1": "> ",
    }
    return {**os.environ, **own, "HISTFILE": "", "COLUMNS": "200"}


class Terminal:
    """A shell on a terminal, which is typed into."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._end, other = pty.openpty()
        self._process = subprocess.Popen(
            command,
            stdin=other,
            stdout=other,
            stderr=other,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        os.close(other)

    def type(self, text: str, *, until: str) -> str:
        """Type, and return what is shown, up to a pattern."""
        os.write(self._end, text.encode())
        shown, deadline = "", time.monotonic() + 20
        while not re.search(until, shown):
            ready, _, _ = select.select([self._end], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{text!r} is followed by {shown!r}"
            shown += os.read(self._end, 65536).decode(errors="replace")
        return shown

    def close(self) -> None:
        """End the shell."""
        self._process.kill()
        self._process.wait()
        os.close(self._end)


@pytest.fixture(params=["bash", "zsh"])
def terminal(
    request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]
) -> Iterator[Terminal]:
    """A shell that completes the command, and does not ring a bell or ask before it lists much."""
    shell: str = request.param
    needed(shell)
    plain = ["bash", "--norc", "--noprofile", "-i"] if shell == "bash" else ["zsh", "-f", "-i"]
    quiet = "bind 'set show-all-if-ambiguous on'; bind 'set completion-query-items 0'"
    opened = Terminal(plain, tmp_path, environment)
    opened.type(
        f"{quiet if shell == 'bash' else 'unsetopt beep; LISTMAX=0'}; {SETUP[shell]}; echo rea''dy\n",
        until="ready\r?\n",
    )
    yield opened
    opened.close()


@pytest.mark.exhaustive
def test_in_a_terminal(terminal: Terminal) -> None:
    """The Tab key completes what is unique, and lists what is not."""
    for typed, completed in COMPLETE.items():
        # Ctrl-A goes to the start of the line, so that the shell prints the line instead of running it.
        shown = terminal.type(f"junction-webhooks {typed}\t\x01echo '< '\x05' >'\n", until=r"\n< .* >\r?\n")
        found = re.findall(r"^< (.*?) +>$", shown.replace("\r", ""), re.MULTILINE)
        assert found == [f"junction-webhooks {completed}"]
    for typed, offered in LISTED.items():
        every = "".join(rf"(?=.*\b{each}\b)" for each in offered)
        terminal.type(f"junction-webhooks {typed}\t\t", until=f"(?s){every}")
        terminal.type("\x15echo rea''dy\n", until="ready\r?\n")


@pytest.mark.exhaustive
def test_in_fish(tmp_path: Path, environment: dict[str, str]) -> None:
    """Fish says what it would complete, with a description of each command and option."""
    needed("fish")
    asked = [*COMPLETE, *LISTED]
    script = [SETUP["fish"], *(f"echo '?'; complete -C 'junction-webhooks {typed}'" for typed in asked)]
    done = subprocess.run(
        ["fish", "--no-config", "-c", "\n".join(script)],  # noqa: S607
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers = [each.splitlines() for each in done.stdout.split("?\n")[1:]]
    assert answers[0] == ["validate\tcheck payloads against the contract"]
    for answer, completed in zip(answers, COMPLETE.values(), strict=False):
        assert [line.partition("\t")[0] for line in answer] == [completed.rpartition(" ")[2]]
    for answer, offered in zip(answers[len(COMPLETE) :], LISTED.values(), strict=True):
        assert {*offered} <= {line.partition("\t")[0] for line in answer}


def test_scripts() -> None:
    """Each shell has a script, which names only this command."""
    for shell in SHELLS:
        done = run("completion", shell)
        assert (done.returncode, done.stderr) == (0, "")
        assert "complet" in done.stdout
        assert "junction-webhooks" in done.stdout


def test_without_the_extra() -> None:
    """Without argcomplete, the message says what to install, and a shell that asks gets no answer."""
    script = "import sys; sys.modules['argcomplete'] = None; from junction_webhooks.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", script, "completion", "bash"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "junction-webhooks: argcomplete is not installed: pip install '/path/to/junction-webhooks[cli]', with"
    )
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": "junction-webhooks ", "COMP_POINT": "18"}
    silent = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=os.environ | asked
    )
    assert (silent.returncode, silent.stdout, silent.stderr) == (1, "", "")


NAMES: Final = {
    "scenarios": ("", "redraw"),
    "fixtures": ("labtest.order.created/", "labtest.order.created/redraw"),
    "mistakes": ("", fixtures.invalid()[0].name),
    "checks": ("sta", "state.late"),
    "parts": ("schemas,types,fix", "schemas,types,fixtures"),
    "revisions": ("", contract.version()),
    "deliveries": ("", "12"),
}


@table("kind", NAMES)
def test_names(kind: Kind) -> None:
    """Every kind of name is offered, if it begins with what was typed, and no part twice."""
    prefix, name = NAMES[kind]
    found = [*names(prefix, [kind], Namespace(name="redraw"), files=False)]
    assert name in found
    assert all(each.startswith(prefix) for each in found)
    assert not {*names("zzz", [kind], Namespace(), files=False)}
    assert NAMES.keys() == {*get_args(Kind)}


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are offered where paths are taken, next to names, and not for numbers."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "redraw.ndjson").write_text("")
    assert {"redraw", "redraw.ndjson"} <= {*names("redraw", ["scenarios"], Namespace(), files=True)}
    assert "redraw.ndjson" not in names("redraw", ["scenarios"], Namespace(), files=False)


def test_ordinary_commands_do_not_load_it() -> None:
    """Completion costs a command nothing: its library is loaded only if a shell asks."""
    script = "import sys; from junction_webhooks.cli import main; main(['scenarios']); print('argcomplete' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"

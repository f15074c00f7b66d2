"""The README, and the code on the site, do what they say."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from support.command import run as run_command
from support.node import MODULES, needs_node

from junction_webhooks.cli import COMMANDS
from junction_webhooks.contract import _files as _data
from junction_webhooks.vendoring import vendor

ROOT = _data.checkout()
assert ROOT is not None
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCKS = {
    dedent(block): f"{page.relative_to(ROOT)}-{number}"
    for page in PAGES
    for number, block in enumerate(
        # Indented where it stands in a tab; what is taken from a file has tests of its own.
        re.findall(
            r"^ *```python\n((?! *--8<--).*?)^ *```", page.read_text(), flags=re.MULTILINE | re.DOTALL
        ),
        start=1,
    )
}
"""Each Python block of the README and the site once, with a place where it stands."""
FEWER = """\
from hypothesis import settings

settings.register_profile("fewer", max_examples=10, deadline=None)
settings.load_profile("fewer")
"""
"""That a block runs takes no hundred examples, nor an idle machine."""


PROGRAMS = {place: code for code, place in BLOCKS.items() if "def test_" not in code}
SUITES = {place: code for code, place in BLOCKS.items() if "def test_" in code}
RUN_EACH = """\
import contextlib, io, json, sys, traceback

outputs = {}
for place, code in json.load(sys.stdin).items():
    with contextlib.redirect_stdout(io.StringIO()) as output:
        try:
            exec(compile(code, place, "exec"), {"__name__": "__main__"})
        except BaseException:
            output.write(traceback.format_exc())
    outputs[place] = output.getvalue()
print(json.dumps(outputs))
"""
"""A program that runs programs one after the other, each with names of its own."""


def run(*command: str | Path, cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder."""
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, input=stdin, capture_output=True, text=True, check=False
    )


def in_shell(line: str, cwd: Path, stdin: str | None = None) -> tuple[str, str]:
    """What a line of shell prints on standard output and standard error."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", line],  # noqa: S607
        cwd=cwd, env=os.environ | {"PATH": path}, input=stdin, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout, done.stderr


def here(line: str, cwd: Path) -> tuple[str, str]:
    """What a line of shell prints that begins with our command, which runs in this process: a tenth of the time."""
    ours = re.fullmatch(r"junction-webhooks ([^|>]*?)(?: > (\S+)| \| (.*))?", line)
    if not ours:
        return in_shell(line, cwd)
    arguments, file, rest = ours.groups()
    done = run_command(*shlex.split(arguments), cwd=cwd)
    if file:
        (cwd / file).write_text(done.stdout)
        return "", done.stderr
    if rest:
        output, errors = in_shell(rest, cwd, done.stdout)
        return output, done.stderr + errors
    return done.stdout, done.stderr


def assert_prints(code: str, printed: str) -> None:
    """What the comments of the block promise is among the lines that it printed, and no traceback."""
    assert "Traceback" not in printed
    for promise in re.findall(r"print\(.*\)  # (.*?)(?::.*)?$", code, flags=re.MULTILINE):
        assert any(line.startswith(promise) for line in printed.splitlines()), (promise, printed)


def test_python_blocks_run(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Every Python block of the README and the site that is a program runs, and prints what its comments say."""
    done = run("-c", RUN_EACH, cwd=tmp_path, stdin=json.dumps(PROGRAMS))
    assert (done.returncode, done.stderr) == (0, "")
    outputs = json.loads(done.stdout)
    assert outputs.keys() == PROGRAMS.keys()
    for place, code in PROGRAMS.items():
        with subtests.test(place):
            assert_prints(code, outputs[place])


def test_python_suites_pass(tmp_path: Path) -> None:
    """Every Python block of the README and the site that is a suite of tests passes, at least on some scenarios."""
    (tmp_path / "conftest.py").write_text(FEWER.replace("=10", "=3"))
    for number, code in enumerate(SUITES.values()):
        (tmp_path / f"test_block_{number}.py").write_text(code)
    few = "--junction-scenarios=re*"
    done = run(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:django",
        few,
        tmp_path,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(SUITES) > 4


@pytest.mark.exhaustive
@pytest.mark.parametrize("code", BLOCKS, ids=BLOCKS.values())
def test_python_blocks_run_alone(code: str, tmp_path: Path) -> None:
    """Every Python block runs in a process of its own too: it imports all that it needs."""
    if code in SUITES.values():
        (tmp_path / "test_block.py").write_text(code)
        (tmp_path / "conftest.py").write_text(FEWER)
        done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path, cwd=tmp_path)
    else:
        done = run("-c", code, cwd=tmp_path)
        assert_prints(code, done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_first_code_comes_early() -> None:
    """The first working code is within the first 25 lines."""
    first = README.splitlines()[:25]
    assert "```python" in first
    assert "```" in first[first.index("```python") + 1 :]


def test_a_reader_sends_with_the_secret_of_the_first_example() -> None:
    """A handler that is made from the first example accepts what the commands after it send."""
    secrets = [*re.finditer(r"whsec_[\w=+/]+", README)]
    assert len({each[0] for each in secrets}) == 1
    first, second = (each.start() for each in secrets)
    assert first < README.index("$ export JUNCTION_WEBHOOK_SECRET=") < second
    assert second < README.index("$ junction-webhooks send ") < README.index("$ junction-webhooks test ")


def test_make_targets_exist() -> None:
    """Every `make` target that the README names is in the Makefile."""
    assert ROOT is not None
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"\bmake ([a-z-]+)\b(?= |`|$)", README, flags=re.MULTILINE)
    named = {target for target in targets if f"`make {target}`" in README or f"$ make {target}" in README}
    assert {"demo", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.parametrize(
    ("name", "shell"),
    [("cli.md", False), pytest.param("cli.md", True, marks=pytest.mark.exhaustive), ("archives.md", False)],
    ids=["cli", "cli, in a shell", "archives"],
)
def test_examples_of_commands_print_what_they_say(name: str, shell: bool, tmp_path: Path) -> None:
    """The examples on a page about commands, run one after the other, print what the page shows."""
    assert ROOT is not None
    page = (ROOT / "docs" / name).read_text()
    transcript = "".join(re.findall(r"^```console\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL))
    commands = re.findall(r"^\$ (.*)$", transcript, flags=re.MULTILINE)
    printed = [(f"$ {command}\n", *(in_shell if shell else here)(command, tmp_path)) for command in commands]
    assert "".join(prompt + output for prompt, output, _ in printed) == transcript
    assert "".join(errors for *_, errors in printed) == ""


def test_all_commands_are_on_their_page() -> None:
    """The page of the command line has the help of each command."""
    assert ROOT is not None
    page = (ROOT / "docs" / "cli.md").read_text()
    assert re.findall(r"^::: command (\w+)$", page, flags=re.MULTILINE) == list(COMMANDS)


def test_vendoring_lines_run(tmp_path: Path) -> None:
    """The lines about vendoring run as they stand, one after the other, and bring what they name."""
    lines = re.findall(r"^\$ (junction-webhooks vendor [^#\n]*)", README, flags=re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        done = run_command(*line.split()[1:], cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), line
    folders = {path.name for path in (tmp_path / "contracts/junction").iterdir() if path.is_dir()}
    assert folders == {"schemas", "fixtures", "types"}


@needs_node
def test_typescript_compiles(tmp_path: Path) -> None:
    """The README's TypeScript compiles strictly against the vendored types."""
    (block,) = re.findall(r"^```ts\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "handler.ts").write_text(block)
    vendor(tmp_path / "contracts/junction", what=["types"])
    options = ["--strict", "--noEmit", "--allowImportingTsExtensions", "--target", "es2022", "--skipLibCheck"]
    command = [str(MODULES / ".bin/tsc"), *options, "handler.ts"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_says_that_it_is_independent() -> None:
    """The README says near its top, and at its end, that the project is independent of Junction."""
    assert "Independent of Junction." in README[:400]
    assert "independent of Junction" in README[-400:]

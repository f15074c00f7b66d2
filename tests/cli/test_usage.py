"""Help, and mistakes in the use of the command: what is shown, and what may have been meant."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from support.checkout import ROOT
from support.command import COMMAND, Run, run, run_process
from support.endpoint import endpoint
from support.service import Service, serving
from support.tables import table

from junction_webhooks import Webhook, cli, fixtures, live
from junction_webhooks.cli._parsing.options import FORMATS

COMPLAINT: Final = re.compile(r"junction-webhooks: [^\n]+\n")
"""One sentence in one line."""


def help_of(name: str) -> str:
    """The help of a command, or of the whole command line."""
    done = run(name, "--help") if name else run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def examples_of(name: str) -> list[str]:
    """The examples at the end of the help."""
    return [line.strip() for line in help_of(name).partition("\nexamples:\n")[2].splitlines()]


def test_no_arguments_print_the_help() -> None:
    """Without a command, there is help instead of a complaint; `python -m` runs the same program."""
    shown = run()
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == run("--help").stdout == run("help").stdout
    assert run("help", "show").stdout == run("show", "--help").stdout
    module = subprocess.run(
        [sys.executable, "-m", "junction_webhooks"], capture_output=True, text=True, check=True
    )
    assert module.stdout == run_process().stdout


def test_the_help_names_every_command_in_its_group() -> None:
    """Each command is listed once, with what it is for, under the title of its group."""
    shown = help_of("")
    for title, commands in cli.GROUPS.items():
        block = shown.partition(f"\n{title}:\n")[2].partition("\n\n")[0].splitlines()
        assert [line.split(maxsplit=1) for line in block] == [list(each) for each in commands.items()]


def test_version() -> None:
    """The version is one plain line."""
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"junction-webhooks [0-9][^ ]* \(contract [0-9]+[.][0-9]+[.][0-9]+\)\n", done.stdout)


@pytest.mark.parametrize("columns", ["80", "200"])
def test_help_fits_a_screen(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Help fits a screen of 41 lines, 80 characters wide, on any wider terminal too."""
    monkeypatch.setenv("COLUMNS", columns)
    for name in ("", *cli.COMMANDS):
        lines = help_of(name).splitlines()
        assert (name, len(lines) <= 41, max(map(len, lines)) < 80) == (name, True, True)


def test_commands_are_imported_when_they_are_chosen() -> None:
    """The help of all commands imports none of them, and the help of one imports no other: both stay fast."""
    script = """
import os, sys
from junction_webhooks.cli import main
for name in sys.argv[1:]:
    if os.fork():
        os.wait()
        continue
    try:
        main([name, "--help"] if name != "none" else ["--help"])
    except SystemExit:
        commands = [name.rpartition(".")[2] for name in sys.modules if name.startswith("junction_webhooks.cli.commands.")]
        heavy = {"argcomplete", "difflib", "hypothesis", "jsonschema", "jsonschema_rs", "pydantic", "pytest"}
        print(name, *sorted(commands), *sorted(heavy & sys.modules.keys()), file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(0)
"""
    names = ("completion", "generate", "scenarios", "send", "validate", "vendor")
    done = subprocess.run(
        [sys.executable, "-c", script, "none", *names], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines() == ["none", *(f"{name} {name}" for name in names)]


@table("name", cli.COMMANDS)
def test_help_ends_with_examples(name: str) -> None:
    """The help of each command says what the exit codes mean, and ends with 2 to 4 examples that its parser accepts."""
    assert "\nexit code: 0" in help_of(name)
    lines = examples_of(name)
    assert 2 <= len(lines) <= 4
    for line in lines:
        (command_line,) = re.findall(rf"junction-webhooks {name}\b[^|><)\"]*", line.replace('"$(', ""))
        assert cli.build_parser().parse_args(shlex.split(command_line)[1:]).command == name


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder with the files that the examples name, as users have them."""
    story = [each.raw for each in fixtures.scenario("redraw").deliveries]
    for name, content in {
        "payload.json": story[0],
        "captured/1.json": story[0],
        "captured.ndjson": b"\n".join(story),
        "deliveries.ndjson": b"\n".join(story),
        "stored.json": story[1],
        "received.json": story[0],
        "body.json": story[0],
        "headers.txt": "".join(f"{k}: {v}\n" for k, v in _headers(story[0]).items()).encode(),
        "headers.json": json.dumps(_headers(story[0])).encode(),
        "openapi.json": (ROOT / "tests/drift/openapi-0.4.687.json").read_bytes(),
        "event-catalog/labtest.order.created": b"",
        "old.json": b'{"enum": ["quest"]}',
        "new.json": b'{"enum": ["quest"]}',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def _headers(body: bytes) -> dict[str, str]:
    return Webhook(live.BENCH_SECRET).sign(body)


@pytest.mark.exhaustive
def test_examples_run(prepared: Path) -> None:
    """Each example runs in a shell as it stands, and never ends with a usage error.

    The address is that of a server of this test. Two kinds only parse, as the test above shows: the whole test of an
    endpoint takes too long, and the SDK is in no environment of ours.
    """
    with endpoint() as running, serving(Service()) as service:
        addresses = {"http://localhost:8000/webhooks": running.url}
        ran = 0
        # The folder that `diff` compares is the one that `vendor` writes.
        for name in sorted(cli.COMMANDS, key=lambda each: each == "diff"):
            for line in examples_of(name):
                if "--sdk-python" in line or (name == "test" and "signatures" not in line):
                    continue
                for file in re.findall(r" -o (\S+[^/\s])$", line):
                    (prepared / file).unlink(missing_ok=True)
                url = f"{service}/webhooks/junction" if name == "test" else running.url
                done = shell(line, prepared if "HEAD" not in line else ROOT, addresses, url)
                assert done.returncode in {0, 1}, (line, done.stderr)
                assert "Traceback" not in done.stderr
                ran += 1
    assert ran >= 35


def shell(line: str, folder: Path, addresses: dict[str, str], url: str) -> Run:
    """Run a command line in bash, with other addresses in it."""
    for shown, real in addresses.items():
        line = line.replace(shown, real)
    environment = {"PATH": f"{COMMAND.parent}:{os.environ['PATH']}", "JUNCTION_WEBHOOKS_URL": url}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],  # noqa: S607
        cwd=folder, capture_output=True, text=True, check=False, env=os.environ | environment,
    )  # fmt: skip


MISTAKES: dict[str, tuple[list[str], str]] = {
    "command": (["valdate"], "there is no command 'valdate': did you mean validate?"),
    "case of a command": (["Validate"], "did you mean validate?"),
    "no such command": (["x"], "there is no command 'x'; see `junction-webhooks --help`"),
    "option": (["validate", "--fromat", "json", "x"], "there is no option --fromat: did you mean --format?"),
    "abbreviated option": (["validate", "--tol", "x"], "there is no option --tol: did you mean --tolerant?"),
    "no such option": (["validate", "--xyz=1", "x"], "there is no option --xyz; see `junction-webhooks validate --help`"),
    "option before the command": (["--versoin"], "there is no option --versoin: did you mean --version?"),
    "nothing": (["validate"], "PATH is missing; see `junction-webhooks validate --help`"),
    "nothing at all": (["newer"], "A and B are missing; see `junction-webhooks newer --help`"),
    "too much": (["newer", "a", "b", "c"], "unexpected argument 'c'; see `junction-webhooks newer --help`"),
    "no value": (["validate", "--format"], "--format: expected one argument; see `junction-webhooks validate --help`"),
    "no number": (["generate", "--seed", "x"], "--seed: 'x' is not a whole number"),
    "format": (["validate", "x", "--format", "json"], "--format: there is no 'json': did you mean ndjson?"),
    "no such format": (["validate", "x", "--format", "xml"], "--format: there is no 'xml': use text or ndjson"),
    "event": (["validate", "--event", "labtest.order.update", "x"], "did you mean labtest.order.updated?"),
    "end of an event": (["generate", "appointment.created"], "did you mean labtest.appointment.created?"),
    "role": (["diff", ".", ".", "--for", "consumers"], "--for: there is no 'consumers': did you mean consumer?"),
    "profile": (["generate", "--profile", "tolernt"], "did you mean tolerant?"),
    "part": (["vendor", "x", "--what", "schemas,fixture"], "--what: there is no 'fixture': did you mean fixtures?"),
    "no such part": (["vendor", "x", "--what", "xyz"], "--what: there is no 'xyz': use one or more of schemas, "),
    "revision": (["diff", "instaled"], "did you mean installed?"),
    "scenario": (["scenarios", "redrew"], "there is no scenario 'redrew': did you mean redraw?"),
    "no such scenario": (["scenarios", "xyz"], "`junction-webhooks scenarios` lists all"),
    "fixture": (["show", "labtest.order.updated/complete"], "did you mean labtest.order.updated/completed"),
    "name of a fixture alone": (["show", "rescheduled"], "did you mean labtest.appointment.updated/rescheduled?"),
    "fixture with a mistake": (["show", fixtures.invalid()[0].name + "s"], f"did you mean {fixtures.invalid()[0].name}"),
    "scenario to show": (["show", "redrew"], "there is no fixture or scenario 'redrew': did you mean redraw"),
    "something else to show": (["show", "xyz"], "there is no fixture or scenario 'xyz': `junction-webhooks show` lists"),
    "scenario to send": (["send", "redrew", "--to", "http://localhost:1"], "did you mean redraw"),
    "check": (["test", "--to", "http://localhost:1", "--only", "state.shufled"], "did you mean state.shuffled"),
    "group of checks": (["test", "--to", "http://localhost:1", "--skip", "tolerence"], "did you mean tolerance?"),
    "scenario to test": (["test", "--to", "http://localhost:1", "--scenario", "redrew"], "did you mean redraw?"),
    "shell": (["completion", "elvish"], "SHELL: there is no 'elvish': use bash, zsh or fish"),
}  # fmt: skip


@table("case", MISTAKES)
def test_mistakes(case: str) -> None:
    """A mistake exits with 2 and one sentence, with what may have been meant or what to do."""
    arguments, message = MISTAKES[case]
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert COMPLAINT.fullmatch(done.stderr)


def test_a_misspelled_setting(tmp_path: Path) -> None:
    """So does a misspelled option in the settings of `test`."""
    (tmp_path / "junction-webhooks.toml").write_text("[test]\nscenarios = 'redraw'\n")
    done = run("test", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "junction-webhooks: junction-webhooks.toml: scenarios is not an option of test: did you mean scenario?\n"
    )


def test_formats_are_named_the_same_everywhere() -> None:
    """Every `--format` takes names from one vocabulary, the first is `text`, and -o and --force are everywhere."""
    without: dict[str, set[str]] = {"--format": set(), "--output": set(), "--force": set()}
    for name in cli.COMMANDS:
        parser: Any = cli.build_parser()._subparsers._group_actions[0].choices[name]  # type: ignore[union-attr, index]  # noqa: SLF001
        # The command adds its arguments as soon as it has something to parse.
        with pytest.raises(SystemExit):
            parser.parse_args(["--no-such-option"])
        options = {option: action for action in parser._actions for option in action.option_strings}  # noqa: SLF001
        for option, names in without.items():
            if option not in options:
                names.add(name)
        if "--format" in options:
            first, *others = options["--format"].choices
            assert first == "text"
            assert {*others} <= FORMATS.keys()
    prints_payloads = {"generate", "redact", "show"}
    assert without["--format"] == {*prints_payloads, "completion", "vendor"}
    # What `vendor` writes is a folder.
    assert without["--output"] == without["--force"] == {"vendor"}


def test_show_lists_fixtures() -> None:
    """Without a name, every fixture is listed once, so that people know what there is."""
    done = run("show")
    assert (done.returncode, done.stderr) == (0, "")
    names = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]
    assert names == [each.name for each in (*fixtures.valid(), *fixtures.invalid())]

"""The command, run as a user runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.checkout import ROOT
from support.command import COMMAND, Run, run, run_bare, run_process
from support.sizes import sizes
from support.tables import table

from junction_webhooks import cli, fixtures
from junction_webhooks.cli._terminal import NOT_READ
from junction_webhooks.contract import _files as _data
from junction_webhooks.validation import check

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = fixtures.load("labtest.order.updated/page").raw


both_ways = pytest.mark.parametrize("run", [run, run_bare], ids=["extras", "no extras"])
rather_with_extras = pytest.mark.parametrize(
    "run",
    [pytest.param(run, id="extras"), pytest.param(run_bare, id="no extras", marks=pytest.mark.exhaustive)],
)


def with_(before: bytes, after: bytes) -> bytes:
    """The page's order with some bytes replaced."""
    assert before in PAGE
    return PAGE.replace(before, after)


DRIFTING = with_(b'"received.walk_in_test.ordered"', b'"received.walk_in_test.orderd"')
REJECTED = with_(b'"2020-01-01T00:00:00Z"', b'"yesterday"')


@pytest.mark.parametrize("run", [run, run_process, run_bare], ids=["here", "process", "no extras"])
def test_fixtures_conform(run: Callable[..., Run]) -> None:
    """A folder is searched for payloads, each is named with its verdict, and the exit code is 0."""
    root = _data.checkout()
    assert root is not None
    done = run("validate", "--all", root / "fixtures" / "valid")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[-1] == f"{len(fixtures.valid())} payloads: {len(fixtures.valid())} conform"
    assert len(lines) == len(fixtures.valid()) + 1
    assert f"{root}/fixtures/valid/bare_order/page.json: conforms (bare order, no envelope)" in lines


@both_ways
def test_drift(run: Callable[..., Run], tmp_path: Path) -> None:
    """A payload that drifts is reported with pointer, keyword and hint; only `--tolerant` exits 0."""
    path = tmp_path / "drifting.json"
    path.write_bytes(DRIFTING)
    done = run("validate", path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        f"{path}: drifts (labtest.order.updated)",
        '  /data/events/0/status is "received.walk_in_test.orderd", not a known value of OrderStatus (enum)',
        '    did you mean "received.walk_in_test.ordered"?',
    ]
    assert run("validate", "--tolerant", path).returncode == 0


def test_rejected_also_when_tolerant() -> None:
    """What a handler would break on exits 1 with `--tolerant` too, is marked as breaking and comes first."""
    body = REJECTED.replace(b'"data": {', b'"data": {"a_new_name": 1,', 1)
    done = run("validate", "--tolerant", "-", stdin=body)
    assert done.returncode == 1
    _, *violations = done.stdout.splitlines()
    assert violations[0].startswith("  breaking: /data/created_at is ")
    assert "  /data/a_new_name is not in the contract (additionalProperties)" in violations


def test_json_output() -> None:
    """With `--format ndjson` each payload is one line with the whole report."""
    done = run("validate", "--format", "ndjson", "-", stdin=DRIFTING)
    record = json.loads(done.stdout)
    report = check(DRIFTING)
    (violation,) = report.violations
    assert done.returncode == 1
    assert record == {
        "source": "standard input",
        "line": None,
        "offset": 0,
        "pointer": "",
        "verdict": "drifts",
        "event_type": "labtest.order.updated",
        "bare": False,
        "object": {
            "id": json.loads(DRIFTING)["data"]["id"],
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": json.loads(DRIFTING)["data"]["updated_at"],
        },
        "violations": [
            {
                name: getattr(violation, name)
                for name in (
                    "path",
                    "keyword",
                    "message",
                    "hint",
                    "reason",
                    "pattern",
                    "breaking",
                    "schema_path",
                )
            }
        ],
        "truncated": False,
        "duplicate_keys": [],
    }


def test_values_are_shown_only_when_asked_for() -> None:
    """A sensitive value is in no output, but in that of `--show-values`."""
    body = with_(b'"gender": "male"', b'"gender": ["canary"]')
    for options in ([], ["--format", "ndjson"]):
        assert "canary" not in run("validate", *options, "-", stdin=body).stdout
        assert "canary" in run("validate", *options, "--show-values", "-", stdin=body).stdout


def ndjson(*bodies: bytes) -> bytes:
    """The payloads, one per line."""
    return b"\n".join(json.dumps(json.loads(body)).encode() for body in bodies) + b"\n"


@both_ways
@pytest.mark.parametrize("name", ["deliveries.ndjson", "deliveries.jsonl", "deliveries.json", "-"])
def test_newline_delimited_json(run: Callable[..., Run], name: str, tmp_path: Path) -> None:
    """Newline-delimited JSON is checked line by line, in files and on standard input; only what is wrong is listed."""
    body = ndjson(PAGE, DRIFTING) + b"\r\n \n" + ndjson(PAGE) + b"nonsense\n"
    path = name if name == "-" else str(tmp_path / name)
    if name != "-":
        Path(path).write_bytes(body)
    done = run("validate", path, stdin=body if name == "-" else b"")
    source = "standard input" if name == "-" else path
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0] == f"{source}:2: drifts (labtest.order.updated)"
    assert f"{source}:6: rejected" in lines
    assert lines[-1] == "4 payloads: 2 conform, 1 drifts, 1 is rejected"


BAD = {
    "not JSON": (b'{"event_type": ', "the payload is not JSON: see line 1, column 16"),
    "array": (b"[[]]", "the payload is an array, expected an object"),
    "unknown event": (
        b'{"event_type": "lab_report.parsing_job.created"}',
        'is "lab_report.parsing_job.created", not an event in this',
    ),
    "no event type": (b'{"data": {}}', "breaking: /event_type is missing (required)"),
    "NaN": (with_(b'"id": 1', b'"id": NaN'), "contains NaN"),
    "1e400": (with_(b'"id": 1', b'"id": 1e400'), "a number that a double cannot represent"),
    "duplicate key": (with_(b'"team_id"', b'"team_id": 5, "team_id"'), "/team_id appears more than once"),
    "invalid UTF-8": (with_(b"John", b"J\xffhn"), "is not UTF-8: see the byte at offset"),
    "lone surrogate": (with_(b"John", rb"J\ud800hn"), "contains a lone surrogate"),
    "10,000 levels": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "is nested deeper than 128 levels"),
    "terminal codes": (
        with_(b'"notes"', rb'"\u001b[31mnotes"'),
        "/data/? is not in the contract",
    ),
}


def test_complaints_do_not_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters in the name of a file that cannot be read are escaped."""
    done = run("validate", tmp_path / "\033[31m.json")
    assert done.returncode == 2
    assert f"{tmp_path}/\\x1b[31m.json: cannot be read" in done.stderr


@both_ways
@table("case", BAD)
def test_bad_input_gets_a_clear_message(run: Callable[..., Run], case: str, tmp_path: Path) -> None:
    """Bad input gets a verdict or a note that says what is wrong, never a traceback, whatever is installed."""
    body, message = BAD[case]
    path = tmp_path / "bad.json"
    path.write_bytes(body)
    done = run("validate", path)
    assert message in done.stdout
    assert done.stderr == ""
    assert done.returncode == (0 if case == "duplicate key" else 1)


@both_ways
@sizes(5, exhaustive=50)
def test_megabytes(run: Callable[..., Run], size: int, tmp_path: Path) -> None:
    """A payload of 50 MB is checked like any other."""
    path = tmp_path / "large.json"
    path.write_bytes(with_(b"This is a note", b"note " * (size * 200_000)))
    done = run("validate", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("conforms (labtest.order.updated)\n")


@both_ways
def test_what_cannot_be_read_exits_2(run: Callable[..., Run], tmp_path: Path) -> None:
    """A path that is not there, or contains no payload, is named on standard error; the rest is still checked."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.ndjson").write_bytes(b"\n")
    (tmp_path / "good.json").write_bytes(PAGE)
    done = run(
        "validate", *(tmp_path / name for name in ("nowhere.json", "empty", "empty.ndjson", "good.json"))
    )
    assert done.returncode == 2
    assert done.stdout == f"{tmp_path}/good.json: conforms (labtest.order.updated)\n"
    assert done.stderr.splitlines() == [
        f"junction-webhooks: {tmp_path}/nowhere.json: cannot be read: no such file or directory",
        f"junction-webhooks: {tmp_path}/empty: no *.json, *.ndjson, *.jsonl, *.har, *.gz or *.zst in this folder or below",
        f"junction-webhooks: {tmp_path}/empty.ndjson: contains no payload",
    ]


def test_no_permission(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that may not be read is named, and the exit code is 2."""
    path = tmp_path / "locked.json"
    path.write_bytes(PAGE)
    path.chmod(0)
    if os.geteuid() == 0:
        # The superuser may read any file, so the refusal is simulated.
        open_ = Path.open

        def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
            if self == path:
                raise PermissionError(13, "Permission denied", str(self))
            return open_(self, *arguments, **options)

        monkeypatch.setattr(Path, "open", refuse)
    assert cli.main(["validate", str(path)]) == 2
    assert capsys.readouterr().err == f"junction-webhooks: {path}: cannot be read: permission denied\n"


def test_many_violations_are_cut_short_in_text_only(tmp_path: Path) -> None:
    """Text lists 20 violations and says how many more there are; JSON lists all."""
    payload: dict[str, Any] = json.loads(PAGE)
    payload["data"] |= {f"unknown_{number:02}": number for number in range(25)}
    path = tmp_path / "many.json"
    path.write_text(json.dumps(payload))
    assert "and 5 more: --format ndjson lists them all" in run("validate", path).stdout
    record = json.loads(run("validate", "--format", "ndjson", path).stdout)
    assert len(record["violations"]) == 25


def test_a_value_is_shown_once(tmp_path: Path) -> None:
    """`--show-values` adds only values that the message does not quote already."""
    payload: dict[str, Any] = json.loads(PAGE)
    payload["data"] |= {"status": "strange", "unknown": {"a": 1}}
    (tmp_path / "a.json").write_text(json.dumps(payload))
    shown = run("validate", "--show-values", tmp_path / "a.json").stdout
    assert shown.count('"strange"') == 1
    assert shown.count('value: {"a": 1}') == 1


def test_named_event(tmp_path: Path) -> None:
    """`--event` takes what belongs under `data`, and refuses another event."""
    path = tmp_path / "appointment.json"
    path.write_text(json.dumps(fixtures.load("labtest.appointment.updated/page").payload["data"]))
    assert run("validate", path).returncode == 1
    done = run("validate", "--event", "labtest.appointment.updated", path)
    assert (done.returncode, done.stdout) == (0, f"{path}: conforms (labtest.appointment.updated)\n")
    assert run("validate", "--event", "labtest.order.created", "-", stdin=PAGE).returncode == 1


def shell(script: str) -> Run:
    """Run a script of bash."""
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)  # noqa: S607


def test_a_closed_pipe_ends_quietly() -> None:
    """A reader that has seen enough causes no message, and the exit code of SIGPIPE, which is no answer."""
    script = (
        f"yes '{json.dumps(json.loads(DRIFTING))}' | head -n 3000 | {COMMAND} validate --all - | head -n 1; "
        "exit ${PIPESTATUS[2]}"
    )
    done = shell(script)
    assert (done.returncode, done.stderr) == (NOT_READ, "")
    assert "drifts" in done.stdout


def test_what_was_read_of_a_closed_pipe_can_be_repeated() -> None:
    """`generate | head` says the seed, and whether the lines fit into the pipe or not, nothing else."""
    for number in (1, 5000):
        done = shell(f"{COMMAND} generate labtest.order.updated -n {number} | head -n 1")
        seed = re.fullmatch(r"junction-webhooks: --seed (\d+) gives the same payloads again\n", done.stderr)
        assert seed
        again = run("generate", "labtest.order.updated", "-n", "1", "--seed", seed[1])
        assert again.stdout == done.stdout


def test_a_reader_that_is_gone_before_the_first_line() -> None:
    """Short output, help and a pipe named with `-o` end quietly too."""
    for case in ("show redraw 1", "--help", "scenarios -o /dev/stdout"):
        ours, theirs = os.pipe()
        os.close(ours)
        done = subprocess.run([COMMAND, *case.split()], stdout=theirs, stderr=subprocess.PIPE, check=False)
        os.close(theirs)
        assert (done.returncode, done.stderr) == (NOT_READ, b""), case


FULL_DISK = {
    "validate": f"validate {ROOT / 'fixtures/valid'}",
    "redact": f"redact {ROOT / 'fixtures/valid/bare_order/page.json'}",
    "scenarios": "scenarios",
    "generate": "generate labtest.order.created -n 2 --seed 1",
    "diff": f"diff {ROOT} {ROOT}",
    "vendor": "vendor copy",
    "drift": f"drift {ROOT / 'tests/drift/openapi-0.4.687.json'}",
    "--version": "--version",
    "--help": "--help",
    "help of a command": "validate --help",
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, as Linux has it")
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[] if case in {"validate", "--help"} else pytest.mark.exhaustive)
        for case in FULL_DISK
    ],
)
def test_a_full_disk_exits_with_2(case: str, tmp_path: Path) -> None:
    """Every command says that its output could not be written; there is no traceback."""
    done = shell(f"cd {tmp_path} && {COMMAND} {FULL_DISK[case]} > /dev/full")
    message = "junction-webhooks: standard output: cannot be written: no space left on device\n"
    assert (done.returncode, done.stderr) == (2, message)


def test_closed_streams_exit_with_2() -> None:
    """Standard output that is closed from the start is no crash either, nor is standard error that is full."""
    done = shell(f"{COMMAND} scenarios >&-")
    assert (done.returncode, done.stderr) == (
        2,
        "junction-webhooks: standard output: cannot be written: bad file descriptor\n",
    )
    assert shell(f"{COMMAND} scenarios > /dev/full 2>&1").returncode == 2
    assert shell(f"{COMMAND} validate missing 2>&-").returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [["validate", ""], ["validate", "x", ""], ["redact", ""], ["redact", "x", "-o", ""], ["vendor", ""],
     ["diff", "", "."], ["drift", ""], ["vendor", "x", "--base-uri", ""], ["generate", ""]],
)  # fmt: skip
def test_an_empty_argument_is_a_usage_error(arguments: list[str], tmp_path: Path) -> None:
    """An empty text is not taken for the working directory."""
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "expected a value, not an empty text" in done.stderr or "there is no ''" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_blank_payloads_count_nowhere(tmp_path: Path) -> None:
    """A blank file is no payload, as a blank line is none: the same data has one total."""
    payload = json.dumps(json.loads(DRIFTING))
    (tmp_path / "lines.ndjson").write_text(f"{payload}\n\n  \n{payload}\n")
    (tmp_path / "a.json").write_text(payload)
    (tmp_path / "b.json").write_text(" \n")
    (tmp_path / "c.json").write_text("")
    (tmp_path / "d.json").write_text(payload)
    lines = run("validate", "lines.ndjson", cwd=tmp_path)
    files = run("validate", "a.json", "b.json", "c.json", "d.json", cwd=tmp_path)
    assert lines.stdout.splitlines()[-1] == files.stdout.splitlines()[-1] == "2 payloads: 2 drift"
    assert files.stderr.splitlines() == [
        "junction-webhooks: b.json: contains no payload",
        "junction-webhooks: c.json: contains no payload",
    ]
    assert files.returncode == 2
    for stdin in (b"", b"\n \n"):
        done = run("validate", "-", stdin=stdin)
        assert (done.returncode, done.stderr) == (
            2,
            "junction-webhooks: standard input: contains no payload\n",
        )


def test_a_truncated_list_of_violations_says_so() -> None:
    """Of a payload with thousands of violations, the first thousand are listed, and the output says that there are more."""
    order = json.loads(DRIFTING)
    order["data"]["events"] = [{} for _ in range(1500)]
    body = json.dumps(order).encode()
    shown = run("validate", "-", stdin=body).stdout
    assert "  and more: --format ndjson lists the first 1000\n" in shown
    record = json.loads(run("validate", "-", "--format", "ndjson", stdin=body).stdout)
    assert (record["truncated"], len(record["violations"])) == (True, 1000)


def test_what_matters_is_counted() -> None:
    """If some violations would break a handler and others would not, the first line says how many do."""
    both = REJECTED.replace(b'"received.walk_in_test.ordered"', b'"received.walk_in_test.orderd"')
    first, *_ = run("validate", "-", stdin=both).stdout.splitlines()
    assert (
        first == "standard input: rejected (labtest.order.updated): 5 of 6 violations would break a handler"
    )
    first, *_ = run("validate", "-", stdin=REJECTED).stdout.splitlines()
    assert first == "standard input: rejected (labtest.order.updated)"


def test_no_colours_in_a_pipe() -> None:
    """Output that is not for a terminal has no terminal codes."""
    assert "\033" not in run_process("validate", "-", stdin=DRIFTING).stdout


def test_scenarios_are_listed() -> None:
    """`scenarios` lists each scenario under the title of its story, with its own."""
    done = run("scenarios")
    assert (done.returncode, done.stderr) == (0, "")
    shown, story = [], ""
    for line in done.stdout.splitlines():
        if line.startswith("  "):
            shown.append((story, *line.split(maxsplit=1)))
        else:
            story = line
    assert shown == [(each.story, each.name, each.title) for each in fixtures.scenarios()]


def test_nothing_fetches_the_package_by_its_name() -> None:
    """No message and no page suggests installing the package from an index, where the name may be somebody else's."""
    root = ROOT
    kinds = ("docs/**/*.md", "docs/examples/*", "src/**/*.py")
    files = [root / "README.md", *(file for kind in kinds for file in root.glob(kind) if file.is_file())]
    by_name = re.compile(r"pip install [^\n]*(?<![/\w-])junction-webhooks")
    assert [file for file in files if by_name.search(file.read_text())] == []
    assert by_name.search("python -m pip install --upgrade 'junction-webhooks[test]'")


def test_a_scenario_is_shown() -> None:
    """`scenarios NAME` shows its title and paragraph, then one line per delivery, in lines of 110 characters."""
    done = run("scenarios", "partial_results_not_opted_in")
    scenario = fixtures.scenario("partial_results_not_opted_in")
    assert (done.returncode, done.stderr) == (0, "")
    title, about, timeline = done.stdout.split("\n\n")
    assert title == scenario.title
    assert about.replace("\n", " ") == scenario.about
    assert timeline == scenario.timeline() + "\n"
    assert max(map(len, done.stdout.splitlines())) <= 110


@rather_with_extras
def test_the_payloads_of_scenarios_conform(run: Callable[..., Run]) -> None:
    """`scenarios --format ndjson` writes payloads and nothing else: those of one scenario, or of all."""
    one = run("scenarios", "redraw", "--format", "ndjson")
    assert one.returncode == 0
    assert one.stdout.encode() == b"".join(
        each.raw + b"\n" for each in fixtures.scenario("redraw").deliveries
    )
    every = run("scenarios", "--format", "ndjson")
    assert len(every.stdout.splitlines()) == sum(len(each.deliveries) for each in fixtures.scenarios())
    assert one.stdout in every.stdout
    assert run("validate", "-", stdin=every.stdout.encode()).returncode == 0


def test_an_unknown_scenario_is_unusable() -> None:
    """A misspelled name exits with 2, and the message has the name that was meant."""
    done = run("scenarios", "redrow")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "junction-webhooks: there is no scenario 'redrow': did you mean redraw?\n"

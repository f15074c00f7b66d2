"""`junction-webhooks send`, to a real server on this machine."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from support.canaries import CANARY, is_quiet
from support.command import COMMAND, run
from support.endpoint import Request, endpoint

from junction_webhooks import Webhook, check, fixtures, live
from junction_webhooks.live.renewal import PATIENT_PREFIX
from junction_webhooks.live.story_files import as_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.endpoint import Endpoint

OWN_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of no endpoint)
BENCH = Webhook(live.BENCH_SECRET)


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUNCTION_WEBHOOKS_URL", "JUNCTION_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def running() -> Iterator[Endpoint]:
    """An endpoint that accepts everything."""
    with endpoint() as found:
        yield found


@pytest.fixture
def captured(tmp_path: Path) -> Path:
    """A file with two payloads of one order, and a canary in each place for patient data."""
    path = tmp_path / "captured.ndjson"
    payloads = []
    for name in ("requisition_created", "completed"):
        payload = fixtures.load(f"labtest.order.updated/{name}").payload
        payload["data"]["patient_details"]["first_name"] = CANARY
        payload["data"]["patient_address"]["first_line"] = f"1 {CANARY} Street"
        payload["client_user_id"] = CANARY
        payload["data"]["new_property"] = CANARY
        payloads.append(json.dumps(payload))
    path.write_text("\n".join(payloads))
    return path


def test_a_scenario(running: Endpoint) -> None:
    """One line per delivery in columns, then the totals."""
    done = run("send", "no_appointment", "--to", running.url)
    assert (done.returncode, done.stderr) == (0, "")
    ids = [BENCH.verify(each.body, each.headers).id for each in running.received]
    assert len(set(ids)) == 3
    (order_id,) = {json.loads(each.body)["data"]["id"] for each in running.received}
    assert re.sub(r" [ \d]{4} ms", " … ms", done.stdout, flags=re.MULTILINE).splitlines() == [
        "no_appointment: No appointment at all",
        f"  order {order_id}",
        f"  +0s         labtest.order.created  order ordered              204  … ms  {ids[0]}",
        f"  +1m 31s     labtest.order.updated  order requisition_created  204  … ms  {ids[1]}",
        f"  +6d 9h 40m  labtest.order.updated  order completed            204  … ms  {ids[2]}",
        "3 deliveries: all accepted",
    ]
    for each in running.received:
        assert check(each.body).verdict == "conforms"
        assert json.loads(each.body)["client_user_id"].startswith(PATIENT_PREFIX)


def test_names_patterns_and_files(running: Endpoint, captured: Path) -> None:
    """Scenarios, fixtures, patterns, files and standard input can be sent in one run."""
    one = fixtures.load("labtest.appointment.updated/completed").raw
    done = run(
        "send", "redraw_a*", "labtest.result.critical/*", captured, "-", "--to", running.url, "--format", "json",
        stdin=one,
    )  # fmt: skip
    result = json.loads(done.stdout)
    stories = list(dict.fromkeys(each["story"] for each in result["deliveries"]))
    assert stories == ["redraw_after_partial_results", "redraw_arrives_first", "5 fixtures", "2 files"]
    assert result["totals"]["deliveries"] == len(running.received) == result["totals"]["accepted"]
    assert result["deliveries"][-1]["summary"] == "appointment completed"
    types = [json.loads(each.body)["event_type"] for each in running.received]
    assert types == [each["event_type"] for each in result["deliveries"]]


def test_runs_have_fresh_ids(running: Endpoint) -> None:
    """The same scenario sent twice is two stories; `--as-recorded` sends the same ids and times again."""

    def ids(*options: str) -> list[tuple[str, str]]:
        del running.received[:]
        assert run("send", "no_appointment", "--to", running.url, *options).returncode == 0
        return [(each.headers["svix-id"], json.loads(each.body)["data"]["id"]) for each in running.received]

    assert set(ids()).isdisjoint(ids())
    recorded = [
        (each.id, each.payload["data"]["id"]) for each in fixtures.scenario("no_appointment").deliveries
    ]
    assert ids("--as-recorded") == ids("--as-recorded") == recorded


def test_a_saved_case(running: Endpoint, tmp_path: Path) -> None:
    """A case that `test` wrote is synthetic, so that its values arrive as they are; any other story is redacted."""
    deliveries = fixtures.scenario("no_appointment").deliveries
    case, own = tmp_path / "case.json", tmp_path / "own.json"
    case.write_text(as_file("no_appointment", "", deliveries))
    content = json.loads(case.read_text())
    assert content.pop("synthetic") is True
    content["deliveries"][0]["payload"]["data"]["patient_details"]["first_name"] = CANARY
    own.write_text(json.dumps(content))
    assert run("send", case, "--as-recorded", "--to", running.url).returncode == 0
    for sent, original in zip(running.received, deliveries, strict=True):
        assert json.loads(sent.body)["data"] == original.payload["data"]
    shown = run("send", case, "--to", running.url)
    order_id = json.loads(running.received[-1].body)["data"]["id"]
    assert f"  order {order_id}\n" in shown.stdout
    assert order_id != deliveries[0].payload["data"]["id"]
    shown = run("send", own, "--to", running.url)
    assert shown.returncode == 0
    assert json.loads(running.received[-1].body)["data"]["id"] not in shown.stdout
    assert all(CANARY not in each.body.decode() for each in running.received)


def test_no_id_of_own_files_is_shown(running: Endpoint, captured: Path) -> None:
    """Of own files, only the ids of the deliveries are in the output, which are new; also with --raw and as JSON."""
    for options in ([], ["--raw"], ["--as-recorded"], ["--format", "json"]):
        done = run("send", captured, "--to", running.url, *options)
        bodies = [json.loads(each.body) for each in running.received[-2:]]
        shown = {each.headers["svix-id"] in done.stdout for each in running.received[-2:]}
        assert (done.returncode, shown) == (0, {True})
        assert all(each["data"]["id"] not in done.stdout for each in bodies)


def test_failures(running: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not accepted makes the exit code 1, and the totals say what the answers were."""
    answers = iter([500, 302, 204])
    with endpoint(lambda _: next(answers)) as failing:
        done = run("send", "no_appointment", "--to", failing.url)
    assert done.returncode == 1
    assert "  204  " in done.stdout.splitlines()[4]
    assert "  302  " in done.stdout.splitlines()[3]
    assert "a redirect, which Junction does not follow" in done.stdout.splitlines()[3]
    assert done.stdout.splitlines()[-1] == "3 deliveries: 1 accepted, 1 answered 500, 1 answered 302"
    assert done.stderr.splitlines() == [
        "junction-webhooks: answered 500: your handler failed: look at its log",
        "junction-webhooks: answered 302: a redirect, which Junction does not follow: use the URL that it leads to",
    ]
    monkeypatch.setenv("JUNCTION_WEBHOOKS_URL", running.url)
    assert run("send", "no_appointment").returncode == 0


def test_a_refused_signature_is_explained() -> None:
    """If everything is answered 401, the public secret is shown, since it is public; an own one never is."""
    with endpoint(lambda _: 401) as refusing:
        bench = run("send", "no_appointment", "--to", refusing.url)
        own = run("send", "no_appointment", "--to", refusing.url, "--secret", OWN_SECRET)
    assert (bench.returncode, own.returncode) == (1, 1)
    assert live.BENCH_SECRET in bench.stderr
    assert own.stderr.splitlines() == [
        "junction-webhooks: --secret shows in process lists and shell histories: use --secret-file",
        "junction-webhooks: answered 401: the signature was refused: compare the secret, and verify the raw body",
    ]


def test_what_to_do_about_an_answer_is_said_as_test_says_it() -> None:
    """Each status that is not 2xx has the same advice in `send`, once, and in `test`."""
    for status in (301, 400, 401, 403, 404, 405, 413, 418, 422, 429, 500, 503):
        with endpoint(lambda _, status=status: status) as refusing:  # type: ignore[misc]
            sent = run("send", "no_appointment", "--to", refusing.url)
            tested = run("test", "--to", refusing.url)
        line = f"answered {status}: "
        assert sent.stderr.count(line) == 1
        advice = sent.stderr.partition(line)[2].partition("\n")[0]
        assert f"answered the first valid delivery with {status}: {advice}\n" in tested.stderr


def test_secrets(running: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret comes from an option, a file or the variable, in this order, and is never shown."""
    file = tmp_path / "secret"
    file.write_text(OWN_SECRET + "\n")
    other = "whsec_" + "b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldA=="
    cases: list[tuple[str, list[str | Path], str]] = [
        ("", [], live.BENCH_SECRET),
        (OWN_SECRET, [], OWN_SECRET),
        (other, ["--secret-file", file], OWN_SECRET),
        (other, ["--secret", OWN_SECRET], OWN_SECRET),
        (f"{other} {OWN_SECRET}", [], OWN_SECRET),  # during a rotation
        (f"{other} {OWN_SECRET}", [], other),
    ]
    for variable, options, secret in cases:
        monkeypatch.setenv("JUNCTION_WEBHOOK_SECRET", variable)
        for format_ in ("text", "json"):
            done = run("send", "no_appointment", "--to", running.url, "--format", format_, *options)
            assert done.returncode == 0
            shown = done.stdout + done.stderr
            assert not any(
                each.removeprefix("whsec_") in shown for each in (OWN_SECRET, other, live.BENCH_SECRET)
            )
            assert Webhook(secret).verify(running.received[-1].body, running.received[-1].headers)
            if format_ == "json":
                kind = "bench" if secret == live.BENCH_SECRET else "own"
                assert json.loads(done.stdout)["secret"] == kind
    monkeypatch.setenv("JUNCTION_WEBHOOK_SECRET", CANARY)
    done = run("send", "no_appointment", "--to", running.url)
    assert done.returncode == 2
    assert is_quiet(done.stderr)
    assert "JUNCTION_WEBHOOK_SECRET: a secret is whsec_ followed by base64" in done.stderr


def test_captured_payloads_are_redacted(running: Endpoint, captured: Path) -> None:
    """Patient data of a file never leaves without `--raw`; the payloads still belong together."""
    done = run("send", captured, "--to", running.url)
    assert done.returncode == 0
    assert is_quiet(done.stdout + done.stderr)
    assert [is_quiet(each.body.decode()) for each in running.received] == [True, True]
    one, other = (json.loads(each.body) for each in running.received)
    assert one["data"]["id"] == other["data"]["id"]
    assert one["data"]["patient_details"] == other["data"]["patient_details"]
    assert one["client_user_id"].startswith(PATIENT_PREFIX)
    assert check(running.received[0].body).verdict == "conforms"


def test_files_in_other_forms(running: Endpoint, captured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compressed file works, and a record that is too large to read stops the run before anything is sent."""
    packed = captured.with_suffix(".ndjson.gz")
    packed.write_bytes(gzip.compress(captured.read_bytes()))
    assert run("send", packed, "--to", running.url).returncode == 0
    assert len(running.received) == 2
    assert run("history", packed).stdout == "2 histories: nothing unusual\n"
    monkeypatch.setattr("junction_webhooks.inputs.splitting.MAX_RECORD", 1000)
    commands: tuple[tuple[str | Path, ...], ...] = (
        ("send", captured, "--to", running.url),
        ("history", captured),
    )
    for command in commands:
        done = run(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert "is larger than 64 MiB" in done.stderr
        assert is_quiet(done.stderr)
    assert len(running.received) == 2


def test_raw_only_on_this_machine(running: Endpoint, captured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--raw` sends files byte for byte to loopback, and nothing at all elsewhere."""
    assert run("send", captured, "--raw", "--to", running.url).returncode == 0
    assert [each.body for each in running.received] == captured.read_bytes().split(b"\n")
    monkeypatch.setattr("junction_webhooks.live.guard.resolve", lambda _: ["203.0.113.9"])
    monkeypatch.setattr(live.Guard.__init__, "__kwdefaults__", {"resolver": lambda _: ["203.0.113.9"]})
    done = run("send", captured, "--raw", "--to", "http://app.test/")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "junction-webhooks: --raw may send patient data, so it sends only to this machine\n"


def test_what_cannot_be_redacted_is_not_sent(running: Endpoint, tmp_path: Path) -> None:
    """One payload outside the contract stops the run before anything is sent; with `--raw` it is sent."""
    file = tmp_path / "captured.ndjson"
    good = json.dumps(fixtures.load("labtest.order.updated/completed").payload)
    file.write_text(f'{good}\n{{"event_type": "{CANARY}.a.b", "data": {{}}}}\n')
    done = run("send", file, "--to", running.url)
    assert (done.returncode, done.stdout, running.received) == (2, "", [])
    assert f"{file}:2: not sent: " in done.stderr
    assert "--raw sends it as it is" in done.stderr
    assert run("send", file, "--raw", "--to", running.url).returncode == 0
    assert len(running.received) == 2
    # Also what is not JSON at all, and a value that is set where it can be.
    done = run("send", "-", "--raw", "--set", "/a=1", "--to", running.url, stdin=b'{"b": 2}\n{"b": [\n')
    assert done.returncode == 0
    assert [each.body for each in running.received[2:]] == [b'{"b":2,"a":1}', b'{"b": [']


def test_faults(running: Endpoint) -> None:
    """Faults change the order and how often; the seed that repeats them is shown."""
    first = run("send", "redraw", "--to", running.url, "--chaos", "--twice", "--format", "json")
    seed = re.fullmatch(r"junction-webhooks: --seed (\d+) makes the same choices again\n", first.stderr)
    assert seed
    again = run(
        "send", "redraw", "--to", running.url, "--chaos", "--twice", "--format", "json", "--seed", seed[1]
    )
    assert again.stderr == ""
    order = [
        [(each["offset"], each["attempt"], each["summary"]) for each in json.loads(done.stdout)["deliveries"]]
        for done in (first, again)
    ]
    assert order[0] == order[1]
    assert {json.loads(done.stdout)["seed"] for done in (first, again)} == {int(seed[1])}
    assert len(order[0]) >= 24
    assert run("send", "redraw", "--to", running.url, "--twice").stderr == ""
    for fault in ("--shuffle", "--late"):
        done = run("send", "redraw", "--to", running.url, fault, "--seed", "1", "--format", "ndjson")
        shown = [json.loads(line)["summary"] for line in done.stdout.splitlines()]
        usual = [each.summary for each in fixtures.scenario("redraw").deliveries]
        assert (sorted(shown), shown == usual) == (sorted(usual), False)


def test_random_journeys(running: Endpoint) -> None:
    """Random journeys are whole stories with fresh ids; the seed gives the same stories again."""

    def sent(*options: str) -> tuple[list[str], list[str], str]:
        del running.received[:]
        done = run("send", "--random", "3", "--to", running.url, "--format", "ndjson", *options)
        assert done.returncode == 0
        records = [json.loads(line) for line in done.stdout.splitlines()]
        assert {each["story"] for each in records} == {"journey 1", "journey 2", "journey 3"}
        payloads = [json.loads(each.body) for each in running.received]
        assert all(each["client_user_id"].startswith(PATIENT_PREFIX) for each in payloads)
        assert all(check(each).verdict == "conforms" for each in payloads)
        return [each["summary"] for each in records], [each["id"] for each in records], done.stderr

    summaries, ids, errors = sent()
    seed = re.fullmatch(r"junction-webhooks: --seed (\d+) makes the same choices again\n", errors)
    assert seed
    again = sent("--seed", seed[1])
    assert (again[0], again[2]) == (summaries, "")
    assert not {*ids} & {*again[1]}
    assert run("send", "no_appointment", "--random", "1", "--to", running.url).returncode == 0


def test_retries() -> None:
    """With `--retries`, what fails first and is accepted later is accepted."""
    seen: set[str] = set()

    def answer(request: Request) -> int:
        id_ = request.headers["svix-id"]
        is_known = id_ in seen
        seen.add(id_)
        return 204 if is_known else 500

    with endpoint(answer) as flaky:
        done = run("send", "no_appointment", "--to", flaky.url, "--retries")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "3 deliveries in 6 attempts: all accepted"
    lines = [re.sub(r"[0-9]+ ms  msg_[0-9a-f]+| +", " ", line).split() for line in done.stdout.splitlines()]
    assert lines[2] == ["+0s", "labtest.order.created", "order", "ordered", "500", "again", "in", "5s"]
    assert lines[3] == ["+5s", "labtest.order.created", "order", "ordered", "204", "attempt", "2"]


def test_pace(running: Endpoint) -> None:
    """The options for the pace are read as people write them, and the story takes as long."""
    for options, seconds in [
        (["--every", "10ms"], 0.02), (["--every", "0.02s"], 0.04), (["--every", "0"], 0), (["--every", "0m"], 0),
        (["--speed", "10000000.5"], 0.05), (["--speed", "100000000"], 0),
    ]:  # fmt: skip
        started = time.monotonic()
        assert run("send", "no_appointment", "--to", running.url, *options).returncode == 0, options
        assert time.monotonic() - started >= seconds
    with endpoint(lambda _: 500) as failing:
        done = run("send", "no_appointment", "--to", failing.url, "--retries=2")
    assert done.stdout.splitlines()[-1] == "3 deliveries in 9 attempts: none accepted, 3 answered 500"


def test_set(running: Endpoint) -> None:
    """`--set` sets values in what is sent, and refuses a place that no payload has."""
    done = run(
        "send", "labtest.order.updated/completed", "--to", running.url,
        "--set", "/data/interpretation=critical", "--set", "/data/has_missing_results=true",
    )  # fmt: skip
    assert done.returncode == 0
    data = json.loads(running.received[0].body)["data"]
    assert (data["interpretation"], data["has_missing_results"]) == ("critical", True)
    for setting in ("/data/nothing/here=1", "/data"):
        done = run("send", "no_appointment", "--to", running.url, "--set", setting)
        assert (done.returncode, done.stdout) == (2, "")
    assert len(running.received) == 1


def test_formats(running: Endpoint, tmp_path: Path) -> None:
    """Ndjson has a record per attempt, json all of them and the totals, also in a file."""
    lines = run("send", "no_appointment", "--to", running.url, "--format", "ndjson").stdout.splitlines()
    records = [json.loads(line) for line in lines]
    assert [each["summary"] for each in records][-1] == "order completed"
    assert set(records[0]) == {
        "story", "id", "order_id", "appointment_id", "event_type", "summary", "offset", "attempt", "sent_at", "status", "duration",
        "accepted", "problem", "detail", "retry_after",
    }  # fmt: skip
    out = tmp_path / "result.json"
    done = run(
        "send", "no_appointment", "--to", f"{running.url}?token={CANARY}", "--format", "json", "-o", out
    )
    assert (done.returncode, done.stdout) == (0, "")
    result = json.loads(out.read_text())
    assert result["to"] == running.url
    assert result["complete"] is True
    assert result["totals"] == {"deliveries": 3, "attempts": 3, "accepted": 3, "failures": {}}
    assert is_quiet(out.read_text())
    sent = len(running.received)
    again = run("send", "no_appointment", "--to", running.url, "-o", out)
    assert (again.returncode, len(running.received)) == (2, sent)
    assert "already exists: nothing was written; overwrite with --force" in again.stderr


CANNOT_RUN: dict[str, tuple[list[str], str]] = {
    "nothing": (["--to", "http://127.0.0.1:1/"], "send what?"),
    "no URL": (["no_appointment"], "where to? use --to"),
    "not a URL": (["no_appointment", "--to", "localhost:8000"], "--to: it is not a URL such as http://"),
    "elsewhere": (["no_appointment", "--to", "http://203.0.113.9/"], "--allow-host 203.0.113.9"),
    "elsewhere, unknown": (["no_appointment", "--to", "http://no.invalid/"], "use --allow-host no.invalid"),
    "link-local": (["no_appointment", "--to", "http://169.254.1.1/", "--allow-host", "169.254.1.1"], "nothing is ever"),
    "no such scenario": (["no_apointment", "--to", "http://127.0.0.1:1/"], "did you mean no_appointment"),
    "no such fixture": (["labtest.order.updated/completd", "--to", "http://127.0.0.1:1/"], "did you mean labtest.order"),
    "no match": (["x*", "--to", "http://127.0.0.1:1/"], "there is no such scenario, fixture or file"),
    "no server": (["no_appointment", "--to", "http://127.0.0.1:1/a?b"], "http://127.0.0.1:1/a: nothing listens"),
    "no file": (["no/such.json", "--to", "http://127.0.0.1:1/"], "there is no such scenario, fixture or file"),
    "no secret file": (["no_appointment", "--to", "http://127.0.0.1:1/", "--secret-file", "/no/file"], "no such file"),
    "speed": (["no_appointment", "--speed", "0"], "not a number above 0"),
    "every": (["no_appointment", "--every", "soon"], "not a duration, such as 2s"),
    "retries": (["no_appointment", "--retries=8"], "from 0 to 7"),
    "two secrets": (["no_appointment", "--secret", "a", "--secret-file", "b"], "not allowed with"),
}  # fmt: skip


def test_what_cannot_run(subtests: pytest.Subtests) -> None:
    """Exits with 2, prints nothing on standard output, and says what to do."""
    for name, (arguments, message) in CANNOT_RUN.items():
        with subtests.test(name):
            done = run("send", *arguments)
            assert (done.returncode, done.stdout.count("accepted")) == (2, 0)
            assert message in done.stderr


@pytest.mark.parametrize("format_", ["json", pytest.param("text", marks=pytest.mark.exhaustive)])
def test_ctrl_c_says_how_far_it_came(format_: str, running: Endpoint) -> None:
    """SIGINT in the middle: what was sent is reported, as text and as JSON, and the exit code is 130."""
    process = subprocess.Popen(
        [COMMAND, "send", "no_appointment", "--to", running.url, "--every", "20s", "--format", format_],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 20
    while not running.received and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors == "junction-webhooks: stopped after 1 of 3 deliveries; the last was +0s order ordered\n"
    if format_ == "json":
        result: dict[str, Any] = json.loads(output)
        assert (result["complete"], len(result["deliveries"])) == (False, 1)
    else:
        assert output.splitlines()[-1] == "1 delivery: all accepted"

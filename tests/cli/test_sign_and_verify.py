"""`junction-webhooks sign`, `verify`, `show`, `history` and `newer`."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from support.canaries import CANARY, is_quiet
from support.command import run, run_process
from support.endpoint import endpoint

from junction_webhooks import Webhook, fixtures
from junction_webhooks.signing import BENCH_SECRET

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of no endpoint)
STORY = fixtures.scenario("no_appointment").deliveries


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUNCTION_WEBHOOKS_URL", "JUNCTION_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def body(tmp_path: Path) -> Path:
    """A file with a body."""
    path = tmp_path / "a body.json"
    path.write_bytes(STORY[0].raw)
    return path


def test_sign(body: Path) -> None:
    """The headers sign the bytes of the file, under either names, and as JSON."""
    at = "2026-01-01T00:00:00Z"
    headers = Webhook(BENCH_SECRET).sign(STORY[0].raw, id="msg_1", sent_at=datetime.fromisoformat(at))
    done = run("sign", body, "--id", "msg_1", "--at", at)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "".join(f"{name}: {value}\n" for name, value in headers.items())
    assert (
        json.loads(
            run("sign", "-", "--id", "msg_1", "--at", at, "--format", "json", stdin=STORY[0].raw).stdout
        )
        == headers
    )
    assert run("sign", body, "--standard").stdout.startswith("webhook-id: msg_")


def test_curl(body: Path) -> None:
    """The curl command delivers the body, if it is installed; its words are safe for a shell."""
    with endpoint() as running:
        done = run("sign", body, "--format", "curl", "--to", f"{running.url}?a=b&c='d'")
        assert done.returncode == 0
        subprocess.run(["bash", "-c", done.stdout], check=True, capture_output=True)  # noqa: S607
        (request,) = running.received
    assert Webhook(BENCH_SECRET).verify(request.body, request.headers).raw == STORY[0].raw
    assert request.line == "POST /webhooks?a=b&c='d' HTTP/1.1"
    assert request.headers["content-type"] == "application/json"


def test_verify(body: Path, tmp_path: Path) -> None:
    """Headers come from a file of lines, a JSON object, or options; the exit code is the answer."""
    headers = Webhook(SECRET).sign(STORY[0].raw, id="msg_1")
    lines = tmp_path / "headers.txt"
    lines.write_text(
        "POST /webhooks HTTP/1.1\r\n" + "".join(f"{k.title()}: {v}\r\n" for k, v in headers.items())
    )
    record = tmp_path / "headers.json"
    record.write_text(json.dumps({**headers, "accept": ["*/*", "a"]}))
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    options = [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]
    for given in (["--headers", lines], ["--headers", record], options):
        done = run("verify", body, *given, "--secret-file", secret)
        assert (done.returncode, done.stderr) == (0, ""), given
        assert done.stdout.startswith("valid: msg_1, signed at 20")
    other = run("verify", body, "--headers", lines)
    assert (other.returncode, other.stdout.endswith("(wrong_secret)\n")) == (1, True)
    body.write_text(json.dumps(STORY[0].payload, indent=2))
    changed = run("verify", body, "--headers", lines, "--secret-file", secret, "--format", "json")
    assert changed.returncode == 1
    assert json.loads(changed.stdout) | {"message": "", "sent_at": ""} == {
        "valid": False, "verdict": "reserialized", "message": "", "id": "msg_1", "sent_at": "",
    }  # fmt: skip
    old = run("sign", body, "--at", "2020-01-01T00:00:00Z").stdout
    lines.write_text(old)
    assert run("verify", body, "--headers", lines).stdout.endswith("(too_old)\n")
    assert run("verify", body, "--headers", lines, "--any-time").returncode == 0


def test_show() -> None:
    """A fixture and a delivery are printed as they are, and a scenario as a numbered list."""
    shown = run("show", "labtest.order.updated/completed")
    assert json.loads(shown.stdout) == fixtures.load("labtest.order.updated/completed").payload
    assert json.loads(run("show", "labtest.order.updated/status_in_capitals").stdout)
    assert json.loads(run("show", "no_appointment", "2").stdout) == STORY[1].payload
    compact = run_process("show", "no_appointment", "2", "--compact")
    assert compact.stdout.encode() == STORY[1].raw
    lines = run("show", "no_appointment").stdout.splitlines()
    assert [line[:4] for line in lines] == ["1  +", "2  +", "3  +"]


@pytest.fixture
def deliveries(tmp_path: Path) -> Path:
    """A file with three payloads of one order."""
    path = tmp_path / "deliveries.ndjson"
    path.write_bytes(b"\n".join(each.raw for each in STORY))
    return path


def test_history(deliveries: Path, tmp_path: Path) -> None:
    """Findings are listed with their place and make the exit code 1, unless they are only remarks."""
    done = run("history", deliveries)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3 histories: nothing unusual\n", "")
    payload = STORY[2].payload
    payload["data"]["patient_details"]["first_name"] = CANARY
    payload["data"]["status"] = "failed"
    contradictory = tmp_path / "contradictory.json"
    contradictory.write_text(json.dumps(payload))
    done = run("history", deliveries, contradictory)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{contradictory}:",
        '  /data/status is "failed", but the newest entry says "completed" (status_differs, error)',
        "4 histories: 1 with something unusual",
    ]
    (record,) = map(json.loads, run("history", contradictory, "--format", "ndjson").stdout.splitlines())
    assert (record["source"], record["path"], record["rule"]) == (
        str(contradictory), "/data/status", "status_differs",
    )  # fmt: skip
    critical = json.dumps(fixtures.load("labtest.result.critical/final").payload).encode()
    done = run("history", "-", stdin=critical)
    assert (done.returncode, done.stdout) == (
        0,
        "0 histories: nothing unusual; 1 payload without a history\n",
    )
    assert is_quiet(done.stdout + done.stderr)


def test_history_of_what_has_none(deliveries: Path) -> None:
    """What is not an event exits with 2, and the other payloads are checked all the same."""
    for body in (b"[1]", b"{", b'{"event_type": "other.event", "data": {}}', b'{"a": 1}'):
        done = run("history", "-", deliveries, stdin=body)
        assert (done.returncode, done.stdout) == (2, "3 histories: nothing unusual\n")
        assert done.stderr.startswith("junction-webhooks: standard input")
    assert run("history", "no/such.json").returncode == 2


def test_newer(tmp_path: Path) -> None:
    """The later of two payloads is named, whatever the order; undecided exits with 1."""
    for number, delivery in enumerate(STORY):
        (tmp_path / f"{number}.json").write_bytes(delivery.raw)
    for first, second, result in [("0", "2", "2.json is newer"), ("2", "0", "2.json is newer")]:
        done = run("newer", f"{first}.json", f"{second}.json", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, f"{result}\n")
    assert run("newer", "1.json", "1.json", cwd=tmp_path).stdout == "the same: nothing differs under data\n"
    payload = STORY[1].payload
    payload["data"]["events"][-1]["id"] += 1
    undecided = json.dumps(payload).encode()
    done = run("newer", "-", "1.json", "--format", "json", stdin=undecided, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)) == (1, {"result": "undecided", "newer": None})
    done = run("newer", "-", "1.json", stdin=undecided, cwd=tmp_path)
    assert done.stdout == "undecided: fetch the current object from Junction's API\n"
    (tmp_path / "all.ndjson").write_bytes(b"\n".join(each.raw for each in STORY))
    done = run("newer", "all.ndjson", "1.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "all.ndjson has 3 payloads, but this command takes one" in done.stderr
    redraw = fixtures.scenario("redraw").deliveries[0].raw
    done = run("newer", "-", "1.json", stdin=redraw, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    ids = [json.loads(each)["data"]["id"] for each in (redraw, STORY[1].raw)]
    assert done.stderr == (
        f"junction-webhooks: these are two objects, so neither is newer: order {ids[0]} and order {ids[1]}\n"
    )


def test_what_is_no_event_is_named_as_validate_names_it(tmp_path: Path) -> None:
    """`newer` and `history` say which file it is, and what is wrong with it."""
    event = STORY[1].payload
    (tmp_path / "good.json").write_text(json.dumps(event))
    for wrong in (
        {"data": event["data"]},
        {**event, "event_type": "checkout.session.updated"},
        {**event, "event_type": 5},
        {**event, "data": 5},
    ):
        (tmp_path / "wrong.json").write_text(json.dumps(wrong))
        violation = json.loads(run("validate", "wrong.json", "--format", "ndjson", cwd=tmp_path).stdout)[
            "violations"
        ][0]
        message = f"junction-webhooks: wrong.json: {violation['path']} {violation['message']}\n"
        for command in (
            ["history", "wrong.json"],
            ["newer", "wrong.json", "good.json"],
            ["newer", "good.json", "wrong.json"],
        ):
            done = run(*command, cwd=tmp_path)
            assert (done.returncode, done.stdout, done.stderr) == (2, "", message), (command, wrong)


CANNOT_RUN: dict[str, tuple[list[str], str]] = {
    "no body": (["sign", "no/such"], "no/such: cannot be read: no such file"),
    "a time without an offset": (["sign", "-", "--at", "2026-01-01T00:00:00"], "is not a time with an offset"),
    "a time that is none": (["sign", "-", "--at", "soon"], "is not a time with an offset"),
    "an id with a dot": (["sign", "-", "--id", "a.b"], "id must be printable ASCII"),
    "no headers": (["verify", "-"], "which headers?"),
    "no headers file": (["verify", "-", "--headers", "no/such"], "no/such: cannot be read"),
    "a malformed secret": (["verify", "-", "-H", "a: b", "--secret", CANARY], "a secret is whsec_ followed by base64"),
    "a URL without a command to use it": (["sign", "-", "--to", "http://localhost"], "use it with --format curl"),
    "a URL that curl may not use": (["sign", "-", "--to", "ftp://localhost/a", "--format", "curl"], "--to: it is not a URL such as http"),
    "a header without a colon": (["verify", "-", "-H", "a"], "-H/--header: expected 'NAME: VALUE', with a colon"),
    "a header without a name": (["verify", "-", "-H", ": a"], "-H/--header: expected 'NAME: VALUE', with a colon"),
    "an event as a fixture": (["show", "labtest.order.created"], "'labtest.order.created': its fixtures are labtest.order.created/"),
    "an event with many fixtures": (["show", "labtest.order.updated"], f" and {len(fixtures.valid('labtest.order.updated')) - 3} more: `"),
    "an event to send": (["send", "labtest.order.created", "--to", "http://localhost:1/"], "or 'labtest.order.created/*' for all "),
    "no such fixture": (["show", "labtest.order.updated/complet"], "did you mean labtest.order.updated/completed"),
    "no such scenario": (["show", "redrew"], "did you mean redraw or labtest.order.created/redraw?"),
    "no such delivery": (["show", "redraw", "13"], "there is no delivery 13: redraw has 12 deliveries"),
    "a number of a fixture": (["show", "labtest.order.updated/completed", "1"], "leave out the number"),
    "no payload": (["newer", "-", "-"], "standard input: contains no payload"),
}  # fmt: skip


def test_what_cannot_run(subtests: pytest.Subtests) -> None:
    """Exits with 2, prints nothing on standard output, says what to do, and no secret."""
    for name, (arguments, message) in CANNOT_RUN.items():
        with subtests.test(name):
            done = run(*arguments)
            assert (done.returncode, done.stdout) == (2, "")
            assert message in done.stderr
            assert is_quiet(done.stderr)

"""`junction-webhooks test`, against a running service."""

from __future__ import annotations

import json
import socket
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from support.command import run
from support.endpoint import endpoint
from support.service import Service, serving

from junction_webhooks import cli
from junction_webhooks.live.checks.catalogue import CHECKS
from junction_webhooks.live.testing import run_checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from junction_webhooks.live.checks.model import Check, Result
    from junction_webhooks.live.checks.session import Session

OWN_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  (of no endpoint)


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUNCTION_WEBHOOKS_URL", "JUNCTION_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def good() -> Iterator[str]:
    """A running service without a bug."""
    with serving(Service()) as url:
        yield url


def test_text(good: str, tmp_path: Path) -> None:
    """One line per check, then what was not checked and why, then the totals."""
    done = run("test", "--to", f"{good}/webhooks/junction", "--only", "signatures", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"{good}/webhooks/junction: accepts a valid delivery"
    assert lines[2:5] == ["signatures", "  ok       valid", "  ok       rotated"]
    assert lines[-5:] == [
        "not checked",
        "  no probe: --state URL says where your service shows an order",
        "    signatures.no-trace",
        "",
        "10 checks: 8 passed, 1 for information, 1 not checked",
    ]
    assert [*tmp_path.iterdir()] == []


def test_a_failure_explains_itself_and_can_be_repeated(tmp_path: Path) -> None:
    """The shortest case is shown as a timeline, and `send` plays its file with the same outcome."""
    service = Service("trusts_arrival_order")
    with serving(service) as url:
        to = f"{url}/webhooks/junction"
        done = run(
            "test", "--to", to, "--state", f"{url}/orders/{{order_id}}", "--only", "state.shuffled",
            "--scenario", "no_appointment", "--settle", "100ms", cwd=tmp_path,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (1, "")
        assert "  FAILED   shuffled  no_appointment: fails after 2 deliveries, out of order" in done.stdout
        assert "late: it happened before number 1" in done.stdout
        assert "; in order, it is " in done.stdout
        assert (
            "rule: Deliveries can arrive in any order. (docs: Delivery and signatures, Order of arrival)"
            in done.stdout
        )
        case = "junction-webhooks-cases/state.shuffled.json"
        assert f"again: junction-webhooks send {case} --to {to}" in done.stdout
        service.objects.clear()
        again = run("send", case, "--to", to, cwd=tmp_path)
        assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "2 deliveries: all accepted")
    ((found, *others),) = [[*service.objects.values()]]
    assert others == []
    arrived = json.loads((tmp_path / case).read_text("utf-8"))["deliveries"]
    # The older one arrived last, and won.
    assert len(arrived[0]["payload"]["data"]["events"]) > len(found["events"])


def test_a_check_that_passes_removes_its_case(tmp_path: Path) -> None:
    """After the bug is mended, its case is gone, with the folder if nothing else is there."""
    service = Service("trusts_arrival_order")
    cases = tmp_path / "cases"
    with serving(service) as url:
        command = [
            "test", "--to", f"{url}/webhooks/junction", "--state", f"{url}/orders/{{order_id}}", "--cases", "cases",
            "--only", "state.shuffled", "--scenario", "no_appointment", "--settle", "100ms",
        ]  # fmt: skip
        assert run(*command, cwd=tmp_path).returncode == 1
        assert [each.name for each in cases.iterdir()] == ["state.shuffled.json"]
        (cases / "notes.txt").write_text("ours")
        (cases / "state.late.json").write_text("{}")
        service.bug = None
        unknown = [each.replace("/orders/", "/orders/no-") for each in command]
        assert run(*unknown, cwd=tmp_path).returncode == 2
        assert (cases / "state.shuffled.json").exists()
        assert run(*command, "--only", "state.late", cwd=tmp_path).returncode == 0
        # Only what this command wrote is removed.
        assert sorted(each.name for each in cases.iterdir()) == ["notes.txt", "state.late.json"]
        service.bug = "trusts_arrival_order"
        assert run(*command, "--cases", "others", cwd=tmp_path).returncode == 1
        service.bug = None
        assert run(*command, "--cases", "others", cwd=tmp_path).returncode == 0
        assert not (tmp_path / "others").exists()


def test_the_first_delivery_decides_whether_anything_is_tested(good: str, tmp_path: Path) -> None:
    """A wrong URL, a wrong secret and a server that does not run stop with 2 and with the reason."""
    cases: list[tuple[list[str], str]] = [
        (["--to", "http://127.0.0.1:9/webhooks"], "nothing listens at 127.0.0.1:9: start your server"),
        (["--to", f"{good}/webhook"], "with 404: there is nothing at this path: correct the URL"),
    ]
    for arguments, message in cases:
        done = run("test", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
        assert "nothing was tested" in done.stderr
    secret = tmp_path / "secret"
    secret.write_text(OWN_SECRET)
    done = run("test", "--to", f"{good}/webhooks/junction", "--secret-file", secret, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "with 401: the signature was refused: compare the secret" in done.stderr
    assert OWN_SECRET not in done.stderr
    for status, message in [(302, "does not follow"), (500, "look at its log"), (422, "take the raw body")]:
        with endpoint(lambda _, status=status: status) as other:  # type: ignore[misc]
            done = run("test", "--to", other.url, cwd=tmp_path)
        assert done.returncode == 2
        assert message in done.stderr


def test_json(good: str, tmp_path: Path) -> None:
    """Every check has its id, its status, why it matters, and the rule."""
    done = run(
        "test", "--to", f"{good}/webhooks/junction", "--format", "json", "--only", "urgent", cwd=tmp_path
    )
    found = json.loads(done.stdout)
    assert found["totals"]["all"] == len(found["results"]) == sum(each.group == "urgent" for each in CHECKS)
    for each in found["results"]:
        assert each["id"].startswith("urgent.")
        assert each["why"]
        assert each["rule"]
        assert (each["status"] == "not checked") is each["id"].startswith("urgent.escalates")


def test_junit(tmp_path: Path) -> None:
    """What fails is a failure, what was not checked is skipped, and the file is what -o says."""
    with serving(Service("accepts_stale_timestamps")) as url:
        done = run(
            "test", "--to", f"{url}/webhooks/junction", "--format", "junit", "-o", "results.xml",
            "--only", "signatures", "--skip", "signatures.rotated", cwd=tmp_path,
        )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    root = ET.fromstring((tmp_path / "results.xml").read_text("utf-8"))  # noqa: S314  (our own)
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("9", "1", "1")
    by_name: dict[str | None, Any] = {case.get("name"): case for case in suite}
    assert "signatures.rotated" not in by_name
    failure = by_name["signatures.too-old"].find("failure")
    assert failure.get("message").startswith("answered with 204 instead of a 4xx")
    assert by_name["signatures.no-trace"].find("skipped") is not None


def test_settings_in_a_file(good: str, tmp_path: Path) -> None:
    """Both files work, the command line comes first, and a mistake in a file is a usage error."""
    to = f"{good}/webhooks/junction"
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.junction-webhooks.test]\nto = "{to}"\nonly = ["signatures.valid"]\n'
    )
    assert run("test", cwd=tmp_path).stdout.splitlines()[-1] == "1 check: 1 passed"
    own = tmp_path / "junction-webhooks.toml"
    own.write_text(f'[test]\nto = "{to}"\nonly = "signatures.m*"\nskip = []\nseed = 3\n')
    assert "ok       missing" in run("test", cwd=tmp_path).stdout
    assert "ok       rotated" in run("test", "--only", "signatures.rotated", cwd=tmp_path).stdout
    for text, message in [
        ("[test]\nsecret = 'whsec_x'", "a secret does not belong there"),
        ("[test]\nonly = 3", "only has a value of the wrong type"),
        ("[test]\nendpoint = 'x'", "endpoint is not an option of test"),
        ("[test", "it is not toml"),
    ]:
        own.write_text(text)
        done = run("test", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr.lower() or message in done.stderr


def test_mistakes_are_usage_errors(good: str, tmp_path: Path) -> None:
    """What an option cannot mean is said before anything is sent."""
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "bad.json").write_text('{"a":')
    for arguments, message in [
        (["--only", "signature"], "no check matches 'signature': did you mean signatures?"),
        (["--only", "xyz"], "no check matches 'xyz': the groups are signatures, tolerance"),
        (
            ["--only", "shuffled"],
            "no check matches 'shuffled': did you mean delivery.shuffled or state.shuffled?",
        ),
        (["--state", "http://localhost/{id}"], "--state: {id} is not an id of a story"),
        (["--state", "http://localhost/orders"], "--state: http://localhost/orders: write {order_id} where"),
        (["--settle", "soon"], "--settle: 'soon' is not a duration"),
        (["--scenario", "redo"], "--scenario: there is no scenario 'redo'"),
        (["--ids", "none.json"], "--ids: none.json: cannot be read"),
        (["--ids", "bad.json"], "--ids: bad.json: is not JSON: see line 1, column 6"),
        (
            ["--only", "signatures", "--skip", "signatures"],
            "nothing is left to check: the checks to skip are all",
        ),
        (["--only", "state.statuses"], "nothing is left to check: state.statuses needs --state-map FILE"),
        (["--state", f"{good}/orders/{{order_id}}", "--pointer", "status"], "--pointer: "),
        (["--pointer", "/status"], "--pointer: is the part of an answer to --state URL, which is missing"),
        (["--ids", "list.json"], "--ids: list.json: expected an array of objects"),
        (["--state-map", "list.json"], "--state-map: list.json: expected an object"),
        (["--api-port", good.rpartition(":")[2]], "address already in use"),
    ]:
        done = run("test", "--to", f"{good}/webhooks/junction", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stderr.startswith("junction-webhooks: ")) == (2, True)
        assert message in done.stderr


def test_nothing_that_could_be_checked_is_no_success(good: str, tmp_path: Path) -> None:
    """If the service knows no order, the checks of its state say why, and the exit code says that nothing was tested."""
    state = f"{good}/orders/no-{{order_id}}"
    done = run(
        "test", "--to", f"{good}/webhooks/junction", "--state", state, "--only", "state.shuffled",
        "--scenario", "no_appointment", "--settle", "100ms", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "your service does not know this order" in done.stdout
    assert "none of these checks could be made" in done.stderr


def test_a_handler_can_fetch_from_the_stub(good: str, tmp_path: Path) -> None:
    """The stub of Junction's API runs as long as the command, at the port that was asked for."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    fetch = f"import socket; socket.create_connection(('127.0.0.1', {port}))"
    done = run(
        "test", "--to", f"{good}/webhooks/junction", "--api-port", str(port), "--only", "signatures.valid",
        "--before", f'{sys.executable} -c "{fetch}"', cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"Junction's API is at http://127.0.0.1:{port}"


def test_a_command_is_run_before_each_story(good: str, tmp_path: Path) -> None:
    """It gets the ids as JSON, and if it fails, nothing more is tested."""
    arguments = ["test", "--to", f"{good}/webhooks/junction", "--state", f"{good}/orders/{{order_id}}"]
    arguments += ["--settle", "100ms", "--only", "state.updates"]
    done = run(
        *arguments,
        "--before",
        f"{sys.executable} -c 'import sys; print(sys.stdin.read())' >> seen",
        cwd=tmp_path,
    )
    assert done.returncode == 0
    lines = (tmp_path / "seen").read_text().splitlines()
    # The first delivery is a story too, and so is the one that shows how long the service works.
    assert len(lines) == 3
    assert all(json.loads(line)["order_ids"] for line in lines)
    done = run(*arguments, "--before", "exit 3", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "junction-webhooks: --before: the command exited with 3\n")


def test_a_run_that_is_stopped_has_totals(
    good: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Ctrl-C keeps the results so far, with their totals, and says after how many checks it was."""
    from junction_webhooks.cli.commands import test as command  # noqa: PLC0415  (pytest would collect it)

    def stopped(session: Session, checks: Sequence[Check]) -> Iterator[Result]:
        yield from list(run_checks(session, checks[:2]))
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "run_checks", stopped)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["test", "--to", f"{good}/webhooks/junction"]) == 130
    shown = capsys.readouterr()
    assert shown.out.endswith("\n\n2 checks: 2 passed\n")
    assert shown.err == "junction-webhooks: stopped after 2 checks\n"

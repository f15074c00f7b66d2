"""`junction-webhooks generate`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from support.command import COMMAND, run

from junction_webhooks import check, contract, journeys
from junction_webhooks.cli import main
from junction_webhooks.contract import stability

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT = """
import sys
for each in ("hypothesis", "jsonschema_rs", "orjson", "pydantic", "tqdm"):
    sys.modules[each] = None
from junction_webhooks.cli import main
code = main(sys.argv[1:])
loaded = {name.partition(".")[0] for name, module in sys.modules.items() if module is not None}
sys.exit(code or sorted(loaded & {"hypothesis", "jsonschema", "pydantic", "pytest"}) or 0)
"""


def lines(*arguments: str) -> list[str]:
    """What the command prints, without anything on standard error."""
    done = run("generate", *arguments)
    assert (done.returncode, done.stderr) == (0, ""), arguments
    assert done.stdout.isascii()
    return done.stdout.splitlines()


def test_each_event_is_generated() -> None:
    """N distinct payloads of the event come, which conform, or drift in the tolerant profile."""
    for event_type in contract.EVENT_TYPES:
        for profile, expected in (("strict", {"conforms"}), ("tolerant", {"conforms", "drifts"})):
            printed = lines(event_type, "-n", "30", "--seed", "1", "--profile", profile)
            assert len(set(printed)) == 30
            assert {check(line).verdict for line in printed} <= expected
            assert {check(line).event_type for line in printed} == {event_type}


def test_journeys_are_generated() -> None:
    """Without an event, N payloads of whole journeys come, one journey after another."""
    printed = lines("-n", "200", "--seed", "5")
    expected = [
        each.payload for journey in islice(journeys.generate_journeys(5), 200) for each in journey.deliveries
    ]
    assert [json.loads(line) for line in printed] == expected[:200]
    with_beta = {check(line).event_type for line in lines("-n", "200", "--seed", "5", "--beta")}
    assert {each for each in with_beta if each and stability.of_event(each) == "beta"}
    tolerant = lines("-n", "60", "--seed", "5", "--profile", "tolerant")
    assert {check(line).verdict for line in tolerant} == {"conforms", "drifts"}


def test_deliveries() -> None:
    """With `--deliveries`, a line has the id, the offset in seconds, the event type, and the same body."""
    first = next(journeys.generate_journeys(5))
    bodies = lines("-n", "30", "--seed", "5")
    deliveries = [json.loads(line) for line in lines("-n", "30", "--seed", "5", "--deliveries")]
    assert [list(each) for each in deliveries] == [["id", "offset", "event_type", "body"]] * 30
    assert [each["body"] for each in deliveries] == [json.loads(line) for line in bodies]
    for delivery, sent in zip(deliveries, first.deliveries, strict=False):
        assert delivery["id"] == sent.id
        assert delivery["offset"] == sent.offset.total_seconds()
        assert delivery["event_type"] == sent.event_type == delivery["body"]["event_type"]
    single = [json.loads(line) for line in lines("labtest.order.created", "--seed", "5", "--deliveries")]
    assert len({each["id"] for each in single}) == 10
    assert {(each["offset"], each["event_type"]) for each in single} == {(0, "labtest.order.created")}


def test_fewer_are_the_beginning_of_more() -> None:
    """A smaller N gives the first N, of journeys and of payloads."""
    for arguments in (
        [],
        ["labtest.appointment.updated"],
        ["labtest.order.created", "--profile", "tolerant"],
    ):
        more = lines(*arguments, "--seed", "9", "-n", "40")
        assert lines(*arguments, "--seed", "9", "-n", "3") == more[:3]
        assert lines(*arguments, "--seed", "10", "-n", "3") != more[:3]


def test_a_seed_is_chosen_and_printed() -> None:
    """Without `--seed`, standard error says which one gives the same payloads again."""
    done = run("generate", "-n", "5")
    seed = done.stderr.split("--seed ")[1].split()[0]
    assert done.stderr == f"junction-webhooks: --seed {seed} gives the same payloads again\n"
    assert lines("-n", "5", "--seed", seed) == done.stdout.splitlines()


@pytest.mark.parametrize("arguments", [[], ["labtest.order.updated"]], ids=["journeys", "payloads"])
def test_nothing_else_is_loaded(arguments: list[str], tmp_path: Path) -> None:
    """Neither Hypothesis nor an extra is needed or loaded, and the hash seed of the process changes nothing."""
    options = [*arguments, "--seed", "1", "-n", "60", "--profile", "tolerant"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "generate", *options],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=os.environ | {"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == lines(*options)
    assert list(tmp_path.iterdir()) == []


def test_the_first_line_comes_at_once() -> None:
    """A reader of a pipe has the first line before the last one is generated."""
    with subprocess.Popen(
        [COMMAND, "generate", "-n", "100000000", "--seed", "1"], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        first: dict[str, Any] = json.loads(process.stdout.readline())
        process.kill()
    assert first["event_type"] == "labtest.order.created"


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_wrong_number_of_payloads_is_refused(number: str) -> None:
    """`-n` takes a whole number of 1 or more, and says so."""
    done = run("generate", "labtest.order.created", "-n", number)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{number!r} is not a whole number of 1 or more" in done.stderr


def test_a_misspelled_event_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer lists the events."""
    with pytest.raises(SystemExit) as error:
        main(["generate", "labtest.order"])
    assert error.value.code == 2
    assert "labtest.order.created" in capsys.readouterr().err

"""Tests of other projects that freeze the clock, with the first use of this package inside."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import datetime, sys
from freezegun import freeze_time
from junction_webhooks import fixtures, lifecycle, parse_event

real, kinds, as_struct = datetime.datetime, set(), sys.argv[1] == "struct"
ORDER = fixtures.load("labtest.order.updated/completed").payload
# Forms that the models read in C, and others that our own parser reads.
ORDER["data"]["events"][0]["created_at"] = "2022-01-01t07:00:00.123456789z"
SLOT = fixtures.load("labtest.appointment.updated/scheduled").payload
SLOT["data"]["start_at"] = "2022-01-01T07:00:00"

def instants(part):
    if isinstance(part, real):
        yield part
    for name in getattr(type(part), "__struct_fields__", None) or getattr(type(part), "model_fields", ()):
        yield from instants(getattr(part, name))
    for item in part if isinstance(part, list) else ():
        yield from instants(item)

def use():
    for payload in (ORDER, SLOT):
        event = parse_event(payload, as_struct=as_struct)
        kinds.update(type(each) for each in instants(event))
        lifecycle.check_history(event)

for before in sys.argv[2:]:
    use()
with freeze_time("2022-02-02"):
    use()
use()
assert kinds == {real}, kinds
"""


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="first use"),
        pytest.param(["used before"], id="used before", marks=pytest.mark.exhaustive),
    ],
)
@pytest.mark.parametrize("kind", ["model", "struct"])
def test_nothing_is_broken_by_a_frozen_clock(kind: str, before: list[str]) -> None:
    """Events hold real datetimes while the clock is frozen and afterwards."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind, *before], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

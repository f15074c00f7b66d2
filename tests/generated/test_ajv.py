"""The bundles as a service in another language takes them: with ajv, on Node."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from junction_webhooks import check, contract, fixtures

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and (HERE.parent / "node_modules").is_dir()),
    reason="needs Node 20 with npm, and then: make node",
)


def judge(profile: contract.Profile, payloads: list[tuple[str, Any]]) -> list[bool]:
    """The verdict of ajv with default options on each payload, by the bundle named with it."""
    bundles = {name: contract.bundle(profile, name) for name in contract.BUNDLE_NAMES}
    done = subprocess.run(
        ["node", "ajv.mjs"],  # noqa: S607  (whichever Node the machine has)
        input=json.dumps({"bundles": bundles, "payloads": payloads}),
        cwd=HERE,
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    assert said["complaints"] == []
    verdicts: list[bool] = said["verdicts"]
    return verdicts


def test_ajv_takes_every_fixture() -> None:
    """Ajv takes each fixture by the strict and the tolerant bundle of its event, and by that of all events."""
    events = [(fixture.event_type, fixture.payload) for fixture in fixtures.valid() if fixture.event_type]
    payloads = events + [(contract.ALL_EVENTS, payload) for _, payload in events]
    for profile in contract.PROFILES:
        assert judge(profile, payloads) == [True] * len(payloads)


def broken(value: Any) -> Any:
    """Another value of the same JSON type, or of another where the type has no other."""
    match value:
        case bool() | None:
            return 5
        case str():
            return f"{value}-"
        case int() | float():
            return str(value)
        case dict():
            return []
        case _:
            return {}


def each_broken(payload: Any) -> list[Any]:
    """The payload once for each of its values, with that value broken."""
    found = []

    def visit(part: Any, way: tuple[str | int, ...]) -> None:
        if way:
            changed = copy.deepcopy(payload)
            holder = changed
            for step in way[:-1]:
                holder = holder[step]
            holder[way[-1]] = broken(part)
            found.append(changed)
        for step, below in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            visit(below, (*way, step))

    visit(payload, ())
    return found


@pytest.mark.parametrize("profile", contract.PROFILES)
def test_ajv_agrees_on_broken_payloads(profile: contract.Profile) -> None:
    """With any one value of the page's events broken, ajv's verdict is that of `check`."""
    names = ("labtest.order.updated/page", "labtest.appointment.updated/page")
    payloads = [
        (name.split("/")[0], payload) for name in names for payload in each_broken(fixtures.load(name).payload)
    ]
    fine = {"conforms"} if profile == "strict" else {"conforms", "drifts"}
    expected = [check(payload, event_type=name).verdict in fine for name, payload in payloads]  # type: ignore[arg-type]
    assert judge(profile, payloads) == expected
    assert len(set(expected)) == 2

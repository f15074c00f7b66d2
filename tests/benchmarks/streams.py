"""A mixed stream of deliveries, next to other validators with the same bundles."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any, Final

from bodies import SHARES, stream
from processes import HERE, ROOT, child
from results import Section, Spread, Table, at_least, spread

from junction_webhooks import contract

LENGTH: Final = 20_000
BEFORE: Final = "before"
SHOWN: Final = {
    "check": "check(body): the verdict",
    "check_read": "check(body): with its violations",
    BEFORE: "check(body): the verdict, as it was before",
    "jsonschema_rs": "jsonschema-rs",
    "fastjsonschema": "fastjsonschema",
    "ajv": "ajv, in Node",
}
TEXT: Final = """\
{length:,} orders and appointments in random order: {conforms:.0%} conform, {drifts:.0%} drift and {rejected:.0%} are rejected. The other
validators run in a loop as one would write it without this package. It reads the body with `orjson.loads` (`JSON.parse`
for ajv), looks up the strict bundle of the event, and if that rejects it, the tolerant one. This loop has no violations, no
bare orders and no limit on depth. All of them find the same verdicts."""
LEAST_OVER_BEFORE: Final = 3.0


def measure(*, quick: bool, before: Path | None = None) -> Section:
    """Time each way in processes that alternate. `before` is the checkout of an earlier version."""
    section = Section("A stream of deliveries", TEXT.format(length=LENGTH, **SHARES))
    rates, notes = _rates(rounds=2 if quick else 5, before=before)
    section.notes += notes
    rows = [
        (SHOWN[name], f"{1 / seconds:,.0f}", f"{ratio.middle:.2f}", f"{ratio.low:.2f} to {ratio.high:.2f}")
        for name, (seconds, ratio) in rates.items()
        if name != BEFORE
    ]
    header = ("", "per second", "× reading the JSON", "middle half")  # noqa: RUF001
    section.tables.append(Table("Deliveries per second, on one core", header, rows))
    ours = rates["check"][1].middle
    if BEFORE in rates:
        section.targets.append(
            at_least("stream, speed relative to before", rates[BEFORE][1].middle / ours, LEAST_OVER_BEFORE)
        )
    section.targets.append(
        at_least(
            "stream, speed relative to jsonschema-rs alone", rates["jsonschema_rs"][1].middle / ours, 1.0
        )
    )
    return section


def _rates(rounds: int, before: Path | None) -> tuple[dict[str, tuple[float, Spread]], list[str]]:
    """Of each way, the seconds per body and the ratio to reading the JSON."""
    bodies = b"\n".join(stream(LENGTH))
    ways = [name for name in SHOWN if _can_run(name, before)]
    notes = [f"{name} is left out: not installed" for name in SHOWN if name != BEFORE and name not in ways]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder:
        file, bundles = Path(folder, "stream.ndjson"), Path(folder, "bundles.json")
        file.write_bytes(bodies)
        bundles.write_text(
            json.dumps(
                {
                    each: [contract.bundle("strict", each), contract.bundle("tolerant", each)]
                    for each in contract.EVENT_TYPES
                }
            )
        )
        for _ in range(rounds):
            for name in ways:
                found[name].append(json.loads(_run(name, bodies, (file, bundles), before)))
    # An earlier version may have other rules.
    counts = {name: runs[0]["counts"] for name, runs in found.items() if name != BEFORE}
    assert len({json.dumps(each) for each in counts.values()}) == 1, f"the verdicts differ: {counts}"
    return {
        name: (
            spread(run["seconds"] for run in runs).middle,
            spread(run["seconds"] / run["baseline"] for run in runs),
        )
        for name, runs in found.items()
    }, notes


def _can_run(name: str, before: Path | None) -> bool:
    if name == BEFORE:
        return before is not None
    if name == "ajv":
        return which("node") is not None and (ROOT / "tests/node_modules/ajv").exists()
    return name.startswith("check") or find_spec(name) is not None


def _run(name: str, bodies: bytes, files: tuple[Path, Path], before: Path | None) -> bytes:
    if name == "ajv":
        command = ["node", str(HERE / "stream.mjs"), *map(str, files)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    if name == BEFORE:
        env = {**os.environ, "PYTHONPATH": f"{before}/src{os.pathsep}{before}/generated"}
        return child("stream.py", "check", given=bodies, env=env)
    return child("stream.py", name, given=bodies)

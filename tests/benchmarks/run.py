"""Measure speed and memory beside orjson and Junction's own SDKs: `python tests/benchmarks/run.py`.

Machines are noisy, so nothing is compared over time: each sample of a way is divided by a sample of
`orjson.loads` taken right before it, the ways take turns in random order, and the median over several
processes counts. Whole processes take turns likewise. All times are processor time. Exits with 0 whatever
the numbers; a wrong result of anything that is measured ends it at once.
"""

# ruff: noqa: RUF001  (the multiplication sign is meant)

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final, NamedTuple

import page
from page import Results, Start, Target, Timing
from tqdm import tqdm

from junction_webhooks import fixtures

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
SDKS: Final = {"vital": "vital", "junction": "junction-api-sdk"}
"""The distribution of each SDK's package."""
LIBRARIES: Final = ("junction-webhooks", "orjson", "jsonschema-rs", "msgspec", "pydantic", "jsonschema")
ENVELOPE: Final = {
    "user_id": "04f8996d-a763-47a9-a9b1-028ee3007569",
    "client_user_id": "patient-1",
    "team_id": "ca8b22d0-db83-422d-b163-b560b3e4e515",
}
"""What the SDKs demand beside `event_type` and `data`."""

TOO_SMALL: Final = frozenset({"interpreter", "import"})
"""The ways whose memory is less than that of the process that starts them."""

CHECK_MOST: Final = 2.0
STRUCT_MOST: Final = 1.2
OVER_OBJECT_LEAST: Final = 1.7
OVER_JSON_LEAST: Final = 1.0
IMPORT_MOST_MS: Final = 40.0
FIRST_PARSE_MOST: Final = 0.5
MEMORY_MOST: Final = 1.0


class Case(NamedTuple):
    """A payload that is measured."""

    title: str
    sdk_type: str
    payload: dict[str, Any]
    printed: dict[str, Any] | None
    """As the source prints it, where that is an event."""

    @property
    def body(self) -> bytes:
        """The payload as it is sent."""
        return json.dumps(self.payload, separators=(",", ":")).encode()


def main() -> None:
    """Measure and print, and with `--docs` write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":", 1)[0] + ".")
    parser.add_argument("--output", choices=("table", "json"), default="table")
    parser.add_argument("--docs", action="store_true", help="also write docs/speed.md and its picture")
    parser.add_argument("--quick", action="store_true", help="a fifth of the samples, for a first look")
    arguments = parser.parse_args()
    lacking = [name for name in ("orjson", "jsonschema_rs", "msgspec") if not find_spec(name)]
    if lacking:
        parser.error(f"{', '.join(lacking)} not installed: pip install '.[fast]'")
    results = _measure(processes=2 if arguments.quick else 6, starts=5 if arguments.quick else 21)
    if arguments.output == "json":
        sys.stdout.write(json.dumps(asdict(results), indent=2) + "\n")
    else:
        sys.stdout.write(page.text(results))
    if arguments.docs:
        page.write(results, ROOT / "docs")


def _cases() -> list[Case]:
    order = fixtures.load("bare_order/recorded").payload
    appointment = fixtures.load("labtest.appointment.updated/page").payload
    return [
        Case(
            "the recorded order",
            "ClientFacingOrderChanged",
            {"event_type": "labtest.order.updated", **ENVELOPE, "data": order},
            printed=None,
        ),
        Case(
            "the page's appointment",
            "ClientFacingAppointmentChanged",
            {**appointment, **ENVELOPE},
            printed=appointment,
        ),
    ]


def _measure(processes: int, starts: int) -> Results:
    sdks = [package for package in SDKS if find_spec(package)]
    cases = _cases()
    ways = ["interpreter", "import", "pydantic", "parse_event", "struct", *sdks]
    # The first start of each only fills the cache of compiled modules.
    work = len(cases) * processes + (starts + 1) * len(ways)
    with tqdm(total=work, disable=None, leave=False) as bar:
        timings: dict[str, list[Timing]] = {}
        notes = [
            f"{SDKS[package]} is left out: pip install {SDKS[package]}"
            for package in SDKS
            if package not in sdks
        ]
        for case in cases:
            timings[case.title], refusing = _warm(case, sdks, processes, bar)
            notes += [
                f"{SDKS[package]} rejects {case.title} without {', '.join(ENVELOPE)}; "
                "measured with them added"
                for package in refusing
            ]
        cold = _cold(cases[0], ways, starts, bar)
    return Results(
        machine=_machine(),
        versions={name: version(name) for name in (*LIBRARIES, *(SDKS[package] for package in sdks))},
        sizes={case.title: len(case.body) for case in cases},
        timings=timings,
        starts=list(cold.values()),
        targets=_targets(timings, cold, sdks),
        notes=notes,
    )


def _machine() -> str:
    implementation = platform.python_implementation()
    python = f"{implementation} {platform.python_version()}"
    return f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, {python}"


def _child(script: str, *arguments: str, given: bytes, sdk: bool) -> bytes:
    # The SDKs' imports warn about their own settings; the option costs an import, which others do without.
    quiet = ("-W", "ignore") if sdk else ()
    command = [sys.executable, *quiet, str(HERE / script), *arguments]
    return subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE).stdout


def _warm(case: Case, sdks: list[str], processes: int, bar: Any) -> tuple[list[Timing], list[str]]:
    job = {
        "body": case.body.decode(),
        "printed": case.printed,
        "sdk_type": case.sdk_type,
        "sdks": sdks,
        "rounds": 25,
    }
    samples: dict[str, list[tuple[float, float]]] = {}
    for _ in range(processes):
        # A process each, since where memory happens to lie makes one faster than the next.
        answer = json.loads(_child("warm.py", given=json.dumps(job).encode(), sdk=True))
        for name, pairs in answer["samples"].items():
            samples.setdefault(name, []).extend(pairs)
        bar.update()
    baselines = [baseline for pairs in samples.values() for _, baseline in pairs]
    timings = [Timing("orjson", 1.0, 1.0, 1.0, median(baselines) * 1e6)]
    for name, pairs in samples.items():
        low, middle, high = quantiles((seconds / baseline for seconds, baseline in pairs), n=4)
        timings.append(Timing(name, middle, low, high, median(seconds for seconds, _ in pairs) * 1e6))
    return timings, answer["refusing"]


def _cold(case: Case, ways: list[str], starts: int, bar: Any) -> dict[str, Start]:
    """The median of each way's start, the ways taking turns."""
    body = case.body
    entries = {"interpreter": 0, "import": 0, "pydantic": 0}
    took: dict[str, list[float]] = {way: [] for way in ways}
    # The peak of a child is never below the size of its parent, which therefore imports no models: it
    # tells of the children that do, and of no others.
    peaks: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(starts + 1):
        for way in ways:
            seconds, peak, found = _child("cold.py", way, given=body, sdk=way in SDKS).split()
            wanted = entries.get(way, len(case.payload["data"]["events"]))
            if int(found) != wanted:
                message = f"{way}: {int(found)} history entries parsed instead of {wanted}"
                raise AssertionError(message)
            if turn:
                took[way].append(float(seconds) * 1e3)
                peaks[way].append(float(peak) / 1024)
            bar.update()
    return {
        way: Start(way, median(took[way]), None if way in TOO_SMALL else median(peaks[way])) for way in ways
    }


def _targets(timings: dict[str, list[Timing]], cold: dict[str, Start], sdks: list[str]) -> list[Target]:
    targets = []
    for title, measured in timings.items():
        ratio = {timing.name: timing.ratio for timing in measured}
        targets += [
            _at_most(f"check, {title}, relative to orjson.loads", ratio["check"], CHECK_MOST, "×"),
            _at_most(
                f"parse_event to a struct, {title}, relative to orjson.loads",
                ratio["struct"],
                STRUCT_MOST,
                "×",
            ),
        ]
        for package in sdks:
            ours = f"parse_event, {title}, speed relative to {SDKS[package]}"
            by_object = ratio[f"{package}_object"] / ratio["parse_event"]
            by_json = ratio[f"{package}_json"] / ratio["parse_event"]
            targets += [
                _at_least(f"{ours}: parse_obj_as", by_object, OVER_OBJECT_LEAST),
                _at_least(f"{ours}: model_validate_json", by_json, OVER_JSON_LEAST),
            ]
    over = cold["import"].milliseconds - cold["interpreter"].milliseconds
    targets.append(
        _at_most("import junction_webhooks, in addition to the interpreter", over, IMPORT_MOST_MS, " ms")
    )
    ours_cold = cold["parse_event"]
    for package in sdks:
        theirs = cold[package]
        share = ours_cold.milliseconds / theirs.milliseconds
        targets.append(
            _at_most(f"first parse_event, time relative to {SDKS[package]}", share, FIRST_PARSE_MOST, "×")
        )
        if ours_cold.megabytes and theirs.megabytes:
            memory = ours_cold.megabytes / theirs.megabytes
            targets.append(
                _at_most(f"memory after parse_event, relative to {SDKS[package]}", memory, MEMORY_MOST, "×")
            )
    return targets


def _at_most(what: str, measured: float, most: float, unit: str) -> Target:
    return Target(what, f"{measured:.2f}{unit}", f"≤ {most:g}{unit}", met=measured <= most)


def _at_least(what: str, measured: float, least: float) -> Target:
    return Target(what, f"{measured:.2f}×", f"≥ {least:g}×", met=measured >= least)


if __name__ == "__main__":
    main()

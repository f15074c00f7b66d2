"""A folder of payloads in files, for commands that validate files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Final

from bodies import cases, compact
from results import Section, Table, spread

from junction_webhooks import contract

FILES: Final = 1_000
TEXT: Final = f"""\
{FILES:,} files of the recorded order, all of which conform: the time of the whole command, on one core. The other commands
get the strict bundle. They do not find the event of a payload, and do not distinguish drift from a rejection."""


def measure(*, quick: bool) -> Section:
    """Run each command in turns."""
    section = Section("Files", TEXT)
    with tempfile.TemporaryDirectory() as folder:
        commands, missing = _commands(Path(folder))
        took: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(2 if quick else 4):
            for name, command in commands.items():
                took[name].append(_seconds(command))
    rows = [(name, f"{spread(times).middle:.2f}") for name, times in took.items()]
    section.tables.append(Table(f"Seconds for {FILES:,} files", ("", "seconds"), rows))
    section.notes += [f"{name} is left out: not installed" for name in missing]
    return section


def _commands(folder: Path) -> tuple[dict[str, list[str]], list[str]]:
    """The command of each tool that is installed, and the other tools."""
    bundle = folder / "bundle.json"
    bundle.write_text(json.dumps(contract.bundle("strict", "labtest.order.updated")))
    payloads = folder / "payloads"
    payloads.mkdir()
    case = cases()[0]
    for number in range(FILES):
        data = {**case.payload["data"], "notes": f"order {number}"}
        payloads.joinpath(f"{number:04}.json").write_bytes(compact({**case.payload, "data": data}))
    names = sorted(map(str, payloads.iterdir()))
    # Two packages have a command named `jsonschema`, so this one is run as a module.
    sourcemeta = (
        [sys.executable, "-m", "sourcemeta_jsonschema"] if find_spec("sourcemeta_jsonschema") else None
    )
    tools = {
        "junction-webhooks validate": (_next_to_python("junction-webhooks"), ["validate", str(payloads)]),
        "check-jsonschema": (_next_to_python("check-jsonschema"), ["--schemafile", str(bundle), *names]),
        "sourcemeta's jsonschema validate --fast": (sourcemeta, ["validate", "--fast", str(bundle), *names]),
    }
    commands = {name: [*tool, *arguments] for name, (tool, arguments) in tools.items() if tool}
    return commands, [name for name in tools if name not in commands]


def _next_to_python(tool: str) -> list[str] | None:
    found = which(tool, path=str(Path(sys.executable).parent))
    return [found] if found else None


def _seconds(command: list[str]) -> float:
    """The processor time of a command, which must find that all files conform."""
    before = os.times()
    done = subprocess.run(command, capture_output=True, check=False)
    after = os.times()
    assert done.returncode == 0, f"{command[:3]}: exit code {done.returncode}: {done.stderr[-500:].decode()}"
    return after.children_user + after.children_system - before.children_user - before.children_system

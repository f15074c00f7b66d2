"""Reading the types of Junction's SDK: where it is not, what is not it, and what it may not do meanwhile."""

from __future__ import annotations

import copy
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support.command import run
from support.fake_sdk import python_with
from support.junction_document import DOCUMENT, ORDER, as_in_sdk, with_webhooks

from junction_webhooks import drift
from junction_webhooks.contract import families
from junction_webhooks.drift._documents import compare_document
from junction_webhooks.drift._sdk import as_document

if TYPE_CHECKING:
    from pathlib import Path


def package(folder: Path, *, init: str = "", types: str | None = None) -> Path:
    """Return the Python of an environment with a package `junction` of this code."""
    (folder / "packages/junction").mkdir(parents=True)
    (folder / "packages/junction/__init__.py").write_text(init)
    if types is not None:
        (folder / "packages/junction/types").mkdir()
        (folder / "packages/junction/types/__init__.py").write_text(types)
    return python_with(folder, folder / "packages")


UNUSABLE = {
    "no package": (
        None,
        "no package `junction` is installed there: install Junction's SDK for Python, `junction-api-sdk`, or name the Python of an environment that has it",
    ),
    "another package": ({}, "its package `junction` is not Junction's SDK: it has no types"),
    "types of another package": (
        {"types": ""},
        "its package `junction` is not Junction's SDK, or has no types of webhooks",
    ),
    "a package that lacks another": (
        {"init": "import no_such_module"},
        "its types cannot be read: ModuleNotFoundError",
    ),
    "a broken package": ({"init": "raise KeyboardInterrupt"}, "its types cannot be read: KeyboardInterrupt"),
    "a package that leaves": (
        {"init": "import os; os._exit(3)"},
        "the types of Junction's SDK cannot be read (exit code 3)",
    ),
    "a package that prints": (
        {"init": "import os; print('{}'); os.write(1, b'{}')"},
        "the types of Junction's SDK cannot be read (exit code 0)",
    ),
}


def test_unusable_sdk(tmp_path: Path) -> None:
    """What is not Junction's SDK is refused with a sentence that names the Python and says what is there."""
    for number, (name, (code, message)) in enumerate(UNUSABLE.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        python = python_with(folder) if code is None else package(folder, **code)
        with pytest.raises(drift.DriftError) as caught:
            drift.compare_sdk(python)
        assert str(caught.value) == f"{python}: {message}", name


def test_unusable_python(tmp_path: Path) -> None:
    """A Python that is not there, or is not one, is named; so is one that takes too long."""
    missing = tmp_path / "python"
    with pytest.raises(drift.DriftError, match=f"^{missing}: cannot be run: no such file or directory$"):
        drift.compare_sdk(missing)
    missing.write_text("#!/bin/sh\necho '[]'\n")
    missing.chmod(0o700)
    with pytest.raises(drift.DriftError, match=r"cannot be read \(exit code 0\)$"):
        drift.compare_sdk(missing)
    with pytest.raises(drift.DriftError, match=r"took more than 0\.2 seconds$"):
        drift.compare_sdk(package(tmp_path, init="import time; time.sleep(60)"), timeout=0.2)


FORBIDDEN = {
    "connect": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "resolve": "import socket; socket.getaddrinfo('localhost', 80)",
    "run": "import subprocess; subprocess.run(['true'])",
    "shell": "import os; os.system('true')",
    "fork": "import os; os.fork()",
    "write": "open(FILE, 'w')",
    "open": "import os; os.open(FILE, os.O_CREAT)",
    "remove": "import os; os.remove(FILE)",
    "rename": "import os; os.rename(FILE, FILE + '2')",
    "make a folder": "import os; os.mkdir(FILE)",
}


def test_a_package_may_only_define_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Network, processes and changes to files are refused, and no secret of the environment is there."""
    lines = [f"FILE = {str(tmp_path / 'file')!r}", "done = []"]
    for name, code in FORBIDDEN.items():
        lines += ["try:", f"    {code}", "except PermissionError:", f"    done.append({name!r})"]
    lines += [f"assert done == {list(FORBIDDEN)!r}, done", "import os"]
    lines += ["assert 'SECRET' not in os.environ and 'HOME' not in os.environ"]
    # Only if nothing was allowed is the package found to have no types.
    python = package(tmp_path, init="\n".join(lines))
    monkeypatch.setenv("SECRET", "whsec_secret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(drift.DriftError, match="it has no types"):
        drift.compare_sdk(python)
    assert not (tmp_path / "file").exists()
    assert not list(tmp_path.rglob("packages/**/__pycache__"))


def exported(document: dict[str, Any]) -> dict[str, Any]:
    """What is read from an SDK with the types of a document."""
    events = {
        name: operations["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for name, operations in document["webhooks"].items()
    }
    return {"version": None, "schemas": document["components"]["schemas"], "events": events}


def test_everything_optional_is_one_remark() -> None:
    """Types in which most is optional say nothing about it: one remark for each family, and no finding."""
    document = as_in_sdk(with_webhooks(DOCUMENT))
    for schema in document["components"]["schemas"].values():
        schema.pop("required", None)
        for name, below in schema.get("properties", {}).items():
            schema["properties"][name] = {"anyOf": [below, {"type": "null"}], "default": None}
    report = compare_document(as_document(exported(document)), "sdk")
    assert report.version is None
    assert [each for each in report.unexplained if each.rule == "required_removed"] == []
    remarks = [remark.partition(":")[0] for remark in report.remarks if "are optional" in remark]
    assert remarks == [f"{family.prefix}.*" for family in families.FAMILIES]


def test_one_optional_property_is_a_finding() -> None:
    """A property of the core that becomes optional is named once, although it may then be null too."""
    document = as_in_sdk(with_webhooks(DOCUMENT))
    order = document["components"]["schemas"]["ClientFacingOrder"]
    order["required"].remove("id")
    order["properties"]["id"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    found = compare_document(as_document(exported(document)), "sdk").unexplained
    (one,) = [each for each in found if (each.family, each.path) == (ORDER, "/data/id")]
    assert (one.rule, one.subject, one.impact) == ("required_removed", "id", "breaking")


def test_the_command_compares_several_sources(tmp_path: Path) -> None:
    """Each source has its own part of the report; one that cannot be read does not hide the others."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(copy.deepcopy(DOCUMENT)))
    events = tmp_path / "events.txt"
    events.write_text("labtest.sample.lost\n")
    done = run("drift", document, "--events", events, "--sdk-python", "no-such-python", "--format", "json")
    assert done.returncode == 2
    assert done.stderr == "junction-webhooks: no-such-python: cannot be run: no such file or directory\n"
    reports = json.loads(done.stdout)["reports"]
    assert [report["source"] for report in reports] == ["openapi", "events"]
    assert run("drift", "--sdk", "--format", "markdown").stderr.startswith(
        f"junction-webhooks: {sys.executable}"
    )


def test_stale_entries_can_fail(tmp_path: Path) -> None:
    """What the baseline explains and no longer occurs is listed, and is a failure only if asked for."""
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["USAddress"]["properties"]["country"] = {"type": "string"}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    for options, code in (((), 0), (("--fail-on-stale",), 1)):
        done = run("drift", path, *options)
        assert (done.returncode, done.stderr) == (code, "")
        stale = done.stdout.partition(
            "Stale: in the baseline, but no longer different; update the contract:\n"
        )[2]
        assert stale == "  /data/address/country of labtest.appointment.*: property_removed\n"


def test_the_command_needs_a_source() -> None:
    """Without a source, and with two from standard input, the command says so and exits 2."""
    for arguments, message in (
        ((), "name what to compare: an OpenAPI document, --events FILE or --sdk"),
        (("-", "--events", "-"), "standard input cannot be both the document and the list of events"),
    ):
        done = run("drift", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"junction-webhooks: {message}\n"

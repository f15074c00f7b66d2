"""The package in a zip on the path, as AWS Glue and Spark's `--py-files` have it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from hatchling.builders.wheel import WheelBuilder
from support.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys
import junction_webhooks
from junction_webhooks import check, cli, contract, fixtures, lifecycle, parse_event, redact
from junction_webhooks.contract import releases

assert ".zip" in junction_webhooks.__file__, junction_webhooks.__file__
fixture = fixtures.load("labtest.order.updated/completed")
for engine in ("jsonschema", "jsonschema-rs"):
    assert check(fixture.raw, engine=engine).verdict == "conforms"
for as_struct in (False, True):
    assert parse_event(fixture.raw, as_struct=as_struct).data.status == "completed"
assert check(redact(fixture.raw)).verdict == "conforms"
assert lifecycle.check_history(fixture.payload) == ()
assert len(fixtures.invalid()) > 10 and len(fixtures.scenarios()) > 10
assert contract.meta_schema() and contract.schemas() and contract.version()
releases.versions()
assert cli.main(["vendor", sys.argv[1], "--what", "schemas,fixtures,types,documents"]) == 0
assert cli.main(["vendor", sys.argv[1], "--what", "schemas,fixtures,types,documents", "--check"]) == 0
assert cli.main(["validate", sys.argv[1] + "/fixtures/valid"]) == 0
assert cli.main(["scenarios"]) == 0
"""


@pytest.mark.exhaustive
def test_everything_works_from_a_zip(tmp_path: Path) -> None:
    """Schemas, fixtures, events, redaction and commands find their data inside the zip."""
    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in WheelBuilder(str(ROOT)).recurse_included_files():
            zipped.write(file.path, file.distribution_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "vendored")],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(archive)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")

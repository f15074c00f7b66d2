"""Validators that other services use give the documented verdict on every vendored payload, at default options.

Those that are not of Python or Node are tried by `tests/public/validators/try_validators`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.node import MODULES, needs_node

from junction_webhooks import contract
from junction_webhooks.vendoring import vendor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from junction_webhooks.contract import Draft, Profile

VALIDATORS = Path(__file__).parent / "validators"
PAYLOADS = 600


@pytest.fixture(scope="module", params=["tolerant", pytest.param("strict", marks=pytest.mark.exhaustive)])
def profile(request: pytest.FixtureRequest) -> Profile:
    """Each profile."""
    found: Profile = request.param
    return found


@pytest.fixture(scope="module", params=contract.DRAFTS)
def draft(request: pytest.FixtureRequest) -> Draft:
    """Each draft."""
    found: Draft = request.param
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, profile: Profile, draft: Draft) -> Path:
    """A vendored folder."""
    found = tmp_path_factory.mktemp("vendored") / "contract"
    vendor(found, profile=profile, draft=draft, what=["schemas", "fixtures"])
    return found


def said(command: Sequence[str | Path]) -> str:
    """What a program says of a folder. It exits with 1 if a verdict differs."""
    done = subprocess.run(command, cwd=MODULES.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def count(summary: str) -> int:
    """How many payloads a program validated."""
    return int(summary.partition(": ")[2].partition(" ")[0])


@needs_node
@pytest.mark.parametrize(
    "name",
    [
        "ajv",
        *(
            pytest.param(each, marks=pytest.mark.exhaustive)
            for each in ("ajv-formats", "cfworker", "hyperjump")
        ),
    ],
)
def test_validators_of_node(name: str, folder: Path) -> None:
    """Each validator of Node gives the documented verdicts, in either profile and draft."""
    assert count(said(["node", VALIDATORS / "validate.mjs", name, folder])) > PAYLOADS


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["jsonschema", "jsonschema-rs"])
def test_validators_of_python(name: str, folder: Path) -> None:
    """Each validator of Python gives the documented verdicts, in either profile and draft."""
    assert count(said([sys.executable, VALIDATORS / "validate.py", name, folder])) > PAYLOADS


def test_another_verdict_is_noticed(tmp_path: Path) -> None:
    """With a schema that accepts everything, the program says which payloads it should refuse."""
    vendor(tmp_path, what=["schemas", "fixtures"])
    (tmp_path / "schemas/labtest.order.updated.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, VALIDATORS / "validate.py", "jsonschema-rs", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "not as expected: fixtures/invalid/labtest.order.updated/" in done.stdout

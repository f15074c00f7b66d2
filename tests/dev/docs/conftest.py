"""The site, built once for all tests of the docs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.metadata import packages_distributions, requires
from typing import TYPE_CHECKING, Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from junction_webhooks.contract import _files as _data

if TYPE_CHECKING:
    from pathlib import Path


BUILD: Final = """
import sys
*absent, config, target = sys.argv[1:]
sys.modules.update(dict.fromkeys(absent))
from mkdocs.__main__ import cli
cli(["build", "--strict", "-f", config, "-d", target])
"""


def wanted(*extras: str) -> set[str]:
    """The distributions that the extras ask for."""
    asked = map(Requirement, requires("junction-webhooks") or ())
    return {
        each.name
        for each in asked
        if each.marker and any(each.marker.evaluate({"extra": it}) for it in extras)
    }


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once for all workers as it is published, with the extra `docs` and no other."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    target, done = shared / "site", shared / "site.done"
    try:
        (shared / "site.begun").mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 60
        while not done.exists():
            assert time.monotonic() < deadline, "another worker does not get done with the site"
            time.sleep(0.05)
        return target
    # MkDocs itself needs PyYAML.
    others = wanted("cli", "fast", "test") - wanted("docs") - {"pyyaml"}
    absent = [
        module
        for module, owners in packages_distributions().items()
        if others & {*map(canonicalize_name, owners)}
    ]
    assert absent
    root = _data.checkout()
    assert root is not None
    command: list[Any] = [sys.executable, "-c", BUILD, *absent, root / "mkdocs.yml", target]
    built = subprocess.run(
        command,
        cwd=shared,  # the build must work from any folder
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    done.touch()
    return target

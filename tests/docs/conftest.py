"""The site, built once for all tests of the docs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from junction_webhooks import _data

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as it is published."""
    target = tmp_path_factory.mktemp("site")
    command: list[Any] = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", target]
    built = subprocess.run(
        command,
        cwd=_data.checkout(),
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return target

"""The Django handler in `docs/examples/`, whose tests need a process of their own for pytest-django."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from junction_webhooks.contract import _files as _data

ROOT = _data.checkout()
assert ROOT is not None


@pytest.mark.parametrize(
    "which", ["not exhaustive", pytest.param("exhaustive", marks=pytest.mark.exhaustive)]
)
def test_with_pytest_django(which: str) -> None:
    """All tests of the handler pass. Assertions stay plain: to rewrite those of every plugin takes two seconds."""
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "django", "--ds", "django_handler.tests.settings",
            "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:hypothesispytest", "--assert=plain", "-m", which, "docs/examples/django_handler/tests",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout

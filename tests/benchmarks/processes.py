"""Child processes of the benchmarks."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
SDKS: Final = {"vital": "vital", "junction": "junction-api-sdk"}
"""The distribution of each SDK's package."""


def installed_sdks() -> list[str]:
    """Return the packages of the SDKs that are installed."""
    return [package for package in SDKS if find_spec(package)]


def child(
    script: str, *arguments: str, given: bytes, quiet: bool = True, env: Mapping[str, str] | None = None
) -> bytes:
    """Return what a script of this folder writes to standard output.

    `quiet` turns off the warnings that the SDKs' imports cause. That costs an import.
    """
    options = ("-W", "ignore") if quiet else ()
    command = [sys.executable, *options, str(HERE / script), *arguments]
    return subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE, env=env).stdout

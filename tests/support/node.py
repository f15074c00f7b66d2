"""What tests need of Node, and the reason for which they are skipped without it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import pytest

MODULES: Final = Path(__file__).parent.parent / "node_modules"
needs_node = pytest.mark.skipif(
    not (shutil.which("node") and MODULES.is_dir()), reason="needs Node 20 with npm, and then: make node"
)

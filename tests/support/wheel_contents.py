"""Compare the files in a wheel with what may be in it: `python wheel_contents.py WHEEL`."""

from __future__ import annotations

import re
import sys
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_DATA: Final = r"junction_webhooks/_data"
ALLOWED: Final = (
    r"junction_webhooks/(?!_data/)(?:[a-z_]+/)*[a-z_]+\.py",
    r"junction_webhooks/__pyinstaller/hook-junction_webhooks\.py",
    r"junction_webhooks/py\.typed",
    rf"{_DATA}/LICENSE",
    rf"{_DATA}/schemas/VERSION",
    rf"{_DATA}/schemas/[a-z_]+\.json",
    rf"{_DATA}/schemas/(?:events|lifecycles|objects|values)/[a-z_.]+\.json",
    rf"{_DATA}/fixtures/(?:index|rules)\.json",
    rf"{_DATA}/fixtures/(?:valid|invalid)/[a-z_.]+/\w+\.json",
    rf"{_DATA}/fixtures/scenarios/(?:bases/)?\w+\.json",
    rf"{_DATA}/bundles/(?:draft-07/)?(?:strict|tolerant)/[a-z_.]+\.json",
    rf"{_DATA}/expectations/fixtures\.json",
    rf"{_DATA}/documents/(?:strict|tolerant)/(?:asyncapi|openapi)\.json",
    rf"{_DATA}/releases/(?:changes|index|[0-9.]+)\.json(?:\.xz)?",
    rf"{_DATA}/types/(?:strict|tolerant)/junction-webhooks\.ts",
    r"junction_webhooks_models/[a-z_]+\.py",
    r"junction_webhooks_models/py\.typed",
)
"""Patterns of paths. A new kind of file in the wheel needs an entry here."""
METADATA: Final = (
    r"junction_webhooks-[0-9.]+\.dist-info/(?:METADATA|RECORD|WHEEL|entry_points\.txt|licenses/LICENSE)",
)
"""What every wheel has besides."""


def mistakes(names: Collection[str], allowed: Collection[str]) -> Iterator[str]:
    """Yield each path that no pattern allows, and each pattern that no path matches."""
    for name in sorted(names):
        if not any(re.fullmatch(pattern, name) for pattern in allowed):
            yield f"not allowed in the wheel: {name}"
    for pattern in allowed:
        if not any(re.fullmatch(pattern, name) for name in names):
            yield f"missing from the wheel: {pattern}"


def main() -> int:
    """Print what is wrong with the wheel; return 1 if anything is."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        names = wheel.namelist()
    found = [*mistakes(names, (*ALLOWED, *METADATA))]
    sys.stdout.write("\n".join(found or [f"the wheel contains what it may: {len(names)} files"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

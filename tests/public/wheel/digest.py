"""Print a hash of everything the package reads from its data, as JSON.

A checkout and an installed wheel find their data in different ways, and must print the same.
"""

from __future__ import annotations

import hashlib
import json
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal

from junction_webhooks import contract, fixtures, vendoring
from junction_webhooks.contract import _files

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDERS: Final[tuple[Literal["fixtures", "schemas"], ...]] = ("fixtures", "schemas")


def contents() -> Iterator[tuple[str, object]]:
    """Yield what is read, by a name."""
    yield "version", contract.version()
    yield "schemas", contract.schemas()
    yield "meta-schemas", [contract.meta_schema(), contract.lifecycle_schema()]
    yield "lifecycles", [contract.lifecycle(name) for name in contract.LIFECYCLES]
    for profile, name, draft in product(contract.PROFILES, contract.BUNDLE_NAMES, contract.DRAFTS):
        yield f"bundle {profile} {name} {draft}", contract.bundle(profile, name, draft=draft)
    for fixture in fixtures.valid():
        yield f"fixture {fixture.name}", [fixture.title, fixture.about, fixture.raw.decode()]
    for scenario in fixtures.scenarios():
        yield f"scenario {scenario.name}", [each.raw.decode() for each in scenario.deliveries]
    for root in (Path(str(_files.folder(each))) for each in _FOLDERS):
        for path in sorted(root.rglob("*.json")):
            yield f"file {path.relative_to(root.parent).as_posix()}", path.read_text("utf-8")
    with TemporaryDirectory() as folder:
        vendoring.vendor(Path(folder), what=("schemas", "types", "documents"))
        for path in sorted(Path(folder).rglob("*.*")):
            yield f"vendored {path.relative_to(folder).as_posix()}", path.read_text("utf-8")


def main() -> None:
    """Print the hashes."""
    digests = {name: hashlib.sha256(json.dumps(content).encode()).hexdigest() for name, content in contents()}
    sys.stdout.write(json.dumps(digests, indent=1) + "\n")


if __name__ == "__main__":
    main()

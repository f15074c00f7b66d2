"""`manifest.json`: the version of the contract, and what each generated file is.

Programs pick files by it, so the vocabulary is fixed: `kind` is one of the values of `KINDS`; a file that has
only one `profile`, `draft` or `event` (an event type, or `events` for all) names it.
"""

from __future__ import annotations

import hashlib
from itertools import product
from typing import TYPE_CHECKING, Final

from junction_webhooks.contract import BUNDLE_NAMES, DRAFTS, PROFILES, bundle_path, version

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH: Final = "manifest.json"
KINDS: Final = {
    "browser": "validators",
    "bundles": "bundle",
    "diagrams": "diagram",
    "documents": "document",
    "expectations": "expectations",
    "junction_webhooks_models": "models",
    "releases": "releases",
    "types": "types",
}
"""What kind of file each folder of `generated/` contains."""


def manifest(made: Mapping[str, bytes]) -> dict[str, object]:
    """Return the manifest of the files, given by their paths below `generated/`.

    Raises `KeyError` for a file in a folder that `KINDS` lacks.
    """
    return {
        "contract": version(),
        "files": {
            path: _described(path) | {"sha256": hashlib.sha256(content).hexdigest()}
            for path, content in made.items()
        },
    }


def _described(path: str) -> dict[str, str]:
    kind = KINDS[path.split("/", maxsplit=1)[0]]
    if kind in {"diagram", "expectations", "releases", "validators"}:
        # They cover both profiles, or neither.
        return {"kind": kind}
    if kind in {"document", "types"}:
        return {"kind": kind, "profile": path.split("/")[1]}
    if kind != "bundle":
        # Models are for programs that run in production.
        return {"kind": kind, "profile": "tolerant"}
    return {"kind": kind} | _BUNDLES[path]


_BUNDLES: Final = {
    bundle_path(profile, name, draft=draft): {"profile": profile, "draft": draft, "event": name}
    for profile, name, draft in product(PROFILES, BUNDLE_NAMES, DRAFTS)
}

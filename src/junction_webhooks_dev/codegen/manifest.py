"""`manifest.json`: which version of the contract this is, and what each generated file is.

A fixed vocabulary, for programs that pick files: `kind` is one of `KINDS`; `profile`, `draft` and `event`
(an event type, or `events` for all) stand where the file has one of its own.
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
    "junction_webhooks_models": "models",
    "releases": "releases",
    "types": "types",
}
"""The folder of a generated file, and what kind of file lies there."""


def manifest(made: Mapping[str, bytes]) -> dict[str, object]:
    """What is said of the files, by their paths below `generated/`.

    Raises `KeyError` for a file whose kind has no name yet.
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
    if kind in {"diagram", "releases", "validators"}:
        # They show both profiles, or neither.
        return {"kind": kind}
    if kind != "bundle":
        # Code and documents are read by programs that run in production.
        return {"kind": kind, "profile": "tolerant"}
    return {"kind": kind} | _BUNDLES[path]


_BUNDLES: Final = {
    bundle_path(profile, name, draft=draft): {"profile": profile, "draft": draft, "event": name}
    for profile, name, draft in product(PROFILES, BUNDLE_NAMES, DRAFTS)
}

"""The bundles of every released version, as they were published. They never change.

A release is a file of about 13 kB, `generated/releases/VERSION.json.xz`, with the bundles of both profiles by
path. Each has its version in the `$id` instead of `v0`. Git tags contain the same, but a wheel has no tags.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract
from junction_webhooks.contract import _files as _data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from junction_webhooks.contract import Schema

_FOLDER: Final = "releases"
_DEPTH: Final = 2
_SUFFIX: Final = ".json.xz"
INDEX: Final = f"{_FOLDER}/index.json"
"""The path below `generated/` of the list of releases, with the SHA-256 hash of each file."""
_WORKING: Final = contract.BASE_URI.rstrip("/").rpartition("/")[2]


def versions() -> tuple[str, ...]:
    """Return all released versions, oldest first."""
    folder = _data.generated(_FOLDER)
    files = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    names = (name.removesuffix(_SUFFIX) for name in files if name.endswith(_SUFFIX))
    return tuple(sorted(names, key=numbers))


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers, for comparison."""
    return tuple(int(part) for part in version.split("."))


def find(version: str) -> Mapping[str, Schema] | None:
    """Return the bundles of a released version by `profile/name`, or None if there is no such release."""
    file = _data.generated(path_of(version))
    return unpacked(file.read_bytes()) if file.is_file() else None


def is_released(version: str) -> bool:
    """Return whether the bundles of that version were published."""
    return _data.generated(path_of(version)).is_file()


def told(words: str) -> str:
    """Return the text about this package's version, with a note if the version is not released yet."""
    return words if is_released(contract.version()) else f"{words}, not released yet"


def path_of(version: str) -> str:
    """Return the path of a release's file below `generated/`. It may not exist."""
    return f"{_FOLDER}/{version}{_SUFFIX}"


def is_release(path: Path) -> bool:
    """Return whether a file below `generated/` is a release, which `make build` never changes."""
    return path.parent.name == _FOLDER and path.name.endswith(_SUFFIX)


def index() -> Iterator[tuple[str, bytes]]:
    """Yield the path below `generated/` and the content of the list of releases, with their hashes."""
    listed = {
        version: {"sha256": hashlib.sha256(_data.generated(path_of(version)).read_bytes()).hexdigest()}
        for version in versions()
    }
    yield INDEX, (json.dumps(listed, indent=2) + "\n").encode()


def packed(version: str, bundles: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the file of a release, made from generated bundles by their path below `generated/`."""
    published: dict[str, Schema] = {}
    for path, content in bundles:
        if path.count("/") > _DEPTH:
            continue  # bundles for the other draft are derived from these
        schema: Schema = json.loads(content)
        schema["$id"] = schema["$id"].replace(f"/{_WORKING}/", f"/{version}/", 1)
        published["/".join(path.removesuffix(".json").split("/")[-2:])] = schema
    return lzma.compress(json.dumps(published, ensure_ascii=False, separators=(",", ":")).encode(), preset=9)


def unpacked(packed: bytes) -> Mapping[str, Schema]:
    """Return the bundles in a release's file."""
    bundles: Mapping[str, Schema] = json.loads(lzma.decompress(packed))
    return bundles

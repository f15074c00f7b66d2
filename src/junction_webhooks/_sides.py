"""Finding the two sides of a comparison: files, folders, released versions and git revisions."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import _data, _releases
from junction_webhooks._reading import UnreadableError, read
from junction_webhooks.contract import ALL_EVENTS, EVENT_TYPES, PROFILES, bundle, version
from junction_webhooks.vendoring import LOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import Schema

_BUNDLES: Final = "generated/bundles"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OTHER_DRAFT: Final = "draft-07"
_VERSION: Final = re.compile(r"v?([0-9]+[.][0-9]+[.][0-9]+)")


class SideError(ValueError):
    """What was named cannot be compared. The message names it and says what to do."""


def both(old: str, new: str) -> tuple[Mapping[str, Schema], Mapping[str, Schema]]:
    """The schemas of two sides, in the profiles that both have. Raises `SideError`."""
    sides = load(old), load(new)
    if sides[0].keys() != sides[1].keys() and "" in {*sides[0], *sides[1]}:
        message = (
            f"{old} and {new}: one is a single file and the other is not: give two files, or two folders"
        )
        raise SideError(message)
    shared = {_profile(name) for name in sides[0]} & {_profile(name) for name in sides[1]}
    if not shared:
        message = f"{old} and {new}: they have no profile in common"
        raise SideError(message)
    first, second = ({name: side[name] for name in side if _profile(name) in shared} for side in sides)
    return first, second


def _profile(name: str) -> str | None:
    profile = name.partition("/")[0]
    return profile if profile in PROFILES else None


def load(name: str) -> Mapping[str, Schema]:
    """The schemas of a side, each under its name; one file alone is under the name "".

    A path that exists is a file or a folder; else a version is a released one, or the one here; else
    it is a git revision of the checkout in the working directory. Raises `SideError`.
    """
    path = Path(name)
    try:
        if path.is_dir():
            return _folder(path)
        if path.exists():
            return {"": _parsed(path.read_bytes(), name)}
    except OSError as error:
        message = f"{name}: cannot be read: {(error.strerror or str(error)).lower()}"
        raise SideError(message) from None
    if match := _VERSION.fullmatch(name):
        released = _releases.find(match[1])
        if released is not None:
            return _chosen(released)
        if match[1] == version():
            return installed()
    return _revision(name)


def installed() -> Mapping[str, Schema]:
    """The bundles of this package; in a checkout, those that its schemas give."""
    if _data.checkout() is None:
        return {f"{profile}/{name}": bundle(profile, name) for profile in PROFILES for name in EVENT_TYPES}
    from junction_webhooks.build import bundles  # noqa: PLC0415  (only a checkout can build)

    return _chosen({path: _parsed(content, path) for path, content in bundles.files()})


def _folder(folder: Path) -> Mapping[str, Schema]:
    if _data.checkout() == folder.resolve() or (_data.checkout() or folder) / "schemas" == folder.resolve():
        return installed()
    for inside in (folder / _BUNDLES, folder / "bundles"):
        if inside.is_dir():
            folder = inside
            break
    files = sorted(file for file in folder.rglob("*.json") if file.is_file())
    found = {file.relative_to(folder).as_posix(): _json(file.read_bytes(), str(file)) for file in files}
    schemas = {path: value for path, value in found.items() if isinstance(value, dict) and "$schema" in value}
    if (profile := _vendored_profile(found.get(LOCK))) is not None:
        # Those for another draft say the same in keywords that both drafts have.
        schemas = {
            f"{profile}/{path.rpartition('/')[2]}": schema | {"$schema": _DIALECT}
            for path, schema in schemas.items()
        }
    if not schemas:
        message = f"{folder}: no JSON Schema (with its $schema) in this folder or below"
        raise SideError(message)
    return _chosen(schemas)


def _vendored_profile(lock: Any) -> str | None:
    """The profile of a vendored folder, which only its lock file tells."""
    match lock:
        case {"options": {"profile": str(profile)}}:
            return profile
    return None


def _named(path: str) -> str:
    """The name of a bundle by its path: profile and event, or the whole path where it has no profile."""
    parts = path.removesuffix(".json").split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 and parts[-2] in PROFILES else "/".join(parts)


def _chosen(found: Mapping[str, Schema]) -> Mapping[str, Schema]:
    """The bundles of events by name, given all by path.

    The bundle of all events, and those for another draft, tell nothing more where these are.
    """
    newest = {path: schema for path, schema in found.items() if _OTHER_DRAFT not in path.split("/")} or found
    named = {_named(path): schema for path, schema in newest.items()}
    single = {name: schema for name, schema in named.items() if name.rpartition("/")[2] != ALL_EVENTS}
    return single or named


def _json(content: bytes, where: str) -> Any:
    try:
        return read(content)
    except UnreadableError as error:
        message = f"{where}: {error}"
        raise SideError(message) from None


def _parsed(content: bytes, where: str) -> Any:
    parsed = _json(content, where)
    if not isinstance(parsed, (dict, bool)):
        message = f"{where}: is no JSON Schema: it is neither an object nor true or false"
        raise SideError(message)
    return parsed


def _revision(name: str) -> Mapping[str, Schema]:
    tree = f"{name}^{{commit}}"
    listed = _git("ls-tree", "-r", "-z", "--full-tree", "--name-only", "--end-of-options", tree, _BUNDLES)
    if listed is None:
        known = ", ".join(_releases.versions()) or "none yet"
        message = (
            f"{name}: it is no file or folder, no released version ({known}), and no git revision of a "
            "checkout in the working directory"
        )
        raise SideError(message)
    paths = [path for path in listed.decode().split("\0") if path.endswith(".json")]
    if not paths:
        message = f"{name}: this revision has no {_BUNDLES}"
        raise SideError(message)
    found = {path: _parsed(_git("show", f"{name}:{path}") or b"", f"{name}:{path}") for path in paths}
    return _chosen(found)


def _git(*arguments: str) -> bytes | None:
    """What git says; None when it refuses, or is not there."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607  (the user's git)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None

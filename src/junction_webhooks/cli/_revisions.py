"""Reading the revisions to compare: files, folders, released versions and git revisions."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks._jsonschema import guard
from junction_webhooks._jsonschema.engines import check_schema, looks_like_a_schema
from junction_webhooks._similar import did_you_mean
from junction_webhooks.contract import ALL_EVENTS, EVENT_TYPES, PROFILES, bundle, version
from junction_webhooks.contract import _files as _data
from junction_webhooks.contract import releases as _releases
from junction_webhooks.vendoring import LOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from junction_webhooks.contract import Schema

INSTALLED: Final = "installed"
"""The name of the schemas of this package, whatever their version is."""
_BUNDLES: Final = "generated/bundles"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DIALECTS: Final = re.compile("https?://json-schema[.]org/")
_OTHER_DRAFT: Final = "draft-07"
_VERSION: Final = re.compile(r"v?([0-9]+[.][0-9]+[.][0-9]+)")
_NO_SCHEMA: Final = (
    "not a checkout of junction-webhooks, nor a folder that `vendor` wrote, nor one with JSON Schemas "
    "(with their $schema)"
)
_NO_KEYWORD: Final = (
    "not a JSON Schema: it has none of the keywords, such as type or properties; "
    "`junction-webhooks validate` checks payloads"
)
_NO_REVISION: Final = ("Not a valid object name", "ambiguous argument", "unknown revision", "bad revision")
"""What git says of a name that it does not know."""
_SHALLOW: Final = (
    "; this clone is shallow and has only the newest commits: run `git fetch --unshallow`, or set "
    "`fetch-depth: 0` for actions/checkout"
)
_HELP: Final = "see `junction-webhooks diff --help`"


class RevisionError(ValueError):
    """A revision cannot be read or compared. The message names it and says what to do."""


class Revision(NamedTuple):
    """The schemas of one revision."""

    schemas: Mapping[str, Schema]
    """By name, such as `strict/labtest.order.created`; a single file has the name ""."""
    description: str
    """What was read, in words."""


def load_both(old: str, new: str | None) -> tuple[Revision, Revision]:
    """Two revisions, in the profiles that both have. Without `new`, the second one is `installed`.

    Raises `RevisionError`.
    """
    revisions = load(old), load(new or INSTALLED)
    names = [revision.schemas.keys() for revision in revisions]
    if names[0] != names[1] and "" in names[0] | names[1]:
        if new is None:
            message = (
                f"{old}: is a single file, and without NEW it would be compared with all schemas of this "
                "package: name two files"
            )
            raise RevisionError(message)
        message = (
            f"{old} and {new}: one is a single file and the other is not: give two files, or two folders"
        )
        raise RevisionError(message)
    shared = {_profile(name) for name in names[0]} & {_profile(name) for name in names[1]}
    if not shared:
        message = f"{old} and {new or INSTALLED}: they have no profile in common: compare strict with strict"
        raise RevisionError(message)
    first, second = (
        revision._replace(
            schemas={name: schema for name, schema in revision.schemas.items() if _profile(name) in shared}
        )
        for revision in revisions
    )
    return first, second


def check(name: str, revision: Revision) -> None:
    """Raise `RevisionError` if a schema of a revision is none, or refers to something outside itself."""
    for path, schema in revision.schemas.items():
        try:
            guard.check_references(schema)
            check_schema(schema)
        except guard.ExternalReferenceError as error:
            why = str(error)
        except ValueError as error:
            why = f"it is not a JSON Schema: {str(error).partition(chr(10))[0]}"
        else:
            continue
        message = f"{name}: {path}: {why}" if path else f"{name}: {why}"
        raise RevisionError(message)


def _profile(name: str) -> str | None:
    profile = name.partition("/")[0]
    return profile if profile in PROFILES else None


def load(name: str) -> Revision:
    """The revision that a name refers to: a path, a version or a git revision, tried in this order.

    A path is a file or a folder. `installed` is what this package has. A version is a released one, or
    the one of this package. A git revision is looked up in the repository of the working directory. Raises
    `RevisionError`.
    """
    path = Path(name)
    try:
        if path.is_dir():
            return _folder(path)
        if path.exists():
            return Revision({"": _parsed(path.read_bytes(), name)}, f"the file {name}")
    except OSError as error:
        message = f"{name}: cannot be read: {(error.strerror or str(error)).lower()}"
        raise RevisionError(message) from None
    if name == INSTALLED:
        return _here()
    if match := _VERSION.fullmatch(name):
        released = _releases.find(match[1])
        if released is not None:
            return Revision(_chosen(released), f"release {match[1]}")
        if match[1] == version():
            here = _here()
            return here._replace(description=f"{match[1]}, which is not released: {here.description}")
    return _revision(name)


def _here() -> Revision:
    return Revision(installed(), f"the schemas of this {'checkout' if _data.checkout() else 'package'}")


def installed() -> Mapping[str, Schema]:
    """The bundles of this package by name. In a checkout, they are built from its schemas."""
    if _data.checkout() is None:
        return {f"{profile}/{name}": bundle(profile, name) for profile in PROFILES for name in EVENT_TYPES}
    from junction_webhooks.contract import bundler as bundles  # noqa: PLC0415  (only a checkout can build)

    return _chosen({path: _parsed(content, path) for path, content in bundles.files()})


def _folder(folder: Path) -> Revision:
    if _data.checkout() == folder.resolve() or (_data.checkout() or folder) / "schemas" == folder.resolve():
        return _here()
    if (folder / LOCK).is_file():
        return _vendored(folder)
    inside = next((each for each in (folder / _BUNDLES, folder / "bundles") if each.is_dir()), folder)
    # No deeper: a folder named by mistake may contain a whole disk.
    files = [file for way in ("", *PROFILES) for file in sorted((inside / way).glob("*.json"))]
    schemas: dict[str, Any] = {}
    unreadable: RevisionError | None = None
    for file in files:
        try:
            value = _json(file.read_bytes(), str(file))
        except RevisionError as error:
            unreadable = unreadable or error
            continue
        if _is_schema(value):
            schemas[file.relative_to(inside).as_posix()] = value
    if not schemas:
        # Nothing says that a file which cannot be read here was meant to be a schema.
        message = f"{folder}: {_NO_SCHEMA}; {_HELP}"
        raise RevisionError(message)
    if unreadable:
        raise unreadable
    return Revision(_chosen(schemas), f"the schemas in {inside}")


def _vendored(folder: Path) -> Revision:
    match _json((folder / LOCK).read_bytes(), str(folder / LOCK)):
        case {
            "contract": str(contract),
            "options": {"profile": "strict" | "tolerant" as profile},
            "files": dict(locked),
        }:
            pass
        case _:
            message = (
                f"{folder / LOCK}: not a lock file: restore it, or run `vendor` again in an empty folder"
            )
            raise RevisionError(message)
    files = [file for file in (folder / "schemas").glob("*.json") if f"schemas/{file.name}" in locked]
    found = {f"{profile}/{file.name}": _parsed(file.read_bytes(), str(file)) for file in sorted(files)}
    # Schemas for draft-07 use only keywords that both drafts have.
    schemas = {path: value | {"$schema": _DIALECT} for path, value in found.items() if _is_schema(value)}
    if not schemas:
        message = f"{folder}: no schemas were vendored here, or they are gone: run `junction-webhooks vendor`"
        raise RevisionError(message)
    return Revision(
        _chosen(schemas), f"what was vendored in {folder} (version {contract}, {profile} profile)"
    )


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict) and _DIALECTS.match(str(value.get("$schema"))) is not None


def _named(path: str) -> str:
    """The name of a bundle from its path: profile and event type, or the whole path without a profile."""
    parts = path.removesuffix(".json").split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 and parts[-2] in PROFILES else "/".join(parts)


def _chosen(found: Mapping[str, Schema]) -> Mapping[str, Schema]:
    """The bundles of single event types by name, given all bundles by path.

    Other bundles, for all events or for draft-07, say the same and are used only if there is nothing else.
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
        raise RevisionError(message) from None


def _parsed(content: bytes, where: str) -> Any:
    parsed = _json(content, where)
    if not isinstance(parsed, (dict, bool)):
        message = f"{where}: not a JSON Schema: it is neither an object nor true or false"
        raise RevisionError(message)
    if not looks_like_a_schema(parsed):
        message = f"{where}: {_NO_KEYWORD}"
        raise RevisionError(message)
    return parsed


def _revision(name: str) -> Revision:
    tree = f"{name}^{{commit}}"
    try:
        listed = _git("ls-tree", "-r", "-z", "--full-tree", "--name-only", "--end-of-options", tree, _BUNDLES)
    except _GitError as error:
        released = _releases.versions()
        near = did_you_mean(name, (INSTALLED, version(), *released)) or _HELP
        message = (
            f"{name}: no such file, folder, released version or git revision "
            f"(released: {', '.join(released) or 'none yet'}){error.hint}; {near}"
        )
        raise RevisionError(message) from None
    paths = [path for path in listed.decode().split("\0") if path.endswith(".json")]
    if not paths:
        message = (
            f"{name}: this git revision is none of junction-webhooks: "
            "run `diff` in a checkout of it, or name a file, a folder or a version"
        )
        raise RevisionError(message)
    found = {path: _parsed(_shown(name, path), f"{name}:{path}") for path in paths}
    return Revision(_chosen(found), f"git revision {name}")


def _shown(revision: str, path: str) -> bytes:
    try:
        return _git("show", f"{revision}:{path}")
    except _GitError as error:
        message = f"{revision}:{path}: cannot be read{error.hint}"
        raise RevisionError(message) from None


class _GitError(Exception):
    """git did not answer."""

    def __init__(self, hint: str) -> None:
        self.hint = hint
        """Why, if it is not just that there is no such revision; begins with punctuation."""
        super().__init__(hint)


def _git(*arguments: str) -> bytes:
    """The output of git. Raises `_GitError`."""
    # Untranslated messages.
    environment = os.environ | {"LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607  (the user's git)
            capture_output=True,
            check=False,
            env=environment,
        )
    except OSError as error:
        why = (
            "git is not installed" if isinstance(error, FileNotFoundError) else f"git does not start: {error}"
        )
        hint = f"; {why}"
        raise _GitError(hint) from None
    if done.returncode == 0:
        return done.stdout
    raise _GitError(_refusal(done.stderr.decode(errors="replace")))


def _refusal(complaint: str) -> str:
    """Why git fails, if it is not just that there is no such revision."""
    if any(words in complaint for words in _NO_REVISION):
        return _SHALLOW if _is_shallow() else ""
    if "not a git repository" in complaint:
        return "; the working directory is in no git repository"
    first = next((line for line in complaint.splitlines() if line.strip()), "no message")
    return f"; git refused: {first.removeprefix('fatal: ')}"


def _is_shallow() -> bool:
    done = subprocess.run(
        ["git", "rev-parse", "--is-shallow-repository"],  # noqa: S607  (the user's git)
        capture_output=True,
        check=False,
    )
    return done.stdout.strip() == b"true"

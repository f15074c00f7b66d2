"""Copies of the contract in other repositories: `vendor` writes and updates one, `check` checks it.

A vendored folder has a lock file with the version of the contract, the options and the sha256 of each file.
So an update knows which files it wrote, and never touches others. It needs only the folder and this package.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from junction_webhooks import compatibility, contract
from junction_webhooks.contract import releases as _releases
from junction_webhooks.vendoring import _transaction
from junction_webhooks.vendoring._files import README, files
from junction_webhooks.vendoring._options import WHAT, Options, What, differing, option_changes
from junction_webhooks.vendoring._transaction import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from junction_webhooks.compatibility import Change
    from junction_webhooks.contract import Draft, Profile

__all__ = ["LOCK", "WHAT", "Finding", "Options", "Update", "VendorError", "What", "check", "vendor"]

LOCK: Final = "junction-webhooks.lock.json"
"""The name of the lock file in a vendored folder."""
State: TypeAlias = Literal["edited", "in the way", "missing", "behind", "ahead", "interrupted"]
_ABOUT: Final = (
    "Written by `junction-webhooks vendor`, which also updates it. Do not edit it or the files that it lists."
)
_BASE_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/@!$&'()*+,;=%-]+")
_EDITED: Final = "it was edited since `vendor` wrote it, by hand or by a formatter"
_EVENT: Final = re.compile(rf"schemas/(?!{contract.ALL_EVENTS}[.])([^/]+)[.]json")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class VendorError(Exception):
    """Nothing was written. The message has one line per path, with what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Update:
    """What `vendor` did."""

    written: tuple[str, ...]
    deleted: tuple[str, ...]
    old_version: str | None
    """The version of the contract before, or None the first time."""
    old_options: Options | None
    """The options before, or None the first time."""
    options: Options
    changes: tuple[Change, ...]
    """What changed in payloads, without proofs; none the first time, or if profile or draft changed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a vendored folder is not as it should be."""

    path: str
    """The file in the folder, or empty for the folder as a whole."""
    state: State
    todo: str


@dataclass(frozen=True, slots=True)
class _Lock:
    version: str
    options: Options
    files: Mapping[str, str]


def vendor(
    destination: Path,
    *,
    profile: Profile | None = None,
    draft: Draft | None = None,
    what: Sequence[What] | None = None,
    base_uri: str | None = None,
    force: bool = False,
) -> Update:
    """Write the contract into a folder, or update a vendored one.

    An option that is None is taken from the lock file, or else is the default. An update is atomic, even if
    the machine stops in the middle: the next call then undoes it first.

    Raises `VendorError` if the folder cannot be written, or if something would be lost: a file that was
    edited by hand, a file in the way that `vendor` did not write, or, unless `force` is true, a newer version
    than the one of this package.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from junction_webhooks import vendoring
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     update = vendoring.vendor(Path(parent, "contract"), profile="strict")
    ...     try:
    ...         vendoring.vendor(Path(parent, "contract/README.md"))
    ...     except vendoring.VendorError:
    ...         print("a folder is needed")
    a folder is needed
    >>> update.written[:2], update.old_version
    (('README.md', 'schemas/labtest.order.created.json'), None)
    """
    _refuse_other_than_folder(destination)
    try:
        _transaction.recover(destination)
        lock = _read_lock(destination)
        if lock and _is_ahead(lock) and not force:
            message = (
                f"{destination}: {_versions(lock)}: upgrade the package, or replace the copy with --force\n"
                "nothing was written"
            )
            raise VendorError(message)
        options = _options(lock, profile=profile, draft=draft, what=what, base_uri=base_uri)
        locked = lock.files if lock else {}
        wanted = _wanted(destination, options, locked)
        _refuse_to_lose(destination, wanted, locked)
        writes = {path: content for path, content in wanted.items() if not _is(destination / path, content)}
        deletes = [path for path in locked if path not in wanted and (destination / path).is_file()]
        changes = _changes(destination, wanted, writes, lock, options)
        lock_text = _lock_text(options, wanted)
        if not _is(destination / LOCK, lock_text):
            writes[LOCK] = lock_text
        if writes or deletes:
            _transaction.change(destination, writes, deletes)
    except OSError as error:
        raise VendorError(_unwritable(destination, error)) from error
    old_version, old_options = (lock.version, lock.options) if lock else (None, None)
    return Update(tuple(writes), tuple(deletes), old_version, old_options, options, changes)


def check(
    destination: Path,
    *,
    profile: Profile | None = None,
    draft: Draft | None = None,
    what: Sequence[What] | None = None,
    base_uri: str | None = None,
) -> list[Finding]:
    """How the folder differs from what `vendor` would write with the same options. Writes nothing.

    Raises `VendorError` if nothing was vendored there or the folder cannot be read.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from junction_webhooks import vendoring
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     update = vendoring.vendor(Path(parent))
    ...     Path(parent, "schemas/events.json").unlink()
    ...     [(finding.path, finding.state) for finding in vendoring.check(Path(parent))]
    [('schemas/events.json', 'missing')]
    """
    _refuse_other_than_folder(destination)
    try:
        lock = _read_lock(destination)
        if lock is None and not _transaction.unfinished(destination):
            message = (
                f"{destination}: nothing was vendored here: {LOCK} is missing; run `{_command(destination)}`"
            )
            raise VendorError(message)
        options = _options(lock, profile=profile, draft=draft, what=what, base_uri=base_uri)
        return list(_findings(destination, lock, options))
    except OSError as error:
        message = f"{error.filename or destination}: cannot be read: {_reason(error)}"
        raise VendorError(message) from error


def _findings(destination: Path, lock: _Lock | None, options: Options) -> Iterator[Finding]:
    update = f"run `{_command(destination, lock, options)}`"
    if lock is None or _transaction.unfinished(destination):
        yield Finding(
            _transaction.JOURNAL, "interrupted", f"an update was interrupted: {update} to start over"
        )
    if lock is None:
        return
    if _is_ahead(lock):
        yield from _findings_ahead(destination, lock)
        return
    todo: Mapping[State, str] = {
        "edited": f"{_EDITED}: restore it, or delete it and {update}",
        "in the way": f"it was not written by `vendor`: move it elsewhere and {update}",
        "missing": update,
    }
    wanted = _wanted(destination, options, lock.files)
    states: dict[str, State | None] = {
        path: _state(destination / path, wanted.get(path), lock.files.get(path))
        for path in sorted(wanted.keys() | lock.files.keys())
    }
    if "behind" in states.values() or not _is(destination / LOCK, _lock_text(options, wanted)):
        yield Finding("", "behind", f"{_why_behind(lock, options)}: {update}")
    for path, state in states.items():
        if state and state in todo:
            yield Finding(path, state, todo[state])


def _findings_ahead(destination: Path, lock: _Lock) -> Iterator[Finding]:
    """Findings by the lock file alone, for a version that is newer than this package."""
    back = f"replace the copy with `{_command(destination)} --force`"
    yield Finding("", "ahead", f"{_versions(lock)}: upgrade the package, or {back}")
    for path, locked in sorted(lock.files.items()):
        if not os.path.lexists(destination / path):
            yield Finding(path, "missing", "restore it")
        elif _digest(destination / path) != locked:
            yield Finding(path, "edited", f"{_EDITED}: restore it")


def _wanted(destination: Path, options: Options, locked: Mapping[str, str]) -> Mapping[str, bytes]:
    """The files to write: all, but not the README if the team has its own."""
    made = files(options)
    own = README not in locked and os.path.lexists(destination / README)
    if own and not _is(destination / README, made[README]):
        return {path: content for path, content in made.items() if path != README}
    return made


def _is_ahead(lock: _Lock) -> bool:
    return _releases.numbers(lock.version) > _releases.numbers(contract.version())


def _versions(lock: _Lock) -> str:
    return f"version {lock.version} of the contract, and this package has {contract.version()}"


def _why_behind(lock: _Lock, options: Options) -> str:
    if lock.version != contract.version():
        return _versions(lock)
    if changed := option_changes(lock.options, options):
        return f"it was vendored with other options ({'; '.join(changed)})"
    return f"it is not what this package has as version {lock.version} of the contract"


def _state(file: Path, wanted: bytes | None, locked: str | None) -> State | None:
    if not os.path.lexists(file):
        return "missing" if wanted is not None and locked else "behind"
    if wanted is not None and _is(file, wanted):
        return None if locked == digest(wanted) else "behind"
    if locked is None:
        return "in the way"
    return "behind" if _digest(file) == locked else "edited"


def _refuse_other_than_folder(destination: Path) -> None:
    there = next(each for each in (destination, *destination.absolute().parents) if os.path.lexists(each))
    if not there.is_dir():
        message = f"{there}: is not a folder: name an existing folder or a new one"
        raise VendorError(message)


def _refuse_to_lose(destination: Path, wanted: Mapping[str, bytes], locked: Mapping[str, str]) -> None:
    errors = []
    for path in sorted(wanted.keys() | locked.keys()):
        file = destination / path
        if path in wanted and _is(file, wanted[path]):
            continue
        link = _link(destination, path)
        if link:
            errors.append(f"{link}: is a symbolic link: remove it, or replace it with what it points to")
        elif os.path.lexists(file) and path not in locked:
            errors.append(f"{file}: is in the way, and was not written by `vendor`: move it elsewhere")
        elif os.path.lexists(file) and _digest(file) != locked[path]:
            errors.append(f"{file}: {_EDITED}: restore it, or delete it and run this again")
    if errors:
        raise VendorError("\n".join([*dict.fromkeys(errors), "nothing was written"]))


def _link(destination: Path, path: str) -> Path | None:
    """The first symbolic link on the path to a file. Its target may belong to someone else."""
    way = [destination / path, *(destination / path).parents]
    below = [each for each in reversed(way) if destination in each.parents]
    return next((each for each in below if each.is_symlink()), None)


def _is(file: Path, content: bytes) -> bool:
    return _digest(file) == digest(content)


def _digest(file: Path) -> str | None:
    return digest(file.read_bytes()) if file.is_file() and not file.is_symlink() else None


def _options(
    lock: _Lock | None,
    *,
    profile: Profile | None,
    draft: Draft | None,
    what: Sequence[What] | None,
    base_uri: str | None,
) -> Options:
    kept = lock.options if lock else Options()
    if base_uri:
        if not _BASE_URI.fullmatch(base_uri):
            message = f"--base-uri {base_uri!r}: expected an absolute URI without query and fragment"
            raise VendorError(message)
        base_uri = base_uri.rstrip("/") + "/"
    return Options(
        profile=profile or kept.profile,
        draft=draft or kept.draft,
        what=tuple(each for each in WHAT if each in what) if what else kept.what,
        base_uri=kept.base_uri if base_uri is None else base_uri,
    )


def _lock_text(options: Options, wanted: Mapping[str, bytes]) -> bytes:
    lock = {
        "about": _ABOUT,
        "contract": contract.version(),
        "options": dataclasses.asdict(options),
        "files": {path: digest(content) for path, content in wanted.items()},
    }
    return (json.dumps(lock, indent=2) + "\n").encode()


def _read_lock(destination: Path) -> _Lock | None:
    file = destination / LOCK
    if not os.path.lexists(file):
        return None
    try:
        written: Any = json.loads(file.read_bytes())
        lock = _Lock(
            written["contract"],
            Options(**written["options"] | {"what": tuple(written["options"]["what"])}),
            dict(written["files"]),
        )
        fine = (
            not file.is_symlink()
            and len(_releases.numbers(lock.version)) == len(_releases.numbers(contract.version()))
            and lock.options.profile in contract.PROFILES
            and lock.options.draft in contract.DRAFTS
            and lock.options.what == tuple(each for each in WHAT if each in lock.options.what)
            and (lock.options.base_uri == "" or _BASE_URI.fullmatch(lock.options.base_uri))
            and all(
                _transaction.is_safe(path) and path.split("/")[0] in {README, *WHAT} for path in lock.files
            )
            and all(_SHA256.fullmatch(sha256) for sha256 in lock.files.values())
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        fine = False
    if not fine:
        message = (
            f"{file}: this version cannot read the lock file: restore it, upgrade the package, "
            "or move the folder away and vendor again"
        )
        raise VendorError(message)
    return lock


def _changes(
    destination: Path,
    wanted: Mapping[str, bytes],
    writes: Collection[str],
    lock: _Lock | None,
    options: Options,
) -> tuple[Change, ...]:
    if lock is None or (lock.options.profile, lock.options.draft) != (options.profile, options.draft):
        return ()
    if "schemas" not in lock.options.what or "schemas" not in options.what:
        return ()
    old, new = {}, {}
    for path in dict.fromkeys((*lock.files, *wanted)):
        match, file = _EVENT.fullmatch(path), destination / path
        is_untouched = path in wanted and path not in writes
        # A file that was deleted by hand cannot be compared.
        is_lost = path in lock.files and not file.is_file()
        if match is None or is_untouched or is_lost:
            continue
        name = f"{options.profile}/{match[1]}"
        if path in lock.files:
            old[name] = json.loads(file.read_bytes())
        if path in wanted:
            new[name] = json.loads(wanted[path])
    # Without proofs, which need an extra.
    changes = compatibility.compare(old, new, prove=False).changes
    return tuple(sorted(changes, key=lambda change: change.path))


def _command(destination: Path, lock: _Lock | None = None, options: Options | None = None) -> str:
    words = ["junction-webhooks", "vendor", str(destination)]
    if lock and options:
        for name, (_, new) in differing(lock.options, options).items():
            words += [f"--{name}", new]
    return shlex.join(words)


def _unwritable(destination: Path, error: OSError) -> str:
    state = "nothing was changed"
    if _transaction.unfinished(destination):
        state = "the update was interrupted: fix the cause and run it again to start over"
    # Of a file that was to be moved, where to is what tells.
    place = error.filename2 or error.filename or destination
    return f"{place}: cannot be written: {_reason(error)}; {state}"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()

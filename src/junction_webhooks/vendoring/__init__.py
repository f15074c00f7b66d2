"""Copies of the contract in other repositories: `vendor` makes and updates one, `check` compares it.

A vendored folder has a lock file, with the version of the contract, the options and the sha256 of each file.
So an update knows which files `vendor` wrote, and touches no others.

A folder in a checkout may contain anything, so nothing in it is trusted. Regardless of what files, links and
lock file it contains, `vendor` writes and deletes only its own files, and only below the folder that you
name. It never follows a symbolic link below the folder, the folder itself, or a link on the way to it from
the working directory or the root of a Git checkout. Links above those are yours, and are followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks import compatibility, contract
from junction_webhooks._json.decode import UnreadableError, read
from junction_webhooks.compatibility import Change
from junction_webhooks.contract import Draft, Profile
from junction_webhooks.vendoring._check import Finding, command, findings, versions
from junction_webhooks.vendoring._damage import refuse_empty_submodule
from junction_webhooks.vendoring._errors import VendorError, reason
from junction_webhooks.vendoring._folder import opened
from junction_webhooks.vendoring._lock import LOCK, choose, digest, lock_text, read_lock
from junction_webhooks.vendoring._options import WHAT, Options, What
from junction_webhooks.vendoring._survey import PROBLEMS, REMEDIES, staging_problem, survey
from junction_webhooks.vendoring._update import STAGING, Steps, carry_out, is_incomplete

if TYPE_CHECKING:
    from collections.abc import Collection

    from junction_webhooks.vendoring._folder import Folder
    from junction_webhooks.vendoring._lock import Lock
    from junction_webhooks.vendoring._survey import Survey

__all__ = ["LOCK", "WHAT", "Finding", "Options", "Update", "VendorError", "What", "check", "vendor"]

_EVENT: Final = re.compile(rf"schemas/(?!{contract.ALL_EVENTS}[.])([^/]+)[.]json")


@dataclass(frozen=True, slots=True)
class Update:
    """What `vendor` did."""

    written: tuple[str, ...]
    deleted: tuple[str, ...]
    old_version: str | None
    """The previous version of the contract, or None the first time."""
    old_options: Options | None
    """The previous options, or None the first time."""
    options: Options
    changes: tuple[Change, ...]
    """What changed in payloads, without proofs; none the first time, or if profile or draft changed."""


def vendor(
    destination: Path,
    *,
    profile: Profile | None = None,
    draft: Draft | None = None,
    what: Sequence[What] | None = None,
    base_uri: str | None = None,
    formats: bool | None = None,
    force: bool = False,
) -> Update:
    """Write the contract into a folder, or update what was vendored there.

    An option that is None is taken from the lock file or, if there is none, is the default. If the disk is
    full, nothing changes. After a crash the next call, with any options, completes the update, and `check`
    reports it until then. Only one process at a time can write to a folder. A second one waits for up to ten
    seconds, then fails.

    Raises `VendorError` if the folder cannot be written, or if something would be lost: a file that was
    edited by hand, a file in the way that `vendor` did not write, or, unless `force` is true, a version newer
    than this package's.

    Examples:
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
        >>> update.written[:3], update.old_version
        (('README.md', 'LICENSE', '.gitattributes'), None)
    """
    try:
        refuse_empty_submodule(destination)
        with opened(destination, to_write=True) as folder:
            lock = read_lock(folder)
            if lock and lock.is_ahead and not force:
                todo = "upgrade the package, or replace the copy with --downgrade"
                message = f"{destination}: {versions(lock)}: {todo}"
                raise _refused([message])
            options = choose(
                lock, profile=profile, draft=draft, what=what, base_uri=base_uri, formats=formats
            )
            surveyed = survey(folder, lock, options)
            _refuse_to_lose(folder, surveyed)
            steps = _steps(folder, surveyed, options)
            changed = _changes(folder, surveyed, steps.writes, lock, options)
            try:
                carry_out(folder, steps)
            except OSError as error:
                raise VendorError(_unwritable(folder, error)) from error
    except OSError as error:
        message = f"{_failed(destination, 'written', error)}; nothing was changed"
        raise VendorError(message) from error
    old_version, old_options = (lock.version, lock.options) if lock else (None, None)
    return Update(tuple(steps.writes), tuple(steps.deletes), old_version, old_options, options, changed)


def check(
    destination: Path,
    *,
    profile: Profile | None = None,
    draft: Draft | None = None,
    what: Sequence[What] | None = None,
    base_uri: str | None = None,
    formats: bool | None = None,
) -> list[Finding]:
    """List why the folder differs from what `vendor` would write with the same options. Writes nothing.

    Raises `VendorError` if nothing was vendored there or the folder cannot be read.

    Examples:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from junction_webhooks import vendoring
        >>> with tempfile.TemporaryDirectory() as parent:
        ...     update = vendoring.vendor(Path(parent))
        ...     Path(parent, "schemas/events.json").unlink()
        ...     [(finding.path, finding.state) for finding in vendoring.check(Path(parent))]
        [('schemas/events.json', 'missing')]
    """
    try:
        refuse_empty_submodule(destination)
        with opened(destination, to_write=False) as folder:
            lock = read_lock(folder)
            if lock is None and not is_incomplete(folder):
                todo = f"run `{command(destination)}`"
                message = f"{destination}: nothing was vendored here: {LOCK} is missing; {todo}"
                raise VendorError(message)
            options = choose(
                lock, profile=profile, draft=draft, what=what, base_uri=base_uri, formats=formats
            )
            return list(findings(folder, lock, options))
    except OSError as error:
        raise VendorError(_failed(destination, "read", error)) from error


def _refuse_to_lose(folder: Folder, surveyed: Survey) -> None:
    problems = [
        f"{folder.path / each.place}: {PROBLEMS[each.content]}: {REMEDIES[each.content]} run this again"
        for each in (*staging_problem(folder), *surveyed.found)
        if each.content in PROBLEMS
    ]
    if problems:
        raise _refused(problems)


def _steps(folder: Folder, surveyed: Survey, options: Options) -> Steps:
    contents = {each.path: each.content for each in surveyed.found}
    writes = {path: text for path, text in surveyed.wanted.items() if contents[path] != "wanted"}
    deletes = [
        path for path in surveyed.digests if path not in surveyed.wanted and contents.get(path) == "ours"
    ]
    text, old = lock_text(options, surveyed.wanted), folder.read(LOCK)
    if old is None or digest(old) != digest(text):
        writes[LOCK] = text
    digests: dict[str, Collection[str]] = dict(surveyed.digests)
    for path, content in surveyed.wanted.items():
        digests[path] = {*digests.get(path, ()), digest(content)}
    return Steps(writes, deletes, digests)


def _changes(
    folder: Folder, surveyed: Survey, writes: Collection[str], lock: Lock | None, options: Options
) -> tuple[Change, ...]:
    """What changes in payloads, if the folder still has the old schemas."""
    if lock is None or (lock.options.profile, lock.options.draft) != (options.profile, options.draft):
        return ()
    if "schemas" not in lock.options.what or "schemas" not in options.what:
        return ()
    old, new = {}, {}
    for path in dict.fromkeys((*lock.files, *surveyed.wanted)):
        match = _EVENT.fullmatch(path)
        is_untouched = path in surveyed.wanted and path not in writes
        before = folder.read(path) if match and path in lock.files else None
        # A file that was deleted by hand cannot be compared.
        is_lost = path in lock.files and before is None
        if match is None or is_untouched or is_lost:
            continue
        name = f"{options.profile}/{match[1]}"
        if before is not None:
            try:
                old[name] = read(before)
            except UnreadableError:
                # The lock file lists this content, but `vendor` never wrote it: there is nothing to compare.
                continue
        if path in surveyed.wanted:
            new[name] = read(surveyed.wanted[path])
    # Without proofs, which need an extra.
    changes = compatibility.compare(old, new, prove=False).changes
    return tuple(sorted(changes, key=lambda change: change.path))


def _refused(problems: Sequence[str]) -> VendorError:
    return VendorError("\n".join([*dict.fromkeys(problems), "nothing was written"]))


def _unwritable(folder: Folder, error: OSError) -> str:
    state = "nothing was changed"
    if is_incomplete(folder):
        state = "the update is incomplete: fix the cause and run this again to complete it"
    return f"{_failed(folder.path, 'written', error)}; {state}"


def _failed(destination: Path, done: str, error: OSError) -> str:
    # Of a file that was to be moved, the path that it was to get says more; one in the staging folder none.
    place = str(error.filename2 or error.filename or destination)
    return f"{destination if STAGING in place else place}: cannot be {done}: {reason(error)}"

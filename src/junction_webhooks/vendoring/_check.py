"""What is wrong with a vendored folder, without changing it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from junction_webhooks import contract
from junction_webhooks.vendoring._damage import damage
from junction_webhooks.vendoring._lock import LOCK, digest, lock_text
from junction_webhooks.vendoring._options import Options, differing, option_changes
from junction_webhooks.vendoring._survey import PROBLEMS, REMEDIES, staging_problem, survey, written
from junction_webhooks.vendoring._update import STAGING, is_incomplete

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from junction_webhooks.vendoring._folder import Folder
    from junction_webhooks.vendoring._lock import Lock
    from junction_webhooks.vendoring._survey import Content, Found, Survey

State: TypeAlias = Literal["edited", "in the way", "missing", "behind", "ahead", "interrupted", "damaged"]
_STATES: Final[Mapping[Content, State]] = {"edited": "edited", "conflict": "damaged", "pointer": "damaged"}
"""The states of files with a problem, by their contents; that of all others is `in the way`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a vendored folder is not as it should be."""

    path: str
    """The file, below the folder; empty for the folder as a whole."""
    state: State
    todo: str
    """What is wrong, unless the state already says so, and what to do."""


def findings(folder: Folder, lock: Lock | None, options: Options) -> Iterator[Finding]:
    """Each reason why a folder differs from what `vendor` would write with these options."""
    update = f"run `{command(folder.path, lock, options)}`"
    blocked = list(staging_problem(folder))
    yield from (_problem(found, update) for found in blocked)
    if is_incomplete(folder) and not blocked:
        yield Finding(STAGING, "interrupted", f"an update was interrupted: {update} to complete it")
    if lock and lock.is_ahead:
        yield from _findings_ahead(folder, lock)
    elif lock:
        yield from _findings(survey(folder, lock, options), folder, lock, options, update)


def _findings(
    surveyed: Survey, folder: Folder, lock: Lock, options: Options, update: str
) -> Iterator[Finding]:
    text = folder.read(LOCK)
    is_behind = text is None or digest(text) != digest(lock_text(options, surveyed.wanted))
    if is_behind or any(each.content == "ours" for each in surveyed.found):
        yield Finding("", "behind", f"{_why_behind(lock, options)}: {update}")
    for each in surveyed.found:
        if each.content in PROBLEMS:
            yield _problem(each, update)
        elif each.content == "nothing" and each.path in surveyed.wanted and each.path in lock.files:
            yield Finding(each.path, "missing", update)


def _problem(found: Found, update: str) -> Finding:
    todo = f"{PROBLEMS[found.content]}: {REMEDIES[found.content]} {update}"
    return Finding(found.place, _STATES.get(found.content, "in the way"), todo)


def _findings_ahead(folder: Folder, lock: Lock) -> Iterator[Finding]:
    """What the lock file alone can show, because this package does not know the files of that version."""
    back = f"replace the copy with `{command(folder.path)} --downgrade`"
    yield Finding("", "ahead", f"{versions(lock)}: upgrade the package, or {back}")
    digests = written(folder, lock)
    for path in sorted(lock.files):
        content = folder.read(path)
        if folder.find(path)[1] is None:
            yield Finding(path, "missing", "restore it")
        elif content is None or digest(content) not in digests[path]:
            found = damage(content or b"")
            what, todo = (found.what, found.todo) if found else (PROBLEMS["edited"], "restore it")
            yield Finding(path, "damaged" if found else "edited", f"{what}: {todo}")


def versions(lock: Lock) -> str:
    """Which version was vendored and which one this package has, in words."""
    return f"version {lock.version} of the contract, and this package has {contract.version()}"


def _why_behind(lock: Lock, options: Options) -> str:
    if lock.version != contract.version():
        return versions(lock)
    if changed := option_changes(lock.options, options):
        return f"it was vendored with other options ({'; '.join(changed)})"
    return f"it differs from what this package has as version {lock.version} of the contract"


def command(destination: Path, lock: Lock | None = None, options: Options | None = None) -> str:
    """The command that updates a folder, with each option that is not the lock file's."""
    words = ["junction-webhooks", "vendor", argument(destination)]
    if lock and options:
        for name, (_, new) in differing(lock.options, options).items():
            words += [f"--{name}", new]
    return shlex.join(words)


def argument(destination: Path) -> str:
    """The folder as an argument of a command: a name with a dash in front would be read as an option."""
    return f"./{destination}" if str(destination).startswith("-") else str(destination)

"""`junction-webhooks vendor`: what was written, what is new for the reader, or what does not hold."""

from __future__ import annotations

import shlex
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks import contract, vendoring
from junction_webhooks._jsonschema.rules import PROPERTY_ADDED, REWORDED
from junction_webhooks.cli._change_line import change_line
from junction_webhooks.cli._terminal import FAILED, complain
from junction_webhooks.cli._verdict_line import Judged, places, verdict_line
from junction_webhooks.contract import releases as _releases
from junction_webhooks.vendoring._options import option_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks.compatibility import Change
    from junction_webhooks.contract import Draft, Profile
    from junction_webhooks.vendoring import Update, What

_MOST_SHOWN: Final = 20
_STRICT: Final = (
    "the strict profile is for tests: in production it refuses what Junction adds; "
    "a folder holds one profile, so vendor each into its own"
)


def run(
    destination: str,
    *,
    profile: Profile | None,
    draft: Draft | None,
    what: str | None,
    base_uri: str | None,
    check: bool,
    force: bool,
) -> int:
    """Vendor, or check what was vendored, and write what was found; returns the exit code."""
    if not destination:
        # A path made of nothing is the working directory, which is not what an unset variable means.
        return complain("DEST is empty: name the folder to write, or . for the working directory")
    folder = Path(destination)
    try:
        parts = None if what is None else _parts(what)
        if check:
            findings = vendoring.check(folder, profile=profile, draft=draft, what=parts, base_uri=base_uri)
            for finding in findings:
                _write(f"{finding.state}: {folder / finding.path}: {finding.todo}")
            if not findings:
                _write(f"{folder} is up to date: {_contract()}")
            return FAILED if findings else 0
        update = vendoring.vendor(
            folder, profile=profile, draft=draft, what=parts, base_uri=base_uri, force=force
        )
    except vendoring.VendorError as error:
        return complain(str(error))
    for line in _told(folder, update):
        _write(line)
    return 0


def _parts(what: str) -> list[What]:
    named = [name.strip() for name in what.split(",") if name.strip()]
    unknown = [name for name in named if name not in vendoring.WHAT]
    if unknown or not named:
        message = f"--what {what!r}: name some of {', '.join(vendoring.WHAT)}, with commas"
        raise vendoring.VendorError(message)
    return [part for part in vendoring.WHAT if part in named]


def _told(folder: Path, update: Update) -> Iterator[str]:
    if not update.written and not update.deleted:
        yield f"{folder} is up to date: {_contract()}"
        return
    options = update.options
    if update.old_version is None or update.old_options is None:
        yield (
            f"wrote {folder}: {_contract()}; {', '.join(options.what)}; "
            f"{options.profile} profile, draft {options.draft}"
        )
        return
    before = None if update.old_version == contract.version() else update.old_version
    yield "; ".join([f"updated {folder}: {_contract(before)}", *option_changes(update.old_options, options)])
    if removed := [part for part in update.old_options.what if part not in options.what]:
        yield f"removed: {', '.join(removed)}"
    if (update.old_options.profile, options.profile) == ("tolerant", "strict"):
        yield _STRICT
    for events, changes in groupby(
        sorted(update.changes, key=lambda each: each.events), lambda each: each.events
    ):
        yield ", ".join(events)
        yield from (f"  {told}" for told in _changes(list(changes)))
    others = [("deleted", path) for path in update.deleted]
    others += [("written", path) for path in update.written if path != vendoring.LOCK]
    yield from (f"{done}: {path}" for done, path in others[:_MOST_SHOWN])
    if len(others) > _MOST_SHOWN:
        yield f"and {len(others) - _MOST_SHOWN} more files"
    is_back = _releases.numbers(update.old_version) > _releases.numbers(contract.version())
    yield from _after_going_back(update) if is_back else _for_a_reader(folder, update)


def _for_a_reader(folder: Path, update: Update) -> Iterator[str]:
    """Whether the update breaks whoever reads payloads, or how to find out."""
    now, old = contract.version(), str(update.old_version)
    released = old in _releases.versions() and old != now
    words = ["junction-webhooks", "diff", old if released else str(folder), now, "--for", "consumer"]
    compare = f"`{shlex.join(words)}`"
    changes = [each for each in update.changes if each.rule != REWORDED.id]
    if changes:
        profile = update.options.profile
        line = verdict_line(
            [Judged(profile, each.path, each.consumer.verdict) for each in changes], {profile}
        )
        # What a new property held before, nobody was told.
        narrowed = [
            each.path
            for each in changes
            if each.producer.verdict == "breaking" and each.rule != PROPERTY_ADDED.id
        ]
        if narrowed:
            line += f"; once updated, they refuse some earlier payloads: {places(narrowed)}"
        if any(each.consumer.verdict == "unproven" for each in changes):
            line += f"; {compare}{'' if released else ' on the folder as it was'} tells (extra `fast`)"
        yield line
    elif update.changes:
        yield "Only words changed: nothing breaks a reader"
    elif released:
        yield f"{compare} tells whether it breaks a reader (extra `fast`)"


def _after_going_back(update: Update) -> Iterator[str]:
    for verdict, refuse in (("breaking", "refuse"), ("unproven", "may refuse")):
        refused = [each.path for each in update.changes if each.producer.verdict == verdict]
        if refused:
            yield f"These schemas {refuse} payloads of version {update.old_version}: {places(refused)}"


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    for each in changes:
        if each.rule != REWORDED.id:
            yield change_line(each.path, each.also, each.what, each.rule)
    reworded = [each for each in changes if each.rule == REWORDED.id]
    if reworded:
        first, *also = (path for each in reworded for path in (each.path, *each.also))
        yield change_line(first, also, reworded[0].what, REWORDED.id)


def _contract(before: str | None = None) -> str:
    versions = f"{before} to {contract.version()}" if before else contract.version()
    return _releases.told(f"version {versions} of the contract")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")

"""`junction-webhooks vendor`: copy the contract into another repository, and update it there."""

from __future__ import annotations

import argparse
import shlex
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract, vendoring
from junction_webhooks._jsonschema.rules import PROPERTY_ADDED, REWORDED
from junction_webhooks._similar import did_you_mean
from junction_webhooks.cli._change_line import change_line
from junction_webhooks.cli._parsing.completers import offer
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._terminal import FAILED, complain
from junction_webhooks.cli._verdict_line import Impact, places, verdict_line
from junction_webhooks.contract import releases as _releases
from junction_webhooks.vendoring._check import argument
from junction_webhooks.vendoring._options import option_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks.compatibility import Change
    from junction_webhooks.vendoring import Update, What

_DESCRIPTION: Final = "Copy the contract into another repository, and keep it up to date."
_NOTES: Final = """\
A README and a lock file next to the copies record version, options and
hashes. Run it again to update: it lists each change. Options that you
leave out are taken from the lock file. It never touches other files.

LIST:      schemas    one self-contained schema per event, and one for all
           fixtures   valid and invalid payloads, and what to expect of each
           types      TypeScript; documents: OpenAPI 3.1 and AsyncAPI 3
           signatures, scenarios, lifecycles, values, suite: test vectors
           all        everything
"""
_EXIT_CODES: Final = """\
0 done, or --check found nothing; 1 --check found an edited or
           missing file, or DEST is older or newer than this package;
           2 cannot be read or written, DEST is newer, or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks vendor contracts/junction --what schemas,types",
    "junction-webhooks vendor contracts/junction --check",
)
_ALL: Final = "all"
_MOST_SHOWN: Final = 20
"""The most files that an update lists, because there can be hundreds."""
_STRICT: Final = (
    "the strict profile is for tests: in production it rejects what Junction adds later; "
    "if you want both profiles, use two folders"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `vendor`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument("destination", metavar="DEST", help="the folder to write")
    parser.add_argument(
        "--profile", choices=contract.PROFILES, help="default tolerant; use one folder for each"
    )
    parser.add_argument("--draft", choices=contract.DRAFTS, help="of JSON Schema; default 2020-12")
    what = parser.add_argument("--what", metavar="LIST", help="comma-separated; default schemas")
    offer(what, "parts")
    parser.add_argument("--base-uri", metavar="URI", help='where DEST will be served: the base of each "$id"')
    parser.add_argument(
        "--formats",
        action=argparse.BooleanOptionalAction,
        help='name each "format" too',
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--check", action="store_true", help="write nothing, check that DEST is up to date")
    either.add_argument("--downgrade", action="store_true", help="replace a newer copy with this version")


def run(options: argparse.Namespace) -> int:
    """Write or update the copies, or with `--check` list what is wrong with them. Return the exit code."""
    folder = Path(options.destination)
    try:
        chosen: dict[str, Any] = {
            "profile": options.profile,
            "draft": options.draft,
            "what": None if options.what is None else _parts(options.what),
            "base_uri": options.base_uri,
            "formats": options.formats,
        }
        if options.check:
            findings = vendoring.check(folder, **chosen)
            for finding in findings:
                _write(f"{finding.state}: {folder / finding.path}: {finding.todo}")
            if not findings:
                _write(f"{folder} is up to date: {_contract()}")
            return FAILED if findings else 0
        update = vendoring.vendor(folder, **chosen, force=options.downgrade)
    except vendoring.VendorError as error:
        return complain(str(error))
    for line in _lines(folder, update):
        _write(line)
    return 0


def _parts(what: str) -> list[What]:
    named = [name.strip() for name in what.split(",") if name.strip()]
    if named == [_ALL]:
        return list(vendoring.WHAT)
    unknown = [name for name in named if name not in vendoring.WHAT]
    if unknown or not named:
        near = did_you_mean(unknown[0], (*vendoring.WHAT, _ALL)) if unknown else ""
        parts = ", ".join((*vendoring.WHAT, _ALL))
        message = f"--what: there is no {(unknown or [what])[0]!r}: {near or f'use one or more of {parts}'}"
        raise vendoring.VendorError(message)
    return [part for part in vendoring.WHAT if part in named]


def _lines(folder: Path, update: Update) -> Iterator[str]:
    """What an update did, line by line: options, changes by event, files, and who is affected."""
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
        yield from (f"  {line}" for line in _change_lines(list(changes)))
    others = [("deleted", path) for path in update.deleted]
    others += [("written", path) for path in update.written if path != vendoring.LOCK]
    yield from (f"{done}: {path}" for done, path in others[:_MOST_SHOWN])
    if len(others) > _MOST_SHOWN:
        yield f"and {len(others) - _MOST_SHOWN} more files"
    went_back = _releases.numbers(update.old_version) > _releases.numbers(contract.version())
    yield from _after_downgrade(update) if went_back else _for_consumers(folder, update)


def _for_consumers(folder: Path, update: Update) -> Iterator[str]:
    """Whether the update breaks handlers that read payloads, or how to find out."""
    now, old = contract.version(), str(update.old_version)
    released = old in _releases.versions() and old != now
    words = ["junction-webhooks", "diff", old if released else argument(folder), now, "--for", "consumer"]
    compare = f"`{shlex.join(words)}`"
    changes = [each for each in update.changes if each.rule != REWORDED.id]
    if changes:
        profile = update.options.profile
        line = verdict_line(
            [Impact(profile, each.path, each.consumer.verdict) for each in changes], {profile}
        )
        # A new property is left out: the old version did not say what it may have been before.
        narrowed = [
            each.path
            for each in changes
            if each.producer.verdict == "breaking" and each.rule != PROPERTY_ADDED.id
        ]
        if narrowed:
            line += f"; once updated, the schemas reject some earlier payloads: {places(narrowed)}"
        if any(each.consumer.verdict == "unproven" for each in changes):
            line += f"; {compare}{'' if released else ' on the folder as it was'} may prove it (extra `fast`)"
        yield line
    elif update.changes:
        yield "Only descriptions changed: nothing breaks consumers"
    elif released:
        yield f"{compare} shows whether it breaks readers (extra `fast`)"


def _after_downgrade(update: Update) -> Iterator[str]:
    for verdict, reject in (("breaking", "reject"), ("unproven", "may reject")):
        rejected = [each.path for each in update.changes if each.producer.verdict == verdict]
        if rejected:
            yield f"These schemas {reject} payloads of version {update.old_version}: {places(rejected)}"


def _change_lines(changes: Sequence[Change]) -> Iterator[str]:
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

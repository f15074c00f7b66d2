"""`junction-webhooks redact`: turn captured payloads into safe fixtures."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks.cli._parser import add_event_option, describe
from junction_webhooks.cli._terminal import FAILED, UNUSABLE, complain, progress
from junction_webhooks.inputs import STANDARD_INPUT, InputError, files, payloads
from junction_webhooks.redaction import RedactionError, redact

if TYPE_CHECKING:
    import argparse

    from junction_webhooks.contract import EventType
    from junction_webhooks.inputs import Input

_DESCRIPTION: Final = "Turn captured payloads into safe fixtures: same shape, no patient data."
_EPILOG: Final = """\
Names, addresses and other patient data become fictional, ids become other
ids, all dates move by the same number of days into the past, and unknown
properties are dropped. Within one run, equal values get equal replacements,
so payloads still belong together; another run gives other replacements.

examples:
  junction-webhooks redact captured/ -o fixtures/
  junction-webhooks redact deliveries.ndjson > safe.ndjson

exit code: 0 all redacted; 1 a payload could not be redacted, and was left
           out; 2 unreadable input or usage error
"""
_KEY_BYTES: Final = 32


class _OutputError(Exception):
    """The output cannot be written. The message names the path, the reason and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `redact`."""
    describe(parser, _DESCRIPTION, _EPILOG)
    parser.add_argument("path", metavar="PATH", help='a file, a folder, or "-" for standard input')
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="the file to write, or for a folder the folder; default: standard output",
    )
    parser.add_argument("--force", action="store_true", help="overwrite existing files")
    add_event_option(parser, "the event that each payload must be, or whose data it is")


def run(options: argparse.Namespace) -> int:
    """Redact every payload of the path with a key made for this run. Return the exit code."""
    return redact_files(options.path, output=options.output, force=options.force, event_type=options.event)


def redact_files(
    path: str,
    *,
    output: str | None = None,
    force: bool = False,
    event_type: EventType | None = None,
    key: bytes | None = None,
) -> int:
    """Redact every payload of the path with one key, and write the results. Return the exit code.

    If the path is a folder, its files are written to the folder `output` under the same names. A single file,
    or standard input, is written to the file `output`, or to standard output by default. Existing files are
    kept unless `force` is true. Without a key, a random one is used for this run and then discarded.
    """
    key = key or secrets.token_bytes(_KEY_BYTES)
    unusable = refused = 0
    try:
        tasks = _tasks(path, output, force=force)
    except (_OutputError, InputError) as error:
        return complain(str(error))
    for file, target in progress(tasks, total=len(tasks)):
        redacted = []
        try:
            for found in payloads(file):
                try:
                    redacted.append(_serialized(found, redact(found.body, event_type=event_type, key=key)))
                except RedactionError as error:
                    refused += 1
                    complain(f"{found.place}: not redacted: {error}")
            if redacted:
                _write(target, "".join(redacted))
        except (_OutputError, InputError) as error:
            unusable += 1
            complain(str(error))
    if unusable:
        return UNUSABLE
    return FAILED if refused else 0


def _tasks(path: str, output: str | None, *, force: bool) -> list[tuple[str, Path | None]]:
    """Each file to read and where to write it. None means standard output."""
    found = files(path)
    is_folder = path != STANDARD_INPUT and Path(path).is_dir()
    if output in {None, STANDARD_INPUT}:
        if is_folder:
            message = f"{path}: is a folder: use -o to name the folder to write to"
            raise _OutputError(message)
        return [(file, None) for file in found]
    out = Path(str(output))
    targets = [out / Path(file).relative_to(path) for file in found] if is_folder else [out]
    existing = [target for target in targets if target.exists()]
    if existing and not force:
        more = f" (and {len(existing) - 1} more)" if len(existing) > 1 else ""
        message = f"{existing[0]}: already exists{more}: nothing was written; overwrite with --force"
        raise _OutputError(message)
    return list(zip(found, targets, strict=True))


def _serialized(found: Input, payload: dict[str, object]) -> str:
    """The payload as JSON, on one line if it was read from one line."""
    return json.dumps(payload, indent=2 if found.line is None else None) + "\n"


def _write(target: Path | None, text: str) -> None:
    if target is None:
        sys.stdout.write(text)
        return
    # Written next to the target and then renamed, so that nobody ever sees half a file.
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        message = f"{target}: cannot be written: {(error.strerror or str(error)).lower()}"
        raise _OutputError(message) from None

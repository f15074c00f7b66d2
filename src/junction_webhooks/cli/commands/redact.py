"""`junction-webhooks redact`: turn captured payloads into safe fixtures."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from junction_webhooks.cli._output import STANDARD_OUTPUT, OutputError, check_target, opened_output
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import (
    BODY_AT_UNUSED,
    add_body_option,
    add_event_option,
    add_force_option,
)
from junction_webhooks.cli._redacted import PayloadWriter
from junction_webhooks.cli._terminal import FAILED, UNUSABLE, ByteProgress, complain, total_size
from junction_webhooks.inputs.paths import STANDARD_INPUT, files
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import InputError, Unreadable
from junction_webhooks.redaction import RedactionError, redact

if TYPE_CHECKING:
    import argparse

    from junction_webhooks.contract import EventType
    from junction_webhooks.inputs.records import Input

_DESCRIPTION: Final = "Turn captured payloads into safe fixtures: same shape, no patient data."
_NOTES: Final = """\
Names, addresses and other patient data become fictional, ids become other
ids, all dates move by the same number of days into the past, and unknown
properties are dropped. Within one run, equal values get equal replacements,
so payloads still belong together; another run gives other replacements.
Reads what `validate` reads and keeps the form: lines stay lines, and a body
that was wrapped is wrapped again. Of the wrapper, only what leads to the body
is kept. Output is compressed if OUT ends in .gz or .zst.
"""
_EXIT_CODES: Final = """\
0 all redacted; 1 a payload could not be redacted, and was left
           out; 2 unreadable input or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks redact payload.json",
    "junction-webhooks redact captured/ -o fixtures/",
    "junction-webhooks redact deliveries.ndjson -o safe.ndjson",
)
_KEY_BYTES: Final = 32


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `redact`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument("path", metavar="PATH", help='a file, a folder, or "-" for standard input')
    parser.add_argument(
        "-o",
        "--output",
        dest="target",
        metavar="OUT",
        help="a file, or a folder if PATH is one; default: standard output",
    )
    add_force_option(parser)
    add_event_option(parser, "the event that each payload must be, or whose data it is")
    add_body_option(parser)


def run(options: argparse.Namespace) -> int:
    """Redact every payload of the path with a key made for this run. Return the exit code."""
    return redact_files(
        options.path,
        output=options.target,
        force=options.force,
        event_type=options.event,
        body_at=options.body_at,
    )


def redact_files(
    path: str,
    *,
    output: str | None = None,
    force: bool = False,
    event_type: EventType | None = None,
    body_at: str | None = None,
    key: bytes | None = None,
) -> int:
    """Redact every payload of the path with one key, and write the results. Return the exit code.

    If the path is a folder, its files are written to the folder `output` under the same names. A single file,
    or standard input, is written to the file `output`, or to standard output by default. Existing files are
    kept unless `force` is true. Without a key, a random one is used for this run and then discarded.
    """
    try:
        tasks = _tasks(path, output, force=force)
    except (OutputError, InputError) as error:
        return complain(str(error))
    with ByteProgress(total_size(file for file, _ in tasks)) as progress:
        run = _Run(key or secrets.token_bytes(_KEY_BYTES), event_type, body_at, progress)
        for file, place in tasks:
            run.redact(file, place)
    if body_at is not None and run.redacted and not run.wrapped:
        complain(BODY_AT_UNUSED)
    if run.unusable:
        return UNUSABLE
    return FAILED if run.refused else 0


class _Run:
    """Redacts files with one key."""

    def __init__(
        self, key: bytes, event_type: EventType | None, body_at: str | None, progress: ByteProgress
    ) -> None:
        self._key = key
        self._event_type = event_type
        self._body_at = body_at
        self._progress = progress
        self.redacted = self.wrapped = 0
        """How many payloads were redacted, and how many of them were in a wrapper."""
        self.refused = self.unusable = 0
        """How many payloads could not be redacted, and how many records or files not be read or written."""

    def redact(self, file: str, target: Path | None) -> None:
        """Redact the payloads of one file."""
        try:
            with opened_output(target) as write:
                writer = PayloadWriter(write)
                for record in records(file, body_at=self._body_at, on_read=self._on_read):
                    if isinstance(record, Unreadable):
                        self.unusable += 1
                        self._complain(f"{record.place}: not redacted: {record.reason}")
                    else:
                        self._redact(record, writer)
                writer.close()
        except InputError as error:
            self.unusable += 1
            self._complain(f"{error}{'' if target is None else f': {target} was not written'}")
        except OutputError as error:
            self.unusable += 1
            self._complain(str(error))

    def _redact(self, record: Input, writer: PayloadWriter) -> None:
        try:
            redacted = redact(record.body, event_type=self._event_type, key=self._key)
        except RedactionError as error:
            self.refused += 1
            self._complain(f"{record.place}: not redacted: {error}")
        else:
            self.redacted += 1
            self.wrapped += record.wrapping is not None
            writer.add(record, redacted)

    def _on_read(self, byte_count: int) -> None:
        sys.stdout.flush()
        self._progress.advance(byte_count)

    def _complain(self, message: str) -> None:
        self._progress.make_room()
        complain(message)


def _tasks(path: str, output: str | None, *, force: bool) -> list[tuple[str, Path | None]]:
    """Each file to read and where to write it. None means standard output."""
    found = files(path)
    is_folder = path != STANDARD_INPUT and Path(path).is_dir()
    if output in {None, STANDARD_OUTPUT}:
        if is_folder:
            message = f"{path}: is a folder: use -o to name the folder to write to"
            raise OutputError(message)
        return [(file, None) for file in found]
    out = Path(str(output))
    targets = [out / Path(file).relative_to(path) for file in found] if is_folder else [out]
    if is_folder and out.exists() and not out.is_dir():
        message = f"{out}: is a file, and {path} is a folder: use -o to name the folder to write to"
        raise OutputError(message)
    check_target(*targets, force=force, folder=out if is_folder else None)
    return list(zip(found, targets, strict=True))

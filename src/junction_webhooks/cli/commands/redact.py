"""`junction-webhooks redact`: captured payloads in, safe fixtures out."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from junction_webhooks import inputs as _sources
from junction_webhooks.cli._terminal import FAILED, UNUSABLE, complain, progress
from junction_webhooks.redaction import RedactionError, redact

if TYPE_CHECKING:
    from junction_webhooks.contract import EventType
    from junction_webhooks.inputs import Found


class _UnusableError(Exception):
    """The paths cannot be worked on; the message says why and what to do."""


def run(
    path: str,
    *,
    output: str | None = None,
    force: bool = False,
    event_type: EventType | None = None,
    key: bytes | None = None,
) -> int:
    """Redact every payload of the path with one key, and write them; returns the exit code.

    A folder is written to the folder `output` under the same names; one file or standard input to the file
    `output` or to standard output. Existing files stay unless `force`. Without a key, one is made for this
    run and forgotten.
    """
    key = key or secrets.token_bytes(32)
    unusable = refused = 0
    try:
        tasks = _tasks(path, output, force=force)
    except (_UnusableError, _sources.SourceError) as error:
        return complain(str(error))
    for file, target in progress(tasks, total=len(tasks)):
        redacted = []
        try:
            for found in _sources.payloads(file):
                try:
                    redacted.append(_written(found, redact(found.body, event_type=event_type, key=key)))
                except RedactionError as error:
                    refused += 1
                    complain(f"{_place(found)}: not redacted: {error}")
            if redacted:
                _write(target, "".join(redacted))
        except (_UnusableError, _sources.SourceError) as error:
            unusable += 1
            complain(str(error))
    if unusable:
        return UNUSABLE
    return FAILED if refused else 0


def _tasks(path: str, output: str | None, *, force: bool) -> list[tuple[str, Path | None]]:
    """Each file to read, and where to write it: None is standard output."""
    files = _sources.files(path)
    folder = path != _sources.STANDARD_INPUT and Path(path).is_dir()
    if output in {None, _sources.STANDARD_INPUT}:
        if folder:
            message = f"{path}: a folder: name the folder to write to with -o"
            raise _UnusableError(message)
        return [(file, None) for file in files]
    out = Path(str(output))
    targets = [out / Path(file).relative_to(path) for file in files] if folder else [out]
    existing = [target for target in targets if target.exists()]
    if existing and not force:
        more = f" (and {len(existing) - 1} more)" if len(existing) > 1 else ""
        message = f"{existing[0]}: exists already{more}: nothing was written; --force overwrites"
        raise _UnusableError(message)
    return list(zip(files, targets, strict=True))


def _written(found: Found, payload: dict[str, object]) -> str:
    return json.dumps(payload, indent=2 if found.line is None else None) + "\n"


def _place(found: Found) -> str:
    return found.source if found.line is None else f"{found.source}:{found.line}"


def _write(target: Path | None, text: str) -> None:
    if target is None:
        sys.stdout.write(text)
        return
    # Written beside the target and moved: whoever looks finds all of it or nothing.
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
        raise _UnusableError(message) from None

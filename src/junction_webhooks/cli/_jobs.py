"""Checking files in several processes, with the results in the order of the input.

A large newline-delimited file is cut into slices, which each process reads itself, as it does small files.
Anything else, such as a compressed file, is read by the first process, which hands out its rows in blocks.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from junction_webhooks.cli._processes import ProcessEndedError, Processes
from junction_webhooks.cli._verdicts import Checker, Choices, Shown
from junction_webhooks.inputs.parts import RowBlock, Slice, SliceReader, row_blocks, slices
from junction_webhooks.inputs.reading import records
from junction_webhooks.inputs.records import InputError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from junction_webhooks.inputs.records import Record
    from junction_webhooks.inputs.streams import OnRead
    from junction_webhooks.validation import Verdict

_SMALL: Final = 2**20
"""A file up to this size in bytes is checked together with others, by one process."""
_SLICE: Final = 2**22
"""The size of a slice: large enough that starting one costs nothing, small enough to share the work."""
_BATCH_BYTES: Final = 2**22
_BATCH_FILES: Final = 64


class Batch(NamedTuple):
    """Small files."""

    files: tuple[str, ...]


class Inline(NamedTuple):
    """A stream whose records are checked in this process, because they may arrive slowly."""

    file: str


class End(NamedTuple):
    """The end of a file whose records came in several parts."""

    source: str


Task: TypeAlias = Slice | Batch | RowBlock
Step: TypeAlias = Task | Inline | End | InputError


class Outcome(NamedTuple):
    """The result of a task."""

    shown: list[Shown | str]
    """In order. Texts are errors of whole files."""
    verdicts: Counter[Verdict]
    unreadable: int
    wrapped: int
    """How many payloads were in a wrapper."""
    record_count: int
    """How many records there were."""
    line_count: int
    """How many lines a slice has."""
    byte_count: int
    """How many bytes were read by the other process."""
    is_part: bool
    """Whether it is of a part of a file, and not of whole files."""


def outcomes(
    files: Iterable[str | InputError], choices: Choices, jobs: int, on_read: OnRead
) -> Iterator[Outcome | Inline | End | InputError]:
    """The results for all files, in their order. Raises `InputError` if a process was killed."""
    try:
        with Processes(jobs, _run, choices) as processes:
            for step in _steps(files, choices, on_read):
                if isinstance(step, Task):
                    processes.give(step, is_small=not isinstance(step, RowBlock))
                else:
                    processes.put(step)
                yield from processes.ready()
            yield from processes.rest()
    except ProcessEndedError:
        message = "a process of -j was killed, maybe for lack of memory: try again with a smaller number"
        raise InputError(message) from None


def _steps(files: Iterable[str | InputError], choices: Choices, on_read: OnRead) -> Iterator[Step]:
    batch: list[str] = []
    size = 0
    for file in files:
        found = _size(file)
        if isinstance(file, str) and found is not None and found <= _SMALL:
            batch.append(file)
            size += found
            if size < _BATCH_BYTES and len(batch) < _BATCH_FILES:
                continue
        if batch:
            yield Batch(tuple(batch))
            batch, size = [], 0
            if isinstance(file, str) and found is not None and found <= _SMALL:
                continue
        if isinstance(file, InputError):
            yield file
        elif found is None:
            yield Inline(file)
        else:
            yield from _parts(file, choices, on_read)
    if batch:
        yield Batch(tuple(batch))


def _size(file: str | InputError) -> int | None:
    """The size of a regular file, None for anything else."""
    if isinstance(file, InputError):
        return None
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _parts(file: str, choices: Choices, on_read: OnRead) -> Iterator[Step]:
    try:
        yield from slices(file, size=_SLICE, body_at=choices.body_at) or row_blocks(
            file, body_at=choices.body_at, on_read=on_read
        )
    except InputError as error:
        yield error
    else:
        yield End(file)


def _run(choices: Choices, task: Task) -> Outcome:
    """Check the records of a task, in this process or another one."""
    checker = Checker(choices)
    shown: list[Shown | str] = []
    count = line_count = byte_count = 0
    if isinstance(task, Batch):
        for file in task.files:
            count += _look(records(file, body_at=choices.body_at), checker, shown)
            byte_count += _size(file) or 0
    elif isinstance(task, Slice):
        reader = SliceReader(task)
        count = _look(reader.records(), checker, shown)
        line_count, byte_count = reader.line_count, task.end - task.start
    else:
        count = _look(task.records(), checker, shown)
    is_part = not isinstance(task, Batch)
    return Outcome(
        shown, checker.verdicts, checker.unreadable, checker.wrapped, count, line_count, byte_count, is_part
    )


def _look(found: Iterator[Record], checker: Checker, shown: list[Shown | str]) -> int:
    """Check records, and append what is shown of them. Return how many there were."""
    count = 0
    try:
        for record in found:
            count += 1
            each = checker.look(record)
            if each is not None:
                shown.append(each)
    except InputError as error:
        shown.append(str(error))
    return count

"""`junction-webhooks validate`: check payloads against the contract."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import (
    BODY_AT_UNUSED,
    add_body_option,
    add_event_option,
    add_format_option,
    add_output_options,
    positive_integer,
)
from junction_webhooks.cli._terminal import (
    FAILED,
    UNUSABLE,
    ByteProgress,
    coloured,
    complain,
    count,
    total_size,
)
from junction_webhooks.cli._verdicts import IN_SENTENCE, MOST_PROBLEMS, Checker, Choices, Shown
from junction_webhooks.inputs.paths import files
from junction_webhooks.inputs.reading import no_payload, records
from junction_webhooks.inputs.records import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from junction_webhooks.cli._jobs import Outcome
    from junction_webhooks.cli._verdicts import Kind
    from junction_webhooks.validation import Verdict

_DESCRIPTION: Final = """\
Check payloads against the contract. A payload is a whole event, or a bare
order: what belongs under "data". A file can be one payload, NDJSON, an array,
or a dump of SQS, EventBridge, Pub/Sub, API Gateway or HAR; also gzip or zstd.
"""
_NOTES: Final = """\
verdicts:
  conforms  what Junction documents
  drifts    something is new or malformed, but a tolerant handler copes
  rejected  would break a handler, at the places marked as breaking
"""
_EXIT_CODES: Final = """\
0 all conform, or with --tolerant none is rejected; 1 otherwise;
           2 unreadable input or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks validate payload.json captured/",
    "cat payload.json | junction-webhooks validate --tolerant -",
    "junction-webhooks validate captured/ --format ndjson -o report.ndjson",
)
_HANDFUL: Final = 10
"""Up to so many files, each payload that is a whole file is listed, even if it conforms."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `validate`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help='a file, a folder, or "-" for standard input'
    )
    parser.add_argument("--tolerant", action="store_true", help="accept payloads that drift")
    add_event_option(parser, "the event that each payload must be, or whose data it is")
    add_body_option(parser)
    add_format_option(parser, "text", "ndjson")
    add_output_options(parser)
    parser.add_argument("--all", action="store_true", help="list all payloads, not only the first problems")
    parser.add_argument(
        "-j", "--jobs", type=positive_integer, default=1, metavar="N", help="check in N processes"
    )
    parser.add_argument(
        "--show-values", action="store_true", help="show the offending values, which may be patient data"
    )


def run(options: argparse.Namespace) -> int:
    """Check every payload of the paths and write its report. Return the exit code."""
    found = list(_files(options.paths))
    choices = Choices(
        event=options.event,
        as_json=options.format == "ndjson",
        show_values=options.show_values,
        list_all=options.all,
        list_files=len(found) <= _HANDFUL,
        body_at=options.body_at,
    )
    with ByteProgress(total_size(file for file in found if isinstance(file, str))) as progress:
        run = _Run(choices, progress)
        try:
            if options.jobs == 1:
                for file in found:
                    run.check(file)
            else:
                run.check_in_processes(found, options.jobs)
        except KeyboardInterrupt:
            run.write_totals_so_far()
            raise
    run.write_summary()
    return run.exit_code(tolerant=options.tolerant)


def _files(paths: Sequence[str]) -> Iterator[str | InputError]:
    """The files of all paths, in order, or the error of a path that has none.

    Errors are reported in order too, and the other paths are still checked.
    """
    for path in paths:
        try:
            yield from files(path)
        except InputError as error:
            yield error


class _Run:
    """The results so far. What is shown is written at once."""

    def __init__(self, choices: Choices, progress: ByteProgress) -> None:
        self._choices = choices
        self._progress = progress
        self._checker = Checker(choices)
        self._listed: Counter[Kind] = Counter()
        self._has_errors = False

    def check(self, file: str | InputError) -> None:
        """Check the payloads of a file."""
        try:
            if isinstance(file, InputError):
                raise file
            for record in records(file, body_at=self._choices.body_at, on_read=self._on_read):
                shown = self._checker.look(record)
                if shown is not None:
                    self._write(shown)
        except InputError as error:
            self._complain(str(error))

    def check_in_processes(self, found: Sequence[str | InputError], jobs: int) -> None:
        """Check the payloads of all files in several processes."""
        from junction_webhooks.cli._jobs import End, Inline, outcomes  # noqa: PLC0415  (only -j needs it)

        line_shift = record_count = 0
        try:
            for outcome in outcomes(found, self._choices, jobs, self._on_read):
                if isinstance(outcome, Inline):
                    self.check(outcome.file)
                elif isinstance(outcome, InputError):
                    self._complain(str(outcome))
                    line_shift = record_count = 0
                elif isinstance(outcome, End):
                    if not record_count:
                        self._complain(str(no_payload(outcome.source)))
                    line_shift = record_count = 0
                else:
                    self._add(outcome, line_shift)
                    if outcome.is_part:
                        line_shift += outcome.line_count
                        record_count += outcome.record_count
        except InputError as error:
            self._complain(str(error))

    def _add(self, outcome: Outcome, line_shift: int) -> None:
        """Add the results of another process."""
        for shown in outcome.shown:
            if isinstance(shown, Shown):
                self._write(shown, line_shift=line_shift)
            else:
                self._complain(shown)
        self._checker.verdicts += outcome.verdicts
        self._checker.unreadable += outcome.unreadable
        self._checker.wrapped += outcome.wrapped
        self._on_read(outcome.byte_count)

    def write_summary(self) -> None:
        """Write what was not listed, and the verdicts of all payloads if there are several."""
        verdicts, listed = self._checker.verdicts, self._listed
        unreadable = self._checker.unreadable - listed["unreadable"]
        if unreadable:
            self._complain(f"and {count(unreadable, 'more record')} that cannot be read: --all lists them")
        if self._choices.body_at is not None and verdicts and not self._checker.wrapped:
            complain(BODY_AT_UNUSED)
        if self._choices.as_json:
            return
        problems = verdicts["drifts"] + verdicts["rejected"] - listed["problem"]
        if problems:
            sys.stdout.write(f"and {count(problems, 'more payload')} with problems: --all lists them\n")
        if verdicts.total() > 1 or verdicts["conforms"] > listed["conforms"]:
            sys.stdout.write(_summary(verdicts, self._checker.unreadable) + "\n")

    def write_totals_so_far(self) -> None:
        """Write the verdicts of the payloads that were checked before the command was stopped."""
        verdicts = self._checker.verdicts
        if verdicts and not self._choices.as_json:
            self._progress.make_room()
            sys.stdout.write(f"stopped after {_summary(verdicts, self._checker.unreadable)}\n")

    def exit_code(self, *, tolerant: bool) -> int:
        """The exit code for all results."""
        verdicts = self._checker.verdicts
        if self._has_errors or self._checker.unreadable:
            return UNUSABLE
        return FAILED if verdicts["rejected"] or (verdicts["drifts"] and not tolerant) else 0

    def _on_read(self, byte_count: int) -> None:
        # The next bytes may take long to arrive. What is known by now is shown now.
        sys.stdout.flush()
        self._progress.advance(byte_count)

    def _write(self, shown: Shown, *, line_shift: int = 0) -> None:
        choices = self._choices
        is_limited = shown.kind == "unreadable" or (shown.kind == "problem" and not choices.as_json)
        if is_limited and not choices.list_all and self._listed[shown.kind] >= MOST_PROBLEMS:
            return
        self._listed[shown.kind] += 1
        self._progress.make_room()
        text = shown.rendered(choices, line_shift=line_shift)
        if shown.kind == "unreadable":
            complain(text)
        else:
            sys.stdout.write(text + "\n")

    def _complain(self, message: str) -> None:
        self._has_errors = True
        self._progress.make_room()
        complain(message)


def _summary(verdicts: Counter[Verdict], unreadable: int) -> str:
    parts = [
        f"{verdicts[verdict]} {coloured(verdict, one if verdicts[verdict] == 1 else more)}"
        for verdict, (one, more) in IN_SENTENCE.items()
        if verdicts[verdict]
    ]
    also = f"; {count(unreadable, 'record')} cannot be read" if unreadable else ""
    return f"{count(verdicts.total(), 'payload')}: {', '.join(parts)}{also}"

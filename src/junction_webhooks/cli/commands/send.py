"""`junction-webhooks send`: send deliveries to an endpoint."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from secrets import randbits
from typing import TYPE_CHECKING, Final

from junction_webhooks.cli import _live
from junction_webhooks.cli._parsing.completers import offer
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import (
    add_format_option,
    add_output_options,
    positive_integer,
    whole_number,
)
from junction_webhooks.cli._sent import Line, Totals, ids_in_words, record
from junction_webhooks.cli._terminal import FAILED, INTERRUPTED, complain, count, printable, progress
from junction_webhooks.inputs.records import InputError
from junction_webhooks.journeys import faults
from junction_webhooks.journeys.model import format_duration
from junction_webhooks.live.outcome import advice
from junction_webhooks.live.sending import MOST_RETRIES, Pace, send
from junction_webhooks.live.settings import read_setting, with_settings
from junction_webhooks.live.stories import Story, StoryError, find, generate

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from junction_webhooks.journeys.model import JourneyDelivery
    from junction_webhooks.live.guard import Destination
    from junction_webhooks.live.sending import Sent
    from junction_webhooks.signing import Webhook

_DESCRIPTION: Final = """\
Send signed deliveries to your endpoint, with fresh ids and current times.
Only to this machine, *.test and hosts that you allow; never through a proxy.
"""
_EXIT_CODES: Final = """\
0 all accepted; 1 a delivery was not accepted; 2 nothing could be
           sent, or usage error
"""
_EXAMPLES: Final = (
    "junction-webhooks send redraw --to http://localhost:8000/webhooks",
    "junction-webhooks send 'redraw*' --shuffle --twice --seed 1",
    "junction-webhooks send labtest.order.updated/completed captured.ndjson",
    "junction-webhooks send --random 20 --chaos --seed 7",
)
_SEED_BITS: Final = 32
_SIGNATURE_REFUSED: Final = frozenset({400, 401, 403})
_NOT_REACHED: Final = frozenset({"refused", "unreachable", "tls"})
_FIRST_REFUSAL: Final = 300
"""From this status on, a delivery is not accepted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `send`."""
    describe(parser, _DESCRIPTION, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.usage = "%(prog)s [WHAT...] --to URL [options]"
    add = parser.add_argument
    what = add("what", nargs="*", metavar="WHAT", help='scenarios, fixtures, patterns, files, or "-"')
    offer(what, "scenarios", "fixtures", files=True)
    _live.add_destination_options(parser)
    _live.add_secret_options(parser)
    add("--as-recorded", action="store_true", help="keep the ids and times of the payloads")
    add("--raw", action="store_true", help="send files unredacted; only to this machine")
    _live.add_checked(
        parser,
        "--set",
        read_setting,
        action="append",
        metavar="POINTER=VALUE",
        help="set a value; repeatable",
    )
    pace = parser.add_mutually_exclusive_group()
    _live.add_checked(
        pace, "--speed", _live.read_number, metavar="N", help="wait as in the story, N times faster"
    )
    _live.add_checked(
        pace, "--every", _live.read_seconds, metavar="TIME", help="wait between deliveries: 2s, 500ms"
    )
    add("--twice", action="store_true", help="send each delivery again, with the same id")
    add("--shuffle", action="store_true", help="send in random order")
    add("--late", action="store_true", help="send some deliveries after later ones")
    add("--chaos", action="store_true", help="a random fault for each delivery, or none")
    add("--random", type=positive_integer, default=0, metavar="N", help="also send N random journeys")
    add("--seed", type=whole_number, metavar="S", help="repeat the random choices of another run")
    _live.add_checked(
        parser, "--retries", _live.read_retries, nargs="?", const=MOST_RETRIES, default=0, metavar="N",
        help=f"send again if not accepted, {MOST_RETRIES} times or N",
    )  # fmt: skip
    add_format_option(parser, "text", "json", "ndjson")
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Send everything and write what happened. Return the exit code."""
    try:
        destination = _live.destination(options)
        webhook, is_bench = _live.webhook(options)
        if options.raw and not destination.is_loopback:
            return complain("--raw may send patient data, so it sends only to this machine")
        if not options.what and not options.random:
            return complain("send what? name scenarios, fixtures or files, or use --random 10")
        is_random = options.random or options.shuffle or options.late or options.chaos
        if options.seed is None and is_random:
            options.seed = randbits(_SEED_BITS)
            complain(f"--seed {options.seed} makes the same choices again")
        stories = _stories(options)
    except (_live.OptionError, StoryError, InputError) as error:
        return complain(str(error))
    report = _Report(options)
    try:
        for story, sent in progress(
            _sent(stories, destination, webhook, options),
            total=sum(len(story.deliveries) for story in stories),
            unit="delivery",
            shown=report.is_silent,
        ):
            if not report.sent and sent.outcome.problem in _NOT_REACHED and not options.retries:
                return complain(f"{destination}: {sent.outcome.detail}: nothing was delivered")
            report.add(story, sent)
    except KeyboardInterrupt:
        report.end(destination, is_bench=is_bench, is_complete=False)
        _say_how_far(report.sent, stories)
        return INTERRUPTED
    totals = report.end(destination, is_bench=is_bench, is_complete=True)
    _explain(report.sent)
    if (
        is_bench
        and not totals.accepted
        and _SIGNATURE_REFUSED & {each.outcome.status for each in report.sent}
    ):
        _live.explain_bench_secret()
    return FAILED if totals.failures else 0


def _stories(options: argparse.Namespace) -> Sequence[Story]:
    """Return what to send, with the values that are set and the faults. Raises `StoryError`."""
    stories = (
        *find(options.what, keep=options.as_recorded, raw=options.raw),
        *generate(options.random, options.seed, keep=options.as_recorded),
    )
    settings = options.set or []
    applied: set[str] = set()
    changed = []
    for story in stories:
        deliveries, found = with_settings(story.deliveries, settings)
        applied |= found
        changed.append(replace(story, deliveries=deliveries))
    unused = [each.pointer for each in settings if each.pointer not in applied]
    if unused:
        message = f"--set: no payload here has {unused[0]}"
        raise StoryError(message)
    chosen = random.Random(options.seed)  # noqa: S311  (not for secrets)
    return [replace(each, deliveries=_with_faults(each, options, chosen)) for each in changed]


def _with_faults(
    story: Story, options: argparse.Namespace, chosen: random.Random
) -> tuple[JourneyDelivery, ...]:
    deliveries = story.deliveries
    if options.shuffle:
        deliveries = faults.shuffled(deliveries, chosen)
    if options.late:
        deliveries = faults.late(deliveries, chosen)
    if options.chaos:
        deliveries = faults.chaos(deliveries, chosen)
    return faults.twice(deliveries) if options.twice else deliveries


def _sent(
    stories: Sequence[Story], destination: Destination, webhook: Webhook, options: argparse.Namespace
) -> Iterator[tuple[Story, Sent]]:
    pace = Pace(speed=options.speed, every=options.every)
    for story in stories:
        for sent in send(story.deliveries, destination, webhook, pace=pace, retries=options.retries):
            yield story, sent


class _Report:
    """Writes each attempt when it has ended, and the totals at the end."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._format = options.format
        self._retries = options.retries
        self._seed = options.seed
        self._records: list[dict[str, object]] = []
        self._line = Line([])
        self._story: Story | None = None
        self.sent: list[Sent] = []

    @property
    def is_silent(self) -> bool:
        """Whether the terminal shows nothing until the end."""
        return self._format == "json" or not sys.stdout.isatty()

    def add(self, story: Story, sent: Sent) -> None:
        """Write one attempt."""
        self.sent.append(sent)
        if self._format == "json":
            self._records.append(record(story, sent))
        elif self._format == "ndjson":
            self._write(json.dumps(record(story, sent)))
        else:
            if story is not self._story:
                self._story, self._line = story, Line(story.deliveries, retries=self._retries)
                title = f": {story.title}" if story.title else ""
                self._write(printable(f"{story.name}{title}"))
                for line in ids_in_words(story):
                    self._write(line)
            self._write(self._line(sent))

    def end(self, destination: Destination, *, is_bench: bool, is_complete: bool) -> Totals:
        """Write the totals and return them."""
        totals = Totals.of(self.sent)
        if self._format == "json":
            result = {
                "to": str(destination),
                "secret": "bench" if is_bench else "own",
                "seed": self._seed,
                "complete": is_complete,
                "deliveries": self._records,
                "totals": totals.as_json(),
            }
            self._write(json.dumps(result, indent=2))
        elif self._format == "text":
            self._write(str(totals))
        return totals

    def _write(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        # Somebody may be watching, through a pipe too.
        sys.stdout.flush()


def _explain(sent: Sequence[Sent]) -> None:
    """Say what to do about each status that ended a delivery which was not accepted."""
    statuses = {
        each.outcome.status: None
        for each in sent
        if each.retry_after is None and not each.outcome.accepted and each.outcome.problem != "dropped"
    }
    for status in statuses:
        if status is not None and status >= _FIRST_REFUSAL:
            complain(f"answered {status}: {advice(status)}")


def _say_how_far(sent: Sequence[Sent], stories: Sequence[Story]) -> None:
    total = sum(len(story.deliveries) for story in stories)
    ended = sum(each.retry_after is None for each in sent)
    last = sent[-1].delivery if sent else None
    where = f"; the last was +{format_duration(last.offset)} {last.summary}" if last else ""
    complain(f"stopped after {ended} of {count(total, 'delivery', 'deliveries')}{where}")

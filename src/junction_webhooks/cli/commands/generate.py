"""`junction-webhooks generate`: generate payloads or journeys from a seed, one payload per line."""

from __future__ import annotations

import json
import sys
from hashlib import blake2b
from itertools import count, islice
from secrets import randbits
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from junction_webhooks import contract, journeys
from junction_webhooks.cli._parsing.help import describe
from junction_webhooks.cli._parsing.options import add_output_options, positive_integer, whole_number
from junction_webhooks.cli._terminal import progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from junction_webhooks.contract import EventType, Profile

_DESCRIPTION: Final = """\
Generate payloads of one event, or of whole journeys: NDJSON, one per line.
"""
_NOTES: Final = """\
Without EVENT, the payloads are those of whole journeys, as consistent as
scenarios; the last journey may be cut short. With EVENT, they are single
payloads to test a parser with: no two are equal, half of the optional
properties are missing, and ids and histories need not be consistent.

All payloads conform. With --profile tolerant they may drift, as what Junction
adds later may, but are never rejected. The same seed gives the same payloads
as long as the version of the contract stays the same. A smaller N gives the
first N of them.
"""
_EXIT_CODES: Final = "0; 2 usage error"
_EXAMPLES: Final = (
    "junction-webhooks generate -n 1000 --seed 1 -o journeys.ndjson",
    "junction-webhooks generate labtest.order.updated --profile tolerant",
)
_SEED_BITS: Final = 32
"""Short enough to copy from the terminal."""
_DIGEST_SIZE: Final = 8


class _Generated(NamedTuple):
    """One generated delivery. Its body is JSON."""

    id: str
    offset: int
    event_type: str
    body: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `generate`."""
    describe(parser, _DESCRIPTION, notes=_NOTES, exit_codes=_EXIT_CODES, examples=_EXAMPLES)
    parser.add_argument(
        "event",
        nargs="?",
        choices=contract.EVENT_TYPES,
        metavar="EVENT",
        help=f"an event: {', '.join(contract.EVENT_TYPES)}; if omitted, whole journeys",
    )
    parser.add_argument(
        "-n", "--number", type=positive_integer, default=10, metavar="N", help="how many payloads; default 10"
    )
    parser.add_argument(
        "--seed", type=whole_number, metavar="S", help="integer; default: a random one, which is printed"
    )
    parser.add_argument("--profile", choices=contract.PROFILES, default="strict", help="default strict")
    parser.add_argument("--beta", action="store_true", help="journeys with match reviews and tracking (beta)")
    parser.add_argument(
        "--deliveries",
        action="store_true",
        help="wrap payloads, with id, offset in seconds and event_type",
    )
    add_output_options(parser)


def run(options: argparse.Namespace) -> int:
    """Write N payloads to standard output. Return the exit code."""
    seed = randbits(_SEED_BITS) if options.seed is None else options.seed
    generated = (
        _of_journeys(options.profile, seed, beta=options.beta)
        if options.event is None
        else _of_event(options.event, options.profile, seed)
    )
    if options.seed is None:
        # Before the payloads: a reader of them may stop early, and needs it all the same.
        sys.stderr.write(f"junction-webhooks: --seed {seed} gives the same payloads again\n")
    first = True
    for each in progress(islice(generated, options.number), total=options.number, unit="payload"):
        sys.stdout.write(_delivery_line(each) if options.deliveries else f"{each.body}\n")
        if first:
            # The reader of a pipe can start at once.
            sys.stdout.flush()
            first = False
    return 0


def _of_journeys(profile: Profile, seed: int, *, beta: bool) -> Iterator[_Generated]:
    for journey in journeys.generate_journeys(seed, profile=profile, beta=beta):
        for each in journey.deliveries:
            body = each.raw.decode()
            if not body.isascii():
                body = _as_json(each.payload)
            yield _Generated(each.id, round(each.offset.total_seconds()), each.event_type, body)


def _of_event(event_type: EventType, profile: Profile, seed: int) -> Iterator[_Generated]:
    payloads = map(_as_json, journeys.generate_payloads(event_type, seed, profile=profile))
    # In the strict profile, each has a UUID of its own.
    distinct = payloads if profile == "strict" else _distinct(payloads)
    for number, body in zip(count(1), distinct):
        yield _Generated(f"msg_payload_{seed}_{number}", 0, event_type, body)


def _distinct(texts: Iterator[str]) -> Iterator[str]:
    """Return the texts without those that came before."""
    seen: set[bytes] = set()
    for text in texts:
        # Not the text itself, to save memory.
        digest = blake2b(text.encode(), digest_size=_DIGEST_SIZE).digest()
        if digest not in seen:
            seen.add(digest)
            yield text


def _delivery_line(generated: _Generated) -> str:
    id_, offset, event_type, body = generated
    properties = _as_json({"id": id_, "offset": offset, "event_type": event_type})
    # The body is JSON already: parsing it to write it again would take most of the time.
    return f'{properties[:-1]},"body":{body}}}\n'


def _as_json(payload: dict[str, Any]) -> str:
    # ASCII only: some readers also end a line at U+2028 and the like, which strings may contain.
    return json.dumps(payload, separators=(",", ":"))

"""`junction-webhooks generate`: generate payloads from the schemas, one per line."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from itertools import count, islice
from secrets import randbits
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks import contract
from junction_webhooks._extras import missing
from junction_webhooks.cli._parser import describe, positive_integer
from junction_webhooks.cli._terminal import complain, progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from junction_webhooks.contract import EventType, Profile

_DESCRIPTION: Final = "Generate payloads of an event from the schemas, one per line (NDJSON)."
_EPILOG: Final = """\
The payloads conform; with --profile tolerant they may drift, as what Junction
adds later may, but are never rejected. They are for testing a parser: ids and
histories need not be consistent, and about half of the optional properties
are missing. For realistic payloads see "junction-webhooks scenarios".

The first payload is the simplest, and no two are equal. The same seed gives
the same payloads as long as the versions of this package and of Hypothesis
stay the same. A smaller N gives the first N of them.

examples:
  junction-webhooks generate labtest.order.updated -n 1000 > orders.ndjson
  junction-webhooks generate labtest.order.created --seed 1

exit code: 0; 2 the extra "test" is not installed, or usage error
"""
_ROUND: Final = 50
"""How many payloads Hypothesis generates at once. Fixed, so that a smaller N gives the first N payloads."""
_SEED_BITS: Final = 32
"""Short enough to copy from the terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and the help of `generate`."""
    describe(parser, _DESCRIPTION, _EPILOG)
    parser.add_argument(
        "event",
        choices=contract.EVENT_TYPES,
        metavar="EVENT",
        help=f"the event: {', '.join(contract.EVENT_TYPES)}",
    )
    parser.add_argument(
        "-n", "--number", type=positive_integer, default=10, metavar="N", help="how many payloads; default 10"
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help="integer; if omitted, a random seed is chosen and printed"
    )
    parser.add_argument("--profile", choices=contract.PROFILES, default="strict", help="default strict")


def run(options: argparse.Namespace) -> int:
    """Write N distinct payloads of an event to standard output. Return the exit code."""
    seed = randbits(_SEED_BITS) if options.seed is None else options.seed
    with TemporaryDirectory() as folder:
        try:
            from hypothesis import configuration  # noqa: PLC0415  (the extra `test`)
        except ModuleNotFoundError as error:
            return complain(missing(error.name, "test"))
        # Otherwise Hypothesis leaves a folder of its own in the working directory.
        configuration.set_hypothesis_home_dir(folder)
        lines = islice(_lines(options.event, options.profile, seed), options.number)
        for line in progress(lines, total=options.number, unit="payload"):
            sys.stdout.write(line + "\n")
    if options.seed is None:
        sys.stderr.write(f"junction-webhooks: --seed {seed} gives the same payloads again\n")
    return 0


def _lines(event_type: EventType, profile: Profile, seed: int) -> Iterator[str]:
    """An endless stream of distinct payloads as JSON, the simplest one first."""
    from junction_webhooks import strategies  # noqa: PLC0415  (imports Hypothesis, which needs its folder first)

    strategy = strategies.events(event_type, profile=profile)
    seen: set[bytes] = set()
    for turn in count():
        for payload in _generate(strategy, f"{seed}.{turn}"):
            # ASCII only: some readers also end a line at U+2028 and the like, which strings may contain.
            line = json.dumps(payload, separators=(",", ":"))
            digest = sha256(line.encode()).digest()
            if digest not in seen:
                seen.add(digest)
                yield line


def _generate(strategy: Any, seed: str) -> list[dict[str, Any]]:
    """One round of payloads. The same seed gives the same round."""
    import hypothesis  # noqa: PLC0415  (the extra `test`)

    generated: list[dict[str, Any]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=_ROUND,
        phases=[hypothesis.Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def keep(payload: dict[str, Any]) -> None:
        generated.append(payload)

    keep()
    return generated

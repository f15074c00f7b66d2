"""Fuzz `parse_event` for as long as you like; the tests try a few thousand inputs.

    python -m junction_webhooks_dev.fuzz --inputs 1000000 --seed 1

An input is random bytes, or a fixture with damaged bytes or values. For each, `parse_event` must return an event or
raise `InvalidPayload`, for models and for structs, in agreement with the verdict of `check`. Anything else is
printed with its seed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
from typing import TYPE_CHECKING, Any

from junction_webhooks import InvalidPayload, check, fixtures, parse_event

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = [fixture for fixture in fixtures.valid() if fixture.event_type]
INSERTIONS = [
    b"", b"\xff", b'"', b"{", b"}", b"[" * 200, b"]", b"1e400", b"-1e-400", b"NaN", b"Infinity", rb"\ud800",
    rb"\ud83d\ude00", b"9" * 400, b"18446744073709551616", b'"id": 1, ', b"null", b"\xef\xbb\xbf", b"\x00", b",",
    b"1.0", b"\xed\xa0\x80", b'"events": [], ', b'"event_type": "labtest.order.created", ',
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 1.5, 1e29, 2**63, 2**64, -(2**70), "", "x", "2022-01-01T00:00:00Z",
    "2022-01-01T00:00:00", "2022-01-01 00:00:00Z", "2022-01-01t00:00:00z", "2022-02-30T00:00:00Z",
    "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "2022-01-01T00:00:00+0000", "1577836800", "2022-01-01T24:00:00Z",
    "2022-01-01T00:00Z", "2022-01-01T00:00:00+00", "2022-01-01T00:00:00.123456789+00:00", "20220101T000000Z",
    "2022-01-01T00:00:00-07:00", "\x00", "\U0001f600",
    [], [None], [[]], {}, {"id": "x"}, {"type": "testkit"}, {"a": {"b": [1]}},
]  # fmt: skip


def random_bytes(chance: random.Random) -> bytes:
    """Return up to 60 random bytes."""
    return chance.randbytes(chance.randrange(60))


def damaged_bytes(chance: random.Random) -> bytes:
    """Return the bytes of a fixture with a few places overwritten, cut or extended."""
    body = bytearray(chance.choice(EVENTS).raw)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(body) + 1)
        body[start : start + chance.choice([0, 0, 1, 1, 5, 50, 500])] = chance.choice(INSERTIONS)
    return bytes(body)


def damaged_values(chance: random.Random) -> bytes:
    """Return a fixture with a few values replaced, removed or added."""
    payload = copy.deepcopy(chance.choice(EVENTS).payload)
    for _ in range(chance.randint(1, 4)):
        holder: Any = payload
        while True:
            steps = list(holder) if isinstance(holder, dict) else range(len(holder))
            if not steps:
                break
            step = chance.choice(steps)
            if isinstance(holder[step], (dict, list)) and chance.random() < 0.85:
                holder = holder[step]
                continue
            change = chance.randrange(3)
            if change == 0:
                del holder[step]
            elif change == 1 and isinstance(holder, dict):
                holder[chance.choice(["unknown", "id", "status", ""])] = chance.choice(VALUES)
            else:
                holder[step] = copy.deepcopy(chance.choice(VALUES))
            break
    return json.dumps(payload).encode()


def outcome(body: bytes, *, as_struct: bool) -> bool | None:
    """Return whether the body parses, or None if Python cannot represent one of its instants."""
    try:
        parse_event(body, as_struct=as_struct)
    except InvalidPayload as error:
        return None if "cannot hold" in str(error) else False
    return True


def wrong(body: bytes) -> str | None:
    """Return what is wrong with how the body is handled, or None."""
    try:
        report = check(body)
        expected = report.verdict != "rejected" and not report.bare
        found = [outcome(body, as_struct=as_struct) for as_struct in (False, True)]
    except Exception as error:  # noqa: BLE001  (any other exception is what this looks for)
        return f"escaped: {error!r}"
    if any(each not in {expected, None} for each in found):
        return f"check says {report.verdict}, parse_event {found}"
    return None


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    makers: list[Callable[[random.Random], bytes]] = [random_bytes, damaged_bytes, damaged_values]
    tally: dict[str, int] = {}
    failures = 0
    for number in range(options.inputs):
        chance = random.Random(f"{options.seed}/{number}")  # noqa: S311
        body = makers[number % len(makers)](chance)
        complaint = wrong(body)
        if complaint:
            failures += 1
            sys.stdout.write(f"input {options.seed}/{number}: {complaint}\n")
        verdict = check(body).verdict
        tally[verdict] = tally.get(verdict, 0) + 1
    sys.stdout.write(f"{options.inputs} inputs, {failures} failures, {tally}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

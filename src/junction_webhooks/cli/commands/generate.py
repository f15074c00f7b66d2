"""`junction-webhooks generate`: payloads drawn from the schemas, a line each."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from itertools import count, islice
from secrets import randbits
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from junction_webhooks._extras import missing
from junction_webhooks.cli._terminal import complain, progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from junction_webhooks.contract import EventType, Profile

_ROUND: Final = 50
"""So many are drawn at once, whatever is asked for: so fewer are the beginning of more."""
_SEED_BITS: Final = 32


def run(event_type: EventType, *, number: int, seed: int | None, profile: Profile) -> int:
    """Write so many payloads of an event to standard output, no two equal; returns the exit code."""
    chosen = randbits(_SEED_BITS) if seed is None else seed
    with TemporaryDirectory() as folder:
        try:
            from hypothesis import configuration  # noqa: PLC0415  (the extra `test`)
        except ModuleNotFoundError as error:
            return complain(missing(error.name, "test"))
        # Else Hypothesis leaves a folder of its own in the working directory.
        configuration.set_hypothesis_home_dir(folder)
        found = islice(_lines(event_type, profile, chosen), number)
        for line in progress(found, total=number, unit="payload"):
            sys.stdout.write(line + "\n")
    if seed is None:
        sys.stderr.write(f"junction-webhooks: --seed {chosen} gives the same payloads again\n")
    return 0


def _lines(event_type: EventType, profile: Profile, seed: int) -> Iterator[str]:
    """Payloads without end, the simplest one first."""
    from junction_webhooks import strategies  # noqa: PLC0415  (Hypothesis must know its folder before)

    strategy = strategies.events(event_type, profile=profile)
    seen: set[bytes] = set()
    for turn in count():
        for payload in _drawn(strategy, f"{seed}.{turn}"):
            # In ASCII: of what may stand in a string, some readers take more than "\n" for the end of a line.
            line = json.dumps(payload, separators=(",", ":"))
            digest = sha256(line.encode()).digest()
            if digest not in seen:
                seen.add(digest)
                yield line


def _drawn(strategy: Any, seed: str) -> list[dict[str, Any]]:
    import hypothesis  # noqa: PLC0415  (the extra `test`)

    drawn: list[dict[str, Any]] = []

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
        drawn.append(payload)

    keep()
    return drawn

"""Compare the validators on many payloads; the tests compare them on a few hundred.

    python -m junction_webhooks_dev.agree --payloads 20000 --seed 1

The payloads are fixtures and generated events, most of them with a few changes: rules broken, and values about
which validators tend to differ. `jsonschema` and `jsonschema-rs` must give the same report, with the same verdict,
paths and keywords. `jsonschema-rs` with the draft-07 bundles, and ajv with the bundles of both drafts, must give the
same verdict in both profiles, all at their default options. So must ajv with `ajv-formats`, with the bundles that name
formats next to the patterns. This needs Node, and `make node` once.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import jsonschema_rs
from hypothesis import HealthCheck, Phase, given, seed, settings

from junction_webhooks import check, contract, fixtures, strategies
from junction_webhooks.contract.bundler import with_formats
from junction_webhooks.contract.mutations import mutations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junction_webhooks.contract import Draft, EventType, Profile

SUPPORT: Final = Path(__file__).resolve().parents[2] / "tests" / "support"
AT_A_TIME: Final = 500
GENERATED: Final = 400
"""The most payloads that are generated per event. Changed ones are made from these and from the fixtures."""

EDGES: Final[tuple[Any, ...]] = (
    "2016-12-31T23:59:60Z", "2016-12-31T23:59:60+01:00", "2017-01-01T00:59:60+01:00", "2016-12-31T12:00:60Z",
    "2016-12-31T24:00:00Z", "0000-01-01T00:00:00Z", "0000-02-29", "1900-02-29", "2000-02-29T00:00:00",
    "2022-01-01t00:00:00z", "2022-01-01 00:00:00Z", "2022-01-01T00:00:00.Z", "2022-01-01T00:00:00.123456789Z",
    "2022-01-01T00:00:00,5Z", "2022-01-01T00:00Z", "2022-01-01T00:00:00+24:00", "2022-01-01T00:00:00-00:00",
    "2022-01-01T00:00:00+0000", "2022-01-01T00:00:00+00", "2022-01-01T00:00:00Z\n", "2022-01-01\n", " 2022-01-01",
    "2020-0+-01T00:00:00Z", "+020-01-01", "2022-13-01", "2022-00-01", "２０２２-01-01", "٢٠٢٢-01-01T00:00:00Z",  # noqa: RUF001  (digits of other scripts)
    "84D96C03-6B1C-4226-AD8F-EF44A6BC08AF", "84d96c036b1c4226ad8fef44a6bc08af", "84d96c03-6b1c-4226-ad8f-ef44a6bc08af ",
    "urn:uuid:84d96c03-6b1c-4226-ad8f-ef44a6bc08af", "{84d96c03-6b1c-4226-ad8f-ef44a6bc08af}",
    "00000000-0000-0000-0000-000000000000", "84d96c03-6b1c-4226-ad8f-ef44a6bc08ag", "02116\n", "02116-1234", "0211６",  # noqa: RUF001  (a digit of another script)
    "Etc/GMT+5", "America/Argentina/Buenos_Aires", "America/New York", "EST5EDT", "é" * 1000, "\U0001f600" * 1000,
    "\U0001f600" * 501, "x" * 1001, "\x00", "", None, True, False, 0, -0.0, 1.0, 7.5, 90, 90.000001, -180, 1e29, 2**53 + 1,
    2**63, -(2**63) - 1, [], [None], {}, {"id": 1},
)  # fmt: skip


class Disagreement(NamedTuple):
    """A payload about which two validators differ."""

    number: int
    what: str


def agree(event_type: EventType, *, payloads: int, seed: int) -> list[Disagreement]:
    """Check this many payloads of the event with every validator, and return where they differ."""
    found: list[Disagreement] = []
    pool = _pool(event_type, seed, min(payloads, GENERATED))
    for start in range(0, payloads, AT_A_TIME):
        numbers = range(start, min(start + AT_A_TIME, payloads))
        made = [_payload(event_type, pool, f"{seed}/{event_type}/{number}") for number in numbers]
        verdicts = []
        for number, payload in zip(numbers, made, strict=True):
            reference, accelerated = (
                check(payload, event_type=event_type, engine=engine)
                for engine in ("jsonschema", "jsonschema-rs")
            )
            verdicts.append(reference.verdict)
            if reference != accelerated:
                found.append(Disagreement(number, f"jsonschema {reference}\njsonschema-rs {accelerated}"))
        found += _against_bundles(event_type, numbers, made, verdicts)
    return found


def _against_bundles(
    event_type: EventType, numbers: range, made: list[Any], verdicts: Sequence[str]
) -> Iterator[Disagreement]:
    for profile in contract.PROFILES:
        fine = {"conforms"} if profile == "strict" else {"conforms", "drifts"}
        by_draft_07 = jsonschema_rs.Draft7Validator(contract.bundle(profile, event_type, draft="07"))
        named: list[tuple[str, Any]] = [(event_type, payload) for payload in made]
        answers = {"jsonschema-rs by draft-07": [by_draft_07.is_valid(payload) for payload in made]} | {
            f"ajv{' with ajv-formats' * formats} by {draft}": ajv_verdicts(
                profile, named, draft=draft, formats=formats
            )
            for draft, formats in product(contract.DRAFTS, (False, True))
        }
        for validator, takes_each in answers.items():
            for number, verdict, takes in zip(numbers, verdicts, takes_each, strict=True):
                if takes != (verdict in fine):
                    yield Disagreement(number, f"{verdict}, and {validator} by the {profile} bundle {takes}")


def ajv_verdicts(
    profile: Profile, payloads: list[tuple[str, Any]], *, draft: Draft = "2020-12", formats: bool = False
) -> list[bool]:
    """Return whether ajv, at its default options, accepts each payload by the bundle named with it.

    With `formats`, it has `ajv-formats`, and the bundles name formats next to their patterns.
    """
    named = {name for name, _ in payloads}
    bundles = {
        name: contract.bundle(profile, name, draft=draft) for name in contract.BUNDLE_NAMES if name in named
    }
    if formats:
        bundles = {name: with_formats(bundle) for name, bundle in bundles.items()}
    done = subprocess.run(
        ["node", "ajv.mjs"],  # noqa: S607  (whichever Node the machine has)
        input=json.dumps({"bundles": bundles, "payloads": payloads, "formats": formats}),
        cwd=SUPPORT,
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout)
    if result["complaints"]:
        raise RuntimeError(result["complaints"])
    verdicts: list[bool] = result["verdicts"]
    return verdicts


def _pool(event_type: EventType, with_seed: int, size: int) -> list[Any]:
    """Return payloads that conform: the fixtures of the event, and generated ones."""
    generated: list[Any] = []

    @seed(with_seed)
    @settings(
        max_examples=size,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.events(event_type))
    def collect(payload: Any) -> None:
        generated.append(payload)

    collect()
    return [fixture.payload for fixture in fixtures.valid(event_type)] * 10 + generated


def _payload(event_type: EventType, pool: list[Any], with_seed: str) -> Any:
    """Return one payload of the pool, with up to three changes, none of them to the event type."""
    chance = random.Random(with_seed)  # noqa: S311
    payload = chance.choice(pool)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        payload = _changed(payload, event_type, chance)
    return payload


def _changed(payload: Any, event_type: EventType, chance: random.Random) -> Any:
    bundle = contract.bundle("strict", event_type)
    found = [each for each in mutations(bundle, payload) if each.path and each.path[0] != "event_type"]
    change = chance.choice(found)
    if change.operation == "replace" and chance.random() < 0.7:
        change = change._replace(value=chance.choice(EDGES))
    return change.applied_to(payload)


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--payloads", type=int, default=20_000, help="how many per event (default: 20000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    differing = 0
    with ProcessPoolExecutor(max_workers=2) as workers:
        compare = partial(agree, payloads=options.payloads, seed=options.seed)
        for event_type, found in zip(
            contract.EVENT_TYPES, workers.map(compare, contract.EVENT_TYPES), strict=True
        ):
            differing += len(found)
            sys.stdout.write(f"{event_type}: {options.payloads} payloads, {len(found)} disagreements\n")
            for each in found[:20]:
                sys.stdout.write(f"  {options.seed}/{event_type}/{each.number}: {each.what}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

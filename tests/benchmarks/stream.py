"""A stream of deliveries, in one process per way: `python stream.py WAY` reads it and prints what it took.

Reads one body per line. Prints the processor time for each body in seconds, the same for `orjson.loads`, and how
many bodies conform, drift and are rejected.
"""

from __future__ import annotations

import gc
import json
import sys
from importlib import import_module
from time import process_time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    Way = Callable[[bytes], str]

WARM_UP: Final = 2_000
CHUNK: Final = 500


def _ours() -> Way:
    from junction_webhooks import check  # noqa: PLC0415  (each way imports only what it needs)

    return lambda body: check(body).verdict


def _ours_read() -> Way:
    from junction_webhooks import check  # noqa: PLC0415

    def verdict(body: bytes) -> str:
        report = check(body)
        len(report.violations)
        return report.verdict

    return verdict


def _compiled(compile_: Callable[[Any], Callable[[Any], bool]], draft: Any = "2020-12") -> Way:
    """A loop as one would write it without this package: read, look up the validators, validate."""
    import orjson  # noqa: PLC0415

    from junction_webhooks import contract  # noqa: PLC0415  (the bundles)

    validators = {
        event_type: tuple(
            compile_(contract.bundle(profile, event_type, draft=draft)) for profile in ("strict", "tolerant")
        )
        for event_type in contract.EVENT_TYPES
    }

    def verdict(body: bytes) -> str:
        try:
            payload = orjson.loads(body)
            strict, tolerant = validators[payload["event_type"]]
        except (ValueError, LookupError, TypeError):
            return "rejected"
        if strict(payload):
            return "conforms"
        return "drifts" if tolerant(payload) else "rejected"

    return verdict


def _rust() -> Way:
    validator = import_module("jsonschema_rs").Draft202012Validator
    return _compiled(lambda bundle: validator(bundle, validate_formats=True).is_valid)


def _fastjsonschema() -> Way:
    fastjsonschema = import_module("fastjsonschema")

    def compiled(bundle: Any) -> Callable[[Any], bool]:
        validate = fastjsonschema.compile(bundle)

        def is_valid(payload: Any) -> bool:
            try:
                validate(payload)
            except fastjsonschema.JsonSchemaException:
                return False
            return True

        return is_valid

    # It knows no later draft.
    return _compiled(compiled, "07")


WAYS: Final[dict[str, Callable[[], Way]]] = {
    "check": _ours,
    "check_read": _ours_read,
    "jsonschema_rs": _rust,
    "fastjsonschema": _fastjsonschema,
}


def main() -> None:
    """Time one way and the baseline in turns."""
    import orjson  # noqa: PLC0415

    way = WAYS[sys.argv[1]]()
    bodies = sys.stdin.buffer.read().splitlines()
    counts = {"conforms": 0, "drifts": 0, "rejected": 0}
    for body in bodies:
        counts[way(body)] += 1
    for body in bodies[:WARM_UP]:
        way(body)
    gc.collect()
    gc.disable()
    taken = baseline = 0.0
    for start in range(0, len(bodies), CHUNK):
        chunk = bodies[start : start + CHUNK]
        began = process_time()
        for body in chunk:
            orjson.loads(body)
        between = process_time()
        for body in chunk:
            way(body)
        taken += process_time() - between
        baseline += between - began
    json.dump(
        {"seconds": taken / len(bodies), "baseline": baseline / len(bodies), "counts": counts}, sys.stdout
    )


if __name__ == "__main__":
    main()

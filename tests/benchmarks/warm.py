"""One warm process: times each way to parse or check a body, and `orjson.loads` immediately before each.

Reads a job from standard input and writes the samples to standard output, both as JSON.
"""

from __future__ import annotations

import gc
import json
import random
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from time import process_time
from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from junction_webhooks import Report, check, parse_event

if TYPE_CHECKING:
    from collections.abc import Callable

    Way = Callable[[bytes], Any]

SAMPLE_SECONDS = 0.004
UNTIMED_CALLS = 5


def main() -> None:
    """Check each way's result once, then time them all, round by round."""
    job = json.load(sys.stdin)
    bodies = {variant: body.encode() for variant, body in job["bodies"].items()}
    ways = _ways(bodies["conforms"], job["sdk_type"])
    calls: dict[str, tuple[Way, bytes]] = {}
    for name, (way, variant) in ways.items():
        _must_be_right(name, way(bodies[variant]), bodies[variant], variant)
        calls[name] = way, bodies[variant]
    refusing = [name for name in job["sdks"] if _refuses(name, job["sdk_type"], job["printed"])]
    json.dump({"samples": _samples(calls, job["rounds"]), "refusing": refusing}, sys.stdout)


def _ways(body: bytes, sdk_type: str) -> dict[str, tuple[Way, str]]:
    """Each way, and the variant of the body that it gets."""
    ways: dict[str, tuple[Way, str]] = {
        "check": (check, "conforms"),
        "check_drifts": (check, "drifts"),
        "read_drifts": (_read, "drifts"),
        "check_rejected": (check, "rejected"),
        "check_rejected_late": (check, "rejected_late"),
        "read_rejected": (_read, "rejected"),
        "check_reference": (lambda body: check(body, engine="jsonschema"), "conforms"),
        "parse_event": (parse_event, "conforms"),
        "parse_event_drifts": (parse_event, "drifts"),
        "struct": (lambda body: parse_event(body, as_struct=True), "conforms"),
        **{name: (way, "conforms") for name, way in _floors(body).items()},
    }
    for package in ("vital", "junction"):
        if find_spec(package):
            model, parse_obj_as = _sdk(package, sdk_type)
            ways[f"{package}_object"] = _by_object(model, parse_obj_as), "conforms"
            ways[f"{package}_json"] = model.model_validate_json, "conforms"
    return ways


def _read(body: bytes) -> Report:
    report = check(body)
    len(report.violations)
    return report


def _floors(body: bytes) -> dict[str, Way]:
    """What events cost the libraries that they are made of, without a line of ours."""
    event = parse_event(body)
    struct_class = type(parse_event(body, as_struct=True))
    return {
        "model_floor": lambda body: type(event).model_validate(orjson.loads(body)),
        "struct_floor": lambda body: msgspec.convert(orjson.loads(body), struct_class),
    }


def _by_object(model: Any, parse_obj_as: Any) -> Way:
    return lambda body: parse_obj_as(model, json.loads(body))


def _sdk(package: str, sdk_type: str) -> tuple[Any, Any]:
    model = getattr(import_module(package), sdk_type)
    return model, import_module(f"{package}.core.pydantic_utilities").parse_obj_as


def _refuses(package: str, sdk_type: str, printed: Any) -> bool:
    if printed is None:
        return False
    model, parse_obj_as = _sdk(package, sdk_type)
    try:
        parse_obj_as(model, printed)
    except ValueError:
        return True
    return False


def _must_be_right(name: str, result: Any, body: bytes, variant: str) -> None:
    """Raise `AssertionError` unless the result says what the body says."""
    payload = json.loads(body)
    if isinstance(result, Report):
        assert result.verdict == variant.partition("_")[0], f"{name}: {result}"
        return
    wanted = [
        (entry["status"], datetime.fromisoformat(entry["created_at"])) for entry in payload["data"]["events"]
    ]
    # One SDK has enumerations where the others have strings.
    found = [
        (getattr(entry.status, "value", entry.status), entry.created_at.astimezone(UTC))
        for entry in result.data.events
    ]
    assert found == wanted, f"{name}: a wrong history"
    assert str(result.data.id) == payload["data"]["id"], f"{name}: a wrong id"


def _samples(ways: dict[str, tuple[Way, bytes]], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """For each way, its seconds per call and those of `orjson.loads` immediately before: one pair per round."""
    calls = {name: (_calls(*way), _calls(orjson.loads, way[1])) for name, way in ways.items()}
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    order = list(ways)
    gc.collect()
    gc.disable()  # as timeit does: when it runs is chance
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            way, body = ways[name]
            own, of_baseline = calls[name]
            baseline = _seconds(orjson.loads, body, of_baseline)
            samples[name].append((_seconds(way, body, own), baseline))
    return samples


def _calls(way: Way, body: bytes) -> int:
    """How many calls make a sample, once the way is warm."""
    _seconds(way, body, 20)
    return max(1, round(SAMPLE_SECONDS / _seconds(way, body, 10)))


def _seconds(way: Way, body: bytes, calls: int) -> float:
    # The ways before have filled the processor's caches with what is theirs.
    for _ in range(UNTIMED_CALLS):
        way(body)
    start = process_time()
    for _ in range(calls):
        way(body)
    return (process_time() - start) / calls


if __name__ == "__main__":
    main()

"""One delivery at a time: how long it takes to check and to parse it, in ratio to `orjson.loads`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from bodies import ENVELOPE, Case, cases
from processes import SDKS, child, installed_sdks
from results import Bar, Section, Spread, Table, at_least, at_most, spread

if TYPE_CHECKING:
    from results import Target

TEXT: Final = """\
Most deliveries conform. The day Junction adds a property, every delivery drifts, so that case counts as much. The
verdict of a body is found at once. The violations are listed and worded when they are first read, for example by
`report.violations`, `str(report)` or a comparison. Of a parsed dict, they are listed at once."""
SHOWN: Final = {
    "check": "check(body)",
    "check_drifts": "check(body), drifting: the verdict",
    "read_drifts": "check(body), drifting: with its violations",
    "check_rejected": "check(body), rejected for a missing property: the verdict",
    "check_rejected_late": "check(body), rejected for a null further down: the verdict",
    "read_rejected": "check(body), rejected: with its violations",
    "check_reference": 'check(body, engine="jsonschema")',
    "parse_event": "parse_event(body)",
    "parse_event_drifts": "parse_event(body), drifting",
    "struct": "parse_event(body, as_struct=True)",
    "vital_object": "vital: parse_obj_as(…, json.loads(body))",
    "vital_json": "vital: model_validate_json(body)",
    "junction_object": "junction: parse_obj_as(…, json.loads(body))",
    "junction_json": "junction: model_validate_json(body)",
    "model_floor": "model_validate(orjson.loads(body))",
    "struct_floor": "msgspec.convert(orjson.loads(body), …)",
}
IN_PICTURE: Final = (
    "check", "check_drifts", "read_drifts", "parse_event", "struct", "vital_object", "vital_json", "junction_object", "junction_json"
)  # fmt: skip
TARGETS: Final = {
    "check": (2.0, 2.7),
    "check_drifts": (3.0, 4.0),
    "check_rejected": (2.0, 3.0),
    "check_rejected_late": (2.0, 3.0),
    "read_drifts": (12.0, 16.0),
    "parse_event": (3.9, 4.8),
    "struct": (2.0, 3.0),
}
"""The most that each may take, in ratio to `orjson.loads`: of the order, and of the appointment."""
OVER_OBJECT_LEAST: Final = 1.0


def measure(*, quick: bool) -> Section:
    """Time every way with every case."""
    sdks = installed_sdks()
    section = Section("One delivery", TEXT)
    section.notes += [f"{SDKS[name]} is left out: not installed" for name in SDKS if name not in sdks]
    for number, case in enumerate(cases()):
        ratios, refusing = _ratios(case, sdks, processes=2 if quick else 4)
        section.tables.append(_table(case, ratios))
        section.targets += _targets(
            case, number, {name: found.middle for name, (found, _) in ratios.items()}, sdks
        )
        section.notes += [
            f"{SDKS[name]} rejects {case.title} without {', '.join(ENVELOPE)}; measured with them added"
            for name in refusing
        ]
        if number == 0:
            section.bars = [_bar(name, ratios[name][0].middle) for name in IN_PICTURE if name in ratios]
            section.conclusion = _conclusion(case, {name: taken for name, (_, taken) in ratios.items()})
    return section


def _ratios(case: Case, sdks: list[str], processes: int) -> tuple[dict[str, tuple[Spread, float]], list[str]]:
    """Of each way, the ratio to `orjson.loads` of the same body, and the microseconds."""
    job: dict[str, Any] = {
        "bodies": {variant: body.decode() for variant, body in case.variants.items()},
        "printed": case.printed,
        "sdk_type": case.sdk_type,
        "sdks": sdks,
        "rounds": 25,
    }
    samples: dict[str, list[tuple[float, float]]] = {}
    for _ in range(processes):
        # Several processes: where memory happens to lie makes one faster than the next.
        answer = json.loads(child("warm.py", given=json.dumps(job).encode()))
        for name, pairs in answer["samples"].items():
            samples.setdefault(name, []).extend(pairs)
    return {
        name: (
            spread(seconds / baseline for seconds, baseline in pairs),
            spread(seconds * 1e6 for seconds, _ in pairs).middle,
        )
        for name, pairs in samples.items()
    }, answer["refusing"]


def _table(case: Case, ratios: dict[str, tuple[Spread, float]]) -> Table:
    rows = [
        (
            SHOWN[name],
            f"{ratios[name][0].middle:.2f}",
            f"{ratios[name][0].low:.2f} to {ratios[name][0].high:.2f}",
            f"{ratios[name][1]:,.1f}",
        )
        for name in SHOWN
        if name in ratios
    ]
    title = f"{case.title[0].upper()}{case.title[1:]}, {len(case.variants['conforms']):,} bytes"
    return Table(title, ("", "× orjson.loads", "middle half", "µs"), rows)  # noqa: RUF001


def _targets(case: Case, number: int, ratios: dict[str, float], sdks: list[str]) -> list[Target]:
    targets = [
        at_most(f"{SHOWN[name]}, {case.title}, relative to orjson.loads", ratios[name], most[number])
        for name, most in TARGETS.items()
    ]
    targets += [
        at_least(
            f"parse_event, {case.title}, speed relative to {SDKS[name]}: parse_obj_as",
            ratios[f"{name}_object"] / ratios["parse_event"],
            OVER_OBJECT_LEAST,
        )
        for name in sdks
    ]
    return targets


def _bar(name: str, ratio: float) -> Bar:
    is_ours = not name.startswith(("vital", "junction"))
    return Bar(SHOWN[name], ratio, f"{ratio:.1f} ×", is_ours)  # noqa: RUF001


def _conclusion(case: Case, taken: dict[str, float]) -> str:
    ours = (
        f"With {case.title}, `check(body)` takes {taken['check']:.1f} µs if it conforms and {taken['check_drifts']:.1f} µs "
        f"if it drifts, plus {taken['read_drifts'] - taken['check_drifts']:.0f} µs for its violations. `parse_event(body)` "
        f"takes {taken['parse_event']:.1f} µs, or {taken['struct']:.1f} µs as a struct"
    )
    sdks = [time for name, time in taken.items() if name.startswith(("vital", "junction"))]
    return f"{ours}; the SDKs take {min(sdks):.1f} to {max(sdks):.1f} µs." if sdks else f"{ours}."

"""How long a new process takes to its first event, and its peak of memory."""

from __future__ import annotations

from typing import Final

from bodies import cases
from processes import SDKS, child, installed_sdks
from results import Bar, Section, Table, at_most, spread

TEXT: Final = """\
From the start of the process to the first event of the recorded order, the interpreter's own start included."""
SHOWN: Final = {
    "interpreter": "the interpreter alone",
    "import": "import junction_webhooks",
    "check": "check(body)",
    "pydantic": "pydantic, with a model with one field",
    "parse_event": "parse_event(body)",
    "struct": "parse_event(body, as_struct=True)",
    "vital": "vital: parse_obj_as(…, json.loads(body))",
    "junction": "junction: parse_obj_as(…, json.loads(body))",
}
TOO_SMALL: Final = frozenset({"interpreter", "import"})
"""The ways whose memory is less than that of the process that starts them."""
NO_EVENT: Final = TOO_SMALL | {"pydantic", "check"}
IMPORT_MOST_MS: Final = 40.0
MEMORY_MOST: Final = 1.0


def measure(*, quick: bool) -> Section:
    """Start each way in turns."""
    sdks = installed_sdks()
    ways = [name for name in SHOWN if name not in SDKS or name in sdks]
    times, peaks = _starts(ways, starts=5 if quick else 15)
    section = Section("Start-up", TEXT)
    section.tables.append(
        Table(
            "From process start to the first event",
            ("", "ms", "peak MiB"),
            [
                (SHOWN[way], f"{times[way]:.0f}", f"{peaks[way]:.1f}" if way not in TOO_SMALL else "")
                for way in ways
            ],
        )
    )
    section.targets.append(
        at_most(
            "import junction_webhooks, in addition to the interpreter",
            times["import"] - times["interpreter"],
            IMPORT_MOST_MS,
            " ms",
        )
    )
    section.targets += [
        at_most(
            f"memory after parse_event, relative to {SDKS[sdk]}",
            peaks["parse_event"] / peaks[sdk],
            MEMORY_MOST,
        )
        for sdk in sdks
    ]
    section.bars = [Bar(SHOWN[way], times[way], f"{times[way]:.0f} ms", way not in SDKS) for way in ways]
    return section


def _starts(ways: list[str], starts: int) -> tuple[dict[str, float], dict[str, float]]:
    """The median milliseconds and MiB of each way."""
    case = cases()[0]
    took: dict[str, list[float]] = {way: [] for way in ways}
    # The peak of a child is never below the size of its parent, which therefore imports no models: only the peaks of
    # children that do are reported.
    peaks: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(starts + 1):
        for way in ways:
            seconds, peak, found = child(
                "cold.py", way, given=case.variants["conforms"], quiet=way in SDKS
            ).split()
            wanted = 0 if way in NO_EVENT else len(case.payload["data"]["events"])
            assert int(found) == wanted, f"{way}: {int(found)} history entries parsed instead of {wanted}"
            # The first start of each only fills the cache of compiled modules.
            if turn:
                took[way].append(float(seconds) * 1e3)
                peaks[way].append(float(peak) / 1024)
    return {way: spread(took[way]).middle for way in ways}, {way: spread(peaks[way]).middle for way in ways}

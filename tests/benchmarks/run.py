"""Measure speed and memory next to orjson, Junction's own SDKs and other validators: `python tests/benchmarks/run.py`.

Machines are noisy, so nothing is compared over time: each sample of a way is divided by a sample of `orjson.loads` taken
immediately before it, the ways alternate in random order, and the median over several processes counts. Whole processes
alternate too. All times are processor time. Exits with 0 whatever the numbers; a wrong result of anything that is
measured ends it at once.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import deliveries
import folders
import page
import starts
import streams
from page import Results
from processes import ROOT, SDKS, installed_sdks
from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Callable

    from results import Section

LIBRARIES: Final = ("junction-webhooks", "orjson", "jsonschema-rs", "msgspec", "pydantic", "jsonschema")
PEERS: Final = {
    "fastjsonschema": "fastjsonschema",
    "check_jsonschema": "check-jsonschema",
    "sourcemeta_jsonschema": "sourcemeta-jsonschema",
}
SECTIONS: Final = {
    "deliveries": deliveries.measure,
    "streams": streams.measure,
    "files": folders.measure,
    "starts": starts.measure,
}
"""What is measured, in the order of the page."""


def main() -> None:
    """Measure and print, and with `--docs` write the pages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":", 1)[0] + ".")
    parser.add_argument("--output", choices=("table", "json"), default="table")
    parser.add_argument(
        "--docs", action="store_true", help="also write docs/speed.md, its picture, and the targets"
    )
    parser.add_argument("--quick", action="store_true", help="a fraction of the samples, for a first look")
    parser.add_argument("--before", type=Path, help="the checkout of an earlier version, for the stream")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="one section; may be repeated")
    arguments = parser.parse_args()
    lacking = [name for name in ("orjson", "jsonschema_rs", "msgspec") if not find_spec(name)]
    if lacking:
        parser.error(f"{', '.join(lacking)} not installed: pip install '.[fast]'")
    if arguments.docs and arguments.only:
        parser.error("--docs needs all sections")
    measures: dict[str, Callable[..., Section]] = {
        **SECTIONS,
        "streams": partial(streams.measure, before=arguments.before),
    }
    chosen = [name for name in SECTIONS if not arguments.only or name in arguments.only]
    # The last one first: the peak of a child is never below what this process has needed so far.
    found = {
        name: measures[name](quick=arguments.quick) for name in tqdm(chosen[::-1], disable=None, leave=False)
    }
    sections = [found[name] for name in chosen]
    packages = [*LIBRARIES, *(SDKS[name] for name in installed_sdks())]
    packages += [distribution for name, distribution in PEERS.items() if find_spec(name)]
    results = Results(_machine(), {name: version(name) for name in packages}, sections)
    if arguments.output == "json":
        sys.stdout.write(json.dumps(asdict(results), indent=2) + "\n")
    else:
        sys.stdout.write(page.text(results))
    if arguments.docs:
        page.write(results, ROOT / "docs")


def _machine() -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, {python}"


if __name__ == "__main__":
    main()

"""Fuzz `check` and `parse_event` with coverage guidance. Needs `atheris`, which only `.ci/full` installs.

    python -m junction_webhooks_dev.fuzz_coverage --runs 200000

The fuzzer starts with the bodies of the fixtures and keeps each input that reaches new code. A body must be
handled as `junction_webhooks_dev.fuzz` describes. The first one that is not stops the run and is kept in the
working directory, in a file called `crash-…`; the exit code is then not 0.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any


class MishandledBodyError(Exception):
    """A body is handled in a way that is not documented. The message says how."""


def main() -> None:
    """Run the command. The fuzzer itself ends the process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    atheris: Any = import_module("atheris")

    with atheris.instrument_imports(include=["junction_webhooks", "jsonschema", "json"]):
        from junction_webhooks import fixtures  # noqa: PLC0415  (instrumented on import)
        from junction_webhooks_dev.fuzz import wrong  # noqa: PLC0415

    def handle(body: bytes) -> None:
        complaint = wrong(body)
        if complaint:
            raise MishandledBodyError(complaint)

    with tempfile.TemporaryDirectory() as corpus:
        for number, fixture in enumerate([*fixtures.valid(), *fixtures.invalid()]):
            Path(corpus, str(number)).write_bytes(fixture.raw)
        arguments = [sys.argv[0], f"-runs={options.runs}", f"-seed={options.seed}", "-max_len=20000", corpus]
        atheris.Setup(arguments, handle)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

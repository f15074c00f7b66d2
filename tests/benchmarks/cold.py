"""One cold start: `python cold.py WAY` reads a body, parses it once and prints when and at what cost.

Prints its processor time since its start, the peak of its memory in KiB and the number of history entries
it found. Imports nothing that a way does not need.
"""

from __future__ import annotations

import resource
import sys
import time

# Importing `typing` for it would hide from the measurement what that costs.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _nothing(_body: bytes) -> Any:
    return None


def _import(_body: bytes) -> Any:
    import junction_webhooks  # noqa: F401, PLC0415  (what is measured)


def _pydantic(_body: bytes) -> Any:
    from pydantic import BaseModel  # noqa: PLC0415  (what is measured)

    class Least(BaseModel):
        field: int

    Least(field=1)


def _check(body: bytes) -> Any:
    from junction_webhooks import check  # noqa: PLC0415  (what is measured)

    check(body)


def _parse(body: bytes) -> Any:
    from junction_webhooks import parse_event  # noqa: PLC0415  (what is measured)

    return parse_event(body)


def _struct(body: bytes) -> Any:
    from junction_webhooks import parse_event  # noqa: PLC0415  (what is measured)

    return parse_event(body, as_struct=True)


def _sdk(body: bytes, package: str) -> Any:
    import json  # noqa: PLC0415  (what is measured)
    from importlib import import_module  # noqa: PLC0415  (what is measured)

    types = import_module(package)
    parse_obj_as = import_module(f"{package}.core.pydantic_utilities").parse_obj_as
    return parse_obj_as(types.ClientFacingOrderChanged, json.loads(body))


WAYS: dict[str, Callable[[bytes], Any]] = {
    "interpreter": _nothing,
    "import": _import,
    "check": _check,
    "pydantic": _pydantic,
    "parse_event": _parse,
    "struct": _struct,
    "vital": lambda body: _sdk(body, "vital"),
    "junction": lambda body: _sdk(body, "junction"),
}

if __name__ == "__main__":
    event = WAYS[sys.argv[1]](sys.stdin.buffer.read())
    seconds = time.process_time()
    entries = len(event.data.events) if event else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{seconds} {peak // 1024 if sys.platform == 'darwin' else peak} {entries}\n")

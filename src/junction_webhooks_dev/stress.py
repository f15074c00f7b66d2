"""Call `parse_event` first from several threads at once, in fresh processes; the tests try a few.

    python -m junction_webhooks_dev.stress --processes 300
    python -m junction_webhooks_dev.stress --processes 300 --switch-interval 1e-6

Each process starts threads that wait for each other and then call `parse_event(raw, as_struct=True)`. What a
library builds lazily and without a lock can crash a process there. The exit code is 1 if any process fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from typing import Final

THREADS: Final = 8
_PROGRAM: Final = """
import sys
from threading import Barrier, Thread

from junction_webhooks import fixtures, parse_event

threads, interval = int(sys.argv[1]), float(sys.argv[2])
if interval:
    sys.setswitchinterval(interval)
bodies = [fixture.raw for fixture in fixtures.valid() if fixture.event_type][:threads]
barrier = Barrier(threads)
parsed = []

def work(body):
    barrier.wait()
    parsed.append(parse_event(body, as_struct=True))

workers = [Thread(target=work, args=[body]) for body in bodies]
for each in workers:
    each.start()
for each in workers:
    each.join()
sys.exit(0 if len(parsed) == threads else 3)
"""


def exit_code(*, threads: int = THREADS, switch_interval: float = 0) -> int:
    """Return how one process ends: 0 if every thread got its event, negative for a crash."""
    arguments = [sys.executable, "-c", _PROGRAM, str(threads), str(switch_interval)]
    return subprocess.run(arguments, capture_output=True, check=False).returncode


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", type=int, default=300)
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.add_argument(
        "--switch-interval", type=float, default=0, help="seconds between two threads; 0: Python's default"
    )
    options = parser.parse_args()
    ends = Counter(
        exit_code(threads=options.threads, switch_interval=options.switch_interval)
        for _ in range(options.processes)
    )
    run = f"{options.processes} processes of {options.threads} threads"
    sys.stdout.write(f"{run}, by exit code: {dict(ends)}\n")
    return 0 if ends.keys() <= {0} else 1


if __name__ == "__main__":
    sys.exit(main())

"""Work for other processes, in a module that they can import."""

from __future__ import annotations

import os
import signal
import time


def work(setting: str, number: int) -> str:
    """Return both. Task 0 takes longer, 2 raises `ValueError`, and 3 kills its process."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 2:
        message = "not two"
        raise ValueError(message)
    time.sleep(0.2 if number == 0 else 0)
    return f"{setting} {number}"

"""Work in several processes, with the results in the order of the tasks.

`concurrent.futures` does the same, but in Python 3.11 it can wait forever for processes that were ended
early, as after Ctrl-C or a closed pipe.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from types import TracebackType

Task = TypeVar("Task")
Result = TypeVar("Result")
_WAITING_PER_PROCESS: Final = 3
"""How many results may wait for an earlier one. Enough to keep all processes busy, and flat memory."""


class ProcessEndedError(Exception):
    """A process ended before its work was done, maybe because the system had no memory left."""


class _Later:
    """A result that a process is working on."""

    result: Any
    is_done = False


class Processes(Generic[Task, Result]):
    """Some processes that each call one function, again and again."""

    def __init__(self, count: int, function: Callable[[Any, Task], Result], setting: object) -> None:
        """The function must be importable. It gets the setting and a task."""
        self._count = count
        self._function = function
        self._setting = setting
        self._waiting: deque[_Later | Any] = deque()
        self._idle: list[Connection] = []
        self._busy: dict[Connection, _Later] = {}
        self._processes: list[Any] = []

    def __enter__(self) -> Processes[Task, Result]:
        """Start the processes."""
        # Spawned, not forked: the same on every system, and safe if the program that calls this has threads.
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_serve, args=(theirs, self._function, self._setting), daemon=True
            )
            process.start()
            # So that reading from a process that ended fails, instead of waiting.
            theirs.close()
            self._idle.append(ours)
            self._processes.append(process)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        """End the processes."""
        for connection in (*self._idle, *self._busy):
            connection.close()
        for process in self._processes:
            # After an error, nobody waits for the rest.
            if kind is not None:
                process.terminate()
            process.join()

    def give(self, task: Task) -> None:
        """Give a task to the next process that is idle."""
        while not self._idle:
            self._collect()
        connection = self._idle.pop()
        later = _Later()
        self._busy[connection] = later
        self._waiting.append(later)
        try:
            connection.send(task)
        except OSError:
            raise ProcessEndedError from None

    def put(self, result: object) -> None:
        """Put a result that is known already after those of the tasks before it."""
        self._waiting.append(result)

    def ready(self) -> Iterator[Result | Any]:
        """Yield the results that are there, and wait for the first one if too many others do."""
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, _Later) and not first.is_done:
                if len(self._waiting) <= _WAITING_PER_PROCESS * self._count:
                    return
                self._collect()
            else:
                yield self._next()

    def rest(self) -> Iterator[Result | Any]:
        """Yield all results that are left."""
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, _Later) and not first.is_done:
                self._collect()
            else:
                yield self._next()

    def _next(self) -> Result | Any:
        first = self._waiting.popleft()
        return first.result if isinstance(first, _Later) else first

    def _collect(self) -> None:
        """Wait until a process is done."""
        done = wait([*self._busy])
        for connection in [each for each in self._busy if each in done]:
            later = self._busy.pop(connection)
            self._idle.append(connection)
            try:
                later.result = connection.recv()
            except (EOFError, OSError):
                raise ProcessEndedError from None
            if isinstance(later.result, BaseException):
                raise later.result
            later.is_done = True


def _serve(connection: Connection, function: Callable[[Any, Any], Any], setting: object) -> None:
    """Work until the other side closes the connection."""
    # Ctrl-C reaches all processes of a terminal. The first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while True:
            task = connection.recv()
            try:
                result = function(setting, task)
            except Exception as error:  # noqa: BLE001  (raised again in the first process)
                result = error
            connection.send(result)
    except (EOFError, OSError):
        return

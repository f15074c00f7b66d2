"""Work in several processes, with the results in the order of the tasks.

`concurrent.futures` does the same, but in Python 3.11 it can wait forever for processes that were ended
early, as after Ctrl-C or a closed pipe.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from types import TracebackType

Task = TypeVar("Task")
Result = TypeVar("Result")
_WAITING_PER_PROCESS: Final = 4
"""How many results may wait for an earlier one. Enough to keep all processes busy, and flat memory."""
_AHEAD: Final = 2
"""How many small tasks another process has at most, so that it need not wait for the next one."""


class ProcessEndedError(Exception):
    """A process ended before its work was done, maybe because the system had no memory left."""


class _Later:
    """A result that a process is working on."""

    result: Any
    is_done = False


class Processes(Generic[Task, Result]):
    """This process and some others, which all call one function, again and again."""

    def __init__(self, count: int, function: Callable[[Any, Task], Result], setting: object) -> None:
        """Work in `count` processes, this one included. The function must be importable."""
        self._count = count
        self._function = function
        self._setting = setting
        self._waiting: deque[_Later | Any] = deque()
        self._others: dict[Connection, deque[_Later]] = {}
        """The tasks that each other process has, by the connection to it."""
        self._processes: list[Any] = []

    def __enter__(self) -> Self:
        """Start the other processes. This one need not wait until they are ready."""
        # Spawned, not forked: the same on every system, and safe if the program that calls this has threads.
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count - 1):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_serve, args=(theirs, self._function, self._setting), daemon=True
            )
            process.start()
            # So that reading from a process that ended fails, instead of waiting.
            theirs.close()
            self._others[ours] = deque()
            self._processes.append(process)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        """End the other processes."""
        for connection in self._others:
            connection.close()
        for process in self._processes:
            # After an error, nobody waits for the rest.
            if kind is not None:
                process.terminate()
            process.join()

    def give(self, task: Task, *, is_small: bool) -> None:
        """Give a task to a process that has time for it. If none has, call the function here.

        A small task takes less than the 64 KiB that a pipe holds, so sending it never waits.
        """
        later = _Later()
        self._waiting.append(later)
        self._collect(timeout=0)
        connection = min(self._others, key=lambda each: len(self._others[each]))
        tasks = self._others[connection]
        if len(tasks) >= (_AHEAD if is_small else 1):
            later.result = self._function(self._setting, task)
            later.is_done = True
            return
        tasks.append(later)
        try:
            connection.send(task)
        except OSError:
            raise ProcessEndedError from None

    def put(self, result: object) -> None:
        """Put a result that is known already after those of the tasks before it."""
        self._waiting.append(result)

    def ready(self) -> Iterator[Result | Any]:
        """Yield the results that are there, and wait for the first one if too many others do."""
        yield from self._results(_WAITING_PER_PROCESS * self._count)

    def rest(self) -> Iterator[Result | Any]:
        """Yield all results that are left."""
        yield from self._results(0)

    def _results(self, most_waiting: int) -> Iterator[Result | Any]:
        while self._waiting:
            first = self._waiting[0]
            if not isinstance(first, _Later):
                yield self._waiting.popleft()
            elif first.is_done:
                yield self._waiting.popleft().result
            elif len(self._waiting) <= most_waiting:
                return
            else:
                self._collect(timeout=None)

    def _collect(self, timeout: float | None) -> None:
        """Take the results of other processes that are done, and wait for one of them."""
        busy = [connection for connection, tasks in self._others.items() if tasks]
        done = wait(busy, timeout) if busy else []
        for connection in busy:
            if connection not in done:
                continue
            try:
                result = connection.recv()
            except (EOFError, OSError):
                raise ProcessEndedError from None
            if isinstance(result, BaseException):
                raise result
            later = self._others[connection].popleft()
            later.result, later.is_done = result, True


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

"""Keeps payloads and secrets out of tracebacks.

Error trackers, log formatters and test runners record the local variables of every frame of a traceback. In
our frames these would be the body, the parsed payload or the secret. They are cleared before an exception
leaves the package.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = __name__.partition(".")[0]


def clears_locals(call: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function so that no exception leaves it with local variables in its traceback.

    This covers every frame below the caller's, in whichever library, and every exception: ours, a bug, a
    timeout. The traceback of an exception of ours ends at the caller: the frames below would only distract.
    """

    @wraps(call)
    def cleared(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        handled = sys.exception()
        try:
            return call(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            clear(error, handled)
            del handled
            raise

    return cleared


def clear(error: BaseException, handled: BaseException | None) -> None:
    """Clear the frames of an exception, and of those that it was raised from.

    `handled` is what the caller was handling when it called: its frames are the caller's and stay. An
    exception of ours loses its traceback.
    """
    _clear_frames(error, handled)
    if type(error).__module__.partition(".")[0] == _PACKAGE:
        error.__traceback__ = None


def _clear_frames(error: BaseException, handled: BaseException | None) -> None:
    seen = {id(None), id(handled)}
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            # Like `traceback.clear_frames`, without the import, which is slow.
            step = each.__traceback__
            while step is not None:
                # A frame that still runs, such as the decorator's, refuses.
                with suppress(RuntimeError):
                    step.tb_frame.clear()
                step = step.tb_next
            waiting += [each.__cause__, each.__context__]

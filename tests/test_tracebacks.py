"""`clears_locals`: what is left in a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.tables import table

from junction_webhooks._tracebacks import clears_locals

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "canary4711"  # noqa: S105  (planted)


class OwnError(ValueError):
    """An exception of the package."""


OwnError.__module__ = "junction_webhooks.of_a_test"


def deep(value: str, error: type[Exception]) -> None:
    """Raise with the value in this frame."""
    held = [value]
    raise error(len(held))


def chained(value: str, error: type[Exception]) -> None:
    """Raise from another exception, in whose frames the value is too."""
    try:
        deep(value, KeyError)
    except KeyError as cause:
        raise error from cause


def hidden(value: str, error: type[Exception]) -> None:
    """Raise while another exception is handled, which is not shown but still there."""
    try:
        deep(value, KeyError)
    except KeyError:
        raise error from None


def frames(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """The local variables of each frame, also of the exceptions that an exception comes from."""
    while error is not None:
        step = error.__traceback__
        while step is not None:
            yield step.tb_frame.f_locals
            step = step.tb_next
        error = error.__cause__ or error.__context__


@table("raising", [deep, chained, hidden])
@table("kind", [OwnError, TypeError, TimeoutError])
def test_no_frame_below_the_call_has_locals(raising: Any, kind: type[Exception]) -> None:
    """Whatever is raised, the frames below the call are empty, and the call's own holds no argument."""
    with pytest.raises(kind) as caught:
        clears_locals(raising)(SECRET, error=kind)
    mine, *decorator_and_below = frames(caught.value)
    assert mine["raising"] is raising
    assert all(found.keys() <= {"call", "__tracebackhide__"} for found in decorator_and_below)
    assert len(decorator_and_below) >= (0 if kind is OwnError else 2)
    assert SECRET not in repr(decorator_and_below)


def test_only_our_own_tracebacks_are_cut() -> None:
    """Where a bug was raised stays visible; where we refuse a payload does not matter."""
    with pytest.raises(TypeError) as bug:
        clears_locals(deep)(SECRET, TypeError)
    assert bug.traceback[-1].name == "deep"
    with pytest.raises(OwnError) as ours:
        clears_locals(deep)(SECRET, OwnError)
    assert ours.traceback[-1].name == "test_only_our_own_tracebacks_are_cut"


def test_the_frames_of_the_caller_stay() -> None:
    """What the caller was handling keeps its local variables, and so does the caller."""
    mine = "mine"
    try:
        deep(mine, KeyError)
    except KeyError:
        with pytest.raises(OwnError) as caught:
            clears_locals(deep)(SECRET, OwnError)
    context = caught.value.__context__
    assert isinstance(context, KeyError)
    assert context.__traceback__ is not None
    assert context.__traceback__.tb_next is not None
    assert context.__traceback__.tb_next.tb_frame.f_locals["held"] == [mine]


def test_what_is_returned_and_how_it_is_called_stay() -> None:
    """Arguments, result, name and docstring are those of the function."""

    @clears_locals
    def add(one: int, *, other: int) -> int:
        """Add."""
        return one + other

    assert add(1, other=2) == 3
    assert (add.__name__, add.__doc__) == ("add", "Add.")

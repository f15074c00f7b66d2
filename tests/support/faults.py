"""Failing file systems: the calls that change something, counted, and made to fail at one of them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALLOCATING: Final = ("open", "write", "mkdir")
"""Functions of `os` that need room on the disk."""
CHANGING: Final = (*ALLOCATING, "rename", "replace", "unlink", "rmdir")
"""All functions of `os` that a program changes files with, as far as these tests go."""


class Crash(BaseException):
    """The process is killed: nothing that comes later has an effect either."""


@contextmanager
def failing(
    at: int | None, error: BaseException, *, names: tuple[str, ...] = CHANGING, lasting: bool = False
) -> Iterator[list[str]]:
    """Make the call of that number raise, and with `lasting` each later one; yields the calls made."""
    calls: list[str] = []

    def wrapped(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return original(*arguments, **options)
            calls.append(name)
            if at is not None and (len(calls) == at or (lasting and len(calls) > at)):
                raise error
            return original(*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(os, name, wrapped(name, getattr(os, name)))
        yield calls

"""Tables of small cases: one test that runs every row, and reports each row that fails."""

from __future__ import annotations

import functools
import inspect
import reprlib
from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest

Test = Callable[..., None]
Names = Callable[[Any], object] | Iterable[str] | None
Case = tuple[dict[str, Any], tuple[str, ...]]
"""The arguments of one row, and what the row is called in a report."""
FAILED: Final = (Exception, pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception)
"""What a test may end with. Pytest derives its own outcomes from `BaseException`."""


def table(
    columns: str | tuple[str, ...], rows: Iterable[Any], *, ids: Names = None
) -> Callable[[Test], Test]:
    """Return a decorator that runs a test once per row, as `pytest.mark.parametrize` does, but as a single test.

    Each parametrized test costs pytest and xdist more than most rows take. A row that passes leaves no trace here; one
    that fails becomes a failed subtest with its name, and the next rows still run. Rows share the fixtures of the test,
    so that a test that changes `tmp_path` or `monkeypatch` needs `parametrize`. Tables may be stacked.

    Raises:
        ValueError: The table has no rows, so the test could not fail.
    """
    names = (columns,) if isinstance(columns, str) else columns
    named = ids if ids is None or callable(ids) else list(ids)
    own = [_case(names, row, named, number) for number, row in enumerate(rows)]
    if not own:
        message = f"a table without rows: {names}"
        raise ValueError(message)

    def decorate(test: Test) -> Test:
        alone: list[Case] = [({}, ())]
        body: Test
        below: list[Case]
        body, below = getattr(test, "__table__", (test, alone))
        cases: list[Case] = [
            ({**upper, **lower}, (*first, *last)) for upper, first in own for lower, last in below
        ]
        parameters = [
            each
            for name, each in inspect.signature(test).parameters.items()
            if name not in {*names, "subtests"}
        ]
        subtests = inspect.Parameter("subtests", inspect.Parameter.POSITIONAL_OR_KEYWORD)

        @functools.wraps(test)
        def run(*, subtests: pytest.Subtests, **fixtures: Any) -> None:
            __tracebackhide__ = True
            for arguments, name in cases:
                try:
                    body(**fixtures, **arguments)
                except FAILED:
                    with subtests.test("-".join(name)):
                        raise

        run.__table__ = (body, cases)  # type: ignore[attr-defined]
        run.__signature__ = inspect.Signature([subtests, *parameters])  # type: ignore[attr-defined]
        return run

    return decorate


def _case(
    names: tuple[str, ...], row: Any, ids: Callable[[Any], object] | list[str] | None, number: int
) -> Case:
    """The arguments of a row and its name: its own, or one by `ids`, or its values in short."""
    param = (
        row if isinstance(row, type(pytest.param())) else pytest.param(*(row if len(names) > 1 else (row,)))
    )
    assert not param.marks, "the rows of a table carry no marks"
    arguments = dict(zip(names, param.values, strict=True))
    if isinstance(param.id, str):
        return arguments, (param.id,)
    if ids is None:
        return arguments, tuple(
            each if isinstance(each, str) else reprlib.repr(each) for each in param.values
        )
    return arguments, tuple(str(ids(each)) for each in param.values) if callable(ids) else (ids[number],)

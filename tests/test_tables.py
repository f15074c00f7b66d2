"""A table of cases fails for each row that fails, by name, and runs the others."""

from __future__ import annotations

import pytest
from support.tables import table

SUITE = """
import pytest
from support.tables import table

ran = []

@table("number", [1, 2, 3, 4])
def test_odd(number):
    ran.append(number)
    assert number % 2

@table(("one", "other"), [(1, 1), pytest.param(1, 2, id="unequal")])
@table("last", ["a", "b"], ids=str.upper)
@pytest.mark.parametrize("kind", ["model", "struct"])
def test_stacked(one, other, last, kind):
    assert one == other or last == "b" or kind == "model"

@table("body", ["raises", "raises not"])
def test_outcomes_of_pytest(body):
    with pytest.raises(ValueError):
        int("x" if body == "raises" else 1)

def test_all_rows_ran():
    assert ran == [1, 2, 3, 4]
"""


def test_each_failing_row_is_reported(pytester: pytest.Pytester) -> None:
    """A failing row is a failed subtest with its name, and the rows after it run."""
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    failed = [line for line in result.outlines if line.startswith("SUBFAILED")]
    assert [line.split(" - ")[0] for line in failed] == [
        "SUBFAILED[2] test_each_failing_row_is_reported.py::test_odd",
        "SUBFAILED[4] test_each_failing_row_is_reported.py::test_odd",
        "SUBFAILED[unequal-A] test_each_failing_row_is_reported.py::test_stacked[struct]",
        "SUBFAILED[raises not] test_each_failing_row_is_reported.py::test_outcomes_of_pytest",
    ]
    assert result.parseoutcomes() == {"failed": 7, "passed": 2}


def test_a_table_has_rows() -> None:
    """A table without rows is refused: its test could not fail."""
    with pytest.raises(ValueError, match="without rows"):
        table("name", [])

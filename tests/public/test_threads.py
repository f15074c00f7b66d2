"""The first call from several threads at once, in fresh processes. `.ci/full` starts hundreds of them."""

from __future__ import annotations

import pytest
from support.sizes import sizes

from junction_webhooks_dev import stress


@sizes(1, exhaustive=30)
@pytest.mark.parametrize("switch_interval", [0, 1e-6])
def test_first_call_from_many_threads(switch_interval: float, size: int) -> None:
    """Eight threads that all start with a struct get their events: no process crashes."""
    ends = [stress.exit_code(switch_interval=switch_interval) for _ in range(size)]
    assert ends == [0] * size

"""When two values are the same in JSON. Python differs: it takes 1 and true for equal, and 0 and false."""

from __future__ import annotations

import json
from typing import Any


def same(one: Any, other: Any) -> bool:
    """Whether two parsed values are the same in JSON, where 1 and 1.0 are one number, and true is none.

    >>> same([1, {"a": 2.0}], [1.0, {"a": 2}])
    True
    >>> same([0, 1], [False, True])
    False
    """
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(same(part, other[name]) for name, part in one.items())
        )
    if isinstance(one, list):
        return (
            isinstance(other, list)
            and len(one) == len(other)
            and all(same(*parts) for parts in zip(one, other, strict=True))
        )
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def canonical(value: Any) -> str:
    """The value as JSON text: the same text for two values if and only if they are the same in JSON.

    >>> canonical({"b": 1.0, "a": [True]})
    '{"a": [true], "b": 1}'
    """
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    """The value with every float that is a whole number as an integer."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value

"""The structure of Junction's OpenAPI document, and ways in which it may move."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from support.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

COPY = ROOT / "tests/drift/openapi-0.4.687.json"
DOCUMENT: dict[str, Any] = json.loads(COPY.read_text())
ORDER = "labtest.order"
APPOINTMENT = "labtest.appointment"

Components = dict[str, Any]


def moved(change: Callable[[Components], object]) -> dict[str, Any]:
    """The document after a change to its components."""
    document = copy.deepcopy(DOCUMENT)
    change(document["components"]["schemas"])
    assert document != DOCUMENT
    return document


def setting(*steps: str, to: Any) -> Callable[[Components], None]:
    """A change that sets what lies at the end of the steps."""

    def change(components: Components) -> None:
        part = components
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = to

    return change


def dropping(name: str, *, from_: str) -> Callable[[Components], None]:
    """A change that takes a property out of an object."""

    def change(components: Components) -> None:
        del components[from_]["properties"][name]
        components[from_]["required"] = [each for each in components[from_]["required"] if each != name]

    return change


def adding(member: str, *, to: str) -> Callable[[Components], None]:
    """A change that adds a member to a set."""
    return lambda components: components[to]["enum"].append(member)
